"""Work due by date: rounds done on schedule (定期巡查、汇总、分析) and visits after a life event."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from gridsys.domain.procedure import Procedure
from gridsys.domain.worktime import Deadline, deadline
from gridsys.domain.worktime_calendar import BEIJING, STANDARD, WorkCalendar
from gridsys.errors import ProcedureError


def _missing(kind: str, name: str, known: list[str], procedure: Procedure) -> ProcedureError:
    return ProcedureError(
        "GS805", f"there is no {kind} {name!r}", where=procedure.id, fix=f"use one of: {', '.join(known) or 'none'}"
    )


def round_due(procedure: Procedure, round_id: str, last_done: datetime, calendar: WorkCalendar = STANDARD) -> Deadline:
    """Return by when a round has to be done again.

    Parameters
    ----------
    procedure
        Whose round.
    round_id
        The round.
    last_done
        When it was last done, with offset.
    calendar
        Working days and hours.

    Raises
    ------
    ProcedureError
        GS805 when the procedure has no such round.

    Examples
    --------
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> str(round_due(procedure, "sum-up", datetime(2026, 9, 18, 15, tzinfo=BEIJING)).moment)
    '2026-09-24 18:00:00+08:00'
    """
    found = {part.id: part for part in procedure.rounds}
    if round_id not in found:
        raise _missing("round", round_id, list(found), procedure)
    return deadline(last_done, found[round_id].every, (), calendar)


def occasion_due(
    procedure: Procedure, occasion_id: str, event: date, today: date, calendar: WorkCalendar = STANDARD
) -> tuple[date, Deadline]:
    """Return on which day something falls due after a life event, and by when it has to be done.

    A yearly occasion (birthday) falls due on its next day from ``today`` on; one of 29 February on the 28th in
    other years. The working time to do it starts on the day itself; a day that is not worked counts from its close.

    Parameters
    ----------
    procedure
        Whose occasion.
    occasion_id
        The occasion.
    event
        The day of the event.
    today
        The day asked on.
    calendar
        Working days and hours.

    Raises
    ------
    ProcedureError
        GS805 when the procedure has no such occasion.

    Examples
    --------
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["six-care"]
    >>> day, limit = occasion_due(procedure, "full-month", date(2026, 3, 1), date(2026, 3, 2))
    >>> str(day), str(limit.moment)
    ('2026-03-31', '2026-04-03 18:00:00+08:00')
    """
    found = {part.id: part for part in procedure.occasions}
    if occasion_id not in found:
        raise _missing("occasion", occasion_id, list(found), procedure)
    occasion = found[occasion_id]
    due = event + timedelta(days=occasion.after)
    if occasion.yearly:
        due = _in_year(due, today.year)
        if due < today:
            due = _in_year(event + timedelta(days=occasion.after), today.year + 1)
    return due, deadline(datetime.combine(due, time(), BEIJING), occasion.within, (), calendar)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
