"""Rates count what they say, and never a withdrawn case."""

from dataclasses import replace
from datetime import datetime

import pytest

from gridsys.domain.case import fold
from gridsys.domain.case_indicators import PREDICATES, holds, pyramid, ranking, rates
from gridsys.domain.case_opening import open_case
from gridsys.domain.evaluation import CONDITIONS
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.files.procedures import packaged_procedures

GRID = packaged_procedures()["dongcheng-grid"]
NOW = datetime(2026, 3, 2, 9, tzinfo=BEIJING)
FILED = fold(
    open_case(GRID, "C", "small-matter", title="t", area_code="110101001007003",
              worker=Worker("9901", "resident", "public"), at=NOW)
)  # fmt: skip
TAKEN = replace(FILED, acted={"handle": frozenset({"w"})}, done={"take": NOW})
CLOSED = replace(TAKEN, status="closed", closed_at=NOW, acted={"handle": frozenset({"w"}), "verify": frozenset({"v"})},
                 done={"take": NOW, "done": NOW, "confirm": NOW})  # fmt: skip


@pytest.mark.parametrize(
    ("predicate", "case", "expected"),
    [
        ("filed", FILED, True),
        ("closed", FILED, False),
        ("closed", CLOSED, True),
        ("not-closed", CLOSED, False),
        ("handled", FILED, False),
        ("handled", TAKEN, True),
        ("disposed", FILED, False),
        ("disposed", TAKEN, False),
        ("disposed", CLOSED, True),
        ("disposed", replace(TAKEN, done={"joint-done": NOW}), True),
        ("verified", CLOSED, True),
        ("answered", CLOSED, True),
        ("answered", FILED, False),
        ("green", CLOSED, False),  # there is no clock of the whole case
        ("in-time", CLOSED, True),
        ("in-time", replace(CLOSED, counts={"overdue": 1}), False),
        ("in-time", FILED, False),
        ("in-place", CLOSED, True),
        ("in-place", replace(CLOSED, level="street"), False),
        ("in-place", replace(CLOSED, level="street", case_class="complex-dispute"), True),
        ("rated", CLOSED, False),
        ("satisfied", replace(CLOSED, ratings={"a": 79, "b": 81}), True),
        ("satisfied", replace(CLOSED, ratings={"a": 79}), False),
        ("satisfied", CLOSED, False),
        ("counted:rework", replace(CLOSED, counts={"rework": 2}), True),
        ("not-counted:rework", CLOSED, True),
        ("class:small-matter", CLOSED, True),
        ("level:street", CLOSED, False),
        ("fact:earlier", replace(CLOSED, facts={"earlier": "C0"}), True),
    ],
)
def test_predicates_say_what_their_names_say(predicate, case, expected):
    assert holds(predicate, GRID, case) is expected


def test_rates_have_numerator_denominator_and_none_where_there_is_nothing_to_divide():
    cases = [TAKEN, CLOSED, replace(CLOSED, counts={"rework": 1, "overdue": 1}), replace(CLOSED, status="withdrawn")]
    found = {rate.indicator: (rate.numerator, rate.denominator, rate.value) for rate in rates(GRID, cases)}
    assert found == {
        "handled": (2, 3, 2 / 3), "in-time": (1, 3, 1 / 3), "closed": (2, 3, 2 / 3), "rework": (1, 2, 0.5),
        "extended": (0, 3, 0.0), "in-place": (2, 2, 1.0),
    }  # fmt: skip
    assert {rate.value for rate in rates(GRID, [])} == {None}
    assert pyramid(GRID, []) == {"grid": (0, 0.0), "community": (0, 0.0), "street": (0, 0.0), "district": (0, 0.0)}
    assert pyramid(GRID, [CLOSED, replace(CLOSED, level="street")])["street"] == (1, 0.5)


def test_equal_scores_share_a_rank():
    assert ranking({"a": 90, "b": 90, "c": 70}) == [(1, "a", 90, False), (1, "b", 90, False), (3, "c", 70, True)]


def test_what_ends_handling_follows_from_the_steps_its_transitions_leave():
    """受理 leads to 处置中, which 处置完成 and 联合处置完成 leave: only these two end it."""
    assert GRID.ends_handling == {"done", "joint-done"}
    known = packaged_procedures()
    assert known["grand-mediation"].ends_handling == {"performed"}  # an agreement has still to be performed
    assert known["four-party"].ends_handling == {"done", "rectified"}


def test_a_predicate_means_the_same_for_one_case_and_for_many():
    assert {name: PREDICATES[name][:2] for name in ("handled", "disposed", "verified", "in-place", "rated")} == {
        name: CONDITIONS[name] for name in ("handled", "disposed", "verified", "in-place", "rated")
    }


def test_every_predicate_has_both_names():
    assert all(zh and en for zh, en, _ in PREDICATES.values())
