"""``gridsys check``: the rules of data quality."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.files import write_csv_report
from gridsys.store import open_store
from gridsys.usecases.export import export_findings
from gridsys.usecases.quality import check_quality, counts_by_rule, map_findings

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys check --out findings.csv --map quality.html --as li:district-administrator@110101`"


@app.command("check", epilog=EXAMPLE)
def check(
    rules: Annotated[Path | None, typer.Option(help="Rules of your own (TOML).  规则文件", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help="CSV of every finding.  问题清单")] = None,
    by_grid: Annotated[Path | None, typer.Option(help="CSV of findings by grid.  分网格统计")] = None,
    page: Annotated[Path | None, typer.Option("--map", help="HTML map of findings by grid.  问题地图")] = None,
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Check the records against the rules of data quality: chain, duplicates, outliers, freshness … (数据质量检查)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    day = options.day(as_of)
    with open_store(settings.database) as store:
        report = check_quality(actor, store, as_of=day, rules=rules)
    if out is not None:
        export_findings(report.findings, out)
    if by_grid is not None:
        write_csv_report(by_grid, report.by_grid.reset_index())
    if page is not None:
        map_findings(actor, report, page, as_of=day)
    rows = counts_by_rule(report)
    if as_json:
        named = [dict(zip(("severity", "zh", "en", "findings"), row, strict=True)) for row in rows]
        output.print_json({"rules": named, "findings": len(report.findings), "out": out, "map": page})
        return
    output.print_table(f"数据质量 Data quality, {day}", ["程度 severity", "规则", "rule", "问题 findings"], rows)
