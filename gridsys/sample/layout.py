"""Building outlines and compound walls laid out in rows inside each block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from gridsys.sample.blocks import Block
from gridsys.sample.shapes import Shapes, largest_parts

Floats = npt.NDArray[np.float64]

_USES: Final = ("courtyard", "slab", "tower", "office", "shop", "public", "open")
_USE_SHARES: Final = {
    "hutong": (0.84, 0.04, 0.0, 0.01, 0.04, 0.04, 0.03),
    "mixed": (0.15, 0.54, 0.1, 0.06, 0.04, 0.07, 0.04),
    "tower": (0.04, 0.3, 0.42, 0.11, 0.03, 0.06, 0.04),
}


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Cell size in metres, the share of it a building fills (low, high) in width and depth, and the chance to build."""

    cell: tuple[float, float]
    width: tuple[float, float]
    depth: tuple[float, float]
    chance: float


_PATTERNS: Final = {
    "courtyard": _Pattern((21.6, 19.4), (0.72, 0.9), (0.66, 0.86), 0.95),
    "slab": _Pattern((56.0, 31.0), (0.72, 0.9), (0.36, 0.46), 0.95),
    "tower": _Pattern((46.0, 44.0), (0.5, 0.64), (0.48, 0.6), 0.92),
    "office": _Pattern((52.0, 46.0), (0.6, 0.8), (0.5, 0.72), 0.9),
    "shop": _Pattern((26.0, 20.0), (0.66, 0.86), (0.6, 0.8), 0.92),
    "public": _Pattern((44.0, 34.0), (0.5, 0.8), (0.38, 0.6), 0.85),
}
_UNIT: Final = {
    "plain": np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) - 0.5,
    "ell": np.array([(0, 0), (1, 0), (1, 0.45), (0.42, 0.45), (0.42, 1), (0, 1)]) - 0.5,
    "three": np.array([(0, 0), (1, 0), (1, 1), (0.68, 1), (0.68, 0.36), (0.32, 0.36), (0.32, 1), (0, 1)]) - 0.5,
}
_COMPOUND_CHANCE: Final = {"slab": 0.75, "tower": 0.75, "public": 0.55, "office": 0.2}
_YARD_CHANCE: Final = 0.1
_SHOP_AMONG_YARDS, _SHOP_AMONG_FLATS = 0.045, 0.07
_PUBLIC_AMONG_YARDS, _PUBLIC_AMONG_FLATS = 0.015, 0.04
_WINGED: Final = 0.4
_LOW: Final = ("courtyard", "shop", "public")
_SHRINK: Final = (0.82, 0.66)
_SQUEEZE: Final = 0.3
_WALL_M, _CLEAR_M = 0.6, 1.0
_MIN_BLOCK_M2: Final = 200.0
_SMALL_BLOCK_M2: Final = 1_800.0
_LEAST_CUT_M2: Final = 40.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Buildings (shape, kind, community number, compound number or -1) and compounds (shape, kind)."""

    shapes: Shapes
    kinds: npt.NDArray[np.str_]
    community: npt.NDArray[np.int64]
    compound: npt.NDArray[np.int64]
    compound_shapes: Shapes
    compound_kinds: npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands on one piece of ground: for each building its centre, size, yard key (-1 none), and the yards."""

    centre: Floats
    size: Floats
    yard: npt.NDArray[np.int64]
    yard_shapes: dict[int, shapely.Polygon]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Pieces of ground with their uses, and the rows on those pieces (by number) that are built on."""

    pieces: Shapes
    uses: npt.NDArray[np.str_]
    rows: list[_Row]
    standing: npt.NDArray[np.intp]


def buildable(blocks: list[Block], taken: Shapes, limits: Shapes) -> tuple[Shapes, npt.NDArray[np.intp]]:
    """Return the ground of each block free of roads, water, track and limits, in single pieces with their block."""
    ground = np.array([block.shape for block in blocks], dtype=object)
    take = np.concatenate([taken, shapely.buffer(limits, 1.5)])
    block, taker = shapely.STRtree(take).query(ground, predicate="intersects")
    order = np.argsort(block, kind="stable")
    block, taker = block[order], taker[order]
    rank = np.arange(block.size) - np.searchsorted(block, block)
    for turn in range(int(rank.max(initial=-1)) + 1):
        now = rank == turn
        ground[block[now]] = shapely.difference(ground[block[now]], take[taker[now]])
    pieces, owner = shapely.get_parts(ground, return_index=True)
    wide = shapely.area(pieces) > _MIN_BLOCK_M2
    return pieces[wide], owner[wide]


def _rows(piece: shapely.Polygon, angle: float, use: str, rng: np.random.Generator) -> _Row:
    """Fill the piece's turned bounding box with cells of the pattern, a building in most of them."""
    pattern = _PATTERNS[use]
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    ring = shapely.get_coordinates(piece.exterior) @ axes.T
    low, extent = ring.min(axis=0), np.ptp(ring, axis=0)
    across, up = (max(1, int(e / c + _SQUEEZE)) for e, c in zip(extent, pattern.cell, strict=True))
    cell = extent / (across, up)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(across), np.arange(up)))
    local = low + (np.column_stack([x, y]) + 0.5) * cell
    fill = np.column_stack([rng.uniform(*pattern.width, x.size), rng.uniform(*pattern.depth, x.size)])
    size = np.minimum(cell, np.array(pattern.cell) * 1.25) * fill
    local += rng.uniform(-0.27, 0.27, local.shape) * np.maximum(cell - size - 0.8, 0)
    yard, yards = np.full(x.size, -1), {}
    if use == "courtyard":
        pair = y * across + x // 2
        yard = np.where((rng.random(across * up) < _YARD_CHANCE)[pair] & (x // 2 * 2 + 1 < across), pair, -1)
        for key in np.unique(yard[yard >= 0]):
            row, column = divmod(int(key), across)
            corner = low + np.array([2 * column, row]) * cell
            box = np.array(
                [(0.3, 0.3), (2 * cell[0] - 0.3, 0.3), (2 * cell[0] - 0.3, cell[1] - 0.3), (0.3, cell[1] - 0.3)]
            )
            yards[int(key)] = shapely.Polygon(np.round((corner + box) @ axes, 2))
    stands = rng.random(x.size) < pattern.chance
    return _Row((local @ axes)[stands], size[stands], yard[stands], yards)


def _footprints(centre: Floats, size: Floats, angle: Floats, form: npt.NDArray[np.str_]) -> Shapes:
    """Return the turned outline of each building."""
    shapes = np.empty(len(centre), dtype=object)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    for name, unit in _UNIT.items():
        own = form == name
        local = unit[None, :, :] * size[own][:, None, :]
        x = local[..., 0] * cos[own] - local[..., 1] * sin[own]
        y = local[..., 0] * sin[own] + local[..., 1] * cos[own]
        shapes[own] = shapely.polygons(np.round(np.stack([x, y], axis=-1) + centre[own][:, None, :], 2))
    return shapes


def _draw_uses(area: Floats, styles: list[str], rng: np.random.Generator) -> list[str]:
    """Draw what each piece of ground is used for; small pieces take small buildings."""
    uses = [str(rng.choice(_USES, p=_USE_SHARES[style])) for style in styles]
    small = {"tower": "shop", "slab": "courtyard", "office": "shop", "public": "courtyard"}
    return [small.get(use, use) if size < _SMALL_BLOCK_M2 else use for use, size in zip(uses, area, strict=True)]


def lay_out(pieces: Shapes, owner: npt.NDArray[np.intp], blocks: list[Block], rng: np.random.Generator) -> Layout:
    """Build on every piece of ground.

    Parameters
    ----------
    pieces
        Free ground (:func:`buildable`).
    owner
        Number of each piece's block.
    blocks
        All blocks.
    """
    uses = np.array(_draw_uses(shapely.area(pieces), [blocks[i].style for i in owner], rng))
    inner, edge = (shapely.buffer(pieces, -inset, join_style="mitre") for inset in (_CLEAR_M + 0.2, _CLEAR_M))
    standing = np.flatnonzero(uses != "open")
    rows = [_rows(pieces[i], blocks[owner[i]].angle, str(uses[i]), rng) for i in standing]
    piece = np.repeat(standing, [len(row.centre) for row in rows])
    size = np.concatenate([row.size for row in rows])
    kinds, size, form = _vary(uses[piece], size, rng)
    turned = np.array([blocks[i].angle for i in owner])[piece]
    quarter = np.where(form == "plain", 0, rng.integers(0, 4, piece.size))
    size = np.where((quarter % 2 == 1)[:, None], size[:, ::-1], size)
    centre, turn = np.concatenate([row.centre for row in rows]), turned + quarter * np.pi / 2
    shapes = _fit(_footprints(centre, size, turn, form), kinds, inner[piece])
    for shrink in _SHRINK:
        over = ~np.isin(kinds, _LOW) & ~shapely.contains_properly(edge[piece], shapes)
        shapes[over] = _footprints(centre[over], size[over] * shrink, turn[over], form[over])
    inside = shapely.contains_properly(edge[piece], shapes)
    walls, wall_kinds, compound = _walls(_Ground(pieces, uses, rows, standing), piece, shapes, inside, rng)
    community = np.array([block.community for block in blocks])[owner][piece]
    return Layout(shapes[inside], kinds[inside], community[inside], compound[inside], walls, wall_kinds)


def _fit(shapes: Shapes, kinds: npt.NDArray[np.str_], inner: Shapes) -> Shapes:
    """Shorten low buildings that stand over the edge of their ground, as built-up lots are; others are left."""
    over = np.isin(kinds, _LOW) & ~shapely.contains_properly(inner, shapes)
    cut = shapely.set_precision(shapely.intersection(shapes[over], inner[over]), 0.01)
    enough = (shapely.get_type_id(cut) == shapely.GeometryType.POLYGON) & (shapely.area(cut) > _LEAST_CUT_M2)
    fitted = shapes.copy()
    fitted[np.flatnonzero(over)[enough]] = cut[enough]
    return fitted


def _vary(
    use: npt.NDArray[np.str_], size: Floats, rng: np.random.Generator
) -> tuple[npt.NDArray[np.str_], Floats, npt.NDArray[np.str_]]:
    """Mix shops and public buildings among homes, and draw the form of each building."""
    draw = rng.random(use.size)
    home = np.isin(use, ("slab", "tower"))
    yard = use == "courtyard"
    shop = np.where(yard, _SHOP_AMONG_YARDS, np.where(home, _SHOP_AMONG_FLATS, 0.0))
    public = np.where(yard, _PUBLIC_AMONG_YARDS, np.where(home, _PUBLIC_AMONG_FLATS, 0.0))
    kinds = np.select([draw < shop, draw > 1 - public], ["shop", "public"], use)
    changed = home & (kinds != use)
    size = np.where(changed[:, None], size * rng.uniform(0.45, 0.7, size.shape), size)
    form = np.where(yard, rng.choice(list(_UNIT), use.size, p=(0.62, 0.23, 0.15)), "plain")
    form = np.where((use == "public") & (draw < _WINGED), "three", form)
    return kinds, size, form


def _walls(
    ground: _Ground,
    owner: npt.NDArray[np.int64],
    shapes: Shapes,
    inside: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[Shapes, npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    """Wall in whole pieces of ground and pairs of courtyard lots; every compound holds at least one building.

    ``owner`` is the piece of ground of each building. Returns walls, their kinds, and each building's wall or -1.
    """
    chance = np.array([_COMPOUND_CHANCE.get(use, 0.0) for use in ground.uses])
    wall = largest_parts(shapely.set_precision(shapely.buffer(ground.pieces, -_WALL_M, join_style="mitre"), 0.01))
    held = inside & shapely.contains_properly(wall[owner], shapes)
    walled = (rng.random(chance.size) < chance) & (np.bincount(owner[held], minlength=chance.size) > 0)
    walls = list(wall[walled])
    kinds = ["residential" if use in {"slab", "tower"} else "institution" for use in ground.uses[walled]]
    number_of_piece = np.where(walled, np.cumsum(walled) - 1, -1)
    compound = np.where(held, number_of_piece[owner], -1)
    start = 0
    for row, number in zip(ground.rows, ground.standing, strict=True):
        for key, yard in row.yard_shapes.items():
            own = start + np.flatnonzero((row.yard == key) & inside[start : start + len(row.yard)])
            if own.size > 1 and ground.pieces[number].contains_properly(yard):
                compound[own] = len(walls)
                walls.append(yard)
                kinds.append("courtyard")
        start += len(row.yard)
    return np.array(walls, dtype=object), np.array(kinds, dtype=np.str_), compound
