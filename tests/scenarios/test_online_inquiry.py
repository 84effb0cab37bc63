"""A bus line asked for online: four reply steps, lights on true working days, public rating, a yellow card."""

from datetime import date
from statistics import fmean

import pytest

from gridsys.domain.case_indicators import ranking, rates
from gridsys.domain.procedure_roles import Worker

CLERK = Worker("lin", "platform-clerk", "district", "110101")
LEADER = Worker("huang", "leader", "district", "110101")


def transport(name="deng"):
    return Worker(name, "department-officer", "department", "110101", "transport")


def answer(story, at):
    story.do("tell", transport(), at, answer="线路已开通")


@pytest.fixture
def asked(begin, staff):
    """Asked on a Friday before a make-up Sunday, the Mid-Autumn holiday and National Day."""
    story = begin("online-inquiry", "general", "开通公交线路", staff["resident"], "2026-09-18 22:15")
    story.do("pass-on", CLERK, "2026-09-20 09:00", unit="transport")
    story.do("acknowledge", transport(), "2026-09-20 10:00", reply="已收到")
    return story


def test_an_answer_within_five_working_days_stays_green(asked, staff):
    asked.do("instruct", LEADER, "2026-09-21 09:00", instruction="适时开通")
    asked.do("send-people", transport(), "2026-09-22 09:00", people_sent="勘察站点")
    answer(asked, "2026-09-24 17:59")
    counted = {r.indicator: r.numerator for r in rates(asked.procedure, [asked.case])}
    assert counted == {"answered": 1, "green": 1, "in-time": 1, "satisfied": 0}
    assert [asked.light(at) for at in ("2026-09-24 18:00", "2026-12-01 09:00")] == ["green", "green"]
    for person, score in (("resident", 90), ("neighbour", 70)):  # the writer and a reader
        asked.do("rate", staff[person], "2026-09-25 10:00", score=score)
    asked.refused("GS808", "rate", staff["resident"], "2026-09-26 10:00", score=100)
    asked.refused("GS809", "rate", staff["third"], "2026-09-26 10:00", score=101)
    asked.refused("GS807", "rate", transport(), "2026-09-26 10:00", score=100)
    assert fmean(asked.case.ratings.values()) == 80


@pytest.mark.parametrize(
    ("at", "colour"),
    [("2026-09-24 18:00", "green"), ("2026-09-24 18:01", "yellow"), ("2026-10-15 18:00", "yellow"),
     ("2026-10-15 18:01", "red")],
)  # fmt: skip
def test_an_unanswered_letter_turns_yellow_after_five_and_red_after_fifteen(asked, at, colour):
    assert asked.light(at) == colour
    answer(asked, at)
    assert asked.light("2027-01-01 00:00") == colour  # the light of an answer is kept


def test_a_reopened_inquiry_runs_on_without_the_time_it_was_closed(asked, staff):
    answer(asked, "2026-09-22 10:00")  # closes of 20 and 21 September have passed: two working days are used
    asked.do("reopen", staff["resident"], "2026-10-12 10:00", reason="车未到")
    assert asked.case.is_open
    assert asked.case.closed_at is None
    assert str(asked.case.clocks["case"].yellow_at) == "2026-10-14 18:00:00+08:00"
    answer(asked, "2026-10-14 12:00")
    assert (asked.light("2026-10-20 12:00"), asked.case.counts["rework"]) == ("green", 1)


def test_a_withdrawn_inquiry_is_no_answer(asked, staff):
    asked.do("withdraw", staff["resident"], "2026-09-21 10:00")
    counted = {r.indicator: r.denominator for r in rates(asked.procedure, [asked.case])}
    assert (asked.case.status, counted) == ("withdrawn", {"answered": 0, "green": 0, "in-time": 0, "satisfied": 0})


def test_a_wrong_unit_sends_it_back_and_the_clock_runs_on(begin, staff):
    story = begin("online-inquiry", "complex", "河道异味", staff["resident"], "2026-03-02 09:00")
    story.do("pass-on", CLERK, "2026-03-02 10:00", unit="transport")
    story.do("not-ours", transport(), "2026-03-02 11:00", reason="属水务")
    story.do("pass-on", CLERK, "2026-03-02 12:00", unit="water")
    assert str(story.case.clocks["case"].red_at) == "2026-03-23 18:00:00+08:00"
    assert story.tick("2026-03-24 09:00") == ["supervise"]


def test_a_provisional_deadline_is_settled_and_logged_when_the_year_is_published(begin, staff):
    story = begin("online-inquiry", "general", "年末来信", staff["resident"], "2026-12-25 10:00")
    clock = story.case.clocks["case"]
    assert (clock.provisional, str(clock.yellow_at)[:10]) == (True, "2027-01-01")
    assert "settle" not in story.tick("2026-12-26 10:00")
    story.calendar = story.calendar.with_year(2027, [date(2027, 1, 1)], [])
    assert story.tick("2026-12-27 10:00") == ["settle"]
    clock = story.case.clocks["case"]
    assert (clock.provisional, str(clock.yellow_at)[:10]) == (False, "2027-01-04")
    assert story.told()[-1][0] == "系统核定期限：日历公布至2027-12-28。"


def test_a_unit_under_eighty_gets_a_yellow_card():
    assert [unit for _, unit, _, card in ranking({"transport": 80.0, "water": 79.9, "parks": 95}) if card] == ["water"]
