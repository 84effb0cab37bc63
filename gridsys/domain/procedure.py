"""A procedure: steps, who may take which transition, limits, levels and everything around them, as plain data.

A procedure is declared in a TOML file (``geodata/procedures/``), read by :mod:`gridsys.domain.procedure_toml`,
checked by :mod:`gridsys.domain.procedure_check` and run by :mod:`gridsys.domain.case_engine`. ``line`` is where
in the file a part stands. The fields are the keys of the file; ``docs/procedures.md`` explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gridsys.domain.ballot import BallotRule
from gridsys.domain.procedure_roles import ROLES, ProcedureRole
from gridsys.domain.worktime import Limit
from gridsys.domain.worktime_calendar import Unit

STEP_KINDS: Final = ("claim", "work", "end")
"""``claim``: waits for somebody to take it; ``work``: somebody is at it; ``end``: nothing more is due."""
OUTCOMES: Final = ("closed", "withdrawn", "rejected")
LIGHTS_OF: Final = ("case", "step")


@dataclass(frozen=True, slots=True)
class Step:
    """A place in a procedure where a case can stand (环节)."""

    id: str
    zh: str
    en: str
    kind: str = "work"
    limit: Limit | None = None
    outcome: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """A move from one of several steps to another (流转).

    ``by`` are roles; ``level`` is ``case`` (the level the case stands on), ``any`` or one level; ``duty`` one of
    ``DUTIES``; ``guards`` conditions by name; ``needs`` and ``may`` what the action must and can bring;
    ``classes`` restricts to case classes; ``move`` is ``up``, ``down`` or a level; ``holds`` makes the actor the
    holder; ``counts`` are marks for evaluation (``rework``, ``refused`` …).
    """

    id: str
    zh: str
    en: str
    from_: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    level: str = "case"
    duty: str = ""
    guards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    move: str = ""
    holds: bool = False
    counts: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class CaseClass:
    """A class of cases (类别): its filing condition, limits and closing condition, and where it starts and ends.

    ``ends_at`` is the level at or below which such a case is meant to end (三不出).
    """

    id: str
    zh: str
    en: str
    condition: str
    closing: str
    level: str = ""
    ends_at: str = ""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class LightRule:
    """What the light of a case follows: the whole case's limits, or the limit of the step it is in.

    ``yellow`` and ``red`` belong to ``of = "case"``, ``until`` are the steps on whose entry that clock stops (ends
    always stop it). ``share`` belongs to ``of = "step"``: yellow after that share of the limit, in days rounded
    down; a limit of one day has no yellow.
    """

    of: str = "step"
    yellow: Limit | None = None
    red: Limit | None = None
    until: tuple[str, ...] = ()
    share: float = 0.8
    line: int = 0


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """Steps whose cases rise one level when nobody takes them or they run late.

    From a ``claim`` step a case rises to the same step, one level up; from a ``work`` step to ``to``.
    """

    steps: tuple[str, ...]
    to: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PauseRule:
    """Who may stop the clock, in which steps and for which reasons (id → Chinese)."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    reasons: Mapping[str, str]
    line: int = 0


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """Who may extend the limit of a step (延期), how often and by how much at most."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    longest: Limit
    most: int = 1
    line: int = 0


@dataclass(frozen=True, slots=True)
class WithdrawalRule:
    """Who may withdraw a case (撤回), from which steps, and the end it then reaches."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    to: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class DepartmentRule:
    """Who may bring in departments (联合处置), in which steps, and the limit each department gets."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    limit: Limit
    line: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A body outside the platform (court, police …) and the limit it is given."""

    id: str
    zh: str
    en: str
    limit: Limit
    line: int = 0


@dataclass(frozen=True, slots=True)
class ActionRule:
    """Who may take a built-in action, and in which steps."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class VoteRule:
    """Who records a sealed ballot, in which step, and what it needs to carry (see :mod:`gridsys.domain.ballot`).

    ``special`` are classes of cases that need ``special_majority`` instead.
    """

    by: tuple[str, ...]
    steps: tuple[str, ...]
    quorum: str = "2/3"
    majority: str = "1/2"
    special: tuple[str, ...] = ()
    special_majority: str = "3/4"
    notice_days: int = 15
    proxies: int = 3
    line: int = 0

    def for_class(self, case_class: str) -> BallotRule:
        """Return the rule for ballots on a class of cases."""
        majority = self.special_majority if case_class in self.special else self.majority
        return BallotRule(self.quorum, majority, self.notice_days, self.proxies)


@dataclass(frozen=True, slots=True)
class RatingRule:
    """Who rates the work (评分), in which steps, out of how many points, and below which mark a unit is warned."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    scale: int = 100
    pass_mark: int = 80
    line: int = 0


@dataclass(frozen=True, slots=True)
class MarkRule:
    """What is noted of a case for evaluation (mark → Chinese), who notes it, and in which steps."""

    by: tuple[str, ...]
    steps: tuple[str, ...]
    marks: Mapping[str, str]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """Work that a role does on schedule (定期): patrol, summing up, analysis."""

    id: str
    zh: str
    en: str
    role: str
    every: Limit
    line: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """A dated life event after which something is due: ``after`` calendar days, within a limit from then."""

    id: str
    zh: str
    en: str
    after: int
    within: Limit
    yearly: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Indicator:
    """A rate: cases that fulfil every numerator predicate ÷ cases that fulfil every denominator predicate.

    ``kind`` is ``rate``, or ``decline`` for 1 − rate ÷ the rate of the period before.
    """

    id: str
    zh: str
    en: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    kind: str = "rate"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Procedure:
    """A way of working (办理流程)."""

    id: str
    zh: str
    en: str
    article: str
    start: str
    levels: tuple[str, ...]
    from_source: tuple[str, ...]
    chosen: tuple[str, ...]
    lights: LightRule
    steps: tuple[Step, ...]
    transitions: tuple[Transition, ...]
    classes: tuple[CaseClass, ...]
    version: int = 1
    roles: tuple[ProcedureRole, ...] = ()
    opened_by: tuple[str, ...] = ()
    escalation: EscalationRule | None = None
    pause: PauseRule | None = None
    extension: ExtensionRule | None = None
    withdrawal: WithdrawalRule | None = None
    departments: DepartmentRule | None = None
    reassignment: ActionRule | None = None
    reclassification: ActionRule | None = None
    handover: ActionRule | None = None
    bodies: tuple[Body, ...] = ()
    hearing: ActionRule | None = None
    vote: VoteRule | None = None
    rating: RatingRule | None = None
    mark: MarkRule | None = None
    rounds: tuple[Round, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    line: int = 0
    step_of: Mapping[str, Step] = field(init=False, repr=False, compare=False)
    class_of: Mapping[str, CaseClass] = field(init=False, repr=False, compare=False)
    role_of: Mapping[str, ProcedureRole] = field(init=False, repr=False, compare=False)
    from_step: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False, compare=False)
    ends_handling: frozenset[str] = field(init=False, repr=False, compare=False)
    """Transitions that end handling: of that duty, into a step that no transition of that duty leaves."""

    def __post_init__(self) -> None:
        """Build the look-ups."""
        handling = [transition for transition in self.transitions if transition.duty == "handle"]
        handled_at = {step for transition in handling for step in transition.from_}
        index = {
            "ends_handling": frozenset(t.id for t in handling if t.to not in handled_at),
            "step_of": {step.id: step for step in self.steps},
            "class_of": {case_class.id: case_class for case_class in self.classes},
            "role_of": ROLES | {role.id: role for role in self.roles},
            "from_step": {s.id: tuple(t for t in self.transitions if s.id in t.from_) for s in self.steps},
        }
        for name, value in index.items():
            object.__setattr__(self, name, value)

    def limit(self, step: str, case_class: str) -> Limit | None:
        """Return the limit of a step for a class of cases; None for ends."""
        return self.class_of[case_class].limits.get(step, self.step_of[step].limit)

    def yellow(self, red: Limit) -> Limit | None:
        """Return when, within a step's limit, the light turns yellow; None when it goes straight to red."""
        amount = red.amount * self.lights.share
        if red.unit is Unit.WORKING_DAYS:
            amount = int(amount)
        return Limit(amount, red.unit) if amount else None

    def above(self, level: str) -> str | None:
        """Return the level above, or None at the top."""
        place = self.levels.index(level) + 1
        return self.levels[place] if place < len(self.levels) else None

    def below(self, level: str) -> str | None:
        """Return the level below, or None at the bottom."""
        place = self.levels.index(level)
        return self.levels[place - 1] if place else None
