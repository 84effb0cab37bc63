"""`gridsys import` as a user types it: 25 planted errors of different sorts, each found once, in CSV and in Excel."""

import json

import pandas as pd
import pytest
from stdnum.cn import ric

from gridsys.domain.catalog_records import item_kind
from gridsys.files import read_catalog
from gridsys.store import open_store
from tests.commands import run

ACTOR = "li:district-administrator@110101"
GRID = "110101001001001"


def _number(birth, sequence):
    body = f"990101{birth.replace('-', '')}{sequence:03d}"
    return body + ric.calc_check_digit(body + "0")


def persons():
    births = [f"19{60 + row}-03-{10 + row}" for row in range(12)]
    return pd.DataFrame(
        {
            "person_id": [_number(birth, row + 1) for row, birth in enumerate(births)],
            "name": [f"王{row}" for row in range(12)],
            "sex": ["1" if row % 2 == 0 else "2" for row in range(12)],
            "birth_date": births,
            "household_id": [f"h{row}" for row in range(12)],
            "relation": "head",
        }
    ).astype(object)


def rooms():
    row = {"building_id": "b1", "stairwell": "1", "floor": "3", "number": "301", "use": "home", "area_m2": "60.5"}
    return pd.DataFrame([{"room_id": f"r{number}"} | row for number in range(10)]).astype(object)


def residents():
    """Item 1101: registered residents."""
    births = [f"197{row}-05-0{row + 1}" for row in range(8)]
    table = {
        "record_id": [f"R{row}" for row in range(8)],
        "subject_id": [_number(birth, row + 1) for row, birth in enumerate(births)],
        "grid_code": GRID,
        "full_name": "李",
        "citizen_identity_number": [_number(birth, row + 1) for row, birth in enumerate(births)],
        "sex": ["1" if row % 2 == 0 else "2" for row in range(8)],
        "date_of_birth": births,
        "registered_address": "东堂子胡同1号",
    }
    catalog = read_catalog()
    kind = item_kind(catalog, catalog.item("1101"))
    coded = {name: kind.field(name).choices[0] for name in ("registration_type", "actual_residence_state")}
    return pd.DataFrame(table | coded).astype(object)


TABLES = {"person": persons, "room": rooms, "1101": residents}
A = _number("1961-03-11", 2)
# kind, row of the table from 0, column, planted value
PLANTED = [
    ("person", 0, "person_id", _number("1960-03-10", 1)[:-1] + "?"),  # not a check character at all
    ("person", 1, "person_id", A[:-1] + ("0" if A[-1] != "0" else "1")),  # check digit
    ("person", 2, "person_id", "99010119621332" + "0037"),  # no such date
    ("person", 3, "person_id", None),  # key missing
    ("person", 5, "person_id", _number("1964-03-14", 5)),  # key repeated: that of row 4
    ("person", 6, "name", None),
    ("person", 7, "sex", "3"),
    ("person", 8, "sex", "2"),  # the number says 1
    ("person", 9, "birth_date", "1969-03-20"),  # the number says another day
    ("person", 10, "birth_date", "1970-02-30"),  # no such day
    ("person", 11, "relation", "lodger"),
    ("room", 0, "floor", "121"),
    ("room", 1, "floor", "three"),
    ("room", 2, "floor", "2.5"),
    ("room", 3, "stairwell", "0"),
    ("room", 4, "area_m2", "0"),
    ("room", 5, "area_m2", "60 m2"),
    ("room", 6, "use", "castle"),
    ("room", 7, "number", None),
    ("room", 8, "room_id", "r0"),
    ("1101", 0, "registration_type", "x"),
    ("1101", 1, "date_of_birth", "1971-05-03"),
    ("1101", 2, "sex", "2"),
    ("1101", 3, "citizen_identity_number", "123"),
    ("1101", 4, "subject_id", None),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'own.db'}"
    run("db", "upgrade", "--db", url, "--as", ACTOR)
    run("catalog", "apply", "--db", url, "--as", ACTOR)
    return url


def _write(frame, path):
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_excel(path, index=False)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_25_planted_errors_are_25_found_and_none_false(database, tmp_path, suffix):
    assert len(PLANTED) == 25
    found = set()
    for kind, make in TABLES.items():
        frame = make()
        for _, row, column, value in (each for each in PLANTED if each[0] == kind):
            frame.loc[row, column] = value
        if kind == "person":  # the same person twice: nothing is wrong but the repetition
            frame.loc[5, ["sex", "birth_date"]] = frame.loc[4, ["sex", "birth_date"]]
        path = _write(frame, tmp_path / f"{kind}{suffix}")
        done = run("import", kind, path, "--db", database, "--as", ACTOR, "--json", expect=3)
        problems = json.loads(done.stdout)["error"]["problems"]
        for problem in problems:
            assert problem["reason"]
            assert problem["fix"]
        told = [(kind, problem["row"] - 2, problem["column"]) for problem in problems]
        assert len(told) == len(set(told)), "each is told once"
        found |= set(told)
    planted = {(kind, row, column) for kind, row, column, _ in PLANTED}
    assert found == planted
    with open_store(database) as store, store.begin() as transaction:
        assert transaction.count("person") == transaction.count("room") == 0
        assert transaction.items.get("1101").empty


@pytest.mark.parametrize("kind", TABLES)
def test_sound_rows_go_in_once_and_an_earlier_day_gets_an_answer(database, tmp_path, kind):
    path = _write(TABLES[kind](), tmp_path / "sound.csv")
    options = ("--db", database, "--as", ACTOR, "--json")
    checked = json.loads(run("import", kind, path, "--dry-run", *options).stdout)
    assert (checked["checked"], checked["inserted"]) == (len(TABLES[kind]()), 0)
    first = json.loads(run("import", kind, path, "--from", "2026-02-01", *options).stdout)
    assert first["inserted"] == first["checked"]
    again = json.loads(run("import", kind, path, "--from", "2026-03-01", *options).stdout)
    assert (again["inserted"], again["changed"], again["later"]) == (0, 0, 0)
    earlier = run("import", kind, path, "--from", "2026-01-01", *options[:-1])
    assert "history is not moved back" in earlier.stdout.replace("\n", " ")


def test_an_item_is_found_by_its_names_and_through_a_mapping(database, tmp_path):
    frame = residents().rename(columns={"record_id": "编号", "full_name": "人名"})
    frame["编号"] = [f"M{row}" for row in range(8)]
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nrecord_id = "编号"\nfull_name = "人名"\n', encoding="utf-8")
    options = ("--map", mapping, "--db", database, "--as", ACTOR, "--json")
    done = run("import", "常住户籍人口", _write(frame, tmp_path / "a.csv"), *options)
    assert json.loads(done.stdout)["kind"] == "item_1101"
    assert "GS109" in run("import", "nobody", tmp_path / "a.csv", *options, expect=3).stdout


def test_a_catalog_in_force_has_nothing_to_do(database):
    planned = json.loads(run("catalog", "apply", "--dry-run", "--db", database, "--as", ACTOR, "--json").stdout)
    assert (planned["steps"], planned["problems"]) == ([], [])
    assert "GS402" in run("catalog", "apply", "--db", database, "--as", "x:district-administrator@110101001",
                          expect=4).stderr  # fmt: skip
