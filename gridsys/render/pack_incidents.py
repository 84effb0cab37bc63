"""Packs incidents: sorted by time, so that a span of time is one slice; placed from the corner of their grid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.records import INCIDENT_STATES
from gridsys.errors import RenderError
from gridsys.render.codec import Ints, Packer
from gridsys.render.local import LocalFrame
from gridsys.render.pack_grids import POINT_STEP, texts

MOST_TITLES: Final = 5_000
"""Titles cost tens of bytes each; a page with more incidents than this refuses to carry them."""
MOST_KINDS: Final = 32
"""Kinds are filtered by one bit each."""

_HOUR: Final = pd.Timedelta(hours=1)
_MINUTE: Final = pd.Timedelta(minutes=1)
_NUMBERED: Final = re.compile(r"(.*?)([0-9]{1,9})\Z", re.DOTALL)


def pack_incidents(
    packer: Packer,
    incidents: gpd.GeoDataFrame,
    local: LocalFrame,
    *,
    grid_numbers: Ints,
    corners: Ints,
    kinds: Mapping[str, tuple[str, str]],
    titles: bool,
) -> dict[str, Any]:
    """Pack incidents; return the header's part.

    ``grid_numbers`` is the row of each incident's grid, or the number of grids for one that lies in none.
    """
    codes = sorted(incidents["kind"].astype(str).unique())
    if len(codes) > MOST_KINDS:
        raise RenderError(
            "GS701",
            f"{len(codes)} kinds of incidents cannot be told apart on a map",
            where="incidents.kind",
            fix=f"group them into at most {MOST_KINDS} kinds",
        )
    tick = _MINUTE if len(incidents) <= MOST_TITLES else _HOUR
    start = incidents["reported_at"].min().floor(tick)
    ticks = ((incidents["reported_at"] - start) // tick).to_numpy(dtype=np.int64)
    xy = np.round(shapely.get_coordinates(local.project(incidents)) / POINT_STEP).astype(np.int64)
    # Identifiers mostly follow time: in their order within a tick, the next is one more.
    parts = _numbered(incidents.index)
    order = np.lexsort((xy[:, 0] if parts is None else parts[2], ticks))
    rows, xy, grid = incidents.iloc[order], xy[order], grid_numbers[order]
    base = np.vstack([corners, [[0, 0]]])[grid]
    packer.add("incident_time", ticks[order], delta=True)
    packer.add("incident_grid", grid)
    packer.add("incident_x", xy[:, 0] - base[:, 0], late=True)
    packer.add("incident_y", xy[:, 1] - base[:, 1], late=True)
    packer.add("incident_kind", rows["kind"].astype(str).map(codes.index))
    packer.add("incident_state", rows["state"].map(INCIDENT_STATES.index))
    header = {
        "kinds": codes,
        "labels": [list(kinds.get(code, (code, code))) for code in codes],
        "start": int(start.timestamp() * 1000),
        "tick": int(tick.total_seconds() * 1000),
        "unplaced": int((grid_numbers == len(corners)).sum()),
    }
    if titles:
        header["titles"] = texts(rows["title"])
    if parts is None:
        # Identifiers without an order cost too much on a large page.
        return header | ({"ids": rows.index.astype(str).tolist()} if len(rows) <= MOST_TITLES else {})
    prefix, width, numbers = parts
    packer.add("incident_number", numbers[order], delta=True, late=True)
    return header | {"prefix": prefix, "width": width}


def _numbered(index: pd.Index) -> tuple[str, int, Ints] | None:
    """Return word, width and numbers where all identifiers are one word and a number of fixed width."""
    found = [_NUMBERED.match(str(key)) for key in index]
    parts = {(match[1], len(match[2])) if match else None for match in found}
    part = next(iter(parts), None)
    if len(parts) != 1 or part is None:
        return None
    return *part, np.array([int(match[2]) for match in found if match], dtype=np.int64)
