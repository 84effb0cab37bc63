"""A finding: one thing that is wrong, where, why, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """The record or shape cannot be used."""
    WARNING = "warning"
    """Used, after a repair that the finding describes."""
    INFO = "info"
    """Nothing to do; said for the record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of a findings table.

    ``check`` names the rule (``"coverage.gap"``), ``code`` an error code of ``errors.CODES`` where one fits,
    ``table`` and ``id`` the record, ``column`` and ``value`` the cell, ``geometry`` the place (a shapely
    geometry in the frame's CRS, or None), ``row`` the row of the table that was read, counted from 1 (0: not one row).
    """

    check: str
    severity: Severity
    table: str
    id: str
    reason: str
    fix: str
    code: str = ""
    column: str = ""
    value: str = ""
    geometry: Any = None
    row: int = 0


FINDING_COLUMNS: Final = (
    "check", "severity", "code", "table", "id", "column", "value", "reason", "fix", "geometry",
)  # fmt: skip
