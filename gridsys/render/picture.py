"""The map as a still picture for reports: matplotlib, no browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from gridsys.errors import RenderError
from gridsys.render.indicator import Indicator, class_breaks
from gridsys.render.palette import BALANCE, MISSING, YLGNBU

Lang = Literal["zh", "en"]

_FAMILIES: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
    "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Arial Unicode MS",
)  # fmt: skip
_METHODS: Final = {
    "quantiles": ("等数量分级", "quantiles"),
    "equal": ("等间距分级", "equal intervals"),
    "natural": ("自然断点分级", "natural breaks"),
    "fixed": ("固定分级", "fixed classes"),
}
_WORDS: Final = {
    "missing": ("无数据", "No data"),
    "as_of": ("数据截至", "As of"),
    "north": ("北", "N"),
    "grids": ("格", "grids"),
}
_SURFACES: Final = {"park": "#b9dcb0", "water": "#9cc6e2"}
_ROADS: Final = {"arterial": 1.6, "collector": 0.8}
_STREET_DIGITS: Final = 9
_WIDTH_INCHES: Final = 9.0


def chinese_font() -> str:
    """Return the family of a font on this machine that has Chinese characters.

    Raises
    ------
    RenderError
        GS701 when there is none.
    """
    known = {font.name for font in font_manager.fontManager.ttflist}
    for family in _FAMILIES:
        if family in known:
            return family
    raise RenderError(
        "GS701",
        "no font on this machine has Chinese characters, so names would be drawn as empty boxes",
        fix="install one (Debian: fonts-noto-cjk), or write the map as HTML",
    )


def draw_picture(
    grids: gpd.GeoDataFrame,
    indicator: Indicator,
    *,
    hidden: pd.Series,
    areas: Sequence[gpd.GeoDataFrame],
    layers: Mapping[str, gpd.GeoDataFrame],
    title: tuple[str, str],
    note: tuple[str, str],
    lang: Lang,
) -> Figure:
    """Return a figure of the grids coloured by an indicator, with roads, green and water, legend, north and scale."""
    column = 0 if lang == "zh" else 1
    west, south, east, north = grids.total_bounds
    height = _WIDTH_INCHES * min(1.6, max(0.55, (north - south) / (east - west) * 0.8)) + 0.8
    with rc_context({"font.family": [chinese_font(), "DejaVu Sans"], "svg.fonttype": "path"}):
        figure = Figure(figsize=(_WIDTH_INCHES, height), dpi=150, facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        _draw_fill(axes, grids, indicator, hidden, column)
        _draw_base(axes, layers)
        _draw_borders(axes, grids)
        _draw_names(axes, areas, grids)
        _draw_north_and_scale(axes, column)
        axes.set_title(title[column], fontsize=16, fontweight="bold", loc="left")
        figure.supxlabel(note[column], fontsize=8, x=0.01, ha="left", color="#566172")
        axes.set_axis_off()
        axes.set_aspect("equal")
        figure.canvas.draw()
    return figure


def write_picture(figure: Figure, path: Path, kind: str) -> None:
    """Write a figure as ``png`` or ``svg``.

    Raises
    ------
    RenderError
        GS701 when the file cannot be written.
    """
    # No date in the file: equal maps are equal, byte for byte.
    metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": "gridsys"}
    try:
        with rc_context({"svg.hashsalt": "gridsys", "svg.fonttype": "path"}):
            figure.savefig(path, format=kind, metadata=metadata, bbox_inches="tight", pad_inches=0.2)
    except OSError as error:
        raise RenderError(
            "GS701", "the picture cannot be written", where=str(path), why=str(error), fix="choose another folder"
        ) from error


def _draw_fill(axes: Axes, grids: gpd.GeoDataFrame, indicator: Indicator, hidden: pd.Series, column: int) -> None:
    values = grids[indicator.column].mask(hidden).to_numpy(dtype=float, na_value=np.nan)
    breaks = class_breaks(values, indicator)
    fixed = indicator.scheme == "fixed"
    colours = BALANCE if fixed else YLGNBU[len(breaks) + 1]
    classes = np.where(np.isnan(values), -1, np.searchsorted(breaks, values, side="left"))
    grids.plot(
        ax=axes, color=[colours[at] if at >= 0 else MISSING for at in classes], edgecolor="#6b7280", linewidth=0.3
    )
    known = values[~np.isnan(values)]
    limits = [known.min(), *breaks, known.max()] if len(known) else []
    said_range = [f"{'> ' if at else ''}{_say(low)} – {_say(high)}" for at, (low, high) in enumerate(pairwise(limits))]
    if fixed and len(known):
        said_range[0], said_range[-1] = f"≤ {_say(breaks[0])}", f"> {_say(breaks[-1])}"
    word = _WORDS["grids"][column]
    handles = [
        Patch(facecolor=colours[at], edgecolor="#6b7280", linewidth=0.5,
              label=f"{text}  ({int((classes == at).sum())} {word})")
        for at, text in enumerate(said_range)
    ]  # fmt: skip
    if (classes < 0).any():
        handles.append(Patch(facecolor=MISSING, edgecolor="#6b7280", linewidth=0.5, label=_WORDS["missing"][column]))
    heading = (indicator.zh, indicator.en)[column] + (f" ({indicator.unit})" if indicator.unit else "")
    said = _METHODS[indicator.scheme][column] + (
        f" · {_WORDS['as_of'][column]} {indicator.as_of}" if indicator.as_of else ""
    )
    legend = axes.legend(handles=handles, title=f"{heading}\n{said}", loc="upper left", bbox_to_anchor=(1.0, 1.0),
                         frameon=False, fontsize=9, title_fontsize=10, alignment="left")  # fmt: skip
    legend.set_in_layout(True)


def _say(value: float) -> str:
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"  # noqa: PLR2004 - where six figures end


def _draw_base(axes: Axes, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    if (surfaces := layers.get("surfaces")) is not None:
        surfaces.plot(ax=axes, color=[_SURFACES[kind] for kind in surfaces["kind"]], alpha=0.85)
    if (roads := layers.get("roads")) is not None:
        for kind, width in _ROADS.items():
            shown = roads[roads["kind"] == kind]
            if len(shown):
                shown.plot(ax=axes, color="white", linewidth=width)


def _draw_borders(axes: Axes, grids: gpd.GeoDataFrame) -> None:
    codes = grids["area_code"].astype(str)
    for groups, width in ((codes, 0.8), (codes.str[:_STREET_DIGITS], 1.8)):
        whole = grids.geometry.groupby(groups).agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
        gpd.GeoSeries(whole, crs=grids.crs).boundary.plot(ax=axes, color="#1d2530", linewidth=width)


def _draw_names(axes: Axes, areas: Sequence[gpd.GeoDataFrame], grids: gpd.GeoDataFrame) -> None:
    """Names of streets where there are several, else of communities."""
    streets = grids["area_code"].astype(str).str[:_STREET_DIGITS].nunique()
    wanted = _STREET_DIGITS if streets > 1 else _STREET_DIGITS + 3
    for frame in areas:
        named = frame[frame.index.astype(str).str.len() == wanted]
        for name, shape in zip(named["name"], named.geometry, strict=True):
            at = shape.representative_point()
            text = axes.text(at.x, at.y, str(name), ha="center", va="center", fontsize=9, fontweight="bold", zorder=5)
            text.set_bbox({"facecolor": "white", "alpha": 0.72, "edgecolor": "none", "pad": 1.2})


def _draw_north_and_scale(axes: Axes, column: int) -> None:
    axes.annotate(
        _WORDS["north"][column], xy=(1.06, 0.14), xytext=(1.06, 0.05), xycoords="axes fraction", ha="center",
        fontsize=10, annotation_clip=False, arrowprops={"arrowstyle": "-|>", "color": "#17202b", "lw": 1.5},
    )  # fmt: skip
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    length = _round_length((east - west) / 4)
    y = south - (north - south) * 0.02
    axes.plot([west, west + length], [y, y], color="#17202b", linewidth=3, solid_capstyle="butt", clip_on=False)
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004 - metres in a kilometre
    axes.text(west + length / 2, y - (north - south) * 0.008, label, ha="center", va="top", fontsize=9)


def _round_length(length: float) -> float:
    """Largest of 1, 2, 5 × a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length))
