"""``gridsys digest``: the week in two pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.domain.period import Period
from gridsys.store import open_store
from gridsys.usecases.evaluate import write_digest

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys digest --week 2026-W42 --out digest.html --as li:district-analyst@110101`"


@app.command("digest", epilog=EXAMPLE)
def run(
    week: Annotated[str, typer.Option(help="ISO week, such as 2026-W42.  周", metavar="WEEK")],
    out: Annotated[Path, typer.Option(help="Page (.html) or text (.txt).  输出文件")] = Path("digest.html"),
    moment: Annotated[
        str | None, typer.Option("--at", help="As of this moment.  截至", show_default="end of the week")
    ] = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the weekly digest: filed, answered, overdue, lights, yellow cards, notable cases (摘报)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        digest = write_digest(actor, store, Period.parse(week), out, as_of=options.moment(moment))
    if as_json:
        output.print_json({"out": out, "week": digest.week.name, "as_of": digest.as_of, "units": digest.units})
    else:
        done, late = int(digest.figures["done"].sum()), int(digest.figures["late"].sum())
        output.say(f"{out}: {done:,} 件办结 done, {late:,} 件超期 late")
