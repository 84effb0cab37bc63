"""Indicators of cases by area, unit, post or company, each with what it was made of and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtrik, stdtrit

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.evaluation import EvaluationRules, IndicatorRule
from gridsys.domain.procedure import Procedure

Values = NDArray[Any]
_Z: Final = 1.959963984540054
_BY: Final = {"department": "unit", "post": "role", "company": "company"}
TOTAL: Final = "*"
"""The group of all cases together."""
METHODS: Final = {
    "rate": "Wilson 95 %", "decline": "", "count": "", "mean": "Student t 95 %", "median": "order statistics 95 %",
}  # fmt: skip


def evaluate(
    cases: pd.DataFrame,
    rules: EvaluationRules,
    procedures: Mapping[str, Procedure],
    *,
    by: str = "area",
    level: AreaLevel = AreaLevel.STREET,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every indicator for every group of cases, and for all together (group ``*``).

    Parameters
    ----------
    cases
        Milestones (:func:`gridsys.measure.evaluation_events.milestones`) of the cases of a period.
    rules
        Indicators; those of the procedures' own files come on top.
    procedures
        Procedures by id.
    by
        ``area``, ``department``, ``post`` or ``company``.
    level
        Level of the areas.
    before
        Milestones of the period before, for indicators of decline.

    Returns
    -------
    DataFrame
        ``group``, ``indicator``, ``procedure`` (empty: of all), ``zh``, ``en``, ``formula_zh``, ``formula_en``,
        ``kind``, ``better``, ``source``, ``unit``; ``numerator`` and ``denominator`` (cases), ``value`` (a rate is 0–1;
        missing where there is nothing to divide), ``low`` and ``high`` of the 95 % interval by ``method``, ``small``
        (fewer cases than ``rules.small``). Withdrawn cases count in ``withdrawn`` only.

    Examples
    --------
    >>> from gridsys.domain.evaluation import EvaluationRules, IndicatorRule
    >>> cases = pd.DataFrame({"procedure": ["p", "p"], "area_code": ["110101001001001"] * 2,
    ...                       "status": ["closed", "open"]})
    >>> rule = IndicatorRule("closing", "结案率", "closed", "own choice", numerator=("closed",))
    >>> evaluate(cases, EvaluationRules({"closing": rule}), {})[["group", "numerator", "denominator", "value"]]
           group  numerator  denominator  value
    0          *          1            2    0.5
    1  110101001          1            2    0.5
    """
    now, then = _Held(cases, procedures), None if before is None else _Held(before, procedures)
    groups, names = _groups(cases, by, level)
    earlier = None if before is None else _groups(before, by, level, names)[0]
    tables = []
    for procedure, rule in _asked(rules, procedures, sorted(map(str, cases["procedure"].dropna().unique()))):
        table = _indicator(rule, now, groups, size=len(names), procedure=procedure, small=rules.small)
        if rule.kind == "decline":
            _decline(table, rule, then, earlier, size=len(names), procedure=procedure)
        zh, en = rule.formula()
        head = {"group": [TOTAL, *names], "indicator": rule.id, "procedure": procedure, "zh": rule.zh, "en": rule.en,
                "formula_zh": zh, "formula_en": en, "kind": rule.kind, "better": rule.better, "source": rule.source,
                "unit": rule.unit or ("" if rule.kind == "count" else "share")}  # fmt: skip
        tables.append(pd.DataFrame({**head, **table, "method": METHODS[rule.kind]}))
    return pd.concat(tables, ignore_index=True).sort_values("group", kind="stable", ignore_index=True)


def _asked(
    rules: EvaluationRules, procedures: Mapping[str, Procedure], present: Sequence[str]
) -> list[tuple[str, IndicatorRule]]:
    asked = []
    for rule in rules.indicators.values():
        asked += [(name, rule) for name in rule.procedures if name in present] if rule.procedures else [("", rule)]
    taken = {rule.zh for rule in rules.indicators.values()}
    for name in present:
        for own in procedures[name].indicators if name in procedures else ():
            if own.zh not in taken:
                source = f"geodata/procedures/{name}.toml"
                asked.append((name, IndicatorRule(own.id, own.zh, own.en, source, own.kind, own.numerator,
                                                  own.denominator)))  # fmt: skip
    return asked


def _groups(
    cases: pd.DataFrame, by: str, level: AreaLevel, known: Sequence[str] | None = None
) -> tuple[Values, list[str]]:
    column = pd.Categorical(cases["area_code"] if by == "area" else cases[_BY[by]]).remove_unused_categories()
    texts = [str(text)[: level.digits] if by == "area" else str(text) for text in column.categories]
    names = sorted({*texts} | ({"-"} if (column.codes < 0).any() else set())) if known is None else list(known)
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([place.get(text, -1) for text in texts] + [place.get("-", -1)])
    groups: Values = codes[column.codes]
    return groups, names


class _Held:
    """Which conditions hold of which cases, each computed once."""

    def __init__(self, cases: pd.DataFrame, procedures: Mapping[str, Procedure]) -> None:
        self.cases, self.procedures = cases, procedures
        self._known: dict[str, Values] = {}
        self.withdrawn = np.asarray(cases["status"] == "withdrawn")

    def all(self, conditions: Sequence[str], procedure: str) -> Values:
        kept = ~self.withdrawn if "withdrawn" not in conditions else np.ones(len(self.cases), dtype=bool)
        if procedure:
            kept = kept & np.asarray(self.cases["procedure"] == procedure)
        for condition in conditions:
            kept = kept & self.holds(condition)
        return kept

    def holds(self, condition: str) -> Values:
        if condition.startswith("not-"):
            return ~self.holds(condition[4:])
        if condition not in self._known:
            self._known[condition] = np.asarray(self._find(condition), dtype=bool)
        return self._known[condition]

    def _find(self, condition: str) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912 - a table of conditions
        cases = self.cases
        kind, colon, argument = condition.partition(":")
        if colon and kind in {"counted", "fact"}:
            return cases[condition].to_numpy() if condition in cases else np.zeros(len(cases), dtype=bool)
        if colon:
            return np.asarray(cases["case_class" if kind == "class" else "level"] == argument)
        closed = np.asarray(cases["status"] == "closed")
        match condition:
            case "filed":
                return np.ones(len(cases), dtype=bool)
            case "withdrawn":
                return self.withdrawn
            case "closed":
                return closed
            case "accepted" | "handled" | "disposed" | "verified":
                name = {"accepted": "taken_at"}.get(condition, f"{condition}_at")
                return cases[name].notna().to_numpy()
            case "accepted-in-time":
                early = ~(cases["overdue_at"] <= cases["taken_at"]).to_numpy()
                return self.holds("accepted") & early
            case "disposed-in-time":
                return self.holds("disposed") & cases["disposed_in_time"].to_numpy()
            case "disposal-due":
                return self.holds("disposed") | self._missed()
            case "closing-due":
                return closed | self._missed()
            case "in-time":
                return cases["in_time"].to_numpy()
            case "resolved":
                return closed & ~self.holds("counted:rework")
            case "answered":
                return closed | cases["answered_at"].notna().to_numpy()
            case "green" | "yellow" | "red":
                return cases["answered_at"].notna().to_numpy() & np.asarray(cases["light"] == condition)
            case "unanswered-red":
                return cases["of_case"].to_numpy() & cases["answered_at"].isna().to_numpy() & self.holds("late-open")
            case "late-open":
                return cases["late"].to_numpy()
            case "rated":
                return cases["rating"].notna().to_numpy()
            case "satisfied":
                marks = {n: p.rating.pass_mark for n, p in self.procedures.items() if p.rating}
                return (cases["rating"] >= cases["procedure"].astype(str).map(marks)).to_numpy()
            case _:
                return closed & self._in_place()

    def _missed(self) -> Values:
        late = self.cases["late"].to_numpy() | self.cases["overdue_at"].notna().to_numpy()
        missed: Values = late & ~self.withdrawn
        return missed

    def _in_place(self) -> Values:
        found = np.zeros(len(self.cases), dtype=bool)
        for name, procedure in self.procedures.items():
            for case_class in procedure.classes:
                top = procedure.levels.index(case_class.ends_at or procedure.levels[-1])
                low = self.cases["level"].isin(procedure.levels[: top + 1]).to_numpy()
                found |= low & np.asarray(self.cases["procedure"] == name) & self.holds(f"class:{case_class.id}")
        return found


def _count(groups: Values, mask: Values, size: int) -> Values:
    """Count cases for all together, then for each group."""
    inside = mask & (groups >= 0)
    return np.concatenate([[mask.sum()], np.bincount(groups[inside], minlength=size)])


def _indicator(
    rule: IndicatorRule, held: _Held, groups: Values, *, size: int, procedure: str, small: int
) -> dict[str, Values]:
    base = held.all(rule.denominator, procedure)
    if rule.kind == "count":
        number = _count(groups, held.all(rule.numerator, procedure), size)
        nothing = np.full(size + 1, np.nan)
        return {"numerator": number, "denominator": number, "value": number.astype(float), "low": nothing,
                "high": nothing, "small": np.zeros(size + 1, dtype=bool)}  # fmt: skip
    if rule.kind in {"mean", "median"}:
        values = held.cases[rule.measure.replace("-", "_")].to_numpy(dtype=float)
        chosen = base & ~np.isnan(values)
        return _measured(rule.kind, values[chosen], groups[chosen], size, small)
    below = _count(groups, base, size)
    above = _count(groups, base & held.all(rule.numerator, procedure), size)
    low, high = wilson(above, below)
    value = np.divide(above, below, out=np.full(size + 1, np.nan), where=below > 0)
    return {"numerator": above, "denominator": below, "value": value, "low": low, "high": high, "small": below < small}


def _decline(
    table: dict[str, Values],
    rule: IndicatorRule,
    then: _Held | None,
    groups: Values | None,
    *,
    size: int,
    procedure: str,
) -> None:
    """Turn a rate into 1 − rate ÷ the rate before; missing where there was none."""
    value = np.full(size + 1, np.nan)
    if then is not None and groups is not None:
        base = then.all(rule.denominator, procedure)
        below = _count(groups, base, size)
        above = _count(groups, base & then.all(rule.numerator, procedure), size)
        rate = np.divide(above, below, out=np.zeros(size + 1), where=below > 0)
        np.divide(table["value"], rate, out=value, where=rate > 0)
        value = 1 - value
    table |= {"value": value, "low": np.full(size + 1, np.nan), "high": np.full(size + 1, np.nan)}


def wilson(above: Values, below: Values) -> tuple[Values, Values]:
    """Return the 95 % interval of Wilson (1927) for shares; missing where the denominator is 0.

    Examples
    --------
    >>> [bound.round(3).tolist() for bound in wilson(np.array([9]), np.array([10]))]
    [[0.596], [0.982]]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        n, p = below.astype(float), above / below
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def _measured(kind: str, values: Values, groups: Values, size: int, small: int) -> dict[str, Values]:
    number = _count(groups, np.ones(len(values), dtype=bool), size)
    find = _mean if kind == "mean" else _median
    value, low, high = (np.full(size + 1, np.nan) for _ in range(3))
    order = np.lexsort([values, groups])
    sorted_values, sorted_groups = values[order], groups[order]
    starts = np.searchsorted(sorted_groups, np.arange(size + 1))
    pieces = [np.sort(values), *np.split(sorted_values[starts[0] :], starts[1:-1] - starts[0])] if size else [values]
    for place, piece in enumerate(pieces):
        if len(piece):
            value[place], low[place], high[place] = find(piece)
    return {"numerator": number, "denominator": number, "value": value, "low": low, "high": high,
            "small": number < small}  # fmt: skip


def _mean(values: Values) -> tuple[float, float, float]:
    n, mean = len(values), float(values.mean())
    if n == 1:
        return mean, np.nan, np.nan
    half = float(stdtrit(n - 1, 0.975)) * float(values.std(ddof=1)) / n**0.5
    return mean, mean - half, mean + half


def _median(values: Values) -> tuple[float, float, float]:
    """Return the median of sorted values, and the two between which it lies with at least 95 %, whatever their law."""
    n = len(values)
    rank = int(np.floor(bdtrik(0.025, n, 0.5))) if n > 5 else -1  # noqa: PLR2004 - five values cannot say 95 %
    if rank < 0:
        return float(np.median(values)), np.nan, np.nan
    return float(np.median(values)), float(values[rank]), float(values[n - 1 - rank])
