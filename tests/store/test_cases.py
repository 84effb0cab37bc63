"""The logs of cases: what is kept, what is refused, who wins, and what a crash leaves."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from gridsys.domain.case import Case, Event, fold
from gridsys.domain.case_engine import apply, due_actions
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, ProcedureError, StoreError
from gridsys.files.procedures import packaged_procedures
from gridsys.store import Store, backends, open_store
from gridsys.store.cases import Cases, head
from gridsys.store.schema import CASE_HEAD
from tests.store import frames
from tests.store.case_stories import FILED, MANAGER, PROCEDURE, noted, opened


def _append(store: Store, before: Case | None, *events: Event) -> Case:
    with store.begin() as transaction:
        return transaction.cases.append([(before, events)], recorded_by="wang")[0]


def _read(store: Store, case_id: str) -> Case:
    with store.begin(read_only=True) as transaction:
        return transaction.cases.state(case_id)


def _run(store: Store, statement: str) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_case_comes_back_as_it_was(store: Store) -> None:
    log = opened("C1")
    case = _append(store, None, *log)
    taken = apply(PROCEDURE, case, CaseAction("take", MANAGER, FILED + timedelta(minutes=5)))
    after = _append(store, case, *taken)
    assert _read(store, "C1") == after == fold([*log, *taken])
    with store.begin(read_only=True) as transaction:
        kept = transaction.cases.log("C1")
        assert [event.as_dict() for event in kept] == [event.as_dict() for event in (*log, *taken)]
        assert transaction.cases.states(["C1", "C1"]) == {"C1": after}
        with pytest.raises(StoreError, match=r"GS504.*C2"):
            transaction.cases.states(["C1", "C2"])
        with pytest.raises(StoreError, match=r"GS504.*C2"):
            transaction.cases.log("C2")


def test_the_log_says_who_entered_it(store: Store) -> None:
    _append(store, None, *opened("C1"))
    with store._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT actor, recorded_by, at FROM case_event").all()
    assert [tuple(row) for row in rows] == [("9901", "wang", "2026-09-18T02:00:00.000000+00:00")]


def test_a_head_says_what_the_case_says(store: Store) -> None:
    case = _append(store, None, *opened("C1"))
    with store.begin(read_only=True) as transaction:
        row = transaction.cases.heads().loc["C1"]
    assert (row["seq"], row["step"], row["level"], row["status"]) == (1, case.step, case.level, "open")
    assert row["red_at"].to_pydatetime() == row["due_at"].to_pydatetime() == case.clocks["step"].red_at
    assert row["area_code"] == frames.A1
    assert pd.isna(row["closed_at"])
    assert not row["provisional"]


def test_heads_by_area_status_and_due_moment(store: Store) -> None:
    north, south = opened("C1", frames.A1), opened("C2", frames.B1)
    with store.begin() as transaction:
        first, second = transaction.cases.append([(None, south), (None, north)], recorded_by="wang")
        assert (first.case_id, second.case_id) == ("C2", "C1")
    gone = apply(PROCEDURE, first, CaseAction("withdraw", Worker("9901", "resident", "public"), FILED))
    _append(store, first, *gone)
    due = second.clocks["step"].red_at
    assert due is not None
    with store.begin(read_only=True) as transaction:
        cases = transaction.cases
        assert cases.heads(area=frames.A).index.tolist() == ["C1"]
        assert cases.heads(area=frames.STREET).index.tolist() == ["C1", "C2"]
        assert cases.heads(status="withdrawn").index.tolist() == ["C2"]
        assert cases.heads(due_before=due).empty
        assert cases.heads(due_before=due + timedelta(seconds=1)).index.tolist() == ["C1"]
        with pytest.raises(InputError, match="GS103"):
            cases.heads(status="lost")
        with pytest.raises(InputError, match="GS106"):
            cases.heads(area="x")


def test_what_the_engine_finds_due_is_among_the_heads_due(store: Store) -> None:
    """Escalation level by level, then supervision, once: the column and the engine agree at every step."""
    case = _append(store, None, *opened("C1"))
    for _ in range(12):
        due = case.clocks["step"].red_at
        assert due is not None
        now = due + timedelta(minutes=1)
        actions = due_actions(PROCEDURE, case, now)
        with store.begin(read_only=True) as transaction:
            assert (len(transaction.cases.heads(due_before=now)) == 1) == bool(actions)
            assert transaction.cases.heads(due_before=due).empty
        if not actions:
            break
        case = _append(store, case, *apply(PROCEDURE, case, actions[0]))
    assert case.counts["supervised"] == 1
    assert case.level == "district"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE case_event SET actor = 'nobody'", "DELETE FROM case_event", "DELETE FROM case_event WHERE seq = 9"],
)
def test_the_database_refuses_to_change_a_log(store: Store, statement: str) -> None:
    case = _append(store, None, *opened("C1"))
    if store.backend == "sqlite" and statement.endswith("9"):
        _run(store, statement)  # a row guard: no row, nothing to refuse
    else:
        with pytest.raises(DBAPIError, match="append-only"):
            _run(store, statement)
    assert _read(store, "C1") == case


def test_the_database_refuses_to_empty_or_replace_a_log(store: Store, backend: str) -> None:
    case = _append(store, None, *opened("C1"))
    statement = (
        "INSERT OR REPLACE INTO case_event SELECT case_id, seq, kind, at, 'nobody', role, level, unit, data, "
        "recorded_by, entry_hash FROM case_event"
        if backend == "sqlite"
        else "TRUNCATE case_event"
    )
    with pytest.raises(DBAPIError, match="append-only"):
        _run(store, statement)
    assert _read(store, "C1") == case


def test_one_who_has_not_seen_the_newest_event_is_told(store: Store) -> None:
    case = _append(store, None, *opened("C1"))
    newer = _append(store, case, *noted(case, "zhou"))
    with pytest.raises(StoreError) as caught:
        _append(store, case, *noted(case, "wang"))
    assert caught.value.code == "GS505"
    assert "event 2 (noted) by grid-manager zhou" in caught.value.why
    with pytest.raises(StoreError, match="GS505"):
        _append(store, None, *opened("C1"))
    assert _read(store, "C1") == newer


def test_a_batch_is_kept_whole_or_not_at_all(store: Store) -> None:
    first, second = _append(store, None, *opened("C1")), _append(store, None, *opened("C2"))
    newer = _append(store, second, *noted(second, "zhou"))
    batch = [(None, opened("C0")), (first, noted(first, "wang")), (second, noted(second, "wang"))]
    with pytest.raises(StoreError, match=r"GS505.*C2"), store.begin() as transaction:
        transaction.cases.append(batch, recorded_by="wang")
    assert (_read(store, "C1"), _read(store, "C2")) == (first, newer)
    with store.begin() as transaction:
        assert transaction.cases.heads().index.tolist() == ["C1", "C2"]
        assert transaction.cases.stale_heads() == []


def test_a_refusal_that_is_caught_keeps_nothing_all_the_same(store: Store) -> None:
    first, second = _append(store, None, *opened("C1")), _append(store, None, *opened("C2"))
    _append(store, second, *noted(second, "zhou"))
    with store.begin() as transaction, pytest.raises(StoreError, match="GS505"):
        transaction.cases.append([(first, noted(first, "w")), (second, noted(second, "w"))], recorded_by="w")
    assert _read(store, "C1") == first
    with store.begin() as transaction:
        assert transaction.cases.stale_heads() == []


def test_an_event_that_does_not_follow_never_gets_in(store: Store) -> None:
    case = _append(store, None, *opened("C1"))
    later = noted(case, "wang")
    with pytest.raises(ProcedureError, match="GS810"):
        _append(store, None, *later)
    with pytest.raises(ProcedureError, match="GS810"):
        _append(store, None)
    naive = replace(later[0], at=FILED.replace(tzinfo=None))
    with pytest.raises(StoreError, match=r"GS503.*offset"):
        _append(store, case, naive)
    ghost = fold(opened("C9"))
    unheard = noted(ghost, "wang")
    with pytest.raises(StoreError, match=r"GS504.*C9"):
        _append(store, ghost, *unheard)
    with store.begin() as transaction:
        assert transaction.cases.append([], recorded_by="wang") == []
        assert transaction.cases.append([(case, [])], recorded_by="wang") == [case]
    assert _read(store, "C1") == case


def test_heads_can_be_made_anew_from_the_logs(store: Store) -> None:
    for number in range(3):
        _append(store, None, *opened(f"C{number}"))
    with store.begin() as transaction:
        right = transaction.cases.heads()
    _run(store, "UPDATE case_head SET step = 'lost' WHERE case_id = 'C1'")
    _run(store, "DELETE FROM case_head WHERE case_id = 'C2'")
    with store._engine.begin() as connection:
        connection.execute(sa.insert(CASE_HEAD), {**head(fold(opened("C7"))), "entry_hash": "x"})
    with store.begin() as transaction:
        assert transaction.cases.stale_heads() == ["C1", "C2", "C7"]
        assert transaction.cases.rebuild_heads() == 3
        assert transaction.cases.stale_heads() == []
        assert transaction.cases.heads().equals(right)


def test_a_head_that_differs_from_its_log_stops_the_case(store: Store) -> None:
    case = _append(store, None, *opened("C1"))
    _run(store, "UPDATE case_head SET seq = 7")
    with pytest.raises(StoreError, match=r"GS503.*rebuild"):
        _append(store, case, *noted(case, "wang"))


def test_going_back_and_forth_between_versions(store: Store) -> None:
    store.downgrade("0001")
    assert "case_event" not in sa.inspect(store._engine).get_table_names()
    store.upgrade()
    assert _append(store, None, *opened("C1")).seq == 1


def test_of_many_at_once_exactly_one_wins_each_round(store: Store) -> None:
    """Six workers act on what they all saw, eight times over."""
    case = _append(store, None, *opened("C1"))
    for round_number in range(8):
        start, outcomes = threading.Barrier(6), []

        def act(name: str, start=start, seen=case, outcomes=outcomes) -> None:
            start.wait()
            try:
                outcomes.append((name, _append(store, seen, *noted(seen, name))))
            except StoreError as lost:
                outcomes.append((name, lost))

        workers = [threading.Thread(target=act, args=(f"w{number}",)) for number in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        winners = [(name, after) for name, after in outcomes if isinstance(after, Case)]
        losers = [error for _, error in outcomes if isinstance(error, StoreError)]
        assert (len(winners), len(losers)) == (1, 5)
        name, case = winners[0]
        assert all(error.code == "GS505" and f"grid-manager {name} " in error.why for error in losers)
        assert (case.seq, _read(store, "C1")) == (round_number + 2, case)
    with store.begin() as transaction:
        assert transaction.cases.stale_heads() == []


def test_batches_in_opposite_order_do_not_block_each_other(store: Store) -> None:
    cases = [_append(store, None, *opened(f"C{number}")) for number in range(20)]
    start, outcomes = threading.Barrier(2), []

    def act(name: str, order: list[Case]) -> None:
        start.wait()
        try:
            with store.begin() as transaction:
                transaction.cases.append([(case, noted(case, name)) for case in order], recorded_by=name)
            outcomes.append("won")
        except StoreError as error:
            outcomes.append(error.code)

    workers = [threading.Thread(target=act, args=args) for args in (("a", cases), ("b", cases[::-1]))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcomes) == ["GS505", "won"]


def test_a_rested_connection_the_server_has_dropped_is_made_anew(store: Store, backend: str, monkeypatch) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite has no server")
    case = _append(store, None, *opened("C1"))
    with store._engine.connect() as connection:
        ours = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with psycopg.connect(store._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (ours,))
    monkeypatch.setattr(backends, "_RESTED", -1.0)
    assert _append(store, case, *noted(case, "wang")).seq == 2


def _die_after(url: str, statements: int, said: str) -> None:
    """Act on three cases in one transaction and be killed after some statements; note it when the commit returned."""
    with open_store(url) as store:
        with store.begin(read_only=True) as transaction:
            cases = list(transaction.cases.states(["C0", "C1", "C2"]).values())
        done = 0

        def count(*_: object) -> None:
            nonlocal done
            done += 1
            if done == statements:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(store._engine, "after_cursor_execute", count)
        with store.begin() as transaction:
            transaction.cases.append([(case, noted(case, "late")) for case in cases], recorded_by="late")
        with open(said, "w", encoding="utf-8") as file:  # noqa: PTH123 - the process is about to die
            file.write("kept")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_crash_between_any_two_writes_loses_nothing_and_halves_nothing(migrated_url, tmp_path, backend) -> None:
    """Killed after each statement in turn until one life reaches the end of its commit."""
    with open_store(migrated_url) as store, store.begin() as transaction:
        before = transaction.cases.append([(None, opened(f"C{n}")) for n in range(3)], recorded_by="wang")
    said, outcomes = tmp_path / "said", []
    for statements in range(1, 12):
        process = multiprocessing.get_context("fork").Process(
            target=_die_after, args=(migrated_url, statements, str(said))
        )
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        with open_store(migrated_url) as store, store.begin() as transaction:
            found = list(transaction.cases.states(["C0", "C1", "C2"]).values())
            assert transaction.cases.stale_heads() == []
        outcomes.append({case.seq for case in found})
        if said.exists():
            break
        assert found == before
    assert outcomes[-1] == {2}, "a commit that had returned was lost"
    assert len(outcomes) >= 3, "there were no two writes to be killed between"
    assert all(outcome == {1} for outcome in outcomes[:-1])


def test_what_is_stored_of_a_moment_sorts_as_the_moment() -> None:
    early, late = FILED, FILED.astimezone(BEIJING) + timedelta(microseconds=1)
    rows = [head(fold(opened("C1", at=at)))["opened_at"] for at in (early, late)]
    assert rows == sorted(rows)
    assert len(set(map(len, rows))) == 1


def test_the_chain_shows_what_was_done_past_the_guards(store: Store, backend: str) -> None:
    """Changed, taken out, put in, cut off at the end, and a head without a log: each is found, with its place."""
    for number in range(6):
        case = _append(store, None, *opened(f"C{number}"))
        for _ in range(3):
            case = _append(store, case, *noted(case, "wang"))
    with store.begin(read_only=True) as transaction:
        check = transaction.cases.verify()
        assert (check.cases, check.events, check.broken) == (6, 24, {})
    drop = "DROP TRIGGER case_event_{}_guard" if backend == "sqlite" else "DROP TRIGGER case_event_guard ON case_event"
    for event in ("update", "delete") if backend == "sqlite" else ("",):
        _run(store, drop.format(event))
    _run(store, "UPDATE case_event SET recorded_by = 'nobody' WHERE case_id = 'C0' AND seq = 2")
    _run(store, "DELETE FROM case_event WHERE case_id = 'C1' AND seq = 3")
    _run(store, "DELETE FROM case_event WHERE case_id = 'C2' AND seq = 4")
    _run(store, "DELETE FROM case_event WHERE case_id = 'C3'")
    _run(store, "UPDATE case_event SET data = '{\"note\":\"x\"}' WHERE case_id = 'C4' AND seq = 4")
    with store.begin(read_only=True) as transaction:
        found = transaction.cases.verify().broken
    assert found == {"C0": 2, "C1": 3, "C2": 3, "C3": 0, "C4": 4}


def test_logs_of_an_earlier_version_are_chained_when_it_is_brought_up(store: Store) -> None:
    case = _append(store, None, *opened("C1"))
    case = _append(store, case, *noted(case, "wang"))
    with store.begin(read_only=True) as transaction:
        before = transaction.cases.verify()
    store.downgrade("0008")
    store.upgrade()
    assert _append(store, case, *noted(case, "zhou")).seq == 3
    with store.begin(read_only=True) as transaction:
        after = transaction.cases.verify()
        assert transaction.cases.stale_heads() == []
    assert (before.events, after.events, after.broken) == (2, 3, {})


def test_cases_are_reached_through_the_transaction(store: Store) -> None:
    with store.begin(read_only=True) as transaction:
        assert isinstance(transaction.cases, Cases)
        empty = transaction.cases.heads()
        assert transaction.cases.stale_heads() == []
    assert empty.empty
    assert str(empty["red_at"].dtype) == "datetime64[us, UTC]"


def test_a_story_in_every_procedure_can_be_opened(store: Store) -> None:
    for number, procedure in enumerate(packaged_procedures().values()):
        role = procedure.opened_by[0]
        worker = Worker("9901", role, procedure.role_of[role].levels[0])
        for case_class in procedure.class_of:
            log = open_case(
                procedure, f"{number}-{case_class}", case_class, title="事", area_code=frames.A1, worker=worker,
                at=FILED,
            )  # fmt: skip
            assert _append(store, None, *log).procedure == procedure.id
    with store.begin() as transaction:
        assert transaction.cases.stale_heads() == []
        assert set(transaction.cases.heads()["procedure"]) == set(packaged_procedures())
