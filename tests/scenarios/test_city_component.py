"""A missing manhole cover: eight steps, supervision apart from command."""

from gridsys.domain.procedure_roles import Worker


def test_a_missing_cover_is_made_safe_and_paid_attention_to_by_two_separate_sides(begin, staff):
    collector = Worker("cai", "collector", "grid", "110101001")
    both = Worker("feng", "dispatcher", "district", "110101")  # the overseer tries to command as well
    story = begin("city-component", "missing-cover", "井盖丢失", collector, "2026-05-09 20:00",
                  component="井盖")  # fmt: skip
    assert story.case.level == "district"
    story.refused("GS809", "file", staff["overseer"], "2026-05-09 20:10")
    story.do("file", staff["overseer"], "2026-05-09 20:10", component_id="11010101021000017", state_before="丢失")
    said = story.refused("GS808", "dispatch", both, "2026-05-09 20:15", department="urban-management")
    assert "who has supervised a case (监督) does not command it" in said
    story.do("dispatch", staff["district"], "2026-05-09 20:15", department="traffic")
    story.do("return", staff["traffic"], "2026-05-09 20:20", reason="不属本部门")
    story.do("dispatch", staff["district"], "2026-05-09 20:25", department="urban-management")
    story.do("take", staff["urban"], "2026-05-09 20:30")
    assert str(story.case.clocks["step"].red_at) == "2026-05-10 00:30:00+08:00"
    assert story.light("2026-05-10 00:31") == "red"
    story.do("report-done", staff["urban"], "2026-05-09 23:30", result="新盖安装")
    story.do("send-to-verify", staff["overseer"], "2026-05-11 09:30")
    story.do("verify-bad", collector, "2026-05-11 11:00", reason="盖不平")
    assert (story.case.step, story.case.counts["rework"]) == ("filed", 1)
    story.do("dispatch", staff["district"], "2026-05-11 11:10", department="urban-management")
    story.do("take", staff["urban"], "2026-05-11 11:20")
    story.do("report-done", staff["urban"], "2026-05-11 14:00", result="调平")
    story.do("send-to-verify", staff["overseer"], "2026-05-11 14:10")
    story.refused("GS807", "verify-good", staff["urban"], "2026-05-11 15:00", state_after="完好")
    story.do("verify-good", collector, "2026-05-11 15:00", state_after="完好")
    story.do("close", staff["overseer"], "2026-05-11 15:30")
    story.do("rate", staff["overseer"], "2026-05-12 09:30", score=85)
    case = story.case
    assert (case.status, case.facts["state_before"], case.facts["state_after"]) == ("closed", "丢失", "完好")
    assert (case.counts["refused"], case.ratings) == (1, {"feng": 85})


def test_a_report_that_is_no_case_is_not_filed(begin, staff):
    story = begin("city-component", "waste", "误报", staff["resident"], "2026-05-11 09:00")
    story.do("reject", staff["overseer"], "2026-05-11 09:30", reason="现场清洁")
    assert story.case.status == "rejected"
