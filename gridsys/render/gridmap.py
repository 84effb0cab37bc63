"""A grid map: layers in, one offline page out."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.domain.records import FORCES, INCIDENT_STATES
from gridsys.errors import InputError, RenderError
from gridsys.render import assets
from gridsys.render.basemap import Basemap
from gridsys.render.checks import require_columns, require_keys, require_layer, require_moments, require_numbers
from gridsys.render.codec import Ints, Packer
from gridsys.render.indicator import Indicator
from gridsys.render.local import LocalFrame
from gridsys.render.pack_base import pack_buildings, pack_components, pack_roads, pack_surfaces
from gridsys.render.pack_grids import POINT_STEP, SHAPE_STEP, pack_areas, pack_grids, texts
from gridsys.render.pack_incidents import MOST_TITLES, pack_incidents
from gridsys.render.page import build_page, read_page
from gridsys.render.picture import Lang, draw_picture, write_picture
from gridsys.render.tables import (
    DETAIL_LABELS,
    describe_chain,
    describe_details,
    describe_indicator,
    describe_postings,
    numbers,
    withheld_rows,
)
from gridsys.spatial.locate import locate

Audience = Literal["office", "public"]
Labels = tuple[str, str]

_NEEDED: Final = {
    "roads": ("road", ("kind",)),
    "surfaces": ("surface", ("kind",)),
    "buildings": ("building", ("kind", "floors")),
    "components": ("incident", ("kind",)),
    "incidents": ("incident", ("kind", "title", "state", "reported_at")),
}


class GridMap:
    """A map of grids that shows itself in Jupyter and writes itself as one file without outside requests.

    Parameters
    ----------
    grids
        Frame of kind ``grid``, projected CGCS2000.
    streets, communities
        Frames of kind ``area``, for their names; borders come from the grids.
    roads, surfaces, buildings
        Frames of kinds ``road``, ``surface`` and ``building``: the map's own background.
    components
        Points with a column ``kind``.
    incidents
        Frame of kind ``incident``.
    indicators
        What the grids can be coloured by; the first is shown. None: households (``weight``).
    postings
        Frame of kind ``posting``: the seven forces of each grid.
    details
        Index ``grid_code``; further columns to show of a chosen grid, numbers, text, or (Chinese, English) text.
        ``detail_labels`` names them: column → (Chinese, English, unit); those of ``DETAIL_LABELS`` are known.
    chain
        The rates of the chain as ``measure.chain_rates`` returns them: of all records, as those that fail to link lie
        in no grid. Said below each chosen grid; not for the public.
    incident_kinds
        Kind → (Chinese, English).
    title, note
        Heading and the line under it (source, date), Chinese and English.
    audience
        ``"office"``, or ``"public"``: no single incident, building count or staff name, and small counts withheld
        (:func:`gridsys.render.privacy.withheld_areas`).
    basemap
        Tiles under the grids; None: the map's own roads, water and green, and nothing from outside.
    titles
        Let each incident carry its title; at most 5,000 incidents.

    Raises
    ------
    InputError
        GS102 to GS105 for a layer that cannot be used.
    DatumError
        GS203 for a layer that is not in a projected CGCS2000 zone.
    RenderError
        GS701 when the layers cannot make a map.

    Examples
    --------
    >>> import shapely
    >>> grids = gpd.GeoDataFrame(
    ...     {"name": ["第一网格"], "area_code": ["110101001001"], "weight": [320.0], "area_m2": [1e4]},
    ...     index=pd.Index(["110101001001001"], name="grid_code"),
    ...     geometry=[shapely.box(450000, 4420000, 450100, 4420100)],
    ...     crs=4548,
    ... )
    >>> GridMap(grids).drawn
    ('110101001001001',)
    """

    def __init__(
        self,
        grids: gpd.GeoDataFrame,
        *,
        streets: gpd.GeoDataFrame | None = None,
        communities: gpd.GeoDataFrame | None = None,
        roads: gpd.GeoDataFrame | None = None,
        surfaces: gpd.GeoDataFrame | None = None,
        buildings: gpd.GeoDataFrame | None = None,
        components: gpd.GeoDataFrame | None = None,
        incidents: gpd.GeoDataFrame | None = None,
        indicators: Sequence[Indicator] = (),
        postings: pd.DataFrame | None = None,
        details: pd.DataFrame | None = None,
        detail_labels: Mapping[str, tuple[str, str, str]] | None = None,
        chain: pd.DataFrame | None = None,
        incident_kinds: Mapping[str, Labels] | None = None,
        title: Labels = ("网格地图", "Grid map"),
        note: Labels = ("", ""),
        audience: Audience = "office",
        titles: bool = False,
        basemap: Basemap | None = None,
    ) -> None:
        require_layer(grids, "grid", "grids", ("name", "area_code", "weight", "area_m2"))
        require_numbers(grids["weight"], "grids")
        if not grids.geometry.notna().any():
            raise InputError("GS105", "there are no grids with a shape", where="grids", fix="divide the areas first")
        if audience not in {"office", "public"}:
            raise RenderError("GS701", f"the audience {audience!r} is not known", fix="say 'office' or 'public'")
        for frame, role in ((streets, "streets"), (communities, "communities")):
            if frame is not None:
                require_columns(frame, ("name",), role)
        self.grids = grids[grids.geometry.notna()]
        self._missing = {"grids": int(grids.geometry.isna().sum())}
        self._areas = [frame for frame in (streets, communities) if frame is not None]
        self._layers = self._checked_layers(
            roads=roads, surfaces=surfaces, buildings=buildings, components=components, incidents=incidents
        )
        self._incidents = self._layers.pop("incidents", None)
        self._indicators = tuple(indicators) or (Indicator("weight", "户数", "Households", "户", ""),)
        self._postings, self._details, self._chain = postings, details, chain
        self._labels = DETAIL_LABELS | dict(detail_labels or {})
        self._kinds = dict(incident_kinds or {})
        self._title, self._note, self._audience = title, note, audience
        self._titles, self._basemap = titles, basemap
        self._check_tables()

    @property
    def title(self) -> Labels:
        """Return the heading, Chinese and English."""
        return self._title

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Return what the grids can be coloured by."""
        return self._indicators

    @cached_property
    def drawn(self) -> tuple[str, ...]:
        """Return the codes of the grids that have a shape in the page, decoded back from the page."""
        return tuple(read_page(self.to_html())["grids"])

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the page; with a path, write it there too.

        Raises
        ------
        RenderError
            GS701 when the file cannot be written.
        """
        if path is not None:
            try:
                Path(path).write_text(self._page, encoding="utf-8")
            except OSError as error:
                raise RenderError(
                    "GS701", "the page cannot be written", where=str(path), why=str(error), fix="choose another folder"
                ) from error
        return self._page

    def to_png(self, path: str | Path, *, lang: Lang = "zh", indicator: int = 0) -> None:
        """Write the map as a picture for a report: one indicator, legend, north arrow, scale bar; no browser needed.

        Raises
        ------
        RenderError
            GS701 when no font on this machine has Chinese characters, or the file cannot be written.
        """
        self._picture(path, "png", lang, indicator)

    def to_svg(self, path: str | Path, *, lang: Lang = "zh", indicator: int = 0) -> None:
        """Write the map as :meth:`to_png` does, in lines that can be enlarged."""
        self._picture(path, "svg", lang, indicator)

    def _picture(self, path: str | Path, kind: str, lang: Lang, indicator: int) -> None:
        figure = draw_picture(
            self.grids, self._indicators[indicator], hidden=self._hidden, areas=self._areas, layers=self._layers,
            title=self._title, note=self._note, lang=lang,
        )  # fmt: skip
        write_picture(figure, Path(path), kind)

    def _repr_html_(self) -> str:
        # An own origin and no way out: the page can run its program and save a picture, nothing else.
        return (
            '<iframe sandbox="allow-scripts allow-downloads allow-modals" title="' + html.escape(self._title[0])
            + '" style="width:100%;height:640px;border:0" srcdoc="' + html.escape(self._page) + '"></iframe>'
        )  # fmt: skip

    @cached_property
    def _page(self) -> str:
        sources = self._basemap.origins if self._basemap else ()
        return build_page(self._payload(), self._title[0], image_sources=sources)

    def _payload(self) -> str:
        packer, grids = Packer(), self.grids
        local = LocalFrame.around(grids)
        corners = pack_grids(packer, grids, local)
        header: dict[str, Any] = {
            "version": 1,
            "west": local.west, "north": local.north,
            "shapeStep": SHAPE_STEP, "pointStep": POINT_STEP,
            "title": self._title, "note": self._note, "audience": self._audience,
            "libraries": assets.versions(),
            "missing": {role: count for role, count in self._missing.items() if count},
            "states": INCIDENT_STATES, "forces": FORCES,
            "grids": {"code": grids.index.astype(str).tolist(), "name": texts(grids["name"])},
            "areas": pack_areas(packer, grids, self._areas, local),
        }  # fmt: skip
        header |= self._pack_layers(packer, local)
        header |= self._tables()
        if self._basemap is not None:
            header["basemap"] = self._basemap.pack(packer, grids, local)
        if self._incidents is not None and self._audience == "office":
            header["incidents"] = pack_incidents(
                packer, self._incidents, local,
                grid_numbers=_grid_numbers(self._incidents, grids), corners=corners, kinds=self._kinds,
                titles=self._titles,
            )  # fmt: skip
        return packer.pack(header)

    def _pack_layers(self, packer: Packer, local: LocalFrame) -> dict[str, Any]:
        header: dict[str, Any] = {}
        if (roads := self._layers.get("roads")) is not None:
            header["roads"] = pack_roads(packer, roads, local)
        if (surfaces := self._layers.get("surfaces")) is not None:
            header["surfaces"] = pack_surfaces(packer, surfaces, local)
        if (buildings := self._layers.get("buildings")) is not None:
            header["buildings"] = pack_buildings(packer, buildings, local, households=self._audience == "office")
        if (components := self._layers.get("components")) is not None:
            header["components"] = pack_components(packer, components, local)
        return header

    def _tables(self) -> dict[str, Any]:
        office, hidden = self._audience == "office", self._hidden
        header: dict[str, Any] = {
            "weight": numbers(self.grids["weight"].mask(hidden)),
            "area": numbers(self.grids["area_m2"].round(0)),
            "indicators": [describe_indicator(self.grids, indicator, hidden) for indicator in self._indicators],
        }
        if not office:
            header["withheld"] = np.flatnonzero(hidden).tolist()
        if self._details is not None:
            header["details"] = describe_details(self._details, self._labels, hidden, with_text=office)
        if self._postings is not None and office:
            header["postings"] = describe_postings(self._postings, self.grids.index)
        if self._chain is not None and office:
            header["chain"] = describe_chain(self._chain)
        return header

    @cached_property
    def _hidden(self) -> pd.Series:
        if self._audience == "office":
            return pd.Series(data=False, index=self.grids.index)
        return withheld_rows(self.grids, self._indicators, self._details)

    def _checked_layers(self, **layers: gpd.GeoDataFrame | None) -> dict[str, gpd.GeoDataFrame]:
        """Layers that hold something, without the records that have no shape, which are counted."""
        drawn = {}
        for role, layer in layers.items():
            if layer is None or layer.empty:
                continue
            kind, columns = _NEEDED[role]
            require_layer(layer, kind, role, columns)
            shaped = layer[layer.geometry.notna()]
            self._missing[role] = len(layer) - len(shaped)
            if len(shaped):
                drawn[role] = shaped
        return drawn

    def _check_tables(self) -> None:
        for indicator in self._indicators:
            require_columns(self.grids, (indicator.column,), "grids")
            require_numbers(self.grids[indicator.column], "grids")
        if self._incidents is not None:
            require_moments(self._incidents["reported_at"], "incidents")
            if self._titles and len(self._incidents) > MOST_TITLES:
                raise RenderError(
                    "GS701",
                    f"{len(self._incidents):,} titles would swell the page",
                    where="incidents.title",
                    fix=f"draw at most {MOST_TITLES:,} incidents with titles, or leave titles=False",
                )
        if self._postings is not None:
            require_columns(self._postings, ("grid_code", "force", "staff_name"), "postings")
        if self._details is not None:
            require_keys(self._details, "details")


def _grid_numbers(points: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> Ints:
    """Row of each point's grid; the number of grids for a point in none."""
    rows = pd.Index(grids.index).get_indexer(locate(points, grids))
    return np.where(rows < 0, len(grids), rows)
