"""Milestones are what the fold over each log says; figures are counted by hand; the past stays what it was."""

from datetime import datetime, timedelta
from statistics import fmean

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.case import fold_as_of
from gridsys.domain.case_indicators import holds
from gridsys.domain.evaluation import EvaluationRules, IndicatorRule, ScorePart, ScoreRule, parse_evaluation
from gridsys.domain.period import Period
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, ProcedureError
from gridsys.files.evaluation import read_evaluation
from gridsys.files.procedures import packaged_procedures
from gridsys.measure.evaluation import _Held, evaluate, wilson
from gridsys.measure.evaluation_digest import weekly_digest
from gridsys.measure.evaluation_events import event_frame, milestones
from gridsys.measure.evaluation_score import scores
from tests.measure.walks import walks

KNOWN = packaged_procedures()
MOMENTS = [datetime(2026, month, day, tzinfo=BEIJING) for month, day in ((9, 10), (10, 1), (10, 20), (12, 31))]


@pytest.fixture(scope="module")
def events():
    return event_frame(event for log in walks() for event in log)


@pytest.mark.parametrize("as_of", MOMENTS)
def test_milestones_are_what_the_fold_says(events, as_of):
    reached = milestones(events, as_of, KNOWN)
    just_before = as_of - timedelta(microseconds=1)
    states = {log[0].case_id: fold_as_of(log, just_before) for log in walks()}
    states = {name: case for name, case in states.items() if case is not None}
    assert sorted(states) == sorted(reached.index)
    for name, case in states.items():
        row = reached.loc[name]
        told = (row["status"], row["step"], row["level"], row["case_class"], row["area_code"])
        assert told == (case.status, case.step, case.level, case.case_class, case.area_code)
        assert row["opened_at"] == case.opened_at
        assert (None if pd.isna(row["closed_at"]) else row["closed_at"]) == case.closed_at
        assert (
            pd.isna(row["rating"]) if not case.ratings else row["rating"] == pytest.approx(fmean(case.ratings.values()))
        )
        for mark in case.counts:
            assert row[f"counted:{mark}"]


@pytest.mark.parametrize("as_of", MOMENTS)
@pytest.mark.parametrize("condition", ["closed", "handled", "disposed", "verified", "answered", "in-time", "green",
                                       "in-place", "satisfied", "counted:rework", "counted:extended", "counted:agreed",
                                       "fact:earlier", "not-closed", "level:street"])  # fmt: skip
def test_conditions_hold_where_the_predicates_of_single_cases_do(events, as_of, condition):
    reached = milestones(events, as_of, KNOWN)
    found = dict(zip(reached.index, _Held(reached, KNOWN).holds(condition), strict=True))
    for log in walks():
        case = fold_as_of(log, as_of - timedelta(microseconds=1))
        if case is not None:
            assert found[case.case_id] == holds(condition, KNOWN[case.procedure], case), case.case_id


def test_walks_reach_every_end_and_most_conditions(events):
    reached = milestones(events, MOMENTS[-1], KNOWN)
    assert set(reached["status"]) == {"open", "closed", "withdrawn", "rejected"}
    held = _Held(reached, KNOWN)
    for condition in (
        "disposed",
        "disposed-in-time",
        "accepted-in-time",
        "late-open",
        "counted:rework",
        "rated",
        "yellow",
    ):
        assert 0 < held.holds(condition).sum() < len(reached), condition


def test_last_month_stays_last_month_when_later_events_come(events):
    as_of = MOMENTS[1]
    early = events[events["at"] < pd.Timestamp(as_of)]
    rules = read_evaluation()
    before, after = (evaluate(milestones(frame, as_of, KNOWN), rules, KNOWN) for frame in (early, events))
    pd.testing.assert_frame_equal(before, after)
    later = evaluate(milestones(events, MOMENTS[3], KNOWN), rules, KNOWN)
    assert not before.equals(later)


def hand_made(**columns):
    base = {"procedure": ["p"] * 4, "area_code": ["110101001001001", "110101001002001", "110101002001001"] * 1 + [
        "110101002001001"], "status": ["closed", "open", "closed", "withdrawn"]}  # fmt: skip
    return pd.DataFrame(base | columns)


def test_withdrawn_cases_count_apart_and_the_formula_is_told():
    rules = EvaluationRules({
        "closing": IndicatorRule("closing", "结案率", "closed", "own", numerator=("closed",)),
        "withdrawn": IndicatorRule("withdrawn", "撤回", "withdrawn", "own", kind="count", numerator=("withdrawn",)),
    })  # fmt: skip
    table = evaluate(hand_made(), rules, {}).set_index(["indicator", "group"])
    assert table.loc[("closing", "*"), ["numerator", "denominator"]].tolist() == [2, 3]
    assert table.loc[("closing", "110101001"), ["numerator", "denominator"]].tolist() == [1, 2]
    assert table.loc[("closing", "110101002"), ["numerator", "denominator"]].tolist() == [1, 1]
    assert table.loc[("withdrawn", "110101002"), "value"] == 1
    assert table.loc[("closing", "*"), "formula_zh"] == "已结案 ÷ 收件"
    assert table["small"].tolist().count(True) == 3
    deeper = evaluate(hand_made(), rules, {}, level=AreaLevel.GRID)
    assert deeper["group"].nunique() == 4


def test_wilson_is_newcombes_worked_example():
    low, high = wilson(np.array([81, 0]), np.array([263, 20]))
    assert low.round(4).tolist() == [0.2553, 0.0]
    assert high.round(4).tolist() == [0.3662, 0.1611]


def test_means_and_medians_have_their_intervals():
    days = np.arange(1.0, 11)
    cases = pd.DataFrame({"procedure": "p", "area_code": "110101001001001", "status": "closed", "handling_days": days})
    rules = EvaluationRules({
        kind: IndicatorRule(kind, kind, kind, "own", kind=kind, measure="handling-days", denominator=("closed",))
        for kind in ("mean", "median")
    })  # fmt: skip
    table = evaluate(cases, rules, {}).set_index(["indicator", "group"])
    mean = table.loc[("mean", "*")]
    assert (mean["value"], round(mean["low"], 3), round(mean["high"], 3)) == (5.5, 3.334, 7.666)
    median = table.loc[("median", "*")]
    assert (median["value"], median["low"], median["high"]) == (5.5, 2, 9)
    assert 1 - 2 * binom.cdf(1, 10, 0.5) >= 0.95 > 1 - 2 * binom.cdf(2, 10, 0.5)


def test_a_decline_needs_the_period_before():
    rule = IndicatorRule("d", "下降率", "decline", "own", kind="decline", numerator=("counted:bad",))
    now, then = (
        hand_made(**{"counted:bad": [True, False, False, False]}),
        hand_made(**{"counted:bad": [True, True, False, False]}),
    )
    table = evaluate(now, EvaluationRules({"d": rule}), {}, before=then)
    assert table["value"].iloc[0] == pytest.approx(0.5)
    assert evaluate(now, EvaluationRules({"d": rule}), {})["value"].isna().all()


def test_the_eight_mediation_indicators_and_the_lights_are_there(events):
    table = evaluate(milestones(events, MOMENTS[3], KNOWN), read_evaluation(), KNOWN)
    assert table.loc[table["procedure"] == "grand-mediation", "indicator"].nunique() == 8
    assert {"green", "yellow", "red", "unanswered-red"} <= set(
        table.loc[table["procedure"] == "online-inquiry", "indicator"]
    )
    assert table["formula_zh"].ne("").all()
    assert table["source"].ne("").all()
    for way in ("department", "post", "company"):
        assert (
            evaluate(milestones(events, MOMENTS[3], KNOWN), read_evaluation(), KNOWN, by=way)["group"].unique().size > 1
        )


def test_too_few_cases_give_no_rank_and_equal_scores_share_one():
    rows = pd.DataFrame({"group": ["*", "a", "b", "c", "d", "e"], "indicator": "rating",
                         "value": [80, 90, 90, 70, 95, np.nan], "denominator": [99, 10, 10, 10, 9, 10]})  # fmt: skip
    rule = ScoreRule("s", "考核", "s", "department", "online-inquiry", "own", 10, top_share=0.4, bottom_share=0.4)
    found = scores(rows, rule, (ScorePart("s", "rating", 1, 0, 100),))
    assert found["rank"].fillna(0).to_dict() == {"a": 1, "b": 1, "c": 3, "d": 0, "e": 0}
    assert found["yellow_card"].to_dict() == {"a": False, "b": False, "c": True, "d": False, "e": False}
    assert found.loc["d", "note_zh"] == "不足 10 件，不排名"
    assert found.loc["c", "standing"] == "bottom"


def test_the_digest_holds_no_titles_and_adds_up(events):
    week = Period.parse("2026-W39")
    reached = milestones(events, week.end, KNOWN)
    digest = weekly_digest(reached, week, week.end, read_evaluation(), KNOWN)
    opened = reached["opened_at"].between(pd.Timestamp(week.begin), pd.Timestamp(week.end), inclusive="left")
    assert digest.figures["filed"].sum() == (opened & (reached["status"] != "withdrawn")).sum() > 0
    assert len(digest.notable) == min(12, digest.notable_total)
    assert "title" not in digest.notable


@pytest.mark.parametrize(("text", "first", "last"), [
    ("2026", "2026-01-01", "2026-12-31"), ("2026-12", "2026-12-01", "2026-12-31"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2026-Q3", "2026-07-01", "2026-09-30"), ("2026-W01", "2025-12-29", "2026-01-04"),
    ("2026-10-03..2026-10-03", "2026-10-03", "2026-10-03"),
])  # fmt: skip
def test_periods(text, first, last):
    period = Period.parse(text)
    assert (str(period.first), str(period.last)) == (first, last)
    assert period.before().last == period.first - timedelta(days=1)


@pytest.mark.parametrize("text", ["", "26-10", "2026-13", "2026-Q5", "2026-W60", "2026-10-03..2026-10-01", "x..y"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(InputError, match="GS103"):
        Period.parse(text)


INDICATOR = '[[indicator]]\nid = "a"\nzh = "甲"\nen = "a"\nsource = "own"\nnumerator = ["closed"]\n'
SCORE = ('[[score]]\nid = "s"\nzh = "考"\nen = "s"\nby = "company"\nprocedure = "p"\nsource = "own"\nleast = 1\n'
         '[[part]]\nscore = "s"\nindicator = "a"\nweight = 1\nworst = 0\nbest = 1\n')  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("a = [", "not TOML"), ("strange = 1\n", "mine.toml:1"), (INDICATOR + INDICATOR, "mine.toml:7"),
    (INDICATOR.replace("closed", "good"), "no condition"), (INDICATOR + 'kind = "x"\n', "no kind"),
    (INDICATOR + 'better = "x"\n', "better"), (INDICATOR + 'kind = "mean"\n', "no measure"),
    (INDICATOR.replace('numerator = ["closed"]\n', ""), "no numerator"), ("small = -1\n", "whole number"),
    (INDICATOR + SCORE.replace("weight = 1", "weight = 0.5"), "sum to 0.5"), (SCORE, "no indicator"),
    (INDICATOR + SCORE.replace('score = "s"', 'score = "t"'), "no score"),
    (INDICATOR + SCORE.replace("best = 1", "best = 0"), "worst"),
    (INDICATOR + SCORE.replace('by = "company"', 'by = "resident"'), "by = 'resident'"),
    (INDICATOR + SCORE.replace("least = 1\n", "least = 1\ntop_share = 0.9\n"), "overlap"),
])  # fmt: skip
def test_wrong_rules_are_refused_with_their_line(text, said):
    with pytest.raises(ProcedureError, match="GS840") as caught:
        parse_evaluation(text, "mine.toml")
    assert said in str(caught.value)
