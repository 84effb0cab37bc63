"""Counts of what the database holds, by area of any level and by age, sex, kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.domain.areacode import AreaLevel, is_within
from gridsys.domain.catalog import IndicatorType
from gridsys.domain.catalog_records import item_kind, item_named
from gridsys.domain.records import KINDS, Field, FieldType, RecordKind, Shape
from gridsys.domain.rights import Action, Actor, require
from gridsys.errors import GridsysError, InputError
from gridsys.files import WriteReport, require_target, write_records
from gridsys.measure import UNPLACED, Facts, age_bands, facts_of, for_public, per, roll_up
from gridsys.measure.rollup import AGES
from gridsys.spatial.locate import locate
from gridsys.store import Store, Transaction
from gridsys.usecases.scope import buildings_of_rooms, grids_of

Audience = Literal["office", "public"]
SUBJECTS: Final[dict[str, tuple[str, str]]] = {
    "person": ("人", "persons"), "registered": ("户籍人口", "registered persons"), "household": ("户", "households"),
    "room": ("间", "rooms"), "building": ("栋", "buildings"), "organisation": ("家", "organisations"),
    "component": ("个", "components"), "incident": ("件", "incidents"),
}  # fmt: skip
"""What can be counted, and its unit in both languages."""
_BY: Final[dict[str, tuple[str, ...]]] = {
    "registered": ("relation",), "household": ("kind",), "room": ("use",), "building": ("kind",),
    "organisation": ("kind",), "component": ("state",), "incident": ("state",),
}  # fmt: skip
_VALUES: Final = {"room": {"area_m2": "m²"}, "building": {"floors": "floors"}}
_KIND_OF: Final = {"registered": "registration"}
_PERSONAL: Final = frozenset({"personal", "sensitive"})
_NUMBERS: Final = frozenset({IndicatorType.INTEGER, IndicatorType.NUMBER})
_PLACED_BY_POINT: Final = ("component", "incident", "organisation")


@dataclass(frozen=True, slots=True)
class Question:
    """What to count: a subject, by areas of a level, by dimensions; a number to sum; a subject to count it against."""

    what: str
    level: AreaLevel = AreaLevel.GRID
    by: tuple[str, ...] = ()
    value: str = ""
    per: str = ""
    times: float = 1.0
    ages: tuple[int, ...] = AGES


def count_records(
    actor: Actor, store: Store, question: Question, *, as_of: date, audience: Audience = "office"
) -> pd.DataFrame:
    """Return a roll-up of the actor's area.

    Parameters
    ----------
    actor
        Who asks; needs ``read``.
    store
        An open database.
    question
        What to count: a subject of ``SUBJECTS``, or an item of the catalog in force by its code or name. ``by``:
        ``age`` and ``sex`` of persons, ``relation`` to the registered head, ``kind``, ``use`` or ``state`` of the
        others; of an item any indicator that is a code or yes/no. ``value``: ``area_m2`` of rooms, ``floors`` of
        buildings; of an item any indicator that is a number.
    as_of
        The day.
    audience
        ``"public"``: counts of 1 to 4 are withheld, with complementary suppression, and ``unplaced`` is left out.

    Returns
    -------
    DataFrame
        As :func:`gridsys.measure.roll_up` gives it. ``attrs``: ``what``, ``unit`` (zh, en), ``level``, ``as_of``,
        ``audience``, ``crs`` (of the areas), ``total`` and ``unplaced`` (counts; office only).

    Raises
    ------
    AccessError
        GS401; also for a personal indicator of an item without ``read-person``, unless for the public.
    InputError
        GS103 for an unknown dimension, value or ages, GS109 for an unknown subject or item.
    StoreError
        GS501 to GS504; GS504 when no grid is in force.

    Notes
    -----
    A person counts where he or she lives (the primary residence), a registered person where the registered room is.
    Below the whole district only what lies in the actor's area is counted, so nothing stands ``unplaced`` there.
    """
    require(actor, Action.READ, actor.area_code)
    with store.begin() as transaction:
        unit = _unit(transaction, actor, question, audience)
        grids, area = grids_of(transaction, actor, as_of)
        areas = transaction.get("area", as_of=as_of, columns=["level"])
        wanted = [code for code in areas.index[areas["level"] == question.level] if is_within(code, actor.area_code)]
        facts = _facts(transaction, question.what, grids, as_of, question)
        table = roll_up(facts, level=question.level, by=question.by, value=question.value, areas=wanted)
        if question.per:
            under = _facts(transaction, question.per, grids, as_of, question)
            table = per(table, roll_up(under, level=question.level, areas=wanted), question.times)
        details = {"count": question.what, "level": question.level, "by": list(question.by), "for": audience}
        transaction.record(actor.name, actor.role, Action.READ, actor.area_code, details)
        crs = transaction.crs.to_string()
    if area is not None:
        table = table[table.index.get_level_values("area_code") != UNPLACED]
    unplaced = int(table["count"][table.index.get_level_values("area_code") == UNPLACED].sum())
    attrs = {"total": int(table["count"].sum()), "unplaced": unplaced} if audience == "office" else {}
    if audience == "public":
        table = for_public(table)
    table.attrs = attrs | {
        "what": question.what, "unit": unit, "level": question.level.value,
        "as_of": as_of.isoformat(), "audience": audience, "crs": crs,
    }  # fmt: skip
    return table


def _unit(transaction: Transaction, actor: Actor, question: Question, audience: Audience) -> tuple[str, str]:
    """Return the unit of what is counted; raise where a subject is unknown or an indicator is not for the actor."""
    for what in filter(None, (question.per, question.what)):
        if what in SUBJECTS:
            unit = SUBJECTS[what]
            continue
        try:
            item = item_named(transaction.items.catalog, what)
        except GridsysError as error:
            fix = f"use one of {', '.join(SUBJECTS)}, or an item of the catalog: {error.fix}"
            raise InputError("GS109", f"{what!r} cannot be counted", why=error.what, fix=fix) from error
        unit = (f"条 {item.zh}", f"records of {item.en}")
        asked = {*question.by, question.value} if what == question.what else set()
        guarded = any(each.sensitivity in _PERSONAL for each in item.indicators if each.column in asked)
        if guarded and audience == "office":
            require(actor, Action.READ_PERSON, actor.area_code)
    return unit


def _item_facts(transaction: Transaction, what: str, grids: gpd.GeoDataFrame, as_of: date) -> Facts:
    """Return the records of an item, each in the grid it was recorded in."""
    catalog = transaction.items.catalog
    item = item_named(catalog, what)
    frame = transaction.items.get(item.code, as_of=as_of)
    dimensions: dict[str, Sequence[str]] = {}
    for field in item_kind(catalog, item).fields:
        if field.type is FieldType.BOOLEAN:
            dimensions[field.name] = ("yes", "no")
            frame[field.name] = frame[field.name].map({True: "yes", False: "no"})
        elif field.choices:
            dimensions[field.name] = field.choices
    numbers = {each.column: each.unit for each in item.indicators if each.type in _NUMBERS}
    return facts_of(frame, grids.index, dimensions, numbers)


def _facts(transaction: Transaction, what: str, grids: gpd.GeoDataFrame, as_of: date, question: Question) -> Facts:
    if what == "person":
        people = transaction.people(as_of)
        place = np.append(grids.index.get_indexer(pd.Index(people.grids, dtype="str")), -1)
        return Facts(
            place[people.grid],
            grids.index,
            {"age": age_bands(people.birth, as_of, question.ages), "sex": (people.sex - 1, ["1", "2"])},
        )
    if what not in SUBJECTS:
        return _item_facts(transaction, what, grids, as_of)
    kind = _KIND_OF.get(what, what)
    frame = transaction.get(kind, as_of=as_of)
    dimensions: dict[str, Sequence[str]] = {name: KINDS[kind].field(name).choices for name in _BY[what]}
    frame = pd.DataFrame(frame.assign(grid_code=_grid_of(transaction, what, frame, grids, as_of)))
    return facts_of(frame, grids.index, dimensions, _VALUES.get(what))


def _grid_of(
    transaction: Transaction, what: str, frame: pd.DataFrame, grids: gpd.GeoDataFrame, as_of: date
) -> pd.Series:
    """Return the grid of each record, missing where it has none."""
    placement = transaction.get_links("placement", as_of)["grid_code"]
    if what == "building":
        return frame.index.to_series().map(placement)
    rooms = buildings_of_rooms(transaction, as_of)
    of_room = rooms if what == "room" else None
    if what != "room":
        of_room = _room_of(transaction, what, frame, as_of).map(rooms)
    if of_room is None or what not in _PLACED_BY_POINT:
        return pd.Series(dtype="str") if of_room is None else of_room.map(placement)
    loose = frame.index[of_room.isna() & frame.geometry.notna()]
    by_point = locate(gpd.GeoDataFrame(frame.loc[loose]), grids)
    return of_room.map(placement).astype(object).fillna(by_point)


def _room_of(transaction: Transaction, what: str, frame: pd.DataFrame, as_of: date) -> pd.Series:
    if what == "household":
        return frame.index.to_series().map(transaction.get_links("occupancy", as_of)["room_id"])
    if what == "registered":
        homes = transaction.get("registered_household", as_of=as_of, columns=["room_id"])["room_id"]
        return frame["registered_id"].map(homes)
    if what == "organisation":
        return frame["room_id"]
    return pd.Series(None, index=frame.index, dtype="str")


def export_counts(actor: Actor, store: Store, table: pd.DataFrame, path: Path, *, as_of: date) -> WriteReport:
    """Write a roll-up: CSV, Excel, or a GIS format with the shapes of the areas; ``unplaced`` has none.

    Parameters
    ----------
    actor
        Who asks; needs ``export``.
    store
        The database the roll-up is of.
    table
        A roll-up of :func:`count_records`.
    path
        The suffix chooses the format.
    as_of
        The day of the roll-up.

    Raises
    ------
    AccessError
        GS401.
    ExportError
        GS601 to GS603.
    """
    require(actor, Action.EXPORT, actor.area_code)
    level = AreaLevel(table.attrs["level"])
    flat = table.reset_index()
    keys = ["/".join(map(str, row)) for row in flat[list(table.index.names)].to_numpy()]
    flat = flat.set_index(pd.Index(keys, name="cell_id", dtype="str"))
    with store.begin() as transaction:
        source = "grid" if level is AreaLevel.GRID else "area"
        shapes = transaction.get(source, as_of=as_of, columns=["name", "geometry"])
        details = {"kind": "count", "rows": len(flat), "file": path.name}
        transaction.record(actor.name, actor.role, Action.EXPORT, actor.area_code, details)
    flat["name"] = flat["area_code"].map(shapes["name"]).astype("str")
    flat["as_of"] = table.attrs["as_of"]
    flat["unit"] = "/".join(table.attrs["unit"])
    spatial = path.suffix.lower() not in {".csv", ".xlsx"}
    kind = _kind(flat, spatial=spatial)
    require_target(path, kind)
    columns = [column for column in kind.columns if column != kind.key]
    for field in kind.fields:
        if field.type is FieldType.TEXT:
            flat[field.name] = flat[field.name].astype("str")
    if not spatial:
        return write_records(flat[columns], kind, path)
    drawn = flat[flat["area_code"].isin(shapes.index)]
    geometry = shapes.geometry.reindex(drawn["area_code"]).to_numpy()
    return write_records(gpd.GeoDataFrame(drawn[columns], geometry=geometry, crs=shapes.crs), kind, path)


def _kind(flat: pd.DataFrame, *, spatial: bool) -> RecordKind:
    """Return a record kind that describes a roll-up, for writing."""
    fields = [Field("cell_id", "标识", FieldType.CODE)]
    for name in ("area_code", *(c for c in flat.columns if c != "area_code")):
        dtype = flat[name].dtype
        if pd.api.types.is_integer_dtype(dtype):
            type_ = FieldType.INTEGER
        elif pd.api.types.is_float_dtype(dtype):
            type_ = FieldType.NUMBER
        else:
            type_ = FieldType.TEXT
        fields.append(Field(str(name), _ZH.get(str(name), str(name)), type_, required=False, short=str(name)[:10]))
    return RecordKind("count", "统计", "cell_id", tuple(fields), Shape.POLYGON if spatial else Shape.NONE)


_ZH: Final = {
    "area_code": "区域代码", "name": "名称", "age": "年龄段", "sex": "性别", "kind": "类别", "use": "用途",
    "state": "状态", "relation": "与户主关系", "count": "数量", "sum": "合计", "known": "有值数量", "mean": "平均",
    "denominator": "分母", "rate": "比率", "as_of": "截至日期", "unit": "单位",
}  # fmt: skip
