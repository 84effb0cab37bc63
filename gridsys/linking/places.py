"""What arrives unlinked, tied to rooms and buildings: by code, by address, by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.linkage import AddressDoubt
from gridsys.errors import DatumError
from gridsys.linking.matching import ROOM_NOT_GIVEN, THRESHOLD, Match, Target, match_addresses
from gridsys.linking.register import Register
from gridsys.spatial.crs import require_projected

LINK_COLUMNS: Final = ("target", "method", "confidence")
REVIEW_COLUMNS: Final = ("record_id", "rank", "candidate", "score", "reason", "address")
INSIDE: Final = 0.95
"""Confidence of a position inside one building …"""
BESIDE: Final = 0.9
"""… and of one outside all, with one building within ``NEAR_M``."""
NEAR_M: Final = 10.0


@dataclass(frozen=True)
class Links:
    """What linking found for some records.

    ``links``: index ``record_id``; ``target``, ``method`` (``code``, ``address``, ``position``, joined by ``+`` where
    they agree, or ``review``), ``confidence`` (0–1). ``review``: columns ``REVIEW_COLUMNS``, a row for each candidate
    of a record that was not linked, best first, or one without candidate; ``reason`` is a value of ``AddressDoubt``.
    Records in neither gave nothing to go by.
    """

    links: pd.DataFrame
    review: pd.DataFrame


class _Position(NamedTuple):
    """Buildings (numbers in the register) at a position, and how surely it is in one of them."""

    places: tuple[int, ...]
    confidence: float


class _Verdict(NamedTuple):
    """Target, method and confidence, or the reason and candidates for review."""

    target: int = -1
    method: str = ""
    confidence: float = 0.0
    doubt: AddressDoubt | None = None
    candidates: tuple[tuple[int, float], ...] = ()


def link_places(
    records: pd.DataFrame,
    register: Register,
    target: Target,
    *,
    claim: str | None = None,
    buildings: gpd.GeoDataFrame | None = None,
) -> Links:
    """Tie records to rooms or buildings by what they bring: a code, an address, a position, in this order.

    A known code is a link. An address is one when a single place fits it well and no other nearly so
    (:func:`gridsys.linking.matching.match_addresses`). A position is one when it lies in one building, or within
    10 m of only one. Two methods that agree raise the confidence to ``1 - (1 - a)(1 - b)``; two that disagree send the
    record to review, and a position may decide between candidates of an address. Nothing else is linked.

    Parameters
    ----------
    records
        Unique index; ``address`` (may be missing), the column named by ``claim``, a geometry: any of them.
    register
        Buildings and rooms by their addresses.
    target
        ``"room"`` or ``"building"``.
    claim
        Column with the code of the target; none when None.
    buildings
        The buildings of the register with their shapes, in the projected CRS of the records; needed for positions.

    Returns
    -------
    Links

    Raises
    ------
    DatumError
        GS203 when buildings or records are not in one projected CGCS2000 zone.

    Examples
    --------
    >>> buildings = pd.DataFrame({"address": ["牌楼胡同17号院2号楼"]}, index=pd.Index(["b1"], name="building_id"))
    >>> data = {"building_id": ["b1", "b1"], "stairwell": [1, 2], "number": ["402", "402"]}
    >>> register = Register(buildings, pd.DataFrame(data, index=pd.Index(["r1", "r2"], name="room_id")))
    >>> arrived = pd.DataFrame({"address": ["牌楼胡同17号院2-1-402", "牌楼胡同17号院2号楼402"]}, index=["h1", "h2"])
    >>> found = link_places(arrived, register, "room")
    >>> found.links.to_dict("index")
    {'h1': {'target': 'r1', 'method': 'address', 'confidence': 1.0}}
    >>> found.review[["record_id", "candidate", "score", "reason"]].to_numpy().tolist()
    [['h2', 'r1', 0.97, 'several-candidates'], ['h2', 'r2', 0.97, 'several-candidates']]
    """
    ids = register.room_ids if target == "room" else register.building_ids
    number_of = {key: number for number, key in enumerate(ids)}
    addresses = records["address"] if "address" in records.columns else pd.Series(index=records.index, dtype="str")
    given = addresses.notna().to_numpy()
    matches = dict(
        zip(np.flatnonzero(given).tolist(), match_addresses(addresses[given], register, target), strict=True)
    )
    claims = records[claim].to_numpy(dtype=object) if claim else np.full(len(records), None, dtype=object)
    positions = _positions(records, register, buildings)
    judge = _Judge(register, target)
    verdicts = [
        judge.decide(number_of.get(claims[row], -1), matches.get(row), positions.get(row))
        for row in range(len(records))
    ]
    return _frames(records.index, addresses, verdicts, ids)


def _positions(records: pd.DataFrame, register: Register, buildings: gpd.GeoDataFrame | None) -> dict[int, _Position]:
    """Return the buildings at each record's position."""
    if buildings is None or not isinstance(records, gpd.GeoDataFrame):
        return {}
    require_projected(buildings, "buildings")
    if records.crs != buildings.crs:
        raise DatumError(
            "GS203", "records and buildings are not in one CRS", where="records",
            fix="bring both to one zone with gridsys.spatial.crs.to_working",
        )  # fmt: skip
    points = records.geometry.to_numpy()
    shapes = buildings.geometry.reindex(register.building_ids).to_numpy()
    there = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    row, place = shapely.STRtree(shapes).query(points[there], predicate="dwithin", distance=NEAR_M)
    gap = shapely.distance(points[there[row]], shapes[place])
    found: dict[int, _Position] = {}
    order = np.argsort(row, kind="stable")
    for start, end in zip(*_runs(row[order]), strict=True):
        run = order[start:end]
        inside = run[gap[run] == 0]
        chosen = inside if len(inside) else run
        confidence = INSIDE if len(inside) else BESIDE
        found[int(there[row[run[0]]])] = _Position(tuple(int(p) for p in place[chosen]), confidence)
    return found


def _runs(sorted_values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = np.flatnonzero(np.diff(sorted_values, prepend=-1))
    return starts, np.append(starts, len(sorted_values))[1:]


class _Judge:
    """Weighs code, address and position of one record."""

    def __init__(self, register: Register, target: Target) -> None:
        self._register, self._target = register, target

    def decide(  # noqa: PLR0911 - one return for each way two methods can stand to each other
        self, coded: int, match: Match | None, position: _Position | None
    ) -> _Verdict:
        """Return the link, or why there is none; an empty verdict when there was nothing to go by."""
        address = match.candidates[0] if match is not None and match.doubt is None else None
        if coded >= 0:
            if address is not None and address.place != coded:
                return _against(AddressDoubt.METHODS_DISAGREE, ((coded, 1.0), (address.place, address.score)))
            if position is not None and len(position.places) == 1 and self._building(coded) not in position.places:
                return _against(AddressDoubt.METHODS_DISAGREE, ((coded, 1.0),))
            return _Verdict(coded, "code+address" if address else "code", 1.0)
        if match is None or (match.doubt is AddressDoubt.NOT_AN_ADDRESS and position is not None):
            return self._by_position(position) if position is not None else _Verdict()
        if address is None:
            return self._between(match, position)
        if position is None:
            return _Verdict(address.place, "address", address.score)
        if self._building(address.place) in position.places:
            return _Verdict(address.place, "address+position", _together(address.score, position.confidence))
        return _against(AddressDoubt.METHODS_DISAGREE, match.candidates)

    def _between(self, match: Match, position: _Position | None) -> _Verdict:
        """Let a position decide between the candidates of an address, where it can."""
        doubt = match.doubt or AddressDoubt.WEAK
        if position is not None and doubt is AddressDoubt.SEVERAL_CANDIDATES:
            there = [one for one in match.candidates if self._building(one.place) in position.places]
            if len(there) == 1:
                confidence = _together(there[0].score, position.confidence)
                return _Verdict(there[0].place, "address+position", confidence)
        return _against(doubt, match.candidates)

    def _by_position(self, position: _Position) -> _Verdict:
        if len(position.places) > 1:
            return _against(AddressDoubt.NO_POSITION_MATCH, ())
        place, confidence = position.places[0], position.confidence
        if self._target == "room":
            rooms = [room for numbered in self._register.rooms[place].values() for room in numbered]
            if len(rooms) != 1 or confidence * ROOM_NOT_GIVEN < THRESHOLD:
                return _against(AddressDoubt.ROOM_NOT_GIVEN, ())
            place, confidence = rooms[0], confidence * ROOM_NOT_GIVEN
        return _Verdict(place, "position", round(confidence, 4))

    def _building(self, place: int) -> int:
        return self._register.building_of[place] if self._target == "room" else place


def _together(one: float, other: float) -> float:
    return round(1 - (1 - one) * (1 - other), 4)


def _against(doubt: AddressDoubt, candidates: tuple[tuple[int, float], ...]) -> _Verdict:
    return _Verdict(doubt=doubt, candidates=candidates)


def _frames(index: pd.Index, addresses: pd.Series, verdicts: list[_Verdict], ids: list[str]) -> Links:
    linked = np.array([verdict.target >= 0 for verdict in verdicts], dtype=bool)
    sure = [verdict for verdict in verdicts if verdict.target >= 0]
    links = pd.DataFrame(
        {
            "target": pd.Series([ids[verdict.target] for verdict in sure], dtype="str"),
            "method": pd.Series([verdict.method for verdict in sure], dtype="str"),
            "confidence": pd.Series([verdict.confidence for verdict in sure], dtype="float64"),
        }
    ).set_axis(index[linked].rename("record_id"))
    rows = []
    for key, address, verdict in zip(index, addresses.to_numpy(dtype=object), verdicts, strict=True):
        if verdict.doubt is None:
            continue
        text = address if isinstance(address, str) else None
        named: list[tuple[int, str | None, float]] = [
            (rank, ids[place], score) for rank, (place, score) in enumerate(verdict.candidates, start=1)
        ]
        rows += [
            (key, rank, one, score, verdict.doubt.value, text) for rank, one, score in named or [(1, None, np.nan)]
        ]
    return Links(links, review_frame(rows))


def review_frame(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as a review list, with its types also where there are none."""
    frame = pd.DataFrame(rows, columns=list(REVIEW_COLUMNS))
    types = dict.fromkeys(("record_id", "candidate", "reason", "address"), "str") | {
        "rank": "int64",
        "score": "float64",
    }
    return frame.astype(types)
