"""``gridsys count``: how many of what, where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.domain.areacode import AreaLevel
from gridsys.errors import InputError
from gridsys.measure.rollup import AGES
from gridsys.store import open_store
from gridsys.usecases.rollup import SUBJECTS, Question, count_records, export_counts

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys count person --level community --by age,sex --as li:district-administrator@110101`"
_SHOWN = 40


@app.command("count", epilog=EXAMPLE)
def count(
    what: Annotated[str, typer.Argument(help=f"What to count 统计对象: {', '.join(SUBJECTS)}, or an item 信息项")],
    level: Annotated[AreaLevel, typer.Option(help="Level of the areas.  级别")] = AreaLevel.GRID,
    by: Annotated[
        str, typer.Option(help="Dimensions: age,sex | relation | kind | use | state | an indicator.  维度")
    ] = "",
    value: Annotated[
        str, typer.Option(help="Number to sum: area_m2 of rooms, floors of buildings, an indicator.  指标")
    ] = "",
    per: Annotated[str, typer.Option(help="Count against this subject.  分母")] = "",
    times: Annotated[float, typer.Option(help="Per how many of them.")] = 1.0,
    ages: Annotated[str, typer.Option(help="First year of each age band.  年龄段")] = ",".join(map(str, AGES)),
    out: Annotated[
        Path | None, typer.Option(help=".csv, .xlsx, .gpkg, .geojson … to write.  输出", show_default=False)
    ] = None,
    audience: options.AudienceOption = options.Audience.OFFICE,
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Count persons, households, rooms … by area, age, sex, kind; what has no place is counted apart (统计)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    day = options.day(as_of)
    question = Question(
        what, level, tuple(filter(None, by.split(","))), value=value, per=per, times=times, ages=_years(ages)
    )
    with open_store(settings.database) as store:
        table = count_records(actor, store, question, as_of=day, audience=audience.value)
        if out is not None:
            export_counts(actor, store, table, out, as_of=day)
    if as_json:
        output.print_json({**table.attrs, "out": out, "rows": table.reset_index()})
        return
    zh, en = table.attrs["unit"]
    flat = table.round(2).reset_index()
    rows = flat.astype(object).where(flat.notna(), "–").to_numpy().tolist()
    output.print_table(f"{zh} {en}, {table.attrs['as_of']}", list(flat.columns), rows[:_SHOWN])
    if len(rows) > _SHOWN:
        output.say(f"… {len(rows) - _SHOWN:,} more 余 {len(rows) - _SHOWN:,} 行")
    if "total" in table.attrs:
        output.say(f"合计 total {table.attrs['total']:,}; 未定位 unplaced {table.attrs['unplaced']:,}")


def _years(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise InputError("GS103", f"{text!r} are no ages", fix="write first years, such as 0,18,60") from error
