"""A rise is found, chance is not taken for a rise, and the rate of false alarms is what was accepted."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy.stats import nbinom

from gridsys.domain.case import fold
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_warning import dispute_warnings, surge_p_values
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import ProcedureError
from gridsys.files.procedures import packaged_procedures

MONDAY = datetime(2026, 6, 1, tzinfo=BEIJING)
HERE, THERE = "110101001007", "110101001008"
CASE = fold(
    open_case(packaged_procedures()["grand-mediation"], "C", "neighbour", title="t", area_code=f"{HERE}003",
              worker=Worker("9901", "resident", "public"), at=MONDAY - timedelta(days=100))
)  # fmt: skip


def opened(*days_ago, **changes):
    return [replace(CASE, opened_at=MONDAY - timedelta(days=ago), **changes) for ago in days_ago]


def test_a_rise_in_one_place_is_warned_of_and_named():
    base = opened(10, 25, 40, 60)
    rise = opened(1, 2, 2.5, 3, 4, 5, 6, 6.5)
    elsewhere = opened(1, 2, 9, 16, 23, 30, area_code=f"{THERE}001")
    cases = [*base, *rise, *elsewhere]
    (warned,) = dispute_warnings(cases, MONDAY, [HERE, THERE], ["neighbour", "family"], false_alarms=0.05)
    assert (warned.area_code, warned.case_class, warned.count) == (HERE, "neighbour", 8)
    assert warned.expected == pytest.approx(4 / 12)
    assert warned.words[0] == "110101001007上周“neighbour”8件，此前周均0.3件。"
    assert "8 'neighbour' cases last week, 0.3 a week before" in warned.words[1]


def test_withdrawn_later_and_foreign_cases_do_not_count():
    rise = (1, 2, 2.5, 3, 4, 5, 6, 6.5)
    for noise in (
        opened(*rise, status="withdrawn"),
        opened(*(-day for day in rise)),
        opened(*(day + 7 * 13 for day in rise)),
        opened(*rise, area_code="110101002001001"),
        opened(*rise, case_class="land"),
    ):
        assert dispute_warnings(noise, MONDAY, [HERE, THERE], ["neighbour"]) == []


def test_without_extra_variation_it_is_the_exact_predictive_distribution():
    """Weeks that vary less than chance leave no extra: each p-value is a negative binomial tail."""
    counts = np.array([[1] * 12 + [5], [2] * 12 + [9], [0] * 12 + [3], [0] * 12 + [0]])
    base = counts[:, :-1].sum(axis=1)
    assert surge_p_values(counts) == pytest.approx(nbinom.sf(counts[:, -1] - 1, base + 0.5, 12 / 13))


@pytest.mark.parametrize(("extra", "most"), [(None, 0.6), (2.0, 2.0)])
def test_false_alarms_stay_near_what_was_accepted(extra, most):
    """205 communities × 10 classes, 2 cases a week on average: one false alarm a run is accepted."""
    rng, cells, runs = np.random.default_rng(1), 2050, 60
    rates, alarms = rng.gamma(1.0, 2.0, cells), 0
    for _ in range(runs):
        mean = np.repeat(rates[:, None], 13, axis=1)
        counts = rng.poisson(mean if extra is None else rng.gamma(extra, mean / extra))
        alarms += int((surge_p_values(counts) < 1 / cells).sum())
    assert 0.05 < alarms / runs < most


def test_a_tenfold_rise_is_found():
    rng = np.random.default_rng(2)
    counts = rng.poisson(1.0, (4000, 13))
    counts[:400, -1] = rng.poisson(10.0, 400)
    found = surge_p_values(counts) < 1 / 2050
    assert found[:400].mean() > 0.8
    assert found[400:].mean() < 0.001


def test_nothing_to_watch_is_refused():
    for areas, classes, weeks, alarms in (
        ([], ["a"], 12, 1),
        (["1"], [], 12, 1),
        (["1"], ["a"], 1, 1),
        (["1"], ["a"], 12, 0),
    ):
        with pytest.raises(ProcedureError, match="GS820"):
            dispute_warnings([], MONDAY, areas, classes, weeks=weeks, false_alarms=alarms)
    with pytest.raises(ProcedureError, match="GS820"):
        surge_p_values(np.zeros((3, 2), dtype=np.int64))
