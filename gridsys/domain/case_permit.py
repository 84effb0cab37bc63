"""May this person take this action on this case now? Every check answers with a reason and what is possible."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NoReturn

from gridsys.domain.areacode import is_within
from gridsys.domain.case import Case
from gridsys.domain.case_guards import check_guard
from gridsys.domain.procedure import Procedure, Transition
from gridsys.domain.procedure_roles import DUTIES, EXCLUDES, PLACES, Worker
from gridsys.domain.worktime_calendar import STANDARD, WorkCalendar
from gridsys.errors import ProcedureError


@dataclass(frozen=True, slots=True)
class CaseAction:
    """What somebody wants to do: a transition's id or a built-in action, who, when, and what comes with it."""

    name: str
    worker: Worker
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """An action that is possible in the state a case is in, and the roles that may take it."""

    name: str
    zh: str
    en: str
    by: tuple[str, ...]
    needs: tuple[str, ...] = ()


BUILTIN: Final[dict[str, tuple[str, str]]] = {
    "pause": ("暂停计时", "stop the clock"),
    "resume": ("恢复计时", "start the clock again"),
    "extend": ("延期", "extend the limit"),
    "reassign": ("转办", "give it to another"),
    "reclassify": ("变更类别", "change the class"),
    "withdraw": ("撤回", "withdraw"),
    "assign": ("派联合处置单位", "bring in departments"),
    "report": ("部门反馈", "department reports"),
    "hand-over": ("移交", "hand over to an outside body"),
    "take-back": ("回转", "take back from the outside body"),
    "give-view": ("发表意见", "give a view"),
    "record-vote": ("登记表决结果", "record the ballot"),
    "rate": ("评分", "rate"),
    "mark": ("标记", "mark"),
    "note": ("备注", "add a note"),
    "escalate": ("升级", "rise a level"),
    "supervise": ("督办", "supervise"),
    "settle": ("核定期限", "settle a provisional deadline"),
}
"""Actions the engine knows by itself, in both languages; a procedure declares who may take them where."""


_ANY_LEVEL: Final = frozenset({"give-view", "record-vote", "rate", "mark", "report", "withdraw", "note"})
"""Built-in actions that are not management of the case and so do not ask for the level it stands on."""


def refuse(code: str, procedure: Procedure, case: Case, action: CaseAction, why: str) -> NoReturn:
    """Raise the refusal of an action, with the reason and the actions that are possible."""
    possible = "; ".join(f"{o.name} {o.zh} ({', '.join(o.by)})" for o in options(procedure, case))
    raise ProcedureError(
        code,
        f"{action.name!r} by {action.worker.role} {action.worker.id} is refused",
        where=f"case {case.case_id} in {case.step} on the {case.level} level",
        why=why,
        fix=f"possible now: {possible}" if possible else "nothing is left to do on this case",
    )


def require_fit(procedure: Procedure, case: Case) -> None:
    """Raise unless a case can be handled by a procedure.

    Raises
    ------
    ProcedureError
        GS810 when the case is of another procedure, or stands where the procedure, since changed, has no place.
    """
    places = (
        (case.procedure, [procedure.id]),
        (case.step, procedure.step_of),
        (case.level, procedure.levels),
        (case.case_class, procedure.class_of),
    )
    strange = [place for place, known in places if place not in known]
    if strange:
        raise ProcedureError(
            "GS810",
            f"the case does not fit the procedure {procedure.id}: it has no {', '.join(strange)}",
            where=f"case {case.case_id}",
            why="it was begun under another file",
            fix="keep steps, levels and classes in the file while cases stand in them",
        )


def builtin_rules(procedure: Procedure, case: Case) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Return each built-in action a person can take, with its roles and whether the state of the case admits it."""
    step = case.step
    paused = "step" in case.clocks and case.clocks["step"].is_paused
    rules: dict[str, tuple[tuple[str, ...], bool]] = {}
    if rule := procedure.pause:
        rules["pause"] = rule.by, step in rule.steps and not paused and not case.outside
        rules["resume"] = rule.by, paused and not case.outside
    for name, part in (
        ("extend", procedure.extension), ("assign", procedure.departments), ("give-view", procedure.hearing),
        ("record-vote", procedure.vote), ("rate", procedure.rating), ("reassign", procedure.reassignment),
        ("reclassify", procedure.reclassification),
    ):  # fmt: skip
        if part is not None:
            rules[name] = part.by, step in part.steps and not paused and not case.outside
    if procedure.mark is not None:
        rules["mark"] = procedure.mark.by, step in procedure.mark.steps
    if procedure.departments is not None:
        waiting = any(clock.is_running for clock in case.departments.values())
        rules["report"] = ("department-officer",), waiting
    if (handover := procedure.handover) is not None:
        rules["hand-over"] = handover.by, step in handover.steps and not case.outside and not paused
        rules["take-back"] = handover.by, bool(case.outside)
    if (withdrawal := procedure.withdrawal) is not None:
        rules["withdraw"] = withdrawal.by, step in withdrawal.steps and not case.outside
    return rules


def open_transitions(procedure: Procedure, case: Case) -> tuple[Transition, ...]:
    """Return the transitions that leave the step the case is in, for its class, level and clock."""
    if case.outside or ("step" in case.clocks and case.clocks["step"].is_paused):
        return ()
    return tuple(
        t
        for t in procedure.from_step[case.step]
        if (not t.classes or case.case_class in t.classes)
        and not (t.move == "up" and procedure.above(case.level) is None)
        and not (t.move == "down" and procedure.below(case.level) is None)
    )


def options(
    procedure: Procedure,
    case: Case,
    worker: Worker | None = None,
    at: datetime | None = None,
    calendar: WorkCalendar = STANDARD,
) -> list[Option]:
    """Return what can be done with a case.

    Parameters
    ----------
    procedure, case
        The case and its procedure.
    worker
        Only what this person may do, when given.
    at
        When; needed for conditions on time; the case's last event when None.
    calendar
        Working days and hours.

    Examples
    --------
    >>> from gridsys.domain.case import fold
    >>> from gridsys.domain.case_opening import open_case
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> [option.name for option in options(procedure, fold(log))]
    ['take', 'refuse', 'reclassify', 'withdraw']
    >>> [option.name for option in options(procedure, fold(log), resident)]
    ['withdraw']
    """
    moves = {t.id: t for t in open_transitions(procedure, case)}
    rules = builtin_rules(procedure, case)
    found = [Option(t.id, t.zh, t.en, t.by, t.needs) for t in moves.values()]
    found += [Option(name, *BUILTIN[name], by) for name, (by, possible) in rules.items() if possible]
    if worker is None:
        return found
    when = at or case.at
    return [
        o
        for o in found
        if not refusal(procedure, case, worker, o, transition=moves.get(o.name), at=when, calendar=calendar)[0]
    ]


def refusal(
    procedure: Procedure,
    case: Case,
    worker: Worker,
    option: Option,
    *,
    transition: Transition | None,
    at: datetime,
    calendar: WorkCalendar,
) -> tuple[str, str]:
    """Return the error code and the reason why somebody may not take an option; empty texts when they may."""
    role = procedure.role_of.get(worker.role)
    level = transition.level if transition is not None else "any" if option.name in _ANY_LEVEL else "case"
    wanted = case.level if level == "case" and worker.level in procedure.levels else level
    if role is None or worker.level not in role.levels:
        why = f"{worker.role} does not stand on the {worker.level} level"
    elif worker.role not in option.by:
        why = f"only {', '.join(option.by)} may"
    elif not is_within(case.area_code, worker.area_code):
        why = f"{worker.id} serves {worker.area_code}, the case lies in {case.area_code}"
    elif wanted in PLACES and worker.level != wanted:
        why = f"it is for the {wanted} level ({PLACES[wanted]}), {worker.id} stands on {worker.level}"
    else:
        why = "" if transition is None else _condition(case, worker, transition, at, calendar)
        return ("GS808", why) if why else ("", "")
    return "GS807", why


def _condition(case: Case, worker: Worker, transition: Transition, at: datetime, calendar: WorkCalendar) -> str:
    """Say which condition of a transition does not hold."""
    if transition.duty:
        other = EXCLUDES[transition.duty]
        if case.acted.get(other, frozenset()) & {worker.id, worker.unit} - {""}:
            zh, en = DUTIES[other]
            return f"who has {en} a case ({zh}) does not {transition.duty} it ({DUTIES[transition.duty][0]})"
    for guard in transition.guards:
        zh, en = check_guard(guard, case, worker, at, calendar)
        if en:
            return f"{en} ({zh})"
    return ""


def is_plain(data: Mapping[str, Any]) -> bool:
    """Return whether data can be kept in a log as JSON and read back."""
    try:
        json.dumps(data, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def check_data(procedure: Procedure, case: Case, action: CaseAction, needs: Iterable[str], may: Iterable[str]) -> None:
    """Raise unless an action brings what it must, and nothing it may not.

    Raises
    ------
    ProcedureError
        GS809 for a missing, empty or unknown datum, or one that is not plain JSON.
    """
    needs, known = tuple(needs), {*needs, *may, "note"}
    missing = [key for key in needs if action.data.get(key) in (None, "", [], {})]
    if missing:
        refuse("GS809", procedure, case, action, f"it must bring {', '.join(missing)}")
    unknown = [key for key in action.data if key not in known]
    if unknown:
        refuse("GS809", procedure, case, action, f"it may not bring {', '.join(unknown)}")
    if not is_plain(action.data):
        refuse("GS809", procedure, case, action, "it must bring plain JSON values: text, numbers, lists, tables")
