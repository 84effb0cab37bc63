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
import shapely

from gridsys.domain.linkage import Link
from gridsys.domain.records import FORCES, INCIDENT_STATES
from gridsys.errors import InputError, RenderError
from gridsys.render import assets
from gridsys.render.checks import require_columns, require_keys, require_layer, require_moments, require_numbers
from gridsys.render.codec import Packer
from gridsys.render.indicator import Indicator, class_breaks
from gridsys.render.local import LocalFrame
from gridsys.render.pack_base import pack_buildings, pack_components, pack_roads, pack_surfaces
from gridsys.render.pack_grids import POINT_STEP, SHAPE_STEP, pack_areas, pack_grids, texts
from gridsys.render.pack_incidents import MOST_TITLES, pack_incidents
from gridsys.render.page import build_page, read_page
from gridsys.render.privacy import withheld

Audience = Literal["office", "public"]
Labels = tuple[str, str]

_LINK_EN: Final = {
    Link.RESIDENCE: "Persons linked to a household",
    Link.OCCUPANCY: "Households linked to a room",
    Link.PLACEMENT: "Rooms linked to a grid",
    Link.DISPLAY: "Grids drawn",
}
DETAIL_LABELS: Final[dict[str, tuple[str, str, str]]] = {
    **{link.value: (link.zh, _LINK_EN[link], "%") for link in Link},
    "persons": ("人口", "Persons", "人"),
    "households": ("住户", "Households", "户"),
    "rooms": ("房屋", "Rooms", "套"),
    "buildings": ("楼栋", "Buildings", "栋"),
    "incidents": ("事件", "Incidents", "件"),
    "incidents_open": ("未结事件", "Open incidents", "件"),
    "incidents_per_1000_households": ("每千户事件", "Incidents per 1,000 households", "件/千户"),
}
"""Names and units of the details that other rooms compute; a unit of % is a share from 0 to 1."""


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
        Index ``grid_code``; further columns to show of a chosen grid, numbers or text. ``detail_labels`` names them:
        column → (Chinese, English, unit); those of ``DETAIL_LABELS`` are known.
    incident_kinds
        Kind → (Chinese, English).
    title, note
        Heading and the line under it (source, date), Chinese and English.
    audience
        ``"office"``, or ``"public"``: no single incident, building count or staff name, and small counts withheld
        (:func:`gridsys.render.privacy.withheld`).
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
    ...     geometry=[shapely.box(450000, 4420000, 450100, 4420100)], crs=4548)
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
        incident_kinds: Mapping[str, Labels] | None = None,
        title: Labels = ("网格地图", "Grid map"),
        note: Labels = ("", ""),
        audience: Audience = "office",
        titles: bool = False,
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
        self._postings, self._details = postings, details
        self._labels = DETAIL_LABELS | dict(detail_labels or {})
        self._kinds = dict(incident_kinds or {})
        self._title, self._note, self._audience = title, note, audience
        self._titles = titles
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

    def _repr_html_(self) -> str:
        # An own origin and no way out: the page can run its program and save a picture, nothing else.
        return (
            '<iframe sandbox="allow-scripts allow-downloads allow-modals" title="' + html.escape(self._title[0])
            + '" style="width:100%;height:640px;border:0" srcdoc="' + html.escape(self._page) + '"></iframe>'
        )  # fmt: skip

    @cached_property
    def _page(self) -> str:
        return build_page(self._payload(), self._title[0])

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
        hidden = self._hidden_rows()
        header: dict[str, Any] = {
            "weight": _numbers(self.grids["weight"].mask(hidden)),
            "area": _numbers(self.grids["area_m2"].round(0)),
            "indicators": [self._indicator(indicator, hidden) for indicator in self._indicators],
        }
        if self._audience == "public":
            header["withheld"] = np.flatnonzero(hidden).tolist()
        if self._details is not None:
            header["details"] = self._pack_details(self._details, hidden)
        if self._postings is not None and self._audience == "office":
            header["postings"] = self._pack_postings(self._postings)
        return header

    def _indicator(self, indicator: Indicator, hidden: pd.Series) -> dict[str, Any]:
        values = self.grids[indicator.column].mask(hidden)
        return {
            "column": indicator.column, "label": [indicator.zh, indicator.en], "unit": indicator.unit,
            "asOf": indicator.as_of, "scheme": indicator.scheme, "values": _numbers(values),
            "breaks": class_breaks(values.to_numpy(dtype=float, na_value=np.nan), indicator),
        }  # fmt: skip

    def _pack_details(self, details: pd.DataFrame, hidden: pd.Series) -> list[dict[str, Any]]:
        rows = details.reindex(self.grids.index)
        packed = []
        for column in rows.columns:
            zh, en, unit = self._labels.get(str(column), (str(column), str(column), ""))
            if pd.api.types.is_numeric_dtype(rows[column]):
                values: list[Any] = _numbers(rows[column].mask(hidden))
            elif self._audience == "public":
                continue
            else:
                values = texts(rows[column])
            packed.append({"label": [zh, en], "unit": unit, "values": values})
        return packed

    def _pack_postings(self, postings: pd.DataFrame) -> dict[str, list[str]]:
        names = postings.groupby(["force", "grid_code"], sort=False)["staff_name"].agg(
            lambda staff: "、".join(texts(staff.dropna()))
        )
        return {
            force: texts(names[force].reindex(self.grids.index)) if force in names.index.get_level_values(0) else []
            for force in FORCES
        }

    def _hidden_rows(self) -> pd.Series:
        """Rows of which nothing but the shape is published: one small count could be computed from the others."""
        hidden = pd.Series(data=False, index=self.grids.index)
        if self._audience == "office":
            return hidden
        groups = self.grids["area_code"]
        for counts in self._count_columns():
            hidden |= withheld(counts, groups)
        return hidden

    def _count_columns(self) -> list[pd.Series]:
        columns = [self.grids["weight"], *(self.grids[indicator.column] for indicator in self._indicators)]
        if self._details is not None:
            rows = self._details.reindex(self.grids.index)
            columns += [rows[name] for name in rows if pd.api.types.is_numeric_dtype(rows[name])]
        numbers = [column.astype(float) for column in columns]
        return [column for column in numbers if (column.dropna() % 1 == 0).all()]

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



def _grid_numbers(points: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Row of each point's grid; the number of grids for a point in none."""
    point, grid = shapely.STRtree(grids.geometry.to_numpy()).query(points.geometry.to_numpy(), predicate="intersects")
    numbers = np.full(len(points), len(grids))
    np.minimum.at(numbers, point, grid)
    return numbers


def _numbers(values: pd.Series) -> list[float | int | None]:
    numbers = [float(f"{value:.6g}") for value in values.to_numpy(dtype=float, na_value=np.nan)]
    return [None if number != number else int(number) if number.is_integer() else number for number in numbers]  # noqa: PLR0124 - NaN
