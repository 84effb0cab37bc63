"""What commands print: tables for people on a terminal, one JSON object for programs."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gridsys.domain.linkage import LinkFailure
from gridsys.domain.progress import Progress as ProgressCall
from gridsys.domain.progress import silent
from gridsys.errors import GridsysError
from gridsys.files import jsonable

# Results go to stdout, everything about the work itself to stderr, so that pipes stay clean.
OUT: Final = Console()
ERR: Final = Console(stderr=True)


def print_json(value: object) -> None:
    """Print one JSON object on stdout."""
    sys.stdout.write(json.dumps(jsonable(value), ensure_ascii=False, indent=1) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for place, column in enumerate(columns):
        numeric = all(isinstance(row[place], int | float) for row in rows)
        table.add_column(column, justify="right" if numeric and rows else "left")
    for row in rows:
        table.add_row(*(escape(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    OUT.print(table)


def say(text: str) -> None:
    """Print a line of result for people."""
    OUT.print(text)


def fail(error: GridsysError, *, as_json: bool) -> int:
    """Print an error and return the exit status of its family."""
    if as_json:
        print_json({"error": error.as_dict()})
    else:
        ERR.print(f"[bold red]{error.code}[/] {escape(error.what)}")
        for label, text in (("where 位置", error.where), ("why 原因", error.why), ("fix 处理", error.fix)):
            if text:
                ERR.print(f"  [dim]{label}[/] {escape(text)}")
    return error.exit_code


def fail_unforeseen(error: Exception, *, as_json: bool) -> int:
    """Print an error that is a defect of gridsys, with its trace on stderr, and return the exit status for one."""
    ERR.print("".join(traceback.format_exception(error)), markup=False, highlight=False)
    what, fix = f"a defect of gridsys: {type(error).__name__}: {error}", "please report it with the text printed"
    if as_json:
        print_json({"error": {"code": "", "what": what, "where": "", "why": "", "fix": fix}})
    else:
        ERR.print(f"[bold red]缺陷 defect[/] {escape(what)}\n  [dim]fix 处理[/] {fix}")
    return GridsysError.exit_code


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[ProgressCall]:
    """Yield a progress call that draws one bar per stage on stderr; nothing when quiet."""
    if quiet:
        yield silent
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=ERR, transient=False) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(escape(stage), total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield report


def print_balance(balance: pd.DataFrame, most: int = 20) -> None:
    """Print the balance of a division, a row for each divided area."""
    columns = ["grids", "weight", "lightest", "heaviest"]
    rows = [[code, row["name"], *(round(row[column]) for column in columns)] for code, row in balance.iterrows()]
    titles = ["代码 code", "区域 area", "网格 grids", "权重 weight", "最小 min", "最大 max"]
    print_table("划分结果 Division", titles, rows[:most])
    if len(rows) > most:
        say(f"… {len(rows) - most:,} more 余 {len(rows) - most:,} 个区域")


def print_rates(rates: pd.DataFrame, reasons: pd.DataFrame) -> None:
    """Print the rates of the chain, and why records did not link."""
    rows = [
        [row["zh"], link, int(row["linked"]), int(row["total"]), f"{row['rate']:.3%}" if row["total"] else "–"]
        for link, row in rates.iterrows()
    ]
    print_table("关联率 Chain rates", ["", "link", "已关联 linked", "总数 total", "率 rate"], rows)
    pairs = zip(reasons["reason"], reasons["records"], strict=True)
    lost = [[LinkFailure(reason).zh, reason, int(records)] for reason, records in pairs]
    if lost:
        print_table("未关联 Not linked", ["原因", "reason", "记录 records"], lost)


def print_findings(findings: pd.DataFrame) -> None:
    """Print findings grouped by check: how many, and one of them in words."""
    for (severity, check), group in findings.groupby(["severity", "check"], sort=True):
        first = group.iloc[0]
        colour = {"error": "red", "warning": "yellow"}.get(str(severity), "dim")
        place = f"{first['table']} {first['id']}".strip()
        say(f"[{colour}]{severity}[/] {check} ×{len(group):,}: {escape(place)}: {escape(first['reason'])}")


def print_explanation(explanation: pd.DataFrame) -> None:
    """Print why each area was divided as it was."""
    for code, zh, en in zip(explanation.index, explanation["zh"], explanation["en"], strict=True):
        say(f"[bold]{code}[/] {escape(zh)}\n  [dim]{escape(en)}[/]")
