"""How long records are kept after they ended, and what becomes of them then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from gridsys.domain.records import KINDS
from gridsys.errors import SettingsError


class Disposal(StrEnum):
    """What becomes of a record whose term is over."""

    ANONYMISE = "anonymise"
    """Identifiers are replaced by random ones, names emptied, dates kept to the year: counts of the past still hold."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """The term of one record kind: full years after its last day, and the purpose the records serve until then."""

    kind: str
    years: int
    action: Disposal
    purpose_zh: str
    purpose_en: str

    def last_end(self, day: date) -> date:
        """Return the latest end of validity whose term is over on a day.

        Examples
        --------
        >>> RetentionRule("person", 5, Disposal.ANONYMISE, "服务", "service").last_end(date(2028, 2, 29))
        datetime.date(2023, 2, 28)
        """
        try:
            return day.replace(year=day.year - self.years)
        except ValueError:  # 29 February
            return day.replace(year=day.year - self.years, day=28)


_KEYS: Final = ("kind", "years", "action", "purpose_zh", "purpose_en")


def retention_rules(declared: Mapping[str, Any], where: str) -> tuple[RetentionRule, ...]:
    """Return the rules a file declares, checked.

    Parameters
    ----------
    declared
        ``{"rule": [{"kind", "years", "action", "purpose_zh", "purpose_en"}, …]}``, one rule a kind.
    where
        The file, for errors.

    Raises
    ------
    SettingsError
        GS904 naming every rule that cannot be used.

    Examples
    --------
    >>> text = {"kind": "posting", "years": 3, "action": "delete", "purpose_zh": "公布", "purpose_en": "telling"}
    >>> retention_rules({"rule": [text]}, "retention.toml")[0].action.value
    'delete'
    """
    rows = declared.get("rule", [])
    faults = [] if isinstance(rows, list) and set(declared) <= {"rule"} else ["only [[rule]] tables belong here"]
    for number, row in enumerate(rows if not faults else (), 1):
        faults += [f"rule {number}: {fault}" for fault in _faults(row)]
    kinds = [row.get("kind") for row in rows] if not faults else []
    faults += [f"{kind} has two rules" for kind in sorted({kind for kind in kinds if kinds.count(kind) > 1})]
    if faults:
        raise SettingsError(
            "GS904", "the terms of retention cannot be used", where=where, why="; ".join(faults),
            fix=f"give each kind one [[rule]] with {', '.join(_KEYS)}",
        )  # fmt: skip
    return tuple(RetentionRule(**{**row, "action": Disposal(row["action"])}) for row in rows)


def _faults(row: Mapping[str, Any]) -> Sequence[str]:
    if set(row) != set(_KEYS):
        return [f"{name} is missing or unknown" for name in sorted(set(row) ^ set(_KEYS))]
    faults = []
    if row["kind"] not in KINDS:
        faults.append(f"{row['kind']!r} is not a record kind")
    if not isinstance(row["years"], int) or isinstance(row["years"], bool) or not 0 <= row["years"] <= 100:  # noqa: PLR2004 - no office keeps personal records longer
        faults.append("years is to be a whole number from 0 to 100")
    if row["action"] not in set(Disposal):
        faults.append(f"action is to be one of {', '.join(Disposal)}")
    faults += [f"{name} is empty" for name in ("purpose_zh", "purpose_en") if not str(row[name]).strip()]
    return faults
