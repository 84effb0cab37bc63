"""Lineage of grids drawn by hand.

old:  A = [0,2]x[0,1]   B = [2,4]x[0,1]
new:  A = [0,1]x[0,1]   C = [1,4]x[0,1]      (x in hundreds of metres)
"""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, box

from gridsys.errors import DatumError, DivisionError, InputError
from gridsys.spatial.lineage import LINEAGE_COLUMNS, lineage, merge_grids, restate, split_grid

AREA = "110101001001"
A, B, C, D = (f"{AREA}00{number}" for number in (1, 2, 3, 4))


def _grids(shapes):
    names = [f"第{int(code[-3:])}网格" for code in shapes]
    columns = {"name": names, "area_code": AREA, "weight": 10.0}
    return gpd.GeoDataFrame(columns, index=list(shapes), geometry=list(shapes.values()), crs="EPSG:4548")


def _homes(weights):
    points = gpd.points_from_xy(*zip(*weights, strict=True))
    return gpd.GeoDataFrame({"households": list(weights.values())}, geometry=points, crs="EPSG:4548")


OLD = _grids({A: box(0, 0, 200, 100), B: box(200, 0, 400, 100)})
NEW = _grids({A: box(0, 0, 100, 100), C: box(100, 0, 400, 100)})
HOMES = _homes({(50, 50): 30, (150, 50): 10, (300, 50): 20})


def test_shares_by_area_and_weight():
    table = lineage(OLD, NEW, HOMES).set_index(["predecessor", "successor"])
    assert table["area_share"].to_dict() == {(A, A): 0.5, (A, C): 0.5, (B, C): 1.0}
    assert table["weight_share"].to_dict() == {(A, A): 0.75, (A, C): 0.25, (B, C): 1.0}
    assert table["change"].to_dict() == {(A, A): "kept", (A, C): "moved", (B, C): "merged"}


def test_columns_and_no_weight_falls_back_to_area():
    table = lineage(OLD, NEW)
    assert tuple(table.columns) == LINEAGE_COLUMNS
    assert table["weight_share"].tolist() == table["area_share"].tolist()


def test_restated_totals_reconcile():
    succession = lineage(OLD, NEW, HOMES)
    cases = pd.Series({A: 40.0, B: 7.0}, name="cases")
    by_weight, by_area = restate(cases, succession), restate(cases, succession, by="area")
    assert by_weight.to_dict() == {A: 30.0, C: 17.0}
    assert by_area.to_dict() == {A: 20.0, C: 27.0}
    assert by_weight.name == "cases"


def test_ground_lost_and_gained_is_named():
    shrunk = _grids({A: box(0, 0, 150, 100), D: box(400, 0, 500, 100)})
    table = lineage(OLD, shrunk)
    assert set(table["change"]) == {"kept", "closed", "opened"}
    restated = restate(pd.Series({A: 4.0, B: 8.0}), table, by="area")
    assert restated.sum() == 12.0
    assert restated[restated.index.isna()].tolist() == [9.0]


def test_split_then_merge_gives_back_the_shape():
    halves = split_grid(OLD, A, LineString([(100, -1), (100, 101)]))
    assert halves.index.tolist() == [B, C, D]
    assert halves.loc[C, "geometry"].equals(box(0, 0, 100, 100))
    assert halves.loc[[C, D], "weight"].isna().all()
    whole = merge_grids(halves.fillna({"weight": 5.0}), [C, D])
    assert whole.index.tolist() == [B, f"{AREA}005"]
    assert whole.geometry.iloc[-1].equals(OLD.loc[A, "geometry"])
    assert whole["weight"].tolist() == [10.0, 10.0]


def test_lineage_of_split_and_merge():
    halves = split_grid(OLD, A, LineString([(50, -1), (50, 101)]))
    assert lineage(OLD, halves)["change"].tolist() == ["split", "split", "kept"]
    assert lineage(halves, OLD)["change"].tolist() == ["kept", "merged", "merged"]


def test_codes_once_used_are_not_given_again():
    assert split_grid(OLD, A, LineString([(50, -1), (50, 101)]), used={f"{AREA}017"}).index[-1] == f"{AREA}019"


def test_random_redivision_keeps_totals():
    rng = np.random.default_rng(3)
    edges_old, edges_new = (np.sort(np.append(rng.integers(1, 399, 4), [0, 400])) for _ in range(2))
    old, new = (
        _grids({f"{AREA}{at + 1:03d}": box(left, 0, right, 100) for at, (left, right) in enumerate(pairwise(e))})
        for e in (edges_old, edges_new)
    )
    statistic = pd.Series(rng.integers(0, 100, len(old)).astype(float), index=old.index)
    for by in ("area", "weight"):
        assert restate(statistic, lineage(old, new, HOMES), by=by).sum() == pytest.approx(statistic.sum())


def test_refusals():
    with pytest.raises(DatumError, match="GS203"):
        lineage(OLD.set_crs(4490, allow_override=True), NEW)
    with pytest.raises(InputError, match="GS104"):
        lineage(pd.concat([OLD, OLD]), NEW)
    with pytest.raises(InputError, match="GS102"):
        lineage(OLD, NEW, HOMES, "people")
    succession = lineage(OLD, NEW)
    with pytest.raises(InputError, match="GS103"):
        restate(pd.Series({A: 1.0}), succession, by="luck")
    with pytest.raises(InputError, match="GS103"):
        restate(pd.Series({A: np.nan}), succession)
    with pytest.raises(InputError, match="GS103"):
        restate(pd.Series({"x": 1.0}), succession)
    with pytest.raises(DivisionError, match="into 1 pieces"):
        split_grid(OLD, A, LineString([(0, 200), (1, 200)]))
    with pytest.raises(DivisionError, match="GS302"):
        split_grid(OLD, D, LineString([(0, 0), (1, 0)]))
    apart = _grids({A: box(0, 0, 1, 1), B: box(5, 0, 6, 1)})
    with pytest.raises(DivisionError, match="do not touch"):
        merge_grids(apart, [A, B])
    with pytest.raises(DivisionError, match="several areas"):
        merge_grids(apart.assign(area_code=[AREA, "110101001002"]), [A, B])
    full = _grids({f"{AREA}999": box(0, 0, 100, 100)})
    with pytest.raises(DivisionError, match="no grid codes left"):
        split_grid(full, f"{AREA}999", LineString([(50, -1), (50, 101)]))


def test_new_frame_leaves_the_old_one_alone():
    before = OLD.to_wkt()
    split_grid(OLD, A, LineString([(100, -1), (100, 101)]))
    assert before.equals(OLD.to_wkt())
    assert shapely.area(OLD.geometry.to_numpy()).sum() == 40_000
