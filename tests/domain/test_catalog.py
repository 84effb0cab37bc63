"""The catalog's rules, on a catalog of two items that fits on one screen.

2 地 place
  22 道路水系        2201 道路  220101 class (code) · 220102 length (m) · 220103 keeper (text)
1 人 person
  13 老幼妇残        1301 老年人 130101 needs meals (boolean)
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsys.domain.catalog import Catalog, IndicatorType
from gridsys.domain.catalog_build import build, extend, tables_of
from gridsys.domain.catalog_check import COLUMNS, check_tables, key_of
from gridsys.domain.catalog_counts import count, counts_markdown
from gridsys.domain.catalog_diff import ChangeKind, diff
from gridsys.domain.finding import Severity
from gridsys.errors import InputError


def _rows(table, *lines):
    return [dict(zip(COLUMNS[table], (cell.strip() for cell in line.split("|")), strict=True)) for line in lines]


def _tables():
    return {
        "items": _rows(
            "items",
            "1301|人|person|13|老幼妇残|care|老年人|older person|person",
            "2201|地|place|22|道路水系|roads and water|道路|road|place",
        ),
        "indicators": _rows(
            "indicators",
            "1301|130101|needs_meals|需要助餐|needs meals|是否需要送餐。|Whether meals are to be brought.|boolean|||"
            "no|personal|own",
            "2201|220101|road_class|道路等级|road class|快速路或支路。|Expressway or branch.|code||road_class|"
            "yes|public|own",
            "2201|220102|road_length|道路长度|road length|中心线的长。|Centre line.|number|m||yes|public|own",
            "2201|220103|road_keeper|养护单位|road keeper|修路的单位。|Who mends it.|text|||no|public|own",
        ),
        "code_lists": _rows("code_lists", "road_class|01|快速路|expressway|own", "road_class|02|支路|branch|own"),
        "units": _rows("units", "m|米|metre"),
        "sources": _rows("sources", "own|自拟|own design|own"),
    }


def _found(tables):
    return [(each.table, each.id, each.column, each.severity) for each in check_tables(tables)]


def test_a_sound_catalog_has_no_findings_and_is_found_by_code():
    assert check_tables(_tables()) == []
    catalog = build(_tables(), "1", ("0",))
    assert (catalog.version, catalog.lineage) == ("1", ("0",))
    assert [category.zh for category in catalog.categories] == ["人", "地"]
    assert [group.code for group in catalog.subcategories] == ["13", "22"]
    assert [each.code for each in catalog.indicators] == ["130101", "220101", "220102", "220103"]
    road = catalog.item("2201")
    assert (road.zh, road.subject, road.subcategory.category.en) == ("道路", "place", "place")
    length = catalog.indicator("220102")
    assert (length.type, length.unit, length.required, length.code_list) == (IndicatorType.NUMBER, "m", True, "")
    assert catalog.code_list("road_class").choices == ("01", "02")
    assert catalog.units["m"].zh == "米"
    assert catalog.sources["own"].status == "own"


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (Catalog.item, "9999"),
        (Catalog.indicator, "220199"),
        (Catalog.indicator, "999901"),
        (Catalog.indicator, ""),
        (Catalog.code_list, "x"),
    ],
)
def test_a_code_that_is_not_there_is_an_error_of_the_user(look, code):
    with pytest.raises(InputError) as caught:
        look(build(_tables(), "1"), code)
    assert caught.value.code == "GS109"


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("items", 0, "item_zh", ""),
        ("items", 0, "item_zh", "老年人 "),
        ("items", 0, "item_code", "2301"),
        ("items", 0, "item_code", "13010"),
        ("items", 0, "item_code", "１３０１"),
        ("items", 0, "subject", "robot"),
        ("indicators", 0, "item_code", "1302"),
        ("indicators", 0, "code", "1301011"),
        ("indicators", 0, "code", "220199"),
        ("indicators", 0, "column", "NeedsMeals"),
        ("indicators", 0, "column", "1st_meal"),
        ("indicators", 0, "column", "a" * 41),
        ("indicators", 0, "column", "valid_from"),
        ("indicators", 2, "column", "road_class"),
        ("indicators", 0, "type", "blob"),
        ("indicators", 0, "unit", "m"),
        ("indicators", 2, "unit", ""),
        ("indicators", 2, "unit", "furlong"),
        ("indicators", 1, "code_list", ""),
        ("indicators", 1, "code_list", "colour"),
        ("indicators", 2, "code_list", "road_class"),
        ("indicators", 0, "required", "maybe"),
        ("indicators", 0, "sensitivity", "secret"),
        ("indicators", 0, "sensitivity", "public"),
        ("indicators", 0, "source", "hearsay"),
        ("indicators", 0, "zh", "备注"),
        ("indicators", 3, "zh", "道路长度"),
        ("indicators", 3, "en", "road length"),
        ("indicators", 0, "definition_zh", ""),
        ("indicators", 0, "definition_zh", "需要助餐。"),
        ("indicators", 0, "definition_en", "Needs meals."),
        ("indicators", 3, "definition_zh", "中心线的长。"),
        ("indicators", 3, "definition_en", "Centre line."),
        ("code_lists", 1, "zh", "快速路"),
        ("code_lists", 1, "source", "hearsay"),
        ("code_lists", 1, "code", "01"),
        ("sources", 0, "status", "rumour"),
    ],
)
def test_each_rule_finds_its_breach_at_its_cell(table, row, column, value):
    tables = _tables()
    tables[table][row][column] = value
    key = key_of(table, tables[table][row])
    found = check_tables(tables)
    assert any((each.table, each.id, each.column) == (table, key, column) for each in found)
    assert {each.code for each in found} == {"GS108"}
    assert all(each.fix for each in found)
    with pytest.raises(InputError) as caught:
        build(tables, "1")
    assert caught.value.code == "GS108"
    assert f"{table} {key} {column}" in caught.value.why


def test_all_errors_are_told_at_once():
    tables = _tables()
    tables["indicators"][0]["type"] = "blob"
    tables["indicators"][2]["unit"] = "furlong"
    tables["items"][1]["subject"] = "robot"
    with pytest.raises(InputError, match="has 3 errors") as caught:
        build(tables, "1")
    assert all(code in caught.value.why for code in ("130101", "220102", "2201 subject"))


def test_names_of_a_category_and_subcategory_are_one_throughout():
    tables = _tables()
    tables["items"] += _rows("items", "2202|地|land|22|道路水系|roads|胡同|alley|place")
    assert ("items", "2202", "category_en", Severity.ERROR) in _found(tables)
    assert ("items", "2202", "subcategory_en", Severity.ERROR) in _found(tables)


def test_an_entry_nothing_refers_to_is_a_warning_and_no_error():
    tables = _tables()
    tables["units"] += _rows("units", "t|吨|tonne")
    tables["code_lists"] += _rows("code_lists", "colour|1|红|red|own")
    tables["sources"] += _rows("sources", "law|法|law|named")
    tables["items"] += _rows("items", "2202|地|place|22|道路水系|roads and water|胡同|alley|place")
    found = check_tables(tables)
    assert {each.id for each in found} == {"t", "colour", "law", "2202"}
    assert {each.severity for each in found} == {Severity.WARNING}
    assert build(tables, "1").item("2202").indicators == ()


@pytest.mark.parametrize(("items", "errors"), [(12, 0), (13, 1)])
def test_a_name_may_stand_in_twelve_items(items, errors):
    tables = _tables()
    for number in range(2, items + 2):
        code = f"22{number:02d}"
        tables["items"] += _rows("items", f"{code}|地|place|22|道路水系|roads and water|路{number}|road {number}|place")
        tables["indicators"] += _rows(
            "indicators", f"{code}|{code}01|owner|权属单位|owner|产权的归属。|Who has it.|text|||no|public|own"
        )
    assert [each.column for each in check_tables(tables)] == ["zh"] * errors


@pytest.mark.parametrize(
    "name",
    ["民族", "宗教信仰", "政治面貌", "居民评分", "信用分", "风险等级", "前科", "活动轨迹", "指纹", "银行账号"],
)
def test_what_no_service_needs_is_never_recorded_of_people(name):
    tables = _tables()
    tables["indicators"][0].update(zh=name, sensitivity="sensitive")
    assert [(each.column, each.value) for each in check_tables(tables)] == [("zh", name)]


@pytest.mark.parametrize("name", ["score of the resident", "Religious belief", "criminal record", "whereabouts"])
def test_nor_under_an_english_name(name):
    tables = _tables()
    tables["indicators"][0].update(en=name, sensitivity="sensitive")
    assert [each.id for each in check_tables(tables)] == ["130101"]


def test_a_score_of_work_is_allowed_and_ethnicity_nowhere():
    tables = _tables()
    tables["indicators"][3].update(zh="养护评分", en="score of upkeep")
    assert check_tables(tables) == []
    tables["indicators"][3].update(zh="民族构成")
    assert [each.reason for each in check_tables(tables)] == ["this is not recorded of people"]


@pytest.mark.parametrize("name", ["残疾类别", "医疗保险", "预产期", "听力障碍程度", "需要助浴", "公民身份号码"])
def test_health_and_identity_are_sensitive(name):
    tables = _tables()
    tables["indicators"][0]["zh"] = name
    assert [(each.column, each.severity) for each in check_tables(tables)] == [("sensitivity", Severity.ERROR)]
    tables["indicators"][0]["sensitivity"] = "sensitive"
    assert check_tables(tables) == []


def test_every_indicator_of_a_minor_is_sensitive():
    tables = _tables()
    tables["items"] += _rows("items", "1305|人|person|13|老幼妇残|care|儿童|child|person")
    tables["indicators"] += _rows(
        "indicators", "1305|130501|library_card|借阅证|library card|是否办证。|Whether held.|boolean|||no|personal|own"
    )
    assert [each.reason for each in check_tables(tables)] == ["the item is sensitive: a child is a minor"]


def test_short_names_fit_a_shapefile_and_are_told_apart():
    tables = _tables()
    tables["indicators"][1]["column"] = "road_class_of_the_plan"
    tables["indicators"][2]["column"] = "road_class_of_today"
    road = build(tables, "1").item("2201")
    assert [each.short_name for each in road.indicators] == ["road_cl_01", "road_cl_02", "road_ke_03"]


@given(st.permutations(list(COLUMNS)), st.randoms(use_true_random=False))
def test_rows_in_any_order_give_the_same_items_and_come_back(tables_order, random):
    tables = _tables()
    for table in ("items", "indicators"):
        random.shuffle(tables[table])
    catalog = build({table: tables[table] for table in tables_order}, "1")
    assert catalog == build(_tables(), "1")
    assert build(tables_of(catalog), "1") == catalog


def test_a_missing_column_or_an_unknown_table_is_said():
    with pytest.raises(InputError) as caught:
        build({"units": [{"unit": "m", "zh": "米"}]}, "1")
    assert (caught.value.code, caught.value.where) == ("GS102", "units row 1")
    with pytest.raises(InputError) as caught:
        check_tables({"colours": []})
    assert caught.value.code == "GS108"


def _overlay(table, action, line):
    return {table: [{"action": action, **row} for row in _rows(table, line)]}


_OWN = "2201|220180|night_lit|夜间亮灯|lit at night|夜里有无路灯。|Whether lamps burn.|boolean|||no|public|own"


def test_a_district_adds_replaces_and_withdraws():
    base = build(_tables(), "1")
    overlay = {
        "indicators": [
            *_overlay("indicators", "add", _OWN)["indicators"],
            *_overlay(
                "indicators",
                "replace",
                "2201|220103|road_keeper|养护单位|road keeper|本区填街道。|The street, here.|text|||yes|public|own",
            )["indicators"],
        ],
        "items": _overlay("items", "withdraw", "1301|人|person|13|老幼妇残|care|老年人|older person|person")["items"],
    }
    own = extend(base, overlay, "1-own")
    assert (own.version, own.lineage) == ("1-own", ("1",))
    assert [each.code for each in own.indicators] == ["220101", "220102", "220103", "220180"]
    assert own.indicator("220103").required
    assert not base.indicator("220103").required
    assert extend(own, {}, "2-own").lineage == ("1", "1-own")


@pytest.mark.parametrize(
    ("overlay", "reason"),
    [
        (_overlay("indicators", "add", _OWN.replace("220180", "220104")), "own sequence is 80 to 99"),
        (_overlay("indicators", "add", _OWN.replace("220180", "220103")), "there already"),
        (_overlay("indicators", "replace", _OWN), "nothing of that key"),
        (_overlay("units", "withdraw", "t|吨|tonne"), "nothing of that key"),
        (_overlay("units", "erase", "m|米|metre"), "no action"),
        (_overlay("units", "withdraw", "m|米|metre"), "one known unit"),
        (_overlay("indicators", "add", _OWN.replace("夜间亮灯", "居民民族")), "not recorded of people"),
    ],
)
def test_an_overlay_that_does_not_fit_is_refused(overlay, reason):
    with pytest.raises(InputError, match=reason) as caught:
        extend(build(_tables(), "1"), overlay, "2")
    assert caught.value.code == "GS108"


@pytest.mark.parametrize("version", ["0", "1"])
def test_a_version_is_given_once(version):
    with pytest.raises(InputError, match="given before"):
        extend(build(_tables(), "1", ("0",)), {}, version)


def test_an_overlay_row_without_action_is_said():
    with pytest.raises(InputError, match="action") as caught:
        extend(build(_tables(), "1"), {"units": _rows("units", "t|吨|tonne")}, "2")
    assert caught.value.code == "GS102"


@pytest.mark.parametrize(
    ("cell", "value", "kind", "level"),
    [
        (("indicators", 2, "zh"), "道路全长", ChangeKind.RENAMED, "indicator"),
        (("indicators", 2, "en"), "whole length", ChangeKind.RENAMED, "indicator"),
        (("indicators", 2, "column"), "whole_length", ChangeKind.COLUMN_RENAMED, "indicator"),
        (("indicators", 2, "type"), "integer", ChangeKind.RETYPED, "indicator"),
        (("indicators", 2, "required"), "no", ChangeKind.REQUIRED, "indicator"),
        (("indicators", 2, "sensitivity"), "internal", ChangeKind.SENSITIVITY, "indicator"),
        (("indicators", 2, "definition_en"), "From kerb to kerb.", ChangeKind.REDEFINED, "indicator"),
        (("items", 1, "subject"), "area", ChangeKind.RETYPED, "item"),
        (("items", 1, "item_zh"), "街道路", ChangeKind.RENAMED, "item"),
        (("code_lists", 1, "en"), "side road", ChangeKind.RENAMED, "code"),
    ],
)
def test_one_changed_cell_is_one_change(cell, value, kind, level):
    (table, row, column), tables = cell, _tables()
    before = tables[table][row][column]
    tables[table][row][column] = value
    (change,) = diff(build(_tables(), "1"), build(tables, "2"))
    assert (change.kind, change.level, change.code) == (kind, level, key_of(table, tables[table][row]))
    shown = {"yes": "True", "no": "False"}
    assert (change.before, change.after) == (shown.get(before, before), shown.get(value, value))


def test_what_comes_and_goes_is_listed_once():
    base = build(_tables(), "1")
    overlay = {
        **_overlay("indicators", "add", _OWN),
        **_overlay("items", "withdraw", "1301|人|person|13|老幼妇残|care|老年人|older person|person"),
        **_overlay("code_lists", "add", "road_class|03|胡同|alley|own"),
    }
    changes = diff(base, extend(base, overlay, "2"))
    assert [(each.kind, each.level, each.code, each.before, each.after) for each in changes] == [
        (ChangeKind.REMOVED, "item", "1301", "老年人", ""),
        (ChangeKind.ADDED, "indicator", "220180", "", "夜间亮灯"),
        (ChangeKind.ADDED, "code", "road_class/03", "", "胡同"),
    ]


@given(st.sets(st.sampled_from(["220101", "220102", "220103"]), min_size=1))
def test_a_difference_read_backwards_swaps_added_and_removed(codes):
    base = build(_tables(), "1")
    rows = [row for row in tables_of(base)["indicators"] if row["code"] in codes]
    less = extend(base, {"indicators": [{"action": "withdraw", **row} for row in rows]}, "2")
    forth, back = diff(base, less), diff(less, base)
    assert {change.code for change in forth} == codes
    assert [(each.kind, each.before) for each in forth] == [(ChangeKind.REMOVED, each.after) for each in back]
    assert {each.kind for each in back} == {ChangeKind.ADDED}
    assert diff(less, less) == ()


def test_counts_by_category_and_subcategory():
    catalog = build(_tables(), "1")
    numbers = [count(catalog, group) for group in itertools.chain(catalog.categories, catalog.subcategories)]
    assert [(each.items, each.indicators, each.required, each.sensitive) for each in numbers] == [
        (1, 1, 0, 0),
        (1, 3, 2, 0),
        (1, 1, 0, 0),
        (1, 3, 2, 0),
    ]
    assert counts_markdown(catalog).splitlines()[2:] == [
        "| **1** | **人** | **person** | 1 | 1 | 0 | 0 |",
        "| 13 | 老幼妇残 | care | 1 | 1 | 0 | 0 |",
        "| **2** | **地** | **place** | 1 | 3 | 2 | 0 |",
        "| 22 | 道路水系 | roads and water | 1 | 3 | 2 | 0 |",
        "| | **合计** | **2 categories, 2 subcategories** | **2** | **4** | **2** | **0** |",
    ]
