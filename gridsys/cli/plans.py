"""``gridsys plan``: plans of grids, and what moved between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.render import CHANGE_ZH
from gridsys.store import open_store
from gridsys.usecases.imports import Source
from gridsys.usecases.plans import compare_plans, list_plans, report_difference

app = typer.Typer(
    rich_markup_mode="markdown", help="Plans of grids, and what moved between them (划分方案).", no_args_is_help=True
)


@app.command(
    epilog="**Example:** `gridsys plan diff old.gpkg new.gpkg --buildings city.gpkg::buildings --report moved.html "
    "--as li:district-administrator@110101`"
)
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD[::LAYER]", help="Grids before.  原方案")],
    new: Annotated[str, typer.Argument(metavar="NEW[::LAYER]", help="Grids after.  现方案")],
    buildings: Annotated[str | None, typer.Option(metavar="FILE[::LAYER]", help="Weighted objects.  楼栋")] = None,
    weight: Annotated[str, typer.Option(help="Weight column of the objects.  权重字段")] = "households",
    report: Annotated[Path | None, typer.Option(help="HTML page in two colours, CSV beside it.  对照图")] = None,
    datum: options.DatumOption = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell which grid continues which, and what moved (调整对照)."""
    actor = options.acting_user(acting, options.settings_with(None))
    objects = Source(*options.layer_reference(buildings), datum) if buildings else None
    before, after = (Source(*options.layer_reference(text), datum) for text in (old, new))
    found = compare_plans(actor, before, after, buildings=objects, weight=weight)
    if report is not None:
        report_difference(actor, found, report)
    if as_json:
        output.print_json({"moved": found.moved, "share": found.share, "succession": found.succession})
        return
    counts = found.succession["change"].value_counts()
    rows = [[CHANGE_ZH[str(change)], str(change), int(number)] for change, number in counts.items()]
    output.print_table("网格去向 Successions", ["变动", "change", "对 pairs"], rows)
    output.say(f"改属 moved: {found.moved:,.0f} ({found.share:.2%})")


@app.command("list", epilog="**Example:** `gridsys plan list --as li:district-administrator@110101`")
def listing(db: options.Database = None, acting: options.Acting = None, as_json: options.AsJson = False) -> None:
    """List the plans of the database (方案清单)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        plans = list_plans(actor, store)
    if as_json:
        output.print_json({"plans": plans})
    else:
        output.print_table("方案 Plans", [str(name) for name in plans.columns], plans.astype(str).to_numpy().tolist())
