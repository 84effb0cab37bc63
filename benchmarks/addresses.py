"""How well and how fast are addresses linked as people write them? Prints the table by kind of noise and the rate."""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
import pandas as pd

from gridsys.files import read_streets
from gridsys.linking import Register, link_places
from gridsys.sample import make_addresses, make_city, noise_table

SEEDS = (7, 8, 211)
RECORDS = 30_000


def run(scale: str, seed: int) -> tuple[pd.DataFrame, dict[str, float]]:
    city = make_city(read_streets(), scale=scale, seed=seed)  # type: ignore[arg-type]
    made = make_addresses(city.buildings, city.rooms, city.compounds, RECORDS, np.random.default_rng(seed))
    start = process_time()
    register = Register(city.buildings, city.rooms, compounds=city.compounds, aliases=made.old_names, district="东城区")
    built = process_time()
    found = link_places(made.written, register, "room")
    seconds = process_time() - built
    table = noise_table(made.written, found.links["target"].reindex(made.written.index))
    return table, {"rooms": len(city.rooms), "register_s": built - start, "addresses_per_s": RECORDS / seconds}


def main() -> None:
    scale = sys.argv[1] if len(sys.argv) > 1 else "district"
    for seed in SEEDS:
        table, figures = run(scale, seed)
        print(f"\n{scale}, seed {seed}: " + ", ".join(f"{name} {value:,.1f}" for name, value in figures.items()))
        print((table if seed == SEEDS[0] else table.loc[["all"]]).round(4).to_string())


if __name__ == "__main__":
    main()
