"""Limits of areas: overlaps, gaps and slivers between neighbours repaired under a threshold, or refused together."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridsys.domain.finding import Finding, Severity
from gridsys.errors import DivisionError, InputError
from gridsys.spatial.topology import Ints, Shapes, components, faces, holder, polygonal, shared_edges, width

FLECK_WIDTH = 1.0
"""Metres: an overlap, gap or detached part that holds no circle wider than this is repaired."""


@dataclass(frozen=True)
class FittedAreas:
    """Areas that meet edge to edge on the lattice, and what was changed to make them so."""

    frame: gpd.GeoDataFrame
    findings: list[Finding]


def fit_areas(areas: gpd.GeoDataFrame) -> FittedAreas:
    """Return areas as a coverage: valid, noded on the lattice, without overlaps or gaps between them.

    An overlap, an enclosed gap or a detached part that holds no circle wider than one metre goes to the area it
    shares the longest edge with; a hole in a single area is kept. Every change is a finding.

    Parameters
    ----------
    areas
        Areas to divide, index ``code``, (Multi)Polygons in metres, sorted by code.

    Raises
    ------
    DivisionError
        GS301 naming every overlap or gap wider than one metre.
    InputError
        GS105 when an area has no polygon.
    """
    codes = areas.index.to_numpy()
    given = areas.geometry.to_numpy()
    findings = [
        _warning("area.invalid", code, f"the polygon was not valid ({why})", shape)
        for code, shape, why in zip(codes, given, shapely.is_valid_reason(given), strict=True)
        if why != "Valid Geometry"
    ]
    shapes = polygonal(given)
    empty = shapely.is_empty(shapes)
    if empty.any():
        raise InputError("GS105", "areas without a polygon", where=", ".join(codes[empty]), fix="draw or remove them")
    pieces = faces(shapely.boundary(shapes))
    owner, defects = _owners(pieces, shapes)
    _refuse_wide(pieces, defects, codes)
    owner = _hand_over(pieces, owner, defects)
    findings += _describe(pieces, owner, defects, codes)
    owner, dropped = _without_flecks(pieces, owner, codes)
    findings += dropped
    fitted = areas.copy()
    fitted.geometry = [shapely.coverage_union_all(pieces[owner == number]) for number in range(len(codes))]
    lost = shapely.is_empty(fitted.geometry.to_numpy())
    if lost.any():
        raise InputError("GS105", "areas thinner than a metre", where=", ".join(codes[lost]), fix="draw or remove them")
    findings += _rounded(shapes, len(defects.gap), fitted.geometry.to_numpy())
    return FittedAreas(fitted, findings)


def _rounded(given: Shapes, listed: int, fitted: Shapes) -> list[Finding]:
    """Return what rounding to the lattice closed by itself: gaps between areas too thin to have a face on it."""
    before, after = _holes(shapely.union_all(given)), _holes(shapely.coverage_union_all(fitted))
    closed = len(before) - len(after) - listed
    if closed <= 0:
        return []
    thin = sorted(shapely.area(before))[:closed]
    reason = f"{closed} gaps between areas, each thinner than a centimetre ({sum(thin):.4f} m² in all), were closed"
    fix = "nothing; they come of limits drawn twice"
    return [
        Finding("area.rounded", Severity.INFO, "area", "", reason, fix, geometry=shapely.MultiPolygon(list(before)))
    ]


def _holes(shape: shapely.Geometry) -> Shapes:
    parts = shapely.get_parts(shape)
    return np.array([shapely.Polygon(ring) for part in parts for ring in part.interiors], dtype=object)


@dataclass(frozen=True)
class _Defects:
    """Faces held by two or more areas, or enclosed and held by none, and the areas concerned."""

    overlap: Ints
    gap: Ints
    concerned: dict[int, list[int]]


def _owners(pieces: Shapes, shapes: Shapes) -> tuple[Ints, _Defects]:
    """Return the area of each face (-1 for none yet) and the defects among the faces."""
    points = shapely.point_on_surface(pieces)
    face, area = shapely.STRtree(shapes).query(points, predicate="intersects")
    times = np.bincount(face, minlength=len(pieces))
    owner = holder(shapes, points)
    concerned = {int(number): sorted(area[face == number].tolist()) for number in np.flatnonzero(times > 1)}
    overlap = np.flatnonzero(times > 1)
    owner[overlap] = -1
    edges = shared_edges(pieces)
    gap = []
    for number in np.flatnonzero(times == 0):
        beside = np.concatenate([edges.right[edges.left == number], edges.left[edges.right == number]])
        neighbours = sorted(set(owner[beside].tolist()) - {-1})
        if len(neighbours) > 1 or np.isin(beside, overlap).any():
            gap.append(int(number))
            concerned[int(number)] = neighbours
    return owner, _Defects(overlap, np.array(gap, dtype=np.int64), concerned)


def _refuse_wide(pieces: Shapes, defects: _Defects, codes: Shapes) -> None:
    wide = []
    for kind, numbers in (("overlap", defects.overlap), ("gap", defects.gap)):
        for number in numbers[width(pieces[numbers]) > FLECK_WIDTH] if len(numbers) else []:
            between = " and ".join(codes[defects.concerned[int(number)]])
            x, y = shapely.get_coordinates(shapely.point_on_surface(pieces[number]))[0]
            wide.append(f"{kind} of {shapely.area(pieces[number]):.1f} m² between {between} at ({x:.1f}, {y:.1f})")
    if wide:
        raise DivisionError(
            "GS301",
            f"areas overlap or leave gaps wider than {FLECK_WIDTH:g} m in {len(wide)} places",
            where="; ".join(wide),
            fix="edit the limits in a GIS so that neighbours share one line; narrower faults are repaired here",
        )


def _hand_over(pieces: Shapes, owner: Ints, defects: _Defects) -> Ints:
    """Return owners with each defect given to the area it shares the longest edge with (lowest code on a tie)."""
    owner = owner.copy()
    waiting = np.concatenate([defects.overlap, defects.gap])
    edges = shared_edges(pieces)
    while len(waiting):
        left = []
        for number in waiting:
            at_left, at_right = edges.left == number, edges.right == number
            beside = owner[np.concatenate([edges.right[at_left], edges.left[at_right]])]
            length = np.concatenate([edges.length[at_left], edges.length[at_right]])
            allowed = beside >= 0
            if number in defects.overlap:
                allowed &= np.isin(beside, defects.concerned[int(number)])
            if allowed.any():
                owner[number] = np.bincount(beside[allowed], length[allowed]).argmax()
            else:
                left.append(number)
        if len(left) == len(waiting):
            for number in left:
                owner[number] = min(defects.concerned[int(number)], default=-1)
            break
        waiting = np.array(left, dtype=np.int64)
    return owner


def _describe(pieces: Shapes, owner: Ints, defects: _Defects, codes: Shapes) -> list[Finding]:
    found = []
    for kind, numbers in (("overlap", defects.overlap), ("gap", defects.gap)):
        for number in numbers:
            between = " and ".join(codes[defects.concerned[int(number)]])
            reason = f"a {kind} of {shapely.area(pieces[number]):.4f} m² between {between} was given to this area"
            found.append(_warning(f"area.{kind}", str(codes[owner[number]]), reason, pieces[number]))
    return found


def _without_flecks(pieces: Shapes, owner: Ints, codes: Shapes) -> tuple[Ints, list[Finding]]:
    """Return owners with detached parts narrower than the threshold given to a neighbour, or to nobody."""
    edges = shared_edges(pieces)
    inside = (owner[edges.left] == owner[edges.right]) & (owner[edges.left] >= 0)
    part = components(len(pieces), edges.left[inside], edges.right[inside])
    held = np.flatnonzero(owner >= 0)
    size = np.bincount(part[held], shapely.area(pieces[held]), minlength=part.max(initial=-1) + 1)
    given, owner, found = owner, owner.copy(), []
    for code_number in range(len(codes)):
        parts = np.unique(part[given == code_number])
        for number in parts[np.argsort(-size[parts], kind="stable")][1:]:
            members = np.flatnonzero(part == number)
            shape = shapely.coverage_union_all(pieces[members])
            if width(np.array([shape]))[0] > FLECK_WIDTH:
                continue
            touching = np.isin(edges.left, members) != np.isin(edges.right, members)
            beside = np.where(np.isin(edges.left, members), given[edges.right], given[edges.left])
            allowed = touching & (beside >= 0) & (beside != code_number)
            taker = int(np.bincount(beside[allowed], edges.length[allowed]).argmax()) if allowed.any() else -1
            owner[members] = taker
            outcome = f"given to {codes[taker]}" if taker >= 0 else "left out"
            reason = f"a detached part of {shapely.area(shape):.4f} m², too thin to be a grid, was {outcome}"
            found.append(_warning("area.fleck", str(codes[code_number]), reason, shape))
    return owner, found


def _warning(check: str, code: str, reason: str, shape: object) -> Finding:
    fix = "look at the place; if the repair is wrong, edit the limits in a GIS"
    return Finding(check, Severity.WARNING, "area", code, reason, fix, code="GS301", geometry=shape)
