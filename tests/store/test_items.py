"""Items as tables: made from a catalog, migrated by a difference, written and read with history, on both databases.

The catalog: 2201 road (class code · length m · keeper text · lit boolean), 1301 older person (needs meals boolean).
"""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_build import build, extend, tables_of
from gridsys.domain.catalog_check import COLUMNS
from gridsys.domain.retention import Disposal, RetentionRule
from gridsys.errors import InputError, StoreError
from gridsys.files import read_catalog
from gridsys.store import PutCounts, Store

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
GRID = "110101001001001"
_ROAD = "2201|{code}|{column}|{zh}|{column}|{zh}的定义。|What {column} is.|{type}|{unit}|{list}|{required}|public|own"


def _rows(table: str, *lines: str) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS[table], line.split("|"), strict=True)) for line in lines]


def _indicator(code: str, column: str, type_: str, unit: str = "", list_: str = "", *, required: str = "no") -> str:
    return _ROAD.format(
        code=code, column=column, zh=f"名{column}", type=type_, unit=unit, list=list_, required=required
    )


def _tables() -> dict[str, list[dict[str, str]]]:
    return {
        "items": _rows(
            "items",
            "1301|人|person|13|老幼妇残|care|老年人|older person|person",
            "2201|地|place|22|道路水系|roads and water|道路|road|place",
        ),
        "indicators": _rows(
            "indicators",
            "1301|130101|needs_meals|需要助餐|needs meals|是否送餐。|Whether brought.|boolean|||yes|sensitive|own",
            _indicator("220101", "road_class", "code", list_="road_class", required="yes"),
            _indicator("220102", "road_length", "number", unit="m", required="yes"),
            _indicator("220103", "keeper", "text"),
            _indicator("220104", "lit", "boolean"),
            _indicator("220105", "opened_on", "date"),
            _indicator("220106", "lanes", "integer", unit="pieces"),
        ),
        "code_lists": _rows("code_lists", "road_class|01|快速路|expressway|own", "road_class|02|支路|branch|own"),
        "units": _rows("units", "m|米|metre", "km|公里|kilometre", "pieces|个|piece"),
        "sources": _rows("sources", "own|自拟|own design|own"),
    }


def catalog(version: str = "1", **cells: dict[str, str]) -> Catalog:
    """Return the catalog, cells of its indicators changed: ``i220101={"column": "klass"}``."""
    tables = _tables()
    for row in tables["indicators"]:
        row.update(cells.get(f"i{row['code']}", {}))
    return build(tables, version)


def roads(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "subject_id": ["R1", "R2"],
            "grid_code": [GRID, None],
            "place": [None, "甲胡同"],
            "road_class": ["01", "02"],
            "road_length": [120.5, 80.0],
            "keeper": ['市政, "一队"', None],
            "lit": pd.array([True, None], dtype="boolean"),
            "opened_on": pd.to_datetime(["1999-10-01", None]).astype("datetime64[us]"),
            "lanes": pd.array([4, None], dtype="Int64"),
        },
        index=pd.Index(["r1", "r2"], name="record_id"),
    )
    return frame.assign(**changes)


def put(transaction: object, frame: pd.DataFrame, day: date = JAN) -> PutCounts:
    return transaction.items.put("2201", frame, valid_from=day, recorded_by="li", source="roads.csv")


@pytest.fixture
def items(store: Store) -> Store:
    with store.begin() as transaction:
        transaction.items.apply(catalog())
    return store


def test_what_goes_in_comes_out_typed_and_the_second_time_nothing_changes(items: Store) -> None:
    with items.begin() as transaction:
        assert put(transaction, roads()) == PutCounts(2, 0, 0)
    with items.begin(read_only=True) as transaction:
        assert_frame_equal(transaction.items.get("2201"), roads())
        assert transaction.items.get("2201", as_of=date(2025, 12, 31)).empty
        assert transaction.items.get("2201", area="110101001").index.tolist() == ["r1"]
        assert transaction.items.get("2201", area="110101", unplaced=True).index.tolist() == ["r1", "r2"]
        assert transaction.items.get("2201", area="110102").empty
        assert transaction.items.get("2201", columns=["lit"]).columns.tolist() == ["lit"]
    with items.begin() as transaction:
        again = put(transaction, roads(), FEB)
        assert (again.inserted, again.changed, again.unchanged, again.later) == (0, 0, 2, 0)
        assert put(transaction, roads(), date(2025, 6, 1)).later == 2


def test_a_change_is_a_new_version_in_both_rows(items: Store) -> None:
    with items.begin() as transaction:
        put(transaction, roads())
        changed = put(transaction, roads(keeper=["二队", None]), MAR)
        assert (changed.changed, changed.unchanged) == (1, 1)
        assert transaction.items.get("2201", as_of=FEB).loc["r1", "keeper"] == '市政, "一队"'
        assert transaction.items.get("2201", as_of=MAR).loc["r1", "keeper"] == "二队"
        history = transaction.items.history("2201", "r1")
        assert history["keeper"].tolist() == ['市政, "一队"', "二队"]
        assert history["valid_to"].iloc[0] == pd.Timestamp(MAR)
        assert put(transaction, roads(keeper=["三队", None]), MAR).changed == 1  # the same day: a correction
        assert len(transaction.items.history("2201", "r1")) == 2
        assert transaction.items.close("2201", ["r1"], valid_to=date(2026, 4, 1)).closed == 1
        assert transaction.items.get("2201").index.tolist() == ["r2"]
        assert transaction.items.get("2201", as_of=MAR).index.tolist() == ["r1", "r2"]


def test_what_cannot_be_is_refused(items: Store) -> None:
    with items.begin() as transaction:
        put(transaction, roads(), MAR)
    with pytest.raises(StoreError, match="GS503"), items.begin() as transaction:
        put(transaction, roads(keeper="x"), JAN)
    other = pd.DataFrame(
        {"subject_id": ["p"], "grid_code": None, "place": None, "needs_meals": [True]},
        index=pd.Index(["r1"], name="record_id"),
    )
    with pytest.raises(InputError, match=r"GS104.*2201"), items.begin() as transaction:
        transaction.items.put("1301", other, valid_from=MAR, recorded_by="li", source="x")
    with pytest.raises(StoreError, match="GS504"), items.begin() as transaction:
        transaction.items.close("2201", ["r9"], valid_to=MAR)
    with pytest.raises(InputError, match="GS109"), items.begin() as transaction:
        transaction.items.get("9999")


def test_the_database_itself_keeps_the_catalogs_rules(items: Store) -> None:
    with items.begin() as transaction:
        put(transaction, roads())
    broken = {"road_class": "'09'", "road_length": "NULL", "lanes": "-2", "record_id": "'r7'"}
    for column, value in broken.items():
        with pytest.raises(StoreError, match="GS503"), items.begin() as transaction:
            transaction._connection.exec_driver_sql(f"UPDATE item_2201 SET {column} = {value} WHERE record_id = 'r1'")  # noqa: S608 - a test's own words


def test_there_is_no_item_before_a_catalog(store: Store) -> None:
    with pytest.raises(StoreError, match="GS504"), store.begin() as transaction:
        put(transaction, roads())


def test_the_whole_catalog_becomes_170_typed_tables_with_their_chinese_names(store: Store) -> None:
    whole = read_catalog()
    with store.begin() as transaction:
        done = transaction.items.apply(whole)
        assert [step.action for step in done.steps] == ["create"] * 170
        assert transaction.items.apply(whole).steps == ()
        assert transaction.items.catalog == whole
        connection = transaction._connection
        names = set(sa.inspect(connection).get_table_names())
        assert {f"item_{code}{part}" for code in whole.items for part in ("", "_closed")} <= names
        said = connection.exec_driver_sql("SELECT count(*) FROM item_dictionary WHERE column_name <> ''").scalar()
        assert said == 2043
        columns = {each["name"]: each for each in sa.inspect(connection).get_columns("item_3101")}
        for indicator in whole.item("3101").indicators:
            assert columns[indicator.column]["nullable"] is not indicator.required
            if store.backend == "postgresql":
                assert columns[indicator.column]["comment"] == indicator.zh
        if store.backend == "postgresql":
            assert sa.inspect(connection).get_table_comment("item_3101")["text"] == "井盖"
        (key,) = sa.inspect(connection).get_foreign_keys("item_3101")
        assert key["referred_table"] == "item"


def test_a_district_overlay_is_applied_as_a_difference(items: Store) -> None:
    base = catalog()
    own = _rows("indicators", _indicator("220180", "lamps", "integer", unit="pieces"))
    gone = [row for row in tables_of(base)["indicators"] if row["code"] == "220103"]
    overlay = {
        "indicators": [{"action": "add", **own[0]}, {"action": "withdraw", **gone[0]}],
        "items": [{"action": "withdraw", **tables_of(base)["items"][0]}],
    }
    extended = extend(base, overlay, "1-dongcheng")
    with items.begin() as transaction:
        put(transaction, roads())
        put(transaction, roads(lanes=pd.array([6, None], dtype="Int64")), MAR)
        planned = transaction.items.plan(extended)
        assert [(step.action, step.table, step.rows) for step in planned.steps] == [
            ("retire", "item_1301", 0), ("rebuild", "item_2201", 3),
        ]  # fmt: skip
        assert transaction.items.catalog.version == "1"
        assert transaction.items.apply(extended) == planned
        now = transaction.items.get("2201", as_of=FEB)
        assert now["lamps"].isna().all()
        assert_frame_equal(now.drop(columns="lamps"), roads().drop(columns="keeper"))
        kept = transaction._connection.exec_driver_sql("SELECT retired_2_keeper FROM item_2201_closed").scalars().all()
        assert kept == ['市政, "一队"']
        names = sa.inspect(transaction._connection).get_table_names()
        assert "retired_2_item_1301" in names
        assert "item_1301" not in names
        # once more: what was retired goes along
        again = extend(extended, {"indicators": [{"action": "withdraw", **own[0]}]}, "2-dongcheng")
        transaction.items.apply(again)
        kept = transaction._connection.exec_driver_sql("SELECT retired_2_keeper FROM item_2201_closed").scalars().all()
        assert kept == ['市政, "一队"']
        assert put(transaction, roads().drop(columns="keeper"), date(2026, 4, 1)).changed == 1


BREAKING = [
    ({"i220103": {"required": "yes"}}, 1, "keeper"),
    ({"i220102": {"unit": "km"}}, 2, "road_length"),
    ({"i220102": {"type": "integer"}}, 1, "road_length"),
    ({"i220104": {"type": "date"}}, 1, "lit"),
    ({"i220103": {"type": "code", "code_list": "road_class"}}, 1, "keeper"),
    ({"i220103": {"type": "date"}}, 1, "keeper"),
]


def test_what_would_lose_or_break_values_is_refused_and_nothing_changes(items: Store) -> None:
    with items.begin() as transaction:
        put(transaction, roads())
    for cells, rows, column in BREAKING:
        new = catalog("2", **cells)
        with items.begin() as transaction:
            (problem,) = transaction.items.plan(new).problems
            assert (problem["table"], problem["column"], problem["rows"]) == ("item_2201", column, rows)
        with pytest.raises(InputError, match="GS110") as caught, items.begin() as transaction:
            transaction.items.apply(new)
        assert caught.value.problems[0]["fix"]
    with items.begin() as transaction:
        assert transaction.items.catalog.version == "1"
        assert_frame_equal(transaction.items.get("2201"), roads())


def test_a_code_that_is_in_use_stays(items: Store) -> None:
    tables = _tables()
    tables["code_lists"] = tables["code_lists"][:1]
    with items.begin() as transaction:
        put(transaction, roads())
        (problem,) = transaction.items.plan(build(tables, "2")).problems
        assert (problem["column"], problem["rows"]) == ("road_class", 1)


def test_values_are_carried_into_new_types_names_and_wider_lists(items: Store) -> None:
    tables = _tables()
    for row in tables["indicators"]:
        row.update({
            "220101": {"column": "klass"},
            "220105": {"type": "text"},
            "220106": {"type": "number"},
        }.get(row["code"], {}))  # fmt: skip
    tables["code_lists"] += _rows("code_lists", "road_class|03|胡同|alley|own")
    with items.begin() as transaction:
        put(transaction, roads())
        transaction.items.apply(build(tables, "2"))
        found = transaction.items.get("2201")
        assert found["klass"].tolist() == ["01", "02"]
        assert found["opened_on"].tolist()[0] == "1999-10-01"
        assert found["lanes"].dtype == "float64"
        wider = found.assign(klass=["03", "02"])
        assert put(transaction, wider, FEB).changed == 1


def test_a_version_is_given_once(items: Store) -> None:
    with pytest.raises(InputError, match="GS108"), items.begin() as transaction:
        transaction.items.apply(catalog("1", i220103={"type": "date"}))
    with items.begin() as transaction:
        named = dataclasses.replace(catalog(), version="2")
        assert transaction.items.apply(named).steps == ()
        assert transaction.items.catalog.version == "2"


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    codes=st.sets(st.sampled_from(["220103", "220104", "220105", "220106"])),
    lanes=st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=2, max_size=2),
)
def test_there_and_back_keeps_every_value_of_what_stays(items: Store, codes: set[str], lanes: list[int | None]) -> None:
    """Withdrawing any columns leaves the others as they were, whatever they hold."""
    base = catalog()
    rows = [{"action": "withdraw", **row} for row in tables_of(base)["indicators"] if row["code"] in codes]
    gone = [row["column"] for row in rows]
    frame = roads(lanes=pd.array(lanes, dtype="Int64"))
    with pytest.raises(ZeroDivisionError), items.begin() as transaction:  # noqa: PT012 - one transaction, undone
        put(transaction, frame)
        transaction.items.apply(extend(base, {"indicators": rows}, "2"))
        assert_frame_equal(transaction.items.get("2201"), frame.drop(columns=gone))
        raise ZeroDivisionError  # the next example begins anew
    with items.begin() as transaction:
        assert transaction.items.catalog.version == "1"
        assert transaction.items.get("2201").empty


def test_when_a_persons_term_is_over_the_items_about_them_go(items: Store) -> None:
    """Records o1 and o2 are about persons p1 and p2; p1 is no more since March."""
    meals = pd.DataFrame(
        {
            "subject_id": ["p1", "p2"],
            "grid_code": GRID,
            "place": None,
            "needs_meals": pd.array([True, False], "boolean"),
        },
        index=pd.Index(["o1", "o2"], name="record_id"),
    )
    persons = pd.DataFrame(
        {"name": "x", "sex": "1", "birth_date": pd.Timestamp("1930-01-01"), "household_id": None, "relation": "head"},
        index=pd.Index(["p1", "p2"], name="person_id"),
    )
    rule = RetentionRule("person", 5, Disposal.ANONYMISE, "服务", "service")
    with items.begin() as transaction:
        transaction.put("person", persons, valid_from=JAN)
        transaction.items.put("1301", meals, valid_from=JAN, recorded_by="li", source="meals.csv")
        transaction.items.put(
            "1301", meals.assign(needs_meals=False), valid_from=FEB, recorded_by="li", source="meals.csv"
        )
        transaction.close("person", ["p1"], valid_to=MAR)
    with items.begin() as transaction:
        assert transaction.dispose(rule, date(2031, 3, 1)) == 1
        assert transaction.items.get("1301").index.tolist() == ["o2"]
        assert transaction.items.get("1301", as_of=JAN).index.tolist() == ["o2"]
        assert transaction.items.history("1301", "o1").empty
        transaction.close("person", ["p2"], valid_to=date(2026, 4, 1))
    tables = _tables()
    for name in ("items", "indicators"):
        tables[name] = [row for row in tables[name] if row["item_code"] != "1301"]
    with items.begin() as transaction:
        transaction.items.apply(build(tables, "2"))
    retired = [name for name in sa.inspect(items._engine).get_table_names() if name.startswith("retired_")]
    assert len(retired) == 2
    with items.begin() as transaction:
        assert transaction.dispose(rule, date(2031, 4, 1)) == 1
    with items._engine.begin() as connection:
        for name in retired:
            assert connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) == 0
