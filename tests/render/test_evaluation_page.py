"""The page of an evaluation says what each figure is made of, and where it rests on few cases."""

from datetime import datetime

import pandas as pd

from gridsys.domain.evaluation import EvaluationRules, IndicatorRule
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.measure.evaluation import evaluate
from gridsys.render.evaluation import EvaluationTables, evaluation_page

CASES = pd.DataFrame({
    "procedure": ["p"] * 4, "area_code": ["110101001001001"] * 3 + ["110101002001001"],
    "status": ["closed", "open", "closed", "closed"],
})  # fmt: skip
RULE = IndicatorRule("closing", "结案率", "closed", "own", numerator=("closed",))


def page(*, small, final=False, scores=None):
    table = evaluate(CASES, EvaluationRules({"closing": RULE}, small=small), {})
    moment = datetime(2026, 11, 1, tzinfo=BEIJING)
    names = {"110101001": "甲街道<"}
    return evaluation_page(EvaluationTables("2026-10", ("区域", "area"), moment, final, 1, table, scores, names, {}))


def test_each_figure_stands_with_formula_parts_and_interval_and_names_are_escaped():
    told = page(small=2)
    assert "甲街道&lt;" in told
    assert "110101002" in told  # a code where no name is known
    row = told[told.index("甲街道") :]
    assert row.index("已结案 ÷ 收件") < row.index('<td class="n">2</td><td class="n">3</td>') < row.index("66.7%")
    assert "20.8% – 93.9%" in row  # Wilson's interval of 2 of 3
    assert "<script" not in told


def test_few_cases_are_warned_of_and_an_open_case_makes_it_provisional():
    assert page(small=2).count("件数少") == 1  # one case alone, in the second street
    assert page(small=4).count("件数少") == 2
    assert "尚有 1 件未结" in page(small=2)
    assert "终稿" in page(small=2, final=True)


def test_a_score_shows_rank_card_and_note():
    scores = pd.DataFrame(
        {"score": [79.0, float("nan")], "cases": [12, 3], "rank": pd.array([1, None], dtype="Int64"),
         "yellow_card": [True, False], "standing": ["top", ""], "note_zh": ["", "不足 10 件，不排名"],
         "note_en": ["", "fewer than 10 cases: not ranked"]},
        index=pd.Index(["water", "parks"], name="unit"),
    )  # fmt: skip
    told = page(small=2, scores=scores)
    assert "黄牌 yellow card" in told
    assert '<td class="n">–</td><td>parks</td><td class="n">–</td><td class="n">3</td>' in told
    assert "不足 10 件" in told
