"""The simulated year: weather, arrivals, staff; and lives that only the engine's own acceptance made."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from gridsys.domain.case import fold, fold_as_of
from gridsys.domain.case_engine import apply, due_actions
from gridsys.domain.case_permit import BUILTIN, CaseAction, options
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime import Light
from gridsys.domain.worktime_calendar import BEIJING, STANDARD
from gridsys.errors import InputError, ProcedureError
from gridsys.files.procedures import packaged_procedures
from gridsys.sample.year import event_frame, live_year, make_arrivals
from gridsys.sample.yearconduct import CONDUCT
from gridsys.sample.yearhabits import HABITS
from gridsys.sample.yearweather import make_weather

RULES = packaged_procedures()
START, UNTIL = date(2025, 9, 1), datetime(2026, 9, 1, tzinfo=BEIJING)
COUNT, SEED = 2_500, 7


@cache
def sites():
    codes = [f"1101010{s:02}{c:03}{g:03}" for s in (1, 2, 9) for c in range(1, 5) for g in range(1, 4)]
    return pd.DataFrame({"grid_code": codes, "address": [f"甲街{n}号" for n in range(len(codes))]})


@cache
def year():
    return make_arrivals(sites(), start=START, count=COUNT, seed=SEED)


@cache
def logs():
    return tuple(live_year(year(), sites(), RULES, seed=SEED, until=UNTIL))


@cache
def cases():
    return tuple(fold(log) for log in logs())


def test_weather_is_that_of_a_year_in_beijing():
    series = pd.concat([make_weather(date(2026, 1, 1), 365, seed) for seed in range(20)])
    months = series.groupby(series.index.month)
    high, fall = months["high_c"].mean(), months["fall_mm"].sum() / 20
    assert high[7] > 28
    assert -3 < high[1] < 12
    assert fall[[6, 7, 8]].sum() > 0.55 * fall.sum()
    assert 300 < fall.sum() < 800
    assert set(series[series["weather"] == "snow"].index.month) <= {10, 11, 12, 1, 2, 3, 4}
    assert (series.loc[series["weather"] == "rain", "fall_mm"] >= 25).all()
    assert (series.loc[series["weather"] == "heat", "high_c"] >= 35).all()
    assert make_weather(date(2026, 1, 1), 9, 3).equals(make_weather(date(2026, 1, 1), 9, 3))


def test_arrivals_follow_season_holiday_weather_and_hour():
    many = make_arrivals(sites(), start=START, count=60_000, seed=3)
    frame, weather = many.arrivals, many.weather
    assert len(frame) == 60_000
    assert frame["at"].is_monotonic_increasing
    day = pd.DatetimeIndex(pd.to_datetime([at.date() for at in frame["at"]]))
    per_day = frame.groupby(day).size().reindex(weather.index, fill_value=0)
    free = np.array([not STANDARD.is_working(each.date()) for each in weather.index])
    calm = (weather["weather"] == "").to_numpy()
    assert per_day[~free & calm].mean() > 1.03 * per_day[free & calm].mean()
    assert per_day[(weather["weather"] == "rain").to_numpy()].mean() > 1.5 * per_day[calm].mean()
    hour = pd.Series([at.hour for at in frame["at"]])
    assert hour.between(8, 21).mean() > 0.8
    office = [9, 10, 11, 13, 14, 15, 16, 17]
    assert hour[(frame["case_class"] == "long-petition").to_numpy()].isin(office).all()
    assert frame["load"].between(0.8, 3).all()


def test_every_procedure_and_class_is_there():
    assert set(CONDUCT) == set(RULES)
    assert set(HABITS) == {(name, each.id) for name, rules in RULES.items() for each in rules.classes}
    for name, rules in RULES.items():
        moved = {step.id for step in rules.steps if step.kind != "end"}
        assert moved <= set(CONDUCT[name]), name
    assert {case.procedure for case in cases()} == set(RULES)


def test_the_same_seed_lives_the_same_year_and_another_does_not():
    again = tuple(live_year(year(), sites(), RULES, seed=SEED, until=UNTIL))
    other = tuple(live_year(year(), sites(), RULES, seed=SEED + 1, until=UNTIL))
    assert again == logs() != other


def test_each_state_is_the_fold_of_its_log_and_totals_reconcile():
    frame = event_frame(logs())
    last = frame.groupby("case_id")["seq"].agg(["max", "size"])
    assert (last["max"] == last["size"]).all()
    assert len(last) == len(cases()) == COUNT
    by_status = Counter(case.status for case in cases())
    moved = frame[frame["kind"] == "moved"]["data"].map(json.loads)
    ends = Counter(data["status"] for data in moved if data["status"] != "open")
    reopened = sum(data["transition"] == "reopen" for data in moved)
    assert ends["closed"] - reopened == by_status["closed"]
    assert ends["withdrawn"] == by_status["withdrawn"] > 0
    assert ends["rejected"] == by_status["rejected"] > 0
    assert by_status["open"] == COUNT - sum(by_status[each] for each in ("closed", "withdrawn", "rejected")) > 0
    for case, log in zip(cases(), logs(), strict=True):
        assert [event.at for event in log] == sorted(event.at for event in log)
        assert case.seq == len(log)
        assert log[-1].at <= UNTIL + timedelta(minutes=1)


def test_it_is_a_lively_year():
    kinds = Counter(event.kind for log in logs() for event in log)
    assert set(kinds) >= {
        "opened", "moved", "supervised", "rated", "heard", "paused", "resumed", "extended", "assigned", "reported",
        "voted", "handed-over", "taken-back", "noted", "reassigned",
    }  # fmt: skip
    counts = Counter(mark for case in cases() for mark in case.counts)
    assert min(counts[mark] for mark in ("escalated", "refused", "rework", "passed-up", "withdrawn", "extended")) > 10
    closed = [case for case in cases() if case.status == "closed"]
    late = sum(bool(case.counts.get("overdue")) for case in closed) / len(closed)
    assert 0.05 < late < 0.35
    assert all(actor.startswith(("99", "system")) for actor in event_frame(logs())["actor"].unique())


def test_deadlines_fit_the_lights():
    for case in cases():
        for clock in case.clocks.values():
            if clock.red_at is None:
                continue
            assert clock.light(clock.red_at) is not Light.RED or clock.stopped_at is not None
            if clock.is_running:
                assert clock.light(clock.red_at + timedelta(seconds=1)) is Light.RED
            if clock.yellow_at is not None:
                assert clock.started < clock.yellow_at <= clock.red_at
    for log in logs()[::10]:
        middle = fold_as_of(log, log[len(log) // 2].at)
        assert middle is not None
        assert middle.seq >= len(log) // 2


def test_nothing_due_was_left_undone():
    """The system acted on everything that ran out before the year did."""
    for case in cases():
        if case.is_open and case.at < UNTIL:
            left = due_actions(RULES[case.procedure], case, UNTIL - timedelta(minutes=2))
            assert [action.name for action in left] == [], case.case_id


def test_what_is_not_among_the_options_is_refused():
    names = {t.id for rules in RULES.values() for t in rules.transitions} | set(BUILTIN) - {"note"}
    tried = 0
    for case in cases()[:60]:
        rules = RULES[case.procedure]
        possible = {option.name for option in options(rules, case)}
        worker = Worker("99x", "verifier", "district", "110101")
        for name in sorted(names - possible - {"escalate", "supervise", "settle"}):
            with pytest.raises(ProcedureError, match=r"GS80[679]"):
                apply(rules, case, CaseAction(name, worker, UNTIL))
            tried += 1
    assert tried > 1_000


def test_a_shorter_time_is_the_beginning_of_the_longer_one():
    half = datetime(2026, 3, 1, tzinfo=BEIJING)
    early = list(live_year(year(), sites(), RULES, seed=SEED, until=half))
    assert len(early) == sum(at <= half for at in year().arrivals["at"])
    assert all(event.at <= half + timedelta(minutes=1) for log in early for event in log)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"GS102.*address"):
        make_arrivals(sites()[["grid_code"]], start=START, count=1, seed=1)
    with pytest.raises(InputError, match="GS105"):
        make_arrivals(sites(), start=START, count=0, seed=1)
    with pytest.raises(InputError, match=r"GS102.*city-component"):
        next(live_year(year(), sites(), {"dongcheng-grid": RULES["dongcheng-grid"]}, seed=1, until=UNTIL))
