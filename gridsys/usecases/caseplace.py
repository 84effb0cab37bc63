"""Where a case happened: a grid, a point, or a building found by its id or by an address as people write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.linkage import AddressDoubt
from gridsys.errors import InputError, StoreError
from gridsys.linking import SHOWN, match_addresses
from gridsys.spatial.crs import Datum, to_working
from gridsys.spatial.locate import locate
from gridsys.store import Transaction
from gridsys.usecases.stated import register_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened: one of a grid's code, a building (its id or address), or a point with its datum."""

    grid_code: str = ""
    building: str = ""
    lon_lat: tuple[float, float] | None = None
    datum: Datum | None = None


def grid_at(transaction: Transaction, place: Place, day: date) -> str:
    """Return the code of the grid in force on a day that holds a place.

    A building is found by its id, by its address as registered, or else by linking (``match_addresses``), which takes
    full-width digits, variant spellings and parts left out. Where linking leaves it open which building is meant, the
    grid is taken only if every candidate stands in it; nothing is guessed.

    Raises
    ------
    InputError
        GS103 unless exactly one way to say the place is used, GS104 for an address that fits buildings in several
        grids, or none of them well enough; the candidates are listed.
    DatumError
        GS201, GS204 for a point without datum or outside its range.
    StoreError
        GS504 when there is no such grid or building, or no grid holds the place on the day.
    """
    if sum((bool(place.grid_code), bool(place.building), place.lon_lat is not None)) != 1:
        raise InputError("GS103", "the place is not said in one way", fix="give a grid, or a building, or a point")
    grids = gpd.GeoDataFrame(transaction.get_grids(day))
    if place.grid_code:
        found, said = [place.grid_code] if place.grid_code in grids.index else [], f"grid {place.grid_code}"
    elif place.building:
        return _grid_of_building(transaction, place.building, grids, day)
    else:
        lon, lat = place.lon_lat or (np.nan, np.nan)
        said = f"point {lon}, {lat}"
        point = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat)])
        found = locate(to_working(point, place.datum, crs=transaction.crs, where=said), grids).dropna().tolist()
    if not found:
        raise _nowhere(said, day)
    return str(found[0])


def _nowhere(said: str, day: date, why: str = "") -> StoreError:
    return StoreError(
        "GS504", f"no grid in force on {day} holds the place", where=said, why=why, fix="check place and day"
    )


def _grid_of_building(transaction: Transaction, text: str, grids: gpd.GeoDataFrame, day: date) -> str:
    buildings = gpd.GeoDataFrame(transaction.get("building", as_of=day, columns=["address", "compound_id", "geometry"]))
    said = f"building {text}"
    chosen, doubt = buildings[buildings.index == text], None
    if chosen.empty:
        # an address written as registered needs no register of all addresses, which takes seconds in a district
        chosen = buildings[(buildings["address"] == text).to_numpy(dtype=bool)]
    if chosen.empty:
        register = register_of(transaction, buildings, _NO_ROOMS, day)
        candidates, doubt = match_addresses([text], register, "building")[0]
        if doubt is not None and not candidates:
            raise _nowhere(said, day, f"{doubt.zh}; {doubt.en}")
        chosen = buildings.iloc[[candidate.place for candidate in (candidates if doubt else candidates[:1])]]
    standing = locate(chosen, grids)
    found = sorted(standing.dropna().unique())
    if not found:
        raise _nowhere(said, day)
    undecided = doubt not in {None, AddressDoubt.SEVERAL_CANDIDATES} or (doubt is not None and len(chosen) == SHOWN)
    if undecided or len(found) > 1 or (doubt is not None and standing.isna().any()):
        reason = doubt or AddressDoubt.SEVERAL_CANDIDATES
        listed = (f"{row.address} ({row.Index}, grid {standing[row.Index]})" for row in chosen.itertuples())
        raise InputError(
            "GS104", "the address does not say which building is meant", where=said,
            why=f"{reason.zh}; {reason.en}: {'; '.join(listed)}", fix="give the building id, or the address in full",
        )  # fmt: skip
    return str(found[0])


_NO_ROOMS = pd.DataFrame(
    {"building_id": pd.Series(dtype="str"), "stairwell": pd.Series(dtype="Int64"), "number": pd.Series(dtype="str")},
    index=pd.Index([], dtype="str", name="room_id"),
)
