"""The actions the engine knows by itself: what each checks, and the data of the event it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from gridsys.domain.ballot import check_result
from gridsys.domain.case import Case
from gridsys.domain.case_clock import Clock
from gridsys.domain.case_permit import CaseAction, check_data, refuse
from gridsys.domain.procedure import Procedure
from gridsys.domain.worktime import Light, Limit
from gridsys.domain.worktime_calendar import WorkCalendar
from gridsys.errors import ProcedureError

Made = tuple[str, dict[str, Any]]
_OWN_CLOCKS: Final = ("step", "case")


def _running(case: Case) -> dict[str, Clock]:
    return {name: case.clocks[name] for name in _OWN_CLOCKS if name in case.clocks and case.clocks[name].is_running}


def _pause(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("reason",), ())
    reason, rule = action.data["reason"], procedure.pause
    if rule is not None and reason not in rule.reasons:
        refuse(
            "GS809", procedure, case, action, f"{reason!r} is no reason to pause; reasons: {', '.join(rule.reasons)}"
        )
    clocks = {name: clock.paused(action.at, reason, calendar).as_dict() for name, clock in _running(case).items()}
    return "paused", {"reason": reason, "clocks": clocks, "note": action.data.get("note", "")}


def _resumed(case: Case, action: CaseAction, calendar: WorkCalendar) -> dict[str, Any]:
    return {name: c.resumed(action.at, calendar).as_dict() for name, c in _running(case).items() if c.is_paused}


def _resume(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, (), ())
    return "resumed", {"clocks": _resumed(case, action, calendar)}


def _extend(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("by", "reason"), ())
    rule, clock = procedure.extension, case.clocks[procedure.lights.of]
    by = Limit.parse(str(action.data["by"]))
    if rule is None or by.unit is not rule.longest.unit or by.amount > rule.longest.amount:
        refuse("GS809", procedure, case, action, f"an extension is at most {rule and rule.longest}")
    if clock.extensions >= rule.most:
        refuse("GS808", procedure, case, action, f"the limit was extended {clock.extensions} times, {rule.most} may be")
    if not clock.is_running or clock.light(action.at) is Light.RED:
        refuse("GS808", procedure, case, action, "the limit has run out or the clock has stopped: too late to extend")
    try:
        longer = replace(clock, red=clock.red.extended(by), yellow=clock.yellow and clock.yellow.extended(by),
                         extensions=clock.extensions + 1)  # fmt: skip
    except ProcedureError as error:
        refuse("GS809", procedure, case, action, error.what)
    clocks = {procedure.lights.of: longer.reckoned(calendar).as_dict()}
    return "extended", {"by": str(by), "reason": action.data["reason"], "clocks": clocks}


def _reassign(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("holder", "reason"), ())
    return "reassigned", {"holder": action.data["holder"], "reason": action.data["reason"]}


def _reclassify(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    """Change the class; the limit of the step is that of the new class, from when the step began."""
    check_data(procedure, case, action, ("class", "reason"), ())
    new, clock = action.data["class"], case.clocks["step"]
    limit = procedure.limit(case.step, new) if new in procedure.class_of else None
    leaves = [t for t in procedure.from_step[case.step] if not t.classes or new in t.classes]
    if limit is None or new == case.case_class or not leaves:
        others = ", ".join(name for name in procedure.class_of if name != case.case_class)
        refuse("GS809", procedure, case, action, f"{new!r} is no other class that leads on from {case.step}: {others}")
    changed = replace(clock, red=limit, yellow=procedure.yellow(limit)).reckoned(calendar)
    return "reclassified", {"class": new, "before": case.case_class, "reason": action.data["reason"],
                            "clocks": {"step": changed.as_dict()}}  # fmt: skip


def _assign(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("departments", "lead"), ("reason",))
    departments, lead = action.data["departments"], action.data["lead"]
    if not isinstance(departments, list | tuple) or len(set(departments)) < len(departments) or lead not in departments:
        refuse("GS809", procedure, case, action, "give departments as a list, each once, the lead among them")
    if any(clock.is_running for clock in case.departments.values()):
        refuse("GS808", procedure, case, action, f"departments are at it already, led by {case.lead}")
    rule = procedure.departments
    limit = rule.limit if rule is not None else case.clocks["step"].red
    clock = Clock.start(action.at, limit, procedure.yellow(limit), calendar).as_dict()
    clocks = {f"department:{name}": clock for name in departments}
    return "assigned", {"departments": list(departments), "lead": lead, "limit": str(limit), "clocks": clocks,
                        "reason": action.data.get("reason", "")}  # fmt: skip


def _report(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("result",), ())
    unit, clock = action.worker.unit, case.departments.get(action.worker.unit)
    if clock is None or not clock.is_running:
        refuse("GS808", procedure, case, action, f"{unit or 'nobody'} is not among the departments still to report")
    if action.worker.id in case.acted.get("verify", frozenset()):
        refuse("GS808", procedure, case, action, "who verifies a case does not handle it")
    stopped = replace(clock, stopped_at=action.at).as_dict()
    return "reported", {"facts": {f"result:{unit}": action.data["result"]}, "clocks": {f"department:{unit}": stopped}}


def _hand_over(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("body", "reason"), ())
    body = next((b for b in procedure.bodies if b.id == action.data["body"]), None)
    if body is None:
        refuse("GS809", procedure, case, action, f"bodies are: {', '.join(b.id for b in procedure.bodies)}")
    clocks = {name: c.paused(action.at, f"body:{body.id}", calendar).as_dict() for name, c in _running(case).items()}
    clocks[f"body:{body.id}"] = Clock.start(action.at, body.limit, None, calendar).as_dict()
    return "handed-over", {"body": body.id, "reason": action.data["reason"], "clocks": clocks}


def _take_back(procedure: Procedure, case: Case, action: CaseAction, calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("result",), ())
    clocks = _resumed(case, action, calendar)
    name = f"body:{case.outside}"
    clocks[name] = replace(case.clocks[name], stopped_at=action.at).as_dict()
    return "taken-back", {"body": case.outside, "facts": {f"result:{case.outside}": action.data["result"]},
                          "clocks": clocks}  # fmt: skip


def _give_view(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("view",), ())
    return "heard", {"view": action.data["view"]}


def _record_vote(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("result",), ())
    result, rule = action.data["result"], procedure.vote
    check_result(result)
    if result["subject"] != case.case_id:
        refuse("GS809", procedure, case, action, f"the ballot is on {result['subject']}, not on this case")
    if rule is not None:
        wanted = rule.for_class(case.case_class).as_dict()
        differs = [key for key, value in wanted.items() if result["rule"][key] != value]
        if differs:
            refuse("GS809", procedure, case, action, f"the ballot was held by another rule: {', '.join(differs)}")
    return "voted", {"result": dict(result)}


def _rate(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("score",), ())
    score, scale = action.data["score"], procedure.rating.scale if procedure.rating is not None else 0
    if type(score) not in {int, float} or not 0 <= score <= scale:
        refuse("GS809", procedure, case, action, f"a score is a number from 0 to {scale}")
    if action.worker.id in case.ratings:
        refuse("GS808", procedure, case, action, f"{action.worker.id} has rated this case already")
    return "rated", {"score": score}


def _mark(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("mark",), ())
    mark, rule = action.data["mark"], procedure.mark
    if rule is not None and mark not in rule.marks:
        refuse("GS809", procedure, case, action, f"marks are: {', '.join(rule.marks)}")
    return "marked", {"mark": mark}


def _note(procedure: Procedure, case: Case, action: CaseAction, _calendar: WorkCalendar) -> Made:
    check_data(procedure, case, action, ("note",), ())
    return "noted", {"note": action.data["note"]}


BUILTIN_EVENTS: Final[dict[str, Callable[[Procedure, Case, CaseAction, WorkCalendar], Made]]] = {
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
    "reassign": _reassign,
    "reclassify": _reclassify,
    "assign": _assign,
    "report": _report,
    "hand-over": _hand_over,
    "take-back": _take_back,
    "give-view": _give_view,
    "record-vote": _record_vote,
    "rate": _rate,
    "mark": _mark,
    "note": _note,
}
"""What each built-in action of a person makes of a case."""
