"""A tiny town for the store's tests.

Two communities of one street, two grids each, 100 m squares::

    449000      449200      449400
    +-----+-----+-----+-----+ 4420100
    | A1  | A2  | B1  | B2  |
    +-----+-----+-----+-----+ 4420000
     community A  community B
"""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
from shapely import Point, box

CRS = "EPSG:4548"
DAY = date(2026, 1, 1)
STREET, A, B = "110101001", "110101001001", "110101001002"
A1, A2, B1, B2 = f"{A}001", f"{A}002", f"{B}001", f"{B}002"


def keyed(name: str, *ids: str) -> pd.Index:
    return pd.Index(ids, name=name)


def square(number: float, width: float = 100) -> object:
    """Return a cell of the row, counted from the west."""
    return box(449000 + 100 * number, 4420000, 449000 + 100 * number + width, 4420100)


def areas() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["甲社区", "乙社区"], "level": "community"},
        geometry=[square(0, 200), square(2, 200)],
        index=keyed("code", A, B),
        crs=CRS,
    )


def grids(*codes: str) -> gpd.GeoDataFrame:
    where = {A1: 0, A2: 1, B1: 2, B2: 3}
    codes = codes or tuple(where)
    return gpd.GeoDataFrame(
        {
            "name": [f"网格{code[-3:]}" for code in codes],
            "area_code": [code[:12] for code in codes],
            "weight": 2.0,
            "area_m2": 10_000.0,
        },
        geometry=[square(where[code]) for code in codes],
        index=keyed("grid_code", *codes),
        crs=CRS,
    )


def buildings() -> gpd.GeoDataFrame:
    """One building a grid for A1, A2, B1; b4 has no position."""
    shapes = [box(x, 4420010, x + 20.25, 4420030.5) for x in (449010, 449110, 449210)]
    return gpd.GeoDataFrame(
        {
            "address": ["甲胡同1号", None, "乙胡同3号", None],
            "kind": ["courtyard", "slab", "tower", "shop"],
            "floors": [1, 6, 18, 1],
            "compound_id": pd.array([None] * 4, dtype="str"),
            "households": pd.array([2, None, 1, None], dtype="Int64"),
        },
        geometry=[*shapes, None],
        index=keyed("building_id", "b1", "b2", "b3", "b4"),
        crs=CRS,
    )


def rooms() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "building_id": ["b1", "b2", "b3", None],
            "stairwell": pd.array([None, 1, 2, None], dtype="Int64"),
            "floor": [1, 3, -1, 1],
            "number": ["101", "301", "B101", "1"],
            "use": ["home", "home", "vacant", "shop"],
            "area_m2": [20.5, 60.0, 15.25, 30.0],
        },
        index=keyed("room_id", "r1", "r2", "r3", "r4"),
    )


def households() -> pd.DataFrame:
    return pd.DataFrame(
        {"room_id": ["r1", "r2", None], "kind": ["family", "collective", "family"]},
        index=keyed("household_id", "h1", "h2", "h3"),
    )


def persons() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["王一", "李二", 'O\'Brien "三"'],
            "sex": ["1", "2", "1"],
            "birth_date": pd.to_datetime(["1950-01-01", "1999-12-31", "2020-02-29"]).astype("datetime64[us]"),
            "household_id": ["h1", "h2", None],
            "relation": ["head", "head", "other"],
        },
        index=keyed("person_id", "990101195001010015", "990101199912310020", "990101202002290031"),
    )


def incidents() -> gpd.GeoDataFrame:
    moments = pd.to_datetime(["2026-01-01T08:00:00+08:00", "2026-06-30T23:59:59.123456+08:00"], format="ISO8601")
    return gpd.GeoDataFrame(
        {
            "kind": ["noise", "waste"],
            "title": ['楼上噪音, "每晚"', "换行\n与逗号,"],
            "state": ["green", "closed"],
            "reported_at": moments.tz_convert("UTC").astype("datetime64[us, UTC]"),
        },
        geometry=[Point(449050, 4420050), Point(449250.01, 4420050.99)],
        index=keyed("incident_id", "i1", "i2"),
        crs=CRS,
    )


def postings() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "grid_code": [A1, B1],
            "force": ["grid_manager", "assistant"],
            "staff_name": ["赵", "钱"],
            "valid_from": pd.to_datetime(["2026-01-01", "2026-02-01"]).astype("datetime64[us]"),
        },
        index=keyed("posting_id", "p1", "p2"),
    )


def links() -> dict[str, pd.DataFrame]:
    def link(key: str, target: str, pairs: dict[str, str], method: str) -> pd.DataFrame:
        return pd.DataFrame(
            {target: list(pairs.values()), "method": method, "confidence": 1.0}, index=keyed(key, *pairs)
        )

    people = dict(zip(persons().index[:2], ("h1", "h2"), strict=True))
    return {
        "residence": link("person_id", "household_id", people, "code"),
        "occupancy": link("household_id", "room_id", {"h1": "r1", "h2": "r2"}, "code"),
        "placement": link("building_id", "grid_code", {"b1": A1, "b2": A2, "b3": B1}, "position"),
    }


def registered_households() -> pd.DataFrame:
    return pd.DataFrame(
        {"room_id": ["r2", None], "region": ["110101", "990101"], "kind": "family"},
        index=keyed("registered_id", "g1", "g2"),
    )


def registrations() -> pd.DataFrame:
    """The first person is registered in the second's home, the second in another province."""
    return pd.DataFrame(
        {"registered_id": ["g1", "g2"], "relation": "head"},
        index=keyed("person_id", *persons().index[:2]),
    )


def other_residences() -> pd.DataFrame:
    return pd.DataFrame(
        {"person_id": [persons().index[0]], "household_id": ["h2"], "relation": ["parent"], "use": ["weekend"]},
        index=keyed("other_id", "o1"),
    )


def confirmations() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "method": ["visit", "phone"],
            "valid_from": pd.to_datetime(["2026-01-01", "2026-02-01"]).astype("datetime64[us]"),
        },
        index=keyed("room_id", "r1", "r2"),
    )


def organisations() -> gpd.GeoDataFrame:
    """One in a room of grid A1, one that only knows its point, in B1."""
    return gpd.GeoDataFrame(
        {
            "name": ["甲店", "乙社"],
            "kind": ["shop", "social"],
            "credit_code": ["919901020000000194", None],
            "room_id": ["r1", None],
        },
        geometry=[None, Point(449250, 4420050)],
        index=keyed("organisation_id", "u1", "u2"),
        crs=CRS,
    )


def components() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "class_code": ["01037", "03005"],
            "name": ["路灯", "垃圾箱"],
            "state": ["normal", "missing"],
            "owner": ["路灯管理中心", None],
            "installed": pd.to_datetime(["2020-05-01", None]).astype("datetime64[us]"),
        },
        geometry=[Point(449010, 4420005), Point(449350, 4420095)],
        index=keyed("component_id", "11010101037000001", "11010103005000001"),
        crs=CRS,
    )
