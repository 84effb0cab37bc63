"""``gridsys atlas``: a page for each grid or community, and an index."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.store import open_store
from gridsys.usecases.atlas import write_atlas

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = (
    "**Example:** `gridsys atlas --out atlas --by community --as-of 2026-06-30 --as li:district-administrator@110101`"
)


class Unit(StrEnum):
    """What has a page."""

    GRID = "grid"
    COMMUNITY = "community"


@app.command("atlas", epilog=EXAMPLE)
def write(
    out: Annotated[Path, typer.Option(help="Folder to write; index.html is its entry.  输出目录")] = Path("atlas"),
    by: Annotated[Unit, typer.Option(help="A page for each of these.  按网格或社区")] = Unit.GRID,
    audience: options.AudienceOption = options.Audience.OFFICE,
    formats: Annotated[
        str, typer.Option("--format", help="Of html, pdf, svg, book (all bound as atlas.pdf), with commas.  格式")
    ] = "html",
    title: Annotated[tuple[str, str], typer.Option(help="Title in Chinese and English.")] = ("网格图册", "Grid atlas"),
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Write an atlas: one page for each grid or community, printable on A4, linked by an index (图册)."""
    chosen = tuple(part.strip() for part in formats.split(","))
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store, output.progress_bars(quiet=as_json) as progress:
        report = write_atlas(
            actor, store, out, as_of=options.day(as_of), by=by.value, audience=audience.value, title=title,
            formats=chosen,  # type: ignore[arg-type] # other words are refused there
             progress=progress,
        )  # fmt: skip
    if as_json:
        output.print_json(
            {"out": report.out, "by": report.by, "files": report.pages, "bytes": report.size, "removed": report.removed}
        )
    else:
        entry = f"; 打开 open {out}/index.html" if "html" in chosen else ""
        output.say(f"{report.out}: {report.pages:,} 个文件 files, {report.size / 1e6:.2f} MB{entry}")
