"""``gridsys load``: records from a file into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.domain.records import KINDS
from gridsys.errors import InputError
from gridsys.files import read_mapping, read_records
from gridsys.store import open_store
from gridsys.usecases.load import check_records_only, load_records

EXAMPLE = """**Example:**
`gridsys load building city.gpkg::buildings --as li:district-administrator@110101`

Kinds 记录类别: """ + ", ".join(f"{kind.name} {kind.zh}" for kind in KINDS.values())


def load(
    kind: Annotated[str, typer.Argument(help="Record kind, such as building or person.  记录类别")],
    file: Annotated[str, typer.Argument(metavar="FILE[::LAYER]", help="Any vector file, CSV or Excel.")],
    mapping: Annotated[
        Path | None, typer.Option("--map", help="Mapping file (TOML): the file's columns → ours.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Check only; write nothing.  只检查")] = False,
    datum: options.DatumOption = None,
    valid_from: options.ValidFrom = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Load records: every bad row is named, and it is all or nothing (入库)."""
    if kind not in KINDS:
        raise InputError("GS103", f"{kind!r} is not a record kind", fix=f"use one of {', '.join(KINDS)}")
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    path, layer = options.layer_reference(file)
    columns = read_mapping(mapping) if mapping is not None else None
    frame = read_records(path, KINDS[kind], layer=layer, datum=datum, mapping=columns)
    if dry_run:
        check_records_only(actor, kind, frame)
        counts = {"checked": len(frame), "inserted": 0, "changed": 0, "unchanged": 0}
    else:
        with open_store(settings.database) as store, output.progress_bars(quiet=as_json) as progress:
            done = load_records(actor, store, kind, frame, valid_from=options.day(valid_from), progress=progress)
        counts = {
            "checked": len(frame), "inserted": done.inserted, "changed": done.changed, "unchanged": done.unchanged,
        }  # fmt: skip
    if as_json:
        output.print_json({"kind": kind, "file": path} | counts)
    else:
        output.say(
            f"{KINDS[kind].zh} {kind}: {counts['checked']:,} 行合格 rows fit; 新增 inserted {counts['inserted']:,}, "
            f"变更 changed {counts['changed']:,}, 未变 unchanged {counts['unchanged']:,}"
            + ("  (仅检查 dry run)" if dry_run else "")
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EXAMPLE)(load)
