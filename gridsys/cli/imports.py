"""``gridsys import``: records or items from a file into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.domain.records import KINDS
from gridsys.store import open_store
from gridsys.usecases.imports import Source, import_file

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = (
    """**Example:**
`gridsys import building city.gpkg::buildings --as li:district-administrator@110101`

`gridsys import 3101 covers.xlsx --map covers.toml --dry-run`

Kinds 记录类别: """
    + ", ".join(f"{kind.name} {kind.zh}" for kind in KINDS.values())
    + """; or an item of the catalog
(`gridsys catalog list --json`)"""
)


@app.command("import", epilog=EXAMPLE)
def import_(
    kind: Annotated[str, typer.Argument(help="Record kind, such as building, or an item.  记录类别、信息项")],
    file: Annotated[str, typer.Argument(metavar="FILE[::LAYER]", help="Any vector file, CSV or Excel.")],
    mapping: Annotated[Path | None, typer.Option("--map", help="Mapping file (TOML): their columns → ours.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Check only; write nothing.  只检查")] = False,
    datum: options.DatumOption = None,
    valid_from: options.ValidFrom = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Import records or items: every bad row is named, and it is all or nothing (入库)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    source = Source(*options.layer_reference(file), datum, mapping)
    start = options.day(valid_from)
    with open_store(settings.database) as store, output.progress_bars(quiet=as_json) as progress:
        report = import_file(actor, store, kind, source, valid_from=start, dry_run=dry_run, progress=progress)
    written = report.written
    if as_json:
        counts = {name: getattr(written, name, 0) for name in ("inserted", "changed", "unchanged", "later")}
        output.print_json({"kind": report.kind.name, "file": source.path, "checked": report.checked} | counts)
        return
    fate = (
        "仅检查，未写入 dry run, nothing written"
        if written is None
        else f"新增 inserted {written.inserted:,}, 变更 changed {written.changed:,}, 未变 same {written.unchanged:,}"
    )
    output.say(f"{report.kind.zh} {report.kind.name}: {report.checked:,} 行合格 rows fit; {fate}")
    if written is not None and written.later:
        output.say(
            f"其中 {written.later:,} 行未变而生效日期晚于 {start}，历史不改写 "
            f"{written.later:,} of the rows left alone hold from a day after {start}: history is not moved back"
        )
