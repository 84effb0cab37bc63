"""Rooms of every building: homes by stairwell, floor and number; shops, offices and public rooms."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridsys.sample.frames import keys, table, text

Ints = npt.NDArray[np.int64]

_USABLE: Final = 0.85
_STAIRWELL_M2: Final = 190.0
"""Footprint of a slab that one stairwell serves."""
_LARGEST_HOME_M2: Final = 130.0
_GROUND_SHOP_CHANCE: Final = 0.06


def _within(counts: Ints) -> Ints:
    """Return the place, from 0, of each member in its group, for consecutive groups."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def make_rooms(buildings: gpd.GeoDataFrame, homes: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Return the frame of kind ``room``, in the order of the buildings.

    Parameters
    ----------
    buildings
        Frame of kind ``building``; ``households`` of the homes are occupied, the others vacant.
    homes
        Homes in each building.
    """
    kind = buildings["kind"].to_numpy().astype(str)
    floors = buildings["floors"].to_numpy()
    footprint = shapely.area(buildings.geometry.to_numpy())
    other = np.where(kind == "office", floors * rng.integers(1, 5, kind.size), 0)
    other = np.where(kind == "shop", floors * rng.integers(1, 3, kind.size), other)
    other = np.where(kind == "public", floors * rng.integers(1, 4, kind.size), other)
    ground = (homes > 0) & (rng.random(kind.size) < _GROUND_SHOP_CHANCE)
    other = np.where(ground, 1 + (kind != "courtyard") * rng.integers(0, 4, kind.size), other)
    counts = homes + other
    owner = np.repeat(np.arange(kind.size), counts)
    place = _within(counts)
    home = place < homes[owner]
    stairs = np.where(kind == "slab", np.clip(np.round(footprint / _STAIRWELL_M2), 1, 6), 1).astype(np.int64)
    stairs = np.where((kind == "tower") & (footprint > 650), 2, stairs)  # noqa: PLR2004 - m² two stairwells need
    per_floor = np.maximum(1, -(-homes // (floors * stairs)))
    per_other = np.maximum(1, -(-other // floors))
    unit = np.where(home, place % per_floor[owner], (place - homes[owner]) % per_other[owner]) + 1
    home_floor = place // per_floor[owner] % floors[owner]
    other_floor = np.where(homes[owner] > 0, 0, (place - homes[owner]) // per_other[owner])
    floor = np.where(home, home_floor, other_floor) + 1
    stairwell = np.where(home, place // (per_floor * floors)[owner] + 1, 1)
    yard = kind[owner] == "courtyard"
    use = np.where(home, "vacant", np.where(homes[owner] > 0, "shop", kind[owner]))
    use[_occupied(owner, home, buildings["households"].to_numpy(), rng)] = "home"
    space = footprint * floors * _USABLE / np.maximum(counts, 1)
    largest = np.where(home, _LARGEST_HOME_M2, 60_000)
    area = np.round(np.clip(space[owner], 9, largest) * rng.uniform(0.8, 1.2, owner.size), 1)
    prefix = np.where(~home & (homes[owner] > 0), "底商", "")
    digits = np.where(prefix != "", place - homes[owner] + 1, np.where(yard, place + 1, floor * 100 + unit))
    number = [f"{word}{digit}" for word, digit in zip(prefix, digits, strict=True)]
    ids = buildings.index.to_numpy()
    data = {
        "building_id": text(ids[owner]),
        "stairwell": pd.Series(stairwell, dtype="Int64").mask(yard | ~home),
        "floor": floor,
        "number": text(number),
        "use": text(use),
        "area_m2": area,
    }
    return table(data, keys([f"{ids[b]}-{n + 1:04d}" for b, n in zip(owner, place, strict=True)], "room"))


def _occupied(
    owner: Ints, home: npt.NDArray[np.bool_], households: Ints, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Choose which homes of each building are lived in."""
    lot = np.where(home, rng.random(owner.size), 2.0)
    order = np.lexsort((lot, owner))
    counts = np.bincount(owner, minlength=households.size)
    rank = np.empty(owner.size, dtype=np.int64)
    rank[order] = _within(counts)
    return rank < households[owner]
