"""Read the text of a procedure file: every key known, of the right type, and traced to its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from gridsys.domain import procedure as model
from gridsys.domain.procedure_check import Problem, problems_of, raise_problems
from gridsys.domain.procedure_roles import ProcedureRole
from gridsys.domain.worktime import Limit
from gridsys.errors import ProcedureError

# Arrays of tables are written in the singular, as TOML has one header for each entry.
_ARRAYS: Final[dict[str, type]] = {
    "step": model.Step,
    "transition": model.Transition,
    "class": model.CaseClass,
    "role": ProcedureRole,
    "body": model.Body,
    "round": model.Round,
    "occasion": model.Occasion,
    "indicator": model.Indicator,
}
_PLURAL: Final = {"class": "classes", "body": "bodies"}
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w-]+)\s*\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"\s*([\w-]+)\s*=")

Place = tuple[str, int, str]
"""A table's name, its position among tables of that name, and a key in it (empty for the table)."""


def line_places(text: str) -> dict[Place, int]:
    """Return the line every table and key stands on; arrays of tables are told apart by position."""
    places: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table, position = "", 0
    quoted = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not quoted and (header := _HEADER.match(line)):
            table, position = header[2], 0
            if header[1] == "[[":
                counts[table] = position = counts.get(table, -1) + 1
            places[table, position, ""] = number
        elif not quoted and (key := _KEY.match(line)):
            places.setdefault((table, position, key[1]), number)
        quoted ^= line.count('"""') % 2 == 1
    return places


class _Mismatch(Exception):  # noqa: N818 - says what was expected; never leaves this module
    """A value is not of the type its key takes."""


def _convert(value: Any, kind: Any) -> Any:  # noqa: ANN401 - TOML values
    """Return a TOML value as the type of its field."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is UnionType:
        (kind,) = [part for part in parts if part is not NoneType]
        return _convert(value, kind)
    if kind is Limit and isinstance(value, str):
        return Limit.parse(value)
    if kind is float and type(value) in {int, float}:
        return float(value)
    if kind in {str, int, bool} and type(value) is kind and value != "":
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(part, parts[0]) for part in value)
    if origin is Mapping and isinstance(value, dict):
        return {key: _convert(part, parts[1]) for key, part in value.items()}
    word = {str: "text", int: "a whole number", bool: "true or false", float: "a number", Limit: "a limit"}
    expected = word.get(kind, "a list" if origin is tuple else "a table")
    raise _Mismatch(expected)


@cache
def _keys(cls: type) -> dict[str, tuple[Field[Any], Any]]:
    """Return a table's keys, each with its field and type; a key that is a Python word has an underscore there."""
    hints = get_type_hints(cls)
    return {f.name.rstrip("_"): (f, hints[f.name]) for f in fields(cls) if f.init and f.name != "line"}


@dataclass(slots=True)
class TableReader:
    """Builds parts from TOML tables and keeps what is wrong with them, each with its line."""

    places: dict[Place, int]
    problems: list[Problem]
    code: str = "GS801"

    def _problem(self, what: str, fix: str, place: Place) -> None:
        table, position, key = place
        tries = (place, (key, 0, ""), (table, position, ""), ("", 0, table))
        line = next((self.places[one] for one in tries if one in self.places), 1)
        self.problems.append(Problem(self.code, line, what, fix))

    def table(
        self,
        cls: Any,  # noqa: ANN401 - builds whichever class it is given
        values: object,
        name: str,
        position: int = 0,
        ready: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - as above
        """Build a part from its table; None when something is wrong with it."""
        if not isinstance(values, dict):
            return self._problem(f"{name} is not a table", f"write [{name}] or [[{name}]]", (name, position, ""))
        before = 0 if ready else len(self.problems)
        keys = {key: entry for key, entry in _keys(cls).items() if key not in (ready or {})}
        given: dict[str, Any] = dict(ready or {})
        for key, value in values.items():
            if key not in keys:
                self._problem(f"the key {key!r} is unknown in [{name or 'the file'}]",
                              f"keys are: {', '.join(keys)}", (name, position, key))  # fmt: skip
                continue
            entry, kind = keys[key]
            try:
                given[entry.name] = _convert(value, kind)
            except _Mismatch as error:
                self._problem(f"{key} = {value!r} in [{name or 'the file'}]", f"give {error}", (name, position, key))
            except ProcedureError as error:
                self._problem(f"{key}: {error.what}", error.fix, (name, position, key))
        for key, (entry, _) in keys.items():
            needed = entry.default is MISSING and entry.default_factory is MISSING
            if needed and entry.name not in given and key not in values:
                self._problem(f"[{name or 'the file'}] has no {key}", f"add {key} = …", (name, position, ""))
        if len(self.problems) > before:
            return None
        return cls(**given, line=self.places.get((name, position, ""), 1))


def parse_procedure(text: str, where: str = "procedure.toml") -> model.Procedure:
    """Return the procedure a TOML text declares, checked.

    Parameters
    ----------
    text
        The file's text.
    where
        The file's name, for messages.

    Raises
    ------
    ProcedureError
        GS801 for text that is not TOML and keys that are unknown, missing or of the wrong type; GS802–GS805 for a
        procedure that cannot work. The message names ``file:line`` of every problem.

    Examples
    --------
    >>> parse_procedure("id = 1", "mine.toml")
    Traceback (most recent call last):
    gridsys.errors.ProcedureError: [GS801] id = 1 in [the file] — at mine.toml:1 ...
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProcedureError(
            "GS801", "the procedure file is not TOML", where=where, why=str(error), fix="mend the line named"
        ) from error
    reader = TableReader(line_places(text), [])
    ready: dict[str, Any] = {}
    hints = {key: kind for key, (_, kind) in _keys(model.Procedure).items()}
    for name, cls in _ARRAYS.items():
        entries = values.pop(name, [])
        if not isinstance(entries, list):
            entries = [entries]
        ready[_PLURAL.get(name, f"{name}s")] = tuple(reader.table(cls, e, name, i) for i, e in enumerate(entries))
    for name, kind in hints.items():
        part: Any = next((part for part in get_args(kind) or (kind,) if is_dataclass(part)), None)
        if name in values and part is not None and name not in ready:
            ready[name] = reader.table(part, values.pop(name), name)
    procedure = reader.table(model.Procedure, values, "", ready=ready)
    raise_problems(reader.problems, where)
    raise_problems(problems_of(procedure), where)
    return procedure  # type: ignore[no-any-return] # built by class, returned as it
