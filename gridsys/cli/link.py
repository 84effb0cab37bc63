"""``gridsys link``: the chain person → household → house → grid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.files import write_csv_report
from gridsys.store import open_store
from gridsys.usecases.link import link_records

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys link --as-of 2026-06-30 --failures lost.csv --as li:district-administrator@110101`"


@app.command(epilog=EXAMPLE)
def link(
    as_of: options.AsOf = None,
    failures: Annotated[Path | None, typer.Option(help="CSV of every record that did not link.  未关联清单")] = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Link persons, households, rooms and buildings to the grids in force (人进户、户进房、房进格)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        report = link_records(actor, store, as_of=options.day(as_of))
    if failures is not None:
        write_csv_report(failures, report.failures)
    if as_json:
        output.print_json({"rates": report.rates, "reasons": report.reasons, "failures": failures})
    else:
        output.print_rates(report.rates, report.reasons)
