"""The catalog (基础信息目录): 7 categories, 32 subcategories, 170 items and what is recorded of each.

The official breakdown behind the published figure 7/32/170/2043 is not public; this catalog is our own design.
An item (信息项) becomes one table of the database, an indicator (指标) one column of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from gridsys.domain.records import Sensitivity
from gridsys.errors import InputError

SUBJECTS: Final = (
    "person", "household", "area", "place", "component", "case", "note", "reading", "organisation", "building", "room",
)  # fmt: skip
"""What an item can say something of."""
SENSITIVITIES: Final[tuple[Sensitivity, ...]] = ("public", "internal", "personal", "sensitive")
RESERVED_COLUMNS: Final = frozenset(
    {"id", "record_id", "item_code", "subject_id", "grid_code", "place", "geometry", "valid_from", "valid_to",
     "recorded_by", "recorded_at", "remark"}
)  # fmt: skip
"""Columns of the common base row; no indicator may be called so."""
SHORT_LENGTH: Final = 10
_STEM: Final = SHORT_LENGTH - 3


class IndicatorType(StrEnum):
    """Type of an indicator's values."""

    TEXT = "text"
    CODE = "code"
    """One code of the indicator's code list."""
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    """Date and time with offset; stored in UTC, shown in Asia/Shanghai."""
    BOOLEAN = "boolean"
    POINT = "point"
    """A position in CGCS2000 (EPSG:4490)."""


@dataclass(frozen=True, slots=True)
class Category:
    """One of the categories 人、地、物、事、情、组织、房; ``code`` has one digit."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Subcategory:
    """A subcategory (小类); ``code`` has two digits, the first of them the category's."""

    code: str
    zh: str
    en: str
    category: Category


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list (代码表): the values an indicator of type code may take."""

    name: str
    codes: tuple[Code, ...]
    source: str

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the codes alone, in order."""
        return tuple(code.code for code in self.codes)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure or count."""

    unit: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where an indicator or a code list comes from.

    ``status`` is ``"own"`` for our own design, ``"named"`` for a law or standard known by title and clause whose text
    was not compared word by word, ``"second-hand"`` for values taken from somebody's copy.
    """

    source: str
    title_zh: str
    title_en: str
    status: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: a column of its item's table.

    ``code`` is the item's four digits and a sequence of two; it is never given to anything else. ``column`` is the
    identifier in the database and in files; ``code_list`` names a list when the type is code, else it is empty;
    ``unit`` is set for integers and numbers only.
    """

    code: str
    column: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    type: IndicatorType
    unit: str
    code_list: str
    required: bool
    sensitivity: Sensitivity
    source: str

    @property
    def short_name(self) -> str:
        """Return the shapefile column name: ASCII, at most 10 characters, unique within the item.

        Examples
        --------
        >>> Indicator("110102", "citizen_identity_number", "", "", "", "", IndicatorType.TEXT, "", "", True,
        ...           "sensitive", "").short_name
        'citizen_02'
        """
        return self.column if len(self.column) <= SHORT_LENGTH else f"{self.column[:_STEM]}_{self.code[-2:]}"


@dataclass(frozen=True, slots=True)
class Item:
    """One item (信息项): a table of the database; ``code`` has four digits, the first two its subcategory's."""

    code: str
    zh: str
    en: str
    subject: str
    subcategory: Subcategory
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """A whole catalog of one version; ``lineage`` names the versions it was made from, oldest first.

    ``items``, ``code_lists``, ``units`` and ``sources`` are keyed by code or name and keep the order of the files.

    Examples
    --------
    >>> roads = Subcategory("22", "道路水系", "roads and water", Category("2", "地", "place"))
    >>> length = Indicator("220102", "road_length", "道路长度", "road length", "辖区内道路中心线长度。",
    ...                    "Length of the centre line within the area.", IndicatorType.NUMBER, "m", "", True,
    ...                    "public", "own design")
    >>> catalog = Catalog("1", (), {"2201": Item("2201", "道路", "road", "place", roads, (length,))}, {}, {}, {})
    >>> catalog.indicator("220102").unit, catalog.item("2201").subcategory.category.zh
    ('m', '地')
    """

    version: str
    lineage: tuple[str, ...]
    items: Mapping[str, Item]
    code_lists: Mapping[str, CodeList]
    units: Mapping[str, Unit]
    sources: Mapping[str, Source]

    @property
    def categories(self) -> tuple[Category, ...]:
        """Return the categories in order of code."""
        return tuple({subcategory.category: None for subcategory in self.subcategories})

    @property
    def subcategories(self) -> tuple[Subcategory, ...]:
        """Return the subcategories in order of code."""
        return tuple({item.subcategory: None for item in self.items.values()})

    @property
    def indicators(self) -> Iterator[Indicator]:
        """Yield every indicator, in order of code."""
        for item in self.items.values():
            yield from item.indicators

    def item(self, code: str) -> Item:
        """Return the item of a four-digit code.

        Raises
        ------
        InputError
            GS109 when there is none.
        """
        return _found(self.items, code, "item")

    def indicator(self, code: str) -> Indicator:
        """Return the indicator of a six-digit code.

        Raises
        ------
        InputError
            GS109 when there is none.
        """
        item = self.items.get(code[:4])
        return _found({each.code: each for each in (item.indicators if item else ())}, code, "indicator")

    def code_list(self, name: str) -> CodeList:
        """Return the code list of that name.

        Raises
        ------
        InputError
            GS109 when there is none.
        """
        return _found(self.code_lists, name, "code list")


_Entry = TypeVar("_Entry")


def _found(entries: Mapping[str, _Entry], code: str, what: str) -> _Entry:
    if code not in entries:
        raise InputError(
            "GS109",
            f"the catalog has no {what} {code!r}",
            fix="look the code up in the files of geodata/catalog/, or in the district's own",
        )
    return entries[code]
