"""Say in words, Chinese and English, why a case stands where it stands and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gridsys.domain.case import Case, Event, evolve
from gridsys.domain.case_permit import BUILTIN
from gridsys.domain.procedure import Procedure
from gridsys.domain.procedure_roles import PLACES
from gridsys.domain.worktime import Limit
from gridsys.domain.worktime_calendar import BEIJING


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages, and the moment it speaks of."""

    at: datetime
    zh: str
    en: str


def _level(level: str) -> str:
    return PLACES[level]


def _role(procedure: Procedure, role: str) -> tuple[str, str]:
    known = procedure.role_of[role]
    return known.zh, known.en


def why_here(procedure: Procedure, case: Case) -> Words:
    """Return why a case was routed to where it stands.

    Parameters
    ----------
    procedure, case
        The case and its procedure.

    Examples
    --------
    >>> from gridsys.domain.case import fold
    >>> from gridsys.domain.case_opening import open_case
    >>> from gridsys.domain.procedure_roles import Worker
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> why_here(procedure, fold(log)).en
    "Reported by resident as 'small matter'; this class starts on the grid level, step 'to be taken'."
    """
    route, step, known = case.route, procedure.step_of[case.step], procedure.class_of[case.case_class]
    role_zh, role = _role(procedure, route.role)
    here_zh, here = f"{_level(case.level)}「{step.zh}」", f"the {case.level} level, step {step.en!r}"
    because_zh, because = (f"，原因：{route.reason}", f" (reason: {route.reason})") if route.reason else ("", "")
    if route.cause.startswith("body:"):
        body = next(b for b in procedure.bodies if f"body:{b.id}" == route.cause)
        return Words(route.at, f"由{role_zh}移交{body.zh}办理{because_zh}。",
                     f"The {role} handed it over to {body.en}{because}.")  # fmt: skip
    if route.cause == "opened":
        return Words(
            route.at,
            f"{role_zh}上报，属“{known.zh}”类（立案条件：{known.condition}），由{here_zh}受理。",
            f"Reported by {role} as {known.en!r}; this class starts on {here}.",
        )
    if route.cause in {"unclaimed", "late"}:
        limit_zh, limit = Limit.parse(route.limit).zh, route.limit
        did_zh, did = ("无人受理", "took it") if route.cause == "unclaimed" else ("未办结", "finished it")
        return Words(
            route.at,
            f"{_level(route.from_level)}在{limit_zh}内{did_zh}，升级至{here_zh}。",
            f"Nobody on the {route.from_level} level {did} within {limit}, so it rose to {here}.",
        )
    if route.cause == "withdrawn":
        return Words(route.at, f"{role_zh}撤回{because_zh}。", f"Withdrawn by the {role}{because}.")
    move = next(t for t in procedure.transitions if t.id == route.cause)
    rose_zh, rose = ("", "")
    if route.from_level != case.level:
        rose_zh, rose = f"，由{_level(route.from_level)}转至{_level(case.level)}", f" from the {route.from_level} level"
    return Words(
        route.at,
        f"{role_zh}「{move.zh}」{rose_zh}{because_zh}，现为{here_zh}。",
        f"The {role} took {move.en!r}{rose}{because}; it now stands on {here}.",
    )


def explain(procedure: Procedure, events: Iterable[Event]) -> list[Words]:
    """Return the history of a case in words, one sentence an event.

    Parameters
    ----------
    procedure
        The procedure of the case.
    events
        Its whole log, in order.

    Raises
    ------
    ProcedureError
        GS810 when the log is broken.

    Examples
    --------
    >>> from gridsys.domain.case_opening import open_case
    >>> from gridsys.domain.procedure_roles import Worker
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> print(explain(procedure, log)[0].zh)
    居民上报，属“小事”类（立案条件：网格内可办），由网格「待受理」受理。限4个工作时，2026-09-18 15:00前。
    """
    told: list[Words] = []
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
        if event.kind in {"opened", "moved", "handed-over"}:
            words = why_here(procedure, case)
        else:
            words = _tell(procedure, event)
        due = case.clocks.get("step")
        if event.kind in {"opened", "moved"} and case.is_open and due is not None and due.red_at is not None:
            until = due.red_at.astimezone(BEIJING)
            sure_zh, sure = ("（暂定）", " (provisional)") if due.provisional else ("", "")
            words = Words(words.at, f"{words.zh}限{due.red.zh}，{until:%Y-%m-%d %H:%M}前{sure_zh}。",
                          f"{words.en} Limit {due.red}: until {until:%Y-%m-%d %H:%M}{sure}.")  # fmt: skip
        told.append(words)
    return told


def _tell(procedure: Procedure, event: Event) -> Words:
    """Say an event that does not move the case."""
    who_zh, who = _role(procedure, event.role)
    name = {
        "paused": "pause", "resumed": "resume", "extended": "extend", "settled": "settle", "assigned": "assign",
        "reported": "report", "taken-back": "take-back", "heard": "give-view", "voted": "record-vote", "rated": "rate",
        "supervised": "supervise", "reassigned": "reassign", "reclassified": "reclassify", "marked": "mark",
        "noted": "note",
    }[event.kind]  # fmt: skip
    zh, en = BUILTIN[name]
    detail_zh, detail = _detail(procedure, event)
    return Words(event.at, f"{who_zh}{zh}{'：' if detail_zh else ''}{detail_zh}。",
                 f"{who} — {en}{': ' if detail else ''}{detail}.")  # fmt: skip


def _detail(procedure: Procedure, event: Event) -> tuple[str, str]:  # noqa: PLR0911 - one line for each kind
    """Say what an event brought."""
    data = event.data
    match event.kind:
        case "paused":
            return (procedure.pause.reasons[data["reason"]] if procedure.pause else "", data["reason"])
        case "extended":
            return f"{Limit.parse(data['by']).zh}，{data['reason']}", f"by {data['by']}: {data['reason']}"
        case "assigned":
            names = data["departments"]
            return f"{'、'.join(names)}，牵头{data['lead']}", f"{', '.join(names)}; lead {data['lead']}"
        case "reassigned":
            return f"{data['holder']}，{data['reason']}", f"{data['holder']}: {data['reason']}"
        case "reclassified":
            known = procedure.class_of[data["class"]]
            return f"{known.zh}，{data['reason']}", f"{known.en}: {data['reason']}"
        case "marked":
            return (procedure.mark.marks[data["mark"]] if procedure.mark else "", data["mark"])
        case "voted":
            return ("通过", "passed") if data["result"]["passed"] else ("未通过", "not passed")
        case "settled":
            return f"日历公布至{data['calendar_until']}", f"calendar known until {data['calendar_until']}"
        case _:
            word = str(
                {"reported": event.unit, "taken-back": data.get("body"), "rated": data.get("score")}.get(event.kind, "")
            )
            return word, word
