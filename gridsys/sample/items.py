"""Records of items for the synthetic city: some of each of the seven categories."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_records import BASE_COLUMNS, KEY, item_kind
from gridsys.domain.records import Field, FieldType
from gridsys.sample.city import City
from gridsys.sample.people import REFERENCE_DATE
from gridsys.sample.seeds import stream

SAMPLED: Final = (
    "1201", "1301", "2203", "2301", "3101", "3102", "3201", "4101", "4102", "5101", "5102", "6101",
    "7101", "7102", "7201",
)  # fmt: skip
"""Items that get records; every category has some."""
_RECORDS: Final = 40
_FILLED: Final = 0.7
_OLDER: Final = pd.Timestamp(REFERENCE_DATE) - pd.DateOffset(years=60)
_TYPICAL: Final = {
    "year": (1955, 2020),
    "m": (1, 80),
    "m²": (40, 4000),
    "%": (5, 95),
    "floors": (1, 12),
    "mm": (500, 800),
}
_TEXTS: Final = {
    "owner_of_facility": ("区市政管理所", "自来水公司", "排水集团"), "signal_authority": ("交通支队",),
    "bridge_keeper": ("桥梁养护所",), "party_secretary": ("王样", "李样", "张样"),
    "party_organisation_name": ("样例社区党支部",), "what_was_seen": ("楼道整洁", "非机动车停放有序", "路灯一盏不亮"),
    "junction": ("样例路口东", "样例路口西"), "stairwell_number": ("1单元", "2单元", "3单元"),
    "commercial_building_name": ("样例商业楼",),
}  # fmt: skip


def make_items(catalog: Catalog, city: City, grid_of: pd.Series, *, seed: int) -> dict[str, pd.DataFrame]:
    """Return up to 40 records of each sampled item that the catalog holds, the same for the same seed.

    Parameters
    ----------
    catalog
        The catalog; types, code lists and requirements are followed.
    city
        The synthetic city; its people, buildings, compounds and incidents are what the records are about.
    grid_of
        Grid codes by ``building_id``; records whose building is not among them name no grid.
    seed
        The city's seed, 0 or more.

    Returns
    -------
    dict of str to DataFrame
        Frames by the item's code, as ``gridsys.domain.catalog_records.item_kind`` has them.

    Examples
    --------
    >>> streets = pd.DataFrame({"name": ["东华门街道"]}, index=["110101001"])
    >>> from gridsys.domain.catalog_build import build
    >>> from gridsys.sample.city import make_city
    >>> make_items(build({}, "1"), make_city(streets), pd.Series(dtype="str"), seed=7)
    {}
    """
    subjects = _subjects(city)
    made = {}
    for code in SAMPLED:
        if code not in catalog.items:
            continue
        rng = stream(seed, f"item {code}")
        item, kind = catalog.item(code), item_kind(catalog, catalog.item(code))
        about = subjects["older" if code == "1301" else item.subject]
        chosen = about.iloc[np.sort(rng.permutation(len(about))[:_RECORDS])]
        count = len(chosen)
        columns: dict[str, object] = {
            "subject_id": chosen.index.to_numpy(dtype=object),
            "grid_code": chosen.map(grid_of).to_numpy(dtype=object),
            "place": np.full(count, None, dtype=object),
        }
        columns |= {
            field.name: _values(field, count, rng) for field in kind.fields if field.name not in {KEY, *BASE_COLUMNS}
        }
        index = pd.Index([f"{code}-{number:05d}" for number in range(1, count + 1)], dtype="str", name=KEY)
        frame = pd.DataFrame(columns)
        frame.index = index
        made[code] = frame.astype(dict.fromkeys(BASE_COLUMNS, "str"))
    return made


def _subjects(city: City) -> dict[str, pd.Series]:
    """Return the building each possible subject is at, by kind of subject and identifier."""
    rooms = city.rooms["building_id"]
    households = city.households["room_id"].map(rooms)
    persons = city.persons["household_id"].map(households)
    persons = persons[~persons.index.duplicated()]
    buildings = pd.Series(city.buildings.index, index=city.buildings.index)
    compounds = (
        city.buildings.reset_index().dropna(subset=["compound_id"]).groupby("compound_id")["building_id"].first()
    )
    older = city.persons.index[(city.persons["birth_date"] <= _OLDER).to_numpy()]
    near = buildings.sample(min(len(buildings), 400), random_state=0)
    numbered = {name: near.set_axis([f"{name[:4].upper()}-{number:06d}" for number in range(len(near))])
                for name in ("component", "organisation", "note")}  # fmt: skip
    incidents = pd.Series(np.resize(near.to_numpy(), len(city.incidents)), index=city.incidents.index)
    return {
        "person": persons, "older": persons[persons.index.isin(older)], "household": households, "building": buildings,
        "place": compounds, "case": incidents, **numbered,
    }  # fmt: skip


def _values(field: Field, count: int, rng: np.random.Generator) -> pd.Series | pd.api.extensions.ExtensionArray:
    there = np.ones(count, dtype=bool) if field.required else rng.random(count) < _FILLED
    low, high = _TYPICAL.get(field.unit, (0, 6))
    match field.type:
        case FieldType.CODE:
            return pd.Series(
                pd.Series(rng.choice(np.array(field.choices, dtype=object), count)).where(there, None), dtype="str"
            )
        case FieldType.BOOLEAN:
            values = pd.Series(rng.random(count) < _FILLED, dtype="boolean")
            return values.where(there)
        case FieldType.INTEGER:
            whole = pd.Series(rng.integers(low, high + 1, count))
            return whole if field.required else whole.astype("Int64").where(there)
        case FieldType.NUMBER:
            return pd.Series(np.round(rng.uniform(max(low, 1), high, count), 1)).where(there)
        case FieldType.DATE | FieldType.MOMENT:
            days = np.datetime64(REFERENCE_DATE) - rng.integers(1, 900, count).astype("timedelta64[D]")
            stamps = pd.Series(days.astype("datetime64[us]")).where(there)
            return stamps if field.type is FieldType.DATE else stamps.dt.tz_localize("UTC") + pd.Timedelta(hours=2)
        case FieldType.TEXT:
            texts = _TEXTS.get(field.name, ("样例",))
            told = there if field.required else np.zeros(count, dtype=bool)
            return pd.Series(pd.Series(rng.choice(np.array(texts, dtype=object), count)).where(told, None), dtype="str")
