"""Area codes: 6 district + 3 street + 3 community + 3 grid sequence.

A code names its own parents: every parent's code is a prefix of it. Codes are kept in *short* form
(6, 9, 12 or 15 digits); the zero-padded 12-digit form of statistics files is accepted by
:func:`normalise_code`. A street divided without communities uses ``000`` in the community place.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from gridsys.errors import InputError

_DIGITS: Final = re.compile(r"[1-9][0-9]*\Z", re.ASCII)


class AreaLevel(StrEnum):
    """The four management levels (四级管理)."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"

    @property
    def digits(self) -> int:
        """Return the length of a code of this level."""
        return _DIGITS_OF[self]

    @property
    def zh(self) -> str:
        """Return the Chinese name of the level."""
        return _ZH[self]


_DIGITS_OF: Final = {AreaLevel.DISTRICT: 6, AreaLevel.STREET: 9, AreaLevel.COMMUNITY: 12, AreaLevel.GRID: 15}
_LEVEL_OF: Final = {digits: level for level, digits in _DIGITS_OF.items()}
_ZH: Final = {
    AreaLevel.DISTRICT: "区",
    AreaLevel.STREET: "街道",
    AreaLevel.COMMUNITY: "社区",
    AreaLevel.GRID: "网格",
}
MAX_SEQUENCE: Final = 999


def _refuse(code: object, why: str) -> InputError:
    return InputError(
        "GS106",
        f"{code!r} is not an area code",
        why=why,
        fix="use 6 (district), 9 (street), 12 (community) or 15 (grid) digits, as text",
    )


def level_of(code: str) -> AreaLevel:
    """Return the level of a short-form code.

    Raises
    ------
    InputError
        GS106 when the code has another length or other characters.

    Examples
    --------
    >>> level_of("110101001007").value
    'community'
    """
    if not _DIGITS.match(code):
        raise _refuse(code, "it holds something other than digits, or starts with 0")
    level = _LEVEL_OF.get(len(code))
    if level is None:
        raise _refuse(code, f"it has {len(code)} digits")
    return level


def parent_code(code: str) -> str:
    """Return the code of the area one level up.

    Raises
    ------
    InputError
        GS106 for a malformed code, or for a district, which has no parent here.

    Examples
    --------
    >>> parent_code("110101001007003")
    '110101001007'
    """
    if level_of(code) is AreaLevel.DISTRICT:
        raise _refuse(code, "a district has no parent in this system")
    return code[:-3]


def normalise_code(code: str, level: AreaLevel | None = None) -> str:
    """Return the short form of a code that may be zero-padded to 12 digits.

    Parameters
    ----------
    code
        A 6/9/12/15-digit code, or a 12-digit statistical code such as ``110101001000`` for a street.
    level
        Level the code must have; without it a trailing ``000`` is read as padding.

    Raises
    ------
    InputError
        GS106 when it is no code, or not of that level.

    Examples
    --------
    >>> normalise_code("110101001000"), normalise_code("110101000000")
    ('110101001', '110101')
    """
    code = code.strip()
    level_of(code)
    while len(code) in {9, 12} and code.endswith("000"):
        if level is not None and len(code) == level.digits:
            break
        code = code[:-3]
    if level is not None and len(code) != level.digits:
        raise _refuse(code, f"a {level.value} code has {level.digits} digits")
    return code


def grid_code(area: str, sequence: int) -> str:
    """Return the 15-digit grid code of a sequence number in a community (or a street without communities).

    Parameters
    ----------
    area
        A 12-digit community code, or a 9-digit street code.
    sequence
        1 to 999, numbered west to east, then north to south.

    Raises
    ------
    InputError
        GS106 when the area is neither, or the sequence is out of range.

    Examples
    --------
    >>> grid_code("110101001007", 3), grid_code("110101001", 3)
    ('110101001007003', '110101001000003')
    """
    level = level_of(area)
    if level is AreaLevel.STREET:
        area += "000"
    elif level is not AreaLevel.COMMUNITY:
        raise _refuse(area, "grids belong to a community, or to a street without communities")
    if not 1 <= sequence <= MAX_SEQUENCE:
        raise _refuse(f"{area}/{sequence}", f"the sequence must be 1 to {MAX_SEQUENCE}")
    return f"{area}{sequence:03d}"


def sequence_of(code: str) -> int:
    """Return the sequence number of a grid code.

    Raises
    ------
    InputError
        GS106 when it is not a grid code.

    Examples
    --------
    >>> sequence_of("110101001007003")
    3
    """
    if level_of(code) is not AreaLevel.GRID:
        raise _refuse(code, "it is not a 15-digit grid code")
    return int(code[-3:])


def is_within(code: str, area: str) -> bool:
    """Return whether an area code lies in (or is) another area.

    Examples
    --------
    >>> is_within("110101001007003", "110101001"), is_within("110101002", "110101001")
    (True, False)
    """
    return code.startswith(area)
