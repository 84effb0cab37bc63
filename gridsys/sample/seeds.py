"""Independent random streams, one per part of the city, all from one seed."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random stream of one part, so that a change in one part leaves the others as they were.

    Parameters
    ----------
    seed
        The city's seed, 0 or more.
    part
        Name of the part, such as ``"roads"``.

    Examples
    --------
    >>> int(stream(7, "roads").integers(100)) == int(stream(7, "roads").integers(100))
    True
    """
    return np.random.default_rng([seed, zlib.crc32(part.encode())])
