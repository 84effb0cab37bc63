"""Rounds and occasions fall due on the right day."""

from datetime import date, datetime

import pytest

from gridsys.domain.case_schedule import occasion_due, round_due
from gridsys.domain.worktime_calendar import BEIJING, STANDARD
from gridsys.errors import ProcedureError
from gridsys.files.procedures import packaged_procedures

GRID, CARE = (packaged_procedures()[name] for name in ("dongcheng-grid", "six-care"))


@pytest.mark.parametrize(
    ("name", "until"),
    [("patrol", "2026-09-20"), ("sum-up", "2026-09-24"), ("analysis", "2026-10-22")],
)
def test_rounds_are_due_on_working_days(name, until):
    last = datetime(2026, 9, 18, 15, tzinfo=BEIJING)
    assert str(round_due(GRID, name, last).moment) == f"{until} 18:00:00+08:00"


@pytest.mark.parametrize(
    ("name", "event", "today", "due", "until"),
    [
        ("wedding", date(2026, 5, 20), date(2026, 5, 20), date(2026, 5, 20), "2026-05-25"),
        ("full-month", date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 31), "2026-04-03"),
        ("bereavement", date(2026, 9, 30), date(2026, 9, 30), date(2026, 9, 30), "2026-10-08"),
        ("birthday", date(1936, 3, 5), date(2026, 3, 2), date(2026, 3, 5), "2026-03-06"),
        ("birthday", date(1936, 3, 5), date(2026, 3, 6), date(2027, 3, 5), "2027-03-08"),
        ("birthday", date(1936, 2, 29), date(2026, 1, 1), date(2026, 2, 28), "2026-03-02"),
        ("birthday", date(1936, 2, 29), date(2028, 1, 1), date(2028, 2, 29), "2028-03-01"),
    ],
)
def test_occasions_fall_due_after_the_event(*, name, event, today, due, until):
    day, limit = occasion_due(CARE, name, event, today, STANDARD.as_published(2026))
    assert (day, f"{limit.moment:%Y-%m-%d}") == (due, until)
    assert limit.provisional == (day.year > 2026)


def test_what_a_procedure_does_not_have_is_named():
    with pytest.raises(ProcedureError, match=r"GS805.*patrol, sum-up, analysis"):
        round_due(GRID, "x", datetime(2026, 9, 18, tzinfo=BEIJING))
    with pytest.raises(ProcedureError, match=r"GS805.*use one of: none"):
        occasion_due(GRID, "birthday", date(2026, 1, 1), date(2026, 1, 1))
