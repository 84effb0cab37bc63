"""``gridsys demo``: the whole main job on a synthetic city."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.usecases.checks import all_passed
from gridsys.usecases.demo import DemoReport, run_demo

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = """**Example:** `gridsys demo --out demo-out` (one street, under a minute), then open demo-out/index.html;
`gridsys demo --scale district --out district` for all 17 streets."""


class ScaleOption(StrEnum):
    """Size of the synthetic city."""

    STREET = "street"
    DISTRICT = "district"


def _show(report: DemoReport) -> None:
    output.print_balance(report.balance)
    output.print_rates(report.rates, report.reasons)
    for check in report.checks:
        mark = "[green]PASS[/]" if check.passed else "[bold red]FAIL[/]"
        output.say(f"{mark} {check.zh} {check.name}: {check.detail}")


@app.command(epilog=EXAMPLE)
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write.  输出目录")] = Path("demo-out"),
    scale: Annotated[ScaleOption, typer.Option(help="Size of the city.  规模")] = ScaleOption.STREET,
    seed: Annotated[int, typer.Option(help="Same seed, same city.  随机种子")] = 7,
    db: Annotated[
        str | None,
        typer.Option("--db", metavar="URL", help="Empty database to use.", show_default="SQLite in the folder"),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a synthetic city, divide, load, link, map and export it, and check each step (演示)."""
    with output.progress_bars(quiet=as_json) as progress:
        report = run_demo(out, scale=scale.value, seed=seed, database=db, progress=progress)
    good = sum(check.passed for check in report.checks)
    if as_json:
        output.print_json(report)
    else:
        _show(report)
        total = sum(report.seconds.values())
        output.say(f"{total:.1f} s; open {out / 'index.html'}; figures in {out / 'report.json'}")
        output.say(f"{'PASS' if all_passed(report.checks) else 'FAIL'} {good}/{len(report.checks)}")
    if not all_passed(report.checks):
        raise typer.Exit(1)
