"""Gaofeng: the dossier is complete before anybody is invited; the open session settles by reason, kinship or law."""

import pytest

from gridsys.domain.procedure_roles import Worker

OFFICER = Worker("co", "case-officer", "street", "110101001", "housing")
PANEL = Worker("9911", "panel", "public")


@pytest.fixture
def invited(begin, staff):
    story = begin("public-deliberation", "grievance", "宅基地边界异议", staff["resident"], "2026-03-02 09:00")
    story.do("take", staff["station"], "2026-03-02 10:00")
    said = story.refused(
        "GS809", "complete-dossier", staff["station"], "2026-03-09 10:00", times="2019", demands="重测"
    )
    assert "it must bring grounds, views, law" in said
    full = {"times": "2019年起", "demands": "重新测量", "grounds": "旧契", "views": "承办人意见", "law": "土地管理法"}
    said = story.refused("GS809", "complete-dossier", staff["station"], "2026-03-09 10:00", **full, relatives="…")
    assert "it may not bring relatives" in said  # the families of the parties are nobody's dossier
    story.do("complete-dossier", staff["station"], "2026-03-09 10:00", **full)
    story.do("invite", staff["station"], "2026-03-10 10:00", session_at="2026-03-13 19:00", place="议事厅")
    return story


def hear(story, *who):
    for worker in who:
        story.do("give-view", worker, "2026-03-13 19:30", view="陈述")


@pytest.mark.parametrize(
    ("transition", "way"), [("settle-by-reason", "by-reason"), ("settle-by-kinship", "by-kinship")]
)
def test_settled_in_the_session_and_carried_out(invited, staff, transition, way):
    said = invited.refused("GS808", transition, staff["station"], "2026-03-12 10:00", agreement="a")
    assert "resident, case-officer, panel have not been heard" in said
    hear(invited, staff["resident"], OFFICER, PANEL)
    invited.do(transition, staff["station"], "2026-03-13 20:30", agreement="共同重测")
    invited.do("carried-out", OFFICER, "2026-03-20 10:00", result="已重测")
    invited.refused("GS807", "confirm", staff["station"], "2026-03-21 10:00")
    invited.do("confirm", staff["resident"], "2026-03-23 10:00")
    assert (invited.case.status, invited.case.counts) == ("closed", {"agreed": 1, way: 1})


def test_the_invited_have_three_working_days(begin, staff, invited):
    for worker in (staff["resident"], OFFICER, PANEL):
        invited.do("give-view", worker, "2026-03-11 10:00", view="书面")
    said = invited.refused("GS808", "settle-by-reason", staff["station"], "2026-03-13 17:59", agreement="a")
    assert "must wait until 2026-03-13 18:00" in said
    invited.do("settle-by-reason", staff["station"], "2026-03-13 18:00", agreement="a")


def test_through_judicial_mediation_or_on_to_the_ways_of_law(invited, staff):
    hear(invited, staff["resident"], OFFICER, PANEL)
    invited.do("refer", staff["station"], "2026-03-13 20:30", reason="需司法确认")
    invited.do("settle-in-law", staff["judicial"], "2026-03-25 10:00", agreement="调解书")
    invited.do("carried-out", OFFICER, "2026-03-27 10:00", result="登记更正")
    invited.do("not-kept", staff["resident"], "2026-03-30 10:00", reason="尚未领证")
    invited.do("carried-out", OFFICER, "2026-04-02 10:00", result="已领证")
    invited.do("confirm", PANEL, "2026-04-03 10:00")
    assert invited.case.counts == {"agreed": 1, "by-law": 1, "rework": 1}


def test_not_settled_it_ends_with_the_way_to_law(invited, staff):
    hear(invited, staff["resident"], OFFICER, PANEL)
    invited.do("adjourn", staff["station"], "2026-03-13 20:00", reason="补充证据")
    assert (invited.case.step, set(invited.case.heard)) == ("dossier", {"resident", "case-officer", "panel"})
    full = dict.fromkeys(("times", "demands", "grounds", "views", "law"), "补充")
    invited.do("complete-dossier", staff["station"], "2026-03-16 09:00", **full)
    invited.do("invite", staff["station"], "2026-03-16 09:30", session_at="2026-03-20 19:00", place="议事厅")
    assert invited.case.heard == {}  # the new session hears everybody anew
    invited.do("withdraw", staff["resident"], "2026-03-20 10:00")
    assert invited.case.status == "withdrawn"
