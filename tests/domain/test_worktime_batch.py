"""The arrays' answer is the single cases' answer."""

import time
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.domain.worktime import Limit, Pause, deadline, light
from gridsys.domain.worktime_batch import NEVER, PauseTable, deadlines, lights, to_us_array
from gridsys.domain.worktime_calendar import BEIJING, Unit, from_us, to_us
from gridsys.errors import ProcedureError

START = datetime(2025, 1, 1, tzinfo=BEIJING)
MINUTES = st.integers(0, 500 * 24 * 60)


@st.composite
def cases(draw):
    filed = START + timedelta(minutes=draw(MINUTES))
    edges = sorted(draw(st.lists(st.integers(0, 60 * 24 * 60), max_size=6, unique=True)))
    moments = [filed + timedelta(minutes=edge) for edge in edges]
    pauses = [Pause(a, b) for a, b in zip(moments[::2], moments[1::2], strict=False)]
    if len(moments) % 2:
        pauses.append(Pause(moments[-1], None))
    return filed, draw(st.integers(1, 30)), pauses


def table(drawn):
    rows = [
        (i, to_us(p.start), NEVER if p.until is None else to_us(p.until))
        for i, (_, _, pauses) in enumerate(drawn)
        for p in pauses
    ]
    return PauseTable(*(np.array([row[k] for row in rows], dtype=np.int64) for k in range(3)))


@settings(deadline=None)
@given(st.lists(cases(), min_size=1, max_size=12), st.sampled_from(list(Unit)), MINUTES)
def test_arrays_give_the_deadlines_and_lights_of_single_cases(drawn, unit, minutes):
    now = START + timedelta(minutes=minutes)
    started = np.array([to_us(filed) for filed, _, _ in drawn])
    red = [Limit(amount, unit) for _, amount, _ in drawn]
    yellow = [Limit(max(1, amount // 2), unit) for _, amount, _ in drawn]
    ticks = np.array([limit.ticks for limit in red])
    moments = deadlines(started, ticks, unit, table(drawn))
    single = [deadline(filed, limit, pauses).moment for (filed, _, pauses), limit in zip(drawn, red, strict=True)]
    assert [None if m == NEVER else from_us(m) for m in moments] == single
    colours = lights(now, started, ticks, np.array([limit.ticks for limit in yellow]), unit, pauses=table(drawn))
    assert list(colours) == [
        light(now, filed, r, y, pauses=pauses).value
        for (filed, _, pauses), r, y in zip(drawn, red, yellow, strict=True)
    ]


def test_a_million_lights_take_less_than_a_second():
    rng = np.random.default_rng(7)
    filed = pd.Series(pd.to_datetime(rng.integers(1_735_000_000, 1_780_000_000, 1_000_000), unit="s", utc=True))
    started = to_us_array(filed)
    case = np.flatnonzero(rng.random(started.size) < 0.1)
    start = started[case] + rng.integers(0, 10 * 86_400, case.size) * 10**6
    pauses = PauseTable(case, start, start + rng.integers(3600, 10 * 86_400, case.size) * 10**6)
    now = datetime(2026, 6, 1, 12, tzinfo=BEIJING)
    begun = time.perf_counter()
    colours = lights(now, started, 15, 5, Unit.WORKING_DAYS, pauses=pauses)
    assert time.perf_counter() - begun < 1
    assert set(colours.categories[colours.codes].unique()) == {"green", "yellow", "red"}


def test_moments_may_be_a_series_an_index_or_plain_utc():
    stamps = pd.to_datetime(["2026-09-18T02:00Z"])
    answers = [to_us_array(x).tolist() for x in (stamps, pd.Series(stamps), stamps.tz_localize(None).to_numpy())]
    assert answers == [[to_us(datetime(2026, 9, 18, 10, tzinfo=BEIJING))]] * 3


def test_missing_and_unplaceable_moments_are_refused():
    for bad in (["2026-09-18T02:00Z", None], ["1950-01-01T00:00Z"], ["2190-01-01T00:00Z"]):
        with pytest.raises(ProcedureError, match="GS820"):
            to_us_array(pd.to_datetime(bad))
    with pytest.raises(ProcedureError, match="past 2100"):
        deadlines(to_us_array(pd.to_datetime(["2099-12-01T00:00Z"])), 400, Unit.WORKING_DAYS)
    assert deadlines(to_us_array(pd.to_datetime([])), 5, Unit.WORKING_DAYS).size == 0
