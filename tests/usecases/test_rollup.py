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
    with pytest.raises(InputError, match="GS103"):
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
