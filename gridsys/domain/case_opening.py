"""Open a case: its first event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gridsys.domain.areacode import level_of
from gridsys.domain.case import Event
from gridsys.domain.case_clock import Clock
from gridsys.domain.case_permit import is_plain
from gridsys.domain.procedure import Procedure
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import STANDARD, WorkCalendar
from gridsys.errors import ProcedureError


def open_case(
    procedure: Procedure,
    case_id: str,
    case_class: str,
    *,
    title: str,
    area_code: str,
    worker: Worker,
    at: datetime,
    level: str = "",
    facts: Mapping[str, Any] | None = None,
    calendar: WorkCalendar = STANDARD,
) -> tuple[Event, ...]:
    """Return the first event of a case.

    Parameters
    ----------
    procedure
        How it is to be handled.
    case_id
        Its key.
    case_class
        A class of the procedure.
    title
        A short name of the matter.
    area_code
        Code of the area it lies in, usually a grid.
    worker
        Who opens it.
    at
        When, with offset.
    level
        Level it starts on; the class's, or the procedure's lowest, when empty.
    facts
        What is known from the start, such as ``reported_since`` or ``earlier`` (the case it recurs from).
    calendar
        Working days and hours.

    Raises
    ------
    ProcedureError
        GS805 for an unknown class or level, GS807 when the role may not open cases, GS809 for an
        empty id or title, or facts that are not plain JSON.
    InputError
        GS106 for an area code that is none.

    Examples
    --------
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> log[0].kind, log[0].data["step"], log[0].data["clocks"]["step"]["red_at"]
    ('opened', 'accept', '2026-09-18T15:00:00+08:00')
    """
    level_of(area_code)
    where = f"case {case_id} of {procedure.id}"
    if not case_id or not title:
        raise ProcedureError("GS809", "a case needs an id and a title", where=where, fix="give both")
    if not is_plain(facts or {}):
        raise ProcedureError("GS809", "facts are not plain JSON", where=where, fix="give text, numbers, lists, tables")
    if case_class not in procedure.class_of:
        raise _unknown("class", case_class, procedure.class_of, where)
    level = level or procedure.class_of[case_class].level or procedure.levels[0]
    if level not in procedure.levels:
        raise _unknown("level", level, procedure.levels, where)
    role = procedure.role_of.get(worker.role)
    if role is None or worker.level not in role.levels or worker.role not in procedure.opened_by:
        raise ProcedureError(
            "GS807",
            f"{worker.role} {worker.id} on {worker.level} may not open a case",
            where=where,
            fix=f"these may: {', '.join(procedure.opened_by)}",
        )
    clocks: dict[str, Clock] = {}
    limit, lights = procedure.limit(procedure.start, case_class), procedure.lights
    if limit is not None:
        clocks["step"] = Clock.start(at, limit, procedure.yellow(limit), calendar)
    if lights.of == "case" and lights.red is not None:
        clocks["case"] = Clock.start(at, lights.red, lights.yellow, calendar)
    data = {
        "procedure": procedure.id, "version": procedure.version, "class": case_class, "title": title,
        "area_code": area_code, "step": procedure.start, "level": level, "limit": "" if limit is None else str(limit),
        "facts": dict(facts or {}), "clocks": {name: clock.as_dict() for name, clock in clocks.items()},
    }  # fmt: skip
    return (Event(case_id, 1, "opened", at, worker.id, worker.role, worker.level, worker.unit, data),)


def _unknown(kind: str, name: str, known: Iterable[str], where: str) -> ProcedureError:
    return ProcedureError("GS805", f"there is no {kind} {name!r}", where=where, fix=f"use one of: {', '.join(known)}")
