"""Named checks with an outcome, as the demo and reports print them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, whether it did, and the figures that show it."""

    name: str
    zh: str
    passed: bool
    detail: str


def all_passed(checks: list[Check]) -> bool:
    """Return whether every check passed (False for none at all).

    Examples
    --------
    >>> all_passed([Check("codes", "编码", True, "35 codes")]), all_passed([])
    (True, False)
    """
    return bool(checks) and all(check.passed for check in checks)
