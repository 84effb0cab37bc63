"""Publish the grid map: one HTML file, read back before it is called done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from gridsys.domain.linkage import LinkFailure
from gridsys.domain.matters import INCIDENT_KINDS
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import require_folder
from gridsys.measure import grid_profile
from gridsys.render import Basemap, GridMap, Indicator, read_page
from gridsys.store import Store, Transaction
from gridsys.usecases.link import display_rate, kept_rates
from gridsys.usecases.scope import grids_of

_LAYERS: Final = ("area", "road", "surface", "building", "incident", "posting", "component")


@dataclass(frozen=True)
class MapReport:
    """What was published: where, how large, and whether everything that should be on the map is (格进图)."""

    path: Path
    size: int
    grids_drawn: tuple[str, ...]
    missing: pd.DataFrame
    incidents: int
    rate: pd.DataFrame


def _indicators(as_of: date) -> list[Indicator]:
    day = as_of.isoformat()
    return [
        Indicator(
            "incidents_per_1000_households",
            "每千户事件数",
            "Incidents per 1,000 households",
            "‰",
            day,
            of=("incidents", "households"),
        ),
        Indicator("incidents", "事件数", "Incidents", "件", day),
        Indicator("households", "户数", "Households", "户", day),
        Indicator("persons", "人数", "Persons", "人", day),
    ]


def _profile(
    transaction: Transaction,
    grids: gpd.GeoDataFrame,
    placement: pd.DataFrame,
    incidents: gpd.GeoDataFrame,
    as_of: date,
) -> pd.DataFrame:
    rooms = transaction.get("room", as_of=as_of, columns=["building_id"])
    return grid_profile(
        grids,
        residence=transaction.get_links("residence", as_of=as_of),
        occupancy=transaction.get_links("occupancy", as_of=as_of),
        siting=rooms.dropna(),
        placement=placement,
        incidents=incidents,
    )


def compose_map(
    actor: Actor,
    store: Store,
    *,
    as_of: date,
    audience: Literal["office", "public"] = "office",
    title: tuple[str, str] = ("网格地图", "Grid map"),
    basemap: Basemap | None = None,
) -> GridMap:
    """Return the map of all that is in force on a day in the actor's area; it shows itself in Jupyter.

    Parameters
    ----------
    actor
        Who asks; needs ``publish``. The map holds the actor's area only, and counts, never persons.
    store
        An open database whose records are linked.
    as_of
        The day.
    audience
        ``"public"`` suppresses counts under 5.
    title
        In Chinese and English.
    basemap
        Tiles under the grids; None: nothing but our own layers.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501 to GS504.
    """
    require(actor, Action.PUBLISH, actor.area_code)
    with store.begin() as transaction:
        grids, area = grids_of(transaction, actor, as_of)
        layers: dict[str, Any] = {kind: transaction.get(kind, as_of=as_of, area=area) for kind in _LAYERS}
        placement = transaction.get_links("placement", as_of=as_of)
        profile = _profile(transaction, grids, placement, layers["incident"], as_of)
        chain = kept_rates(transaction, as_of, grids=len(grids)) if area is None else None
        details = {"audience": audience, "as_of": as_of.isoformat()}
        transaction.record(actor.name, actor.role, Action.PUBLISH, actor.area_code, details)
    buildings = layers["building"]
    areas = layers["area"]
    return GridMap(
        grids.join(profile),
        streets=areas[areas["level"] == "street"],
        communities=areas[areas["level"] == "community"],
        roads=layers["road"],
        surfaces=layers["surface"],
        buildings=buildings[buildings.index.isin(placement.index)],
        incidents=layers["incident"],
        components=layers["component"].rename(columns={"name": "kind"}),
        indicators=_indicators(as_of),
        details=profile[["rooms", "buildings"]],
        chain=chain,
        postings=layers["posting"],
        incident_kinds=INCIDENT_KINDS,
        title=title,
        note=(f"数据截至 {as_of}；坐标 CGCS2000", f"Data as of {as_of}; CGCS2000 coordinates"),
        audience=audience,
        basemap=basemap,
    )


def publish_map(
    actor: Actor,
    store: Store,
    path: Path,
    *,
    as_of: date,
    audience: Literal["office", "public"] = "office",
    title: tuple[str, str] = ("网格地图", "Grid map"),
    basemap: Basemap | None = None,
) -> MapReport:
    """Write the map as one offline HTML file, read it back, and report 格进图.

    Parameters
    ----------
    actor, store, as_of, audience, title, basemap
        As :func:`compose_map` takes them.
    path
        The file to write.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 when the folder is not there, before anything is read.
    StoreError
        GS501 to GS504.
    RenderError
        GS701; GS702 for a basemap that cannot be used.
    """
    require_folder(path)
    page = compose_map(actor, store, as_of=as_of, audience=audience, title=title, basemap=basemap)
    text = page.to_html(path)
    content = read_page(text)
    with store.begin() as transaction:
        in_force = grids_of(transaction, actor, as_of)[0].index
    drawn = tuple(content["grids"])
    absent = in_force.difference(pd.Index(drawn))
    missing = pd.DataFrame({"table": "grid", "id": absent, "reason": LinkFailure.GRID_NOT_DRAWN.value})
    return MapReport(
        path, len(text.encode()), drawn, missing, int(content["incidents"]), display_rate(len(in_force), len(drawn))
    )
