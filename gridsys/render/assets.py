"""The page's own program and looks: modules of ``maps/src`` joined in order, styles, vendored libraries."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from gridsys.errors import SettingsError
from gridsys.resources import resource

_ENTRY: Final = "app.js"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "\./([a-z0-9-]+\.js)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?function |const |let |class )", re.MULTILINE)
_REMARK: Final = re.compile(r"^\s*(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
_URL: Final = re.compile(r"url\([^)]*\)")


@cache
def program() -> str:
    """Return the page's program: every module once, after those it imports, in one function of its own scope.

    Raises
    ------
    SettingsError
        GS902 when a module is missing, or two modules import each other.
    """
    order: list[str] = []
    _visit(_ENTRY, order, ())
    body = "".join(_plain(_module(name)) for name in order)
    return f'(function () {{\n"use strict";\n{body}window.startGridMap = startGridMap;\n}})();\n'


@cache
def module_order() -> tuple[str, ...]:
    """Return the names of the modules, each after those it imports.

    Examples
    --------
    >>> module_order()[-1]
    'app.js'
    """
    order: list[str] = []
    _visit(_ENTRY, order, ())
    return tuple(order)


@cache
def styles() -> str:
    """Return Leaflet's styles, without pictures that would be fetched, and the page's own."""
    folder = resource("maps", "styles")
    own = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.css")))
    vendored = _URL.sub("none", resource("maps", "vendor", "leaflet", "leaflet.css").read_text("utf-8"))
    return _squeeze(vendored + own)


@cache
def unpacker() -> str:
    """Return what must stand in the page as it is: the library that inflates, and the lines that start the rest."""
    inflate = resource("maps", "vendor", "fflate", "fflate.js").read_text("utf-8")
    return f"{inflate}\n;{resource('maps', 'src', 'pages', 'unpack.js').read_text('utf-8')}"


@cache
def everything() -> str:
    """Return what the page runs once it is unpacked: Leaflet and the page's program."""
    leaflet = resource("maps", "vendor", "leaflet", "leaflet.js").read_text("utf-8")
    return f"{leaflet}\n;{program()}"


@cache
def versions() -> dict[str, Any]:
    """Return name, version and licence of each vendored library, with its licence's text.

    Examples
    --------
    >>> versions()["leaflet"]["licence"]
    'BSD-2-Clause'
    """
    listed = json.loads(resource("maps", "vendor", "versions.json").read_text("utf-8"))
    return {
        name: {
            "version": entry["version"],
            "licence": entry["licence"],
            "text": resource("maps", "vendor", *entry["text"].split("/")).read_text("utf-8"),
        }
        for name, entry in listed.items()
    }


def _module(name: str) -> str:
    path: Path = resource("maps", "src", name)
    return path.read_text("utf-8")


def _visit(name: str, order: list[str], above: tuple[str, ...]) -> None:
    if name in order:
        return
    if name in above:
        raise SettingsError(
            "GS902", f"maps/src/{name} imports itself", where=" → ".join(above), fix="move the shared part down"
        )
    for imported in _IMPORT.findall(_module(name)):
        _visit(imported, order, (*above, name))
    order.append(name)


def _plain(module: str) -> str:
    return _REMARK.sub("", _EXPORT.sub("", _IMPORT.sub("", module)))


def _squeeze(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).strip()
