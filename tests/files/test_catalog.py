"""The catalog that comes with gridsys holds what it says, and its files are read and written whole."""

import csv
import keyword
import re
from collections import Counter
from pathlib import Path

import pytest

from gridsys.domain.catalog import SHORT_LENGTH
from gridsys.domain.catalog_build import tables_of
from gridsys.domain.catalog_check import check_tables
from gridsys.domain.catalog_counts import counts_markdown
from gridsys.domain.catalog_diff import ChangeKind, diff
from gridsys.domain.catalog_people import SENSITIVE_ITEMS
from gridsys.errors import InputError
from gridsys.files.catalog import read_catalog, read_overlay, write_catalog
from gridsys.resources import resource

DOCUMENT = Path(__file__).parents[2] / "docs" / "catalog.md"
_FILLING = {"the", "a", "an", "of", "in", "on", "to", "at", "for", "is", "are", "was", "were", "be", "by", "with",
            "and", "or", "which", "that", "it", "its", "whether", "who", "has", "have"}  # fmt: skip


@pytest.fixture(scope="module")
def catalog():
    return read_catalog()


@pytest.fixture(scope="module")
def indicators(catalog):
    return tuple(catalog.indicators)


@pytest.fixture
def folder(catalog, tmp_path):
    return write_catalog(catalog, tmp_path)


def test_seven_thirty_two_one_hundred_and_seventy_two_thousand_and_forty_three(catalog, indicators):
    counts = (len(catalog.categories), len(catalog.subcategories), len(catalog.items), len(indicators))
    assert counts == (7, 32, 170, 2043)
    assert [category.zh for category in catalog.categories] == ["人", "地", "物", "事", "情", "组织", "房"]


def test_it_breaks_no_rule_and_holds_nothing_unused(catalog):
    assert check_tables(tables_of(catalog)) == []


def test_items_have_six_to_twenty_four_indicators_and_ask_for_some(catalog):
    for item in catalog.items.values():
        assert 6 <= len(item.indicators) <= 24, item.code
        assert any(each.required for each in item.indicators), item.code


def test_names_are_many_and_none_is_everywhere(indicators):
    names = Counter(each.zh for each in indicators)
    assert len(names) >= 1200
    assert names.most_common(1)[0][1] <= 12
    assert len({each.en.casefold() for each in indicators}) == len(names)


def test_names_are_in_their_language_and_short(indicators):
    for each in indicators:
        assert re.search(r"[\u4e00-\u9fff]", each.zh), each.code
        assert len(each.zh) <= 14, each.code
        assert re.fullmatch(r"[\x20-\x7e]{2,40}", each.en), each.code


def test_definitions_are_sentences_that_say_more_than_the_name(indicators):
    for each in indicators:
        assert each.definition_zh.endswith("。"), each.code
        assert each.definition_en.endswith("."), each.code
        assert len({*each.definition_zh} - {*each.zh, *"，。、；：的是否"}) >= 4, each.code
        said = {word[:5] for word in re.findall(r"[a-z0-9]+", each.en.lower())}
        words = [word for word in re.findall(r"[a-z0-9]+", each.definition_en.lower()) if word not in _FILLING]
        assert len([word for word in words if word[:5] not in said]) >= 2, each.code


def test_no_definition_serves_many_indicators(indicators):
    for definitions in (
        Counter(each.definition_zh for each in indicators),
        Counter(each.definition_en for each in indicators),
    ):
        assert definitions.most_common(1)[0][1] <= 2


def test_columns_are_identifiers_and_short_names_fit_a_shapefile(catalog):
    for item in catalog.items.values():
        columns = [each.column for each in item.indicators]
        shorts = [each.short_name for each in item.indicators]
        assert len({*columns}) == len(columns), item.code
        assert len({*shorts}) == len(shorts), item.code
        assert all(column.isidentifier() and not keyword.iskeyword(column) for column in columns), item.code
        assert all(short.isascii() and 1 <= len(short) <= SHORT_LENGTH for short in shorts), item.code


def test_code_lists_tell_their_entries_apart_in_both_languages(catalog):
    for each in catalog.code_lists.values():
        assert len(each.codes) >= 2, each.name
        assert len({code.zh for code in each.codes}) == len(each.codes), each.name
        assert len({code.en.casefold() for code in each.codes}) == len(each.codes), each.name


def test_what_is_sensitive_is_marked_so(catalog, indicators):
    assert all(catalog.indicator(each.code).sensitivity == "sensitive" for each in indicators
               if each.code[:4] in SENSITIVE_ITEMS)  # fmt: skip
    for code in ("110102", "110404", "130103", "130401", "140507"):
        assert catalog.indicator(code).sensitivity == "sensitive", code


def test_no_name_or_telephone_of_a_resident_is_public(catalog, indicators):
    private = {"person", "household", "room", "note"}
    for each in indicators:
        if catalog.item(each.code[:4]).subject in private and re.search(r"姓名|电话|手机|产权证号", each.zh):
            assert each.sensitivity != "public", each.code


def test_nobody_is_profiled(indicators):
    asked = re.compile(r"民族|宗教|信仰|政治面貌|轨迹|行踪|重点人员|前科|罪名|刑期|指纹|虹膜|车牌|号牌号码")
    assert [each.code for each in indicators if asked.search(each.zh)] == []


def test_the_correction_service_knows_only_what_it_gives(catalog):
    names = " ".join(each.zh for each in catalog.item("1605").indicators)
    assert not re.search(r"罪|刑|判|风险|等级|表现|评|定位|报告", names)
    assert "服务结束日期" in names


def test_readings_of_streets_are_counts(catalog):
    for each in catalog.item("5302").indicators:
        if "流量" in each.zh:
            assert each.type == "integer"
            assert re.search("不识别个人|不记号牌|总数", each.definition_zh), each.code


@pytest.mark.realdata
def test_the_items_are_those_that_were_designed(catalog, shared_data):
    with (shared_data / "catalog" / "items.csv").open(encoding="utf-8", newline="") as file:
        assert tables_of(catalog)["items"] == list(csv.DictReader(file))


@pytest.mark.realdata
def test_classes_of_components_and_matters_are_those_of_the_list_handed_on(catalog, shared_data):
    known = set()
    for name in ("components", "matters"):
        with (shared_data / "codes" / f"gbt47678_5_{name}.csv").open(encoding="utf-8", newline="") as file:
            known |= {(row["code"], row["name"]) for row in csv.DictReader(file)}
    lists = [each for each in catalog.code_lists.values() if each.source == "GB/T 47678.5-2026"]
    assert len(lists) == 7
    used = {(code.code, code.zh) for each in lists if each.name != "component_class" for code in each.codes}
    assert used <= known
    assert len(used) >= 60


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "standard"),
    [("sex", "GB/T 2261.1 性别"), ("marital", "GB/T 2261.2 婚姻状况"), ("education", "GB/T 4658 学历"),
     ("kin", "GB/T 4761 家庭关系"), ("travel_doc", "GA/T 517 证件(部分)"), ("structure", "GB/T 17986.1 房屋结构")],
)  # fmt: skip
def test_codes_of_persons_and_houses_are_those_handed_on(catalog, shared_data, name, standard):
    with (shared_data / "codes" / "person_house_codes.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["code"], row["name"]) for row in csv.DictReader(file) if row["standard"] == standard}
    assert {(code.code, code.zh) for code in catalog.code_list(name).codes} <= known


def test_the_document_says_whose_design_it_is_and_counts_right(catalog):
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "official breakdown has not been published" in text
    assert "官方分类细目未公开" in text
    table = text.partition("<!-- counts -->\n")[2].partition("<!-- end -->")[0]
    assert table == counts_markdown(catalog)


def test_what_is_written_reads_back_equal(catalog, folder):
    assert read_catalog(folder) == catalog
    packaged = resource("geodata", "catalog")
    for path in packaged.glob("*.csv"):
        assert (folder / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), path.name


def test_a_lineage_is_written_and_read(catalog, tmp_path):
    tables = {"units": [{"action": "replace", "unit": "m", "zh": "米", "en": 'a "metre"'}]}
    own = _overlaid(catalog, tmp_path, tables)
    assert read_catalog(write_catalog(own, tmp_path)) == own
    assert own.lineage == (catalog.version,)


def _overlaid(catalog, folder, tables, version='v"\\1'):
    own = folder / "own"
    own.mkdir()
    escaped = version.replace("\\", "\\\\").replace('"', '\\"')
    (own / "catalog.toml").write_text(f'version = "{escaped}"\n', encoding="utf-8")
    for name, rows in tables.items():
        with (own / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return read_overlay(catalog, own)


def test_a_district_lays_its_own_files_over_it(catalog, tmp_path):
    lamp = next(row for row in tables_of(catalog)["indicators"] if row["code"] == "310202")
    own = {**lamp, "code": "310280", "column": "lantern_shape", "zh": "灯笼造型", "en": "lantern shape",
           "definition_zh": "历史街区路灯是否采用宫灯造型。", "definition_en": "Whether it is a palace lantern.",
           "type": "boolean", "unit": "", "code_list": ""}  # fmt: skip
    tables = {"indicators_own": [{"action": "add", **own}, {"action": "withdraw", **lamp}]}
    changes = diff(catalog, _overlaid(catalog, tmp_path, tables))
    assert [(each.kind, each.code) for each in changes] == [
        (ChangeKind.REMOVED, "310202"),
        (ChangeKind.ADDED, "310280"),
    ]


def test_a_byte_order_mark_of_a_spreadsheet_is_no_matter(catalog, folder):
    path = folder / "units.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_catalog(folder) == catalog


@pytest.mark.parametrize("name", ["items.csv", "code_lists.csv", "units.csv", "sources.csv", "catalog.toml"])
@pytest.mark.parametrize("damage", ["absent", "latin-1"])
def test_a_file_that_is_missing_or_not_text_is_named(folder, name, damage):
    if damage == "absent":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes("größe".encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_catalog(folder)
    assert caught.value.code == "GS101"
    assert caught.value.where.endswith(name)


def test_a_folder_that_is_not_there_is_named(catalog, tmp_path):
    for attempt in (read_catalog, lambda folder: write_catalog(catalog, folder)):
        with pytest.raises(InputError) as caught:
            attempt(tmp_path / "nowhere")
        assert caught.value.code == "GS101"


def test_a_missing_column_is_named(folder):
    path = folder / "indicators_1_person.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("sensitivity", "secrecy", 1), encoding="utf-8")
    with pytest.raises(InputError, match="sensitivity") as caught:
        read_catalog(folder)
    assert caught.value.code == "GS102"


@pytest.mark.parametrize(("line", "code"), [("t,吨,tonne,too,many\n", "GS108"), ('"t,吨\n', "GS101"), ("t\n", "GS108")])
def test_a_row_of_the_wrong_length_is_refused(folder, line, code):
    path = folder / "units.csv"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_catalog(folder)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "version = 1\n", 'version = ""\n', 'version = "1"\nlineage = "0"\n'])
def test_a_catalog_without_a_version_is_refused(folder, text):
    (folder / "catalog.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_catalog(folder)
    assert caught.value.code == "GS108"


def test_a_catalog_file_that_is_no_toml_is_refused(folder):
    (folder / "catalog.toml").write_text("version: 1", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_catalog(folder)
    assert caught.value.code == "GS101"


def test_a_definition_fits_the_type(indicators):
    for each in indicators:
        if each.type == "boolean":
            assert each.definition_en.startswith("Whether"), each.code
            assert re.search("是否|能否|可否|有无|已无", each.definition_zh), each.code
        if each.type in {"text", "integer", "number"}:
            assert not each.definition_en.startswith("Whether"), each.code
        if each.type in {"date", "moment"}:
            assert re.search("日|天|时|期", each.definition_zh), each.code
