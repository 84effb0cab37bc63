"""What the database itself refuses, whoever writes: overlapping versions, wrong values, changes of the audit log."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from gridsys.store import AuditCheck, Store
from tests.store import frames

OPEN = "INSERT INTO household (household_id, kind, valid_from) VALUES ('h1', 'family', '{}')"
CLOSED = "INSERT INTO household_closed (household_id, kind, valid_from, valid_to) VALUES ('h1', 'family', '{}', '{}')"


def _run(store: Store, *statements: str) -> None:
    with store._engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statements",
    [
        (OPEN.format("2026-01-01"), OPEN.format("2026-02-01")),
        (OPEN.format("2026-01-01"), CLOSED.format("2025-01-01", "2026-01-02")),
        (CLOSED.format("2025-01-01", "2026-01-02"), OPEN.format("2026-01-01")),
        (CLOSED.format("2025-01-01", "2026-01-02"), CLOSED.format("2026-01-01", "2026-03-01")),
        (CLOSED.format("2026-01-01", "2026-03-01"), CLOSED.format("2025-01-01", "2026-01-02")),
        (CLOSED.format("2025-01-01", "2026-01-01"), OPEN.format("2026-01-01"),
         "UPDATE household SET valid_from = '2025-12-31'"),
        (CLOSED.format("2025-01-01", "2026-01-01"), OPEN.format("2026-01-01"),
         "UPDATE household_closed SET valid_to = '2026-01-02'"),
        (CLOSED.format("2025-01-01", "2026-01-01"), CLOSED.format("2024-01-01", "2025-01-01"),
         "UPDATE household_closed SET valid_to = '2025-01-02' WHERE valid_from = '2024-01-01'"),
        (CLOSED.format("2025-01-01", "2025-01-01"),),
        (OPEN.format("2026-01-01").replace("family", "squat"),),
        (CLOSED.format("2025-01-01", "2026-01-01").replace("family", "squat"),),
    ],
)  # fmt: skip
def test_overlaps_and_wrong_values_are_refused(store: Store, statements: tuple[str, ...]) -> None:
    _run(store, *statements[:-1])
    with pytest.raises(DBAPIError):
        _run(store, statements[-1])


def test_versions_that_meet_are_allowed(store: Store) -> None:
    _run(
        store,
        CLOSED.format("2024-01-01", "2025-01-01"),
        CLOSED.format("2025-01-01", "2026-01-01"),
        OPEN.format("2026-01-01"),
        "UPDATE household_closed SET kind = 'collective', valid_to = '2024-12-01' WHERE valid_from = '2024-01-01'",
    )


DAYS = [date(2026, 1, day) for day in range(1, 8)]


@given(
    st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from([*DAYS, None])), min_size=1, max_size=5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_takes_exactly_what_does_not_overlap(store: Store, spans: list[tuple[date, date | None]]) -> None:
    """Against a model in Python: any order of open and closed versions of one key."""
    kept: list[tuple[date, date]] = []
    _run(store, "DELETE FROM household", "DELETE FROM household_closed")
    for start, stop in spans:
        until = stop or date.max
        fits = start < until and all(until <= a or b <= start for a, b in kept)
        statement = CLOSED.format(start, stop) if stop else OPEN.format(start)
        if fits:
            _run(store, statement)
            kept.append((start, until))
        else:
            with pytest.raises(DBAPIError):
                _run(store, statement)


def test_a_bulk_load_leaves_the_guards_and_indices_as_they_were(store: Store) -> None:
    def made() -> list[tuple[str, ...]]:
        if store.backend == "sqlite":
            query = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
        else:
            query = (
                "SELECT 'trigger', tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
                "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
            )
        with store._engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    before = made()
    many = frames.rooms().iloc[[0] * 6000].set_axis([f"r{i:05}" for i in range(6000)]).rename_axis("room_id")
    with store.begin() as transaction:
        assert transaction.put("room", many, valid_from=frames.DAY).inserted == 6000
    assert made() == before
    with pytest.raises(DBAPIError):
        _run(store, "INSERT INTO room_closed SELECT room.*, '2027-01-01' FROM room")


@pytest.mark.postgres
def test_two_writers_cannot_slip_past_each_other(store: Store) -> None:
    """Each writer alone is right, both together overlap: the second waits and is refused."""
    if store.backend != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    first = store._engine.connect()
    begun = first.begin()
    first.exec_driver_sql(OPEN.format("2026-01-01"))
    outcome: list[object] = []

    def second() -> None:
        try:
            _run(store, CLOSED.format("2025-01-01", "2026-01-02"))
            outcome.append("accepted")
        except DBAPIError as error:
            outcome.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive(), "the second writer did not wait"
    begun.commit()
    first.close()
    thread.join(10)
    assert isinstance(outcome[0], DBAPIError)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_audit_log_is_append_only(store: Store, statement: str) -> None:
    with store.begin() as transaction:
        transaction.record("li", "district-analyst", "read", "110101", {"kind": "grid"})
    with pytest.raises(DBAPIError, match="append-only"):
        _run(store, statement)


def _unguarded(store: Store, *statements: str) -> None:
    """Change the log as one who owns the database can."""
    if store.backend == "sqlite":
        statements = ("DROP TRIGGER audit_update_guard", "DROP TRIGGER audit_delete_guard", *statements)
    else:
        statements = ("ALTER TABLE audit DISABLE TRIGGER USER", *statements)
    _run(store, *statements)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE entry_id = 2", 2),
        ("UPDATE audit SET detail = '{}' WHERE entry_id = 3", 3),
        ("UPDATE audit SET entry_hash = 'x' WHERE entry_id = 1", 1),
        ("DELETE FROM audit WHERE entry_id = 2", 3),
        ("DELETE FROM audit WHERE entry_id = 1", 2),
    ],
)
def test_tampering_shows(store: Store, statement: str, broken_at: int) -> None:
    with store.begin() as transaction:
        for number in range(4):
            entry = transaction.record("李", "district-analyst", "read", "110101", {"n": number, "面积": 1.5})
        assert transaction.verify_audit() == AuditCheck(4, None, entry["entry_hash"])
        log = transaction.audit_log()
    assert log.index.tolist() == [1, 2, 3, 4]
    assert str(log["at"].dtype) == "datetime64[us, UTC]"
    _unguarded(store, statement)
    with store.begin() as transaction:
        assert transaction.verify_audit().broken_at == broken_at


def test_an_empty_log_is_whole(store: Store) -> None:
    with store.begin() as transaction:
        assert transaction.verify_audit() == AuditCheck(0, None, "0" * 64)
        assert transaction.audit_log().empty


def test_an_entry_goes_with_its_transaction(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as transaction:  # noqa: PT012 - it fails after the write
        transaction.record("li", "district-analyst", "read", "110101", {})
        raise ZeroDivisionError
    with store.begin() as transaction:
        assert transaction.record("li", "district-analyst", "read", "110101", {})["entry_id"] == 1
