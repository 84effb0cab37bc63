"""Killed at any moment, a write leaves the old state or the new one, whole, and the audit log says which."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from gridsys.store import open_store
from tests.store.writer import PEOPLE, day, town, write

ROOT = Path(__file__).parents[2]
KILLS = 5


def _start(url: str, number: int) -> subprocess.Popen[str]:
    """Start a writer and return it once its transaction is about to begin."""
    command = [sys.executable, "-m", "tests.store.writer", url, str(number)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    return process


def _require_state(url: str, number: int) -> None:
    """Raise unless the database holds exactly the state of a round, its history and its log."""
    households, links = town(number)
    with open_store(url) as store, store.begin() as transaction:
        assert_frame_equal(transaction.get("household"), households)
        assert_frame_equal(transaction.get_links("placement"), links["placement"])
        for earlier in range(max(0, number - 2), number):
            assert_frame_equal(transaction.get("household", as_of=day(earlier)), town(earlier)[0])
        check = transaction.verify_audit()
        assert (check.entries, check.broken_at) == (number + 1, None)


def _state(url: str) -> int:
    """Return the round the database says it holds."""
    with open_store(url) as store, store.begin() as transaction:
        log = transaction.audit_log()
    return json.loads(log["detail"].iloc[-1])["round"] if len(log) else -1


@pytest.mark.slow
def test_killed_at_any_moment_old_or_new(migrated_url: str) -> None:
    write(migrated_url, 0)
    started = time.perf_counter()
    write(migrated_url, 1)
    duration = time.perf_counter() - started
    number, moments = 1, random.Random(7)  # noqa: S311 - not a secret
    outcomes = []
    for kill in range(KILLS):
        process = _start(migrated_url, number + 1)
        time.sleep(duration * (kill + moments.random()) / KILLS)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[0]
        found = _state(migrated_url)
        assert found in {number, number + 1}
        assert found == number + 1 or "done" not in said, "a commit that had returned was lost"
        _require_state(migrated_url, found)
        outcomes.append(found - number)
        number = found
    assert 0 in outcomes, "every write finished before it was killed: nothing was tested"
    write(migrated_url, number + 1)
    _require_state(migrated_url, number + 1)


@pytest.mark.slow
def test_a_killed_first_load_leaves_an_empty_database_with_its_guards(migrated_url: str, backend: str) -> None:
    process = _start(migrated_url, 0)
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = _state(migrated_url)
    with open_store(migrated_url) as store:
        with store.begin() as transaction:
            assert transaction.count("household") == (0 if found == -1 else PEOPLE)
        with store._engine.connect() as connection:
            query = (
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'household'"
                if backend == "sqlite"
                else "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'household'::regclass AND tgenabled = 'O'"
            )
            assert connection.exec_driver_sql(query).scalar() == 2
    if found == -1:
        write(migrated_url, 0)
    _require_state(migrated_url, 0)
