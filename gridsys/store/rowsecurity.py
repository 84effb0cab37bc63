"""Row security on PostgreSQL: a login of its own (for QGIS, a spreadsheet, psql) reads what its role and area allow.

The system itself connects as the owner of the tables, which row security does not bind: it asks the rights of the
acting user in its use cases. A login granted here is bound by the database, whatever it connects with.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
import sqlalchemy as sa

from gridsys.domain.records import KINDS
from gridsys.domain.rights import RIGHTS, Action, Actor
from gridsys.errors import StoreError
from gridsys.store.backends import Backend, quote
from gridsys.store.schema import CASE_EVENT, CASE_HEAD, LOGIN, PAIRS, PLAN, SUCCESSION

_IN_AREA: Final = "{column} >= gridsys_area() AND {column} < gridsys_area() || ':'"
_OWN: Final = {
    "building": (
        "SELECT building_id FROM placement WHERE grid_code >= gridsys_area() AND grid_code < gridsys_area() || ':'"
    ),
    "room": (
        "SELECT room_id FROM room WHERE building_id IN (SELECT gridsys_own_building()) "
        "AND room_id NOT IN (SELECT room_id FROM siting) "
        "UNION SELECT room_id FROM siting WHERE building_id IN (SELECT gridsys_own_building())"
    ),
    "household": "SELECT household_id FROM occupancy WHERE room_id IN (SELECT gridsys_own_room())",
    "person": "SELECT person_id FROM residence WHERE household_id IN (SELECT gridsys_own_household())",
    "incident": (
        "SELECT incident_id FROM incident i JOIN grid g ON ST_Intersects(g.geometry, i.geometry) "
        "WHERE g.grid_code >= gridsys_area() AND g.grid_code < gridsys_area() || ':'"
    ),
    "case": "SELECT case_id FROM case_head WHERE area_code >= gridsys_area() AND area_code < gridsys_area() || ':'",
}
"""What lies in a login's area, by the links in force; each is a function that reads as the owner, in this order."""
_BY_CODE: Final = {"posting": "grid_code", "placement": "grid_code"}
_BY_CHAIN: Final = {
    "building": ("building_id", "building"),
    "incident": ("incident_id", "incident"),
    "room": ("room_id", "room"),
    "occupancy": ("household_id", "household"),
    "household": ("household_id", "household"),
    "residence": ("person_id", "person"),
    "person": ("person_id", "person"),
}
_OPEN_TO_ALL: Final = ("area", "road", "barrier", "surface", "compound", "grid")
_OF_PERSONS: Final = ("occupancy", "household", "residence", "person")
_SENSITIVE: Final = frozenset(
    field.name for kind in KINDS.values() for field in kind.fields if field.sensitivity == "sensitive"
)


def grant(connection: sa.Connection, backend: Backend, login: str, actor: Actor) -> None:
    """Let a login read what a role in an area may; what it could read before is forgotten."""
    _require_login(connection, backend, login)
    _secure(connection)
    revoke(connection, backend, login)
    connection.execute(sa.insert(LOGIN).values(login=login, role=actor.role.value, area=actor.area_code))
    name, rights = quote(login), RIGHTS[actor.role]
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {_schema(connection)} TO {name}")
    kinds = [*_OPEN_TO_ALL, *_BY_CODE, "building", "incident", "room"]
    kinds += _OF_PERSONS if Action.READ_PERSON in rights else ()
    tables = [table for kind in kinds for table in (PAIRS[kind].open, PAIRS[kind].closed)]
    tables += [PLAN, SUCCESSION, *((CASE_HEAD, CASE_EVENT) if Action.HANDLE in rights else ())]
    for table in tables:
        columns = ", ".join(quote(column.name) for column in table.columns if column.name not in _SENSITIVE)
        connection.exec_driver_sql(f"GRANT SELECT ({columns}) ON {quote(table.name)} TO {name}")


def revoke(connection: sa.Connection, backend: Backend, login: str) -> bool:
    """Take from a login all it may read here; return whether it could read anything."""
    _require_login(connection, backend, login)
    schema = _schema(connection)
    connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {quote(login)}")
    connection.exec_driver_sql(f"REVOKE USAGE ON SCHEMA {schema} FROM {quote(login)}")
    return bool(connection.execute(sa.delete(LOGIN).where(LOGIN.c.login == login)).rowcount)


def logins(connection: sa.Connection) -> pd.DataFrame:
    """Return the logins that may read: index ``login``, ``role``, ``area``."""
    rows = connection.execute(sa.select(LOGIN).order_by(LOGIN.c.login)).all()
    return pd.DataFrame(rows, columns=[column.name for column in LOGIN.columns]).set_index("login")


def _require_login(connection: sa.Connection, backend: Backend, login: str) -> None:
    if backend.name != "postgresql":
        raise StoreError(
            "GS506", "this database has no logins of its own", where=backend.name,
            fix="keep the file where only those may open it who may read it all, or use PostgreSQL",
        )  # fmt: skip
    found = connection.execute(
        sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :login"), {"login": login}
    ).scalar()
    owner = connection.execute(sa.text("SELECT current_user")).scalar()
    if found is None:
        raise StoreError(
            "GS504", "the server has no such login", where=login, fix="let its administrator run CREATE ROLE … LOGIN"
        )
    if found or login == owner:
        raise StoreError(
            "GS506", "row security does not bind this login", where=login,
            why="it owns the tables, is a superuser or bypasses row security", fix="name an ordinary login",
        )  # fmt: skip


def _schema(connection: sa.Connection) -> str:
    return quote(str(connection.execute(sa.text("SELECT current_schema()")).scalar()))


def _secure(connection: sa.Connection) -> None:
    """Put functions and policies in place; done again, it brings them to this release's."""
    connection.exec_driver_sql(_function("area", "text", "SELECT area FROM login WHERE login = session_user"))
    for name, query in _OWN.items():
        connection.exec_driver_sql(_function(f"own_{name}", "SETOF text", query))
    rules = [(kind, _IN_AREA.format(column=column)) for kind, column in _BY_CODE.items()]
    rules += [(kind, f"{column} IN (SELECT gridsys_own_{own}())") for kind, (column, own) in _BY_CHAIN.items()]
    tables = [(table.name, rule) for kind, rule in rules for table in (PAIRS[kind].open, PAIRS[kind].closed)]
    tables.append((CASE_HEAD.name, _IN_AREA.format(column="area_code")))
    tables.append((CASE_EVENT.name, "case_id IN (SELECT gridsys_own_case())"))
    for table, rule in tables:
        connection.exec_driver_sql(f"ALTER TABLE {quote(table)} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS gridsys_area ON {quote(table)}")
        connection.exec_driver_sql(f"CREATE POLICY gridsys_area ON {quote(table)} FOR SELECT USING ({rule})")


def _function(name: str, result: str, query: str) -> str:
    # session_user stays the login inside a function that runs as the owner; the search path is fixed, or a login
    # could put tables of its own before ours.
    return (
        f"CREATE OR REPLACE FUNCTION gridsys_{name}() RETURNS {result} LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $$ {query} $$"
    )
