import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsys.linking.address import normalise, parse_address
from gridsys.linking.numerals import digits_to_numeral, numeral_to_digits


def read(text):
    (line,) = normalise([text])
    return [{name: part for name, part in reading._asdict().items() if part} for reading in parse_address(line)]


ROOM = {"road": "牌楼胡同", "number": "17", "building": "2", "stairwell": "1", "room": "402"}


@pytest.mark.parametrize(
    "text",
    [
        "牌楼胡同17号院2号楼1单元402室",
        "牌楼胡同１７号院２栋１单元４０２",
        "牌楼胡同十七号院二幢一门四〇二室",
        "牌楼胡同17号院2#1单元402房",
        "牌楼胡同17号2座1单元0402号",
        "牌樓衚衕17號院2號樓1單元402室",
        "牌楼胡同 17号院，2号楼，1单元，402",
        "牌楼胡同17号院2-1-402",
        "牌楼胡同17-2-1-402",
        "牌楼胡同17号院2号楼1-402",
        "402室1单元2号楼17号院牌楼胡同",
        "402，1单元，2号楼，17号院，牌楼胡同",
        "牌楼胡同17号院2号楼1单元4O2室",
    ],
)
def test_ways_of_writing_one_room(text):
    assert read(text) == [ROOM]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("北京市东城区东华门街道办事处韵庭社区居委会牌楼胡同17号",
         {"district": "东城区", "street": "东华门街道", "community": "韵庭社区", "road": "牌楼胡同", "number": "17"}),
        ("北京市东城区北京市东城区牌楼胡同17号", {"district": "东城区", "road": "牌楼胡同", "number": "17"}),
        ("北京东城牌楼胡同17号", {"district": "东城", "road": "牌楼胡同", "number": "17"}),
        ("北京市朝阳门内大街8号", {"road": "朝阳门内大街", "number": "8"}),
        ("东四10条5号", {"road": "东四十条", "number": "5"}),
        ("石桥东三条十二号", {"road": "石桥东三条", "number": "12"}),
        ("牌楼胡同甲17号", {"road": "牌楼胡同", "number": "甲17"}),
        ("牌楼胡同17号甲", {"road": "牌楼胡同", "number": "甲17"}),
        ("牌楼胡同17号附2号", {"road": "牌楼胡同", "number": "17之2"}),
        ("牌楼胡同17-2号", {"road": "牌楼胡同", "number": "17之2"}),
        ("牌楼胡同17号底商2", {"road": "牌楼胡同", "number": "17", "room": "底商2"}),
        ("牌楼胡同17号院B座1203", {"road": "牌楼胡同", "number": "17", "building": "B", "room": "1203"}),
        ("牌楼胡同17号院2号楼4层402室",
         {"road": "牌楼胡同", "number": "17", "building": "2", "floor": "4", "room": "402"}),
        ("牌楼胡同17号3室（租户）", {"road": "牌楼胡同", "number": "17", "room": "3"}),
        ("牌楼胡同17号院兰亭家园2号楼",
         {"road": "牌楼胡同", "number": "17", "compound": "兰亭家园", "building": "2"}),
        ("牌楼胡同17号2楼", {"road": "牌楼胡同", "number": "17", "building": "2", "loose": True}),
        ("锦绣家园3栋2门502", {"road": "锦绣家园", "building": "3", "stairwell": "2", "room": "502"}),
    ],
)  # fmt: skip
def test_parts(text, parts):
    assert read(text) == [parts]


def test_what_can_be_read_in_two_ways_is():
    assert {(r.get("building"), r.get("stairwell"), r["room"]) for r in read("牌楼胡同17号院2-402")} == {
        ("2", None, "402"), (None, "2", "402"),
    }  # fmt: skip
    assert {(r.get("number"), r.get("building")) for r in read("锦绣家园3号楼502")} == {("3", None), (None, "3")}


@pytest.mark.parametrize(
    "text", ["牌楼胡同17号对面", "牌楼胡同17号（附近）", "牌楼胡同与石桥路交叉口", "牌楼胡同17号以北50米"]
)
def test_a_place_near_by_is_said_to_be_one(text):
    assert all(reading["near"] for reading in read(text))


def test_two_addresses_are_said_to_be_two():
    assert all(reading["several"] for reading in read("牌楼胡同17号（户籍石桥路5号）"))


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(text):
    (line,) = normalise([text])
    assert parse_address(line)
    assert len(normalise([text, text])) == 2


@given(st.integers(1, 99))
def test_numerals_there_and_back(value):
    assert numeral_to_digits(digits_to_numeral(str(value))) == str(value)
