"""The main job through its use cases, once on each database, on four unit squares that can be reckoned by hand."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from gridsys.domain.rights import Actor, Role
from gridsys.errors import AccessError, InputError, StoreError
from gridsys.spatial.division import Count
from gridsys.spatial.lineage import restate
from gridsys.usecases.atlas import write_atlas
from gridsys.usecases.divide import AREA_WEIGHT, DivisionInputs, divide_areas, enact_plan, plan_in_force
from gridsys.usecases.export import export_records
from gridsys.usecases.imports import import_records
from gridsys.usecases.link import link_records
from gridsys.usecases.publish import compose_map, publish_map

CRS = "EPSG:4548"
X, Y = 449_000.0, 4_420_000.0
DAY, LATER = date(2026, 1, 1), date(2026, 6, 30)
ADMIN = Actor("li", Role.DISTRICT_ADMINISTRATOR, "110101")


def _square(column, row):
    return box(X + 100 * column, Y + 100 * row, X + 100 * (column + 1), Y + 100 * (row + 1))


def _frame(name, ids, columns, shapes=None):
    index = pd.Index(ids, name=name)
    if shapes is None:
        return pd.DataFrame(columns, index=index)
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=CRS)


@pytest.fixture
def town():
    """Two communities of two squares each; one building with ten homes in every square; roads along all edges.

        0     100    200
    200 +------+------+
        | B    | B    |   community 110101001002 (north)
    100 +------+------+
        | B    | B    |   community 110101001001 (south)
      0 +------+------+
    """
    squares = [(0, 0), (1, 0), (0, 1), (1, 1)]
    south, north = _square(0, 0).union(_square(1, 0)), _square(0, 1).union(_square(1, 1))
    ids = [f"B{number}" for number in range(4)]
    houses = [_square(*square).buffer(-30, join_style="mitre") for square in squares]
    rooms = [f"{building}-{number}" for building in ids for number in range(10)]
    edges = [_square(*square).boundary for square in squares]
    return {
        "area": _frame(
            "code",
            ["110101", "110101001", "110101001001", "110101001002"],
            {
                "name": ["东城区", "东华门街道", "南社区", "北社区"],
                "level": ["district", "street", "community", "community"],
            },
            [south.union(north), south.union(north), south, north],
        ),
        "road": _frame("road_id", list("abcd"), {"name": None, "kind": "alley"}, edges),
        "building": _frame(
            "building_id", ids, {"address": None, "kind": "slab", "floors": 5, "compound_id": None, "households": 10},
            houses,
        ),
        "room": _frame(
            "room_id", rooms,
            {"building_id": [room.split("-")[0] for room in rooms], "stairwell": 1, "floor": 1, "number": "101",
             "use": "home", "area_m2": 60.0},
        ),
        "household": _frame("household_id", [f"H{room}" for room in rooms], {"room_id": rooms, "kind": "family"}),
        "person": _frame(
            "person_id", ["990101195703150018", "990101198001010014"],
            {"name": ["甲", "乙"], "sex": ["1", "1"], "birth_date": pd.to_datetime(["1957-03-15", "1980-01-01"]),
             "household_id": ["HB0-0", None], "relation": "head"},
        ),
        "incident": _frame(
            "incident_id", ["E1"],
            {"kind": "06", "title": "<script>alert(1)</script>", "state": "red",
             "reported_at": pd.to_datetime(["2026-06-01T08:00Z"])},
            [Point(X + 50, Y + 50)],
        ),
    }  # fmt: skip


def _divide(town):
    areas = town["area"]
    inputs = DivisionInputs(areas[areas["level"] == "community"], roads=town["road"], buildings=town["building"])
    return divide_areas(ADMIN, inputs, rule=Count(4))


@pytest.fixture
def loaded(store, town):
    enact_plan(ADMIN, store, _divide(town), name="first", valid_from=DAY)
    for kind, frame in town.items():
        import_records(ADMIN, store, kind, frame, valid_from=DAY)
    return store


def test_four_squares_become_four_grids(town):
    plan = _divide(town)
    assert plan.grids["weight"].tolist() == [10, 10, 10, 10]
    assert plan.grids["area_m2"].round().tolist() == [10_000] * 4
    assert list(plan.grids.index) == [
        "110101001001001", "110101001001002", "110101001002001", "110101001002002",
    ]  # fmt: skip


def test_objects_without_a_number_weigh_their_ground_area(town):
    areas = town["area"]
    inputs = DivisionInputs(areas[areas["level"] == "community"], roads=town["road"], buildings=town["building"])
    plan = divide_areas(ADMIN, inputs, rule=Count(4), weight=AREA_WEIGHT)
    assert plan.grids["weight"].round().tolist() == [1_600] * 4


def test_the_chain_links_and_says_who_is_lost(loaded):
    report = link_records(ADMIN, loaded, as_of=LATER)
    assert report.rates["linked"].to_dict() == {"residence": 1, "occupancy": 40, "placement": 40}
    assert report.failures[["table", "reason"]].to_numpy().tolist() == [["person", "no-household-given"]]
    with loaded.begin() as transaction:
        chain = transaction.chain("990101195703150018", as_of=LATER)
    assert chain["grid_code"] == "110101001001001"
    assert chain["household_id"] == "HB0-0"


def test_loading_and_linking_again_changes_nothing(loaded, town):
    link_records(ADMIN, loaded, as_of=LATER)
    for kind, frame in town.items():
        counts = import_records(ADMIN, loaded, kind, frame, valid_from=LATER)
        assert (counts.inserted, counts.changed) == (0, 0), kind
    again = link_records(ADMIN, loaded, as_of=LATER)
    assert again.rates["linked"].sum() == 81


def test_the_map_holds_every_grid_and_no_person(loaded, tmp_path):
    link_records(ADMIN, loaded, as_of=LATER)
    report = publish_map(ADMIN, loaded, tmp_path / "map.html", as_of=LATER)
    assert report.rate.loc["display", "rate"] == 1
    assert report.incidents == 1
    text = report.path.read_text(encoding="utf-8")
    assert "990101195703150018" not in text
    assert report.size == len(text.encode())


def test_the_map_object_shows_itself(loaded):
    link_records(ADMIN, loaded, as_of=LATER)
    assert "<iframe" in compose_map(ADMIN, loaded, as_of=LATER)._repr_html_()


def test_export_reads_back_what_is_in_force(loaded, tmp_path):
    report = export_records(ADMIN, loaded, "grid", tmp_path / "grids.zip", as_of=LATER)
    assert (report.rows, report.path.exists()) == (4, True)


def test_a_bad_table_changes_nothing(loaded, town):
    bad = town["person"].assign(sex=["1", "7"], name=["改", "改"])
    with pytest.raises(InputError, match="GS103") as caught:
        import_records(ADMIN, loaded, "person", bad, valid_from=LATER)
    assert "990101198001010014" in str(caught.value)
    with loaded.begin() as transaction:
        assert transaction.get("person")["name"].tolist() == ["甲", "乙"]


def test_everything_is_in_the_audit_log_under_its_actor(loaded, tmp_path):
    link_records(ADMIN, loaded, as_of=LATER)
    export_records(ADMIN, loaded, "grid", tmp_path / "g.gpkg", as_of=LATER)
    with loaded.begin() as transaction:
        log = transaction.audit_log()
        assert transaction.verify_audit().broken_at is None
    assert set(log["actor"]) == {"li"}
    assert {"divide", "import", "link", "export"} <= set(log["action"])


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (Actor("x", Role.GRID_MANAGER, "110101001001001"), "GS401"),
        (Actor("x", Role.COMMUNITY_WORKER, "110101001001"), "GS402"),
    ],
)
def test_who_may_not_link_does_not_link(loaded, actor, code):
    with pytest.raises(AccessError, match=code):
        link_records(actor, loaded, as_of=LATER)


def test_a_community_worker_maps_the_own_community_only(loaded, tmp_path):
    link_records(ADMIN, loaded, as_of=LATER)
    worker = Actor("wang", Role.COMMUNITY_WORKER, "110101001002")
    report = publish_map(worker, loaded, tmp_path / "map.html", as_of=LATER)
    assert report.grids_drawn == ("110101001002001", "110101001002002")
    assert report.incidents == 0


def test_an_analyst_exports_no_persons(loaded, tmp_path):
    analyst = Actor("zhao", Role.DISTRICT_ANALYST, "110101")
    with pytest.raises(AccessError, match="GS401"):
        export_records(analyst, loaded, "person", tmp_path / "p.csv", as_of=LATER)
    assert not (tmp_path / "p.csv").exists()


def test_before_the_plan_there_is_no_grid(loaded, tmp_path):
    for work in (
        lambda: link_records(ADMIN, loaded, as_of=date(2025, 12, 31)),
        lambda: publish_map(ADMIN, loaded, tmp_path / "m.html", as_of=date(2025, 12, 31)),
    ):
        with pytest.raises(StoreError, match="GS504"):
            work()


def test_a_plan_that_continues_another_keeps_codes_and_says_who_follows_whom(loaded, town):
    areas = town["area"]
    communities = areas[areas["level"] == "community"]
    inputs = DivisionInputs(communities, roads=town["road"], buildings=town["building"])
    for count, day in ((2, date(2026, 3, 1)), (4, date(2026, 5, 1))):
        before = plan_in_force(ADMIN, loaded, communities.crs)
        plan = divide_areas(ADMIN, inputs, rule=Count(count), previous=before)
        number = enact_plan(ADMIN, loaded, plan, name=f"{count} grids", valid_from=day)
    with loaded.begin() as transaction:
        now = transaction.get("grid")
        succession = transaction.get_succession(number)
        first, second = (set(transaction.get("grid", as_of=day).index) for day in (DAY, date(2026, 4, 1)))
        assert len(transaction.plans()) == 3
    assert (len(first), len(second), len(now)) == (4, 2, 4)
    # Four grids were merged into two and split again: no code that ended has come back.
    assert not (first - second) & set(now.index)
    assert set(succession["successor"]) == set(now.index)
    assert succession.groupby("predecessor")["weight_share"].sum().tolist() == pytest.approx([1, 1])
    assert restate(pd.Series(dict.fromkeys(succession["predecessor"].unique(), 20.0)), succession).sum() == 40


def test_nobody_divides_outside_the_own_area(town):
    areas = town["area"]
    stranger = Actor("sun", Role.DISTRICT_ADMINISTRATOR, "110102")
    with pytest.raises(AccessError, match="GS402"):
        divide_areas(stranger, DivisionInputs(areas[areas["level"] == "community"]))


def test_a_community_with_all_the_grids_there_are_still_sees_its_own_only(store, town, tmp_path):
    areas, south = town["area"], "110101001001"
    inputs = DivisionInputs(areas[areas.index == south], roads=town["road"], buildings=town["building"])
    enact_plan(ADMIN, store, divide_areas(ADMIN, inputs, rule=Count(2)), name="south only", valid_from=DAY)
    for kind, frame in town.items():
        import_records(ADMIN, store, kind, frame, valid_from=DAY)
    link_records(ADMIN, store, as_of=LATER)
    manager = Actor("sun", Role.STREET_MANAGER, south)
    assert export_records(manager, store, "building", tmp_path / "own.csv", as_of=LATER).rows == 2
    assert export_records(manager, store, "person", tmp_path / "own.csv", as_of=LATER).rows == 1


def test_a_worker_loads_no_postings_of_another_community(loaded):
    posting = _frame(
        "posting_id", ["P1"],
        {"grid_code": "110101001002001", "force": "assistant", "staff_name": "丁",
         "valid_from": pd.to_datetime(["2026-02-01"])},
    )  # fmt: skip
    worker = Actor("wang", Role.COMMUNITY_WORKER, "110101001001")
    with pytest.raises(AccessError, match="GS402"):
        import_records(worker, loaded, "posting", posting, valid_from=LATER)
    assert import_records(ADMIN, loaded, "posting", posting, valid_from=LATER).inserted == 1


def test_the_atlas_has_a_page_for_each_grid_of_the_own_area_and_no_person(loaded, tmp_path):
    link_records(ADMIN, loaded, as_of=LATER)
    worker = Actor("wang", Role.COMMUNITY_WORKER, "110101001001")
    report = write_atlas(worker, loaded, tmp_path, as_of=LATER)
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}
    assert set(pages) == {"index.html", "110101001001001.html", "110101001001002.html"}
    assert report.pages == 3
    assert not any("990101195703150018" in text or "110101001002001.html" in text for text in pages.values())
    with loaded.begin() as transaction:
        last = transaction.audit_log().iloc[-1]
    assert (last["actor"], last["action"], last["area"]) == ("wang", "publish", "110101001001")


def test_the_atlas_removes_its_own_old_pages_and_nothing_else(loaded, tmp_path):
    link_records(ADMIN, loaded, as_of=LATER)
    write_atlas(ADMIN, loaded, tmp_path, as_of=LATER)
    own = tmp_path / "110101999999.html"
    own.write_text("my own page", encoding="utf-8")
    report = write_atlas(ADMIN, loaded, tmp_path, as_of=LATER, by="community")
    assert len(report.removed) == 4
    assert own.exists()
    assert (tmp_path / "110101001001.html").exists()


def test_the_atlas_as_pdf_is_bound_too_and_is_removed_when_no_longer_asked_for(loaded, tmp_path):
    link_records(ADMIN, loaded, as_of=LATER)
    told, out = [], tmp_path / "atlas"
    report = write_atlas(
        ADMIN, loaded, out, as_of=LATER, by="community", formats=("pdf", "svg", "book"),
        progress=lambda *said: told.append(said),
    )  # fmt: skip
    written = {path.name for path in out.iterdir()}
    assert "atlas.pdf" in written
    assert report.pages == len(written)
    assert told[-1] == ("atlas", report.pages, report.pages)
    again = write_atlas(ADMIN, loaded, out, as_of=LATER, by="community")
    assert set(again.removed) == written


def test_who_may_not_publish_writes_no_atlas(loaded, tmp_path):
    with pytest.raises(AccessError, match="GS401"):
        write_atlas(Actor("x", Role.GRID_MANAGER, "110101001001001"), loaded, tmp_path / "a", as_of=LATER)
    assert not (tmp_path / "a").exists()
