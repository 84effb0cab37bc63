"""The database's own upkeep: its tables' version, and the logins that read by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from gridsys.domain.areacode import is_within
from gridsys.domain.rights import Action, Actor, require
from gridsys.store import Store
from gridsys.store.audit import AuditCheck
from gridsys.store.cases import CaseCheck
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


@dataclass(frozen=True)
class VerifyReport:
    """Whether the chains hold: that of the audit log, and that of each case's log with its head."""

    audit: AuditCheck
    cases: CaseCheck

    @property
    def holds(self) -> bool:
        """Return whether nothing is broken."""
        return self.audit.broken_at is None and not self.cases.broken


def verify_database(actor: Actor, store: Store) -> VerifyReport:
    """Recompute the audit chain and the chains of all cases' logs, and tell what is broken.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501, GS502.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    with store.begin(read_only=True) as transaction:
        return VerifyReport(transaction.verify_audit(), transaction.cases.verify())


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


def grant_login(actor: Actor, store: Store, login: str, reader: Actor) -> None:
    """Let a login of the PostgreSQL server read what a role in an area may (row security).

    Parameters
    ----------
    actor
        Who asks; needs ``administer`` in the reader's area.
    store
        An open database.
    login
        Name of the login on the server.
    reader
        Role and area it reads as.

    Raises
    ------
    AccessError
        GS401, GS402.
    StoreError
        GS501 to GS506.
    """
    require(actor, Action.ADMINISTER, reader.area_code)
    with store.begin() as transaction:
        transaction.grant(login, reader)
        details = {"grant": login, "role": reader.role.value, "area": reader.area_code}
        transaction.record(actor.name, actor.role, Action.ADMINISTER, reader.area_code, details)


def revoke_login(actor: Actor, store: Store, login: str) -> None:
    """Take from a login all it may read.

    Raises
    ------
    AccessError
        GS401; GS402 for a login that reads outside the actor's area.
    StoreError
        GS501 to GS506.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    with store.begin() as transaction:
        known = transaction.logins()
        if login in known.index:
            require(actor, Action.ADMINISTER, str(known.loc[login, "area"]))
        transaction.revoke(login)
        transaction.record(actor.name, actor.role, Action.ADMINISTER, actor.area_code, {"revoke": login})


def list_logins(actor: Actor, store: Store) -> pd.DataFrame:
    """Return the logins that read within the actor's area: index ``login``, ``role``, ``area``.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501, GS502.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    with store.begin(read_only=True) as transaction:
        known = transaction.logins()
    return known[[is_within(area, actor.area_code) for area in known["area"]]]
