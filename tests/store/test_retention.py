"""Records whose term is over, on a town whose dates can be counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from gridsys.domain.retention import Disposal, RetentionRule, retention_rules
from gridsys.domain.rights import Actor
from gridsys.errors import AccessError, SettingsError
from gridsys.files import read_retention
from gridsys.store import Store
from gridsys.usecases.retention import apply_retention
from tests.store import frames

RULE = RetentionRule("person", 5, Disposal.ANONYMISE, "服务", "service")
WHO = Actor.parse("admin:district-administrator@110101")
START, LEFT, BEFORE, DAY = date(2015, 1, 1), date(2020, 3, 1), date(2025, 2, 28), date(2025, 3, 1)
PEOPLE = pd.Index(["990000198001010014", "990000199001010018"], name="person_id")


@pytest.fixture
def town(store: Store) -> Store:
    """Two persons of one household; the first left on 2020-03-01."""
    persons = pd.DataFrame(
        {
            "name": ["张三", "李四"],
            "sex": "1",
            "birth_date": pd.to_datetime(["1980-07-09", "1990-01-01"]),
            "household_id": "h1",
            "relation": ["head", "child"],
        },
        index=PEOPLE,
    )
    residence = pd.DataFrame({"household_id": "h1", "method": "id", "confidence": 1.0}, index=PEOPLE)
    with store.begin() as transaction:
        transaction.put_plan("p", frames.grids(), valid_from=START, parameters={})
        transaction.put("person", persons, valid_from=START)
        transaction.put_links({"residence": residence}, valid_from=START)
        transaction.put_failures(
            pd.DataFrame(
                [("residence", "person", PEOPLE[0], "no-claim", None)],
                columns=["link", "table", "id", "reason", "claim"],
            ),
            valid_from=START,
        )
        transaction.put_failures(pd.DataFrame(columns=["link", "table", "id", "reason", "claim"]), valid_from=LEFT)
        transaction.close("person", [PEOPLE[0]], valid_to=LEFT)
        transaction.put_links({"residence": residence.iloc[1:]}, valid_from=LEFT)
    return store


def test_nothing_is_due_before_the_term_is_over(town: Store) -> None:
    table = apply_retention(WHO, town, [RULE], as_of=BEFORE, dry_run=True)
    assert table.loc["person", "records"] == 0
    assert apply_retention(WHO, town, [RULE], as_of=DAY, dry_run=True).loc["person", "records"] == 1
    with town.begin() as transaction:
        assert transaction.tombstones().empty, "a dry run changes nothing"


def test_a_person_who_left_is_anonymised_and_counts_of_the_past_hold(town: Store) -> None:
    assert apply_retention(WHO, town, [RULE], as_of=DAY).loc["person", "records"] == 1
    with town.begin() as transaction:
        then = transaction.get("person", as_of=date(2019, 6, 1))
        links = transaction.get_links("residence", as_of=date(2019, 6, 1))
        assert len(then) == len(links) == 2
        (key,) = set(then.index) - {PEOPLE[1]}
        assert key.startswith("anon-")
        assert set(links.index) == set(then.index)
        assert then.loc[key, "name"] == "" or pd.isna(then.loc[key, "name"])
        assert then.loc[key, "birth_date"] == pd.Timestamp(1980, 1, 1)
        assert then.loc[PEOPLE[1], "name"] == "李四"
        assert transaction.history("person", PEOPLE[0]).empty
        assert transaction.get_failures(as_of=date(2019, 6, 1)).empty
        stones = transaction.tombstones()
        assert stones.index.tolist() == [key]
        assert stones["versions"].tolist() == [1]
        assert transaction.verify_audit().broken_at is None
    assert apply_retention(WHO, town, [RULE], as_of=date(2026, 1, 1)).loc["person", "records"] == 0, "once is enough"


def test_nothing_of_the_person_is_left_in_any_table(town: Store) -> None:
    apply_retention(WHO, town, [RULE], as_of=DAY)
    with town._engine.begin() as connection:
        from_all = {
            name: repr(connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).all())
            for name in _tables(connection)
        }
    assert not [name for name, text in from_all.items() if PEOPLE[0] in text or "张三" in text]


def _tables(connection: sa.Connection) -> list[str]:
    return [name for name in sa.inspect(connection).get_table_names() if name != "spatial_ref_sys"]


def test_a_posting_is_deleted(store: Store) -> None:
    posting = pd.DataFrame(
        {"grid_code": [frames.A1], "force": "grid_manager", "staff_name": "王五", "valid_from": pd.Timestamp(START)},
        index=pd.Index(["p1"], name="posting_id"),
    )
    rule = RetentionRule("posting", 3, Disposal.DELETE, "公布", "telling")
    with store.begin() as transaction:
        transaction.put("posting", posting, valid_from=START)
        transaction.close("posting", ["p1"], valid_to=date(2020, 2, 29))
    apply_retention(WHO, store, [rule], as_of=date(2023, 2, 27))
    with store.begin() as transaction:
        assert len(transaction.history("posting", "p1")) == 1
    apply_retention(WHO, store, [rule], as_of=date(2023, 3, 1))
    with store.begin() as transaction:
        assert transaction.history("posting", "p1").empty
        assert transaction.tombstones()["kind"].tolist() == ["posting"]


def test_only_who_administers_all_of_it_may(town: Store) -> None:
    with pytest.raises(AccessError, match="GS401"):
        apply_retention(Actor.parse("li:street-manager@110101001"), town, [RULE], as_of=DAY)
    with pytest.raises(AccessError, match="GS402"):
        apply_retention(Actor.parse("li:district-administrator@110102"), town, [RULE], as_of=DAY)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "cat"}, "not a record kind"),
        ({"years": -1}, "0 to 100"),
        ({"years": True}, "0 to 100"),
        ({"action": "burn"}, "anonymise, delete"),
        ({"purpose_zh": " "}, "purpose_zh is empty"),
        ({"why": "?"}, "why is missing or unknown"),
    ],
)
def test_terms_that_cannot_be_used_are_named(change: dict[str, object], told: str) -> None:
    row = {"kind": "person", "years": 5, "action": "delete", "purpose_zh": "服务", "purpose_en": "service"}
    with pytest.raises(SettingsError, match=rf"GS904.*rule 1: .*{told}"):
        retention_rules({"rule": [{**row, **change}]}, "own.toml")
    with pytest.raises(SettingsError, match="person has two rules"):
        retention_rules({"rule": [row, row]}, "own.toml")


def test_a_file_of_terms(tmp_path: Path) -> None:
    assert {rule.action for rule in read_retention()} == set(Disposal)
    own = tmp_path / "own.toml"
    own.write_text("rule = 3", encoding="utf-8")
    with pytest.raises(SettingsError, match="GS904"):
        read_retention(own)
