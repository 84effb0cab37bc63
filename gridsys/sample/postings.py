"""The seven forces (七种力量) posted to each grid, with invented names."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from gridsys.domain.records import FORCES
from gridsys.errors import InputError
from gridsys.sample.frames import keys, table, text
from gridsys.sample.names import draw_surnames, full_names
from gridsys.sample.seeds import stream

POSTED_FROM: Final = "2026-01-01"
_SHARED: Final = frozenset({"police_officer", "supervisor", "judicial_worker", "fire_officer"})
"""Forces of which one person serves all grids of an area; the others serve one grid each."""


def make_postings(grids: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the postings of all seven forces to every grid.

    A grid manager, an assistant and a party-branch secretary serve one grid; a police officer, a supervisor, a
    judicial worker and a fire officer serve all grids of their community.

    Parameters
    ----------
    grids
        Frame of kind ``grid``: index ``grid_code``, column ``area_code``.
    seed
        The city's seed, 0 or more.

    Returns
    -------
    DataFrame
        Kind ``posting``: index ``posting_id``; ``grid_code``, ``force``, ``staff_name``, ``valid_from``.

    Raises
    ------
    InputError
        GS102 when ``area_code`` is missing.

    Examples
    --------
    >>> grids = pd.DataFrame({"area_code": ["110101001001"] * 2}, index=["110101001001001", "110101001001002"])
    >>> postings = make_postings(grids, seed=7)
    >>> len(postings), postings["force"].nunique()
    (14, 7)
    """
    if "area_code" not in grids.columns:
        raise InputError("GS102", "the grids have no column 'area_code'", fix="pass the grids of a finished division")
    rng = stream(seed, "postings")
    codes = grids.index.to_numpy(dtype=object)
    area, areas = pd.factorize(grids["area_code"].to_numpy(dtype=object))
    staff = {}
    for force in FORCES:
        count = len(areas) if force in _SHARED else len(codes)
        drawn = full_names(draw_surnames(count, rng), rng.random(count) < 0.6, rng)  # noqa: PLR2004 - share of men
        staff[force] = drawn[area] if force in _SHARED else drawn
    forces = np.tile(list(FORCES), len(codes)).astype(object)
    grid = np.repeat(codes, len(FORCES))
    names = np.column_stack(list(staff.values())).ravel()
    data = {
        "grid_code": text(grid),
        "force": text(forces),
        "staff_name": text(names),
        "valid_from": np.full(grid.size, np.datetime64(POSTED_FROM, "s")),
    }
    return table(data, keys(grid + "-" + forces, "posting"))
