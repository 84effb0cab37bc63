"""Each kind of rule by hand; rules that cannot be used are refused by their line."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from gridsys.domain.records import FORCES
from gridsys.errors import GridsysError
from gridsys.files import read_quality
from gridsys.quality.checking import check_rules, summarise
from gridsys.quality.ruleset import Rule
from tests.store import frames

DAY = date(2026, 3, 1)
RULES = {rule.id: rule for rule in read_quality()}


def _find(rule: str | Rule, grid_of: dict[str, pd.Series] | None = None, **given: pd.DataFrame) -> gpd.GeoDataFrame:
    chosen = RULES[rule] if isinstance(rule, str) else rule
    return check_rules([chosen], given, grid_of or {}, frames.grids(), as_of=DAY)


def test_a_claim_that_leads_nowhere():
    registrations = frames.registrations().assign(registered_id=["g1", "g9"])
    person = pd.Series(frames.A1, index=registrations.index)
    found = _find(
        "chain.registered-household", {"registration": person}, registration=registrations,
        registered_household=frames.registered_households(),
    )  # fmt: skip
    assert found[["id", "value", "grid_code"]].to_numpy().tolist() == [[registrations.index[1], "g9", frames.A1]]
    assert found.geometry.iloc[0].within(frames.square(0))
    assert found.crs == frames.CRS


def test_a_registration_of_nobody():
    nobody = _find("chain.registered-person", registration=frames.registrations(), person=frames.persons().iloc[:1])
    assert nobody["id"].tolist() == [frames.persons().index[1]]


def test_a_posting_to_a_grid_that_is_gone():
    postings = frames.postings().assign(grid_code=[frames.A1, "110101001009001"])
    assert _find("chain.posting-grid", posting=postings)["id"].tolist() == ["p2"]


def test_duplicates_name_both_and_missing_values_are_none():
    shops = frames.organisations().iloc[[0, 0, 1, 1]].set_axis(frames.keyed("organisation_id", *"abcd"))
    assert _find("duplicate.credit-code", organisation=shops)["id"].tolist() == ["a", "b"]


def test_two_heads_but_not_two_children():
    registrations = frames.registrations().assign(registered_id="g1")
    assert len(_find("duplicate.head", registration=registrations)) == 2
    assert _find("duplicate.head", registration=registrations.assign(relation=["head", "child"])).empty


def test_an_outlier_is_far_from_its_own_kind():
    area = [50.0, 55.0, 60.0, 65.0, 70.0, 60_000.0, 60_000.0]
    rooms = pd.DataFrame(
        {"use": ["home"] * 6 + ["office"], "area_m2": area},
        index=frames.keyed("room_id", *(f"r{n}" for n in range(7))),
    )
    assert _find("outlier.room-area", room=rooms)["id"].tolist() == ["r5"]  # one office has no spread to lie outside of


def test_a_grid_is_stale_when_too_few_homes_were_confirmed():
    rooms, confirmed = frames.rooms(), frames.confirmations()
    grid_of = {"room": pd.Series([frames.A1, frames.A2, frames.B1], index=["r1", "r2", "r3"])}
    found = _find("freshness.grid", grid_of, room=rooms, confirmation=confirmed)
    assert found[["id", "value"]].to_numpy().tolist() == [[frames.B1, "0/1"]]  # a vacant home, never confirmed
    old = confirmed.assign(valid_from=pd.Timestamp("2025-02-28"))
    assert set(_find("freshness.grid", grid_of, room=rooms, confirmation=old)["id"]) == {
        frames.A1,
        frames.A2,
        frames.B1,
    }
    edge = confirmed.assign(valid_from=pd.Timestamp("2025-03-01"))
    assert _find("freshness.grid", grid_of, room=rooms, confirmation=edge)["id"].tolist() == [frames.B1]


def test_completeness_is_of_the_whole_table():
    shops = frames.organisations()
    assert _find("completeness.credit-code", organisation=shops)["value"].tolist() == ["50.0%"]
    assert _find("completeness.credit-code", organisation=shops.iloc[:1]).empty
    assert _find("completeness.credit-code", organisation=shops.iloc[:0]).empty


def test_each_force_that_is_missing_is_a_finding():
    found = _find("forces.seven", posting=frames.postings())
    assert len(found) == 4 * len(FORCES) - 2
    assert f"{frames.A1}/grid_manager" not in set(found["id"])
    assert f"{frames.B2}/grid_manager" in set(found["id"])
    nobody = frames.postings().assign(staff_name=None)
    assert len(_find("forces.seven", posting=nobody)) == 4 * len(FORCES)


def test_component_numbers_agree_with_the_class():
    wrong = frames.components().assign(class_code=["01037", "01037"])
    found = _find("agreement.component-class", component=wrong)
    assert found["id"].tolist() == ["11010103005000001"]
    assert found.geometry.iloc[0] == Point(449350, 4420095)


def test_the_summary_adds_up():
    found = _find("forces.seven", posting=frames.postings())
    table = summarise(found, frames.grids().index)
    assert table["error"].sum() == len(found)
    assert table.loc["unplaced"].sum() == 0
    assert summarise(found.iloc[:0], frames.grids().index).to_numpy().sum() == 0


GOOD = """[[rule]]
id = "a"
kind = "chain"
table = "room"
column = "building_id"
name_zh = "甲"
name_en = "a"
severity = "error"
message_zh = "甲"
message_en = "a"
fix = "mend"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + GOOD, "line 12: 'a' stands on line 1 already"),
        (GOOD.replace("chain", "guess"), "line 1: kind is to be one of"),
        (GOOD.replace('table = "room"', 'table = "dog"'), "'dog' is not a record kind"),
        (GOOD.replace("building_id", "colour"), "room has no column 'colour'"),
        (GOOD.replace('column = "building_id"', 'column = "use"'), "use refers to no other table"),
        (GOOD.replace("fix", "cure"), "fix is missing"),
        (GOOD.replace('"error"', '"dire"'), "severity is to be one of"),
        (GOOD.replace('"mend"', '""'), "fix is empty"),
        (GOOD + "threshold = 1", "threshold is not known"),
        (GOOD.replace("chain", "completeness") + "threshold = -1", "threshold is to be a number over 0"),
        (
            GOOD.replace("chain", "forces").replace('column = "building_id"\n', ""),
            "a rule of kind forces is of posting",
        ),
        ("x = 1", "only [[rule]] tables"),
        ("[[rule]", "line 1"),
    ],
)
def test_rules_that_cannot_be_used_are_named_by_line(tmp_path, text: str, said: str):
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(GridsysError, match="GS906") as caught:
        read_quality(tmp_path / "rules.toml")
    assert said in str(caught.value)


def test_a_file_of_rules_that_is_not_there(tmp_path):
    with pytest.raises(GridsysError, match="GS101"):
        read_quality(tmp_path / "none.toml")
