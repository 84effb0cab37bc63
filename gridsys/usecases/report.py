"""The report of a division: HTML for a planner, JSON for programs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import geopandas as gpd

from gridsys.domain.rights import Action, Actor, require
from gridsys.files import write_json, write_text
from gridsys.render import DivisionTables, GridMap, division_report, plan_map
from gridsys.spatial.division import Plan
from gridsys.usecases.divide import DivisionInputs


def report_division(
    actor: Actor, plan: Plan, inputs: DivisionInputs, path: Path, *, unit: tuple[str, str] = ("户数", "households")
) -> tuple[Path, Path, Path]:
    """Write the report of a plan as HTML, beside it the same figures as JSON and the plan as a map; return the paths.

    Parameters
    ----------
    actor
        Who asks; needs ``publish`` in the actor's own area.
    plan
        The plan.
    inputs
        What it was made of; roads and buildings are drawn.
    path
        The HTML file; the JSON file has its name and the suffix ``.json``, the map ends in
        ``-map.html``.
    unit
        What the weight counts, in Chinese and English.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 when the folder does not exist.
    """
    require(actor, Action.PUBLISH, actor.area_code)
    rule, seed = plan.summary["rule"], plan.summary["seed"]
    tables = _tables(plan, inputs.roads, inputs.buildings)
    drawn = path.with_name(f"{path.stem}-map.html")
    footer = f"规则 rule: {rule}; 种子 seed: {seed}"
    page = division_report(tables, unit=unit, footer=footer, map_link=quote(drawn.name))
    figures = {
        "summary": plan.summary,
        "balance": plan.balance,
        "grids": plan.grids,
        "exceptions": plan.exceptions,
        "proof": plan.proof,
        "findings": plan.findings,
    }
    written = write_text(path, page), write_json(path.with_suffix(".json"), figures)
    return *written, write_text(drawn, plan_map(tables, unit=unit).to_html())


def map_division(
    plan: Plan,
    *,
    roads: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    unit: tuple[str, str] = ("户数", "households"),
    as_of: str = "",
) -> GridMap:
    """Return a plan as a map: deviation from each area's mean, and why a grid is an exception; it shows itself.

    Parameters
    ----------
    plan
        The plan.
    roads, buildings
        Drawn for orientation where they are frames of kind ``road`` and ``building``.
    unit
        What the weight counts, in Chinese and English.
    as_of
        Day of the legend.
    """
    return plan_map(_tables(plan, roads, buildings), unit=unit, as_of=as_of)


def _tables(plan: Plan, roads: gpd.GeoDataFrame | None, buildings: gpd.GeoDataFrame | None) -> DivisionTables:
    return DivisionTables(
        grids=plan.grids,
        balance=plan.balance,
        exceptions=plan.exceptions,
        findings=plan.findings,
        proof=plan.proof,
        summary=plan.summary,
        areas=plan.areas,
        roads=roads,
        buildings=buildings,
    )
