"""Evaluation by its use case and command on each database: rights, audit, and the past that stays what it was."""

import json

import pytest

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.period import Period
from gridsys.domain.rights import Actor
from gridsys.errors import InputError, ProcedureError
from gridsys.usecases.evaluate import digest_week, evaluate_cases
from tests.commands import run
from tests.measure.walks import walks

ANALYST = Actor.parse("li:district-analyst@110101")
STREET = Actor.parse("zhou:street-manager@110101001")
SEPTEMBER = Period.parse("2026-09")


def cut(log, moment):
    return [event for event in log if event.at < moment]


@pytest.fixture
def filled(store):
    """Hold every log up to the end of September."""
    logs = [cut(log, SEPTEMBER.end) for log in walks()]
    with store.begin() as transaction:
        transaction.cases.append([(None, log) for log in logs if log], recorded_by="teller")
    return store


def test_last_month_run_again_later_gives_last_months_numbers(filled):
    asked = {"as_of": SEPTEMBER.end, "level": AreaLevel.COMMUNITY}
    first = evaluate_cases(ANALYST, filled, SEPTEMBER, **asked)
    with filled.begin() as transaction:
        known = transaction.cases.states([log[0].case_id for log in walks() if log[0].at < SEPTEMBER.end])
        later = [(known.get(log[0].case_id), log[len(cut(log, SEPTEMBER.end)) :]) for log in walks()]
        transaction.cases.append([change for change in later if change[1]], recorded_by="teller")
    again = evaluate_cases(ANALYST, filled, SEPTEMBER, **asked)
    assert first.table.equals(again.table)
    assert (first.final, first.open) == (again.final, again.open) == (False, first.open)
    assert not evaluate_cases(ANALYST, filled, SEPTEMBER, as_of=Period.parse("2027").end).table.equals(again.table)


def test_each_evaluates_the_own_area_and_every_look_is_audited(filled):
    whole = evaluate_cases(ANALYST, filled, SEPTEMBER, as_of=SEPTEMBER.end).table
    own = evaluate_cases(STREET, filled, SEPTEMBER, as_of=SEPTEMBER.end).table
    assert {"110101001", "110101002"} < set(whole["group"])
    assert set(own["group"]) == {"*", "110101001"}
    digest_week(STREET, filled, Period.parse("2026-W39"), as_of=SEPTEMBER.end)
    with filled.begin(read_only=True) as transaction:
        entries = [json.loads(text) for text in transaction.audit_log()["detail"]]
    assert [set(entry) & {"evaluated", "digest"} for entry in entries] == [{"evaluated"}, {"evaluated"}, {"digest"}]


def test_what_cannot_be_asked_is_refused(filled):
    with pytest.raises(InputError, match="GS103"):
        evaluate_cases(ANALYST, filled, SEPTEMBER, by="resident")
    with pytest.raises(InputError, match="GS103"):
        evaluate_cases(ANALYST, filled, SEPTEMBER, score="residents")
    with pytest.raises(InputError, match="GS103"):
        evaluate_cases(ANALYST, filled, SEPTEMBER, as_of=SEPTEMBER.begin)
    with pytest.raises(ProcedureError, match="GS805"):
        evaluate_cases(ANALYST, filled, SEPTEMBER, procedure="none")


def test_the_command_prints_formula_parts_and_interval(filled, migrated_url, tmp_path):
    who = ("--db", migrated_url, "--as", "li:district-analyst@110101")
    base = ("evaluate", "--period", "2026-09", "--at", "2026-10-01", *who)
    told = json.loads(run(*base, "--json").stdout)
    closing = next(row for row in told["indicators"] if row["indicator"] == "closing" and row["group"] == "*")
    assert closing["formula_zh"] == "已结案 ÷ 收件"
    assert 0 <= closing["low"] <= closing["value"] == closing["numerator"] / closing["denominator"] <= closing["high"]
    printed = run(*base, "--by", "department").stdout
    assert "暂定 provisional" in printed
    scored = json.loads(run(*base, "--score", "online-inquiry-unit", "--format", "json").stdout)["scores"]
    assert scored
    assert all(row["rank"] is None and row["note_zh"] for row in scored if row["cases"] < 10)
    assert "综合考核" in run(*base, "--score", "online-inquiry-unit").stdout
    file = tmp_path / "e.csv"
    run(*base, "--format", "csv", "--out", file)
    assert "formula_zh" in file.read_text(encoding="utf-8-sig").splitlines()[0]
    run(*base, "--format", "csv", expect=3)
    run(*base, "--format", "html", expect=3)
    page = tmp_path / "e.html"
    run(*base, "--by", "post", "--format", "html", "--out", page)
    assert "网格管理员 grid manager" in page.read_text(encoding="utf-8")
    run("evaluate", "--period", "soon", *who, expect=3)


def test_the_digest_is_a_page_and_a_text_without_titles(filled, migrated_url, tmp_path):
    who = ("--db", migrated_url, "--as", "li:district-analyst@110101", "--at", "2026-09-28")
    page, text = tmp_path / "d.html", tmp_path / "d.txt"
    run("digest", "--week", "2026-W39", "--out", page, *who)
    run("digest", "--week", "2026-W39", "--out", text, *who)
    for file in (page, text):
        written = file.read_text(encoding="utf-8")
        assert "摘报" in written
        assert "网络问政" in written
        assert "某事" not in written
    assert "<script" not in page.read_text(encoding="utf-8")
    run("digest", "--week", "2026-09", "--out", page, *who, expect=3)
    run("digest", "--week", "2026-W39", "--out", tmp_path / "d.doc", *who, expect=3)
