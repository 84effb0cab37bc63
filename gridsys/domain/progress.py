"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)``; ``total`` 0 means not known yet."""


def silent(stage: str, done: int, total: int) -> None:
    """Take a progress report and show nothing.

    Examples
    --------
    >>> silent("noding", 1, 8)
    """
