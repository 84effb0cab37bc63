"""Small hand-made records of every shape, with awkward cells: gaps, Chinese text, early dates, milliseconds."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from gridsys.domain.records import AREA, BUILDING, HOUSEHOLD, INCIDENT, PERSON, POSTING, ROAD, ROOM

CRS = "EPSG:4548"
EAST, NORTH = 450_000.0, 4_418_000.0


def box(x: float, y: float, size: float = 10) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


def areas() -> gpd.GeoDataFrame:
    ring = box(0, 0, 100).difference(box(40, 40, 5))
    parts = shapely.MultiPolygon([box(200, 0), box(300, 0.123_456)])
    row = {"name": ["甲街道", "乙街道"], "level": ["street", "street"]}
    index = pd.Index(["110101001", "110101002"], name="code")
    return gpd.GeoDataFrame(row, geometry=[ring, parts], index=index, crs=CRS)


def roads() -> gpd.GeoDataFrame:
    line = shapely.LineString([(EAST, NORTH), (EAST + 33.33, NORTH + 0.1)])
    row = {"name": ["长安街", None], "kind": ["arterial", "alley"]}
    lines = [line, shapely.MultiLineString([line, line.parallel_offset(5)])]
    return gpd.GeoDataFrame(row, geometry=lines, index=pd.Index(["r1", "r2"], name="road_id"), crs=CRS)


def buildings() -> gpd.GeoDataFrame:
    row = {
        "address": ["东长安街1号，“院内”", None, 'a "quoted", b'],
        "kind": ["slab", "tower", "courtyard"],
        "floors": [6, 30, 1],
        "compound_id": [None, "c1", None],
        "households": pd.array([12, None, 0], dtype="Int64"),
    }
    index = pd.Index(["b1", "b2", "b3"], name="building_id")
    return gpd.GeoDataFrame(row, geometry=[box(0, 0), box(20, 0), None], index=index, crs=CRS)


def incidents() -> gpd.GeoDataFrame:
    moments = ["2026-09-18T01:30:00.123Z", "1999-12-31T23:59:59Z", "2026-09-18T16:00:00Z"]
    row = {
        "kind": ["01001", "01002", "06001"],
        "title": ["井盖缺失", "=1+1", "第一行\n第二行"],
        "state": ["green", "red", "closed"],
        "reported_at": pd.to_datetime(moments, format="ISO8601"),
    }
    points = [shapely.Point(EAST + 1 / 3, NORTH + 2 / 3), shapely.Point(EAST, NORTH), None]
    return gpd.GeoDataFrame(row, geometry=points, index=pd.Index(["e1", "e2", "e3"], name="incident_id"), crs=CRS)


def rooms() -> pd.DataFrame:
    row = {
        "building_id": ["b1", None],
        "stairwell": pd.array([1, None], dtype="Int64"),
        "floor": [-1, 3],
        "number": ["0101", "甲-2"],
        "use": ["home", "shop"],
        "area_m2": [55.123456789012345, 1.0],
    }
    return pd.DataFrame(row, index=pd.Index(["007", "008"], name="room_id"))


def households() -> pd.DataFrame:
    row = {"room_id": ["007", None], "kind": ["family", "collective"]}
    return pd.DataFrame(row, index=pd.Index(["h1", "h2"], name="household_id"))


def persons() -> pd.DataFrame:
    row = {
        "name": ["王一", "NA"],
        "sex": ["1", "2"],
        "birth_date": pd.to_datetime(["1911-01-01", "2020-02-29"]),
        "household_id": ["h1", None],
        "relation": ["head", "other"],
    }
    return pd.DataFrame(row, index=pd.Index(["99010119110101001X", "990101202002290029"], name="person_id"))


def postings() -> pd.DataFrame:
    row = {
        "grid_code": ["110101001001001"],
        "force": ["grid_manager"],
        "staff_name": ["李二"],
        "valid_from": pd.to_datetime(["2026-01-01"]),
    }
    return pd.DataFrame(row, index=pd.Index(["p1"], name="posting_id"))


SPATIAL = [(areas, AREA), (roads, ROAD), (buildings, BUILDING), (incidents, INCIDENT)]
PLAIN = [(rooms, ROOM), (households, HOUSEHOLD), (persons, PERSON), (postings, POSTING)]
