"""``gridsys db``: the database's own upkeep."""

from __future__ import annotations

from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.domain.rights import Actor
from gridsys.store import open_store
from gridsys.usecases.database import (
    downgrade_database,
    grant_login,
    list_logins,
    revoke_login,
    upgrade_database,
    verify_database,
)

app = typer.Typer(
    rich_markup_mode="markdown", help="Create, upgrade and inspect the database.  数据库维护", no_args_is_help=True
)


@app.command(epilog="**Example:** `gridsys db upgrade --db sqlite:///city.db --as admin:district-administrator@110101`")
def upgrade(db: options.Database = None, acting: options.Acting = None, as_json: options.AsJson = False) -> None:
    """Create the tables, or bring them to this release's version."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        before = store.revision
        upgrade_database(actor, store)
        after = store.revision
    _report({"database": store.address, "before": before, "after": after}, as_json=as_json)


@app.command(epilog="**Example:** `gridsys db downgrade base --as admin:district-administrator@110101`")
def downgrade(
    revision: Annotated[str, typer.Argument(help="Version to go back to; `base` removes all tables.")],
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Go back to an earlier version of the tables; what only the newer one holds is lost."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        before = store.revision
        downgrade_database(actor, store, revision)
        after = store.revision
    _report({"database": store.address, "before": before, "after": after}, as_json=as_json)


@app.command(epilog="**Example:** `gridsys db verify --as admin:district-administrator@110101`")
def verify(db: options.Database = None, acting: options.Acting = None, as_json: options.AsJson = False) -> None:
    """Recompute the audit chain and the chain of every case's log; exit with 1 when something is broken (核验)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        found = verify_database(actor, store)
    audit, cases = found.audit, found.cases
    values: dict[str, object] = {
        "holds": found.holds, "audit_entries": audit.entries, "audit_broken_at": audit.broken_at,
        "audit_head": audit.head, "cases": cases.cases, "case_events": cases.events, "cases_broken": dict(cases.broken),
    }  # fmt: skip
    _report(values, as_json=as_json)
    if not found.holds:
        raise typer.Exit(1)


@app.command(epilog="**Example:** `gridsys db status --json`")
def status(db: options.Database = None, as_json: options.AsJson = False) -> None:
    """Tell the database's kind and version; it says nothing of the data, so anybody may ask."""
    settings = options.settings_with(db)
    with open_store(settings.database) as store:
        _report({"database": store.address, "backend": store.backend, "revision": store.revision}, as_json=as_json)


@app.command(
    epilog="**Example:** `gridsys db grant street_office street-manager@110101001 --db postgresql://owner@host/city "
    "--as admin:district-administrator@110101`"
)
def grant(
    login: Annotated[str, typer.Argument(help="A login of the PostgreSQL server.  数据库登录名")],
    reader: Annotated[str, typer.Argument(metavar="ROLE@AREA", help="What it reads as.  角色@区域")],
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Let a login read with its own tools (QGIS, psql) what a role in an area may; row security sees to it."""
    settings = options.settings_with(db)
    actor, as_whom = options.acting_user(acting, settings), Actor.parse(reader)
    with open_store(settings.database) as store:
        grant_login(actor, store, login, as_whom)
    _report({"login": login, "role": as_whom.role.value, "area": as_whom.area_code}, as_json=as_json)


@app.command(epilog="**Example:** `gridsys db revoke street_office --as admin:district-administrator@110101`")
def revoke(
    login: Annotated[str, typer.Argument(help="A login of the PostgreSQL server.  数据库登录名")],
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Take from a login all it may read."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        revoke_login(actor, store, login)
    _report({"login": login, "role": None}, as_json=as_json)


@app.command(epilog="**Example:** `gridsys db logins --as admin:district-administrator@110101`")
def logins(db: options.Database = None, acting: options.Acting = None, as_json: options.AsJson = False) -> None:
    """List the logins that read by themselves."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        known = list_logins(actor, store)
    if as_json:
        output.print_json({"logins": known.reset_index()})
    else:
        rows = [[str(login), *row] for login, row in zip(known.index, known.to_numpy().tolist(), strict=True)]
        output.print_table("登录名 Logins", ["login", "role 角色", "area 区域"], rows)


def _report(values: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        output.print_json(values)
    else:
        for name, value in values.items():
            output.say(f"{name}: {value if value is not None else '(none)'}")
