"""The page that lists indicators and scores, from their declaration."""

from __future__ import annotations

from gridsys.domain.evaluation import EvaluationRules

_HEAD = """# Evaluation (评价)

`gridsys evaluate --period 2026-10 --by area --level street` prints each indicator with formula, numerator, denominator,
value, 95 % interval and a warning where it rests on few cases. The cases are those filed in the period, looked at as of
its end (`--at` for another moment), so last month's figures stay what they were; they are `provisional` while a case is
open. `--format html --out FILE.html` writes the same as a page to print. Withdrawn cases count in their own indicator.
Organisations and work are scored, never residents.
`gridsys digest --week 2026-W42 --out digest.html` writes the weekly digest (摘报). Method: docs/adr/0067.

This page is generated (`make docs`) from `geodata/evaluation/evaluation.toml`; `--rules FILE` uses another file.
Indicators of one procedure alone, such as the eight of mediation, are declared in `geodata/procedures/`.
"""


def evaluation_page(rules: EvaluationRules) -> str:
    """Return the page of indicators and scores as Markdown.

    Examples
    --------
    >>> evaluation_page(EvaluationRules({})).splitlines()[0]
    '# Evaluation (评价)'
    """
    lines = [
        _HEAD,
        "## Indicators",
        "",
        "| 指标 | indicator | formula | better | source |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rule in rules.indicators.values():
        zh, en = rule.formula()
        where = f" ({', '.join(rule.procedures)})" if rule.procedures else ""
        lines.append(f"| {rule.zh} | `{rule.id}` {rule.en}{where} | {zh}<br>{en} | {rule.better} | {rule.source} |")
    lines += ["", f"A figure over fewer than {rules.small} cases carries a warning.", "", "## Composite scores", ""]
    for score in rules.scores.values():
        parts = "; ".join(
            f"{part.weight:g} × `{part.indicator}` ({part.worst:g} gives 0, {part.best:g} gives 100)"
            for part in rules.parts[score.id]
        )
        card = f"Yellow card under {score.pass_mark:g}; no rank under {score.least} cases"
        lines.append(
            f"- **{score.zh}** `{score.id}` {score.en}, by {score.by}: {parts}. {card}. Source: {score.source}."
        )
    return "\n".join(lines) + "\n"
