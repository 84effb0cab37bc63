"""The plan in force: which grids there are, which of them are pinned, which codes were ever used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridsys.domain.areacode import AreaLevel, level_of
from gridsys.errors import DivisionError, InputError
from gridsys.spatial.crs import require_projected
from gridsys.spatial.division.inputs import Inputs
from gridsys.spatial.topology import Ints, Shapes, holder


@dataclass(frozen=True)
class Prior:
    """Grids in force inside the divided areas, by code: number of the area, which are pinned, codes ever used."""

    codes: list[str]
    shapes: Shapes
    area: Ints
    pinned: Ints
    used: dict[str, set[str]]

    @property
    def pins(self) -> Shapes:
        """Return the shapes of the pinned grids."""
        return self.shapes[self.pinned]

    def home_of(self, atoms: Shapes, area: Ints) -> Ints:
        """Return the number of the grid in force each atom lies in, -1 where none of its area's does."""
        found = holder(self.shapes, shapely.point_on_surface(atoms))
        known = np.flatnonzero(found >= 0)
        found[known[self.area[found[known]] != area[known]]] = -1
        return found


def read_prior(previous: gpd.GeoDataFrame | None, pins: Collection[str], inputs: Inputs) -> Prior:
    """Return the plan in force, checked.

    Parameters
    ----------
    previous
        Grids, index ``grid_code``, column ``area_code``; a row with a ``valid_to`` is closed: only its code counts.
    pins
        Codes of grids that must stay as they are.
    inputs
        The areas to divide.

    Raises
    ------
    InputError
        GS102 without ``area_code``, GS106 for a malformed grid code.
    DatumError
        GS203 when the grids are not in a projected CRS.
    DivisionError
        GS302 when a pinned code is not in force in the divided areas.
    """
    number = {code: at for at, code in enumerate(inputs.areas.index)}
    used: dict[str, set[str]] = {code: set() for code in number}
    if previous is None:
        _refuse_unknown(pins, [])
        return Prior([], np.array([], dtype=object), np.array([], dtype=np.int64), np.array([], dtype=np.int64), used)
    require_projected(previous, "previous")
    if "area_code" not in previous.columns:
        raise InputError("GS102", "previous grids lack the column area_code", where="previous", fix="rename or add it")
    bad = [code for code in previous.index if level_of(str(code)) is not AreaLevel.GRID]
    if bad:
        raise InputError(
            "GS106", "previous grids have codes that are no grid codes", where=", ".join(map(str, bad[:20])),
            fix="give 15-digit grid codes as the index",
        )  # fmt: skip
    inside = previous[previous["area_code"].isin(number)].sort_index()
    for code, area in zip(inside.index, inside["area_code"], strict=True):
        used[area].add(str(code))
    if "valid_to" in inside.columns:
        inside = inside[inside["valid_to"].isna()]
    codes = [str(code) for code in inside.index]
    _refuse_unknown(pins, codes)
    pinned = np.array([at for at, code in enumerate(codes) if code in set(pins)], dtype=np.int64)
    area = np.array([number[code] for code in inside["area_code"]], dtype=np.int64)
    return Prior(codes, inside.geometry.to_numpy(), area, pinned, used)


def _refuse_unknown(pins: Collection[str], codes: list[str]) -> None:
    unknown = sorted(set(pins) - set(codes))
    if unknown:
        raise DivisionError(
            "GS302", f"{len(unknown)} pinned grids are not in force in the divided areas",
            where=", ".join(unknown[:20]), fix="give the previous plan that holds them, or unpin them",
        )  # fmt: skip
