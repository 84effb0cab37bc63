"""What cases are evaluated by: indicators and composite scores, declared in TOML and checked on load."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gridsys.domain.procedure_check import Problem, raise_problems
from gridsys.domain.procedure_toml import TableReader, line_places
from gridsys.errors import ProcedureError

CONDITIONS: Final[dict[str, tuple[str, str]]] = {
    "filed": ("收件", "filed"),
    "accepted": ("已立案受理", "accepted"),
    "accepted-in-time": ("按期受理", "accepted within the limit"),
    "handled": ("已着手处置", "taken in hand"),
    "disposed": ("已处置", "handled to the end"),
    "disposed-in-time": ("按期处置", "handled to the end within the limits"),
    "disposal-due": ("应处置", "handled to the end, or past its limit"),
    "verified": ("已核查", "verified"),
    "closed": ("已结案", "closed"),
    "in-time": ("按期", "within the limits"),
    "closing-due": ("应结案", "closed, or past its limit"),
    "resolved": ("一次解决", "closed without rework"),
    "answered": ("已答复", "answered"),
    "green": ("绿灯答复", "answered on green"),
    "yellow": ("黄灯答复", "answered on yellow"),
    "red": ("红灯答复", "answered on red"),
    "unanswered-red": ("亮红灯未答复", "unanswered on red"),
    "late-open": ("超期未结", "open past its limit"),
    "in-place": ("不出应止层级", "ended no higher than meant"),
    "rated": ("有评分", "rated"),
    "satisfied": ("评分合格", "rated at the pass mark or above"),
    "withdrawn": ("已撤回", "withdrawn"),
}
"""Named conditions on a case at a moment, in Chinese and English."""
_MARKS: Final = {
    "counted:rework": ("曾返工", "sent back for rework"), "counted:extended": ("曾延期", "extended"),
    "counted:agreed": ("达成协议", "agreed"), "counted:performed": ("协议已履行", "agreement performed"),
    "counted:criticised": ("被通报批评", "criticised"), "counted:petition": ("越级上访", "petition over the heads"),
    "counted:group-incident": ("引发群体性事件", "group incident"),
    "counted:turned-criminal": ("民转刑", "turned criminal"),
}  # fmt: skip
CONDITION_KINDS: Final = ("counted", "class", "level", "fact")
"""``counted:MARK``, ``class:ID``, ``level:LEVEL`` and ``fact:KEY`` are conditions too; ``not-`` turns any round."""
MEASURES: Final[dict[str, tuple[str, str]]] = {
    "handling-days": ("办理用时", "working days from filing to closing, pauses taken out"),
    "rating": ("评分", "mean rating of the case"),
    "party-score": ("党建评分", "score for party building"),
    "trade-score": ("行业管理评分", "score for trade management"),
}
"""What a mean or median is taken of."""
KINDS: Final = ("rate", "decline", "count", "mean", "median")
_WHOLE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """An indicator: kind, conditions of numerator and denominator (or a measure), which way is better, whence.

    ``rate`` is numerator ÷ denominator; ``decline`` is 1 − rate ÷ the rate of the period before; ``count`` counts the
    numerator; ``mean`` and ``median`` are taken of ``measure`` over the cases of the denominator that have it.
    """

    id: str
    zh: str
    en: str
    source: str
    kind: str = "rate"
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ("filed",)
    measure: str = ""
    better: str = "high"
    unit: str = ""
    procedures: tuple[str, ...] = ()
    line: int = 0

    def formula(self) -> tuple[str, str]:
        """Return the formula in Chinese and English.

        Examples
        --------
        >>> IndicatorRule("closed", "结案率", "closed", "own choice", numerator=("closed",)).formula()
        ('已结案 ÷ 收件', 'closed ÷ filed')
        """
        zh, en = ([self._words(part, language) for part in (self.numerator, self.denominator)] for language in (0, 1))
        match self.kind:
            case "count":
                return f"{zh[0]}件数", f"number of cases {en[0]}"
            case "mean" | "median":
                of = MEASURES[self.measure]
                name = ("均值", "mean") if self.kind == "mean" else ("中位数", "median")
                return f"{of[0]}的{name[0]}（{zh[1]}）", f"{name[1]} of {of[1]} ({en[1]})"
            case "decline":
                zh_rate, en_rate = f"{zh[0]} ÷ {zh[1]}", f"{en[0]} ÷ {en[1]}"
                return f"1 −（本期 {zh_rate}）÷（上期同）", f"1 − ({en_rate}) ÷ (the same, period before)"
            case _:
                return f"{zh[0]} ÷ {zh[1]}", f"{en[0]} ÷ {en[1]}"

    @staticmethod
    def _words(conditions: tuple[str, ...], language: int) -> str:
        words = []
        for condition in conditions:
            name = condition.removeprefix("not-")
            known = (CONDITIONS | _MARKS).get(name, (name, name))[language]
            no = ("非", "not ")[language] if name != condition else ""
            words.append(no + known)
        return ("且", " and ")[language].join(words)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """An indicator in a score, with its weight and the values that give 0 (``worst``) and 100 points (``best``)."""

    score: str
    indicator: str
    weight: float
    worst: float
    best: float
    line: int = 0


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """A composite score of 100: who is scored (``by``), on which procedure, and what follows from it.

    A part's points are 100 × (value − worst) ÷ (best − worst), held between 0 and 100; the score is their weighted
    mean.
    A unit gets no rank when a part rests on fewer than ``least`` cases; one under ``pass_mark`` gets a yellow card.
    """

    id: str
    zh: str
    en: str
    by: str
    procedure: str
    source: str
    least: int
    pass_mark: float = 80.0
    case_class: str = ""
    top_share: float = 0.2
    bottom_share: float = 0.2
    line: int = 0


@dataclass(frozen=True, slots=True)
class EvaluationRules:
    """Indicators by id, scores by id with their parts, and the count under which a warning is given."""

    indicators: Mapping[str, IndicatorRule]
    scores: Mapping[str, ScoreRule] = field(default_factory=dict)
    parts: Mapping[str, tuple[ScorePart, ...]] = field(default_factory=dict)
    small: int = 30


def is_condition(text: str) -> bool:
    """Return whether a text is a condition on cases.

    Examples
    --------
    >>> is_condition("not-counted:rework"), is_condition("good")
    (True, False)
    """
    name = text.removeprefix("not-")
    kind, colon, argument = name.partition(":")
    return name in CONDITIONS or (kind in CONDITION_KINDS and bool(colon) and bool(argument))


def parse_evaluation(text: str, where: str = "evaluation.toml") -> EvaluationRules:
    r"""Return the indicators and scores a TOML text declares, checked.

    Parameters
    ----------
    text
        ``small`` and tables ``[[indicator]]``, ``[[score]]``, ``[[part]]``.
    where
        The file's name, for messages.

    Raises
    ------
    ProcedureError
        GS840 with ``file:line`` of every problem.

    Examples
    --------
    >>> text = '[[indicator]]\nid = "x"\nzh = "某率"\nen = "x"\nsource = "own"\nnumerator = ["goood"]'
    >>> parse_evaluation(text, "my.toml")
    Traceback (most recent call last):
    gridsys.errors.ProcedureError: [GS840] 'goood' is no condition — at my.toml:1. ...
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProcedureError(
            "GS840", "the evaluation file is not TOML", where=where, why=str(error), fix="mend the line named"
        ) from error
    reader = TableReader(line_places(text), [], "GS840")
    found: dict[str, list[Any]] = {}
    small = values.pop("small", 30)
    for name, cls in (("indicator", IndicatorRule), ("score", ScoreRule), ("part", ScorePart)):
        entries = values.pop(name, [])
        rows = entries if isinstance(entries, list) else [entries]
        found[name] = [reader.table(cls, row, name, n) for n, row in enumerate(rows)]
    places = line_places(text)
    reader.problems += [
        Problem("GS840", places.get((key, 0, ""), places.get(("", 0, key), 1)), f"{key!r} is unknown",
                "write small, [[indicator]], [[score]] or [[part]]")
        for key in values
    ]  # fmt: skip
    if type(small) is not int or small < 0:
        reader.problems.append(
            Problem("GS840", places.get(("", 0, "small"), 1), f"small = {small!r}", "give a whole number")
        )
    raise_problems(reader.problems, where)
    raise_problems([*_indicator_problems(found["indicator"]), *_score_problems(found)], where)
    parts = {s.id: tuple(p for p in found["part"] if p.score == s.id) for s in found["score"]}
    return EvaluationRules(
        {rule.id: rule for rule in found["indicator"]}, {s.id: s for s in found["score"]}, parts, small
    )


def _indicator_problems(rules: list[IndicatorRule]) -> Iterator[Problem]:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield Problem("GS840", rule.line, f"{rule.id!r} stands twice", "give each its own id")
        seen.add(rule.id)
        if rule.kind not in KINDS:
            yield Problem("GS840", rule.line, f"{rule.kind!r} is no kind", f"use one of: {', '.join(KINDS)}")
        if rule.better not in {"high", "low", "none"}:
            yield Problem("GS840", rule.line, f"better = {rule.better!r}", 'write "high", "low" or "none"')
        for condition in (*rule.numerator, *rule.denominator):
            if not is_condition(condition):
                known = ", ".join((*CONDITIONS, *(f"{kind}:…" for kind in CONDITION_KINDS)))
                yield Problem("GS840", rule.line, f"{condition!r} is no condition", f"use one of: {known}")
        measured = rule.kind in {"mean", "median"}
        if measured and rule.measure not in MEASURES:
            yield Problem("GS840", rule.line, f"{rule.measure!r} is no measure", f"use one of: {', '.join(MEASURES)}")
        if not measured and not rule.numerator:
            yield Problem("GS840", rule.line, f"{rule.id} has no numerator", "add numerator = […]")


def _score_problems(found: Mapping[str, list[Any]]) -> Iterator[Problem]:
    indicators = {rule.id for rule in found["indicator"]}
    scores = {score.id for score in found["score"]}
    for part in found["part"]:
        if part.indicator not in indicators:
            yield Problem("GS840", part.line, f"there is no indicator {part.indicator!r}", "name one of the file")
        if part.score not in scores:
            yield Problem("GS840", part.line, f"there is no score {part.score!r}", "name one of the file")
        if part.weight <= 0 or part.worst == part.best:
            yield Problem("GS840", part.line, "a weight is above 0, and worst differs from best", "mend them")
    for score in found["score"]:
        weights = sum(part.weight for part in found["part"] if part.score == score.id)
        if abs(weights - 1) > _WHOLE:
            yield Problem("GS840", score.line, f"the weights of {score.id} sum to {weights:g}", "let them sum to 1")
        if score.by not in {"area", "department", "post", "company"}:
            yield Problem("GS840", score.line, f"by = {score.by!r}", "use area, department, post or company")
        if score.top_share + score.bottom_share > 1 or min(score.top_share, score.bottom_share) < 0:
            yield Problem("GS840", score.line, "top and bottom overlap", "let the two shares sum to 1 at most")
