"""Compare plans: which grid continues which, and what moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridsys.domain.records import GRID
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import read_layer, read_records, require_folder, write_csv_report, write_text
from gridsys.render import difference_page
from gridsys.spatial.lineage import lineage
from gridsys.store import Store
from gridsys.usecases.imports import Source


@dataclass(frozen=True)
class PlanDifference:
    """Two plans, how one follows from the other, and how much changed grid.

    ``succession`` has the columns of :func:`gridsys.spatial.lineage.lineage`; ``moved`` is the weight in other grids
    than before (0 when there is no layer of weights), ``share`` that of all weight, or of all area without weights.
    """

    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    succession: pd.DataFrame
    moved: float
    share: float


def compare_plans(
    actor: Actor, old: Source, new: Source, *, buildings: Source | None = None, weight: str = "households"
) -> PlanDifference:
    """Read two plans from files and return what moved between them.

    Parameters
    ----------
    actor
        Who asks; needs ``read`` in every area of both plans.
    old, new
        Files of kind ``grid``.
    buildings
        Weighted objects; without them, moves are told by area alone.
    weight
        Weight column of ``buildings``.

    Raises
    ------
    AccessError
        GS401, GS402.
    InputError
        GS101 to GS107.
    DatumError
        GS201 to GS205.
    """
    require(actor, Action.READ, actor.area_code)
    before, after = (
        gpd.GeoDataFrame(read_records(one.path, GRID, layer=one.layer, datum=one.datum)) for one in (old, new)
    )
    for code in pd.concat([before["area_code"], after["area_code"]]).unique():
        require(actor, Action.READ, code)
    objects = None
    if buildings is not None:
        objects = read_layer(buildings.path, "buildings", layer=buildings.layer, datum=buildings.datum, crs=before.crs)
    succession = lineage(before, after, objects, weight)
    changed = succession["change"] != "kept"
    measure = succession["weight"] if objects is not None else succession["area_m2"]
    total = float(measure.sum())
    moved = float(succession["weight"][changed].sum())
    return PlanDifference(before, after, succession, moved, float(measure[changed].sum()) / total if total else 0.0)


def report_difference(
    actor: Actor, difference: PlanDifference, path: Path, *, unit: tuple[str, str] = ("户数", "households")
) -> tuple[Path, Path]:
    """Write the comparison as an HTML page, and the succession as CSV beside it; return both paths.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 when the folder does not exist.
    """
    require(actor, Action.PUBLISH, actor.area_code)
    require_folder(path)
    page = difference_page(difference.old, difference.new, difference.succession, unit=unit)
    return write_text(path, page), write_csv_report(path.with_suffix(".csv"), difference.succession)


def list_plans(actor: Actor, store: Store) -> pd.DataFrame:
    """Return the plans of the database that opened grids in the acting user's area.

    ``grids`` and ``in_force`` count all grids of such a plan, the user's or not.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501, GS502.
    """
    require(actor, Action.READ, actor.area_code)
    with store.begin() as transaction:
        return transaction.plans(actor.area_code)
