"""``gridsys link``: the chain person → household → house → grid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.files import read_decisions, require_folder, write_csv_report
from gridsys.store import open_store
from gridsys.usecases.link import decide_links, link_records

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys link --as-of 2026-06-30 --failures lost.csv --as li:district-administrator@110101`"


@app.command(epilog=EXAMPLE)
def link(
    as_of: options.AsOf = None,
    failures: Annotated[Path | None, typer.Option(help="CSV of every record that did not link.  未关联清单")] = None,
    review: Annotated[
        Path | None, typer.Option(help="CSV of what people must decide, with candidates.  待核对清单")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="That CSV, with accept or reject beside rows.  核对结论")
    ] = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Link persons, households, rooms and buildings to the grids in force (人进户、户进房、房进格).

    Records loaded with an address (`gridsys import stated_address`) are linked by it where one place only fits well.
    """
    for path in (failures, review):
        if path is not None:
            require_folder(path)
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    day = options.day(as_of)
    decided = read_decisions(decisions) if decisions is not None else None
    with open_store(settings.database) as store:
        if decided is not None:
            decide_links(actor, store, decided, as_of=day)
        report = link_records(actor, store, as_of=day)
    if failures is not None:
        write_csv_report(failures, report.failures)
    if review is not None:
        write_csv_report(review, report.review)
    waiting = report.review.drop_duplicates(["link", "record_id"])
    if as_json:
        counts = {"failures": failures, "review": review, "for_review": len(waiting)}
        output.print_json({"rates": report.rates, "reasons": report.reasons} | counts)
        return
    output.print_rates(report.rates, report.reasons)
    if len(waiting):
        rows = [[zh, reason, len(group)] for (reason, zh), group in waiting.groupby(["reason", "zh"], sort=True)]
        output.print_table("待人工核对 For review", ["原因", "reason", "记录 records"], rows)
