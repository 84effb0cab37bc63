"""A case: an append-only log of events, and the state that is a pure fold over it.

Events carry all that the fold needs (deadlines included), so a state depends on its log alone: replaying last
month's log gives last month's state, whatever calendar is published since. ``seq`` numbers the events of a case
from 1 without gaps; a store that keeps ``(case_id, seq)`` unique lets exactly one of two writers win.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self

from gridsys.domain.case_clock import Clock
from gridsys.domain.worktime import Light
from gridsys.errors import ProcedureError

STATUSES: Final = ("open", "closed", "withdrawn", "rejected")


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a case's log: what happened, when, who did it on which level, and the data of it (plain JSON)."""

    case_id: str
    seq: int
    kind: str
    at: datetime
    actor: str
    role: str
    level: str
    unit: str
    data: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the event as plain JSON values."""
        return {
            "case_id": self.case_id, "seq": self.seq, "kind": self.kind, "at": self.at.isoformat(),
            "actor": self.actor, "role": self.role, "level": self.level, "unit": self.unit, "data": dict(self.data),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the event ``as_dict`` wrote.

        Raises
        ------
        ProcedureError
            GS810 when a part is missing or the moment cannot be read.
        """
        try:
            return cls(**{**values, "at": datetime.fromisoformat(values["at"])})
        except (TypeError, KeyError, ValueError) as error:
            raise ProcedureError(
                "GS810", "an event cannot be read", why=str(error), fix="restore the log from a copy that verifies"
            ) from error


@dataclass(frozen=True, slots=True)
class Route:
    """How the case came to stand where it stands: what :func:`gridsys.domain.case_explain.why_here` tells."""

    at: datetime
    cause: str
    role: str
    from_step: str = ""
    from_level: str = ""
    limit: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """The state of a case after some events.

    ``acted`` says which persons and units have done each duty; ``clocks`` are named ``case``, ``step``,
    ``department:X`` and ``body:X``; ``facts`` is what actions brought; ``heard`` and ``ratings`` are those of the
    present round; ``done`` when each transition was last taken;
    ``counts`` how often each mark was set; ``version`` that of the procedure file it was opened under.
    """

    case_id: str
    procedure: str
    case_class: str
    title: str
    area_code: str
    opened_at: datetime
    at: datetime
    seq: int
    step: str
    level: str
    status: str
    route: Route
    holder: str = ""
    outside: str = ""
    lead: str = ""
    supervised: bool = False
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    acted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    heard: Mapping[str, str] = field(default_factory=dict)
    ratings: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    done: Mapping[str, datetime] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    closed_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Return whether something is still due."""
        return self.status == "open"

    @property
    def departments(self) -> dict[str, Clock]:
        """Return the departments brought in, each with its own clock."""
        return {name[11:]: clock for name, clock in self.clocks.items() if name.startswith("department:")}

    def lights(self, as_of: datetime) -> dict[str, Light]:
        """Return the light of every clock that has not stopped: case, step, departments, bodies."""
        return {name: clock.light(as_of) for name, clock in self.clocks.items() if clock.is_running}

    def light(self, as_of: datetime, of: str = "step") -> Light:
        """Return the light of the case at a moment not before its last event.

        Parameters
        ----------
        as_of
            The moment, with offset.
        of
            Which clock: ``procedure.lights.of``.
        """
        clock = self.clocks.get(of)
        return Light.GREEN if clock is None else clock.light(as_of)


def _opened(event: Event) -> Case:
    data = event.data
    clocks = {name: Clock.from_dict(values) for name, values in data["clocks"].items()}
    return Case(
        event.case_id, data["procedure"], data["class"], data["title"], data["area_code"],
        event.at, event.at, event.seq, data["step"], data["level"], "open",
        Route(event.at, "opened", event.role, limit=data["limit"]), clocks=clocks,
        facts=data["facts"], version=data["version"],
    )  # fmt: skip


def _moved(case: Case, event: Event) -> dict[str, Any]:
    data = event.data
    duty, done, counts, acted = data["duty"], case.done, case.counts, case.acted
    if duty:
        acted = {**acted, duty: acted.get(duty, frozenset()) | {event.actor, *filter(None, [event.unit])}}
    if data["transition"]:
        done = {**done, data["transition"]: event.at}
    for mark in data["counts"]:
        counts = {**counts, mark: counts.get(mark, 0) + 1}
    reason = str(data["facts"].get("reason", ""))
    limit = data.get("expired", data["limit"])
    ended = data["status"] != "open"
    facts = {key: value for key, value in case.facts.items() if key not in data["clears"]}
    return {
        "heard": {} if "heard" in data["clears"] else case.heard,
        "ratings": {} if "ratings" in data["clears"] else case.ratings,
        "step": data["to"], "level": data["level"], "holder": data["holder"], "status": data["status"],
        "route": Route(event.at, data["cause"], event.role, data["from"], case.level, limit, reason),
        "acted": acted, "done": done, "counts": counts, "facts": {**facts, **data["facts"]},
        "supervised": False, "closed_at": (case.closed_at or event.at) if ended else None,
    }  # fmt: skip


def _count(case: Case, mark: str) -> dict[str, int]:
    return {**case.counts, mark: case.counts.get(mark, 0) + 1}


def evolve(case: Case | None, event: Event) -> Case:
    """Return the state after one more event.

    Raises
    ------
    ProcedureError
        GS810 when the event is of an unknown kind, of another case, out of sequence, or lacks data.
    """
    expected = 1 if case is None else case.seq + 1
    strange = case is not None and case.case_id != event.case_id
    if event.seq != expected or (case is None) != (event.kind == "opened") or strange:
        raise ProcedureError(
            "GS810",
            f"event {event.seq} ({event.kind}) does not follow event {expected - 1}",
            where=f"case {event.case_id}",
            fix="restore the log from a copy that verifies; nothing may be left out or put in",
        )
    try:
        return _evolved(case, event)
    except (KeyError, ValueError, TypeError) as error:
        raise ProcedureError(
            "GS810",
            f"event {event.seq} ({event.kind}) cannot be replayed",
            where=f"case {event.case_id}",
            why=repr(error),
            fix="restore the log from a copy that verifies",
        ) from error


def _assigned(_case: Case, event: Event) -> dict[str, Any]:
    return {"lead": event.data["lead"]}


def _reported(case: Case, event: Event) -> dict[str, Any]:
    handled = case.acted.get("handle", frozenset()) | {event.actor, event.unit}
    return {"acted": {**case.acted, "handle": handled}, "facts": {**case.facts, **event.data["facts"]}}


def _handed_over(case: Case, event: Event) -> dict[str, Any]:
    body = event.data["body"]
    route = Route(event.at, f"body:{body}", event.role, reason=event.data["reason"])
    return {"outside": body, "supervised": False, "counts": _count(case, f"to-{body}"), "route": route}


def _taken_back(case: Case, event: Event) -> dict[str, Any]:
    return {"outside": "", "supervised": False, "facts": {**case.facts, **event.data["facts"]}}


def _heard(case: Case, event: Event) -> dict[str, Any]:
    return {"heard": {**case.heard, event.role: event.data["view"]}}


def _voted(case: Case, event: Event) -> dict[str, Any]:
    return {"facts": {**case.facts, "vote": event.data["result"]}}


def _rated(case: Case, event: Event) -> dict[str, Any]:
    return {"ratings": {**case.ratings, event.actor: event.data["score"]}}


def _marked(case: Case, event: Event) -> dict[str, Any]:
    return {"counts": _count(case, event.data["mark"])}


def _supervised(case: Case, _event: Event) -> dict[str, Any]:
    return {"supervised": True, "counts": _count(case, "supervised")}


def _extended(case: Case, _event: Event) -> dict[str, Any]:
    return {"counts": _count(case, "extended")}


def _reassigned(_case: Case, event: Event) -> dict[str, Any]:
    return {"holder": event.data["holder"]}


def _reclassified(_case: Case, event: Event) -> dict[str, Any]:
    return {"case_class": event.data["class"]}


def _nothing(_case: Case, _event: Event) -> dict[str, Any]:
    return {}


_CHANGES: Final[dict[str, Callable[[Case, Event], dict[str, Any]]]] = {
    "moved": _moved,
    "assigned": _assigned,
    "reported": _reported,
    "handed-over": _handed_over,
    "taken-back": _taken_back,
    "heard": _heard,
    "voted": _voted,
    "rated": _rated,
    "marked": _marked,
    "supervised": _supervised,
    "extended": _extended,
    "reassigned": _reassigned,
    "reclassified": _reclassified,
    "paused": _nothing,
    "resumed": _nothing,
    "settled": _nothing,
    "noted": _nothing,
}


def _evolved(case: Case | None, event: Event) -> Case:
    if case is None:
        return _opened(event)
    changes = _CHANGES[event.kind](case, event)
    if "clocks" in event.data:
        changes["clocks"] = {**case.clocks, **{k: Clock.from_dict(v) for k, v in event.data["clocks"].items()}}
    return replace(case, at=event.at, seq=event.seq, **changes)


def fold(events: Iterable[Event]) -> Case:
    """Return the state of a case from its whole log, in order.

    Raises
    ------
    ProcedureError
        GS810 when the log is empty or broken.

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
    >>> case = fold(log)
    >>> case.step, case.level, case.light(filed.replace(hour=16)).value
    ('accept', 'grid', 'red')
    """
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise ProcedureError("GS810", "the log is empty", fix="give the events of one case, in order")
    return case


def fold_as_of(events: Iterable[Event], as_of: datetime) -> Case | None:
    """Return the state at a moment; None when the case was not yet opened.

    Raises
    ------
    ProcedureError
        GS810 when the log is broken.
    """
    before = [event for event in events if event.at <= as_of]
    return fold(before) if before else None
