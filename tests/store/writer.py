"""A process that writes until it is killed: python -m tests.store.writer URL ROUND

Says "go" when its transaction is about to begin and "done" when the commit has returned.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta

import numpy as np
import pandas as pd

from gridsys.store import open_store
from tests.store import frames

PEOPLE = 6_000


def town(number: int) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the households of a round, every other one changed from the round before, and links of buildings."""
    ids = pd.Index([f"h{i:06}" for i in range(PEOPLE)], name="household_id")
    parity = np.arange(PEOPLE) % 2
    rooms = [f"r{i}-{number if odd == number % 2 else max(number - 1, 0)}" for i, odd in enumerate(parity)]
    households = pd.DataFrame({"room_id": rooms, "kind": "family"}, index=ids)
    buildings = pd.Index([f"b{i:05}" for i in range(PEOPLE // 10)], name="building_id")
    placement = pd.DataFrame(
        {"grid_code": frames.A1[:-3] + f"{number + 1:03}", "method": "position", "confidence": 1.0}, index=buildings
    )
    return households, {"placement": placement}


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def write(url: str, number: int) -> None:
    households, links = town(number)
    with open_store(url) as store:
        _say("go")
        with store.begin() as transaction:
            transaction.put("household", households, valid_from=day(number))
            transaction.put_links(links, valid_from=day(number))
            transaction.record("writer", "district-administrator", "load", "110101", {"round": number})
        _say("done")


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
