"""Measure the atlas of the whole sample district: seconds, bytes and memory for each format.

    python benchmarks/atlas.py [--by grid] [--public]

Counts are drawn at random; what is measured is the drawing and, for the public, the withholding of small counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
import pandas as pd

from gridsys.domain.matters import INCIDENT_KINDS
from gridsys.render import AtlasTables, Surroundings, atlas_pages
from gridsys.render.atlas import FORMATS
from gridsys.render.atlasunits import CHAIN, COUNTS
from maps import sample


def tables() -> AtlasTables:
    city = sample()
    rng = np.random.default_rng(1)
    grids = city["grids"]
    grids = grids.assign(**{name: rng.negative_binomial(2, 0.02, len(grids)) for name in (*COUNTS, *CHAIN)})
    names = pd.concat([city["streets"]["name"], city["communities"]["name"], pd.Series({"110101": "东城区"})])
    postings = pd.DataFrame({"grid_code": grids.index, "force": "grid_manager", "staff_name": "张网格"})
    around = Surroundings(city["roads"], city["surfaces"], city["buildings"])
    return AtlasTables(grids, names, city["incidents"], postings, around, incident_kinds=INCIDENT_KINDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by", default="grid", choices=["grid", "community"])
    parser.add_argument("--public", action="store_true")
    chosen = parser.parse_args()
    layers, audience = tables(), "public" if chosen.public else "office"
    for formats in (("html",), ("html", "pdf"), ("svg",), ("book",)):
        began, cpu = time.perf_counter(), time.process_time()
        sizes = dict.fromkeys(FORMATS, 0)
        files = 0
        for name, content in atlas_pages(layers, by=chosen.by, audience=audience, as_of="2026-06-30", formats=formats):
            data = content.encode() if isinstance(content, str) else content
            sizes["book" if name == "atlas.pdf" else name.rpartition(".")[2]] += len(data)
            files += 1
        row = {"formats": formats, "files": files, "s": round(time.perf_counter() - began, 1)}
        row |= {
            "cpu_s": round(time.process_time() - cpu, 1),
            "mb": {key: round(n / 1e6, 2) for key, n in sizes.items() if n},
        }
        row["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
