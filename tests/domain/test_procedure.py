"""A procedure file that cannot work is refused with its line; one that can is drawn and described."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gridsys.domain.procedure_diagram import procedure_diagram_svg
from gridsys.domain.procedure_toml import parse_procedure
from gridsys.errors import InputError, ProcedureError
from gridsys.files.procedures import packaged_procedures, read_procedure, write_procedure_pages

SMALL = """\
id = "small"
zh = "小"
en = "small"
article = "0"
start = "wait"
levels = ["grid", "street"]
opened_by = ["resident"]
from_source = []
chosen = []

[lights]
of = "step"

[[step]]
id = "wait"
zh = "待"
en = "wait"
kind = "claim"
limit = "4 working-hours"

[[step]]
id = "work"
zh = "办"
en = "work"
limit = "5 working-days"

[[step]]
id = "end"
zh = "完"
en = "end"
kind = "end"
outcome = "closed"

[[transition]]
id = "take"
zh = "接"
en = "take"
from = ["wait"]
to = "work"
by = ["grid-manager"]

[[transition]]
id = "done"
zh = "毕"
en = "done"
from = ["work"]
to = "end"
by = ["grid-manager"]
needs = ["result"]
guards = ["holder"]

[[class]]
id = "any"
zh = "类"
en = "any"
condition = "c"
closing = "c"
"""


def test_the_small_procedure_works():
    procedure = parse_procedure(SMALL)
    assert [step.id for step in procedure.steps] == ["wait", "work", "end"]
    assert [step.line for step in procedure.steps] == [14, 21, 27]
    assert str(procedure.limit("work", "any")) == "5 working-days"
    assert (procedure.above("grid"), procedure.above("street"), procedure.below("grid")) == ("street", None, None)


DONE, WORK, END = '[[transition]]\nid = "done"', '[[step]]\nid = "work"', '[[step]]\nid = "end"'
CLOSING, NAMES = 'closing = "c"\n', 'id = "i"\nzh = "i"\nen = "i"'
LIMIT, GUARD = 'limit = "4 working-hours"', 'guards = ["holder"]'
# what is replaced by what, the code, the place of the fault (a piece of its line), and words of the message
FAULTS = [
    ('to = "work"', 'to = "end"', "GS802", WORK, "'work' cannot be reached from 'wait'"),
    ('from = ["work"]\nto = "end"', 'from = ["wait"]\nto = "end"', "GS803", WORK, "no end can be"),
    ('limit = "5 working-days"\n', "", "GS804", WORK, "the step 'work' has no limit"),
    ('by = ["grid-manager"]\nneeds', 'by = ["mayor"]\nneeds', "GS805", DONE, "role 'mayor'"),
    ('to = "end"', 'to = "nowhere"', "GS805", DONE, "no step 'nowhere'"),
    ('from = ["work"]', 'from = ["x"]', "GS805", DONE, "no step 'x'"),
    ('start = "wait"', 'start = "x"', "GS805", 'id = "small"', "no step 'x'"),
    ('levels = ["grid", "street"]', 'levels = ["moon"]', "GS805", 'id = "small"', "no level 'moon'"),
    ('levels = ["grid", "street"]', "levels = []", "GS801", 'id = "small"', "no levels"),
    (GUARD, 'guards = ["magic"]', "GS805", DONE, "no guard 'magic'"),
    (GUARD, 'guards = ["holder:x"]', "GS805", DONE, "incomplete"),
    (GUARD, 'guards = ["has"]', "GS805", DONE, "incomplete"),
    (GUARD, 'guards = ["has:y"]', "GS805", DONE, "'y'"),
    (GUARD, 'guards = ["heard:resident"]', "GS805", DONE, "'resident'"),
    (GUARD, 'guards = ["rated:much"]', "GS805", DONE, "whole number"),
    (GUARD, 'guards = ["waited:take:soon"]', "GS805", DONE, "not a limit"),
    (GUARD, 'guards = ["waited:x:1 working-days"]', "GS805", DONE, "'x'"),
    (GUARD, 'duty = "dream"', "GS805", DONE, "no duty 'dream'"),
    (GUARD, 'level = "zone"', "GS805", DONE, "no level 'zone'"),
    (GUARD, 'level = "street"', "GS805", DONE, "never stands on the street"),
    (GUARD, 'move = "sideways"', "GS805", DONE, "'sideways'"),
    (GUARD, 'classes = ["x"]', "GS805", DONE, "no class 'x'"),
    ('by = ["grid-manager"]\nneeds', "by = []\nneeds", "GS801", DONE, "nobody may take 'done'"),
    ('id = "done"', 'id = "take"', "GS801", '[[transition]]\nid = "take"\nzh = "毕"', "stands twice"),
    ('id = "done"', 'id = "pause"', "GS801", '[[transition]]\nid = "pause"', "an action the engine has"),
    ('outcome = "closed"', "", "GS801", END, "of kind end with outcome ''"),
    ('outcome = "closed"', 'outcome = "closed"\nlimit = "1 working-days"', "GS801", END, "has a limit"),
    ('kind = "claim"', 'kind = "nap"', "GS805", '[[step]]\nid = "wait"', "no step kind 'nap'"),
    ('kind = "claim"', "kind = 3", "GS801", "kind = 3", "kind = 3 in [step]"),
    ('kind = "claim"', 'colour = "red"', "GS801", "colour", "the key 'colour' is unknown"),
    (LIMIT, 'limit = "4 moons"', "GS801", "4 moons", "not a limit"),
    (LIMIT, "limit = 4", "GS801", "limit = 4", "limit = 4"),
    ('en = "take"\n', "", "GS801", '[[transition]]\nid = "take"', "[transition] has no en"),
    ('by = ["grid-manager"]\n\n', 'by = "grid-manager"\n\n', "GS801", 'by = "grid-manager"', "by = 'grid-manager'"),
    ('of = "step"', 'of = "moon"', "GS805", "[lights]", "no clock for lights 'moon'"),
    ('of = "step"', 'of = "case"', "GS804", "[lights]", "need a limit for red"),
    ('of = "step"', 'of = "step"\nshare = 2.0', "GS801", "[lights]", "share"),
    ('of = "step"', 'of = "case"\nyellow = "9 working-days"\nred = "5 working-days"', "GS801", "[lights]",
     "before red"),
    ('article = "0"', 'article = "0"\nrounds = 3', "GS801", "rounds = 3", "the key 'rounds'"),

    ("chosen = []", "chosen = []\nbody = 3", "GS801", "body = 3", "body is not a table"),
    ("[lights]", "[sound]", "GS801", 'id = "small"', "has no lights"),
    ("[[class]]", '[escalation]\nsteps = ["work"]\n\n[[class]]', "GS805", "[escalation]", "rise to no step"),
    ("[[class]]", '[pause]\nby = ["x"]\nsteps = ["work"]\nreasons = {}\n\n[[class]]', "GS805", "[pause]", "role 'x'"),
    ("[[class]]", '[handover]\nby = ["mediator"]\nsteps = ["work"]\n\n[[class]]', "GS805", "[handover]", "no body"),
    ("[[class]]", '[vote]\nby = ["mediator"]\nsteps = ["work"]\nspecial = ["x"]\n\n[[class]]', "GS805",
     "[vote]", "'x'"),
    (CLOSING, 'limits = { x = "1 clock-hours" }', "GS805", "[[class]]", "no step 'x'"),
    (CLOSING, 'ends_at = "zone"', "GS805", "[[class]]", "no level 'zone'"),
    (CLOSING, '[[indicator]]\nNAMES\nnumerator = ["x"]\ndenominator = ["filed"]', "GS805", "[[indicator]]", "'x'"),
    (CLOSING, '[[indicator]]\nNAMES\nnumerator = ["filed"]\ndenominator = ["filed"]\nkind = "sum"', "GS805",
     "[[indicator]]", "'sum'"),
    (CLOSING, '[[round]]\nNAMES\nrole = "x"\nevery = "1 working-days"', "GS805", "[[round]]", "no role 'x'"),
    (CLOSING, '[[occasion]]\nNAMES\nafter = 1\nwithin = "1 working-days"', "GS805", "[[occasion]]", "no class 'i'"),
    (CLOSING, '[[role]]\nNAMES\nlevels = ["moon"]', "GS805", "[[role]]", "'moon'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "place", "words"), FAULTS)
def test_a_fault_is_named_with_its_line(old, new, code, place, words):
    assert SMALL.count(old) >= 1
    head, _, tail = SMALL.rpartition(old) if old in {'to = "end"', "[[class]]"} else SMALL.partition(old)
    text = head + (old if old == CLOSING else "") + new.replace("NAMES", NAMES) + tail
    with pytest.raises(ProcedureError) as caught:
        parse_procedure(text, "mine.toml")
    error = caught.value
    line = text[: text.index(place)].count("\n") + 1
    assert error.code == code, error
    assert error.where == f"mine.toml:{line}", error
    assert words in error.what, error
    assert error.fix


def test_every_problem_is_named_at_once():
    text = SMALL.replace('limit = "5 working-days"\n', "").replace('by = ["grid-manager"]', 'by = ["mayor"]')
    with pytest.raises(ProcedureError) as caught:
        parse_procedure(text, "mine.toml")
    lines = [text[: text.index(f'[[transition]]\nid = "{name}"')].count("\n") + 1 for name in ("take", "done")]
    found = re.findall(r"mine.toml:(\d+): \[(GS\d+)\]", caught.value.why)
    assert found == [(str(line), "GS805") for line in lines]
    assert caught.value.code == "GS804"


def test_text_that_is_not_toml_and_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ProcedureError, match=r"GS801.*not TOML"):
        parse_procedure("id = ")
    with pytest.raises(InputError, match="GS101"):
        read_procedure(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes("id = '网格'".encode("gbk"))
    with pytest.raises(InputError, match="GS101"):
        read_procedure(tmp_path / "gbk.toml")


def test_a_header_inside_a_long_text_is_no_place():
    text = SMALL.replace("chosen = []", 'chosen = ["""\n[[step]]\nid = "x"\n"""]')
    assert [step.line for step in parse_procedure(text).steps] == [17, 24, 30]


def test_the_nine_procedures_of_the_design_come_with_the_package():
    assert set(packaged_procedures()) == {
        "dongcheng-grid", "city-component", "six-care", "online-inquiry", "grand-mediation", "five-matter",
        "four-party", "public-deliberation", "neighbour-order",
    }  # fmt: skip
    for procedure in packaged_procedures().values():
        assert procedure.from_source
        assert procedure.chosen
        assert procedure.indicators


@pytest.mark.parametrize("name", sorted(packaged_procedures()))
def test_a_diagram_shows_every_step_and_every_way(name):
    procedure = packaged_procedures()[name]
    root = ET.fromstring(procedure_diagram_svg(procedure))  # noqa: S314 - our own text
    shown = "".join(root.itertext())
    for part in (*procedure.steps, *procedure.transitions):
        assert part.zh in shown
    svg = "{http://www.w3.org/2000/svg}"
    drawn = sum(path.get("fill") == "none" for path in root.iter(f"{svg}path"))
    assert drawn == sum(1 for t in procedure.transitions for step in t.from_ if step != t.to)
    tops = [(float(box.get("y")), float(box.get("height"))) for box in root.iter(f"{svg}rect") if box.get("rx")]
    assert all(y + height < below for (y, height), (below, _) in pairwise(tops))


def test_markup_in_a_name_stays_text():
    evil = SMALL.replace('zh = "办"', 'zh = "<script>alert(1)</script>"')
    assert "<script" not in procedure_diagram_svg(parse_procedure(evil))


def test_the_committed_pages_are_those_the_files_give(tmp_path):
    docs = Path(__file__).parents[2] / "docs"
    for path in write_procedure_pages(tmp_path):
        committed = docs / path.relative_to(tmp_path)
        assert committed.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            f"{committed.name} is old: run `make docs`"
        )
    with pytest.raises(InputError, match="GS101"):
        write_procedure_pages(tmp_path / "none")
