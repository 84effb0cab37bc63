"""The audit chain: each entry's hash covers the entry and the hash before it, so no entry can change unseen.

The database refuses to change or delete entries; the chain shows it where that was circumvented. What a chain alone
cannot show is the loss of its newest entries: note its head (``AuditCheck.head``) elsewhere from time to time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from gridsys.errors import StoreError
from gridsys.store.backends import Backend
from gridsys.store.schema import AUDIT

GENESIS: Final = "0" * 64
_HASHED: Final = ("entry_id", "at", "actor", "role", "action", "area", "detail", "previous_hash")


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Outcome of a verification: entries read, the first broken one (None: whole), and the newest hash."""

    entries: int
    broken_at: int | None
    head: str


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON with one spelling: sorted names, no spaces, characters as they are.

    Raises
    ------
    StoreError
        GS503 for a value that JSON cannot hold.

    Examples
    --------
    >>> canonical({"kind": "person", "area": "东城"})
    '{"area":"东城","kind":"person"}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StoreError(
            "GS503", "a detail cannot be written as JSON", why=str(error), fix="give text, numbers, lists and mappings"
        ) from error


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an entry, its predecessor's hash included.

    Examples
    --------
    >>> entry = dict.fromkeys(("at", "actor", "role", "action", "area", "detail"), "")
    >>> entry_hash({**entry, "entry_id": 1, "previous_hash": GENESIS})[:8]
    '65b30043'
    """
    return hashlib.sha256(canonical({name: entry[name] for name in _HASHED}).encode()).hexdigest()


def append(
    connection: sa.Connection,
    backend: Backend,
    *,
    actor: str,
    role: str,
    action: str,
    area: str,
    detail: Mapping[str, Any],
) -> dict[str, Any]:
    """Append an entry and return it."""
    backend.lock(connection, AUDIT.name)
    last = connection.execute(
        sa.select(AUDIT.c.entry_id, AUDIT.c.entry_hash).order_by(AUDIT.c.entry_id.desc()).limit(1)
    ).first()
    entry: dict[str, Any] = {
        "entry_id": (last.entry_id if last else 0) + 1,
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "actor": str(actor),
        "role": str(role),
        "action": str(action),
        "area": area,
        "detail": canonical(detail),
        "previous_hash": last.entry_hash if last else GENESIS,
    }
    entry["entry_hash"] = entry_hash(entry)
    connection.execute(sa.insert(AUDIT).values(entry))
    return entry


def verify(connection: sa.Connection) -> AuditCheck:
    """Recompute the chain from its beginning."""
    expected_id, previous, entries = 1, GENESIS, 0
    broken = None
    for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.entry_id)).mappings():
        entries += 1
        sound = (
            row["entry_id"] == expected_id
            and row["previous_hash"] == previous
            and row["entry_hash"] == entry_hash(dict(row))
        )
        if not sound and broken is None:
            broken = int(row["entry_id"])
        expected_id, previous = row["entry_id"] + 1, row["entry_hash"]
    return AuditCheck(entries, broken, previous)


def entries(connection: sa.Connection) -> pd.DataFrame:
    """Return the log, oldest first, keyed by ``entry_id``; ``at`` is a moment in UTC, ``detail`` JSON text."""
    rows = connection.execute(sa.select(AUDIT).order_by(AUDIT.c.entry_id)).all()
    frame = pd.DataFrame(rows, columns=[column.name for column in AUDIT.columns]).set_index("entry_id")
    frame["at"] = pd.to_datetime(frame["at"], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return frame
