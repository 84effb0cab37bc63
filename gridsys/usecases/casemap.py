"""Publish the map of cases (案件态势图)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd

from gridsys.domain.rights import Action, Actor, require
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.files import require_folder
from gridsys.files.procedures import packaged_procedures
from gridsys.render import GridMap
from gridsys.render.dashboard import case_map
from gridsys.store import Store
from gridsys.usecases.cases import colours
from gridsys.usecases.scope import grids_of


def compose_case_map(
    actor: Actor, store: Store, *, as_of: datetime, audience: Literal["office", "public"] = "office"
) -> GridMap:
    """Return the map of the cases opened by a moment in the actor's area, as they now stand.

    Parameters
    ----------
    actor
        Needs ``publish``; the map shows counts, lights and procedures, no persons and no titles.
    store
        An open database with grids.
    as_of
        The moment of the lights.
    audience
        ``"public"`` shows no single case and withholds counts under 5.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501 to GS504.
    """
    require(actor, Action.PUBLISH, actor.area_code)
    moment = as_of.astimezone(BEIJING)
    with store.begin() as transaction:
        grids, area = grids_of(transaction, actor, moment.date())
        heads = transaction.cases.heads(area=actor.area_code)
        areas = transaction.get("area", as_of=moment.date(), area=area)
        layers = {role: transaction.get(kind, as_of=moment.date(), area=area) for role, kind in _LAYERS.items()}
        transaction.record(actor.name, actor.role, Action.PUBLISH, actor.area_code, {"cases": len(heads)})
    when = pd.Timestamp(as_of).tz_convert("UTC")
    heads = heads[heads["opened_at"] <= when]
    names = {name: (rules.zh, rules.en) for name, rules in packaged_procedures().items()}
    return case_map(
        gpd.GeoDataFrame(grids), heads.assign(light=colours(heads, when)), names, as_of=f"{moment:%Y-%m-%d %H:%M}",
        streets=areas[areas["level"] == "street"], communities=areas[areas["level"] == "community"],
        title=("案件态势图", "Cases at work"), audience=audience,
        note=(
            f"截至 {moment:%Y-%m-%d %H:%M}；案件按网格散布，点位不是发生地",
            f"As of {moment:%Y-%m-%d %H:%M}; cases are spread inside their grid, not at their spot",
        ), **layers,
    )  # fmt: skip


_LAYERS = {"roads": "road", "surfaces": "surface"}


def publish_case_map(
    actor: Actor, store: Store, path: Path, *, as_of: datetime, audience: Literal["office", "public"] = "office"
) -> int:
    """Write the map of cases as one offline HTML file and return its size in bytes.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 when the folder is not there.
    StoreError
        GS501 to GS504.
    RenderError
        GS701.
    """
    require_folder(path)
    return len(compose_case_map(actor, store, as_of=as_of, audience=audience).to_html(path).encode())
