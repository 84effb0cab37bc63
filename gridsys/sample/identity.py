"""Citizen identity numbers (GB 11643) of regions that were never assigned."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

REGIONS: Final = tuple(f"9901{n:02d}" for n in range(1, 21))
"""Unassigned region codes: no living person's number starts with 99."""
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS: Final = np.array(list("10X98765432"))


def check_characters(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    """Return the check character of each number.

    Weighted sum of the 17 digits modulo 11 (ISO 7064 MOD 11-2), as GB 11643 prescribes.

    Parameters
    ----------
    digits
        One row of 17 digits per number.

    Examples
    --------
    >>> check_characters(np.array([[int(c) for c in "11010519491231002"]]))
    array(['X'], dtype='<U1')
    """
    return np.asarray(_CHECKS[digits @ _WEIGHTS % 11])


def person_ids(
    birth: npt.NDArray[np.datetime64], male: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[np.str_]:
    """Return distinct 18-character numbers that agree with birth date and sex.

    Parameters
    ----------
    birth
        Birth dates (days).
    male
        True for men (odd sequence number), False for women (even).
    """
    count = birth.size
    region = rng.integers(0, len(REGIONS), count)
    day = birth.astype("datetime64[D]").astype(np.int64)
    key = (day * len(REGIONS) + region) * 2 + male
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    rank = np.arange(count) - np.searchsorted(ranked, ranked)
    sequence = np.empty(count, dtype=np.int64)
    sequence[order] = rank * 2 + 2 - male[order]
    month = birth.astype("datetime64[M]").astype(np.int64)
    ymd = (month // 12 + 1970) * 10_000 + (month % 12 + 1) * 100
    ymd += (birth.astype("datetime64[D]") - birth.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    body = (np.array([int(code) for code in REGIONS])[region] * 10**8 + ymd) * 1000 + sequence
    digits = body[:, None] // 10 ** np.arange(16, -1, -1) % 10
    return np.strings.add(body.astype("<U17"), check_characters(digits))
