from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from gridsys.domain.areacode import AreaLevel, level_of, parent_code
from gridsys.errors import InputError
from gridsys.files import read_classes, read_code_list, read_communities, read_streets, write_json
from gridsys.files.facts import AREA_YEARS


@pytest.mark.parametrize("year", AREA_YEARS)
def test_streets_and_communities_nest(year):
    streets, communities = read_streets(year), read_communities(year)
    assert [f"110101{number:03d}" for number in range(1, 18)] == streets.index.tolist()
    assert communities.index.is_unique
    assert {level_of(code) for code in communities.index} == {AreaLevel.COMMUNITY}
    assert set(map(parent_code, communities.index)) <= set(streets.index)
    assert (communities["parent_code"] == [parent_code(code) for code in communities.index]).all()
    assert not streets["name"].str.contains("办事处").any()
    assert not communities["name"].str.contains("居委会").any()
    assert (communities["as_of"].dt.year == year).all()


def test_codes_are_no_key_to_history():
    """The same code names two communities in two years, which is why a year belongs to every list."""
    before, after = read_communities(2019)["name"], read_communities(2023)["name"]
    shared = before.index.intersection(after.index)
    assert (before[shared] != after[shared]).sum() == 7


@pytest.mark.parametrize(
    ("scheme", "kind", "count"),
    [("gbt47678.5-2026", "component", 153), ("gbt47678.5-2026", "matter", 250), ("cjt214-as-implemented", "matter", 54),
     ("beijing-chaoyang", "component", 95), ("beijing-chaoyang", "matter", 79)],
)  # fmt: skip
def test_classes(scheme, kind, count):
    classes = read_classes(scheme, kind)
    assert len(classes) == count
    assert classes.index.is_unique
    assert set(classes["status"]) <= {"second-hand", "from-memory"}
    assert all(code.startswith(major) for code, major in classes["major_code"].items())


@pytest.mark.parametrize(
    "name", ["sex", "marital_status", "education", "relation", "house_use", "house_structure", "id_document"]
)
def test_code_lists(name):
    codes = read_code_list(name)
    assert codes.index.is_unique
    assert set(codes["status"]) <= {"second-hand", "from-memory"}


@pytest.mark.parametrize("name", ["ethnicity", "political_affiliation", "religion"])
def test_lists_for_profiling_are_not_there(name):
    with pytest.raises(InputError, match="GS103"):
        read_code_list(name)


def test_unknown_years_and_schemes():
    with pytest.raises(InputError, match=r"GS103.*2016, 2019, 2023"):
        read_communities(2020)
    with pytest.raises(InputError, match="GS103"):
        read_classes("beijing-chaoyang", "person")


@dataclass
class Report:
    rate: float
    day: date


def test_reports_as_json(tmp_path):
    report = {
        "numbers": [np.int64(3), np.float64("nan"), float("inf"), 0.5],
        "report": Report(0.25, date(2026, 9, 18)),
        "gap": pd.NaT,
        "when": pd.Timestamp("2026-09-18T01:30Z"),
        "series": pd.Series({"人进户": 0.99}),
        "table": pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="code")),
        "path": tmp_path,
    }
    path = write_json(tmp_path / "report.json", report)
    text = path.read_text(encoding="utf-8")
    assert "人进户" in text
    assert json.loads(text) == {
        "numbers": [3, None, None, 0.5],
        "report": {"rate": 0.25, "day": "2026-09-18"},
        "gap": None,
        "when": "2026-09-18T01:30:00+00:00",
        "series": {"人进户": 0.99},
        "table": [{"code": "x", "a": 1}],
        "path": str(tmp_path),
    }
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = write_json(tmp_path / "report.json", {"a": 1})

    class Broken:
        def __str__(self):
            message = "no"
            raise OSError(message)

    with pytest.raises(OSError, match="no"):
        write_json(path, {"b": Broken()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]
