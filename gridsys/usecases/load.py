"""Load records into the database: all of a table or nothing."""

from __future__ import annotations

from datetime import date

import pandas as pd

from gridsys.domain.progress import Progress, silent
from gridsys.domain.records import KINDS
from gridsys.domain.rights import Action, Actor, require
from gridsys.quality.conformity import require_conform
from gridsys.store import PutCounts, Store


def load_records(
    actor: Actor, store: Store, kind: str, frame: pd.DataFrame, *, valid_from: date, progress: Progress = silent
) -> PutCounts:
    """Check a table and write it in one transaction; run twice, it changes nothing the second time.

    Parameters
    ----------
    actor
        Who asks; needs ``load`` in the actor's own area.
    store
        An open database.
    kind
        Name of a record kind (``gridsys.domain.records.KINDS``).
    frame
        Frame of that kind, keyed by its index.
    valid_from
        The day from which the rows hold.

    Returns
    -------
    PutCounts
        Rows inserted, changed and left alone.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS102 to GS106, naming every bad cell.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.LOAD, actor.area_code)
    require_conform(frame, KINDS[kind])
    with store.begin() as transaction:
        counts = transaction.put(kind, frame, valid_from=valid_from, progress=progress)
        transaction.record(
            actor.name,
            actor.role,
            Action.LOAD,
            actor.area_code,
            {"kind": kind, "inserted": counts.inserted, "changed": counts.changed, "unchanged": counts.unchanged},
        )
    return counts


def check_records_only(actor: Actor, kind: str, frame: pd.DataFrame) -> None:
    """Check a table as ``load_records`` would, and write nothing.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS102 to GS106, naming every bad cell.
    """
    require(actor, Action.LOAD, actor.area_code)
    require_conform(frame, KINDS[kind])
