"""``gridsys retention``: records whose term is over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.files import read_retention
from gridsys.store import open_store
from gridsys.usecases.retention import apply_retention

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys retention --dry-run --as admin:district-administrator@110101`"


@app.command(epilog=EXAMPLE)
def retention(
    rules: Annotated[
        Path | None, typer.Option(help="TOML file of terms.  保存期限表", show_default="geodata/retention.toml")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only; change nothing.  只统计")] = False,
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Anonymise or delete records that ended longer ago than their term (保存期限).

    What is in force is never touched. Counts of the past stay right; a tombstone says that a record was, not whose.
    """
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    terms = read_retention(rules)
    with open_store(settings.database) as store, output.progress_bars(quiet=as_json) as progress:
        table = apply_retention(actor, store, terms, as_of=options.day(as_of), dry_run=dry_run, progress=progress)
    if as_json:
        output.print_json({"dry_run": dry_run, "rules": table.reset_index()})
        return
    title = "到期记录 Records due" if dry_run else "已处理 Disposed of"
    columns = ["类别 kind", "", "处理 action", "年限 years", "止于 ended by", "记录 records"]
    output.print_table(
        title, columns, [[str(kind), *row] for kind, row in zip(table.index, table.to_numpy().tolist(), strict=True)]
    )
