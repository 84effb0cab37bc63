"""Run a case: an action on a state gives new events, or a refusal with its reason. Pure: nothing is read or written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gridsys.domain.case import Case, Event
from gridsys.domain.case_builtin import BUILTIN_EVENTS
from gridsys.domain.case_clock import Clock
from gridsys.domain.case_permit import (
    BUILTIN,
    CaseAction,
    Option,
    builtin_rules,
    check_data,
    open_transitions,
    refusal,
    refuse,
    require_fit,
)
from gridsys.domain.procedure import Procedure
from gridsys.domain.procedure_roles import SYSTEM
from gridsys.domain.worktime import Light, Pause
from gridsys.domain.worktime_calendar import STANDARD, WorkCalendar


def apply(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar = STANDARD) -> tuple[Event, ...]:
    """Return the events an action adds to a case.

    Parameters
    ----------
    procedure
        The procedure of the case.
    case
        Its state, from :func:`gridsys.domain.case.fold`.
    action
        What somebody wants to do.
    calendar
        Working days and hours for the deadlines that start now.

    Raises
    ------
    ProcedureError
        GS806 when the state does not admit it, GS807 when this person may not, GS808 when a condition is not met
        (who handles never verifies its own case), GS809 when something is missing; each names the possible actions.
        GS810 when the case does not fit the procedure.

    Examples
    --------
    >>> from gridsys.domain.case import fold
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> from gridsys.domain.procedure_roles import Worker
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> from gridsys.domain.case_opening import open_case
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> manager = Worker("wang", "grid-manager", "grid", "110101001007003")
    >>> taken = apply(procedure, fold(log), CaseAction("take", manager, filed))
    >>> fold([*log, *taken]).step
    'handle'
    """
    require_fit(procedure, case)
    if action.at.tzinfo is None or action.at < case.at:
        refuse("GS809", procedure, case, action, f"{action.at} has no offset or lies before the last event, {case.at}")
    if action.name in BUILTIN:
        return _builtin(procedure, case, action, calendar)
    transition = next((t for t in open_transitions(procedure, case) if t.id == action.name), None)
    if transition is None:
        refuse("GS806", procedure, case, action, _why_not(procedure, case, action.name))
    option = Option(transition.id, transition.zh, transition.en, transition.by)
    code, why = refusal(procedure, case, action.worker, option, transition=transition, at=action.at, calendar=calendar)
    if code:
        refuse(code, procedure, case, action, why)
    check_data(procedure, case, action, transition.needs, transition.may)
    level = {
        "": case.level,
        "up": procedure.above(case.level) or case.level,
        "down": procedure.below(case.level) or case.level,
    }.get(transition.move, transition.move)
    holder = action.worker.id if transition.holds else case.holder if level == case.level else ""
    parts = {"transition": transition.id, "duty": transition.duty, "counts": list(transition.counts),
             "holder": holder, "cause": transition.id, "facts": dict(action.data)}  # fmt: skip
    return _move(procedure, case, action, to=transition.to, level=level, calendar=calendar, parts=parts)


def _builtin(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> tuple[Event, ...]:
    if action.name in {"escalate", "supervise", "settle"}:
        return _by_system(procedure, case, action, calendar)
    # anybody who serves the place may add a note, at any time
    by, possible = (
        ((action.worker.role,), True)
        if action.name == "note"
        else (builtin_rules(procedure, case).get(action.name, ((), False)))
    )
    if not by:
        refuse("GS806", procedure, case, action, f"{procedure.id} does not provide for it")
    if not possible:
        refuse("GS806", procedure, case, action, _why_not(procedure, case, action.name))
    option = Option(action.name, *BUILTIN[action.name], by)
    code, why = refusal(procedure, case, action.worker, option, transition=None, at=action.at, calendar=calendar)
    if code:
        refuse(code, procedure, case, action, why)
    if action.name == "withdraw" and procedure.withdrawal is not None:
        check_data(procedure, case, action, (), ("reason",))
        parts: dict[str, Any] = {
            "transition": "",
            "duty": "",
            "counts": ["withdrawn"],
            "holder": "",
            "cause": "withdrawn",
        }
        end = procedure.withdrawal.to
        parts = {**parts, "facts": dict(action.data)}
        return _move(procedure, case, action, to=end, level=case.level, calendar=calendar, parts=parts)
    kind, data = BUILTIN_EVENTS[action.name](procedure, case, action, calendar)
    return (_event(case, action, kind, data),)


def _by_system(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> tuple[Event, ...]:
    due = {found.name for found in due_actions(procedure, case, action.at, calendar)}
    if action.worker.role != SYSTEM.role or action.name not in due:
        refuse("GS806", procedure, case, action, "the system does this by itself, when a limit has run out")
    if action.name == "escalate" and procedure.escalation is not None:
        cause = "unclaimed" if procedure.step_of[case.step].kind == "claim" else "late"
        parts = {"transition": "", "duty": "", "counts": [cause, "escalated"], "holder": "", "cause": cause,
                 "facts": {}, "expired": str(case.clocks["step"].red)}  # fmt: skip
        level = procedure.above(case.level) or case.level
        to = case.step if cause == "unclaimed" else procedure.escalation.to
        return _move(procedure, case, action, to=to, level=level, calendar=calendar, parts=parts)
    if action.name == "supervise":
        return (_event(case, action, "supervised", {"outside": case.outside}),)
    clocks = {name: clock for name, clock in case.clocks.items() if clock.provisional and clock.is_running}
    settled = {name: clock.reckoned(calendar).as_dict() for name, clock in clocks.items()}
    before = {name: str(clock.red_at) for name, clock in clocks.items()}
    known = calendar.known_until.isoformat()
    return (_event(case, action, "settled", {"clocks": settled, "before": before, "calendar_until": known}),)


def due_actions(
    procedure: Procedure, case: Case, as_of: datetime, calendar: WorkCalendar = STANDARD
) -> list[CaseAction]:
    """Return what the system has to do with a case at a moment, for :func:`apply`.

    Escalate when nobody took it or it runs late in a step that escalates; supervise (督办), once a step, when it is
    late where it cannot rise or with an outside body; settle when a calendar now published changes or confirms a
    provisional deadline.

    Parameters
    ----------
    procedure, case
        The case and its procedure.
    as_of
        Now, with offset.
    calendar
        The calendar published by now.

    Raises
    ------
    ProcedureError
        GS810 when the case does not fit the procedure.

    Examples
    --------
    >>> from gridsys.domain.case import fold
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> from gridsys.domain.procedure_roles import Worker
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> from gridsys.domain.case_opening import open_case
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> [action.name for action in due_actions(procedure, fold(log), filed.replace(hour=16))]
    ['escalate']
    """
    require_fit(procedure, case)
    found = []
    clock = case.clocks.get(f"body:{case.outside}" if case.outside else "step")
    late = case.is_open and clock is not None and clock.is_running and clock.light(as_of) is Light.RED
    if late and not (clock is not None and clock.is_paused):
        rule = procedure.escalation
        rises = rule is not None and case.step in rule.steps and procedure.above(case.level) is not None
        if rises and not case.outside:
            found.append(CaseAction("escalate", SYSTEM, as_of))
        elif not case.supervised:
            found.append(CaseAction("supervise", SYSTEM, as_of))
    waiting = [c for c in case.clocks.values() if c.provisional and c.is_running and not c.is_paused]
    if any(not c.reckoned(calendar).provisional for c in waiting):
        found.append(CaseAction("settle", SYSTEM, as_of))
    return found


def _move(
    procedure: Procedure,
    case: Case,
    action: CaseAction,
    *,
    to: str,
    level: str,
    calendar: WorkCalendar,
    parts: dict[str, Any],
) -> tuple[Event, ...]:
    """Return the event that moves a case, with every clock it starts or stops."""
    step, at, clocks = procedure.step_of[to], action.at, dict(case.clocks)
    limit = procedure.limit(to, case.case_class)
    if to != case.step or level != case.level:
        if "step" in clocks:
            clocks["step"] = replace(clocks["step"], stopped_at=at)
        if limit is not None:
            clocks["step"] = Clock.start(at, limit, procedure.yellow(limit), calendar)
    whole = clocks.get("case")
    if whole is not None and step.kind != "end" and whole.stopped_at is not None and not case.is_open:
        closed = Pause(whole.stopped_at, at, "closed")
        clocks["case"] = replace(whole, pauses=(*whole.pauses, closed), stopped_at=None).reckoned(calendar)
    for name, clock in clocks.items():
        over = step.kind == "end" or (name == "case" and to in procedure.lights.until)
        if over and clock.is_running:
            clocks[name] = replace(clock, stopped_at=at)
    if "step" in case.clocks and case.is_open and case.clocks["step"].light(at) is Light.RED:
        parts["counts"] = [*parts["counts"], "overdue"]
    lead = clocks.get(f"department:{case.lead}")
    if lead is not None and lead.is_running and parts["duty"] == "handle" and to != case.step:
        clocks[f"department:{case.lead}"] = replace(lead, stopped_at=at)
    changed = {name: clock.as_dict() for name, clock in clocks.items() if clock is not case.clocks.get(name)}
    if step.kind != "work":
        parts["holder"] = ""
    status = step.outcome if step.kind == "end" else "open"
    # a new round of hearing, voting or rating starts afresh; the old one stays in the log
    rounds = {"heard": procedure.hearing, "vote": procedure.vote, "ratings": procedure.rating}
    clears = [name for name, rule in rounds.items() if rule and to in rule.steps and case.step not in rule.steps]
    data = {**parts, "clears": clears, "from": case.step, "to": to, "level": level, "status": status,
            "limit": "" if limit is None else str(limit), "clocks": changed}  # fmt: skip
    return (_event(case, action, "moved", data),)


def _event(case: Case, action: CaseAction, kind: str, data: Mapping[str, Any]) -> Event:
    worker = action.worker
    return Event(case.case_id, case.seq + 1, kind, action.at, worker.id, worker.role, worker.level, worker.unit, data)


def _why_not(procedure: Procedure, case: Case, name: str) -> str:
    """Say in words why an action is not among the possible ones."""
    transition = next((t for t in procedure.transitions if t.id == name), None)
    clock = case.clocks.get("step")
    why = f"the state of the case ({case.status}, {case.step}) does not admit it"
    if transition is None and name not in BUILTIN:
        why = f"{procedure.id} knows no action {name!r}"
    elif case.outside:
        why = f"the case is with {case.outside}; take it back first"
    elif clock is not None and clock.is_paused:
        why = f"the clock stands still ({clock.pauses[-1].reason}); resume first"
    elif transition is not None and case.step not in transition.from_:
        why = f"it leads from {', '.join(transition.from_)}"
    elif transition is not None and transition.classes and case.case_class not in transition.classes:
        why = f"it is for {', '.join(transition.classes)}, not for {case.case_class}"
    elif transition is not None:
        why = f"there is no level {'above' if transition.move == 'up' else 'below'} {case.level}"
    return why
