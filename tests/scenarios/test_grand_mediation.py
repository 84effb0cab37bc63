"""Stories of Nantong: a medical dispute at the third-party centre, a fatal accident, three levels, recurrence."""

from gridsys.domain.case_indicators import pyramid, rates
from gridsys.domain.procedure_roles import Worker
from gridsys.files.procedures import packaged_procedures

HOSPITAL = Worker("h1", "hospital-mediator", "specialist", "110101")
CENTRE = Worker("m1", "centre-mediator", "specialist", "110101")
CENTRE2 = Worker("m2", "centre-mediator", "specialist", "110101")
PROSECUTOR = Worker("p1", "prosecutor", "department", "110101")
POLICE = Worker("p2", "police-officer", "grid", "110101001007003")


def test_a_medical_dispute_goes_from_the_hospital_to_the_third_party_centre(begin, staff):
    story = begin("grand-mediation", "medical-ordinary", "手术并发症", staff["resident"], "2026-03-02 09:00")
    said = story.refused("GS806", "take", staff["district-mediator"], "2026-03-02 10:00")
    assert "not for medical-ordinary" in said
    story.do("take-in-hospital", HOSPITAL, "2026-03-02 10:00")
    story.do("to-centre", HOSPITAL, "2026-03-04 10:00", reason="双方对责任分歧大")
    story.do("take-in-centre", CENTRE, "2026-03-05 10:00")
    said = story.refused("GS809", "pause", CENTRE, "2026-03-06 10:00", reason="busy")
    assert "'busy' is no reason to pause; reasons: appraisal, awaiting-party" in said
    story.do("pause", CENTRE, "2026-03-06 10:00", reason="appraisal")
    story.do("resume", CENTRE, "2026-04-03 10:00")
    story.refused("GS808", "agree", CENTRE2, "2026-04-03 11:00", agreement="x")
    story.do("agree", CENTRE, "2026-04-10 10:00", agreement="M-558", amount_yuan=46_000)
    story.do("performed", CENTRE, "2026-04-20 10:00", performance="已付清")
    story.refused("GS807", "visit-good", CENTRE, "2026-04-22 10:00", visit="x")
    story.do("visit-good", staff["verifier"], "2026-04-22 10:00", visit="无异议")
    story.do("rate", staff["resident"], "2026-04-23 10:00", score=95)
    assert (story.case.status, story.case.counts) == ("closed", {"to-centre": 1, "agreed": 1, "performed": 1})


def test_a_major_medical_dispute_goes_straight_to_the_centre(begin, staff):
    story = begin("grand-mediation", "medical-major", "重大医疗纠纷", HOSPITAL, "2026-03-02 09:00")
    story.refused("GS806", "take-in-hospital", HOSPITAL, "2026-03-02 10:00")
    story.do("to-centre", HOSPITAL, "2026-03-02 10:00", reason="重大")
    story.do("take-in-centre", CENTRE, "2026-03-03 10:00")
    story.do("agree", CENTRE, "2026-03-20 10:00", agreement="零赔付")
    story.do("breach", staff["resident"], "2026-03-23 10:00", reason="反悔")
    assert (story.case.step, story.case.counts["breached"]) == ("mediate", 1)


def test_a_fatal_accident_comes_from_the_procuratorate_and_its_result_goes_back(begin, staff):
    """The rider is reconciled with the parents: 400,000 asked, 160,000 agreed; the prosecutor does not charge."""
    story = begin("grand-mediation", "traffic", "摩托车事故", PROSECUTOR, "2026-03-02 09:00", origin="procuratorate")
    assert story.case.level == "street"
    story.do("take", staff["street-mediator"], "2026-03-02 10:00")
    story.do("hand-over", staff["street-mediator"], "2026-03-12 10:00", body="procuratorate", reason="确认可否和解")
    assert story.case.clocks["step"].red_at is None
    said = story.refused("GS806", "agree", staff["street-mediator"], "2026-03-13 10:00", agreement="x")
    assert "the case is with procuratorate" in said
    assert story.why()[0] == "由调解员移交检察院办理，原因：确认可否和解。"
    assert story.possible() == {"take-back", "mark"}
    assert story.tick("2026-03-15 10:00") == []
    story.do("take-back", staff["street-mediator"], "2026-03-16 10:00", result="可以和解")
    assert str(story.case.clocks["step"].red_at) == "2026-03-25 18:00:00+08:00"  # the two days away are given back
    story.do("agree", staff["street-mediator"], "2026-03-20 10:00", agreement="赔偿并谅解", amount_yuan=160_000)
    story.do("performed", staff["street-mediator"], "2026-03-27 10:00", performance="已赔付")
    story.do("visit-good", staff["assistant"], "2026-04-03 10:00", visit="双方往来")
    assert story.case.facts["result:procuratorate"] == "可以和解"
    assert story.case.status == "closed"


def test_a_body_outside_that_takes_too_long_is_supervised_once(begin, staff):
    story = begin("grand-mediation", "neighbour", "邻里", staff["resident"], "2026-03-02 09:00")
    story.do("take", staff["community-mediator"], "2026-03-02 10:00")
    said = story.refused("GS809", "hand-over", staff["community-mediator"], "2026-03-03 10:00", body="army", reason="x")
    assert "bodies are: police, procuratorate, court" in said
    story.do("hand-over", staff["community-mediator"], "2026-03-03 10:00", body="police", reason="核实伤情")
    assert story.tick("2026-03-17 18:00") == []
    assert story.tick("2026-03-17 18:01") == ["supervise"]
    assert story.tick("2026-03-20 10:00") == []
    assert (story.case.light(story.events[-1].at).value, story.case.step) == ("green", "mediate")


def test_a_dispute_rises_through_three_levels_and_ends_with_the_way_to_law(begin, staff):
    story = begin("grand-mediation", "neighbour", "相邻采光", staff["resident"], "2026-03-02 09:00")
    for who, day in (("community-mediator", "03"), ("street-mediator", "05")):
        story.do("take", staff[who], f"2026-03-{day} 09:30")
        story.do("pass-up", staff[who], f"2026-03-{day} 16:00", reason="疑难复杂")
    story.do("take", staff["district-mediator"], "2026-03-06 09:00")
    story.do("mark", POLICE, "2026-03-07 09:00", mark="petition")
    assert story.told()[-1] == ("网格警员标记：越级上访。", "police officer — mark: petition.")
    story.refused("GS809", "mark", POLICE, "2026-03-07 09:30", mark="troublemaker")
    said = story.refused("GS806", "pass-up", staff["district-mediator"], "2026-03-09 09:00", reason="x")
    assert "there is no level above district" in said
    story.do("give-up", staff["district-mediator"], "2026-03-09 10:00", reason="分歧大", way_to_law="向法院起诉")
    assert story.case.status == "rejected"


def settle(begin, staff, case_class="neighbour", **facts):
    story = begin("grand-mediation", case_class, "纠纷", POLICE, "2026-03-02 09:00", **facts)
    story.do("take", staff["community-mediator"], "2026-03-02 10:00")
    story.do("agree", staff["community-mediator"], "2026-03-04 10:00", agreement="A")
    story.do("performed", staff["community-mediator"], "2026-03-05 10:00", performance="P")
    story.do("visit-good", staff["assistant"], "2026-03-10 10:00", visit="V")
    return story


def test_the_eight_indicators_and_the_pyramid(begin, staff):
    """Five disputes: three settled (one recurring, one rated), one unsettled after a petition, one withdrawn."""
    procedure = packaged_procedures()["grand-mediation"]
    good, again, plain = settle(begin, staff), settle(begin, staff, earlier="C0"), settle(begin, staff)
    good.do("rate", staff["resident"], "2026-03-11 10:00", score=90)
    plain.do("rate", staff["resident"], "2026-03-11 10:00", score=60)
    lost = begin("grand-mediation", "labour", "欠薪", staff["resident"], "2026-03-02 09:00")
    lost.do("take", staff["street-mediator"], "2026-03-02 10:00")
    lost.do("mark", staff["street-mediator"], "2026-03-03 10:00", mark="petition")
    lost.do("mark", staff["street-mediator"], "2026-03-03 10:05", mark="turned-criminal")
    lost.do("give-up", staff["street-mediator"], "2026-03-04 10:00", reason="r", way_to_law="仲裁")
    gone = begin("grand-mediation", "family", "家事", staff["resident"], "2026-03-02 09:00")
    gone.do("withdraw", staff["resident"], "2026-03-02 10:00")
    cases = [story.case for story in (good, again, plain, lost, gone)]
    before = [lost.case, plain.case]
    found = {r.indicator: (r.numerator, r.denominator, r.value) for r in rates(procedure, cases, before)}
    assert found == {
        "mediated": (4, 4, 1.0), "success": (3, 4, 0.75), "turned-criminal": (1, 4, 0.5), "petition": (3, 4, 0.75),
        "group-incident": (4, 4, 1.0), "satisfied": (1, 2, 0.5), "performed": (3, 3, 1.0), "recurrence": (1, 4, 0.25),
    }  # fmt: skip
    assert {r.indicator: r.value for r in rates(procedure, cases)}["turned-criminal"] is None
    assert pyramid(procedure, cases) == {"community": (3, 1.0), "street": (0, 0.0), "district": (0, 0.0)}
