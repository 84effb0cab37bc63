"""A login of the server reads its own area and nothing else, whatever it connects with.

The town of ``frames``: community A has buildings b1 (household h1, a person) and b2 (h2, a person); B has b3.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from gridsys.domain.rights import Actor
from gridsys.errors import AccessError, StoreError
from gridsys.store import Store
from gridsys.usecases.database import grant_login, list_logins, revoke_login
from tests.store import frames

ADMIN = Actor.parse("admin:district-administrator@110101")


@pytest.fixture
def town(store: Store) -> Store:
    with store.begin() as transaction:
        transaction.put_plan("p", frames.grids(), valid_from=frames.DAY, parameters={})
        for kind in ("building", "room", "household", "person", "incident"):
            transaction.put(kind, getattr(frames, f"{kind}s")(), valid_from=frames.DAY)
        transaction.put("posting", frames.postings(), valid_from=frames.DAY)
        transaction.put_links(frames.links(), valid_from=frames.DAY)
    return store


@pytest.fixture
def login(town: Store) -> Iterator[str]:
    """Yield the name of an ordinary login; only PostgreSQL has any."""
    if town.backend != "postgresql":
        pytest.skip("PostgreSQL only")
    name = f"reader_{uuid4().hex[:8]}"
    _run(town, f"CREATE ROLE {name} LOGIN")
    yield name
    _run(town, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def _run(store: Store, *statements: str) -> None:
    with store._engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _ask(store: Store, login: str, query: str) -> list[object]:
    engine = sa.create_engine(store._url.set(username=login, password=None), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return sorted(connection.exec_driver_sql(query).scalars())


@pytest.mark.parametrize("area", [frames.A, frames.B, frames.A1, frames.STREET])
def test_a_login_sees_what_the_system_shows_its_area(town: Store, login: str, area: str) -> None:
    grant_login(ADMIN, town, login, Actor.parse(f"community-worker@{area}"))
    with town.begin() as transaction:
        for kind, key in (("building", "building_id"), ("room", "room_id"), ("household", "household_id"),
                          ("posting", "posting_id"), ("incident", "incident_id")):  # fmt: skip
            expected = sorted(transaction.get(kind, area=area).index)
            assert _ask(town, login, f"SELECT {key} FROM {kind}") == expected, kind  # noqa: S608 - names from above
        names = sorted(transaction.get("person", area=area)["name"])
    assert _ask(town, login, "SELECT name FROM person") == names
    assert len(_ask(town, login, "SELECT grid_code FROM grid")) == 4, "limits are public"


def test_identity_numbers_and_writing_are_refused(town: Store, login: str) -> None:
    grant_login(ADMIN, town, login, Actor.parse(f"community-worker@{frames.A}"))
    for statement in (
        "SELECT person_id FROM person", "SELECT * FROM residence", "SELECT entry_id FROM audit",
        "SELECT login FROM login", "UPDATE person SET name = 'x' RETURNING 1", "DELETE FROM room RETURNING 1",
    ):  # fmt: skip
        with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            _ask(town, login, statement)


def test_an_analyst_reads_no_person_and_no_case(town: Store, login: str) -> None:
    grant_login(ADMIN, town, login, Actor.parse("district-analyst@110101"))
    assert len(_ask(town, login, "SELECT building_id FROM building")) == 3
    for kind in ("person", "household", "case_head"):
        with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            _ask(town, login, f"SELECT count(*) FROM {kind}")  # noqa: S608 - names from above


def test_what_is_taken_back_is_gone_and_a_new_area_replaces_the_old(town: Store, login: str) -> None:
    grant_login(ADMIN, town, login, Actor.parse(f"community-worker@{frames.A}"))
    grant_login(ADMIN, town, login, Actor.parse(f"community-worker@{frames.B}"))
    assert _ask(town, login, "SELECT building_id FROM building") == ["b3"]
    assert list_logins(ADMIN, town).loc[login].tolist() == ["community-worker", frames.B]
    with pytest.raises(AccessError, match="GS402"):
        revoke_login(Actor.parse("x:district-administrator@110102"), town, login)
    revoke_login(ADMIN, town, login)
    with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|does not exist"):  # the schema is closed to it too
        _ask(town, login, "SELECT building_id FROM building")
    with pytest.raises(StoreError, match="GS504"):
        revoke_login(ADMIN, town, login)
    assert list_logins(ADMIN, town).empty


def test_the_system_still_loads_and_goes_back(town: Store, login: str) -> None:
    """The owner is not bound: bulk loads by COPY, which row security would forbid, go on."""
    grant_login(ADMIN, town, login, Actor.parse(f"community-worker@{frames.A}"))
    with town.begin() as transaction:
        assert transaction.put("household", frames.households(), valid_from=frames.DAY).unchanged == 3
        assert len(transaction.get("person")) == 3
    town.downgrade("0003")
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        _ask(town, login, "SELECT building_id FROM building")
    town.upgrade()


def test_logins_that_cannot_be_bound_are_refused(town: Store) -> None:
    reader = Actor.parse(f"community-worker@{frames.A}")
    with pytest.raises(StoreError, match="GS506" if town.backend == "sqlite" else "GS504"):
        grant_login(ADMIN, town, "nobody_here", reader)
    if town.backend == "postgresql":
        with pytest.raises(StoreError, match="GS506"):
            grant_login(ADMIN, town, str(town._url.username), reader)
    with pytest.raises(AccessError, match="GS401"):
        grant_login(Actor.parse(f"community-worker@{frames.A}"), town, "nobody_here", reader)
