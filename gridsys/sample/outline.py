"""The irregular outline of a district or a street."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely import Polygon, affinity, box

from gridsys.sample.shapes import polygons_of

CENTRE: Final = (449_400.0, 4_420_300.0)
"""Middle of the sample in EPSG:4548, where Dongcheng lies (116.41°E, 39.91°N)."""


def make_outline(rng: np.random.Generator, area_m2: float, *, layers: int, slenderness: float) -> Polygon:
    """Return a stepped, slightly turned outline, as limits that follow old streets have.

    Parameters
    ----------
    area_m2
        Area of the outline.
    layers
        Number of stacked bands, each with its own west and east limit.
    slenderness
        Height divided by width.
    """
    cuts = np.sort(np.concatenate([[0, 1], (np.arange(1, layers) + rng.uniform(-0.25, 0.25, layers - 1)) / layers]))
    west = rng.uniform(0.0, 0.17, layers)
    east = rng.uniform(0.83, 1.0, layers)
    bands = [
        box(w, lo * slenderness, e, hi * slenderness) for w, e, lo, hi in zip(west, east, cuts, cuts[1:], strict=False)
    ]
    shape = _roughen(polygons_of(shapely.union_all(bands))[0], rng)
    shape = affinity.rotate(shape, 1.6, origin="centroid")
    scale = (area_m2 / shape.area) ** 0.5
    shape = affinity.scale(shape, scale, scale, origin=(0, 0))
    bounds = shape.bounds
    shift = (CENTRE[0] - (bounds[0] + bounds[2]) / 2, CENTRE[1] - (bounds[1] + bounds[3]) / 2)
    return polygons_of(shapely.set_precision(affinity.translate(shape, *shift), 0.01))[0]


def _roughen(shape: Polygon, rng: np.random.Generator) -> Polygon:
    """Bend the straight sides and blunt the corners, cutting off spikes and filling cracks."""
    dense = shapely.segmentize(shapely.simplify(shape, 0), 0.07)
    ring = shapely.get_coordinates(dense)[:-1]
    noise = rng.normal(0, 0.012, ring.shape)
    noise += 0.5 * (np.roll(noise, 1, axis=0) + np.roll(noise, -1, axis=0))
    for strength in (1.0, 0.5, 0.25):
        bent = Polygon(ring + strength * noise)
        if bent.is_valid:
            blunt = bent.buffer(-0.03, quad_segs=2).buffer(0.06, quad_segs=2).buffer(-0.03, quad_segs=2)
            return polygons_of(blunt)[0]
    return polygons_of(dense)[0]
