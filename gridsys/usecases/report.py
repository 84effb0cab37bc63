"""The report of a division: HTML for a planner, JSON for programs."""

from __future__ import annotations

from pathlib import Path

from gridsys.domain.rights import Action, Actor, require
from gridsys.files import write_json, write_text
from gridsys.render import DivisionTables, division_report
from gridsys.spatial.division import Plan
from gridsys.usecases.divide import DivisionInputs


def report_division(
    actor: Actor, plan: Plan, inputs: DivisionInputs, path: Path, *, unit: tuple[str, str] = ("户数", "households")
) -> tuple[Path, Path]:
    """Write the report of a plan as HTML, and the same figures as JSON beside it; return both paths.

    Parameters
    ----------
    actor
        Who asks; needs ``publish`` in the actor's own area.
    plan
        The plan.
    inputs
        What it was made of; roads and buildings are drawn.
    path
        The HTML file; the JSON file has its name and the suffix ``.json``.
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
    tables = DivisionTables(
        grids=plan.grids,
        balance=plan.balance,
        exceptions=plan.exceptions,
        findings=plan.findings,
        proof=plan.proof,
        summary=plan.summary,
        areas=plan.areas,
        roads=inputs.roads,
        buildings=inputs.buildings,
    )
    page = division_report(tables, unit=unit, footer=f"规则 rule: {rule}; 种子 seed: {seed}")
    figures = {
        "summary": plan.summary,
        "balance": plan.balance,
        "grids": plan.grids,
        "exceptions": plan.exceptions,
        "proof": plan.proof,
        "findings": plan.findings,
    }
    return write_text(path, page), write_json(path.with_suffix(".json"), figures)
