"""``gridsys divide``: areas, roads and buildings in, grids out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from gridsys.cli import options, output
from gridsys.errors import InputError
from gridsys.measure import explain_division, unit_grid_size
from gridsys.spatial.division import Count, Plan, Rule, TargetArea, Window
from gridsys.store import open_store
from gridsys.usecases.divide import (
    AREA_WEIGHT,
    ROLES,
    divide_areas,
    enact_plan,
    plan_in_force,
    read_inputs,
    read_previous,
)
from gridsys.usecases.export import export_findings, export_grids, require_outputs
from gridsys.usecases.imports import Source
from gridsys.usecases.report import report_division

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = """**Example:**
`gridsys divide city.gpkg::communities --roads city.gpkg::roads --buildings city.gpkg::buildings
--window 300 500 --out grids.gpkg --as li:district-administrator@110101`

A layer in a file of many is written FILE::LAYER. 一个文件有多个图层时写作 文件::图层。"""

LAYER: Final = "FILE[::LAYER]"
UNITS: Final = {"households": ("户数", "households"), AREA_WEIGHT: ("占地 m²", "ground area, m²")}


def _rule(
    window: tuple[float, float] | None, count: int | None, target_area: float | None, *, split_blocks: bool
) -> Rule:
    given = {"--window": window, "--count": count, "--target-area": target_area}
    named = [name for name, value in given.items() if value]
    if len(named) > 1:
        raise InputError("GS103", f"{' and '.join(named)} contradict each other", fix="name one of them")
    if split_blocks and not target_area:
        raise InputError("GS103", "--split-blocks is for unit grids", fix="give --target-area too, or leave it out")
    if count:
        return Count(count)
    if target_area:
        return TargetArea(target_area, split_blocks)
    return Window(*window) if window else Window()


def _show(plan: Plan, written: str) -> None:
    output.print_balance(plan.balance)
    output.print_findings(plan.findings)
    output.say(f"{len(plan.grids):,} 个网格 grids → {written}")


def _show_size(plan: Plan, rule: TargetArea) -> None:
    size = unit_grid_size(plan.grids, plan.atoms, rule.m2)
    for text in size.sentences():
        output.say(text)
    if size.large_blocks and not rule.split:
        output.say("--split-blocks 可在楼栋之间切分大街块 splits large blocks between their buildings")


@app.command(epilog=EXAMPLE)
def divide(
    areas: Annotated[
        str, typer.Argument(metavar="AREAS[::LAYER]", help="Streets or communities to divide.  待划分区域")
    ],
    out: Annotated[Path, typer.Option(help="File to write: .gpkg, .zip (shapefile), .geojson …  输出")],
    roads: Annotated[
        str | None, typer.Option(metavar="FILE[::LAYER]", help="Road lines; grids follow them.  道路")
    ] = None,
    barriers: Annotated[str | None, typer.Option(metavar=LAYER, help="Rail, water, walls.  屏障")] = None,
    compounds: Annotated[
        str | None, typer.Option(metavar="FILE[::LAYER]", help="Compounds no limit may cut.  小区院落")
    ] = None,
    buildings: Annotated[
        str | None, typer.Option(metavar="FILE[::LAYER]", help="Buildings or other weighted objects.  楼栋")
    ] = None,
    code_column: Annotated[
        str | None, typer.Option(help="The areas' column of codes.  代码字段", show_default="code")
    ] = None,
    name_column: Annotated[
        str | None, typer.Option(help="The areas' column of names.  名称字段", show_default="name")
    ] = None,
    weight: Annotated[str, typer.Option(help="Column to balance, or @area.  权重字段")] = "households",
    window: Annotated[
        tuple[float, float] | None, typer.Option(help="Lightest and heaviest grid.  权重区间", show_default="300 500")
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Total number of grids.  网格总数")] = None,
    target_area: Annotated[float | None, typer.Option(min=1, help="Area of a unit grid in m².  单元网格面积")] = None,
    split_blocks: Annotated[
        bool, typer.Option("--split-blocks", help="Unit grids: split large blocks between buildings.  切分大街块")
    ] = False,
    previous: Annotated[
        str | None, typer.Option(metavar="FILE[::LAYER]", help="Plan in force; its codes go on.  现行方案")
    ] = None,
    continue_plan: Annotated[bool, typer.Option(help="Continue the database's plan.  延续库中现行方案")] = False,
    pin: Annotated[list[str] | None, typer.Option(help="Grid code that must stay as it is; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same grids.")] = 0,
    findings: Annotated[Path | None, typer.Option(help="CSV of every finding about the input.  问题清单")] = None,
    explain: Annotated[bool, typer.Option(help="Say why, area by area.  说明理由")] = False,
    report: Annotated[Path | None, typer.Option(help="Report: HTML, and JSON beside it.  划分报告")] = None,
    datum: options.DatumOption = None,
    db: options.Database = None,
    enact: Annotated[bool, typer.Option(help="Put the plan in force in the database.  在数据库中启用")] = False,
    name: Annotated[str, typer.Option(help="Name of the plan in the database.")] = "plan",
    valid_from: options.ValidFrom = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Divide areas into balanced, seamless, road-following grids (划分网格)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    rule = _rule(window, count, target_area, split_blocks=split_blocks)
    first_day = options.day(valid_from)
    require_outputs(out, report, findings)
    given = dict(zip(ROLES, (areas, roads, barriers, compounds, buildings), strict=True))
    sources = {role: Source(*options.layer_reference(text), datum) for role, text in given.items() if text}
    renamed = {"code": code_column, "name": name_column}
    sources["areas"] = replace(sources["areas"], columns={ours: theirs for ours, theirs in renamed.items() if theirs})
    inputs = read_inputs(actor, sources)
    before = read_previous(Source(*options.layer_reference(previous), datum)) if previous else None
    if continue_plan:
        with open_store(settings.database) as store:
            before = plan_in_force(actor, store, inputs.areas.crs)
    with output.progress_bars(quiet=as_json) as progress:
        plan = divide_areas(
            actor, inputs, rule=rule, weight=weight, previous=before,
            pins=tuple(pin or ()), seed=seed, progress=progress,
        )  # fmt: skip
    written = export_grids(actor, plan, out)
    if report is not None:
        report_division(actor, plan, inputs, report, unit=UNITS.get(weight, ("权重", weight)))
    if findings is not None:
        export_findings(plan.findings, findings)
    number = None
    if enact:
        with open_store(settings.database) as store:
            number = enact_plan(actor, store, plan, name=name, valid_from=first_day)
    if as_json:
        result = {"grids": len(plan.grids), "out": written.path, "plan": number, "summary": plan.summary}
        result["unit_grids"] = unit_grid_size(plan.grids, plan.atoms, rule.m2) if isinstance(rule, TargetArea) else None
        result["explanation"] = explain_division(plan.balance, plan.exceptions, rule) if explain else None
        tables = {"balance": plan.balance, "exceptions": plan.exceptions}
        output.print_json(result | tables | {"findings": plan.findings.drop(columns="geometry")})
    else:
        _show(plan, str(written.path))
        if isinstance(rule, TargetArea):
            _show_size(plan, rule)
        if explain:
            output.print_explanation(explain_division(plan.balance, plan.exceptions, rule))
