"""``gridsys map``: the offline grid map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.store import open_store
from gridsys.usecases.publish import publish_map

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys map --out index.html --as-of 2026-06-30 --as li:district-administrator@110101`"


@app.command("map", epilog=EXAMPLE)
def draw(
    out: Annotated[Path, typer.Option(help="HTML file to write.  输出")] = Path("index.html"),
    audience: options.AudienceOption = options.Audience.OFFICE,
    title: Annotated[tuple[str, str], typer.Option(help="Title in Chinese and English.")] = ("网格地图", "Grid map"),
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw the grid map: one HTML file that opens anywhere, with no network (格进图)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        report = publish_map(actor, store, out, as_of=options.day(as_of), audience=audience.value, title=title)
    rate = report.rate.iloc[0]
    if as_json:
        output.print_json(
            {"out": report.path, "bytes": report.size, "grids": len(report.grids_drawn), "incidents": report.incidents,
             "rate": report.rate}
        )  # fmt: skip
    else:
        output.say(
            f"{report.path}: {report.size / 1e6:.2f} MB, 格进图 {rate['linked']:,}/{rate['total']:,} 网格 grids, "
            f"{report.incidents:,} 事件 incidents"
        )
