"""Rates over cases: which cases count, by named predicates; withdrawn cases stand apart and never count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean
from typing import Final

from gridsys.domain.case import Case
from gridsys.domain.procedure import Indicator, Procedure
from gridsys.domain.worktime import Light

Predicate = Callable[[Procedure, Case], bool]


def _in_time(procedure: Procedure, case: Case) -> bool:
    if procedure.lights.of == "step":
        return case.status == "closed" and not case.counts.get("overdue")
    clock = case.clocks["case"]
    return clock.stopped_at is not None and clock.light(clock.stopped_at) is not Light.RED


def _green(_procedure: Procedure, case: Case) -> bool:
    clock = case.clocks.get("case")
    return clock is not None and clock.stopped_at is not None and clock.light(clock.stopped_at) is Light.GREEN


def _answered(_procedure: Procedure, case: Case) -> bool:
    clock = case.clocks.get("case")
    return case.status == "closed" or (clock is not None and clock.stopped_at is not None)


def _satisfied(procedure: Procedure, case: Case) -> bool:
    rule = procedure.rating
    return bool(case.ratings) and rule is not None and fmean(case.ratings.values()) >= rule.pass_mark


def _in_place(procedure: Procedure, case: Case) -> bool:
    ends_at = procedure.class_of[case.case_class].ends_at or procedure.levels[-1]
    return case.status == "closed" and procedure.levels.index(case.level) <= procedure.levels.index(ends_at)


PREDICATES: Final[dict[str, tuple[str, str, Predicate]]] = {
    "filed": ("立案", "filed", lambda _p, _c: True),
    "closed": ("办结", "closed", lambda _p, c: c.status == "closed"),
    "handled": ("已着手处置", "taken in hand", lambda _p, c: bool(c.acted.get("handle"))),
    "disposed": ("已处置", "handled to the end", lambda p, c: not p.ends_handling.isdisjoint(c.done)),
    "verified": ("已核查", "verified", lambda _p, c: bool(c.acted.get("verify"))),
    "answered": ("已答复", "answered", _answered),
    "in-time": ("按期", "within the limits", _in_time),
    "green": ("绿灯答复", "answered on green", _green),
    "in-place": ("不出应止层级", "ended no higher than meant", _in_place),
    "rated": ("有评分", "rated", lambda _p, c: bool(c.ratings)),
    "satisfied": ("评分合格", "rated at the pass mark or above", _satisfied),
}
"""Named predicates. ``counted:MARK``, ``class:ID``, ``level:LEVEL`` and ``fact:KEY`` come on top."""
PREDICATE_KINDS: Final = ("counted", "class", "level", "fact")


def holds(predicate: str, procedure: Procedure, case: Case) -> bool:
    """Return whether a predicate holds of a case; a leading ``not-`` turns it round."""
    if predicate.startswith("not-"):
        return not holds(predicate[4:], procedure, case)
    kind, _, argument = predicate.partition(":")
    match kind:
        case "counted":
            return case.counts.get(argument, 0) > 0
        case "class":
            return case.case_class == argument
        case "level":
            return case.level == argument
        case "fact":
            return bool(case.facts.get(argument))
        case _:
            return PREDICATES[kind][2](procedure, case)


@dataclass(frozen=True, slots=True)
class Rate:
    """An indicator's value with what it was made of; ``value`` is None where the denominator is 0."""

    indicator: str
    zh: str
    en: str
    numerator: int
    denominator: int
    value: float | None


def _share(indicator: Indicator, procedure: Procedure, cases: Iterable[Case]) -> tuple[int, int]:
    base = [case for case in cases if all(holds(p, procedure, case) for p in indicator.denominator)]
    return sum(all(holds(p, procedure, case) for p in indicator.numerator) for case in base), len(base)


def rates(procedure: Procedure, cases: Sequence[Case], before: Sequence[Case] | None = None) -> list[Rate]:
    """Return the indicators of a procedure over cases.

    Parameters
    ----------
    procedure
        Whose indicators.
    cases
        States of the period, as of one moment. Withdrawn ones are left out.
    before
        States of the period before, for indicators of decline (1 − rate ÷ rate before); without them, or where the
        rate before is 0, these have no value.

    Examples
    --------
    >>> from gridsys.domain.case import fold
    >>> from gridsys.domain.case_opening import open_case
    >>> from gridsys.domain.procedure_roles import Worker
    >>> from datetime import datetime
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> resident = Worker("9901", "resident", "public")
    >>> filed = datetime.fromisoformat("2026-09-18T10:00+08:00")
    >>> log = open_case(procedure, "C1", "small-matter", title="street lamp", area_code="110101001007003",
    ...                 worker=resident, at=filed)
    >>> [(rate.zh, rate.numerator, rate.denominator) for rate in rates(procedure, [fold(log)])][:3]
    [('处置率', 0, 1), ('按期结案率', 0, 1), ('结案率', 0, 1)]
    """
    kept = [case for case in cases if case.status != "withdrawn"]
    earlier = [case for case in before or () if case.status != "withdrawn"]
    found = []
    for indicator in procedure.indicators:
        part, base = _share(indicator, procedure, kept)
        value: float | None = part / base if base else None
        if indicator.kind == "decline" and value is not None:
            part_before, base_before = _share(indicator, procedure, earlier)
            value = float(1 - Fraction(part, base) / Fraction(part_before, base_before)) if part_before else None
        found.append(Rate(indicator.id, indicator.zh, indicator.en, part, base, value))
    return found


def pyramid(procedure: Procedure, cases: Iterable[Case]) -> dict[str, tuple[int, float]]:
    """Return where closed cases ended: level → number and share of all closed, lowest level first."""
    closed = [case.level for case in cases if case.status == "closed"]
    return {level: (closed.count(level), closed.count(level) / len(closed) if closed else 0.0)
            for level in procedure.levels}  # fmt: skip


def ranking(scores: dict[str, float], pass_mark: float = 80) -> list[tuple[int, str, float, bool]]:
    """Return units by score: rank (equal scores share one), unit, score, and whether it gets a yellow card (黄牌).

    Parameters
    ----------
    scores
        Unit → score of 100. Units are organisations; residents are never ranked.
    pass_mark
        A score below it gets a yellow card.

    Examples
    --------
    >>> ranking({"water": 79.5, "transport": 92, "parks": 80})
    [(1, 'transport', 92, False), (2, 'parks', 80, False), (3, 'water', 79.5, True)]
    """
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [
        (1 + sum(other > score for other in scores.values()), unit, score, score < pass_mark) for unit, score in ordered
    ]
