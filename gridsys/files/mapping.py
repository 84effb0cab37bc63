"""A mapping file: how somebody's own table becomes ours (字段映射)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gridsys.errors import InputError
from gridsys.spatial.crs import Datum, parse_datum

_PLACES: Final = ("lon", "lat", "x", "y", "wkt", "crs")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Where each of our columns comes from.

    ``columns`` maps our name to the file's; ``constants`` gives a column one value; ``value_lists`` (``[values.…]`` in
    the file) maps the file's cell texts to ours, column by column; ``position`` names the columns of a table's
    positions (``lon`` and ``lat``, or ``x`` and ``y`` with a ``crs``, or ``wkt``). ``layer``, ``datum`` and
    ``encoding`` are as in :func:`gridsys.files.reader.read_records`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str | int | float] = field(default_factory=dict)
    value_lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    position: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    datum: Datum | None = None
    encoding: str | None = None


def read_mapping(path: Path | str) -> ColumnMapping:
    """Return the mapping written in a TOML file.

    Parameters
    ----------
    path
        A file such as ::

            datum = "gcj02"
            [columns]
            building_id = "楼栋编号"
            [constants]
            kind = "slab"
            [values.kind]
            "平房" = "courtyard"
            [position]
            lon = "经度"
            lat = "纬度"

    Raises
    ------
    InputError
        GS101 for a file that cannot be read, GS103 for an entry that is not known.
    DatumError
        GS202 for an unknown datum.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "buildings.toml")
    ...     _ = file.write_text('columns.building_id = "楼栋编号"', encoding="utf-8")
    ...     read_mapping(file).columns
    {'building_id': '楼栋编号'}
    """
    try:
        loaded = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            "GS101", "the mapping file cannot be read", where=str(path), why=str(error), fix="mend the file"
        ) from error
    for key in loaded:
        if key not in _CHECKS:
            raise _refuse(path, key, f"entries are: {', '.join(_CHECKS)}")
        if not _CHECKS[key](loaded[key]):
            raise _refuse(path, key, _FORMS[key])
    unknown = set(loaded.get("position", {})) - set(_PLACES)
    if unknown:
        raise _refuse(path, f"position.{min(unknown)}", f"entries of [position] are: {', '.join(_PLACES)}")
    if "datum" in loaded:
        loaded["datum"] = parse_datum(loaded["datum"])
    return ColumnMapping(value_lists=loaded.pop("values", {}), **loaded)


def _texts(value: Any) -> bool:  # noqa: ANN401 - whatever TOML holds
    return isinstance(value, dict) and all(isinstance(cell, str) for cell in value.values())


_FORMS: Final = {
    "columns": 'it is a table of ours = "theirs"',
    "constants": "it is a table of column = text or number",
    "values": 'it is a table for each column: "theirs" = "ours"',
    "position": 'it is a table such as lon = "经度"',
    "layer": "it is text",
    "datum": "it is text",
    "encoding": "it is text",
}
_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "columns": _texts,
    "constants": lambda value: (
        isinstance(value, dict)
        and all(isinstance(cell, str | int | float) and not isinstance(cell, bool) for cell in value.values())
    ),
    "values": lambda value: isinstance(value, dict) and all(map(_texts, value.values())),
    "position": _texts,
    "layer": lambda value: isinstance(value, str),
    "datum": lambda value: isinstance(value, str),
    "encoding": lambda value: isinstance(value, str),
}


def _refuse(path: Path | str, key: str, fix: str) -> InputError:
    return InputError("GS103", f"the mapping entry {key!r} cannot be used", where=str(path), fix=fix)
