"""Cut a polygon in two along a bent line, by share or down to a size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon

_BENDS: Final = np.array([-0.35, -0.12, 0.12, 0.35])
_TRIES: Final = 60


@dataclass(frozen=True, slots=True)
class Cut:
    """A polygon cut in two: both parts, and the line between them."""

    first: Polygon
    second: Polygon
    line: LineString


@dataclass(frozen=True, slots=True)
class Manner:
    """How lines run: axis turned by ``angle`` (radians), with ``tilt`` and ``bend`` as standard deviations."""

    angle: float
    tilt: float
    bend: float


def _blade(
    polygon: Polygon, angle: float, bends: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float, float]:
    """Return the blade's points at height 0, its normal, and the polygon's lowest and highest height."""
    along = np.array([np.cos(angle), np.sin(angle)])
    normal = np.array([-along[1], along[0]])
    ring = shapely.get_coordinates(polygon.exterior)
    s, h = ring @ along, ring @ normal
    length = s.max() - s.min()
    middle = (s.max() + s.min()) / 2
    stations = middle + length * np.concatenate([[-0.6], _BENDS, [0.6]])
    heights = np.concatenate([[bends[0]], bends, [bends[-1]]]) * length
    return np.outer(stations, along) + np.outer(heights, normal), normal, float(h.min()), float(h.max())


def cut_at(polygon: Polygon, angle: float, fraction: float, bends: npt.NDArray[np.float64]) -> Cut | None:
    """Cut along a line of direction ``angle`` at a fraction of the height; None unless both parts are whole."""
    points, normal, low, high = _blade(polygon, angle, bends)
    line = points + normal * (low + fraction * (high - low))
    below = Polygon(np.vstack([line, line[::-1] - normal * 3 * (high - low + 1)]))
    first, second = shapely.intersection(polygon, below), shapely.difference(polygon, below)
    middle = shapely.intersection(LineString(line), polygon)
    if not isinstance(first, Polygon) or not isinstance(second, Polygon) or not isinstance(middle, LineString):
        return None
    return None if first.is_empty or second.is_empty or middle.is_empty else Cut(first, second, middle)


def _share_cut(polygon: Polygon, angle: float, share: float, bends: npt.NDArray[np.float64]) -> Cut | None:
    """Cut so that the first part has the share of the area, within a few per cent."""
    low, high = 0.0, 1.0
    best: Cut | None = None
    for _ in range(7):
        fraction = (low + high) / 2
        best = cut_at(polygon, angle, fraction, bends)
        if best is None:
            return None
        low, high = (fraction, high) if best.first.area < share * polygon.area else (low, fraction)
    return best


def longer_axis(polygon: Polygon, angle: float, stretch: float = 1.0) -> float:
    """Return the direction of the line that cuts the longer side; ``stretch`` > 1 favours east-west parts."""
    ring = shapely.get_coordinates(polygon.exterior)
    wide = np.ptp(ring @ np.array([np.cos(angle), np.sin(angle)])) / stretch
    high = np.ptp(ring @ np.array([-np.sin(angle), np.cos(angle)]))
    return angle + np.pi / 2 if wide > high else angle


def cut_by_share(polygon: Polygon, share: float, manner: Manner, rng: np.random.Generator) -> Cut:
    """Cut across the longer side so that the first part has about ``share`` (0-1) of the area."""
    for attempt in range(_TRIES):
        axis = longer_axis(polygon, manner.angle) + (np.pi / 2 if attempt % 3 == 2 else 0)  # noqa: PLR2004 - each third
        bends = rng.normal(0, manner.bend, _BENDS.size)
        made = _share_cut(polygon, axis + rng.normal(0, manner.tilt), share, bends)
        if made is not None:
            return made
    message = "no straight enough cut leaves two whole parts"
    raise RuntimeError(message)


def partition(
    polygon: Polygon, shares: npt.NDArray[np.float64], manner: Manner, rng: np.random.Generator
) -> tuple[list[Polygon], list[LineString]]:
    """Cut a polygon into parts with about these shares of its area; return parts and the lines between."""
    if shares.size == 1:
        return [polygon], []
    half = shares.size // 2
    made = cut_by_share(polygon, float(shares[:half].sum() / shares.sum()), manner, rng)
    first, first_lines = partition(made.first, shares[:half], manner, rng)
    second, second_lines = partition(made.second, shares[half:], manner, rng)
    return first + second, [made.line, *first_lines, *second_lines]


def _first_cut(piece: Polygon, axis: float, manner: Manner, rng: np.random.Generator) -> Cut | None:
    """Try a few cuts near the middle; None when the piece is too crooked for any."""
    for attempt in range(8):
        turned = axis + rng.normal(0, manner.tilt) + (np.pi / 2 if attempt > 4 else 0)  # noqa: PLR2004 - the last three
        made = cut_at(piece, turned, rng.uniform(0.36, 0.64), rng.normal(0, manner.bend, _BENDS.size))
        if made is not None:
            return made
    return None


def subdivide(
    polygon: Polygon, target_m2: float, stretch: float, manner: Manner, rng: np.random.Generator
) -> tuple[list[Polygon], list[LineString]]:
    """Cut a polygon until every part has about the target area; return parts and the lines between."""
    parts: list[Polygon] = []
    lines: list[LineString] = []
    waiting = [polygon]
    while waiting:
        piece = waiting.pop()
        if piece.area < target_m2 * rng.uniform(0.75, 1.7):
            parts.append(piece)
            continue
        axis = longer_axis(piece, manner.angle, stretch)
        made = _first_cut(piece, axis, manner, rng)
        if made is None:
            parts.append(piece)
            continue
        lines.append(made.line)
        waiting += [made.first, made.second]
    return parts, lines
