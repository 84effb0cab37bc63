"""How fast is the store? The chain of the synthetic district, loaded, followed, relinked.

    python benchmarks/database.py [--postgres URL] [--repeat 3] [--seed 7]

Each figure stands beside its peer in the same run: ``executemany`` of ready tuples into bare SQLite tables with a
primary key and the same PRAGMAs; COPY of ready CSV into bare PostgreSQL tables with a primary key. The peers check
nothing and keep no history; making their tuples and CSV is not counted, encoding our frames is. Smallest of repeats.
"""

from __future__ import annotations

import argparse
import csv
import io
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.records import KINDS
from gridsys.measure import Facts, age_bands, roll_up
from gridsys.resources import resource
from gridsys.sample import make_city
from gridsys.spatial.locate import locate
from gridsys.store import Store, open_store
from gridsys.store.backends import backend_of
from gridsys.store.codec import encode
from gridsys.store.schema import PAIRS

DAY, LATER = date(2026, 1, 1), date(2026, 7, 1)
CHAIN = ("building", "room", "household", "person")


def district(seed: int) -> dict[str, pd.DataFrame]:
    """Return the frames of the synthetic district (0.9 M persons), and its communities."""
    areas = pd.read_csv(resource("geodata", "codes", "dongcheng_areas.csv"), dtype=str)
    streets = areas[(areas["level"] == "street") & (areas["year"] == areas["year"].max())].set_index("code")
    city = make_city(streets[["name"]], scale="district", seed=seed)
    return {
        "area": city.communities,
        "building": city.buildings,
        "room": city.rooms,
        "household": city.households,
        "person": city.persons,
    }


def layer(communities: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """Return a grid layer with one grid for each community, numbered."""
    return (
        communities[["name", "geometry"]]
        .assign(area_code=communities.index, weight=1.0, area_m2=communities.area.round(2))
        .set_index((communities.index + f"{number:03}").rename("grid_code"))
    )


@contextmanager
def empty_database(postgres: str | None) -> Iterator[str]:
    """Yield the URL of an empty database that is gone afterwards."""
    if postgres is None:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/city.db"
        return
    url, name = sa.make_url(postgres), f"bench_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def timed_twice(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds by the clock and those this process computed; a busy machine shows in the first only."""
    computing = time.process_time()
    seconds = timed(work)
    return seconds, time.process_time() - computing


def bare_tables(connection: sa.Connection, kind: str) -> str:
    """Create a kind's open table with its columns and primary key and nothing else; return its name."""
    table = PAIRS[kind].open
    dialect = connection.dialect
    columns = ", ".join(f'"{c.name}" {c.type.compile(dialect=dialect)}' for c in table.columns)
    connection.exec_driver_sql(f'CREATE TABLE "{kind}" ({columns}, PRIMARY KEY ("{table.columns[0].name}"))')
    return kind


def raw_sqlite(url: str, rows: dict[str, list[tuple[object, ...]]]) -> tuple[float, float]:
    """Load ready tuples by executemany, one transaction, our PRAGMAs."""
    parsed = sa.make_url(url)
    backend = backend_of(parsed)
    assert backend is not None
    engine = backend.engine(parsed)
    with engine.begin() as connection:
        for kind in CHAIN:
            bare_tables(connection, kind)

    def load() -> None:
        with engine.begin() as connection:
            cursor = connection.connection.cursor()
            for kind, tuples in rows.items():
                cursor.executemany(f'INSERT INTO "{kind}" VALUES ({", ".join("?" * len(tuples[0]))})', tuples)  # noqa: S608

    seconds = timed_twice(load)
    engine.dispose()
    return seconds


def raw_postgres(url: str, texts: dict[str, bytes]) -> tuple[float, float]:
    """Load ready CSV by COPY, one transaction."""
    parsed = sa.make_url(url)
    backend = backend_of(parsed)
    assert backend is not None
    engine = backend.engine(parsed)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION postgis")
        for kind in CHAIN:
            bare_tables(connection, kind)

    def load() -> None:
        with engine.begin() as connection:
            driver = connection.connection.driver_connection
            for kind, text in texts.items():
                with driver.cursor() as cursor, cursor.copy(f'COPY "{kind}" FROM STDIN (FORMAT csv)') as copy:
                    for start in range(0, len(text), 1 << 20):
                        copy.write(text[start : start + (1 << 20)])

    seconds = timed_twice(load)
    engine.dispose()
    return seconds


def ready(frames: dict[str, pd.DataFrame], backend: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the chain's rows as tuples for SQLite and as CSV for PostgreSQL."""
    tuples, texts = {}, {}
    for kind in CHAIN:
        encoded = encode(frames[kind], KINDS[kind], valid_from=DAY)
        columns = [encoded[column.name] for column in PAIRS[kind].open.columns]
        lists = [
            [None if v is None else (v.wkb_hex if backend == "postgresql" else v.wkb) for v in values]
            if column.name == "geometry"
            else values.tolist()
            for column, values in zip(PAIRS[kind].open.columns, columns, strict=True)
        ]
        tuples[kind] = list(zip(*lists, strict=True))
        if backend == "postgresql":
            buffer = io.StringIO()
            csv.writer(buffer).writerows(tuples[kind])
            texts[kind] = buffer.getvalue().encode()
    return tuples, texts


def load_chain(store: Store, frames: dict[str, pd.DataFrame], valid_from: date = DAY) -> None:
    with store.begin() as transaction:
        for kind in CHAIN:
            transaction.put(kind, frames[kind], valid_from=valid_from)


def claims(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the links that claims give, without checking them."""
    extra = {"method": "code", "confidence": 1.0}
    return {
        "residence": frames["person"][["household_id"]].dropna().assign(**extra),
        "occupancy": frames["household"][["room_id"]].dropna().assign(**extra),
    }


def relink(store: Store) -> None:
    """Read buildings and the grids in force, locate, keep the links."""
    with store.begin() as transaction:
        grid_of = locate(transaction.get("building").dropna(subset="geometry"), transaction.get_grids())
        placement = grid_of.dropna().rename("grid_code").to_frame().assign(method="position", confidence=1.0)
        transaction.put_links({"placement": placement}, valid_from=LATER)


AGES = (0, 3, 7, 18, 35, 60, 80)
_BANDS = " ".join(f"WHEN p.birth_date <= date('{LATER}', '-{age} years') THEN {age}" for age in reversed(AGES))
JOINED = f"""
SELECT l.grid_code, CASE {_BANDS} END AS age, count(*) FROM person p
JOIN residence r ON r.person_id = p.person_id JOIN occupancy o ON o.household_id = r.household_id
JOIN room m ON m.room_id = o.room_id JOIN placement l ON l.building_id = m.building_id GROUP BY 1, 2
"""  # noqa: S608 - numbers of our own


def count_people(store: Store, grids: pd.Index) -> pd.DataFrame:
    """Count the persons of every grid by age, as ``gridsys count`` does."""
    with store.begin() as transaction:
        people = transaction.people(LATER)
    place = np.append(grids.get_indexer(pd.Index(people.grids)), -1)[people.grid]
    facts = Facts(place, grids, {"age": age_bands(people.birth, LATER, AGES)})
    return roll_up(facts, level=AreaLevel.GRID, by=("age",))


def roll_ups(store: Store) -> None:
    """Print the roll-up persons x grid x age beside the same join in SQL; both must count the same."""
    with store.begin(read_only=True) as transaction:
        grids = transaction.get_grids().index
    connection = sqlite3.connect(str(sa.make_url(store.address).database))
    sql = min(timed_twice(lambda: connection.execute(JOINED).fetchall())[1] for _ in range(3))
    peer = {(grid, age): persons for grid, age, persons in connection.execute(JOINED)}
    connection.close()
    first = timed_twice(lambda: count_people(store, grids))[1]
    kept = min(timed_twice(lambda: count_people(store, grids))[1] for _ in range(5))
    table = count_people(store, grids).drop("unplaced")
    ours = {(grid, int(age.rstrip("+").split("-")[0])): n for (grid, age), n in table["count"].items() if n}
    show("roll-up persons x grid x age, equal to the SQL join", "yes" if ours == peer else "NO")
    show("SQL join on SQLite / ours, first time / ours, kept (computing)", f"{sql:.2f} / {first:.2f} / {kept:.3f} s")
    show("ratio first / kept", f"{first / sql:.2f} / {kept / sql:.3f} x")


def follow(store: Store, persons: pd.Index, as_of: date | None) -> pd.Series:
    """Return the seconds of each of many chains."""
    with store.begin(read_only=True) as transaction:
        for person in persons[:200]:
            transaction.chain(person, as_of=as_of)
        return pd.Series([timed(lambda p=person: transaction.chain(p, as_of=as_of)) for person in persons])


def show(label: str, value: str) -> None:
    print(f"  {label:<62}{value:>24}", flush=True)


def measure(backend: str, postgres: str | None, frames: dict[str, pd.DataFrame], repeat: int) -> None:
    """Print every figure for one backend."""
    server = postgres if backend == "postgresql" else None
    tuples, texts = ready(frames, backend)
    rows = sum(map(len, tuples.values()))
    print(f"{backend}: {rows:,} rows of {', '.join(CHAIN)}", flush=True)
    raw, ours = [], []
    for _ in range(repeat):
        with empty_database(server) as url:
            raw.append(raw_sqlite(url, tuples) if backend == "sqlite" else raw_postgres(url, texts))
        with empty_database(server) as url, open_store(url) as store:
            store.upgrade()
            ours.append(timed_twice(lambda s=store: load_chain(s, frames)))
    del tuples, texts
    name = "executemany of ready tuples" if backend == "sqlite" else "COPY of ready CSV"
    (raw_clock, raw_cpu), (our_clock, our_cpu) = (map(min, zip(*runs, strict=True)) for runs in (raw, ours))
    show(f"{name}, bare tables with a primary key", f"{raw_clock:.2f} s")
    show("first load from frames, checked, with history", f"{our_clock:.2f} s")
    show("ratio by the clock", f"{our_clock / raw_clock:.2f} x")
    if backend == "sqlite":  # PostgreSQL computes in another process
        show("ratio of computing time", f"{our_cpu / raw_cpu:.2f} x ({our_cpu:.2f} / {raw_cpu:.2f} s)")
    with empty_database(server) as url, open_store(url) as store:
        store.upgrade()
        load_chain(store, frames)
        show("the same again: nothing changes", f"{timed(lambda: load_chain(store, frames, LATER)):.2f} s")
        changed = {**frames, "person": frames["person"].assign(name=_one_percent(frames["person"]["name"]))}
        show("1 % of the persons changed", f"{timed(lambda: load_chain(store, changed, LATER)):.2f} s")
        with store.begin() as transaction:
            transaction.put_plan("first", layer(frames["area"], 1), valid_from=DAY, parameters={})
            seconds = timed(lambda: transaction.put_links(claims(frames), valid_from=DAY))
        show("links of persons and households, first time", f"{seconds:.2f} s")
        relink(store)
        with store.begin() as transaction:
            transaction.put_plan("second", layer(frames["area"], 2), valid_from=LATER, parameters={})
        show("relink the district to a new grid layer", f"{timed(lambda: relink(store)):.2f} s")
        if backend == "sqlite":
            roll_ups(store)
        with store.begin(read_only=True) as transaction:
            show("read all persons", f"{timed(lambda: transaction.get('person')):.2f} s")
        some = frames["person"].index[np.random.default_rng(0).integers(0, len(frames["person"]), 2000)]
        for as_of, words in ((None, "now"), (DAY, "as of a day")):
            each = follow(store, some, as_of) * 1000
            show(
                f"one person's chain, {words}: median / 99th percentile",
                f"{each.median():.3f} / {each.quantile(0.99):.3f} ms",
            )


def _one_percent(names: pd.Series) -> pd.Series:
    changed = names.copy()
    changed.iloc[::100] = "改名"
    return changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", help="URL of a server where databases may be made (GRIDSYS_TEST_POSTGRES)")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    frames = district(arguments.seed)
    measure("sqlite", None, frames, arguments.repeat)
    if arguments.postgres:
        measure("postgresql", arguments.postgres, frames, arguments.repeat)
    else:
        print("postgresql: not measured, no --postgres URL given")
    return 0


if __name__ == "__main__":
    sys.exit(main())
