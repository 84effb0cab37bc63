"""Working time: hand-checked dates, a second library's opinion, and properties."""

from datetime import date, datetime, timedelta

import holidays
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridsys.domain.worktime import Deadline, Light, Limit, Pause, deadline, elapsed, light
from gridsys.domain.worktime_calendar import BEIJING, STANDARD, Unit, WorkCalendar, WorkingHours, to_us
from gridsys.errors import ProcedureError

THEN = STANDARD.as_published(2026)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def due(filed, limit):
    return f"{deadline(at(filed), Limit.parse(limit)).moment:%Y-%m-%d %H:%M}"


# Counted by hand on the State Council's notices. Spring Festival and National Day of three years.
HAND_CHECKED = [
    # the two dates of the design: 20 September is worked, 25–27 September and 1–7 October are free, 10 October worked
    ("2026-09-18 10:00", "5 working-days", "2026-09-24 18:00"),
    ("2026-09-18 10:00", "15 working-days", "2026-10-15 18:00"),
    # Spring Festival 2024: free 10–17 February, worked Sunday 4 and Sunday 18 February
    ("2024-02-02 16:00", "1 working-days", "2024-02-04 18:00"),
    ("2024-02-02 16:00", "5 working-days", "2024-02-08 18:00"),
    ("2024-02-08 09:00", "1 working-days", "2024-02-09 18:00"),
    ("2024-02-08 09:00", "2 working-days", "2024-02-18 18:00"),
    ("2024-02-10 12:00", "5 working-days", "2024-02-22 18:00"),
    # National Day 2024: free 1–7 October, worked Sunday 29 September and Saturday 12 October
    ("2024-09-27 11:00", "2 working-days", "2024-09-30 18:00"),
    ("2024-09-27 11:00", "5 working-days", "2024-10-10 18:00"),
    ("2024-09-30 17:59", "5 working-days", "2024-10-12 18:00"),
    # Spring Festival 2025: free 28 January – 4 February, worked Sunday 26 January and Saturday 8 February
    ("2025-01-24 10:00", "2 working-days", "2025-01-27 18:00"),
    ("2025-01-24 10:00", "5 working-days", "2025-02-07 18:00"),
    ("2025-01-27 10:00", "4 working-days", "2025-02-08 18:00"),
    # National Day 2025: free 1–8 October, worked Sunday 28 September and Saturday 11 October
    ("2025-09-26 10:00", "3 working-days", "2025-09-30 18:00"),
    ("2025-09-30 10:00", "3 working-days", "2025-10-11 18:00"),
    ("2025-10-04 10:00", "15 working-days", "2025-10-28 18:00"),
    # Spring Festival 2026: free 15–23 February, worked Saturday 14 and Saturday 28 February
    ("2026-02-13 10:00", "1 working-days", "2026-02-14 18:00"),
    ("2026-02-13 10:00", "2 working-days", "2026-02-24 18:00"),
    ("2026-02-13 10:00", "6 working-days", "2026-02-28 18:00"),
    # National Day 2026
    ("2026-09-30 10:00", "3 working-days", "2026-10-10 18:00"),
    # working hours: 09–12 and 13–18; filed in the lunch hour, at night, on the eve of a holiday
    ("2026-09-18 12:30", "1 working-hours", "2026-09-18 14:00"),
    ("2026-09-18 17:00", "2 working-hours", "2026-09-20 10:00"),
    ("2026-09-18 23:00", "8 working-hours", "2026-09-20 18:00"),
    ("2026-09-30 17:30", "1 working-hours", "2026-10-08 09:30"),
    ("2026-09-18 11:30", "0.5 working-hours", "2026-09-18 12:00"),
    # clock hours do not stop for a festival
    ("2026-09-30 22:00", "4 clock-hours", "2026-10-01 02:00"),
]


@pytest.mark.parametrize(("filed", "limit", "expected"), HAND_CHECKED)
def test_deadlines_agree_with_the_dates_counted_by_hand(filed, limit, expected):
    assert due(filed, limit) == expected


def test_two_libraries_agree_on_every_day_but_one():
    """``chinesecalendar`` lacks the make-up Saturday of New Year 2006; every later day is the same in both."""
    other = holidays.country_holidays("CN", years=range(2004, 2027))
    days = [date(2004, 1, 1) + timedelta(n) for n in range((THEN.known_until - date(2004, 1, 1)).days + 1)]
    assert THEN.known_until == date(2026, 12, 28)
    assert [d for d in days if STANDARD.is_working(d) != other.is_working_day(d)] == [date(2005, 12, 31)]


def test_a_pause_shifts_a_day_limit_by_the_days_it_covers_at_close():
    filed, limit = at("2026-09-18 10:00"), Limit.parse("5 working-days")
    weekend = Pause(at("2026-09-19 08:00"), at("2026-09-19 20:00"), "weekend")
    within_a_day = Pause(at("2026-09-21 09:00"), at("2026-09-21 17:00"), "papers fetched")
    two_days = Pause(at("2026-09-21 09:00"), at("2026-09-23 09:00"), "waiting for papers")
    assert deadline(filed, limit, [weekend]) == deadline(filed, limit, [within_a_day]) == deadline(filed, limit)
    assert deadline(filed, limit, [two_days]).moment == at("2026-09-29 18:00")
    assert elapsed(filed, at("2026-09-24 18:00"), Unit.WORKING_DAYS, [two_days]) == 3


def test_a_pause_on_the_day_of_filing_costs_nothing_for_days_and_its_length_for_hours():
    pause = [Pause(at("2026-09-18 11:00"), at("2026-09-18 14:00"), "papers")]
    assert deadline(at("2026-09-18 10:00"), Limit.parse("1 working-days"), pause).moment == at("2026-09-20 18:00")
    assert deadline(at("2026-09-18 10:00"), Limit.parse("3 working-hours"), pause).moment == at("2026-09-18 16:00")


def test_a_pause_after_the_deadline_does_not_move_it():
    filed, limit = at("2026-09-18 10:00"), Limit.parse("2 working-hours")
    late = [Pause(at("2026-09-18 15:00"), None, "too late to ask")]
    assert deadline(filed, limit, late) == deadline(filed, limit)
    assert light(at("2026-09-20 10:00"), filed, limit, pauses=late) is Light.RED


def test_an_open_pause_keeps_the_clock_still_and_the_light_as_it_was():
    filed, limit = at("2026-09-18 10:00"), Limit.parse("5 working-days")
    still = [Pause(at("2026-09-21 10:00"), None, "waiting for the court")]
    assert deadline(filed, limit, still) == Deadline(None)
    assert light(at("2026-12-01 10:00"), filed, limit, pauses=still) is Light.GREEN
    ended_later = [Pause(at("2026-09-21 10:00"), at("2026-11-30 10:00"), "waiting for the court")]
    assert light(at("2026-10-20 10:00"), filed, limit, pauses=ended_later) is Light.GREEN


def test_a_pause_may_start_the_moment_another_ends():
    filed, limit, moment = at("2026-09-18 10:00"), Limit.parse("5 working-days"), at("2026-09-21 10:00")
    assert deadline(filed, limit, [Pause(moment, None), Pause(moment, moment)]) == Deadline(None)


def test_lights_turn_after_the_close_of_the_last_day():
    filed, yellow, red = at("2026-09-18 10:00"), Limit.parse("5 working-days"), Limit.parse("15 working-days")
    seen = [
        light(at(f"2026-{text}"), filed, red, yellow).value
        for text in ("09-24 18:00", "09-24 18:01", "10-15 18:00", "10-15 18:01")
    ]
    assert seen == ["green", "yellow", "yellow", "red"]
    assert [Light(c).zh for c in ("green", "yellow", "red")] == ["绿灯", "黄灯", "红灯"]


def test_a_deadline_past_the_published_calendar_is_provisional_until_it_is_published():
    filed, limit = at("2026-12-25 10:00"), Limit.parse("5 working-days")
    by_weekday = deadline(filed, limit, calendar=THEN)
    assert by_weekday == Deadline(at("2027-01-01 18:00"), provisional=True)
    # a notice such as that of 2023: New Year's Day free with the weekend, nothing made up
    published = THEN.with_year(2027, [date(2027, 1, 1)], [])
    assert deadline(filed, limit, calendar=published) == Deadline(at("2027-01-04 18:00"))
    # a notice that moves days of the December before it, as those of 2007, 2012 and 2019 did
    moved = THEN.with_year(2027, [date(2026, 12, 31), date(2027, 1, 1)], [date(2027, 1, 2)])
    assert deadline(filed, limit, calendar=moved).moment == at("2027-01-04 18:00")
    assert deadline(at("2026-12-21 10:00"), Limit.parse("4 working-days"), calendar=THEN).provisional is False
    assert deadline(at("2026-12-30 10:00"), Limit.parse("100 clock-hours"), calendar=THEN).provisional is False


@pytest.mark.parametrize(
    ("year", "free", "worked"),
    [
        (2029, [], []),
        (2027, [date(2026, 12, 1)], []),
        (2027, [date(2028, 1, 1)], []),
        (2027, [date(2027, 1, 1)], [date(2027, 1, 1)]),
    ],
)
def test_a_calendar_year_that_does_not_fit_is_refused(year, free, worked):
    with pytest.raises(ProcedureError, match="GS820"):
        THEN.with_year(year, free, worked)
    with pytest.raises(ProcedureError, match="GS820"):
        STANDARD.as_published(2003)


def test_the_calendar_as_it_stood_earlier_counts_by_the_weekday():
    filed, limit = at("2026-02-13 10:00"), Limit.parse("1 working-days")
    assert deadline(filed, limit, calendar=STANDARD.as_published(2025)) == Deadline(
        at("2026-02-16 18:00"), provisional=True
    )


def test_office_hours_are_configurable():
    summer = WorkCalendar.published(WorkingHours(((510, 690), (870, 1110))))  # 08:30–11:30, 14:30–18:30
    assert deadline(at("2026-07-01 11:00"), Limit.parse("1 working-hours"), calendar=summer).moment == at(
        "2026-07-01 15:00"
    )
    assert deadline(at("2026-07-01 11:00"), Limit.parse("1 working-days"), calendar=summer).moment == at(
        "2026-07-02 18:30"
    )


@pytest.mark.parametrize("spans", [(), ((600, 540),), ((540, 720), (720, 900)), ((540, 1500),), ((-1, 5),)])
def test_bad_office_hours_are_refused(spans):
    with pytest.raises(ProcedureError, match="GS820"):
        WorkingHours(spans)


@pytest.mark.parametrize("text", ["", "5", "five working-days", "5 days", "0 working-days", "-1 clock-hours",
                                  "1.5 working-days", "inf clock-hours", "nan clock-hours"])  # fmt: skip
def test_bad_limits_are_refused(text):
    with pytest.raises(ProcedureError, match="GS820"):
        Limit.parse(text)


def test_limits_are_written_in_both_languages_and_extended_in_their_own_unit():
    assert [Limit.parse(f"2 {unit}").zh for unit in Unit] == ["2个紧急工作时", "2个工作时", "2个工作日"]
    assert str(Limit.parse("1.5 working-hours").extended(Limit.parse("2 working-hours"))) == "3.5 working-hours"
    with pytest.raises(ProcedureError, match="GS820"):
        Limit.parse("1 working-hours").extended(Limit.parse("1 working-days"))


def test_moments_that_cannot_be_placed_are_refused():
    day = Limit.parse("1 working-days")
    with pytest.raises(ProcedureError, match="no offset"):
        deadline(datetime(2026, 9, 18, 10), day)  # noqa: DTZ001 - the fault under test
    with pytest.raises(ProcedureError, match="1990"):
        deadline(at("1988-09-18 10:00"), day)
    with pytest.raises(ProcedureError, match="past 2100"):
        deadline(at("2099-12-20 10:00"), Limit.parse("400 working-days"))
    with pytest.raises(ProcedureError, match="before the start"):
        elapsed(at("2026-09-18 10:00"), at("2026-09-17 10:00"), Unit.CLOCK_HOURS)


@pytest.mark.parametrize(
    "pauses",
    [
        [("2026-09-21 10:00", "2026-09-20 10:00")],
        [("2026-09-20 10:00", "2026-09-22 10:00"), ("2026-09-21 10:00", "2026-09-23 10:00")],
        [("2026-09-20 10:00", None), ("2026-09-21 10:00", "2026-09-23 10:00")],
    ],
)
def test_pauses_that_contradict_each_other_are_refused(pauses):
    ledger = [Pause(at(a), b and at(b)) for a, b in pauses]
    with pytest.raises(ProcedureError, match="GS820"):
        deadline(at("2026-09-18 10:00"), Limit.parse("5 working-days"), ledger)


# --- properties -----------------------------------------------------------------------------------------------
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2026, 6, 30)).map(  # noqa: DTZ001 - zone added at once
    lambda moment: moment.replace(tzinfo=BEIJING)
)
UNITS = st.sampled_from(list(Unit))
LIMITS = st.builds(Limit, st.integers(1, 60), UNITS)


@st.composite
def ledgers(draw, start):
    edges = sorted(
        draw(
            st.lists(st.integers(0, 90 * 24 * 60), min_size=2, max_size=6, unique=True).filter(lambda e: not len(e) % 2)
        )
    )
    moments = [start + timedelta(minutes=edge) for edge in edges]
    return [Pause(a, b, "x") for a, b in zip(moments[::2], moments[1::2], strict=True)]


@settings(deadline=None)
@given(MOMENTS, LIMITS)
def test_a_deadline_falls_in_office_hours_of_a_working_day(filed, limit):
    moment = deadline(filed, limit).moment
    assert moment > filed
    if limit.unit is not Unit.CLOCK_HOURS:
        assert STANDARD.is_working(moment.date())
        minute = moment.hour * 60 + moment.minute
        assert any(low <= minute <= high for low, high in STANDARD.hours.spans)


@settings(deadline=None)
@given(MOMENTS, MOMENTS, LIMITS)
def test_filing_later_never_ends_earlier(one, other, limit):
    early, late = sorted((one, other))
    assert deadline(early, limit).moment <= deadline(late, limit).moment


@settings(deadline=None)
@given(MOMENTS, UNITS, st.integers(1, 30), st.integers(1, 30))
def test_limits_add_up(filed, unit, first, second):
    step = deadline(filed, Limit(first, unit)).moment
    assert deadline(step, Limit(second, unit)).moment == deadline(filed, Limit(first + second, unit)).moment


@settings(deadline=None)
@given(MOMENTS, LIMITS, st.data())
def test_time_run_until_the_deadline_is_the_limit(filed, limit, data):
    pauses = data.draw(ledgers(filed))
    moment = deadline(filed, limit, pauses).moment
    assert elapsed(filed, moment, limit.unit, pauses) == pytest.approx(limit.amount)
    before = elapsed(filed, moment - timedelta(microseconds=1), limit.unit, pauses)
    assert before < limit.amount


@settings(deadline=None)
@given(MOMENTS, LIMITS, st.data())
def test_a_pause_never_shortens_and_shifts_by_what_the_clock_would_have_run(filed, limit, data):
    pause = data.draw(ledgers(filed))[:1]
    plain, shifted = deadline(filed, limit).moment, deadline(filed, limit, pause).moment
    assert shifted >= plain
    assume(pause[0].start < plain)
    begin = pause[0].start
    if limit.unit is Unit.WORKING_DAYS:  # the day of filing does not count, paused or not
        begin = max(begin, datetime.combine(filed.date() + timedelta(days=1), datetime.min.time(), BEIJING))
    assume(begin < pause[0].until)
    clock = STANDARD.reading
    lost = clock(limit.unit, to_us(pause[0].until)) - clock(limit.unit, to_us(begin))
    assert clock(limit.unit, to_us(shifted)) - clock(limit.unit, to_us(plain)) == lost


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 60))
def test_working_days_agree_with_counting_one_day_at_a_time(filed, days):
    day, left = filed.date(), days
    while left:
        day += timedelta(days=1)
        left -= STANDARD.is_working(day)
    assert deadline(filed, Limit(days, Unit.WORKING_DAYS)).moment.date() == day


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 40))
def test_working_hours_agree_with_counting_one_minute_at_a_time(filed, hours):
    filed = filed.replace(second=0, microsecond=0)
    moment, left = filed, hours * 60
    while left:
        minute = moment.hour * 60 + moment.minute
        open_now = STANDARD.is_working(moment.date()) and any(a <= minute < b for a, b in STANDARD.hours.spans)
        moment += timedelta(minutes=1)
        left -= open_now
    assert deadline(filed, Limit(hours, Unit.WORKING_HOURS)).moment == moment
