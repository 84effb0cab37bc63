"""The life of one case: what people do with it, each act put to the real engine, until it ends or the year does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from gridsys.domain.ballot import BallotRule, announce, cast, close
from gridsys.domain.case import Case, Event, evolve
from gridsys.domain.case_engine import apply, due_actions
from gridsys.domain.case_guards import check_guard
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction, open_transitions
from gridsys.domain.procedure import Procedure, Transition
from gridsys.domain.procedure_roles import SIDES, Worker
from gridsys.domain.worktime import Light, Limit
from gridsys.domain.worktime_calendar import HOUR_US, Unit, WorkCalendar, from_us, to_us
from gridsys.sample.yearconduct import CONDUCT, Conduct, Deed
from gridsys.sample.yearstaff import COMPANIES, UNITS, on_duty

_SPREAD: Final = 0.5
"""Sigma of the log of the time a deed takes, around its median."""
_MOST_EVENTS: Final = 60
_NO_LIMIT: Final = Limit(3, Unit.WORKING_DAYS)
_HOUSEHOLDS: Final = 12
_MINUTE: Final = timedelta(minutes=1)
_SPARE_HOURS: Final = 30.0
_MANAGED: Final = {"extend", "reassign", "pause", "assign", "hand-over"}
"""Actions for whoever stands on the level of the case."""
_CHECKED: Final = ("vote-passed", "vote-failed", "heard", "is", "rated", "rated-below", "departments-reported", "has")
"""Guards that decide between the ways out of a step; the others are met by who acts, and when."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case as it comes in: ``load`` says how much more work than usual there is (1: as usual)."""

    case_id: str
    procedure: str
    case_class: str
    by: str
    title: str
    area_code: str
    at: datetime
    load: float
    skill: Mapping[str, float]


class Life:
    """One case on its way."""

    def __init__(
        self, procedure: Procedure, arrival: Arrival, rng: Random, calendar: WorkCalendar, until: datetime
    ) -> None:
        self._procedure, self._conduct, self._arrival = procedure, CONDUCT[procedure.id], arrival
        self._rng, self._calendar, self._until = rng, calendar, until
        self._resident, self._unit, self._company = rng.randrange(10**6), rng.choice(UNITS), rng.choice(COMPANIES)
        self._holder: Worker | None = None
        self.events: list[Event] = []

    def run(self) -> tuple[Event, ...]:
        """Return the log."""
        case = self._opened()
        while len(self.events) < _MOST_EVENTS:
            place = case.step, case.level
            for deed in self._plan(case):
                after = self._do(case, deed)
                if after is None:
                    return tuple(self.events)
                case = after
                if (case.step, case.level) != place:
                    break
            else:
                self._wait(case, self._until)
                break
        return tuple(self.events)

    def _opened(self) -> Case:
        arrival, rules = self._arrival, self._procedure
        role = rules.role_of[arrival.by]
        level = role.levels[0]
        case_level = rules.class_of[arrival.case_class].level or rules.levels[0]
        area = {"grid": 15, "community": 12, "street": 9, "district": 6}.get(level, 0)
        resident = f"99{self._resident:06}" if arrival.by == "resident" else f"99-{arrival.by}-{self._unit}"
        worker = Worker(resident, arrival.by, level, arrival.area_code[:area])
        log = open_case(
            rules, arrival.case_id, arrival.case_class, title=arrival.title, area_code=arrival.area_code,
            worker=worker, at=arrival.at, level=case_level, calendar=self._calendar,
        )  # fmt: skip
        self.events += log
        self._case = evolve(None, log[0])
        return self._case

    def _plan(self, case: Case) -> Iterator[Deed]:
        """Return what happens in a step: what comes meanwhile, by chance, then one of the ways out."""
        here = self._conduct.get(case.step, Conduct())
        for deed in here.meanwhile:
            if self._fits(case, deed) and self._rng.random() < deed.weight:
                yield deed
                yield from deed.then
        yield from self._way_out(here.ways)

    def _way_out(self, ways: tuple[Deed, ...]) -> Iterator[Deed]:
        case = self._case
        if not case.is_open:
            return
        open_ones = {t.id: t for t in open_transitions(self._procedure, case)}
        able = [
            deed for deed in ways
            if deed.action in open_ones and self._fits(case, deed) and self._may(case, deed, open_ones[deed.action])
        ]  # fmt: skip
        if able:
            again = case.counts.get("rework", 0) + case.counts.get("refused", 0) + case.counts.get("breached", 0)
            # what went wrong twice is done properly: the first way, mostly
            weights = [deed.weight * (1 if number == 0 else 0.3**again) for number, deed in enumerate(able)]
            yield self._rng.choices(able, weights)[0]

    def _may(self, case: Case, deed: Deed, transition: Transition) -> bool:
        if transition.level == "case" and not deed.level and not self._stands(case, deed):
            return False
        worker = self._holder or Worker("99", "system", "system")
        return not any(
            check_guard(guard, case, worker, case.at, self._calendar)[1]
            for guard in transition.guards if guard.partition(":")[0] in _CHECKED
        )  # fmt: skip

    def _fits(self, case: Case, deed: Deed) -> bool:
        if deed.classes and case.case_class not in deed.classes:
            return False
        if deed.action == "extend":
            clock = case.clocks.get("step")
            if clock is None or clock.red.unit is not Unit.WORKING_DAYS or clock.extensions:
                return False
        if deed.action == "assign":
            wide = case.case_class in {"complex-dispute", "street-order", "long-petition"}
            return wide and case.level == "street" and not case.lead
        return deed.action not in _MANAGED or self._stands(case, deed)

    def _stands(self, case: Case, deed: Deed) -> bool:
        """Return whether somebody of the deed's roles stands where the case does, or on no level."""
        if deed.by == "?":
            return self._holder is not None
        known = [level for name in deed.by.split("|") for level in self._procedure.role_of[name].levels]
        return case.level in known or any(level in SIDES for level in known)

    def _do(self, case: Case, deed: Deed) -> Case | None:
        """Return the case after a deed, or after what the system did before it; None when the year is over."""
        at = self._moment(case, deed)
        waited = self._wait(case, min(at, self._until))
        if at > self._until:
            return None
        if (waited.step, waited.level) != (case.step, case.level):
            return waited
        case = waited
        if deed.action == "extend" and case.light(at) is Light.RED:
            return case  # too late for it
        worker = self._worker(case, deed, at)
        action = CaseAction(deed.action, worker, at, self._data(case, deed, at))
        return self._keep(case, apply(self._procedure, case, action, self._calendar))

    def _wait(self, case: Case, at: datetime) -> Case:
        """Let the system do what falls due before a moment."""
        while case.is_open and not case.supervised:
            clock = case.clocks.get(f"body:{case.outside}" if case.outside else "step")
            if clock is None or clock.red_at is None or clock.is_paused or clock.red_at + _MINUTE >= at:
                break
            due = due_actions(self._procedure, case, max(clock.red_at + _MINUTE, case.at), self._calendar)
            if not due:
                break
            case = self._keep(case, apply(self._procedure, case, due[0], self._calendar))
        return case

    def _keep(self, case: Case, events: tuple[Event, ...]) -> Case:
        for event in events:
            case = evolve(case, event)
        self.events += events
        self._case = case
        return case

    def _moment(self, case: Case, deed: Deed) -> datetime:
        """Return when a deed is done: in office hours, by the hours the step gives; at any hour where people live."""
        clock, rng = case.clocks.get("step"), self._rng
        limit = clock.red if clock is not None and case.is_open else _NO_LIMIT
        spread = rng.lognormvariate(0, _SPREAD)
        if deed.spare and not case.is_open:
            return case.at + timedelta(hours=_SPARE_HOURS * spread)
        hours = limit.amount * (8 if limit.unit is Unit.WORKING_DAYS else 1) * deed.share * spread
        hours *= self._arrival.load * self._arrival.skill.get(self._named(deed.unit), 1.0)
        if limit.unit is Unit.CLOCK_HOURS:
            return case.at + timedelta(seconds=round(3600 * hours) + 60)
        hours = max(hours, deed.least)
        reading = self._calendar.reading(Unit.WORKING_HOURS, to_us(case.at)) + int(hours * HOUR_US) + 60_000_000
        at = from_us(self._calendar.moment(Unit.WORKING_HOURS, reading)).replace(microsecond=0)
        if deed.spare:
            at += timedelta(hours=rng.uniform(0, 14))
        return max(at, case.at)

    def _named(self, unit: str) -> str:
        return {"?": self._unit, "??": self._company}.get(unit, unit)

    def _worker(self, case: Case, deed: Deed, at: datetime) -> Worker:
        if (deed.held or deed.by == "?") and self._holder is not None:
            return self._holder
        if deed.by == "resident":
            return Worker(f"99{self._resident + deed.turn:06}", "resident", "public")
        worker = on_duty(
            self._procedure, case, deed.by, at, level=deed.level, unit=self._named(deed.unit), turn=deed.turn
        )
        if any(t.holds for t in self._procedure.transitions if t.id == deed.action):
            self._holder = worker
        return worker

    def _data(self, case: Case, deed: Deed, at: datetime) -> dict[str, Any]:
        """Return what a deed brings, with what is drawn for this case."""
        data, rng = dict(deed.data), self._rng
        for key, value in data.items():
            if value != "?":
                continue
            if key == "score":
                data[key] = min(100, max(0, round(rng.gauss(84 - 9 * bool(case.counts.get("overdue")), 11))))
            elif key == "holder":
                data[key] = (self._holder or self._worker(case, deed, at)).id
            elif key in {"party_score", "trade_score"}:
                score = rng.uniform(60, 100) / self._arrival.skill.get(self._company, 1.0)
                data[key] = min(100.0, round(score, 1))
            elif key == "standing":
                mean = (case.facts["party_score"] + case.facts["trade_score"]) / 2
                data[key] = "top" if mean >= 88 else "middle" if mean >= 70 else "bottom"  # noqa: PLR2004 - the marks of the rule
            elif key == "result":
                data[key] = self._ballot(case, at)
            else:
                data[key] = self._drawn(key)
        return data

    def _drawn(self, key: str) -> str:
        number = self._rng.randrange(10**6)
        return {
            "component_id": f"{self._arrival.area_code[:6]}01021{number:06}",
            "department": self._unit, "unit": self._unit, "agreement": f"M-{number:06}",
            "service": self._rng.choice(("家电维修", "管道疏通", "保洁", "代购")),
        }[key]  # fmt: skip

    def _ballot(self, case: Case, at: datetime) -> dict[str, Any]:
        """Return the sealed result of a ballot of a dozen households, closed an hour before."""
        rule = self._procedure.vote.for_class(case.case_class) if self._procedure.vote else BallotRule()
        closes = at - timedelta(hours=1)
        opens = closes - timedelta(days=5)
        homes = [f"99{self._resident:06}-{number}" for number in range(_HOUSEHOLDS)]
        ballot = announce(
            f"B-{case.case_id}", case.case_id, "是否同意方案？", dict.fromkeys(homes, "80"), rule=rule,
            announced_at=opens - timedelta(days=rule.notice_days), opens_at=opens, closes_at=closes,
        )  # fmt: skip
        for home in homes[: self._rng.randint(8, _HOUSEHOLDS)]:
            choice = self._rng.choices(("for", "against", "abstain"), (82, 14, 4))[0]
            ballot, _ = cast(ballot, home, choice, nonce=f"{self._rng.getrandbits(128):032x}", at=opens)
        return close(ballot, at)


def live(
    procedure: Procedure, arrival: Arrival, rng: Random, calendar: WorkCalendar, until: datetime
) -> tuple[Event, ...]:
    """Return the log of a case from its opening to its end, or to a moment: every event accepted by the engine.

    Raises
    ------
    ProcedureError
        Whatever the engine refuses: the conduct does not fit the procedure.
    """
    return Life(procedure, arrival, rng, calendar, until).run()
