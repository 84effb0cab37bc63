"""A visit at a child's full month, one declined, one nobody took."""

from datetime import date

from gridsys.domain.case_schedule import occasion_due
from gridsys.domain.procedure_roles import SYSTEM
from gridsys.files.procedures import packaged_procedures


def test_a_full_month_gift_is_due_thirty_days_after_the_birth(begin, staff):
    procedure = packaged_procedures()["six-care"]
    due, until = occasion_due(procedure, "full-month", date(2026, 1, 19), date(2026, 2, 1))
    assert (due, str(until.moment)) == (date(2026, 2, 18), "2026-02-26 18:00:00+08:00")  # over the Spring Festival
    story = begin("six-care", "full-month", "满月", SYSTEM, "2026-02-24 09:00", event_date="2026-01-19")
    story.do("take", staff["assistant"], "2026-02-24 10:00")
    story.refused("GS808", "paid", staff["grid"], "2026-02-25 10:00")
    story.do("paid", staff["assistant"], "2026-02-25 10:00", help_asked="幼儿疫苗预约")
    story.refused("GS807", "confirm", staff["assistant"], "2026-02-25 11:00")
    story.do("confirm", staff["resident"], "2026-02-26 10:00")
    assert (story.case.status, story.case.facts["help_asked"]) == ("closed", "幼儿疫苗预约")


def test_a_resident_may_decline_and_it_is_held_against_nobody(begin, staff):
    story = begin("six-care", "birthday", "生日", SYSTEM, "2026-03-02 09:00")
    story.do("withdraw", staff["resident"], "2026-03-02 10:00", reason="谢谢，不必")
    assert (story.case.step, story.case.status) == ("declined", "withdrawn")


def test_a_visit_nobody_takes_rises_to_the_workstation(begin, staff):
    story = begin("six-care", "bereavement", "亡故", SYSTEM, "2026-03-02 09:00")
    assert story.tick("2026-03-03 18:00") == []
    assert story.tick("2026-03-03 18:01") == ["escalate"]
    assert story.case.level == "community"
    story.do("take", staff["station"], "2026-03-04 09:00")
    story.do("paid", staff["station"], "2026-03-04 15:00")
    story.refused("GS808", "confirm", staff["station"], "2026-03-05 09:00")
    story.do("confirm", staff["grid"], "2026-03-05 09:00")
    assert story.case.status == "closed"
