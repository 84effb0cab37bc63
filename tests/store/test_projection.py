"""The persons of a day as arrays: the same as by joining, and never stale."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from gridsys.domain.retention import Disposal, RetentionRule
from gridsys.store import Store
from gridsys.store.schema import PROJECTION
from tests.store import frames

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))


@pytest.fixture
def filled(store: Store) -> Store:
    with store.begin() as transaction:
        for kind in ("building", "room", "household", "person"):
            transaction.put(kind, getattr(frames, f"{kind}s")(), valid_from=JAN)
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_links(frames.links(), valid_from=JAN)
    return store


def _of(store: Store, day: date) -> list[tuple[str | None, str, int]]:
    with store.begin() as transaction:
        people = transaction.people(day)
    codes = [*people.grids, None]
    return sorted(
        (
            (codes[grid], str(birth), int(sex))
            for grid, birth, sex in zip(people.grid, people.birth, people.sex, strict=True)
        ),
        key=str,
    )


def _kept(store: Store) -> int:
    with store._engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(PROJECTION))


def test_kept_and_joined_are_the_same(filled: Store) -> None:
    with filled.begin(read_only=True) as transaction:
        joined = transaction.people(FEB, keep=False)
    assert _kept(filled) == 0
    first = _of(filled, FEB)
    assert _kept(filled) == 1
    assert _of(filled, FEB) == first
    births = frames.persons()["birth_date"].dt.strftime("%Y-%m-%d")
    assert [row[0] for row in first] == [frames.A1, frames.A2, None]
    assert sorted(row[1] for row in first) == sorted(births)
    assert np.sort(joined.birth).astype(str).tolist() == sorted(births)


@pytest.mark.parametrize("change", ["person", "residence", "occupancy", "placement", "room", "death"])
def test_every_change_is_seen_at_once(filled: Store, change: str) -> None:
    before = _of(filled, MAR)
    links = frames.links()
    with filled.begin() as transaction:
        if change == "person":
            transaction.put("person", frames.persons().assign(sex="2"), valid_from=MAR)
        elif change == "room":
            transaction.put("room", frames.rooms().assign(building_id="b3"), valid_from=MAR)
        elif change == "death":
            transaction.close("person", [frames.persons().index[0]], valid_to=MAR)
        else:
            transaction.put_links({change: links[change].iloc[1:]}, valid_from=MAR)
    assert _of(filled, MAR) != before
    assert _of(filled, FEB) == before
    assert _kept(filled) == 2


def test_what_is_rolled_back_leaves_it_as_it_was(filled: Store) -> None:
    before = _of(filled, MAR)

    def interrupted() -> None:
        with filled.begin() as transaction:
            transaction.put("person", frames.persons().assign(sex="2"), valid_from=MAR)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert _of(filled, MAR) == before


def test_nothing_lives_on_in_it_after_disposal(filled: Store) -> None:
    with filled.begin() as transaction:
        transaction.close("person", [frames.persons().index[0]], valid_to=FEB)
    _of(filled, JAN)
    rule = RetentionRule("person", 0, Disposal.ANONYMISE, "服务", "service")
    with filled.begin() as transaction:
        assert transaction.dispose(rule, MAR) == 1
    assert _kept(filled) == 0
    assert pd.Series([row[1] for row in _of(filled, JAN)]).str.endswith("-01-01").any()
