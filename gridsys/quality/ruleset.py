"""Rules of data quality as data: declared in a text file, checked when read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gridsys.domain.finding import Severity
from gridsys.domain.records import KINDS
from gridsys.errors import SettingsError

_COMMON: Final = (
    "id", "kind", "table", "name_zh", "name_en", "severity", "message_zh", "message_en", "fix",
)  # fmt: skip
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "chain": ("column",),
    "duplicate": ("columns",),
    "outlier": ("column", "group", "threshold"),
    "freshness": ("days", "threshold"),
    "completeness": ("column", "threshold"),
    "forces": (),
    "agreement": ("column",),
}
"""What a rule of each kind must say besides the common keys; ``where`` and ``source`` are always allowed."""
_TABLE_OF: Final = {"freshness": "confirmation", "forces": "posting", "agreement": "component"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what is checked, how much it matters, what is said of what breaks it, and how to mend it.

    ``columns`` has one name for all kinds but ``duplicate``; ``where`` narrows the rows; ``group`` the columns within
    whose values a value is judged; ``threshold`` and ``days`` are the rule's measure.
    """

    id: str
    kind: str
    table: str
    name_zh: str
    name_en: str
    severity: Severity
    message_zh: str
    message_en: str
    fix: str
    columns: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    threshold: float = 0.0
    days: int = 0
    source: str = "own design"


def rule_set(declared: Mapping[str, Any], lines: Sequence[int], where: str) -> tuple[Rule, ...]:
    """Return the rules that a file declares.

    Parameters
    ----------
    declared
        The file's content: ``{"rule": [{…}, …]}``.
    lines
        The line on which each rule begins.
    where
        The file, for errors.

    Raises
    ------
    SettingsError
        GS906 naming every rule that cannot be used, by its line.

    Examples
    --------
    >>> text = dict.fromkeys(("id", "name_zh", "name_en", "message_zh", "message_en", "fix"), "a")
    >>> rule = text | {"kind": "forces", "table": "posting", "severity": "error"}
    >>> rule_set({"rule": [rule]}, [1], "quality.toml")[0].severity.value
    'error'
    """
    rows = declared.get("rule", [])
    faults = []
    if not isinstance(rows, list) or set(declared) != {"rule"}:
        faults, rows = ["line 1: only [[rule]] tables belong here, one at least"], []
    seen: dict[str, int] = {}
    for line, row in zip(lines, rows, strict=False):
        faults += [f"line {line}: {fault}" for fault in _faults(row)]
        name = str(row.get("id"))
        if name in seen:
            faults.append(f"line {line}: {name!r} stands on line {seen[name]} already")
        seen[name] = line
    if faults:
        raise SettingsError(
            "GS906", "the rules of data quality cannot be used", where=where, why="; ".join(faults),
            fix="mend the lines named; docs/formats.md says what each kind of rule needs",
        )  # fmt: skip
    return tuple(_rule(row) for row in rows)


def _faults(row: Mapping[str, Any]) -> list[str]:
    kind = row.get("kind")
    if kind not in _NEEDS:
        return [f"kind is to be one of {', '.join(_NEEDS)}"]
    wanted = {*_COMMON, *_NEEDS[kind]}
    faults = [f"{name} is missing" for name in sorted(wanted - set(row))]
    faults += [f"{name} is not known" for name in sorted(set(row) - wanted - {"where", "source"})]
    if faults:
        return faults
    faults = [f"{name} is empty" for name in _COMMON if not isinstance(row[name], str) or not row[name].strip()]
    if row["severity"] not in set(Severity):
        faults.append(f"severity is to be one of {', '.join(Severity)}")
    if row["table"] not in KINDS:
        return [*faults, f"{row['table']!r} is not a record kind"]
    if row["table"] != _TABLE_OF.get(kind, row["table"]):
        faults.append(f"a rule of kind {kind} is of {_TABLE_OF[kind]}")
    known = KINDS[row["table"]].columns
    named = [row.get("column"), *row.get("columns", ()), *row.get("group", ()), *row.get("where", {})]
    faults += [f"{row['table']} has no column {name!r}" for name in named if name is not None and name not in known]
    if kind == "chain" and not faults and not KINDS[row["table"]].field(row["column"]).refers:
        faults.append(f"{row['column']} refers to no other table")
    for name in ("threshold", "days"):
        number = row.get(name, 1)
        if isinstance(number, bool) or not isinstance(number, int | float) or number <= 0:
            faults.append(f"{name} is to be a number over 0")
    return faults


def _rule(row: Mapping[str, Any]) -> Rule:
    plain = {name: row[name] for name in (*_COMMON, "source", "threshold", "days") if name in row}
    columns = tuple(row["columns"]) if "columns" in row else tuple(filter(None, [row.get("column")]))
    return Rule(
        **{**plain, "severity": Severity(row["severity"])},
        columns=columns,
        group=tuple(row.get("group", ())),
        where=tuple((str(k), str(v)) for k, v in row.get("where", {}).items()),
    )
