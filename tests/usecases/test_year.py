"""Cases lived through are kept as their logs say, in their user's area only, and never beside others."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from gridsys.domain.rights import Actor
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, StoreError
from gridsys.usecases.database import verify_database
from gridsys.usecases.year import simulate_cases
from tests.commands import run
from tests.store import frames

UNTIL = datetime(2026, 6, 30, tzinfo=BEIJING)
DISTRICT = Actor.parse("zheng:district-administrator@110101")


@pytest.fixture
def town(store):
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=frames.DAY, parameters={})
        transaction.put("building", frames.buildings(), valid_from=frames.DAY)
        placement = {"placement": frames.links()["placement"]}
        transaction.put_links(placement, valid_from=frames.DAY)
    return store


def test_months_of_cases_are_kept_whole(town):
    told = []
    lived = simulate_cases(
        DISTRICT, town, until=UNTIL, days=60, count=150, seed=7, progress=lambda *step: told.append(step)
    )
    with town.begin() as transaction:
        heads, stale = transaction.cases.heads(), transaction.cases.stale_heads()
    assert stale == []
    assert lived.cases == len(heads) == told[-1][1]
    assert (lived.events, lived.open) == (heads["seq"].sum(), (heads["status"] == "open").sum())
    assert 0 < lived.open < lived.cases
    checked = verify_database(DISTRICT, town)
    assert checked.holds
    assert (checked.cases.cases, checked.cases.events) == (lived.cases, lived.events)
    with pytest.raises(StoreError, match=r"GS503.*already holds cases"):
        simulate_cases(DISTRICT, town, until=UNTIL, days=60, count=150, seed=7)


def test_where_no_building_stands_there_are_no_cases(store):
    with pytest.raises(InputError, match="GS105"):
        simulate_cases(DISTRICT, store, until=UNTIL, days=60, count=150, seed=7)


def test_a_broken_chain_is_told_by_the_command(town, backend):
    lived = simulate_cases(DISTRICT, town, until=UNTIL, days=9, count=5, seed=7)
    url, who = town._engine.url.render_as_string(hide_password=False), "zheng:district-administrator@110101"
    said = json.loads(run("db", "verify", "--db", url, "--as", who, "--json").stdout)
    assert (said["holds"], said["cases"], said["cases_broken"]) == (True, lived.cases, {})
    name = "case_event_update_guard" if backend == "sqlite" else "case_event_guard ON case_event"
    with town._engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE case_event SET actor = 'nobody' WHERE seq = 1")
    said = json.loads(run("db", "verify", "--db", url, "--as", who, "--json", expect=1).stdout)
    assert (said["holds"], set(said["cases_broken"].values())) == (False, {1})
    refused = run("db", "verify", "--db", url, "--as", "wang:grid-manager@110101001001001", expect=4)
    assert "GS401" in refused.stderr
