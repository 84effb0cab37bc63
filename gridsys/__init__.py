"""gridsys: a geospatial grid-management information system on the Dongcheng model.

Person → household → house → grid → map (人进户、户进房、房进格、格进图). Public names load on first use, so that
``import gridsys`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

_PUBLIC: Final = {
    "GridsysError": "gridsys.errors",
}

__all__ = ["GridsysError", "__version__"]

if TYPE_CHECKING:
    from gridsys.errors import GridsysError


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    message = f"module 'gridsys' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
