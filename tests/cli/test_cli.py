"""The commands as a user types them."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from gridsys.files import read_catalog, write_catalog
from tests.commands import run

ACTOR = "test:district-administrator@110101"


COMMANDS = [
    "demo",
    "divide",
    "import",
    "link",
    *(
        f"register {event}"
        for event in ("birth", "death", "arrive", "leave", "move", "rehouse", "split", "merge", "marriage", "show")
    ),
    "map",
    "atlas",
    "export",
    "plan diff",
    "plan list",
    "catalog apply",
    "case open",
    "case act",
    "case show",
    "case list",
    "case due",
    "retention",
    "count",
    "check",
    "db upgrade",
    "db downgrade",
    "db status",
    "db grant",
    "db revoke",
    "db logins",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example_and_speaks_json(command):
    text = run(*command.split(), "--help").stdout
    assert "Example" in text
    assert f"gridsys {command.split()[0]}" in text
    assert "--json" in text


def test_the_first_help_page_lists_every_command():
    text = run("--help").stdout
    for command in COMMANDS:
        assert command.split()[0] in text


def test_the_installed_command_answers():
    done = subprocess.run([sys.executable, "-m", "gridsys.cli.main", "--version"], capture_output=True, check=True)
    assert done.stdout.startswith(b"gridsys ")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A finished street demo: its folder and its JSON."""
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--out", folder, "--json")
    return folder, json.loads(done.stdout)


def test_the_demo_passes_every_check_and_leaves_its_files(demo):
    folder, report = demo
    failed = [check for check in report["checks"] if not check["passed"]]
    assert failed == []
    assert len(report["checks"]) >= 12
    for name in ("index.html", "grids.zip", "grids.gpkg", "city.gpkg", "gridsys.db", "report.json"):
        assert (folder / name).stat().st_size > 0
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["checks"] == report["checks"]


def test_the_demo_tells_the_four_rates(demo):
    _, report = demo
    rates = {row["link"]: row for row in report["rates"]}
    assert list(rates) == ["residence", "occupancy", "placement", "display"]
    assert rates["display"]["rate"] == 1
    lost = sum(row["total"] - row["linked"] for row in rates.values())
    assert lost == sum(row["records"] for row in report["reasons"]) > 0


def test_the_main_job_on_files_step_by_step(demo, tmp_path):
    """What README tells a user to do with own files, here on the layers the demo left."""
    folder, report = demo
    city = folder / "city.gpkg"
    database = ["--db", f"sqlite:///{tmp_path / 'own.db'}", "--as", ACTOR]
    run("db", "upgrade", *database)
    divided = json.loads(
        run(
            "divide", f"{city}::communities", "--roads", f"{city}::roads", "--buildings", f"{city}::buildings",
            "--compounds", f"{city}::compounds", "--barriers", f"{city}::barriers", "--count", 35,
            "--out", tmp_path / "grids.gpkg", "--enact", "--from", "2026-01-01", "--json", *database,
        ).stdout
    )  # fmt: skip
    assert divided["grids"] == report["counts"]["grid"]
    for kind, layer in (("area", "communities"), ("road", "roads"), ("surface", "surfaces"), ("building", "buildings")):
        first = json.loads(run("import", kind, f"{city}::{layer}", "--from", "2026-01-01", "--json", *database).stdout)
        assert first["inserted"] == first["checked"] > 0
        again = json.loads(run("import", kind, f"{city}::{layer}", "--from", "2026-02-01", "--json", *database).stdout)
        assert (again["inserted"], again["changed"]) == (0, 0)
    for kind in ("room", "household", "person"):
        done = run("import", kind, folder / f"{kind}s.csv", "--from", "2026-01-01", "--json", *database)
        assert json.loads(done.stdout)["inserted"] > 0
    linked = json.loads(
        run("link", "--as-of", "2026-06-30", "--failures", tmp_path / "lost.csv", "--json", *database).stdout
    )
    assert linked["rates"] == report["rates"][:3]
    _link_by_address_and_review(folder, tmp_path, database, linked)
    mapped = json.loads(run("map", "--out", tmp_path / "map.html", "--as-of", "2026-06-30", "--json", *database).stdout)
    assert mapped["grids"] == divided["grids"]
    exported = json.loads(
        run("export", "grid", tmp_path / "grids.zip", "--as-of", "2026-06-30", "--json", *database).stdout
    )
    assert exported["rows"] == divided["grids"]


def _link_by_address_and_review(folder, tmp_path, database, linked):
    """A household without a room states an address nobody knows; a reviewer finds its room."""
    households = pd.read_csv(folder / "households.csv", dtype="str", encoding="utf-8-sig")
    lost = households.loc[households["room_id"].isna(), "household_id"].iloc[0]
    room = pd.read_csv(folder / "rooms.csv", dtype="str", encoding="utf-8-sig")["room_id"].iloc[0]
    stated, review = tmp_path / "stated.csv", tmp_path / "review.csv"
    stated.write_text(f"stated_id,record_kind,record_id,address\ns1,household,{lost},无此路一号\n", encoding="utf-8")
    run("import", "stated_address", stated, "--from", "2026-01-01", *database)
    options = ["--as-of", "2026-06-30", "--json", *database]
    waiting = json.loads(run("link", "--review", review, *options).stdout)
    assert waiting["for_review"] == 1
    listed = pd.read_csv(review, dtype="str", encoding="utf-8-sig")
    assert listed[["record_id", "reason", "zh"]].to_numpy().tolist() == [[lost, "road-unknown", "路名或小区名查无"]]
    listed.assign(target=room, decision="accept").to_csv(review, index=False, encoding="utf-8")
    for _ in range(2):
        decided = json.loads(run("link", "--decisions", review, *options).stdout)
        assert decided["for_review"] == 0
        assert decided["rates"][1]["linked"] == linked["rates"][1]["linked"] + 1


def test_an_error_is_json_when_asked_and_its_family_sets_the_exit_status(tmp_path):
    done = run("import", "building", tmp_path / "none.gpkg", "--as", ACTOR, "--json", expect=3)
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "GS101"
    assert error["fix"]


def test_an_error_for_people_goes_to_stderr_with_its_fix(tmp_path):
    done = run("import", "building", tmp_path / "none.gpkg", "--as", ACTOR, expect=3)
    assert done.stdout == ""
    assert "GS101" in done.stderr
    assert "fix" in done.stderr


def test_nobody_acts_anonymously(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "GS901" in run("link", expect=2).stderr


def test_rights_are_asked_before_anything_is_read(tmp_path):
    done = run("import", "building", tmp_path / "none.gpkg", "--as", "x:grid-manager@110101001001001", expect=4)
    assert "GS401" in done.stderr


def test_unit_grids_say_how_close_they_come_and_offer_to_split(demo, tmp_path):
    city = demo[0] / "city.gpkg"
    layers = [f"{city}::communities", "--roads", f"{city}::roads", "--buildings", f"{city}::buildings"]
    words = ("divide", *layers, "--target-area", 10000, "--out", tmp_path / "units.gpkg", "--as", ACTOR)
    whole = json.loads(run(*words, "--json").stdout)["unit_grids"]
    split = json.loads(run(*words, "--split-blocks", "--json").stdout)["unit_grids"]
    assert whole["large_blocks"] > split["large_blocks"]
    assert whole["within_25"] < split["within_25"]
    assert "--split-blocks" in run(*words).stdout
    assert (
        "GS103"
        in run("divide", *layers, "--split-blocks", "--out", tmp_path / "x.gpkg", "--as", ACTOR, expect=3).stderr
    )


def test_two_rules_contradict(tmp_path):
    arguments = ("divide", "a.gpkg", "--out", tmp_path / "b.gpkg", "--count", 3, "--target-area", 10000, "--as", ACTOR)
    assert "GS103" in run(*arguments, expect=3).stderr


def test_where_results_go_is_checked_before_the_work(demo, tmp_path):
    """The layers named are not there: an error about the output shows that nothing was read."""
    absent = tmp_path / "none.gpkg"
    for out, code in (("grids.txt", "GS603"), ("no/grids.gpkg", "GS101")):
        assert code in run("divide", absent, "--out", tmp_path / out, "--as", ACTOR, expect=3).stderr
    report = ("--report", tmp_path / "no" / "report.html")
    assert "GS101" in run("divide", absent, "--out", tmp_path / "g.gpkg", *report, "--as", ACTOR, expect=3).stderr
    assert "GS103" in run("divide", absent, "--out", tmp_path / "g.gpkg", "--from", "x", "--as", ACTOR, expect=3).stderr
    database = ("--db", f"sqlite:///{demo[0] / 'gridsys.db'}", "--as", ACTOR)
    assert "GS603" in run("export", "household", tmp_path / "h.zip", *database, expect=3).stderr
    assert "GS101" in run("map", "--out", tmp_path / "no" / "map.html", *database, expect=3).stderr


def test_plans_and_upkeep_stay_within_the_users_area(demo):
    database = ("--db", f"sqlite:///{demo[0] / 'gridsys.db'}")
    own = json.loads(run("plan", "list", *database, "--as", ACTOR, "--json").stdout)["plans"]
    assert [plan["in_force"] for plan in own] == [demo[1]["counts"]["grid"]]
    elsewhere = ("--as", "li:street-manager@110101999", "--json")
    assert json.loads(run("plan", "list", *database, *elsewhere).stdout)["plans"] == []
    neighbour = ("--as", "li:district-administrator@110102")
    assert "GS402" in run("db", "downgrade", "base", *database, *neighbour, expect=4).stderr


def test_records_whose_term_is_over_are_counted(demo):
    database = ("--db", f"sqlite:///{demo[0] / 'gridsys.db'}", "--as", ACTOR, "--dry-run")
    counted = json.loads(run("retention", *database, "--as-of", "2040-01-01", "--json").stdout)
    kinds = ("person", "household", "posting", "other_residence", "registered_household", "registration")
    assert {row["kind"]: row["records"] for row in counted["rules"]} == dict.fromkeys(kinds, 0)
    assert "posting" in run("retention", *database).stdout


def test_wrong_use_exits_with_two():
    run("divide", expect=2)
    run("no-such-command", expect=2)


def test_wrong_use_is_json_when_asked():
    done = run("divide", "--json", expect=2)
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "GS905"
    assert "Missing argument" in error["why"]
    assert done.stderr == ""


def test_the_catalog_has_its_four_counts():
    text = run("catalog", "list").stdout
    assert "7 大类" in text
    assert "2043 指标" in text
    listed = json.loads(run("catalog", "list", "--json").stdout)
    assert len(listed["items"]) == 170
    assert sum(row["indicators"] for row in listed["subcategories"]) == 2043


def test_an_item_shows_its_indicators():
    shown = json.loads(run("catalog", "show", "3101", "--json").stdout)
    assert shown["zh"] == "井盖"
    assert all(row["definition_zh"] and row["definition_en"] for row in shown["indicators"])
    assert "GS109" in run("catalog", "show", "9999", expect=3).stderr


def test_a_catalog_is_checked_and_compared(tmp_path):
    assert "no error" in run("catalog", "check").stdout
    write_catalog(read_catalog(), tmp_path)
    assert "the same" in run("catalog", "diff", tmp_path).stdout
    file = tmp_path / "items.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("井盖", "窨井盖", 1), encoding="utf-8")
    (change,) = json.loads(run("catalog", "diff", tmp_path, "--json").stdout)["changes"]
    assert (change["kind"], change["before"], change["after"]) == ("renamed", "窨井盖", "井盖")


def test_the_demo_overwrites_nothing_it_did_not_write(demo, tmp_path):
    own = tmp_path / "gridsys.db"
    own.write_bytes(b"mine")
    assert "GS101" in run("demo", "--out", tmp_path, expect=3).stderr
    assert own.read_bytes() == b"mine"
    filled = f"sqlite:///{demo[0] / 'gridsys.db'}"
    assert "GS503" in run("demo", "--out", tmp_path / "new", "--db", filled, expect=5).stderr


def test_a_folder_that_cannot_be_made_is_an_error_with_a_code():
    assert "GS101" in run("demo", "--out", "/proc/nope", expect=3).stderr


def test_what_no_code_foresaw_is_called_a_defect(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("gridsys.cli.catalog.open_catalog", broken)
    done = run("catalog", "check", "--json", expect=70)
    assert "ZeroDivisionError" in json.loads(done.stdout)["error"]["what"]
    assert "Traceback" in done.stderr
