"""``gridsys export``: GIS files, read back before they are called done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.store import open_store
from gridsys.usecases.export import export_records

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys export grid grids.zip --as li:district-administrator@110101` (a zipped shapefile)"


@app.command(epilog=EXAMPLE)
def export(
    kind: Annotated[str, typer.Argument(help="Record kind, such as grid or building.  记录类别")],
    path: Annotated[Path, typer.Argument(help=".zip (shapefile) .gpkg .geojson .fgb .parquet .xlsx .csv")],
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Export a table; the file is read back and compared cell by cell (导出)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        report = export_records(actor, store, kind, path, as_of=options.day(as_of))
    if as_json:
        output.print_json({"out": report.path, "rows": report.rows, "cells_compared": report.cells_compared})
    else:
        output.say(
            f"{report.path}: {report.rows:,} 行 rows; 回读比对 {report.cells_compared:,} 格一致 cells read back equal"
        )
