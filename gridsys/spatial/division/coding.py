"""Codes and names of grids: sequence in reading order, codes in force kept, codes once used never given again."""

from __future__ import annotations

import numpy as np
import shapely

from gridsys.domain.areacode import MAX_SEQUENCE, grid_code, sequence_of
from gridsys.errors import DivisionError
from gridsys.spatial.topology import Ints, Shapes


def sequence_order(grids: Shapes) -> Ints:
    """Return the order in which the grids of one area are numbered: west to east in rows, rows north to south.

    Rows are bands as high as the side of a mean grid (the root of the mean area), counted down from the northernmost
    centroid; a grid stands in the row of its centroid.

    Parameters
    ----------
    grids
        Polygons of the grids of one area, in metres.

    Examples
    --------
    >>> squares = [shapely.box(x, y, x + 1, y + 1) for x, y in ((1, 0), (0, 0), (1, 1), (0, 1))]
    >>> sequence_order(np.array(squares)).tolist()
    [3, 2, 1, 0]
    """
    centre = np.round(shapely.get_coordinates(shapely.centroid(grids)), 2)
    height = np.sqrt(shapely.area(grids).mean())
    row = np.floor((centre[:, 1].max() - centre[:, 1]) / height + 0.25)
    return np.lexsort((centre[:, 1], centre[:, 0], row)).astype(np.int64)


def give_codes(area: str, grids: Shapes, kept: list[str | None], used: set[str]) -> list[str]:
    """Return the code of each grid of an area: the kept one, or the next sequence number never used before.

    Parameters
    ----------
    area
        Code of the area, 9 or 12 digits.
    grids
        Its grids.
    kept
        For each grid the code it had, None for a new one.
    used
        Codes that were ever in force in the area, kept or closed.

    Raises
    ------
    DivisionError
        GS302 when the area's 999 sequence numbers are used up.
    """
    last = max((sequence_of(code) for code in used), default=0)
    codes = list(kept)
    for number in sequence_order(grids):
        if codes[number] is None:
            last += 1
            if last > MAX_SEQUENCE:
                raise DivisionError(
                    "GS302", f"area {area} needs more than {MAX_SEQUENCE} grid codes", where=area,
                    why="three digits are left for the grid in the 15-digit code, and codes are never used twice",
                    fix="divide by community instead of street, or ask for heavier or larger grids",
                )  # fmt: skip
            codes[number] = grid_code(area, last)
    return [code for code in codes if code is not None]


def grid_name(code: str) -> str:
    """Return the name of a grid.

    Examples
    --------
    >>> grid_name("110101001007003")
    '第3网格'
    """
    return f"第{sequence_of(code)}网格"
