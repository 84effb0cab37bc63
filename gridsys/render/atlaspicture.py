"""The pictures of an atlas: a unit amid its neighbours for its sheet, and all units with links for the index."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray

from gridsys.render.planpicture import Frame, svg
from gridsys.resources import resource

ASPECT: Final = 1.7
"""Width over height of a sheet's picture."""
_MARGIN: Final = 0.14
_MOST_NAMES: Final = 9
_ROADS: Final = ("alley", "collector", "arterial")


@dataclass(frozen=True)
class Surroundings:
    """Layers drawn around a unit, each found by place; any may be None."""

    roads: gpd.GeoDataFrame | None = None
    surfaces: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None


def draw_sheet(
    units: gpd.GeoDataFrame,
    code: str,
    labels: pd.Series,
    around: Surroundings,
    marks: gpd.GeoDataFrame | None = None,
) -> Markup:
    """Return the SVG of one unit, emphasised, north up, with a scale bar.

    Parameters
    ----------
    units
        All units, index their code, one projected CRS; those in view are drawn pale.
    code
        The unit.
    labels
        Short name of each unit, by code, written on those beside it.
    around
        Roads with ``kind`` and ``name``, surfaces with ``kind``, buildings.
    marks
        Points with a ``state``: a circle is green, a triangle yellow, a square red.

    Examples
    --------
    >>> unit = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], index=["1"], crs="EPSG:4548")
    >>> draw_sheet(unit, "1", pd.Series(["001"], index=["1"]), Surroundings()).count('class="own"')
    1
    """
    own = units.geometry[code]
    frame = _frame(own)
    view = shapely.box(frame.west, frame.south, frame.east, frame.north)
    beside = _within(units.drop(index=code), view, 0.5)
    parts = [f'<path class="beside" d="{frame.areas(beside.to_numpy())}"/>']
    parts.append(f'<path class="ground" d="{frame.areas([own])}"/>')
    if around.surfaces is not None:
        parts += [
            f'<path class="{escape(kind)}" d="{frame.areas(shapes.to_numpy())}"/>'
            for kind, shapes in _within(around.surfaces, view, 1).groupby(around.surfaces["kind"])
        ]
    names: list[str] = []
    if around.roads is not None:
        roads = _within(around.roads, view, 0.5)
        kinds = around.roads["kind"].reindex(roads.index)
        parts += [f'<path class="{kind}" d="{frame.lines(roads[kinds == kind].to_numpy())}"/>' for kind in _ROADS]
        names = _road_names(roads, around.roads["name"].reindex(roads.index), frame)
    if around.buildings is not None:
        parts.append(f'<path class="building" d="{frame.areas(_within(around.buildings, view, 0.3).to_numpy())}"/>')
    parts.append(f'<path class="fence" d="{frame.areas(beside.to_numpy())}"/>')
    parts.append(f'<path class="own" d="{frame.areas([shapely.simplify(own, 0.3)])}"/>')
    parts += names
    parts += [
        _text(frame, shapely.get_coordinates(shape.representative_point())[0], str(labels[other]), "name", part=42)
        for other, shape in beside.items()
        if shape.area > view.area / 150
    ]
    if marks is not None:
        parts += _marks(marks, frame)
    return svg(frame, [*parts, *_scale(frame)])


def draw_index(units: gpd.GeoDataFrame, classes: pd.Series, names: pd.Series, parents: int) -> Markup:
    """Return the SVG of all units, each a link to its page ``CODE.html``, coloured by its class.

    Parameters
    ----------
    units
        All units, index their code, one projected CRS.
    classes
        CSS class of each unit.
    names
        What a pointer resting on a unit is told.
    parents
        Digits of the codes whose limits are drawn stronger.
    """
    frame = Frame(*units.total_bounds)
    shapes = units.geometry.to_numpy()
    drawn = shapely.coverage_simplify(shapes, 1.5) if len(shapes) > 1 else shapes
    parts = [
        f'<a href="{escape(code)}.html"><title>{escape(names[code])}</title>'
        f'<path data-code="{escape(code)}" class="unit {escape(classes[code])}" d="{frame.areas([shape])}"/></a>'
        for code, shape in zip(units.index, drawn, strict=True)
    ]
    groups = pd.Series(drawn, index=units.index).groupby(units.index.str[:parents])
    limits = [shapely.union_all(shapes.to_numpy()) for _, shapes in groups]
    return svg(frame, [*parts, f'<path class="limit" d="{frame.areas(limits)}"/>'])


def standalone(picture: Markup, title: str, generator: str) -> str:
    """Return a sheet's picture as an SVG file of its own, with its style."""
    style = "".join(resource("maps", "templates", sheet).read_text("utf-8") for sheet in ("division.css", "atlas.css"))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plan" {str(picture).partition("<svg ")[2].partition(">")[0]}>'
    ).replace('class="plan" class="plan"', 'class="plan"')
    name = f"<!-- {generator} --><title>{escape(title)}</title><style>{escape(style)}</style>"
    return head + name + str(picture).partition(">")[2]


def _frame(own: shapely.Geometry) -> Frame:
    """Return the unit's extent with a margin, widened to the picture's shape."""
    west, south, east, north = shapely.bounds(own)
    width, height = (east - west) * (1 + 2 * _MARGIN), (north - south) * (1 + 2 * _MARGIN)
    width, height = max(width, height * ASPECT), max(height, width / ASPECT)
    x, y = (west + east) / 2, (south + north) / 2
    return Frame(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _within(layer: gpd.GeoDataFrame, view: shapely.Polygon, tolerance: float) -> gpd.GeoSeries:
    """Return a layer's shapes as far as they are in view."""
    near = layer.geometry.iloc[np.sort(layer.sindex.query(view, predicate="intersects"))]
    clipped = near.intersection(view).simplify(tolerance)
    return clipped[~clipped.is_empty]


def _road_names(roads: gpd.GeoSeries, names: pd.Series, frame: Frame) -> list[str]:
    """Write each road's name once, along its longest straight piece in view, where it has room."""
    size = (frame.east - frame.west) / 55
    taken: list[NDArray[np.float64]] = []
    pieces = []
    for name, shapes in roads.groupby(names):
        lines = shapely.get_parts(shapely.simplify(shapely.line_merge(shapely.union_all(shapes.to_numpy())), size / 3))
        coordinates = [shapely.get_coordinates(line) for line in lines if line.geom_type == "LineString"]
        runs = [run for line in coordinates for run in pairwise(line)]
        if runs:
            start, end = max(runs, key=lambda run: float(np.hypot(*(run[1] - run[0]))))
            pieces.append((float(np.hypot(*(end - start))), str(name), start, end))
    texts: list[str] = []
    for length, name, start, end in sorted(pieces, key=lambda piece: -piece[0]):
        middle, reach = (start + end) / 2, size * (len(name) + 1)
        clear = all(float(np.hypot(*(middle - other))) > reach for other in taken)
        if length < reach or not clear or len(texts) == _MOST_NAMES:
            continue
        taken.append(middle)
        along = end - start
        angle = float(np.degrees(np.arctan2(-along[1], along[0])))
        angle = (angle + 90) % 180 - 90  # never upside down
        texts.append(_text(frame, middle, name, "road-name", part=55, angle=angle))
    return texts


def _text(frame: Frame, at: NDArray[np.float64], text: str, kind: str, *, part: float, angle: float = 0) -> str:
    x, y = f"{at[0] - frame.west:.1f}", f"{frame.north - at[1]:.1f}"
    turn = f' transform="rotate({angle:.0f} {x} {y})"' if angle else ""
    size = f"{(frame.east - frame.west) / part:.1f}"
    return f'<text class="{kind}" x="{x}" y="{y}" font-size="{size}"{turn}>{escape(text)}</text>'


def _marks(marks: gpd.GeoDataFrame, frame: Frame) -> list[str]:
    """Lights by shape as well as colour: printed grey, or seen by a colour-blind reader, they still differ."""
    r = (frame.east - frame.west) / 150
    parts = []
    for state, point in zip(marks["state"], marks.geometry, strict=True):
        x, y = point.x - frame.west, frame.north - point.y
        shape = {
            "green": f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0Z",
            "yellow": f"M{x:.1f} {y - 1.2 * r:.1f}l{1.2 * r:.1f} {2.1 * r:.1f}h{-2.4 * r:.1f}Z",
            "red": f"M{x - r:.1f} {y - r:.1f}h{2 * r:.1f}v{2 * r:.1f}h{-2 * r:.1f}Z",
        }[str(state)]
        parts.append(f'<path class="light {escape(state)}" d="{shape}"/>')
    return parts


def _scale(frame: Frame) -> list[str]:
    width, height = frame.east - frame.west, frame.north - frame.south
    length = max(step * 10**power for power in range(5) for step in (1, 2, 5) if step * 10**power <= max(width / 5, 1))
    x, y, size = width * 0.03, height * 0.955, width / 60
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length} m"  # noqa: PLR2004 - metres in a kilometre
    north = (
        f"M{width * 0.97:.1f} {height * 0.03:.1f}l{size * 0.6:.1f} {size * 1.8:.1f}l{-size * 0.6:.1f} {-size * 0.5:.1f}"
    )
    below = height * 0.03 + 2.6 * size
    return [
        f'<path class="bar" d="M{x:.1f} {y - size / 3:.1f}V{y:.1f}H{x + length:.1f}V{y - size / 3:.1f}"/>',
        f'<text class="note" x="{x + length / 2:.1f}" y="{y - size * 0.8:.1f}" font-size="{size:.1f}">{label}</text>',
        f'<path class="north" d="{north}l{-size * 0.6:.1f} {size * 0.5:.1f}Z"/>',
        f'<text class="note" x="{width * 0.97:.1f}" y="{below:.1f}" font-size="{size:.1f}">N</text>',
    ]
