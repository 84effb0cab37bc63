"""Stories of Dongcheng: gas poisoning, parking locks, a petition pending since 1993, a dispute kept in its place."""

from dataclasses import replace
from datetime import datetime


def test_gas_poisoning_found_by_the_worker_on_duty(begin, staff):
    """A household is carried into the air, the street sends its people, nobody confirms their own work."""
    story = begin("dongcheng-grid", "emergency", "5号楼煤气中毒", staff["assistant"], "2010-10-24 02:10")
    assert story.light("2010-10-24 02:20") == "green"  # a Sunday night: clock hours run all the same
    story.do("take", staff["assistant"], "2010-10-24 02:12")
    assert str(story.case.clocks["step"].red_at) == "2010-10-24 04:12:00+08:00"
    assert story.light("2010-10-24 03:50") == "yellow"
    story.do("note", staff["assistant"], "2010-10-24 02:20", note="moved into the open air, street called")
    story.do("pass-up", staff["assistant"], "2010-10-24 02:21", reason="the street has to air the rooms and follow up")
    story.do("take", staff["station"], "2010-10-24 02:22")
    story.do("pass-up", staff["station"], "2010-10-24 02:23", reason="公共安全")
    assert story.case.level == "street"
    story.do("take", staff["street"], "2010-10-24 02:25")
    story.do("assign", staff["street"], "2010-10-24 02:26", departments=["police", "traffic"], lead="police",
             reason="air the rooms, close the lane for the ambulance")  # fmt: skip
    story.refused("GS808", "done", staff["street"], "2010-10-24 02:30", result="aired")
    story.do("report", staff["traffic"], "2010-10-24 02:50", result="lane open")
    story.do("done", staff["street"], "2010-10-24 03:10", result="rooms aired, family safe")
    reason = story.refused("GS808", "confirm", staff["street"], "2010-10-24 09:00")
    assert "who has handled a case (处置) does not verify it" in reason
    story.refused("GS808", "confirm", staff["station"], "2010-10-24 09:00")
    story.do("confirm", staff["supervisor"], "2010-10-24 09:00", finding="检查燃气管道")
    assert (story.case.status, story.case.counts.get("overdue")) == ("closed", None)
    assert story.told()[3][0].startswith("网格助理员「上报」，由网格转至社区，原因：the street has to air")


def test_parking_locks_end_in_joint_enforcement(begin, staff):
    """Persuasion fails in the grid, nobody in the community takes it, the street joins three departments: 49 go."""
    story = begin("dongcheng-grid", "street-order", "胡同私装地锁", staff["resident"], "2010-10-11 09:30")
    zh, en = story.why()
    assert "居民上报" in zh
    assert "starts on the grid level" in en
    story.refused("GS807", "take", staff["other-grid"], "2010-10-11 10:00")
    story.refused("GS807", "take", staff["station"], "2010-10-11 10:00")
    story.do("take", staff["grid"], "2010-10-11 10:00")
    story.do("pause", staff["grid"], "2010-10-12 10:00", reason="awaiting-party", note="owners asked to remove them")
    assert story.case.clocks["step"].red_at is None
    said = story.refused("GS806", "done", staff["grid"], "2010-10-13 10:00", result="x")
    assert "resume first" in said
    story.do("resume", staff["grid"], "2010-10-14 10:00")
    assert str(story.case.clocks["step"].red_at) == "2010-10-20 18:00:00+08:00"
    story.do("pass-up", staff["grid"], "2010-10-15 16:00", reason="拒不拆除")
    assert story.case.level == "community"
    assert story.tick("2010-10-18 11:00") == []
    assert story.tick("2010-10-18 12:01") == ["escalate"]  # two hours on Friday, two on Monday, and nobody took it
    zh, en = story.why()
    assert zh == "社区在4个工作时内无人受理，升级至街道「待受理」。"
    assert en.startswith("Nobody on the community level took it within 4 working-hours, so it rose to the street level")
    story.do("take", staff["street"], "2010-10-18 14:00")
    said = story.refused("GS808", "joint-done", staff["urban"], "2010-10-18 14:30", result="x")
    assert "no departments were brought in (未派联合处置单位)" in said
    story.refused("GS809", "assign", staff["street"], "2010-10-18 15:00", departments=["police", "traffic"], lead="x")
    story.do("assign", staff["street"], "2010-10-18 15:00", departments=["urban-management", "police", "traffic"],
             lead="urban-management", reason="协商会")  # fmt: skip
    assert set(story.case.departments) == {"urban-management", "police", "traffic"}
    assert {str(clock.red_at) for clock in story.case.departments.values()} == {"2010-10-25 18:00:00+08:00"}
    colleague = replace(staff["police"], id="u9")
    story.refused("GS808", "joint-done", staff["police"], "2010-10-19 09:00", result="removed", removed=49)
    said = story.refused("GS808", "joint-done", staff["urban"], "2010-10-19 10:00", result="removed", removed=49)
    assert "police, traffic have not reported" in said
    story.do("report", staff["police"], "2010-10-20 10:00", result="order kept")
    story.refused("GS808", "report", colleague, "2010-10-20 11:00", result="twice, by a colleague")
    story.do("report", staff["traffic"], "2010-10-20 12:00", result="lanes free")
    story.refused("GS808", "assign", staff["street"], "2010-10-20 13:00", departments=["fire"], lead="fire")
    story.do("joint-done", staff["urban"], "2010-10-21 16:00", result="地锁全部拆除", removed=49)
    assert not any(clock.is_running for clock in story.case.departments.values())
    story.do("rework", staff["verifier"], "2010-10-22 10:00", reason="one bolt left")
    story.do("joint-done", staff["urban"], "2010-10-22 15:00", result="bolt removed", removed=49)
    story.refused("GS807", "confirm", staff["urban"], "2010-10-22 16:00")
    story.do("confirm", staff["verifier"], "2010-10-25 10:00")
    case = story.case
    assert (case.status, case.facts["removed"], case.lead) == ("closed", 49, "urban-management")
    assert (case.counts["rework"], case.counts["escalated"], case.counts["unclaimed"]) == (1, 1, 1)
    assert len(story.told()) == case.seq


def test_a_petition_pending_since_1993_is_settled_in_less_than_a_month(begin, staff):
    """The old date is kept as a fact; the clock is the street's own from the day it takes the matter up."""
    story = begin("dongcheng-grid", "long-petition", "1993年积案", staff["street"], "2010-11-01 09:00",
                  reported_since="1993")  # fmt: skip
    assert (story.case.level, story.case.facts["reported_since"]) == ("street", "1993")
    story.do("take", staff["street"], "2010-11-01 10:00")
    story.do(
        "done", staff["street"], "2010-11-26 15:00", result="息诉罢访承诺书", agreement="signed", amount_yuan=22_000
    )
    story.refused("GS808", "confirm", staff["street"], "2010-11-26 16:00")
    story.do("confirm", staff["street2"], "2010-11-29 10:00")
    assert story.case.facts["amount_yuan"] == 22_000
    assert (story.case.closed_at - story.case.opened_at).days < 30
    assert "overdue" not in story.case.counts


def test_an_ordinary_dispute_ends_in_the_community(begin, staff):
    """三不出: it starts and ends in the community; withdrawing is possible until it is done."""
    story = begin("dongcheng-grid", "ordinary-dispute", "楼道堆物纠纷", staff["resident"], "2026-03-02 09:00")
    assert story.case.level == "community"
    assert story.possible() == {"take", "refuse", "send-down", "reclassify", "withdraw"}
    assert story.possible(staff["resident"]) == {"withdraw"}
    story.do("take", staff["community-mediator"], "2026-03-02 10:00")
    story.do("extend", staff["station"], "2026-03-05 10:00", by="5 working-days", reason="双方出差")
    assert str(story.case.clocks["step"].red_at) == "2026-03-23 18:00:00+08:00"
    story.refused("GS808", "extend", staff["station"], "2026-03-06 10:00", by="1 working-days", reason="again")
    story.do("done", staff["community-mediator"], "2026-03-20 10:00", result="签订协议", agreement="A-1")
    story.do("confirm", staff["resident"], "2026-03-23 10:00")
    assert (story.case.level, story.case.status, story.case.counts) == ("community", "closed", {"extended": 1})


def test_late_cases_rise_and_at_the_top_are_supervised_once(begin, staff):
    story = begin("dongcheng-grid", "complex-dispute", "多方纠纷", staff["resident"], "2026-03-02 09:00")
    story.do("take", staff["street"], "2026-03-02 10:00")
    assert story.light("2026-03-18 18:01") == "yellow"  # twelve of fifteen working days are over
    assert story.tick("2026-03-24 09:00") == ["escalate"]
    assert "未办结" in story.why()[0]
    assert (story.case.level, story.case.step, story.case.counts["late"]) == ("district", "accept", 1)
    story.do("take", staff["district"], "2026-03-24 09:30")
    assert story.tick("2026-04-20 09:00") == ["supervise"]
    assert story.tick("2026-04-21 09:00") == []
    assert story.told()[-1][0] == "系统督办。"
    said = story.refused("GS806", "escalate", staff["district"], "2026-04-21 09:00")
    assert "the system does this by itself" in said


def test_a_withdrawn_case_stands_apart(begin, staff):
    story = begin("dongcheng-grid", "small-matter", "路灯不亮", staff["resident"], "2026-03-02 09:00")
    story.do("withdraw", staff["resident"], "2026-03-02 09:30", reason="已修好")
    assert story.case.status == "withdrawn"
    said = story.refused("GS806", "take", staff["grid"], "2026-03-02 10:00")
    assert "nothing is left to do" in said
    assert "it leads from accept" in said


def test_a_sick_holder_is_replaced_and_a_wrong_class_is_put_right(begin, staff):
    story = begin("dongcheng-grid", "small-matter", "邻里噪声", staff["resident"], "2026-03-02 09:00")
    story.do("take", staff["grid"], "2026-03-02 10:00")
    story.do("pass-up", staff["grid"], "2026-03-02 11:00", reason="双方争执")
    story.do("take", staff["station"], "2026-03-02 11:30")
    assert str(story.case.clocks["step"].red_at) == "2026-03-04 18:00:00+08:00"
    story.refused("GS809", "reclassify", staff["station"], "2026-03-03 10:00", **{"class": "gossip", "reason": "x"})
    story.do("reclassify", staff["station2"], "2026-03-03 10:00", **{"class": "ordinary-dispute", "reason": "实为纠纷"})
    assert str(story.case.clocks["step"].red_at) == "2026-03-16 18:00:00+08:00"  # ten days from when the step began
    story.refused("GS808", "done", staff["station2"], "2026-03-04 10:00", result="x")
    story.do("reassign", staff["station2"], "2026-03-04 10:00", holder="jin", reason="病假")
    story.do("done", staff["station2"], "2026-03-05 10:00", result="和解")
    story.do("confirm", staff["resident"], "2026-03-06 10:00")
    assert [zh for zh, _ in story.told()][4:6] == [
        "工作站人员变更类别：一般纠纷，实为纠纷。",
        "工作站人员转办：jin，病假。",
    ]


def test_a_limit_that_has_run_out_is_not_extended(begin, staff):
    """Nor by more than the rule, in another unit, or on a limit in clock hours: red stays red."""
    story = begin("dongcheng-grid", "ordinary-dispute", "纠纷", staff["resident"], "2026-03-02 09:00")
    story.do("take", staff["station"], "2026-03-02 10:00")
    for by in ("6 working-days", "5 clock-hours"):
        story.refused("GS809", "extend", staff["station"], "2026-03-03 10:00", by=by, reason="r")
    said = story.refused("GS808", "extend", staff["station"], "2026-03-17 10:00", by="1 working-days", reason="r")
    assert "too late to extend" in said
    fire = begin("dongcheng-grid", "emergency", "险情", staff["resident"], "2026-03-02 09:00", level="community")
    fire.do("take", staff["station"], "2026-03-02 09:05")
    fire.refused("GS809", "extend", staff["station"], "2026-03-02 09:10", by="1 working-days", reason="r")


def test_every_clock_has_its_light(begin, staff):
    story = begin("dongcheng-grid", "complex-dispute", "多方", staff["street"], "2026-03-02 09:00")
    story.do("take", staff["street"], "2026-03-02 10:00")
    story.do("assign", staff["street"], "2026-03-02 11:00", departments=["police", "traffic"], lead="police")
    lights = story.case.lights(datetime.fromisoformat("2026-03-10T09:00+08:00"))
    assert {name: light.value for name, light in lights.items()} == {
        "step": "green", "department:police": "red", "department:traffic": "red",
    }  # fmt: skip
    story.do("report", staff["traffic"], "2026-03-10 10:00", result="x")
    assert set(story.case.lights(story.case.at)) == {"step", "department:police"}
