"""``gridsys evaluate``: indicators and scores of cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from gridsys.cli import options, output
from gridsys.domain.areacode import AreaLevel
from gridsys.domain.period import Period
from gridsys.errors import InputError
from gridsys.files import write_csv_report
from gridsys.render.evaluation import figure, group_name
from gridsys.store import open_store
from gridsys.usecases.evaluate import Evaluation, evaluate_cases, write_evaluation

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys evaluate --period 2026-10 --by area --level street --as li:district-analyst@110101`"


class By(StrEnum):
    """What is evaluated: places, organisations and posts, never residents."""

    AREA = "area"
    DEPARTMENT = "department"
    POST = "post"
    COMPANY = "company"


class Format(StrEnum):
    """How the result is given."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


@app.command("evaluate", epilog=EXAMPLE)
def run(
    period: Annotated[str, typer.Option(help="2026, 2026-10, 2026-Q3, 2026-W42, FROM..TO.  时段", metavar="PERIOD")],
    by: Annotated[By, typer.Option(help="What is evaluated.  评价对象")] = By.AREA,
    level: Annotated[AreaLevel, typer.Option(help="Level of the areas.  区域层级")] = AreaLevel.STREET,
    procedure: Annotated[str, typer.Option(help="One procedure only.  流程", show_default="all")] = "",
    score: Annotated[str, typer.Option(help="A composite score, such as online-inquiry-unit.  综合考核")] = "",
    moment: Annotated[
        str | None,
        typer.Option("--at", help="Look at the cases as of this moment.  截至", show_default="end of the period"),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="TOML of indicators and weights.  指标文件", show_default="geodata/evaluation")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="table, csv, json, or html to print.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="File for csv or html.  输出文件")] = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Evaluate the cases filed in a period: each indicator with formula, parts, value and interval (评价).

    The cases are looked at as of the period's end, so last month's figures stay last month's figures.
    """
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    when = options.moment(moment)
    if form in {Format.CSV, Format.HTML} and out is None:
        raise InputError("GS103", f"{form} needs a file", where="--out", fix=f"add --out FILE.{form}")
    with open_store(settings.database) as store:
        found = evaluate_cases(
            actor, store, Period.parse(period), by=by.value, level=level, procedure=procedure, score=score,
            as_of=when, rules=rules,
        )  # fmt: skip
    if as_json or form is Format.JSON:
        scored = None if found.scores is None else found.scores.reset_index()
        output.print_json({"period": found.period.name, "as_of": found.as_of, "final": found.final,
                           "open": found.open, "indicators": found.table, "scores": scored})  # fmt: skip
    elif form is Format.HTML and out is not None:
        output.say(f"{write_evaluation(found, out)}: {found.table['group'].nunique() - 1:,} 个对象 groups")
    elif out is not None:
        table = found.table if found.scores is None else found.scores.reset_index()
        output.say(f"{write_csv_report(out, table)}: {len(table):,} 行 rows")
    else:
        _print(found)


def _print(found: Evaluation) -> None:
    state = "终稿 final" if found.final else f"暂定 provisional，{found.open:,} 件未结 open"
    output.say(f"{found.period.name}，截至 as of {found.as_of:%Y-%m-%d %H:%M}，{state}")
    for group, rows in found.table.groupby("group", sort=True):
        cells = [_cells(row) for row in rows.to_dict("records")]
        titles = ["指标", "indicator", "公式 formula", "分子 n", "分母 of", "值 value", "95 %", "方法 method", ""]
        output.print_table(_called(str(group), found), titles, cells)
    if found.scores is not None:
        cells = [_score_cells(row, found.names) for row in found.scores.reset_index().to_dict("records")]
        titles = ["单位 unit", "得分 score", "件数 cases", "名次 rank", "", "档次 standing", ""]
        output.print_table("综合考核 Score", titles, cells)


def _cells(row: Mapping[Any, Any]) -> list[object]:
    formula, unit = f"{row['formula_zh']}\n{row['formula_en']}", row["unit"]
    interval = "" if math.isnan(row["low"]) else f"{figure(row['low'], unit)}–{figure(row['high'], unit)}"
    return [row["zh"], row["en"], formula, row["numerator"], row["denominator"], figure(row["value"], unit), interval,
            row["method"] if interval else "", "少 few" if row["small"] else ""]  # fmt: skip


def _called(group: str, found: Evaluation) -> str:
    name = group_name(group, found.names)
    return f"{name} {group}" if group in found.names and found.by == "area" else name


def _score_cells(row: Mapping[Any, Any], names: Mapping[str, str]) -> list[object]:
    rank = "–" if pd.isna(row["rank"]) else int(row["rank"])
    card = "黄牌 yellow card" if row["yellow_card"] else ""
    note = f"{row['note_zh']} {row['note_en']}".strip()
    return [group_name(row["unit"], names), figure(row["score"], ""), row["cases"], rank, card, row["standing"], note]
