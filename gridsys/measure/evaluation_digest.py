"""The weekly digest (摘报): what was filed, answered and overdue, unit by unit, without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from gridsys.domain.evaluation import EvaluationRules
from gridsys.domain.period import Period
from gridsys.domain.procedure import Procedure
from gridsys.measure.evaluation import evaluate
from gridsys.measure.evaluation_score import scores

_NOTABLE = {
    "counted:turned-criminal": ("民转刑", "turned criminal"),
    "counted:group-incident": ("群体性事件", "group incident"),
    "counted:petition": ("越级上访", "petition over the heads"),
    "counted:instructed": ("领导批示", "instructed by a leader"),
    "counted:supervised": ("已督办", "supervised"),
    "counted:rework": ("返工", "reworked"),
    "late": ("超期", "overdue"),
}
_SCORE = "online-inquiry-unit"


@dataclass(frozen=True)
class Digest:
    """The digest of a week: ``figures`` by procedure, ``units``, yellow ``cards``, ``notable`` cases; no titles."""

    week: Period
    as_of: datetime
    figures: pd.DataFrame
    units: pd.DataFrame
    cards: pd.DataFrame
    unranked: int
    notable: pd.DataFrame
    notable_total: int


def weekly_digest(
    cases: pd.DataFrame,
    week: Period,
    as_of: datetime,
    rules: EvaluationRules,
    procedures: Mapping[str, Procedure],
    *,
    most: int = 12,
) -> Digest:
    """Return the digest of a week.

    Parameters
    ----------
    cases
        Milestones as of ``as_of`` of all cases opened before the week's end.
    week, as_of
        The week, and the moment it is told at.
    rules, procedures
        Of evaluation; procedures by id.
    most
        Notable cases named; the others are counted.
    """
    cases = cases[cases["status"] != "withdrawn"]
    ended = cases["answered_at"].fillna(cases["closed_at"])
    begin, end = (pd.Timestamp(moment).tz_convert("UTC") for moment in (week.begin, week.end))
    filed = ((cases["opened_at"] >= begin) & (cases["opened_at"] < end)).to_numpy()
    done = ((ended >= begin) & (ended < end)).to_numpy()
    waits = (cases["status"] == "open").to_numpy() & ended.isna().to_numpy()
    late = cases["late"].to_numpy()
    light = np.asarray(cases["light"].astype(str))
    of_case = cases["of_case"].to_numpy()
    flags = pd.DataFrame(
        {"filed": filed, "done": done, "open": waits, "late": late,
         **{name: of_case & (light == name) & (done | waits) for name in ("green", "yellow", "red")}},
        index=cases.index,
    )  # fmt: skip
    units = _summed(flags, cases["unit"].astype("str").fillna("-"))
    inquiries = cases[(cases["procedure"] == "online-inquiry") & (done | waits)]
    rule = rules.scores.get(_SCORE)
    cards, unranked = pd.DataFrame({"score": [], "cases": []}), 0
    if rule is not None and len(inquiries):
        scored = scores(evaluate(inquiries, rules, procedures, by=rule.by), rule, rules.parts[_SCORE])
        cards, unranked = scored[scored["yellow_card"]], int(scored["rank"].isna().sum())
    notable = _notable(cases[filed | done | late])
    return Digest(
        week, as_of, _summed(flags, cases["procedure"].astype("str")),
        units[units[["filed", "done", "late"]].sum(axis=1) > 0].sort_values(["late", "done"], ascending=False),
        cards, unranked, notable.head(most), len(notable),
    )  # fmt: skip


def _summed(flags: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    return flags.groupby(by.to_numpy()).sum()


def _notable(cases: pd.DataFrame) -> pd.DataFrame:
    rows = []
    weights = np.zeros(len(cases))
    held = {}
    for place, (column, words) in enumerate(_NOTABLE.items()):
        if column in cases:
            held[words] = cases[column].to_numpy()
            weights += held[words] * 2.0 ** (len(_NOTABLE) - place)
    for number in np.argsort(-weights, kind="stable"):
        if not weights[number]:
            break
        reasons = [words for words, flag in held.items() if flag[number]]
        case = cases.iloc[number]
        zh, en = "、".join(words[0] for words in reasons), ", ".join(words[1] for words in reasons)
        street = str(case["area_code"])[:9]
        rows.append((case.name, case["procedure"], case["case_class"], street, case["opened_at"], zh, en))
    columns = ["case_id", "procedure", "case_class", "street", "opened_at", "zh", "en"]
    return pd.DataFrame(rows, columns=columns)
