"""``gridsys map``: the offline grid map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.errors import DatumError
from gridsys.render import Basemap
from gridsys.spatial.crs import Datum
from gridsys.store import open_store
from gridsys.usecases.publish import publish_map

app = typer.Typer(rich_markup_mode="markdown")
EXAMPLE = "**Example:** `gridsys map --out index.html --as-of 2026-06-30 --as li:district-administrator@110101`"


@app.command("map", epilog=EXAMPLE)
def draw(
    out: Annotated[Path, typer.Option(help="HTML file to write.  输出")] = Path("index.html"),
    audience: options.AudienceOption = options.Audience.OFFICE,
    title: Annotated[tuple[str, str], typer.Option(help="Title in Chinese and English.")] = ("网格地图", "Grid map"),
    basemap: Annotated[
        str | None,
        typer.Option(
            help="An .mbtiles file (packed into the page), a tile URL with {z} {x} {y}, tianditu or amap; "
            "all but the file are asked over the network when the page is opened.  底图"
        ),
    ] = None,
    basemap_datum: Annotated[
        Datum | None, typer.Option(help="Datum of a file's or URL's tiles.", case_sensitive=False)
    ] = None,
    basemap_credit: Annotated[str | None, typer.Option(help="Words the owner of the tiles asks for.")] = None,
    basemap_token: Annotated[str, typer.Option(help="Token of tianditu.", envvar="TIANDITU_TOKEN")] = "",
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw the grid map: one HTML file that opens anywhere, with no network (格进图)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    tiles = None if basemap is None else _basemap(basemap, basemap_datum, basemap_credit, basemap_token)
    with open_store(settings.database) as store:
        report = publish_map(
            actor, store, out, as_of=options.day(as_of), audience=audience.value, title=title, basemap=tiles
        )
    rate = report.rate.iloc[0]
    if as_json:
        output.print_json(
            {"out": report.path, "bytes": report.size, "grids": len(report.grids_drawn), "incidents": report.incidents,
             "rate": report.rate}
        )  # fmt: skip
    else:
        output.say(
            f"{report.path}: {report.size / 1e6:.2f} MB, 格进图 {rate['linked']:,}/{rate['total']:,} 网格 grids, "
            f"{report.incidents:,} 事件 incidents"
        )


def _basemap(text: str, datum: Datum | None, credit: str | None, token: str) -> Basemap:
    if text == "tianditu":
        return Basemap.tianditu(token)
    if text == "amap":
        return Basemap.amap()
    if datum is None:
        raise DatumError(
            "GS201",
            "the basemap's datum is not declared",
            where=text,
            fix="add --basemap-datum, such as cgcs2000 or gcj02",
        )
    if "://" in text:
        return Basemap.xyz(text, attribution=credit or "", datum=datum)
    return Basemap.from_mbtiles(Path(text), datum=datum, attribution=credit)
