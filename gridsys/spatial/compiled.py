"""Compiling loops over arrays with numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Return a function compiled on first use, its machine code kept where a folder can be written.

    Examples
    --------
    >>> @compiled
    ... def twice(number: float) -> float:
    ...     return 2 * number
    >>> twice(21.0)
    42.0
    """
    try:
        return cast("_F", njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # numba finds no folder to keep it in, as for code that is in no file
        return cast("_F", njit(error_model="numpy")(function))
