"""The database's own upkeep: bring its tables to a version."""

from __future__ import annotations

from datetime import datetime

from gridsys.domain.rights import Action, Actor, require
from gridsys.store import Store
from gridsys.usecases.scope import require_whole


def upgrade_database(actor: Actor, store: Store) -> None:
    """Create the tables, or bring them to this release's version; nothing that is held is lost.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501, GS502.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    store.upgrade()


def downgrade_database(actor: Actor, store: Store, revision: str) -> None:
    """Go back to an earlier version of the tables; what only the newer one holds is lost.

    Raises
    ------
    AccessError
        GS401; GS402 where the database holds grids outside the actor's area, whose records would be lost too.
    StoreError
        GS501, GS502.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    if store.revision == store.newest_revision:
        with store.begin(read_only=True) as transaction:
            require_whole(transaction, actor, Action.ADMINISTER, datetime.now().astimezone().date())
    store.downgrade(revision)
