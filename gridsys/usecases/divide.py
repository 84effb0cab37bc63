"""Divide areas into grids, and put the plan in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import geopandas as gpd

from gridsys.domain.progress import Progress, silent
from gridsys.domain.rights import Action, Actor, require
from gridsys.spatial.division import Plan, Rule, Window, divide
from gridsys.store import Store


@dataclass(frozen=True)
class DivisionInputs:
    """The frames a division works on, by role (see docs/formats.md)."""

    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame | None = None
    barriers: gpd.GeoDataFrame | None = None
    compounds: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None


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
    weight, previous, pins, seed, progress
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
    return divide(
        inputs.areas,
        roads=inputs.roads,
        barriers=inputs.barriers,
        compounds=inputs.compounds,
        buildings=inputs.buildings,
        weight=weight,
        rule=rule if rule is not None else Window(),
        previous=previous,
        pins=pins,
        seed=seed,
        progress=progress,
    )


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
    areas = sorted(plan.grids["area_code"].unique())
    for code in areas:
        require(actor, Action.DIVIDE, code)
    with store.begin() as transaction:
        number = transaction.put_plan(name, plan.grids, valid_from=valid_from, parameters=plan.summary)
        transaction.record(
            actor.name,
            actor.role,
            Action.DIVIDE,
            actor.area_code,
            {"plan": number, "name": name, "grids": len(plan.grids)},
        )
    return number
