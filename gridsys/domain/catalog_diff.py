"""What differs between two catalogs: the ground on which a migration is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gridsys.domain.catalog import Catalog


class ChangeKind(StrEnum):
    """What happened to an entry."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    """The Chinese or English name; no data change."""
    COLUMN_RENAMED = "column-renamed"
    RETYPED = "retyped"
    """Type, unit, code list or subject: stored values must be converted or looked at."""
    REQUIRED = "required"
    SENSITIVITY = "sensitivity"
    REDEFINED = "redefined"
    """The definition or its source: the values may mean something else."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    ``level`` is ``"item"``, ``"indicator"`` or ``"code"`` (one entry of a code list); ``code`` is the entry's code,
    for a list ``LIST/CODE``; ``field`` is empty for an entry added or removed, when ``after`` or ``before`` holds
    its Chinese name.
    """

    kind: ChangeKind
    level: str
    code: str
    field: str
    before: str
    after: str


_KIND_OF: Final = {
    "zh": ChangeKind.RENAMED,
    "en": ChangeKind.RENAMED,
    "column": ChangeKind.COLUMN_RENAMED,
    "type": ChangeKind.RETYPED,
    "unit": ChangeKind.RETYPED,
    "code_list": ChangeKind.RETYPED,
    "subject": ChangeKind.RETYPED,
    "required": ChangeKind.REQUIRED,
    "sensitivity": ChangeKind.SENSITIVITY,
    "definition_zh": ChangeKind.REDEFINED,
    "definition_en": ChangeKind.REDEFINED,
    "source": ChangeKind.REDEFINED,
}
_FIELDS: Final = {
    "item": ("zh", "en", "subject"),
    "indicator": tuple(field for field in _KIND_OF if field != "subject"),
    "code": ("zh", "en"),
}


def diff(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """Return the changes that make the new catalog of the old one: items, then indicators, then code lists.

    An item that is added or removed takes its indicators with it: they are not listed one by one.

    Examples
    --------
    >>> empty = Catalog("1", (), {}, {}, {}, {})
    >>> diff(empty, empty)
    ()
    """
    kept = old.items.keys() & new.items.keys()
    before = {each.code: each for each in old.indicators if each.code[:4] in kept}
    after = {each.code: each for each in new.indicators if each.code[:4] in kept}
    return (
        *_compare("item", old.items, new.items),
        *_compare("indicator", before, after),
        *_compare("code", _codes(old), _codes(new)),
    )


def _codes(catalog: Catalog) -> dict[str, Any]:
    return {f"{found.name}/{code.code}": code for found in catalog.code_lists.values() for code in found.codes}


def _compare(level: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for code in sorted(old.keys() | new.keys()):
        if code not in old:
            yield Change(ChangeKind.ADDED, level, code, "", "", new[code].zh)
        elif code not in new:
            yield Change(ChangeKind.REMOVED, level, code, "", old[code].zh, "")
        else:
            for field in _FIELDS[level]:
                before, after = str(getattr(old[code], field)), str(getattr(new[code], field))
                if before != after:
                    yield Change(_KIND_OF[field], level, code, field, before, after)
