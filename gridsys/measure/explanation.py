"""Why a division came out as it did, area by area, in words."""

from __future__ import annotations

import pandas as pd

from gridsys.spatial.division import Count, Rule, TargetArea


def explain_division(balance: pd.DataFrame, exceptions: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Return why each area has its number of grids, and why some lie outside ±10 % of their mean.

    Parameters
    ----------
    balance, exceptions
        Tables of a plan (``gridsys.spatial.division.Plan``).
    rule
        The rule it was made by.

    Returns
    -------
    DataFrame
        Index ``area_code``; ``zh`` and ``en``, one sentence or two each.

    Examples
    --------
    >>> from gridsys.spatial.division import Window
    >>> balance = pd.DataFrame({"grids": [2], "weight": [810.0], "mean": [405.0]}, index=["110101001001"])
    >>> explain_division(balance, pd.DataFrame({"area_code": []}), Window()).loc["110101001001", "en"]
    '2 grids: 810 parted by 2 is 405.0, nearest to the middle of 300–500.'
    """
    outside = {str(code): rows for code, rows in exceptions.groupby("area_code")}
    rows = {}
    for code, row in balance.iterrows():
        grids, weight, mean = int(row["grids"]), f"{row['weight']:,.0f}", f"{row['mean']:,.1f}"
        zh, en = f"{grids} 个网格：{weight} ÷ {grids} = {mean}", f"{grids} grids: {weight} parted by {grids} is {mean}"
        zh_why, en_why = _why(rule)
        zh, en = f"{zh}，{zh_why}。", f"{en}, {en_why}."
        found = outside.get(str(code))
        if found is not None:
            zh += f" {len(found)} 个网格超出 ±10 %：{found['reason_zh'].iloc[0]}。"
            en += f" {len(found)} outside ±10 %: {found['reason'].iloc[0]}."
        rows[str(code)] = (zh, en)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["zh", "en"])
    table.index.name = "area_code"
    return table


def _why(rule: Rule) -> tuple[str, str]:
    if isinstance(rule, Count):
        return (
            f"总数 {rule.total} 按等比例法（Huntington–Hill）分配",
            f"its part of {rule.total} grids by equal proportions (Huntington–Hill)",
        )
    if isinstance(rule, TargetArea):
        return f"最接近每格 {rule.m2:g} m²", f"nearest to {rule.m2:g} m² for each"
    return (
        f"最接近 {rule.lightest:g}–{rule.heaviest:g} 的中值",
        f"nearest to the middle of {rule.lightest:g}–{rule.heaviest:g}",
    )
