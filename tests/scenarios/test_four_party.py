"""A blocked fire lane conferred on by four, and a company that comes last and rectifies."""

from gridsys.domain.procedure_roles import Worker

AREA = "110101001007003"
PARTY = Worker("cp", "community-party", "party", "110101001007", "community")
SOCIAL = Worker("so", "social-organisation", "party", AREA, "social")
COMMITTEE = Worker("oc", "owners-committee", "party", AREA, "committee")
COMPANY = Worker("pc", "property-company", "party", AREA, "company")
COMPANY2 = Worker("pc2", "property-company", "party", AREA, "company")
OFFICE = Worker("po", "property-office", "department", "110101", "office")


def test_a_fire_lane_is_cleared_after_all_four_were_heard(begin, staff):
    story = begin("four-party", "matter", "消防通道不畅", staff["resident"], "2026-03-02 09:00")
    story.do("call-meeting", PARTY, "2026-03-03 09:00")
    for party, view in ((PARTY, "统筹"), (SOCIAL, "引入停车资源"), (COMMITTEE, "监督")):
        story.do("give-view", party, "2026-03-05 15:00", view=view)
    said = story.refused("GS808", "decide", PARTY, "2026-03-05 16:00", decision="划线", executor="company")
    assert "property-company have not been heard" in said
    story.do("give-view", COMPANY, "2026-03-05 16:00", view="执行")
    story.do("decide", PARTY, "2026-03-05 16:30", decision="划线、清理", executor="company")
    story.do("done", COMPANY, "2026-03-16 10:00", result="通道畅通")
    story.do("redo", COMMITTEE, "2026-03-17 10:00", reason="仍有占用")
    story.do("done", COMPANY, "2026-03-20 10:00", result="立桩隔离")
    story.do("confirm", COMMITTEE, "2026-03-23 10:00")
    story.do("rate", staff["resident"], "2026-03-24 10:00", score=88)
    assert (story.case.status, story.case.counts["rework"]) == ("closed", 1)
    assert set(story.case.heard) == {p.role for p in (PARTY, SOCIAL, COMMITTEE, COMPANY)}


def assess(begin, standing):
    story = begin("four-party", "assessment", "年度考核", OFFICE, "2026-12-01 09:00", area_code="110101001007",
                  company="company")  # fmt: skip
    story.do("open-assessment", OFFICE, "2026-12-01 10:00")
    story.do("score-party", PARTY, "2026-12-07 10:00", party_score=72)
    story.refused("GS808", "publish", OFFICE, "2026-12-08 10:00", rank=9, standing=standing)
    story.do("score-trade", OFFICE, "2026-12-08 10:00", trade_score=65)
    story.do("publish", OFFICE, "2026-12-10 10:00", rank=9, standing=standing)
    return story


def test_the_last_is_criticised_and_rectifies_by_a_date(begin, staff):
    story = assess(begin, "bottom")
    story.refused("GS808", "commend", OFFICE, "2026-12-11 10:00")
    story.do("order-rectification", OFFICE, "2026-12-11 10:00", faults="保洁不到位")
    assert story.case.clocks["step"].provisional  # thirty working days run into a year not yet published
    assert "（暂定）" in story.told()[-1][0]
    story.refused("GS807", "rectified", staff["resident"], "2026-12-20 10:00", rectification="x")
    grid_company = Worker("pc", "property-company", "party", "110101001007", "company")
    story.do("rectified", grid_company, "2027-01-10 10:00", rectification="已整改")
    story.do("recheck-bad", PARTY, "2027-01-12 10:00", reason="一处未改")
    story.do("rectified", grid_company, "2027-01-18 10:00", rectification="全部整改")
    story.do("recheck-good", PARTY, "2027-01-19 10:00")
    assert (story.case.step, story.case.counts) == ("recorded", {"criticised": 1, "rework": 1})


def test_the_first_is_commended_and_the_middle_recorded(begin):
    top, middle = assess(begin, "top"), assess(begin, "middle")
    top.do("commend", OFFICE, "2026-12-11 10:00")
    middle.refused("GS808", "order-rectification", OFFICE, "2026-12-11 10:00", faults="x")
    middle.do("record", OFFICE, "2026-12-11 10:00")
    assert (top.case.step, middle.case.step, top.case.counts) == ("recorded", "recorded", {"commended": 1})


def test_a_matter_cannot_take_the_way_of_an_assessment(begin, staff):
    story = begin("four-party", "matter", "车辆乱停", staff["resident"], "2026-03-02 09:00")
    said = story.refused("GS806", "open-assessment", OFFICE, "2026-03-02 10:00")
    assert "it is for assessment, not for matter" in said
    story.do("call-meeting", PARTY, "2026-03-03 09:00")
    said = story.refused("GS807", "give-view", staff["resident"], "2026-03-03 10:00", view="x")
    assert "only community-party, social-organisation" in said
    assert COMPANY2.unit == COMPANY.unit
