"""Counting through the use case, on both databases: own area, public, files, audit."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.rights import Actor, Role
from gridsys.errors import AccessError, InputError
from gridsys.store import Store
from gridsys.usecases.rollup import Question, count_records, export_counts
from tests.store import frames
from tests.store.test_items import catalog, roads

JAN = date(2026, 1, 1)
DISTRICT = Actor("li", Role.DISTRICT_ADMINISTRATOR, "110101")
KINDS = ("area", "building", "room", "household", "person", "registered_household", "registration", "organisation",
         "component", "incident")  # fmt: skip


@pytest.fixture
def town(store: Store) -> Store:
    with store.begin() as transaction:
        for kind in KINDS:
            transaction.put(kind, getattr(frames, f"{kind}s")(), valid_from=JAN)
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_links(frames.links(), valid_from=JAN)
    return store


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("person", {frames.A: 2, frames.B: 0, "unplaced": 1}),
        ("registered", {frames.A: 1, frames.B: 0, "unplaced": 1}),
        ("household", {frames.A: 2, frames.B: 0, "unplaced": 1}),
        ("room", {frames.A: 2, frames.B: 1, "unplaced": 1}),
        ("building", {frames.A: 2, frames.B: 1, "unplaced": 1}),
        ("organisation", {frames.A: 1, frames.B: 1, "unplaced": 0}),
        ("component", {frames.A: 1, frames.B: 1, "unplaced": 0}),
        ("incident", {frames.A: 1, frames.B: 1, "unplaced": 0}),
    ],
)
def test_everything_is_counted_once(town: Store, what: str, expected: dict[str, int]) -> None:
    table = count_records(DISTRICT, town, Question(what, AreaLevel.COMMUNITY), as_of=JAN)
    assert table["count"].to_dict() == expected
    assert table.attrs["total"] == sum(expected.values())
    assert table.attrs["as_of"] == "2026-01-01"
    assert table.attrs["crs"] == frames.CRS


def test_below_the_district_only_the_own_area_is_counted(town: Store) -> None:
    worker = Actor("wang", Role.COMMUNITY_WORKER, frames.B)
    table = count_records(worker, town, Question("room", AreaLevel.COMMUNITY, per="household"), as_of=JAN)
    assert table["count"].to_dict() == {frames.B: 1}
    assert table["rate"].isna().all()
    with pytest.raises(AccessError, match="GS401"):
        export_counts(worker, town, table, "x.csv", as_of=JAN)
    with pytest.raises(InputError, match="GS109"):
        count_records(worker, town, Question("dog"), as_of=JAN)


def test_what_is_written_names_its_day_and_unit_and_is_in_the_audit(town: Store, tmp_path) -> None:
    table = count_records(DISTRICT, town, Question("person", AreaLevel.COMMUNITY, by=("age", "sex")), as_of=JAN)
    export_counts(DISTRICT, town, table, tmp_path / "people.csv", as_of=JAN)
    written = pd.read_csv(tmp_path / "people.csv", dtype={"area_code": str})
    assert written["count"].sum() == 3
    assert set(written["unit"]) == {"人/persons"}
    assert set(written["as_of"]) == {"2026-01-01"}
    export_counts(DISTRICT, town, table, tmp_path / "people.gpkg", as_of=JAN)
    drawn = gpd.read_file(tmp_path / "people.gpkg")
    assert drawn["count"].sum() == 2
    assert drawn.crs == frames.CRS
    with town.begin(read_only=True) as transaction:
        log = transaction.audit_log()
    assert log["action"].tolist() == ["read", "export", "export"]


def test_for_the_public_small_counts_and_totals_are_withheld(town: Store) -> None:
    table = count_records(DISTRICT, town, Question("person", AreaLevel.COMMUNITY), as_of=JAN, audience="public")
    assert table["count"].isna().tolist() == [True, False]  # a zero tells of nobody
    assert "total" not in table.attrs


def test_items_are_counted_by_their_indicators_where_they_were_recorded(town: Store) -> None:
    """Roads r1 (A1, 120.5 m, lit) and r2 (no grid, 80 m, not known to be lit); an older person in A1 and one in B1."""
    meals = pd.DataFrame(
        {"subject_id": ["p1", "p2"], "grid_code": [frames.A1, frames.B1], "place": None,
         "needs_meals": pd.array([True, False], "boolean")},
        index=pd.Index(["o1", "o2"], name="record_id"),
    )  # fmt: skip
    with town.begin() as transaction:
        transaction.items.apply(catalog())
        for code, frame in (("2201", roads(grid_code=[frames.A1, None])), ("1301", meals)):
            transaction.items.put(code, frame, valid_from=JAN, recorded_by="li", source="test")
    community = AreaLevel.COMMUNITY
    table = count_records(DISTRICT, town, Question("2201", community, value="road_length"), as_of=JAN)
    assert table["count"].to_dict() == {frames.A: 1, frames.B: 0, "unplaced": 1}
    assert table["sum"].to_dict() == {frames.A: 120.5, frames.B: 0, "unplaced": 80}
    assert table.attrs["unit"] == ("条 道路", "records of road")
    lit = count_records(DISTRICT, town, Question("道路", community, by=("lit",)), as_of=JAN)["count"]
    assert (lit[frames.A, "yes"], lit["unplaced", "unknown"], lit.sum()) == (1, 1, 2)
    asked = Question("1301", community, by=("needs_meals",), per="household")
    assert count_records(DISTRICT, town, asked, as_of=JAN)["count"][frames.A, "yes"] == 1
    analyst = Actor("wu", Role.DISTRICT_ANALYST, "110101")
    with pytest.raises(AccessError, match="GS401"):
        count_records(analyst, town, asked, as_of=JAN)
    assert count_records(analyst, town, Question("1301", community), as_of=JAN)["count"].sum() == 2
    with pytest.raises(InputError, match="GS103"):
        count_records(DISTRICT, town, Question("2201", by=("keeper",)), as_of=JAN)
    with pytest.raises(InputError, match="GS109"):
        count_records(DISTRICT, town, Question("person", per="9999"), as_of=JAN)
