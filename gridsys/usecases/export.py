"""Export a table to a GIS file that is read back before it is called done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridsys.domain.records import GRID
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import WriteReport, require_folder, require_target, write_csv_report, write_records
from gridsys.spatial.division import Plan
from gridsys.store import Store
from gridsys.usecases.imports import kind_named
from gridsys.usecases.scope import grids_of

_PERSONAL = {"personal", "sensitive"}


def export_records(actor: Actor, store: Store, kind: str, path: Path, *, as_of: date) -> WriteReport:
    """Write the records of a kind in force on a day; the suffix chooses the format.

    Parameters
    ----------
    actor
        Who asks; needs ``export``, and ``read-person`` too for a kind with personal columns.
    store
        An open database.
    kind
        Name of a record kind.
    path
        ``.zip`` (shapefile), ``.gpkg``, ``.geojson``, ``.fgb``, ``.parquet``, ``.xlsx`` or ``.csv``.
    as_of
        The day.

    Raises
    ------
    AccessError
        GS401.
    ExportError
        GS601 to GS603; GS603 before anything is read.
    StoreError
        GS501 to GS504.
    """
    record_kind = kind_named(kind)
    require(actor, Action.EXPORT, actor.area_code)
    if any(field.sensitivity in _PERSONAL for field in record_kind.fields):
        require(actor, Action.READ_PERSON, actor.area_code)
    require_target(path, record_kind)
    with store.begin() as transaction:
        _, area = grids_of(transaction, actor, as_of)
        frame = transaction.get(kind, as_of=as_of, area=area)
        # Before the file: the log may name one that failed, but none stands that it does not name.
        details = {"kind": kind, "rows": len(frame), "file": path.name}
        transaction.record(actor.name, actor.role, Action.EXPORT, actor.area_code, details)
    return write_records(frame, record_kind, path)


def require_outputs(plan: Path, *others: Path | None) -> None:
    """Raise unless a plan and its reports can be written where they are to go; asked before dividing.

    Raises
    ------
    InputError
        GS101 for a folder that is not there.
    ExportError
        GS603 for a suffix that is no format.
    """
    require_target(plan, GRID)
    for path in others:
        if path is not None:
            require_folder(path)


def export_grids(actor: Actor, plan: Plan, path: Path) -> WriteReport:
    """Write the grids of a plan that need not be in force; the suffix chooses the format.

    Raises
    ------
    AccessError
        GS401.
    ExportError
        GS601 to GS603.
    """
    require(actor, Action.EXPORT, actor.area_code)
    return write_records(plan.grids, GRID, path)


def export_findings(findings: gpd.GeoDataFrame, path: Path) -> None:
    """Write findings as CSV, their places as WKT in the frame's CRS.

    Raises
    ------
    InputError
        GS101 when the folder is not there.
    """
    shown = pd.DataFrame(findings.drop(columns="geometry"))
    shown["wkt"] = findings.geometry.to_wkt(rounding_precision=2)
    write_csv_report(path, shown)
