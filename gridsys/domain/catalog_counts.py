"""How much a catalog holds, by category and subcategory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gridsys.domain.catalog import Catalog, Category, Subcategory

_NUMBERS: Final = ("items", "indicators", "required", "sensitive")


@dataclass(frozen=True, slots=True)
class Count:
    """Items and indicators of one category or subcategory; ``required`` and ``sensitive`` are of the indicators."""

    group: Category | Subcategory
    items: int
    indicators: int
    required: int
    sensitive: int


def count(catalog: Catalog, group: Category | Subcategory) -> Count:
    """Return what a category or subcategory holds; its code is a prefix of its items' codes.

    Examples
    --------
    >>> count(Catalog("1", (), {}, {}, {}, {}), Category("1", "人", "person")).items
    0
    """
    items = [item for item in catalog.items.values() if item.code.startswith(group.code)]
    indicators = [each for item in items for each in item.indicators]
    return Count(
        group,
        len(items),
        len(indicators),
        sum(each.required for each in indicators),
        sum(each.sensitivity == "sensitive" for each in indicators),
    )


def counts_markdown(catalog: Catalog) -> str:
    """Return the table of docs/catalog.md: each category, its subcategories, and the sum.

    Examples
    --------
    >>> print(counts_markdown(Catalog("1", (), {}, {}, {}, {})).splitlines()[-1])
    | | **合计** | **0 categories, 0 subcategories** | **0** | **0** | **0** | **0** |
    """
    lines = [
        "| code | 类 | class | items | indicators | required | sensitive |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    categories = [count(catalog, category) for category in catalog.categories]
    for total in categories:
        lines.append(_line(total, "**"))
        lines.extend(
            _line(count(catalog, group), "")
            for group in catalog.subcategories
            if isinstance(total.group, Category) and group.category == total.group
        )
    sums = [sum(getattr(each, field) for each in categories) for field in _NUMBERS]
    lines.append(
        f"| | **合计** | **{len(categories)} categories, {len(catalog.subcategories)} subcategories** | "
        + " | ".join(f"**{value}**" for value in sums)
        + " |"
    )
    return "\n".join(lines) + "\n"


def _line(found: Count, mark: str) -> str:
    names = f"| {mark}{found.group.code}{mark} | {mark}{found.group.zh}{mark} | {mark}{found.group.en}{mark} "
    return f"{names}| {found.items} | {found.indicators} | {found.required} | {found.sensitive} |"
