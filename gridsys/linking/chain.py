"""The chain person → household → room → building → grid, resolved from claims and positions.

A person *claims* a household, a household a room, a room a building, each by identifier; a building's grid follows from
its position. What resolves becomes a link, what does not is listed with one reason. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.domain.linkage import Link, LinkFailure
from gridsys.linking.places import Links
from gridsys.spatial.locate import locate

FAILURE_COLUMNS: Final = ("link", "table", "id", "reason", "claim")
METHOD_BY_CODE: Final = "code"
METHOD_BY_POSITION: Final = "position"


@dataclass(frozen=True)
class Linkage:
    """What linking found.

    ``residence`` (index ``person_id``: ``household_id``), ``occupancy`` (index ``household_id``: ``room_id``),
    ``siting`` (index ``room_id``: ``building_id``) and ``placement`` (index ``building_id``: ``grid_code``) hold the
    links, each with ``method`` and ``confidence`` (0–1). ``failures`` has one row for each record that does not link,
    with columns ``FAILURE_COLUMNS``. ``totals`` counts the records each link was asked of.
    """

    residence: pd.DataFrame
    occupancy: pd.DataFrame
    siting: pd.DataFrame
    placement: pd.DataFrame
    failures: pd.DataFrame
    totals: dict[Link, int]


def _links(target: pd.Series, name: str, method: str) -> pd.DataFrame:
    frame = target.rename(name).to_frame()
    frame["method"] = method
    frame["confidence"] = 1.0
    return frame


def _failures(table: str, ids: pd.Index, reason: LinkFailure, claims: pd.Series | None = None) -> pd.DataFrame:
    claim = claims.reindex(ids).to_numpy(dtype=object) if claims is not None else np.full(len(ids), None, dtype=object)
    return pd.DataFrame(
        {"link": reason.link.value, "table": table, "id": ids.astype(str), "reason": reason.value, "claim": claim},
        columns=list(FAILURE_COLUMNS),
    )


def _by_code(
    claims: pd.Series, known: pd.Index, table: str, none_given: LinkFailure, unknown: LinkFailure
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    given = claims.dropna()
    hit = given.isin(known)
    failures = [
        _failures(table, claims.index[claims.isna()], none_given),
        _failures(table, given.index[~hit], unknown, claims),
    ]
    return _links(given[hit], str(claims.name), METHOD_BY_CODE), failures


def _with_found(
    links: pd.DataFrame, failures: list[pd.DataFrame], found: Links | None, under_review: LinkFailure, table: str
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Put what was found by address and position in the place of what the codes alone say."""
    if found is None:
        return links, failures
    doubtful = found.review.drop_duplicates("record_id").set_index("record_id")["address"]
    settled = found.links.index.union(doubtful.index)
    chosen = found.links.set_axis([links.columns[0], *links.columns[1:]], axis=1).rename_axis(str(links.index.name))
    kept = links[~links.index.isin(settled)]
    joined = pd.concat([kept, chosen]) if len(chosen) else kept
    still = [frame[~frame["id"].isin(settled)] for frame in failures]
    return joined, [*still, _failures(table, doubtful.index, under_review, doubtful)]


def _place(buildings: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Index]:
    """Return each positioned building's grid (None outside), and the buildings that have no position."""
    absent = buildings.geometry.isna() | buildings.geometry.is_empty
    return locate(buildings[~absent], grids), buildings.index[absent]


def link_chain(
    *,
    persons: pd.DataFrame,
    households: pd.DataFrame,
    rooms: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
    rooms_found: Links | None = None,
    households_found: Links | None = None,
) -> Linkage:
    """Resolve the whole chain (人进户、户进房、房进格).

    Parameters
    ----------
    persons, households, rooms
        Frames of those record kinds; their claims are ``household_id``, ``room_id`` and ``building_id``.
    buildings
        Frame of kind ``building``, metres in the projected CRS of ``grids``; a row may lack a geometry.
    grids
        Frame of kind ``grid``.
    rooms_found, households_found
        What :func:`gridsys.linking.link_places` found for rooms (their buildings) and households (their rooms) that
        came with an address: links and reviews of these records stand against their codes alone.

    Returns
    -------
    Linkage
        The links, the failures and the totals. The unit of 房进格 is the room: a building without a position fails
        every room in it.

    Raises
    ------
    DatumError
        GS203 when buildings or grids are not in one projected CRS.

    Examples
    --------
    One building in one grid; the second household claims a room nobody knows:

    >>> from shapely import Point, box
    >>> crs, keyed = "EPSG:4548", lambda name, ids: pd.Index(ids, name=name)
    >>> linkage = link_chain(
    ...     persons=pd.DataFrame({"household_id": ["h1", None]}, index=keyed("person_id", ["p1", "p2"])),
    ...     households=pd.DataFrame({"room_id": ["r1", "r9"]}, index=keyed("household_id", ["h1", "h2"])),
    ...     rooms=pd.DataFrame({"building_id": ["b1"]}, index=keyed("room_id", ["r1"])),
    ...     buildings=gpd.GeoDataFrame(index=keyed("building_id", ["b1"]), geometry=[Point(5, 5)], crs=crs),
    ...     grids=gpd.GeoDataFrame(index=keyed("grid_code", ["110101001001001"]), geometry=[box(0, 0, 9, 9)], crs=crs),
    ... )
    >>> linkage.failures[["link", "id", "reason"]].to_numpy().tolist()
    [['residence', 'p2', 'no-household-given'], ['occupancy', 'h2', 'room-unknown']]
    """
    residence, lost_persons = _by_code(
        persons["household_id"], households.index, "person",
        LinkFailure.NO_HOUSEHOLD_GIVEN, LinkFailure.HOUSEHOLD_UNKNOWN,
    )  # fmt: skip
    occupancy, lost_households = _by_code(
        households["room_id"], rooms.index, "household", LinkFailure.NO_ROOM_GIVEN, LinkFailure.ROOM_UNKNOWN
    )
    occupancy, lost_households = _with_found(
        occupancy, lost_households, households_found, LinkFailure.ROOM_UNDER_REVIEW, "household"
    )
    siting, lost_rooms = _by_code(
        rooms["building_id"], buildings.index, "room", LinkFailure.NO_BUILDING_GIVEN, LinkFailure.BUILDING_UNKNOWN
    )
    siting, lost_rooms = _with_found(siting, lost_rooms, rooms_found, LinkFailure.BUILDING_UNDER_REVIEW, "room")
    building_of = siting["building_id"]
    grid_of, absent = _place(buildings, grids)
    placed = grid_of.dropna()
    outside = grid_of.index[grid_of.isna()]
    lost_rooms += [
        _failures(
            "room", building_of.index[building_of.isin(absent)], LinkFailure.BUILDING_WITHOUT_POSITION, building_of
        ),
        _failures(
            "room", building_of.index[building_of.isin(outside)], LinkFailure.BUILDING_OUTSIDE_GRIDS, building_of
        ),
    ]
    failures = [frame for frame in lost_persons + lost_households + lost_rooms if len(frame)]
    return Linkage(
        residence=residence,
        occupancy=occupancy,
        siting=siting,
        placement=_links(placed, "grid_code", METHOD_BY_POSITION),
        failures=pd.concat(failures, ignore_index=True) if failures else pd.DataFrame(columns=list(FAILURE_COLUMNS)),
        totals={Link.RESIDENCE: len(persons), Link.OCCUPANCY: len(households), Link.PLACEMENT: len(rooms)},
    )
