"""Keep records no longer than they serve: what is due, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from gridsys.domain.progress import Progress, silent
from gridsys.domain.records import KINDS
from gridsys.domain.retention import RetentionRule
from gridsys.domain.rights import Action, Actor, require
from gridsys.store import Store
from gridsys.usecases.scope import require_whole


def apply_retention(
    actor: Actor,
    store: Store,
    rules: Sequence[RetentionRule],
    *,
    as_of: date,
    dry_run: bool = False,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Anonymise or delete the records whose term is over on a day, in one transaction; or only count them.

    Parameters
    ----------
    actor
        Who asks; needs ``administer`` wherever there are grids.
    store
        An open database.
    rules
        The terms (``gridsys.files.read_retention``).
    as_of
        The day.
    dry_run
        Count only; change nothing.
    progress
        Told of every rule.

    Returns
    -------
    DataFrame
        A row a rule, index ``kind``: ``zh``, ``action``, ``years``, ``ended_by`` (the latest end whose term is over)
        and ``records``.

    Raises
    ------
    AccessError
        GS401, GS402.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    rows = []
    with store.begin(read_only=dry_run) as transaction:
        require_whole(transaction, actor, Action.ADMINISTER, as_of)
        for number, rule in enumerate(rules, 1):
            count = len(transaction.ended(rule, as_of)) if dry_run else transaction.dispose(rule, as_of)
            rows.append((rule.kind, KINDS[rule.kind].zh, rule.action.value, rule.years, rule.last_end(as_of), count))
            progress("retention", number, len(rules))
        table = pd.DataFrame(rows, columns=["kind", "zh", "action", "years", "ended_by", "records"]).set_index("kind")
        if not dry_run:
            counts = {kind: int(count) for kind, count in table["records"].items()}
            details = {"retention": counts, "as_of": as_of.isoformat()}
            transaction.record(actor.name, actor.role, Action.ADMINISTER, actor.area_code, details)
    return table
