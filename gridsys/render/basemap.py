"""A basemap under the grids: tiles of a local file packed into the page, or of a server the user opted in to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely

from gridsys.errors import RenderError
from gridsys.render.codec import Packer
from gridsys.render.local import EARTH_RADIUS, LocalFrame
from gridsys.render.mbtiles import Tiles, read_mbtiles
from gridsys.spatial.datum import Datum, to_wgs84

MOST_BYTES: Final = 6_000_000
"""Tile bytes a page may carry unless told otherwise."""
_DEEPEST: Final = 20
_HALF: Final = np.pi * EARTH_RADIUS
_STEP: Final = 500.0
"""Distance of the nodes of the shift, mercator metres; bilinear between them is true to centimetres."""
_MARGIN: Final = 2_000.0
_MOST_NODES: Final = 256
_LOOPBACK: Final = {"localhost", "127.0.0.1"}
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9:/?#@!$&()*+,=._~%{}\[\]-]+")
_PLACES: Final = ("{z}", "{x}", "{y}")


@dataclass(frozen=True)
class Basemap:
    """Tiles in web mercator, and the datum they are in.

    Made by :meth:`from_mbtiles`, :meth:`xyz`, :meth:`tianditu` or :meth:`amap`.

    Attributes
    ----------
    attribution
        What the owner asks to be shown on the map; shown as text, whatever it holds.
    datum
        Of the tiles; GCJ-02 tiles are shifted under the data, true to a metre.
    urls
        Templates with ``{z}``, ``{x}``, ``{y}`` and perhaps ``{s}``, drawn one over the other; empty for a file.
    """

    attribution: str
    datum: Datum
    urls: tuple[str, ...] = ()
    subdomains: tuple[str, ...] = ()
    file: Path | None = None
    zooms: tuple[int, ...] | None = None
    most_bytes: int = MOST_BYTES
    origins: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Refuse what cannot be placed, or would ask another host than it says."""
        if self.datum is Datum.BD09:
            raise RenderError("GS702", "Baidu's tiles lie in a scheme of their own", fix="use tiles in web mercator")
        found = (origin for url in self.urls for origin in _origins(url, self.subdomains))
        object.__setattr__(self, "origins", tuple(dict.fromkeys(found)))

    @classmethod
    def from_mbtiles(
        cls,
        path: str | Path,
        *,
        datum: Datum,
        attribution: str | None = None,
        zooms: Sequence[int] | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> Basemap:
        """Return the basemap of a local MBTiles file of pictures; its tiles of the area go into the page.

        Parameters
        ----------
        path
            The file; PNG, JPEG or WebP tiles.
        datum
            Of the tiles. The format does not say it.
        attribution
            None: the file's own.
        zooms
            Zooms to pack. None: from the one that shows the area whole, as deep as ``most_bytes`` allows.
        most_bytes
            Most bytes of tiles in the page.
        """
        own = read_mbtiles(Path(path)).attribution if attribution is None else attribution
        return cls(
            own, datum, file=Path(path), zooms=tuple(zooms) if zooms is not None else None, most_bytes=most_bytes
        )

    @classmethod
    def xyz(cls, url: str, *, attribution: str, datum: Datum, subdomains: Sequence[str] = ()) -> Basemap:
        """Return the basemap of a tile server, asked by everybody who opens the page.

        Raises
        ------
        RenderError
            GS702 when the URL is not https (http is taken on this machine only), or lacks a part.

        Examples
        --------
        >>> Basemap.xyz("https://tiles.example.cn/{z}/{x}/{y}.png", attribution="例", datum=Datum.CGCS2000).origins
        ('https://tiles.example.cn',)
        """
        return cls(attribution, datum, (url,), tuple(subdomains))

    @classmethod
    def tianditu(cls, token: str) -> Basemap:
        """Return 天地图 (CGCS2000): the vector map and its Chinese labels. The token can be read in the page.

        Raises
        ------
        RenderError
            GS702 without a token.
        """
        if not re.fullmatch(r"[0-9A-Za-z]+", token):
            raise RenderError(
                "GS702", "天地图 asks for a token of letters and digits", where="token",
                fix="apply for a browser token at console.tianditu.gov.cn and give it with --basemap-token",
            )  # fmt: skip
        server = "https://t{s}.tianditu.gov.cn/DataServer?T={layer}&x={{x}}&y={{y}}&l={{z}}&tk={token}"
        urls = tuple(server.format(s="{s}", layer=layer, token=token) for layer in ("vec_w", "cva_w"))
        return cls("© 天地图 国家地理信息公共服务平台", Datum.CGCS2000, urls, tuple("01234567"))

    @classmethod
    def amap(cls) -> Basemap:
        """Return 高德 (GCJ-02), shifted under the data."""
        url = "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
        return cls("© 高德地图 AutoNavi", Datum.GCJ02, (url,), tuple("1234"))

    def pack(self, packer: Packer, grids: gpd.GeoDataFrame, local: LocalFrame) -> dict[str, Any]:
        """Pack the tiles of the grids' extent, and the shift of their datum; return the header's part.

        Raises
        ------
        RenderError
            GS702 when the file has no tile here, or the tiles would swell the page.
        """
        west, north, east, south = _extent(grids, local)
        header: dict[str, Any] = {
            "attribution": self.attribution, "datum": self.datum.value, "deepest": 18,
            "urls": self.urls, "subdomains": self.subdomains,
            "hosts": [origin.split("//")[1] for origin in self.origins],
        }  # fmt: skip
        if self.datum is Datum.GCJ02:
            header["shift"] = _pack_shift(packer, local, east - west, north - south)
        if self.file is not None:
            # The shift of a datum is under a kilometre: enough around the area for either.
            box = (west - _MARGIN / 2, south - _MARGIN / 2, east + _MARGIN / 2, north + _MARGIN / 2)
            header |= self._packed(read_mbtiles(self.file), box)
        return header

    def _packed(self, tiles: Tiles, box: tuple[float, float, float, float]) -> dict[str, Any]:
        whole = int(np.clip(np.floor(np.log2(2 * _HALF / max(box[2] - box[0], box[3] - box[1]))), 0, _DEEPEST))
        wanted = self.zooms if self.zooms is not None else [zoom for zoom in tiles.zooms if zoom >= whole + 1]
        held: dict[str, str] = {}
        size = 0
        zooms: list[int] = []
        for zoom in sorted(wanted) or list(tiles.zooms[-1:]):
            level = tiles.within(zoom, tile_range(zoom, box))
            if self.zooms is None and zooms and size + level.size > self.most_bytes:
                break
            size += level.size
            if size > self.most_bytes:
                raise RenderError(
                    "GS702", f"{size / 1e6:.1f} MB of tiles down to zoom {zoom} would swell the page",
                    where=str(self.file), fix=f"ask for fewer zooms, or allow more than {self.most_bytes / 1e6:.1f} MB",
                )  # fmt: skip
            if level.pictures:
                zooms.append(zoom)
                held |= level.pictures
        if not held:
            raise RenderError(
                "GS702", "the file has no tile of this area", where=str(self.file),
                why=f"its zooms are {', '.join(map(str, tiles.zooms)) or 'none'}", fix="give a file of this area",
            )  # fmt: skip
        return {"tiles": held, "zooms": zooms, "deepest": max(zooms)}


def tile_range(zoom: int, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """Return the columns and rows (first and last, rows from the north) of the tiles a mercator box touches.

    Examples
    --------
    >>> tile_range(1, (1.0, 1.0, 2.0, 2.0))
    (1, 0, 1, 0)
    """
    size, last = 2 * _HALF / 2**zoom, 2**zoom - 1
    edges = ((box[0] + _HALF) / size, (_HALF - box[3]) / size, (box[2] + _HALF) / size, (_HALF - box[1]) / size)
    west, north, east, south = (int(np.clip(np.floor(edge), 0, last)) for edge in edges)
    return west, north, east, south


def _extent(grids: gpd.GeoDataFrame, local: LocalFrame) -> tuple[float, float, float, float]:
    left, top, right, bottom = shapely.total_bounds(local.project(grids))
    return local.west + left, local.north - top, local.west + right, local.north - bottom


def _pack_shift(packer: Packer, local: LocalFrame, width: float, height: float) -> dict[str, Any]:
    """Pack what has to be added to GCJ-02 positions, in centimetres, at nodes over the extent and a margin."""
    step = max(_STEP, (max(width, height) + 2 * _MARGIN) / (_MOST_NODES - 1))
    across, down = (int(np.ceil((size + 2 * _MARGIN) / step)) + 1 for size in (width, height))
    x, y = np.meshgrid(np.arange(across) * step - _MARGIN, np.arange(down) * step - _MARGIN)
    lon = np.degrees((local.west + x) / EARTH_RADIUS)
    lat = np.degrees(2 * np.arctan(np.exp((local.north - y) / EARTH_RADIUS)) - np.pi / 2)
    true_lon, true_lat = to_wgs84(lon, lat, Datum.GCJ02)
    true_x = EARTH_RADIUS * np.radians(true_lon) - local.west
    true_y = local.north - EARTH_RADIUS * np.log(np.tan(np.pi / 4 + np.radians(true_lat) / 2))
    packer.add("shift_x", np.round((true_x - x).ravel() * 100).astype(np.int64), delta=True)
    packer.add("shift_y", np.round((true_y - y).ravel() * 100).astype(np.int64), delta=True)
    return {"step": step, "from": -_MARGIN, "across": across, "down": down}


def _origins(url: str, subdomains: tuple[str, ...]) -> list[str]:
    """Return scheme and host of each server a template asks: they go into the page's policy as they are."""
    if not _ADDRESS.fullmatch(url) or any(part not in url for part in _PLACES):
        raise RenderError(
            "GS702", "the template of the tiles cannot be used", where=url[:120],
            why="it must hold {z}, {x} and {y}, and no quotes, spaces or angle brackets",
            fix="write it as https://host/{z}/{x}/{y}.png",
        )  # fmt: skip
    if "{s}" in url and not subdomains:
        raise RenderError("GS702", "the template has {s} but no subdomains are given", where=url, fix="give subdomains")
    found = []
    for name in subdomains if "{s}" in url else ("",):
        try:
            parts = urlsplit(url.replace("{s}", name))
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise RenderError(
                "GS702", "the template has no host", where=url[:120], why=str(error), fix="name the tile server"
            ) from error
        loopback = parts.scheme == "http" and host in _LOOPBACK
        if not (parts.scheme == "https" or loopback) or not _HOST.fullmatch(host) or "@" in parts.netloc:
            raise RenderError(
                "GS702", "a tile server is asked by https only", where=url[:120],
                fix="use an https address with a plain host name (http is taken for localhost)",
            )  # fmt: skip
        found.append(f"{parts.scheme}://{host}{f':{port}' if port else ''}")
    return found
