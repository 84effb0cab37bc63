"""Ballots of households: every rule, counted by hand, and a seal that shows any touch.

The compound: four households, 300 m² in all::

    A 120 m²   B 80 m²   C 60 m²   D 40 m²
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.domain.ballot import BallotRule, announce, audit, cast, check_receipt, check_result, close, share
from gridsys.errors import ProcedureError

ROLL = {"A": "120", "B": "80", "C": "60", "D": "40"}
TOLD = datetime(2026, 3, 1, tzinfo=UTC)
OPEN, SHUT = TOLD + timedelta(days=15), TOLD + timedelta(days=22)
DURING = OPEN + timedelta(hours=1)
NONCE = "0123456789abcdef"


def ballot(roll=None, **rule):
    return announce("b1", "c1", "Repair the roof?", ROLL if roll is None else roll, rule=BallotRule(**rule),
                    announced_at=TOLD, opens_at=OPEN, closes_at=SHUT)  # fmt: skip


def held(votes, **rule):
    running = ballot(**rule)
    for household, choice in votes.items():
        running, _ = cast(running, household, choice, nonce=NONCE, at=DURING)
    return running


def outcome(votes, **rule):
    result = close(held(votes, **rule), SHUT)
    check_result(result)
    return result["passed"], result["why"]


@pytest.mark.parametrize(
    ("votes", "passed", "why"),
    [
        # quorum 2/3: of 4 households 3 are needed, of 300 m² 200
        ({"A": "for", "B": "for"}, False, "quorum not reached by households"),
        ({"B": "for", "C": "for", "D": "for"}, False, "quorum not reached by area"),  # 180 m²
        ({"A": "for", "C": "for", "D": "for"}, True, "carried by households and area"),
        # majority: 2 of 4 is no more than half; 3 of 4 but 180 of 300 m² is
        ({"A": "for", "B": "for", "C": "against", "D": "against"}, False, "majority not reached by households"),
        ({"A": "against", "B": "for", "C": "for", "D": "for"}, True, "carried by households and area"),
        # 2 of 3 households, but 140 of 240 m² against 100: B and C against A
        ({"A": "against", "C": "for", "D": "for"}, False, "majority not reached by area"),  # 100 of 220
        # abstaining is taking part, not agreeing
        ({"A": "for", "B": "abstain", "C": "abstain", "D": "for"}, False, "majority not reached by households"),
    ],
)
def test_quorum_and_majority_are_of_households_and_of_area(votes, passed, why):
    assert outcome(votes) == (passed, why)


def test_three_quarters_means_at_least_and_half_means_more_than():
    votes = {"A": "for", "B": "for", "C": "for", "D": "against"}  # 3 of 4 and 260 of 300
    assert outcome(votes, majority="3/4")[0] is True
    even = {"A": "for", "B": "against", "C": "against", "D": "for"}
    assert outcome(even, majority="1/2")[0] is False


def test_parts_of_a_square_metre_are_counted_exactly():
    roll = {str(n): "0.1" for n in range(10)}
    running = ballot(roll, quorum="1/1")
    for n in range(10):
        running, _ = cast(running, str(n), "for", nonce=NONCE, at=DURING)
    result = close(running, SHUT)
    assert (result["counts"]["for"]["area"], result["passed"]) == ("1.0", True)
    assert sum(running.roll.values()) == Decimal("1.0")


def test_one_household_one_ballot_and_proxies_are_limited():
    running, receipt = cast(ballot(proxies=1), "B", "for", nonce=NONCE, at=DURING, agent="A")
    for household, agent, words in (
        ("B", "", "has voted"),
        ("C", "A", "A may not vote for it"),  # A holds its one proxy
        ("C", "C", "C may not vote for it"),
        ("C", "Z", "Z may not vote for it"),
        ("Z", "", "not on the roll"),
    ):
        with pytest.raises(ProcedureError, match=words):
            cast(running, household, "for", nonce=NONCE, at=DURING, agent=agent)
    running, own = cast(running, "A", "against", nonce=NONCE, at=DURING)  # the agent's own vote is its own
    result = close(running, SHUT)
    assert result["proxies"] == 1
    assert check_receipt(result, receipt)
    assert check_receipt(result, own)
    assert not check_receipt(result, "0" * 64)


@pytest.mark.parametrize(
    ("choice", "nonce", "at"),
    [("maybe", NONCE, DURING), ("for", "short", DURING), ("for", NONCE, TOLD), ("for", NONCE, SHUT)],
)
def test_a_vote_that_is_none_is_refused(choice, nonce, at):
    with pytest.raises(ProcedureError, match="GS830"):
        cast(ballot(), "A", choice, nonce=nonce, at=at)


@pytest.mark.parametrize("roll", [{}, {"A": "0"}, {"A": "-1"}, {"A": "big"}, {"A": "NaN"}, {"A": None}])
def test_a_roll_without_areas_is_refused(roll):
    with pytest.raises(ProcedureError, match="GS830"):
        ballot(roll)


def test_notice_and_close_are_kept():
    day = timedelta(days=1)
    for opens, shuts in ((OPEN - day, SHUT), (OPEN, OPEN)):
        with pytest.raises(ProcedureError, match="GS830"):
            announce("b", "c", "?", ROLL, rule=BallotRule(), announced_at=TOLD, opens_at=opens, closes_at=shuts)
    with pytest.raises(ProcedureError, match="still open"):
        close(held({"A": "for"}), DURING)
    assert close(held(dict.fromkeys(ROLL, "for")), DURING)["passed"]  # everybody has voted


@pytest.mark.parametrize("text", ["0", "3/2", "-1/2", "1/0", "half", ""])
def test_a_share_is_above_zero_and_not_above_one(text):
    with pytest.raises(ProcedureError, match="GS830"):
        share(text)
    with pytest.raises(ProcedureError, match="GS830"):
        BallotRule(quorum=text)


def test_counts_below_zero_are_refused():
    with pytest.raises(ProcedureError, match="negative"):
        BallotRule(proxies=-1)


def test_any_touch_of_the_result_shows():
    result = close(held({"A": "for", "B": "for", "C": "against"}), SHUT)
    for touched in (
        {**result, "passed": not result["passed"]},
        {**result, "question": "Repair the lift?"},
        {**result, "commitments": result["commitments"][1:]},
        {key: value for key, value in result.items() if key != "roll"},
        {**result, "counts": {}},
        {"seal": "x"},
    ):
        with pytest.raises(ProcedureError, match="GS831"):
            check_result(touched)


def test_a_resealed_forgery_is_found_by_the_recount():
    running = held({"A": "for", "B": "for", "C": "against"})
    forged = held({"A": "for", "B": "for", "C": "for"})
    audit(close(running, SHUT), running)
    with pytest.raises(ProcedureError, match="recount differs in"):
        audit(close(forged, SHUT), running)


def test_the_published_result_names_no_household_and_no_vote():
    text = json.dumps(close(held({"A": "for", "B": "against", "C": "for"}), SHUT)["commitments"])
    assert "for" not in text
    assert "against" not in text


CHOICES = st.sampled_from(["for", "against", "abstain"])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("ABCD"), CHOICES), st.sampled_from("ABCD"))
def test_one_more_agreement_never_loses_a_ballot(votes, household):
    """Turning any vote (not a missing one) into agreement keeps a carried ballot carried."""
    if household in votes and outcome(votes)[0]:
        assert outcome({**votes, household: "for"})[0]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("ABCD"), CHOICES, min_size=1))
def test_the_order_of_votes_does_not_matter(votes):
    backwards = dict(reversed(votes.items()))
    assert close(held(votes), SHUT) == close(held(backwards), SHUT)
