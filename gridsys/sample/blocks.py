"""Communities cut into blocks by alleys, with parks left whole; each block with its style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from shapely import LineString, Polygon

from gridsys.sample.cuts import Manner, cut_at, cut_by_share, longer_axis, subdivide
from gridsys.sample.shapes import lines_of

STYLES: Final = ("hutong", "mixed", "tower")
_DENSITY_LIMITS: Final = (7_200.0, 12_500.0)
"""Households per km² above which a community is built up as ``mixed``, and as ``tower``."""
_TARGET_M2: Final = {"hutong": 6_800.0, "mixed": 9_000.0, "tower": 11_500.0}
_STRETCH: Final = {"hutong": 2.2, "mixed": 1.3, "tower": 1.0}
_PARK_CHANCE: Final = 0.1
_MANY: Final = 50
_DEAD_END_CHANCE: Final = 0.14


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its drawn shape, community number, style, and the turn of its street (radians)."""

    shape: Polygon
    community: int
    style: str
    angle: float


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks, the alleys between them and into them, and the parks."""

    blocks: list[Block]
    alleys: list[LineString]
    dead_ends: list[LineString]
    parks: list[Polygon]


def community_households(communities: gpd.GeoDataFrame, total: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return how many households each community has: log-normal, between a quarter and 1.75 of the mean."""
    mean = total / len(communities)
    drawn = rng.lognormal(-0.1, 0.48, len(communities)) * mean
    for _ in range(8):
        drawn = np.clip(drawn * total / drawn.sum(), 0.25 * mean, 1.75 * mean)
    drawn *= total / drawn.sum()
    running = np.round(np.cumsum(drawn)).astype(np.int64)
    return np.asarray(running - np.append(0, running[:-1]))


def styles_of(communities: gpd.GeoDataFrame, households: npt.NDArray[np.int64], rng: np.random.Generator) -> list[str]:
    """Return the style of each community: the denser it is, and the denser its street, the higher it is built."""
    street = communities.index.str[:9]
    shift = dict(zip(dict.fromkeys(street), rng.normal(0, 0.25, street.nunique()), strict=True))
    density = households / communities.area.to_numpy() * 1e6
    leaning = density * np.exp([shift[code] for code in street])
    return [STYLES[i] for i in np.searchsorted(_DENSITY_LIMITS, leaning)]


def make_blocks(
    communities: gpd.GeoDataFrame, styles: list[str], angles: dict[str, float], rng: np.random.Generator
) -> Blocks:
    """Cut every community into blocks.

    Parameters
    ----------
    communities
        Frame of kind ``area``.
    styles
        One of ``STYLES`` for each community.
    angles
        Turn of the street grid (radians) by street code.
    """
    made = Blocks([], [], [], [])
    parked = {int(i) for i in np.flatnonzero(rng.random(len(communities)) < _PARK_CHANCE)}
    largest = int(np.argmax(communities.area.to_numpy()))
    parked.add(largest)
    for number, (code, shape, style) in enumerate(zip(communities.index, communities.geometry, styles, strict=True)):
        manner = Manner(angles[code[:9]], 0.035, 0.012)
        ground = shape
        if number in parked:
            share = rng.uniform(0.4, 0.6) if number == largest and len(communities) > _MANY else rng.uniform(0.1, 0.3)
            park = cut_by_share(shape, float(share), manner, rng)
            made.parks.append(park.first)
            made.alleys.append(park.line)
            ground = park.second
        pieces, lines = subdivide(ground, _TARGET_M2[style], _STRETCH[style], manner, rng)
        made.alleys.extend(lines)
        made.blocks.extend(Block(piece, number, style, manner.angle) for piece in pieces)
        if style == "hutong":
            made.dead_ends.extend(_dead_ends(pieces, manner, rng))
    return made


def _dead_ends(pieces: list[Polygon], manner: Manner, rng: np.random.Generator) -> list[LineString]:
    """Lead a blind alley from the edge of some blocks to their inside."""
    found: list[LineString] = []
    for piece in pieces:
        if rng.random() > _DEAD_END_CHANCE:
            continue
        across = longer_axis(piece, manner.angle) + rng.normal(0, 0.08)
        made = cut_at(piece, across, rng.uniform(0.3, 0.7), rng.normal(0, 0.01, 4))
        if made is None:
            continue
        start = rng.choice([0.0, made.line.length])
        stop = abs(start - made.line.length * rng.uniform(0.4, 0.65))
        found += lines_of(shapely.ops.substring(made.line, start, stop))
    return found
