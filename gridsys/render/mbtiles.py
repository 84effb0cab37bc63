"""Reads picture tiles from an MBTiles file."""

from __future__ import annotations

import base64
import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gridsys.errors import RenderError

_MAGIC: Final = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"RIFF", "webp"))
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Level:
    """Tiles of one zoom: ``z/x/y`` → data URL, and their bytes together."""

    pictures: dict[str, str]
    size: int


@dataclass(frozen=True)
class Tiles:
    """What an MBTiles file holds."""

    path: Path
    attribution: str
    zooms: tuple[int, ...]

    def within(self, zoom: int, tiles: tuple[int, int, int, int]) -> Level:
        """Return the tiles of a zoom from a first to a last column and row, rows counted from the north."""
        west, north, east, south = tiles
        flip = 2**zoom - 1  # the format counts rows from the south
        with _opened(self.path) as connection:
            rows = connection.execute(
                "SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ?"
                " AND tile_column BETWEEN ? AND ? AND tile_row BETWEEN ? AND ? ORDER BY 1, 2",
                (zoom, west, east, flip - south, flip - north),
            ).fetchall()
        pictures = {f"{zoom}/{x}/{flip - y}": _as_url(data, f"{self.path}: {zoom}/{x}/{y}") for x, y, data in rows}
        return Level(pictures, sum(len(data) for _, _, data in rows))


def read_mbtiles(path: Path) -> Tiles:
    """Return what an MBTiles file holds; its attribution without markup.

    Raises
    ------
    RenderError
        GS702 when the file is none.
    """
    with _opened(path) as connection:
        zooms = tuple(int(zoom) for (zoom,) in connection.execute("SELECT DISTINCT zoom_level FROM tiles ORDER BY 1"))
        about = dict(connection.execute("SELECT name, value FROM metadata").fetchall())
    return Tiles(path, html.unescape(_TAG.sub("", str(about.get("attribution", "")))), zooms)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise RenderError(
            "GS702", "the basemap is not an MBTiles file", where=str(path), why=str(error),
            fix="give an .mbtiles file of PNG, JPEG or WebP tiles",
        ) from error  # fmt: skip


def _as_url(data: object, where: str) -> str:
    for magic, kind in _MAGIC:
        if isinstance(data, bytes) and data.startswith(magic):
            return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    raise RenderError(
        "GS702", "a tile is no picture", where=where, why="vector tiles cannot be drawn here",
        fix="give PNG, JPEG or WebP tiles",
    )  # fmt: skip
