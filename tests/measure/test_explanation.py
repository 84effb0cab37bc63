import pandas as pd
import pytest

from gridsys.measure import explain_division
from gridsys.spatial.division import Count, TargetArea, Window

BALANCE = pd.DataFrame(
    {"grids": [3, 1], "weight": [300.0, 120.0], "mean": [100.0, 120.0]}, index=["110101001001", "110101001002"]
)
EXCEPTIONS = pd.DataFrame(
    {"area_code": ["110101001001"] * 2, "reason_zh": ["一个街块重 150"] * 2, "reason": ["one block weighs 150"] * 2}
)


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (Count(4), "总数 4", "4 grids by equal proportions"),
        (Window(90, 130), "90–130", "middle of 90–130"),
        (TargetArea(10_000), "10000 m²", "nearest to 10000 m²"),
    ],
)
def test_each_rule_is_said_in_both_languages(rule, zh, en):
    table = explain_division(BALANCE, EXCEPTIONS.iloc[:0], rule)
    assert list(table.index) == list(BALANCE.index)
    assert table["zh"].str.contains(zh, regex=False).all()
    assert table["en"].str.contains(en, regex=False).all()


def test_exceptions_are_counted_with_their_reason():
    table = explain_division(BALANCE, EXCEPTIONS, Count(4))
    assert "2 outside ±10 %: one block weighs 150." in table.loc["110101001001", "en"]
    assert "2 个网格超出 ±10 %：一个街块重 150。" in table.loc["110101001001", "zh"]
    assert "outside" not in table.loc["110101001002", "en"]
