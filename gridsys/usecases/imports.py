"""Import records and items into the database: all of a table or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from gridsys.domain.catalog_records import item_kind, item_named
from gridsys.domain.progress import Progress, silent
from gridsys.domain.records import KINDS, RecordKind
from gridsys.domain.rights import Action, Actor, require
from gridsys.errors import InputError
from gridsys.files import read_mapping, read_records
from gridsys.quality.conformity import require_conform
from gridsys.spatial.crs import Datum
from gridsys.store import PutCounts, Store


@dataclass(frozen=True)
class Source:
    """A table or layer in a file: which, its datum, and how its columns become ours.

    ``mapping`` is a mapping file, for records; ``columns`` gives the file's names of our columns, for layers of a
    division.
    """

    path: Path
    layer: str | None = None
    datum: Datum | None = None
    mapping: Path | None = None
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ImportReport:
    """Rows that fit their kind (or item), and what became of them (nothing, on a dry run)."""

    kind: RecordKind
    checked: int
    written: PutCounts | None


def kind_named(name: str) -> RecordKind:
    """Return the record kind of that name.

    Raises
    ------
    InputError
        GS103 when there is none.

    Examples
    --------
    >>> kind_named("building").zh
    '楼栋'
    """
    if name not in KINDS:
        raise InputError("GS103", f"{name!r} is not a record kind", fix=f"use one of {', '.join(KINDS)}")
    return KINDS[name]


def _require_own_area(actor: Actor, kind: RecordKind, frame: pd.DataFrame) -> None:
    """Raise where a row names an area that is not the actor's; other kinds name none, and linking places them."""
    named = kind.name not in KINDS or kind.name == "posting"
    codes = frame.index if kind.name == "area" else frame["grid_code"].dropna() if named else ()
    for code in sorted(set(codes)):
        require(actor, Action.IMPORT, str(code))


def import_records(
    actor: Actor, store: Store, kind: str, frame: pd.DataFrame, *, valid_from: date, progress: Progress = silent
) -> PutCounts:
    """Check a table and write it in one transaction; run twice, it changes nothing the second time.

    Parameters
    ----------
    actor
        Who asks; needs ``load`` in the actor's own area.
    store
        An open database.
    kind
        Name of a record kind (``gridsys.domain.records.KINDS``), or code or name of an item of the catalog in force.
    frame
        Frame of that kind or item, keyed by its index.
    valid_from
        The day from which the rows hold.

    Returns
    -------
    PutCounts
        Rows inserted, changed and left alone.

    Raises
    ------
    AccessError
        GS401; GS402 for a row of an area that is not the actor's.
    InputError
        GS102 to GS106, naming every bad cell; GS109 for an unknown item.
    StoreError
        GS501 to GS503; GS504 for an item before a catalog is applied.
    """
    require(actor, Action.IMPORT, actor.area_code)
    what = _kind_or_item(store, kind)
    require_conform(frame, what)
    _require_own_area(actor, what, frame)
    return _write(actor, store, what, frame, valid_from=valid_from, source="", progress=progress)


def _kind_or_item(store: Store, name: str) -> RecordKind:
    """Return the record kind of a name, else the item of that code or name in the catalog in force."""
    if name in KINDS:
        return KINDS[name]
    with store.begin(read_only=True) as transaction:
        catalog = transaction.items.catalog
    return item_kind(catalog, item_named(catalog, name))


def _write(
    actor: Actor,
    store: Store,
    kind: RecordKind,
    frame: pd.DataFrame,
    *,
    valid_from: date,
    source: str,
    progress: Progress,
) -> PutCounts:
    with store.begin() as transaction:
        if kind.name in KINDS:
            counts = transaction.put(kind.name, frame, valid_from=valid_from, progress=progress)
        else:
            counts = transaction.items.put(
                kind.name.removeprefix("item_"),
                frame,
                valid_from=valid_from,
                recorded_by=actor.name,
                source=source,
                progress=progress,
            )
        details = {
            "kind": kind.name,
            "inserted": counts.inserted,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
        }
        transaction.record(actor.name, actor.role, Action.IMPORT, actor.area_code, details)
    return counts


def import_file(
    actor: Actor,
    store: Store,
    kind: str,
    source: Source,
    *,
    valid_from: date,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportReport:
    """Read a file and import it as :func:`import_records` does, or only check it.

    Parameters
    ----------
    actor, store, kind, valid_from, progress
        As :func:`import_records` takes them.
    source
        The file.
    dry_run
        Check only; write nothing.

    Raises
    ------
    AccessError
        GS401; GS402 for a row of an area that is not the actor's.
    InputError
        GS101 to GS107, GS109; its ``problems`` are every bad cell with row, column, value, reason and fix.
    DatumError
        GS201 to GS204.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.IMPORT, actor.area_code)
    what = _kind_or_item(store, kind)
    mapping = read_mapping(source.mapping) if source.mapping is not None else None
    frame = read_records(source.path, what, layer=source.layer, datum=source.datum, mapping=mapping)
    _require_own_area(actor, what, frame)
    if dry_run:
        return ImportReport(what, len(frame), None)
    name = source.path.name
    written = _write(actor, store, what, frame, valid_from=valid_from, source=name, progress=progress)
    return ImportReport(what, len(frame), written)
