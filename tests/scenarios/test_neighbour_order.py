"""Lianhu: a code scanned in a stairwell, a report that rises, a service ordered, taken and confirmed."""

from gridsys.domain.procedure_roles import Worker

AREA = "110101001007003"
STAIRS = Worker("n1", "neighbour-steward", "stairwell", AREA)
BUILDING = Worker("n2", "neighbour-steward", "building", AREA)
STATION = Worker("s1", "station-steward", "compound", AREA)
DESK = Worker("d1", "service-desk", "service", "110101001")


def test_a_scanned_report_rises_from_the_stairwell_to_the_compound_station(begin, staff):
    story = begin("neighbour-order", "report", "楼道灯不亮", staff["resident"], "2026-03-02 15:00", code="1号楼2单元")
    assert story.case.level == "stairwell"
    assert story.possible(STAIRS) == {"take", "pass-up"}
    assert story.possible(BUILDING) == set()
    assert story.tick("2026-03-02 17:00") == []
    assert story.tick("2026-03-02 17:01") == ["escalate"]
    assert story.why()[0] == "单元在2个工作时内无人受理，升级至楼栋「待受理」。"
    story.do("pass-up", BUILDING, "2026-03-02 17:10", reason="需电工")
    assert story.why()[0] == "邻里格长「上报」，由楼栋转至小区，原因：需电工，现为小区「待受理」。"
    story.refused("GS807", "take", BUILDING, "2026-03-02 17:20")
    story.do("take", STATION, "2026-03-02 17:20")
    story.do("done", STATION, "2026-03-03 11:00", result="灯已更换")
    story.do("again", staff["resident"], "2026-03-03 19:00", reason="又灭了")
    story.do("done", STATION, "2026-03-04 11:00", result="换线路")
    story.do("confirm", staff["resident"], "2026-03-04 20:00")
    story.do("rate", staff["resident"], "2026-03-04 20:01", score=92)
    assert (story.case.status, story.case.counts["rework"], story.case.level) == ("closed", 1, "compound")


def test_silence_lets_another_confirm_after_three_working_days(begin, staff):
    story = begin("neighbour-order", "mediation", "物业费争议", staff["resident"], "2026-03-02 09:00")
    story.do("take", STATION, "2026-03-02 10:00")
    story.do("done", STATION, "2026-03-03 11:00", result="已协调")
    said = story.refused("GS808", "confirm-in-silence", staff["station"], "2026-03-06 17:00")
    assert "must wait until 2026-03-06 18:00" in said
    story.do("confirm-in-silence", staff["station"], "2026-03-09 09:00")
    assert story.case.counts == {"unconfirmed": 1}


def test_a_service_is_ordered_placed_taken_and_confirmed(begin, staff):
    """群众点单、超市下单、街社接单; an order the community does not take goes to the street."""
    story = begin("neighbour-order", "order", "疏通下水道", staff["resident"], "2026-03-02 09:00")
    story.refused("GS806", "take", STATION, "2026-03-02 09:10")
    story.do("place-order", DESK, "2026-03-02 09:30", service="疏通", price_yuan=80)
    assert (story.case.level, story.case.step) == ("community", "ordered")
    assert story.tick("2026-03-02 14:31") == ["escalate"]
    assert (story.case.level, story.case.step) == ("street", "ordered")
    story.do("take-order", staff["street"], "2026-03-02 14:40")
    story.do("done", staff["street"], "2026-03-03 10:00", result="已疏通")
    story.do("confirm", staff["resident"], "2026-03-03 12:00")
    assert (story.case.status, story.case.facts["price_yuan"]) == ("closed", 80)


def test_a_case_is_supervised_when_even_the_district_is_late(begin, staff):
    story = begin("neighbour-order", "report", "积水", staff["resident"], "2026-03-02 09:00")
    at = ["03-02 11:01", "03-02 14:02", "03-02 16:03", "03-03 09:04", "03-03 11:05", "03-03 14:06"]
    assert [story.tick(f"2026-{moment}") for moment in at] == [["escalate"]] * 6
    assert story.case.level == "district"
    assert story.tick("2026-03-03 16:10") == ["supervise"]
