"""How fast are transitions of cases kept? In batches on SQLite; by eight writers on PostgreSQL, beside pgbench.

    python benchmarks/cases.py [--postgres URL] [--seconds 10] [--cases 5000]

A transition is decided by the engine and written as an event and a moved head. On PostgreSQL each is a transaction of
its own, on disk before it counts; the clock starts when all writers are connected. The peer is pgbench with the same
number of clients, prepared statements, a rows' worth of the same width and indices: BEGIN, UPDATE of a head, INSERT of
an event, COMMIT. It decides nothing. It runs before and after ours; the ratio is to the mean of both. Afterwards every
transition is counted in the database.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import re
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from gridsys.domain.case import Case, Event
from gridsys.domain.case_engine import apply
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_batch import lights as reckoned
from gridsys.domain.worktime_batch import to_us_array
from gridsys.domain.worktime_calendar import Unit
from gridsys.files.procedures import packaged_procedures
from gridsys.store import Store, open_store
from gridsys.store.audit import canonical
from gridsys.usecases.cases import colours

PROCEDURE = packaged_procedures()["dongcheng-grid"]
FILED = datetime.fromisoformat("2026-09-18T10:00+08:00")
GRID = "110101001007003"
RESIDENT, MANAGER = Worker("9901", "resident", "public"), Worker("wang", "grid-manager", "grid", GRID)
STEPS = ("take", "note", "pass-up")
WRITERS, BATCH = 8, 1_000
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def opened(case_id: str) -> tuple[Event, ...]:
    return open_case(PROCEDURE, case_id, "small-matter", title="路灯不亮", area_code=GRID, worker=RESIDENT, at=FILED)


def step(case: Case, number: int) -> tuple[Event, ...]:
    name = STEPS[number]
    data = {"take": {}, "note": {"note": "已到现场"}, "pass-up": {"reason": "需街道协调"}}[name]
    return apply(PROCEDURE, case, CaseAction(name, MANAGER, case.at + timedelta(minutes=1), data))


def check(store: Store, cases: int, transitions: int) -> str:
    """Count what is kept: every transition once, every head as its log says."""
    with store.begin() as transaction:
        stale, heads = transaction.cases.stale_heads(), transaction.cases.heads()
        assert not transaction.cases.verify().broken
    kept = int(heads["seq"].sum()) - len(heads)
    assert (stale, len(heads), kept) == ([], cases, transitions), (len(stale), len(heads), kept, transitions)
    return f"{kept:,} transitions kept, none lost or doubled, every chain whole"


def fill(store: Store, ids: list[str]) -> None:
    for start in range(0, len(ids), BATCH):
        with store.begin() as transaction:
            changes = [(None, opened(case_id)) for case_id in ids[start : start + BATCH]]
            transaction.cases.append(changes, recorded_by="bench")


def sqlite_batches(cases: int) -> None:
    ids = [f"C{number:07}" for number in range(cases)]
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/cases.db") as store:
        store.upgrade()
        started = time.perf_counter()
        fill(store, ids)
        print(f"sqlite: opened in batches of {BATCH:,}: {cases / (time.perf_counter() - started):,.0f} /s", flush=True)
        clock = {"taken": time.perf_counter(), "computed": time.process_time()}
        for number in range(len(STEPS)):
            for start in range(0, cases, BATCH):
                with store.begin() as transaction:
                    seen = transaction.cases.states(ids[start : start + BATCH]).values()
                    transaction.cases.append([(case, step(case, number)) for case in seen], recorded_by="bench")
        seconds, computed = time.perf_counter() - clock["taken"], time.process_time() - clock["computed"]
        total = cases * len(STEPS)
        print(f"sqlite: read, decided and written in batches: {total / seconds:,.0f} transitions/s "
              f"({total / computed:,.0f} per second of computing)", flush=True)  # fmt: skip
        with store.begin(read_only=True) as transaction:
            held = list(transaction.cases.states(ids).values())
        started = time.perf_counter()
        for start in range(0, cases, BATCH):
            with store.begin() as transaction:
                changes = [(case, step(case, 1)) for case in held[start : start + BATCH]]
                transaction.cases.append(changes, recorded_by="bench")
        print(f"sqlite: case in hand, decided and written: {cases / (time.perf_counter() - started):,.0f} "
              "transitions/s (bar 5,000)", flush=True)  # fmt: skip
        total += cases
        print(f"  {check(store, cases, total)}", flush=True)


def lights(cases: int) -> None:
    """Print how long the lights of open cases take, from the heads' deadlines and from limits reckoned anew."""
    rng = np.random.default_rng(7)
    now = pd.Timestamp("2026-09-25T02:00Z")
    opened_at = pd.Series(now - pd.to_timedelta(rng.integers(0, 40 * 86_400, cases), unit="s"))
    heads = pd.DataFrame({"red_at": opened_at + pd.Timedelta(days=15), "yellow_at": opened_at + pd.Timedelta(days=5)})
    heads["stopped_at"] = pd.Series(pd.NaT, index=heads.index, dtype=heads["red_at"].dtype)
    started = to_us_array(opened_at)
    seconds = {"kept deadlines": [], "reckoned": []}
    for _ in range(3):
        clock = time.process_time()
        colours(heads, now)
        seconds["kept deadlines"].append(time.process_time() - clock)
        clock = time.process_time()
        reckoned(now.to_pydatetime(), started, 15, 5, Unit.WORKING_DAYS)
        seconds["reckoned"].append(time.process_time() - clock)
    for words, taken in seconds.items():
        print(f"lights of {cases:,} open cases, {words}: {min(taken):.2f} s (bar 1)", flush=True)


def write_for(
    url: str, ids: list[str], seconds: float, *, reads: bool, ready: Barrier, results: multiprocessing.Queue[int]
) -> None:
    """Connect, wait for the others, take transitions one by one until the time is over; say how many were kept."""
    with open_store(url) as store:
        with store.begin(read_only=True) as transaction:
            cases = transaction.cases.states(ids)
        ready.wait()
        done, until = 0, time.perf_counter() + seconds
        for number in range(len(STEPS)):
            for case_id in ids:
                if time.perf_counter() > until:
                    break
                case = cases[case_id]
                if reads:
                    with store.begin(read_only=True) as transaction:
                        case = transaction.cases.state(case_id)
                with store.begin() as transaction:
                    (cases[case_id],) = transaction.cases.append([(case, step(case, number))], recorded_by="bench")
                done += 1
    results.put(done)


def writers(url: str, per_writer: int, seconds: float, *, reads: bool) -> tuple[float, str]:
    """Return transitions per second of eight processes, and what the count afterwards says."""
    groups = [[f"{reads:d}W{writer}-{number:06}" for number in range(per_writer)] for writer in range(WRITERS)]
    with open_store(url) as store:
        with store.begin(read_only=True) as transaction:
            heads = transaction.cases.heads()
        before = int(heads["seq"].sum()) - len(heads)
        fill(store, [case_id for group in groups for case_id in group])
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[int] = context.Queue()
    ready = context.Barrier(WRITERS)  # as pgbench does, the clock starts when everybody is connected
    shared = {"reads": reads, "ready": ready, "results": results}
    processes = [context.Process(target=write_for, args=(url, group, seconds), kwargs=shared) for group in groups]
    for process in processes:
        process.start()
    done = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    with open_store(url) as store:
        said = check(store, len(heads) + WRITERS * per_writer, before + done)
    return done / seconds, said


def pgbench(url: sa.URL, rows: int, seconds: float) -> float:
    """Return pgbench's transactions per second for an update and an insert of the same rows."""
    program = max(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), key=lambda path: int(path.parts[4]))
    event = opened("C")[0]
    # pgbench takes what follows a colon for a variable; the width stays
    data = canonical(step(Case(**_state()), 0)[0].data).replace("'", "''").replace(":", ";")
    hash_ = "0" * 64
    script = f"""
\\set n random(1, {rows})
\\set k random(1, 9000000000000000000)
BEGIN;
UPDATE bench_head SET seq = seq + 1, step = 'handle', holder = 'wang', at = '2026-09-18T02;01;00.000000+00;00',
    due_at = '2026-09-18T07;' || CAST(CAST(:n AS bigint) % 60 AS text), entry_hash = '{hash_}'
    WHERE case_id = 'P' || CAST(CAST(:n AS bigint) AS text);
INSERT INTO bench_event VALUES ('K' || CAST(CAST(:k AS bigint) AS text), 2, 'moved',
    '2026-09-18T02;01;00.000000+00;00', '{event.actor}', 'grid-manager', 'grid', '', '{data}', 'bench', '{hash_}');
COMMIT;
"""  # noqa: S608 - made here
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "transition.sql"
        file.write_text(script, encoding="utf-8")
        command = [program, "-n", "-M", "prepared", "-c", WRITERS, "-j", 2, "-T", round(seconds), "-f", file,
                   "-h", url.host, "-p", url.port, "-U", url.username, url.database]  # fmt: skip
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def _state() -> dict[str, object]:
    with open_store("sqlite://") as store:
        store.upgrade()
        with store.begin() as transaction:
            (case,) = transaction.cases.append([(None, opened("C"))], recorded_by="bench")
    return {name: getattr(case, name) for name in Case.__slots__}


def postgres_writers(server: str, seconds: float, per_writer: int) -> None:
    url, name = sa.make_url(server), f"bench_{uuid.uuid4().hex[:8]}"
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    own = url.set(database=name)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        text = own.render_as_string(hide_password=False)
        with open_store(text) as store:
            store.upgrade()
            fill(store, [f"P{number}" for number in range(1, WRITERS * per_writer + 1)])
        engine = sa.create_engine(own, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for table in ("head", "event"):
                connection.exec_driver_sql(f"CREATE TABLE bench_{table} (LIKE case_{table} INCLUDING ALL)")
                connection.exec_driver_sql(f"INSERT INTO bench_{table} SELECT * FROM case_{table}")  # noqa: S608
            shown = [f"{name} {connection.exec_driver_sql('SHOW ' + name).scalar()}" for name in DURABLE]
        print(f"postgresql: {', '.join(shown)}", flush=True)
        peers = [pgbench(own, WRITERS * per_writer, seconds)]
        ours = {}
        for reads, words in ((False, "case in hand, decided and written"), (True, "case read from its log as well")):
            rate, said = writers(text, per_writer, seconds, reads=reads)
            ours[words] = rate
            print(f"postgresql: {WRITERS} writers, {words}: {rate:,.0f} transitions/s\n  {said}", flush=True)
            peers.append(pgbench(own, WRITERS * per_writer, seconds))
        print(f"postgresql: pgbench {', '.join(f'{peer:,.0f}' for peer in peers)} transactions/s", flush=True)
        for (words, rate), pair in zip(ours.items(), itertools.pairwise(peers), strict=True):
            print(f"postgresql: {words}: {rate / (sum(pair) / 2):.2f} x pgbench (bar 0.60)", flush=True)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", help="URL of a server where databases may be made (GRIDSYS_TEST_POSTGRES)")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--cases", type=int, default=5_000)
    arguments = parser.parse_args()
    sqlite_batches(arguments.cases)
    lights(1_000_000)
    if arguments.postgres:
        postgres_writers(arguments.postgres, arguments.seconds, arguments.cases)
    else:
        print("postgresql: not measured, no --postgres URL given")
    return 0


if __name__ == "__main__":
    sys.exit(main())
