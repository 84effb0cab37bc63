"""Division of four squares and of small troubles: what comes out can be checked by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from gridsys.domain.finding import FINDING_COLUMNS
from gridsys.errors import DatumError, DivisionError, InputError
from gridsys.spatial.division import CHECKS, Count, TargetArea, Window, divide, prove
from tests.spatial.division.squares import CENTRES, COMMUNITY, CRS, areas_of, homes_of, roads_of

OTHER = "110101001002"


def _checks(plan):
    return plan.findings["check"].tolist()


def test_four_squares_become_four_grids_in_reading_order(square, lanes, homes):
    plan = divide(square, roads=lanes, buildings=homes, rule=Count(4))
    assert plan.grids.index.tolist() == [f"{COMMUNITY}{number:03d}" for number in (1, 2, 3, 4)]
    expected = [box(0, 100, 100, 200), box(100, 100, 200, 200), box(0, 0, 100, 100), box(100, 0, 200, 100)]
    assert all(shapely.equals(plan.grids.geometry, expected))
    assert plan.grids["weight"].tolist() == [100.0] * 4
    assert plan.grids["area_m2"].tolist() == [10_000.0] * 4
    assert plan.grids["name"].tolist() == ["第1网格", "第2网格", "第3网格", "第4网格"]
    assert plan.grids.crs == square.crs


def test_balance_of_four_squares(square, lanes, homes):
    row = divide(square, roads=lanes, buildings=homes, rule=Count(4)).balance.loc[COMMUNITY]
    assert (row["grids"], row["weight"], row["mean"], row["lightest"], row["heaviest"]) == (4, 400, 100, 100, 100)
    assert (row["within_10"], row["within_5"], row["extra_pieces"], row["road_share"]) == (1, 1, 0, 1)
    assert row["compactness"] == pytest.approx(np.pi / 4)


def test_window_gives_the_number_nearest_its_middle(square, lanes):
    plan = divide(
        square, roads=lanes, buildings=homes_of(dict.fromkeys(CENTRES.values(), 200.0)), rule=Window(300, 500)
    )
    assert len(plan.grids) == 2
    assert plan.grids["weight"].tolist() == [400.0, 400.0]


def test_area_lighter_than_the_window_is_one_grid_with_a_finding(square, lanes, homes):
    plan = divide(square, roads=lanes, buildings=homes_of({(50, 50): 20.0}), rule=Window(300, 500))
    assert len(plan.grids) == 1
    assert "area.window" in _checks(plan)


def test_plan_depends_on_neither_the_order_of_rows_nor_the_run(square, lanes):
    homes = homes_of({(20 + 40 * i, 20 + 40 * j): 10.0 + i + j for i in range(5) for j in range(5)})
    one = divide(square, roads=lanes, buildings=homes, rule=Count(3), seed=5)
    two = divide(square, roads=lanes.iloc[::-1], buildings=homes.sample(frac=1, random_state=1), rule=Count(3), seed=5)
    assert one.grids.to_wkt().equals(two.grids.to_wkt())
    assert one.summary == two.summary


def test_inputs_are_left_as_they_were(square, lanes, homes):
    before = [frame.to_wkt() for frame in (square, lanes, homes)]
    divide(square, roads=lanes, buildings=homes, rule=Count(2))
    assert all(old.equals(frame.to_wkt()) for old, frame in zip(before, (square, lanes, homes), strict=True))


def test_heavy_block_is_split_between_its_buildings(square):
    homes = homes_of({(30, 30): 100.0, (170, 30): 100.0, (30, 170): 100.0, (170, 170): 100.0})
    plan = divide(square, buildings=homes, rule=Count(4))
    assert plan.grids["weight"].tolist() == [100.0] * 4
    assert plan.balance["road_share"].tolist() == [0.0]
    assert plan.proof["passed"].all()


def test_compound_is_never_cut(square, lanes):
    compound = gpd.GeoDataFrame({"name": ["院"]}, geometry=[box(60, 20, 140, 80)], crs=CRS)
    homes = homes_of({(80, 50): 100.0, (120, 50): 100.0, (50, 150): 100.0, (150, 150): 100.0})
    plan = divide(square, roads=lanes, buildings=homes, compounds=compound, rule=Count(2))
    inside = plan.grids.geometry.intersection(compound.geometry.iloc[0]).area
    assert sorted(inside.round(6)) == [0.0, 4800.0]
    assert plan.proof.loc["no-compound-cut", "passed"]


def test_building_across_a_lane_stays_whole(square, lanes):
    homes = homes_of({(100, 50): 100.0, (50, 150): 100.0, (150, 150): 100.0, (40, 40): 100.0})
    plan = divide(square, roads=lanes, buildings=homes, rule=Count(4))
    pieces = plan.grids.geometry.intersection(homes.geometry.iloc[0]).area
    assert max(pieces.round(4)) == 100.0
    assert plan.proof.loc["no-building-cut", "passed"]


def test_road_that_stops_short_is_carried_on(square, homes):
    short = roads_of([(100, 1.5), (100, 198.5)], [(0, 100), (200, 100)])
    plan = divide(square, roads=short, buildings=homes, rule=Count(4))
    assert plan.grids["area_m2"].tolist() == [10_000.0] * 4


def test_road_that_overshoots_or_stands_twice_changes_nothing(square, lanes, homes):
    more = roads_of([(100, -5), (100, 205)], [(0, 100), (200, 100)], [(100, 0), (100, 200)], [(0, 99.7), (200, 99.7)])
    plan = divide(square, roads=more, buildings=homes, rule=Count(4))
    assert shapely.area(plan.grids.geometry.to_numpy()) == pytest.approx([10_000] * 4, abs=35)
    assert plan.proof["passed"].all()


def test_barrier_polygon_counts_by_its_edge(square):
    canal = gpd.GeoDataFrame({"kind": ["water"]}, geometry=[box(-10, 95, 210, 105)], crs=CRS)
    plan = divide(square, barriers=canal, buildings=homes_of({(50, 50): 100.0, (50, 150): 100.0}), rule=Count(2))
    assert sorted(plan.grids["weight"]) == [100.0, 100.0]
    assert plan.balance["road_share"].tolist() == [1.0]


def test_limit_is_kept_where_a_road_runs_beside_it(homes):
    shapes = {COMMUNITY: box(0, 0, 100, 200), OTHER: box(100, 0, 200, 200)}
    roads = roads_of([(100.4, -10), (100.4, 210)], [(0, 100), (200, 100)])
    plan = divide(areas_of(shapes), roads=roads, buildings=homes, rule=Count(4))
    unions = plan.grids.dissolve("area_code").geometry
    assert all(shapely.equals(unions.loc[list(shapes)], list(shapes.values())))


def test_detached_part_gets_a_grid_of_its_own(lanes, homes):
    area = areas_of({COMMUNITY: MultiPolygon([box(0, 0, 200, 200), box(300, 0, 350, 50)])})
    plan = divide(area, roads=lanes, buildings=homes, rule=Count(3))
    assert plan.balance["extra_pieces"].tolist() == [0]
    assert len(plan.grids) == 3
    assert "area.parts" in _checks(plan)
    island = plan.exceptions[plan.exceptions["weight"] == 0]
    assert island["proved"].tolist() == [True]


def test_hole_stays_a_hole(lanes, homes):
    ring = Polygon(box(0, 0, 200, 200).exterior, [box(90, 90, 110, 110).exterior])
    plan = divide(areas_of({COMMUNITY: ring}), roads=lanes, buildings=homes, rule=Count(4))
    assert plan.grids.geometry.area.sum() == pytest.approx(ring.area)
    assert plan.proof["passed"].all()


@pytest.mark.parametrize("buildings", [None, homes_of({(50, 50): 0.0})])
def test_area_without_weight_is_one_grid_with_a_finding(square, lanes, buildings):
    plan = divide(square, roads=lanes, buildings=buildings)
    assert len(plan.grids) == 1
    assert "area.no-weight" in _checks(plan)


def test_counted_area_without_weight_is_balanced_by_area(square, lanes):
    plan = divide(square, roads=lanes, rule=Count(4))
    assert plan.grids["area_m2"].tolist() == [10_000.0] * 4


def test_area_without_roads_and_with_one_building_is_one_grid(square):
    plan = divide(square, buildings=homes_of({(50, 50): 900.0}), rule=Window(300, 500))
    assert len(plan.grids) == 1
    assert "area.window" in _checks(plan)


def test_forced_exception_is_listed_with_its_proof(square, lanes):
    homes = homes_of({(50, 50): 500.0, (150, 50): 10.0, (50, 150): 10.0, (150, 150): 10.0})
    plan = divide(square, roads=lanes, buildings=homes, rule=Count(2))
    assert len(plan.exceptions) == 2
    assert plan.exceptions["proved"].all()
    assert "500" in plan.exceptions["reason"].iloc[0]


def test_grouping_that_no_weights_allow_is_proved_by_the_solver(square, lanes):
    homes = homes_of({(50, 50): 100.0, (150, 50): 100.0, (50, 150): 100.0})
    plan = divide(square, roads=lanes, buildings=homes, rule=Count(2))
    assert plan.exceptions["proved"].all()
    assert "cannot be grouped" in plan.exceptions["reason"].iloc[0]


def test_building_across_a_limit_counts_once_with_a_finding(lanes):
    shapes = {COMMUNITY: box(0, 0, 100, 200), OTHER: box(100, 0, 200, 200)}
    homes = homes_of({(98, 50): 100.0, (150, 50): 100.0})
    plan = divide(areas_of(shapes), roads=lanes, buildings=homes, rule=Count(2))
    assert plan.balance["weight"].tolist() == [100.0, 100.0]
    assert plan.findings.loc[plan.findings["check"] == "building.straddles", "id"].tolist() == ["b0"]
    assert plan.proof["passed"].all()


def test_compound_across_a_limit_is_a_finding(lanes, homes):
    shapes = {COMMUNITY: box(0, 0, 100, 200), OTHER: box(100, 0, 200, 200)}
    compound = gpd.GeoDataFrame({"name": ["院"]}, index=["c1"], geometry=[box(80, 20, 120, 60)], crs=CRS)
    plan = divide(areas_of(shapes), roads=lanes, buildings=homes, compounds=compound, rule=Count(4))
    assert plan.findings.loc[plan.findings["check"] == "compound.straddles", "id"].tolist() == ["c1"]


def test_building_outside_every_area_is_a_finding(square, lanes):
    plan = divide(square, roads=lanes, buildings=homes_of({(50, 50): 400.0, (500, 500): 100.0}))
    assert plan.summary["weight"] == 400
    assert "b1" in plan.findings.set_index("check").loc["building.outside", "reason"]


def test_missing_weight_counts_as_none_with_a_finding(square, lanes):
    homes = homes_of({(50, 50): 400.0, (150, 50): np.nan})
    plan = divide(square, roads=lanes, buildings=homes)
    assert plan.summary["weight"] == 400
    assert "building.weight" in _checks(plan)


def test_findings_have_the_contract_columns(square, lanes, homes):
    assert tuple(divide(square, roads=lanes, buildings=homes).findings.columns) == FINDING_COLUMNS


def test_points_and_any_weight_column_will_do(square, lanes):
    shops = gpd.GeoDataFrame(
        {"staff": [5.5, 5.5, 5.5, 5.5]}, geometry=gpd.points_from_xy(*zip(*CENTRES.values(), strict=True)), crs=CRS
    )
    plan = divide(square, roads=lanes, buildings=shops, weight="staff", rule=Count(4))
    assert plan.grids["weight"].tolist() == [5.5] * 4


def test_streets_are_divided_without_communities(lanes, homes):
    plan = divide(areas_of({"110101001": box(0, 0, 200, 200)}), roads=lanes, buildings=homes, rule=Count(2))
    assert plan.grids.index.tolist() == ["110101001000001", "110101001000002"]
    assert plan.grids["area_code"].tolist() == ["110101001"] * 2


def test_unit_grids_of_whole_blocks(square, lanes):
    plan = divide(square, roads=lanes, rule=TargetArea(10_000))
    assert plan.grids["weight"].tolist() == [10_000.0] * 4


def test_unit_grids_leave_a_large_block_whole_unless_told_to_split(square):
    homes = homes_of({(30, 30): 1.0, (170, 30): 1.0, (30, 170): 1.0, (170, 170): 1.0})
    assert len(divide(square, buildings=homes, rule=TargetArea(10_000)).grids) == 1
    assert len(divide(square, buildings=homes, rule=TargetArea(10_000, split=True)).grids) == 4


# --- refusals -----------------------------------------------------------------------------------------


def _refused(error, code, **changes):
    given = {
        "areas": areas_of({COMMUNITY: box(0, 0, 200, 200)}),
        "roads": roads_of([(100, 0), (100, 200)]),
        "buildings": homes_of({(50, 50): 400.0}),
    } | changes
    with pytest.raises(error) as caught:
        divide(given.pop("areas"), **given)
    assert caught.value.code == code
    assert caught.value.fix
    return caught.value


def test_geographic_crs_is_refused():
    _refused(DatumError, "GS203", areas=areas_of({COMMUNITY: box(116, 39, 117, 40)}).set_crs(4490, allow_override=True))
    _refused(DatumError, "GS203", roads=roads_of([(0, 0), (1, 1)]).set_crs(4490, allow_override=True))


def test_layers_in_two_zones_are_refused():
    _refused(DatumError, "GS203", roads=roads_of([(0, 0), (1, 1)]).set_crs(4547, allow_override=True))


def test_missing_columns_are_refused():
    _refused(InputError, "GS102", areas=areas_of({COMMUNITY: box(0, 0, 1, 1)}).drop(columns="name"))
    _refused(InputError, "GS102", roads=roads_of([(0, 0), (1, 1)]).drop(columns="kind"))
    _refused(InputError, "GS102", buildings=homes_of({(1, 1): 1.0}), weight="people")
    _refused(InputError, "GS102", previous=areas_of({f"{COMMUNITY}001": box(0, 0, 1, 1)}))


@pytest.mark.parametrize("bad", [-1.0, np.inf, "many"])
def test_weights_that_are_no_weights_are_refused(bad):
    homes = homes_of({(1, 1): 1.0}).astype({"households": object})
    homes["households"] = [bad]
    assert "b0" in _refused(InputError, "GS103", buildings=homes).why


def test_road_kind_outside_the_code_list_is_refused():
    assert "motorway" in _refused(InputError, "GS103", roads=roads_of([(0, 0), (1, 1)], kind="motorway")).why


def test_keys_that_stand_twice_are_refused():
    homes = homes_of({(50, 50): 1.0, (150, 50): 1.0})
    homes.index = ["b", "b"]
    _refused(InputError, "GS104", buildings=homes)


def test_no_area_or_an_empty_one_is_refused():
    _refused(InputError, "GS105", areas=areas_of({COMMUNITY: box(0, 0, 1, 1)}).iloc[:0])
    _refused(InputError, "GS105", areas=areas_of({COMMUNITY: box(0, 0, 200, 200), OTHER: Polygon()}))


@pytest.mark.parametrize("codes", [["110101"], ["11010100100"], ["110101001", COMMUNITY]])
def test_codes_of_other_or_mixed_levels_are_refused(codes):
    shapes = {code: box(200 * at, 0, 200 * at + 200, 200) for at, code in enumerate(codes)}
    _refused(InputError, "GS106", areas=areas_of(shapes))


def test_previous_grid_codes_are_checked():
    old = areas_of({"12345": box(0, 0, 1, 1)}).assign(area_code=COMMUNITY)
    _refused(InputError, "GS106", previous=old)


def test_rules_that_cannot_be_met_are_refused():
    _refused(DivisionError, "GS302", rule=Count(99))
    two = areas_of({COMMUNITY: box(0, 0, 200, 200), OTHER: box(200, 0, 400, 200)})
    _refused(DivisionError, "GS302", areas=two, rule=Count(1))
    _refused(DivisionError, "GS302", pins=[f"{COMMUNITY}001"])
    for rule, arguments in ((Window, (500, 300)), (Window, (0, 5)), (Count, (0,)), (TargetArea, (0,))):
        with pytest.raises(DivisionError, match="GS302"):
            rule(*arguments)


# --- limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shift", "check"), [(-0.5, "area.overlap"), (0.5, "area.gap")])
def test_narrow_fault_between_areas_is_repaired_with_a_finding(shift, check, lanes, homes):
    """The faults are enclosed: the two areas share their limit above and below."""
    left = Polygon([(0, 0), (100, 0), (100, 50), (100, 150), (100, 200), (0, 200)])
    right = Polygon([(100, 0), (200, 0), (200, 200), (100, 200), (100, 150), (100 + shift, 100), (100, 50)])
    plan = divide(areas_of({COMMUNITY: left, OTHER: right}), roads=lanes, buildings=homes, rule=Count(4))
    assert check in _checks(plan)
    assert plan.areas.geometry.area.sum() == pytest.approx(40_000)
    assert plan.proof["passed"].all()


def test_wide_faults_are_refused_all_at_once():
    shapes = {
        COMMUNITY: box(0, 0, 105, 200),
        OTHER: box(100, 0, 200, 200),
        "110101001003": box(0, 195, 200, 400),
    }
    where = _refused(DivisionError, "GS301", areas=areas_of(shapes)).where
    assert where.count("overlap") == 4  # three pairs, and the place where all three lie


def test_self_crossing_area_is_mended_with_a_finding(homes):
    bow = Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    plan = divide(areas_of({COMMUNITY: bow}), buildings=homes)
    assert "area.invalid" in _checks(plan)
    assert plan.proof["passed"].all()


def test_detached_fleck_goes_to_its_neighbour_or_nowhere(lanes, homes):
    mine = MultiPolygon([box(0, 0, 100, 200), box(200, 0, 200.5, 40), box(900, 900, 900.5, 901)])
    plan = divide(
        areas_of({COMMUNITY: mine, OTHER: box(100, 0, 200, 200)}), roads=lanes, buildings=homes, rule=Count(4)
    )
    assert _checks(plan).count("area.fleck") == 2
    assert plan.areas.loc[OTHER, "geometry"].area == pytest.approx(20_020)
    assert plan.proof["passed"].all()


# --- previous plan ------------------------------------------------------------------------------------


def _quarters(square, lanes, homes):
    return divide(square, roads=lanes, buildings=homes, rule=Count(4))


def test_unchanged_input_gives_the_same_plan(square, lanes, homes):
    first = _quarters(square, lanes, homes)
    for previous in (first, first.grids):
        again = divide(square, roads=lanes, buildings=homes, rule=Count(4), previous=previous, seed=9)
        assert again.grids.to_wkt().equals(first.grids.to_wkt())


def test_small_change_moves_nothing(square, lanes, homes):
    first = _quarters(square, lanes, homes)
    changed = homes.assign(households=[104.0, 100.0, 97.0, 100.0])
    again = divide(square, roads=lanes, buildings=changed, rule=Count(4), previous=first)
    assert again.grids.geometry.to_wkt().equals(first.grids.geometry.to_wkt())
    assert sorted(again.grids["weight"]) == [97.0, 100.0, 100.0, 104.0]


def test_window_keeps_the_count_while_the_mean_stays_inside(square, lanes):
    start = homes_of(dict.fromkeys(CENTRES.values(), 205.0))
    first = divide(square, roads=lanes, buildings=start, rule=Window(300, 500))
    assert len(first.grids) == 2
    grown = start.assign(households=248.0)
    assert len(divide(square, roads=lanes, buildings=grown, previous=first).grids) == 2
    shrunk = start.assign(households=152.0)
    assert len(divide(square, roads=lanes, buildings=shrunk, previous=first).grids) == 2


def test_new_grids_get_codes_never_used(square, lanes, homes):
    first = divide(square, roads=lanes, buildings=homes, rule=Count(2))
    closed = first.grids.assign(valid_to=pd.Series([pd.NaT, pd.Timestamp("2026-01-01")], index=first.grids.index))
    again = divide(square, roads=lanes, buildings=homes, rule=Count(4), previous=closed)
    kept, new = f"{COMMUNITY}001", f"{COMMUNITY}002"
    assert new not in again.grids.index
    assert again.grids.index.max() == f"{COMMUNITY}006" or kept in again.grids.index


def test_merged_grids_keep_one_code(square, lanes, homes):
    first = _quarters(square, lanes, homes)
    again = divide(square, roads=lanes, buildings=homes, rule=Count(2), previous=first)
    assert set(again.grids.index) <= set(first.grids.index) | {f"{COMMUNITY}005", f"{COMMUNITY}006"}
    assert sorted(again.grids["weight"]) == [200.0, 200.0]


def test_pinned_grid_stays_exactly(square, lanes, homes):
    first = _quarters(square, lanes, homes)
    pin = first.grids.index[0]
    heavier = homes.assign(households=[500.0, 100.0, 100.0, 100.0])
    again = divide(square, roads=lanes, buildings=heavier, rule=Count(3), previous=first, pins=[pin])
    assert shapely.equals(again.grids.loc[pin, "geometry"], first.grids.loc[pin, "geometry"])
    assert len(again.grids) == 3


def test_new_building_across_a_boundary_asks_for_new_atoms(square, lanes, homes):
    first = _quarters(square, lanes, homes)
    more = pd.concat([homes, homes_of({(100, 60): 3.0}).set_axis(["new"])])
    again = divide(square, roads=lanes, buildings=more, rule=Count(4), previous=first)
    assert again.proof["passed"].all()
    assert again.summary["weight"] == 403


# --- proof --------------------------------------------------------------------------------------------


def _halves():
    index = [f"{COMMUNITY}001", f"{COMMUNITY}002"]
    return gpd.GeoDataFrame(
        {"area_code": [COMMUNITY] * 2}, index=index, geometry=[box(0, 0, 100, 200), box(100, 0, 200, 200)], crs=CRS
    )


def _failed(grids, square, **layers):
    proof = prove(grids, square, **layers)
    assert proof.index.tolist() == list(CHECKS)
    return set(proof.index[~proof["passed"]])


def test_proof_passes_what_is_right(square):
    assert _failed(_halves(), square) == set()


@pytest.mark.parametrize(
    ("second", "failed"),
    [
        (box(99, 0, 200, 200), {"coverage-valid", "no-overlap"}),
        (box(101, 0, 200, 200), {"no-gap"}),
        (box(100, 0, 210, 200), {"nested"}),
        (MultiPolygon([box(100, 0, 200, 90), box(100, 110, 200, 200)]), {"single-pieces", "no-gap"}),
        (Polygon([(100, 0), (200, 200), (200, 0), (100, 200)]), {"grids-valid", "no-gap"}),
    ],
)
def test_proof_names_what_is_wrong(second, failed, square):
    grids = _halves()
    grids.loc[grids.index[1], "geometry"] = second
    assert failed <= _failed(grids, square)


def test_proof_finds_wrong_codes(square):
    assert _failed(_halves().set_axis([f"{OTHER}001", f"{COMMUNITY}002"]), square) == {"codes-nested"}


def test_proof_finds_cut_buildings_and_compounds(square):
    astride = homes_of({(100, 50): 1.0})
    assert _failed(_halves(), square, buildings=astride, compounds=astride) == {"no-building-cut", "no-compound-cut"}


def test_proof_lets_a_building_stand_at_a_boundary(square):
    assert _failed(_halves(), square, buildings=homes_of({(95, 50): 1.0, (105, 90): 1.0})) == set()


def test_midway_line_runs_between_the_buildings():
    plan = divide(
        areas_of({COMMUNITY: box(0, 0, 100, 50)}), buildings=homes_of({(25, 25): 1.0, (75, 25): 1.0}), rule=Count(2)
    )
    shared = shapely.intersection(*plan.grids.geometry)
    assert shapely.hausdorff_distance(shared, LineString([(50, 0), (50, 50)])) < 1.0
