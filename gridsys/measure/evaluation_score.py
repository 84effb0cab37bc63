"""Composite scores of organisations: rank, yellow card, and no rank where the numbers are too small."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridsys.domain.evaluation import ScorePart, ScoreRule
from gridsys.measure.evaluation import TOTAL


def scores(table: pd.DataFrame, rule: ScoreRule, parts: tuple[ScorePart, ...]) -> pd.DataFrame:
    """Return the composite score of every unit; residents are never scored.

    Parameters
    ----------
    table
        From :func:`gridsys.measure.evaluation.evaluate`, by the groups the rule scores.
    rule, parts
        The score and its parts.

    Returns
    -------
    DataFrame
        Index ``unit``, best first; ``score`` (0–100; missing where a part has no value), ``cases`` (fewest behind a
        part), ``rank`` (equal scores share one; missing where ``cases`` is under ``rule.least``), ``yellow_card``,
        ``standing`` (top, middle, bottom; empty without rank), ``note_zh`` and ``note_en``.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": ["water", "parks"], "indicator": "rating", "value": [79.0, 90.0],
    ...                      "denominator": [12, 3]})
    >>> rule = ScoreRule("s", "考核", "score", "department", "online-inquiry", "own", 10)
    >>> scores(rows, rule, (ScorePart("s", "rating", 1, 0, 100),))[["score", "rank", "yellow_card"]]
           score  rank  yellow_card
    unit
    water   79.0     1         True
    parks   90.0  <NA>        False
    """
    rows = table[~table["group"].isin([TOTAL, "-"])]
    units = pd.Index(sorted(rows["group"].unique()), name="unit")
    total, fewest = pd.Series(0.0, index=units), pd.Series(np.iinfo(np.int64).max, index=units)
    for part in parts:
        own = rows[rows["indicator"] == part.indicator].set_index("group")
        points = (100 * (own["value"] - part.worst) / (part.best - part.worst)).clip(0, 100)
        total = total + part.weight * points.reindex(units)
        behind = own["denominator"].reindex(units, fill_value=0)
        fewest = fewest.where(fewest < behind, behind)
    found = pd.DataFrame({"score": total.round(6), "cases": fewest.astype("int64")})
    sure = found["score"].notna() & (found["cases"] >= rule.least)
    found["rank"] = found["score"].where(sure).rank(method="min", ascending=False).astype("Int64")
    found["yellow_card"] = sure & (found["score"] < rule.pass_mark)
    ranked = int(sure.sum())
    worse = found["score"].where(sure).rank(method="min", ascending=True)
    top, bottom = int(ranked * rule.top_share), int(ranked * rule.bottom_share)
    found["standing"] = np.select(
        [~sure, found["rank"].fillna(ranked + 1) <= top, worse <= bottom], ["", "top", "bottom"], "middle"
    )
    few = found["cases"] < rule.least
    found["note_zh"] = np.where(few, f"不足 {rule.least} 件，不排名", "")
    found["note_en"] = np.where(few, f"fewer than {rule.least} cases: not ranked", "")
    return found.sort_values(["rank", "score"], ascending=[True, False], na_position="last", kind="stable")
