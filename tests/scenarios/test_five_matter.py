"""Heating pipes: proposed by a resident, deliberated by four, decided by households, done, judged and done again."""

from datetime import datetime

import pytest

from gridsys.domain.ballot import BallotRule, announce, cast, close
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import BEIJING

COMMITTEE = Worker("oc", "owners-committee", "party", "110101001007003", "committee")
COMPANY = Worker("pc", "property-company", "party", "110101001007003", "company")
TEAM = Worker("st", "service-team", "party", "110101001007003", "team")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def hold(votes, majority="1/2", subject="C1", proxies=3):
    """Hold a ballot of ten households of 80 m²: ``votes`` such as ``"FFFFAA"`` in their order."""
    ballot = announce(
        "B1", subject, "更换供暖管件？", {f"99{n:02d}": "80" for n in range(10)},
        rule=BallotRule(majority=majority, proxies=proxies), announced_at=at("2026-03-06 09:00"),
        opens_at=at("2026-03-21 09:00"), closes_at=at("2026-03-28 09:00"),
    )  # fmt: skip
    for n, letter in enumerate(votes):
        choice = {"F": "for", "A": "against", "-": "abstain"}[letter]
        ballot, _ = cast(ballot, f"99{n:02d}", choice, nonce=f"{n:032x}", at=at("2026-03-22 10:00"))
    return close(ballot, at("2026-03-28 10:00"))


@pytest.fixture
def planned(begin, staff):
    story = begin("five-matter", "daily", "更换老旧供暖管件", staff["resident"], "2026-03-02 09:00")
    story.do("table", staff["party"], "2026-03-02 14:00")
    story.do("give-view", staff["party"], "2026-03-03 19:00", view="赞成")
    story.do("give-view", COMMITTEE, "2026-03-03 19:10", view="赞成")
    story.do("give-view", COMPANY, "2026-03-03 19:20", view="可在停暖后施工")
    said = story.refused("GS808", "draft", staff["party"], "2026-03-03 19:30", plan="停暖后更换")
    assert "service-team have not been heard" in said
    story.do("give-view", TEAM, "2026-03-03 19:40", view="可协助入户")
    story.do("draft", staff["party"], "2026-03-05 09:00", plan="停暖后更换", cost_yuan=180_000)
    return story


def test_from_proposal_to_rating_in_one_log(planned, staff):
    story = planned
    said = story.refused("GS808", "carry", staff["party"], "2026-03-20 09:00", executor="company")
    assert "no ballot has been recorded (尚未表决)" in said
    result = hold("FFFFFAA-")
    assert result["passed"] is True
    story.do("record-vote", COMMITTEE, "2026-03-28 11:00", result=result)
    story.refused("GS808", "drop", staff["party"], "2026-03-28 11:30")
    story.do("carry", staff["party"], "2026-03-28 12:00", executor="company")
    story.do("done", COMPANY, "2026-04-20 10:00", result="更换40处")
    story.refused("GS808", "accept", staff["party"], "2026-04-21 10:00")
    story.do("rate", staff["resident"], "2026-04-21 10:00", score=60)
    story.do("rate", staff["neighbour"], "2026-04-21 11:00", score=90)
    story.refused("GS808", "accept", staff["party"], "2026-04-22 10:00")
    story.do("redo", staff["party"], "2026-04-22 10:00")
    story.do("done", COMPANY, "2026-04-25 10:00", result="补换2处")
    said = story.refused("GS808", "accept", staff["party"], "2026-04-25 11:00")
    assert "nobody has rated it" in said  # what was said of the first work does not count for the second
    story.do("rate", staff["resident"], "2026-04-26 09:00", score=85)
    story.do("rate", staff["third"], "2026-04-26 10:00", score=95)
    said = story.refused("GS807", "accept", COMPANY, "2026-04-27 10:00")
    assert "only party-secretary" in said
    story.do("accept", staff["party"], "2026-04-27 10:00")
    case = story.case
    assert (case.status, case.facts["vote"]["seal"], case.facts["result"]) == ("closed", result["seal"], "补换2处")
    assert (case.counts["rework"], case.ratings) == (1, {"9901": 85, "9903": 95})
    assert ("物业公司「办结」，现为网格「民主评事」。限10个工作日，2026-05-12 18:00前。") in [
        zh for zh, _ in story.told()
    ]


def test_a_vote_that_fails_goes_back_or_ends(planned, staff):
    result = hold("FFFAAAA")
    assert (result["passed"], result["why"]) == (False, "majority not reached by households")
    planned.do("record-vote", COMMITTEE, "2026-03-28 11:00", result=result)
    planned.refused("GS808", "carry", staff["party"], "2026-03-28 12:00", executor="company")
    assert {"rethink", "drop"} <= planned.possible(staff["party"], "2026-03-28 12:00")
    planned.do("drop", staff["party"], "2026-03-28 12:00")
    assert planned.case.status == "rejected"


def test_a_result_that_was_touched_or_held_by_another_rule_is_not_recorded(planned):
    result = hold("FFFFFFF")
    at_noon = "2026-03-28 12:00"
    with pytest.raises(Exception, match="GS831"):
        planned.do("record-vote", COMMITTEE, at_noon, result={**result, "passed": False})
    planned.refused("GS809", "record-vote", COMMITTEE, at_noon, result=hold("FFFFFFF", subject="C2"))
    planned.refused("GS809", "record-vote", COMMITTEE, at_noon, result=hold("FFFFFFF", majority="3/4"))
    planned.refused("GS807", "record-vote", COMPANY, at_noon, result=result)


def test_spending_the_repair_fund_needs_three_quarters(begin, staff):
    story = begin("five-matter", "repair-fund", "动用维修资金", staff["resident"], "2026-03-02 09:00")
    assert story.procedure.vote.for_class("repair-fund").majority == "3/4"
    assert story.procedure.vote.for_class("daily").majority == "1/2"
    assert hold("FFFFFFAA", majority="3/4")["passed"] is True
    assert hold("FFFFFAAA", majority="3/4")["passed"] is False


def test_a_matter_too_large_for_the_grid_goes_to_the_community(begin, staff):
    story = begin("five-matter", "daily", "加装电梯", staff["resident"], "2026-03-02 09:00")
    story.do("table", staff["party"], "2026-03-02 14:00")
    story.do("raise", staff["party"], "2026-03-03 14:00", reason="涉及多个小区")
    assert (story.case.level, story.case.step) == ("community", "proposed")
    story.refused("GS807", "table", staff["party"], "2026-03-03 15:00")
    story.do("table", staff["station"], "2026-03-03 15:00")


def test_deliberating_again_hears_and_votes_anew(planned, staff):
    planned.do("record-vote", COMMITTEE, "2026-03-28 11:00", result=hold("FFFAAAA"))
    planned.do("rethink", staff["party"], "2026-03-28 12:00", reason="方案过贵")
    assert planned.case.heard == {}
    planned.refused("GS808", "draft", staff["party"], "2026-03-30 09:00", plan="分期更换")
    for who in (staff["party"], COMMITTEE, COMPANY, TEAM):
        planned.do("give-view", who, "2026-03-30 19:00", view="赞成")
    planned.do("draft", staff["party"], "2026-03-31 09:00", plan="分期更换")
    said = planned.refused("GS808", "drop", staff["party"], "2026-03-31 10:00")
    assert "no ballot has been recorded" in said
