"""Divide areas into grids, and put the plan in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridsys.domain.finding import Finding
from gridsys.domain.progress import Progress, silent
from gridsys.domain.records import GRID
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import Role, read_layer, read_records
from gridsys.spatial.crs import require_projected
from gridsys.spatial.division import Plan, Rule, Window, divide
from gridsys.spatial.findings import findings_frame
from gridsys.spatial.lineage import lineage
from gridsys.store import Store
from gridsys.usecases.imports import Source

ROLES: Final[tuple[Role, ...]] = ("areas", "roads", "barriers", "compounds", "buildings")
"""The layers a division reads; only the first is needed."""
AREA_WEIGHT: Final = "@area"
"""Weight by ground area in m², for objects that carry no number of their own."""


@dataclass(frozen=True)
class DivisionInputs:
    """The frames a division works on, by role (see docs/formats.md), and what reading them found."""

    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame | None = None
    barriers: gpd.GeoDataFrame | None = None
    compounds: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    findings: tuple[Finding, ...] = ()


def read_inputs(actor: Actor, sources: Mapping[Role, Source]) -> DivisionInputs:
    """Read the layers of a division, by role, into one projected CRS.

    Parameters
    ----------
    actor
        Who asks; needs ``divide`` in the actor's own area before any file is opened.
    sources
        A source for ``areas``, and for any other of ``ROLES``.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 to GS107.
    DatumError
        GS201 to GS204.
    """
    require(actor, Action.DIVIDE, actor.area_code)
    layers: dict[str, gpd.GeoDataFrame] = {}
    for role in ROLES:
        if role in sources:
            source = sources[role]
            # The areas come first; every other layer follows into their zone.
            crs = layers["areas"].crs if layers else None
            layers[role] = read_layer(
                source.path, role, layer=source.layer, datum=source.datum, columns=source.columns, crs=crs
            )
    findings = tuple(finding for layer in layers.values() for finding in layer.attrs["findings"])
    return DivisionInputs(**layers, findings=findings)


def plan_in_force(actor: Actor, store: Store, crs: CRS) -> gpd.GeoDataFrame:
    """Return the grids in force, and the codes of those that ended, for a division that continues them.

    Parameters
    ----------
    actor
        Who asks; needs ``divide`` in the actor's own area.
    store
        An open database.
    crs
        The projected CRS of the areas to divide.

    Returns
    -------
    GeoDataFrame
        Frame of kind ``grid`` with ``valid_to``: missing for a grid in force; an ended one has no geometry.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501, GS502.
    """
    require(actor, Action.DIVIDE, actor.area_code)
    with store.begin() as transaction:
        grids = gpd.GeoDataFrame(transaction.get("grid", crs=crs).assign(valid_to=pd.Timestamp("NaT")))
        ended = gpd.GeoDataFrame(transaction.closed_codes().assign(geometry=None), geometry="geometry", crs=crs)
    return gpd.GeoDataFrame(pd.concat([grids, ended])) if len(ended) else grids


def read_previous(source: Source) -> gpd.GeoDataFrame:
    """Read the grids of the plan in force from a file.

    Raises
    ------
    InputError
        GS101 to GS107.
    DatumError
        GS201 to GS204.
    """
    return read_records(source.path, GRID, layer=source.layer, datum=source.datum)


def divide_areas(
    actor: Actor,
    inputs: DivisionInputs,
    *,
    rule: Rule | None = None,
    weight: str = "households",
    previous: gpd.GeoDataFrame | None = None,
    pins: Collection[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Plan:
    """Return a plan of grids for the areas, as the acting user.

    Parameters
    ----------
    actor
        Who asks; needs ``divide`` in every area.
    inputs
        Frames by role, in one projected CRS.
    rule
        Window, count or target area; a window of 300 to 500 households when None.
    weight
        Column to balance, or ``"@area"`` for the ground area of the objects in m².
    previous, pins, seed, progress
        As :func:`gridsys.spatial.division.divide` takes them.

    Raises
    ------
    AccessError
        GS401, GS402.
    DatumError
        GS203.
    DivisionError
        GS301 to GS303.
    InputError
        GS102 to GS106.
    """
    for code in inputs.areas.index:
        require(actor, Action.DIVIDE, str(code))
    buildings = inputs.buildings
    if weight == AREA_WEIGHT and buildings is not None:
        require_projected(buildings, "buildings")
        buildings = buildings.assign(**{AREA_WEIGHT: buildings.geometry.area})
    plan = divide(
        inputs.areas,
        roads=inputs.roads,
        barriers=inputs.barriers,
        compounds=inputs.compounds,
        buildings=buildings,
        weight=weight,
        rule=rule if rule is not None else Window(),
        previous=previous,
        pins=pins,
        seed=seed,
        progress=progress,
    )
    if not inputs.findings:
        return plan
    found = findings_frame(list(inputs.findings), plan.grids.crs)
    return replace(plan, findings=gpd.GeoDataFrame(pd.concat([found, plan.findings], ignore_index=True)))


def enact_plan(actor: Actor, store: Store, plan: Plan, *, name: str, valid_from: date) -> int:
    """Put a plan in force in the database from a day on, and return its number.

    Parameters
    ----------
    actor
        Who asks; needs ``divide`` in every area of the plan.
    store
        An open database.
    plan
        The plan.
    name
        Its name, for people.
    valid_from
        First day in force; the plan before it ends there.

    Raises
    ------
    AccessError
        GS401, GS402.
    StoreError
        GS501 to GS503.
    """
    areas = sorted(plan.areas.index)
    for code in areas:
        require(actor, Action.DIVIDE, code)
    with store.begin() as transaction:
        before = transaction.get("grid", crs=plan.grids.crs)
        replaced = before[before["area_code"].isin(areas)]
        number = transaction.put_plan(name, plan.grids, valid_from=valid_from, parameters=plan.summary, scope=areas)
        if len(replaced):
            transaction.put_succession(number, lineage(replaced, plan.grids, plan.atoms, "weight"))
        transaction.record(
            actor.name,
            actor.role,
            Action.DIVIDE,
            actor.area_code,
            {"plan": number, "name": name, "grids": len(plan.grids)},
        )
    return number
