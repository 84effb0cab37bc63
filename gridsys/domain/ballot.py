"""A ballot of households: notice, one ballot a household, proxies, a double quorum, and a result anybody can check.

Households and floor area are counted side by side, as the Civil Code asks of owners (民法典 Art. 278): the quorum is
of all households *and* of all floor area, the majority is of the households *and* of the area that took part. A
majority of ``1/2`` means more than half (过半数); any other share means at least that share (以上).

A vote is a commitment ``sha256([ballot, household, choice, nonce])``. The sealed result publishes every commitment
and no vote: a household finds its own among them with its receipt, and an auditor who is given the votes recounts.
The office that counts sees the votes; secrecy from the office is not claimed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final, NoReturn

from gridsys.errors import ProcedureError

CHOICES: Final = {"for": "同意", "against": "反对", "abstain": "弃权"}
_HALF: Final = Fraction(1, 2)
_NONCE: Final = 16


def _refuse(what: str, fix: str, where: str = "", code: str = "GS830") -> NoReturn:
    raise ProcedureError(code, what, where=where, fix=fix)


def _digest(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return hashlib.sha256(
        json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def share(text: str) -> Fraction:
    """Return a share written as ``"2/3"``.

    Raises
    ------
    ProcedureError
        GS830 unless it lies above 0 and not above 1.

    Examples
    --------
    >>> share("2/3")
    Fraction(2, 3)
    """
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(0)
    if not 0 < value <= 1:
        _refuse(f"{text!r} is not a share", "write a fraction above 0 and not above 1, such as 2/3")
    return value


@dataclass(frozen=True, slots=True)
class BallotRule:
    """What a ballot needs: quorum and majority as shares, days of notice, and how many proxies one agent may hold."""

    quorum: str = "2/3"
    majority: str = "1/2"
    notice_days: int = 15
    proxies: int = 3

    def __post_init__(self) -> None:
        """Refuse shares that are none and counts below zero."""
        share(self.quorum), share(self.majority)
        if self.notice_days < 0 or self.proxies < 0:
            _refuse("days of notice and proxies cannot be negative", "give 0 or more")

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as plain JSON values."""
        return {
            "quorum": self.quorum, "majority": self.majority, "notice_days": self.notice_days, "proxies": self.proxies,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote cast: the household, its choice, the nonce that hides it, when, and the agent who cast it, if any."""

    household: str
    choice: str
    nonce: str
    at: datetime
    agent: str = ""

    def commitment(self, ballot_id: str) -> str:
        """Return the fingerprint under which the vote is published."""
        return _digest([ballot_id, self.household, self.choice, self.nonce])


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot in progress: what is asked, who may vote (household → floor area in m²), when, and the votes so far."""

    id: str
    subject: str
    question: str
    roll: Mapping[str, Decimal]
    rule: BallotRule
    announced_at: datetime
    opens_at: datetime
    closes_at: datetime
    votes: Mapping[str, Vote]


def announce(
    ballot_id: str,
    subject: str,
    question: str,
    roll: Mapping[str, str | int | Decimal],
    *,
    rule: BallotRule,
    announced_at: datetime,
    opens_at: datetime,
    closes_at: datetime,
) -> Ballot:
    """Return a ballot that has been announced.

    Parameters
    ----------
    ballot_id, subject, question
        Its key, the case it is on, and what is asked.
    roll
        Household → floor area in m², as a number written out (``"86.5"``), a whole number or a Decimal.
    rule
        Quorum, majority, notice and proxies.
    announced_at, opens_at, closes_at
        Moments with offset.

    Raises
    ------
    ProcedureError
        GS830 for an empty roll, an area that is not above zero, too short a notice, or a close before the opening.

    Examples
    --------
    >>> from datetime import UTC
    >>> ballot = announce("b1", "c1", "Repair the heating pipes?", {"A": "80", "B": "60.5"},
    ...     rule=BallotRule(notice_days=7), announced_at=datetime(2026, 3, 1, tzinfo=UTC),
    ...     opens_at=datetime(2026, 3, 8, tzinfo=UTC), closes_at=datetime(2026, 3, 15, tzinfo=UTC))
    >>> sum(ballot.roll.values())
    Decimal('140.5')
    """
    where = f"ballot {ballot_id}"
    try:
        areas = {household: Decimal(area) for household, area in roll.items()}
    except (InvalidOperation, TypeError, ValueError):
        areas = {"": Decimal(0)}
    if not areas or not all(area.is_finite() and area > 0 for area in areas.values()):
        _refuse("the roll is empty, or a floor area is not above zero", "give every household its floor area", where)
    if opens_at - announced_at < timedelta(days=rule.notice_days):
        _refuse(f"the notice is shorter than {rule.notice_days} days", "announce earlier or open later", where)
    if closes_at <= opens_at:
        _refuse("the ballot closes before it opens", "give a later close", where)
    return Ballot(ballot_id, subject, question, areas, rule, announced_at, opens_at, closes_at, {})


def cast(
    ballot: Ballot, household: str, choice: str, *, nonce: str, at: datetime, agent: str = ""
) -> tuple[Ballot, str]:
    """Return the ballot with one more vote, and the household's receipt.

    Parameters
    ----------
    ballot
        The ballot.
    household
        Whose vote it is; one household has one ballot, whatever it owns.
    choice
        ``for``, ``against`` or ``abstain``.
    nonce
        At least 16 random characters, kept by the household with the receipt.
    at
        When, with offset.
    agent
        The household that votes as proxy (委托), if another one does.

    Raises
    ------
    ProcedureError
        GS830 for a household not on the roll or that has voted, an unknown choice, a short nonce, a time outside the
        ballot, or an agent who holds too many proxies.
    """
    where = f"ballot {ballot.id}, household {household}"
    if household not in ballot.roll:
        _refuse("the household is not on the roll", "correct the roll before the ballot is announced", where)
    if household in ballot.votes:
        _refuse("the household has voted", "one household has one ballot; it stands as cast", where)
    if choice not in CHOICES:
        _refuse(f"{choice!r} is no choice", f"choose {', '.join(CHOICES)}", where)
    if len(nonce) < _NONCE:
        _refuse("the nonce is too short to hide the vote", f"use {_NONCE} random characters or more", where)
    if not ballot.opens_at <= at < ballot.closes_at:
        _refuse("the ballot is not open at that time", f"vote from {ballot.opens_at} until {ballot.closes_at}", where)
    if agent:
        held = sum(vote.agent == agent for vote in ballot.votes.values())
        if agent == household or agent not in ballot.roll or held >= ballot.rule.proxies:
            _refuse(
                f"{agent} may not vote for it",
                f"an agent is another household on the roll with fewer than {ballot.rule.proxies} proxies",
                where,
            )
    vote = Vote(household, choice, nonce, at, agent)
    return replace(ballot, votes={**ballot.votes, household: vote}), vote.commitment(ballot.id)


def close(ballot: Ballot, at: datetime) -> dict[str, Any]:
    """Return the sealed result of a ballot, as plain JSON values.

    Parameters
    ----------
    ballot
        The ballot.
    at
        When it is counted: not before it closes, unless every household has voted.

    Raises
    ------
    ProcedureError
        GS830 when the ballot is still open.
    """
    if at < ballot.closes_at and len(ballot.votes) < len(ballot.roll):
        _refuse("the ballot is still open", f"count from {ballot.closes_at} on", f"ballot {ballot.id}")
    counts: dict[str, dict[str, Any]] = {}
    for choice in CHOICES:
        homes = [household for household, vote in ballot.votes.items() if vote.choice == choice]
        counts[choice] = {"households": len(homes), "area": str(sum((ballot.roll[h] for h in homes), Decimal(0)))}
    body: dict[str, Any] = {
        "ballot": ballot.id, "subject": ballot.subject, "question": ballot.question, "rule": ballot.rule.as_dict(),
        "announced_at": ballot.announced_at.isoformat(), "opens_at": ballot.opens_at.isoformat(),
        "closes_at": ballot.closes_at.isoformat(), "roll": _roll(ballot.roll), "counts": counts,
        "proxies": sum(bool(vote.agent) for vote in ballot.votes.values()),
        "commitments": sorted(vote.commitment(ballot.id) for vote in ballot.votes.values()),
    }  # fmt: skip
    body["passed"], body["why"] = _outcome(body)
    return {**body, "seal": _digest(body)}


def _roll(roll: Mapping[str, Decimal]) -> dict[str, Any]:
    listed = sorted((household, str(area)) for household, area in roll.items())
    return {"households": len(roll), "area": str(sum(roll.values(), Decimal(0))), "digest": _digest(listed)}


def _outcome(body: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether a ballot is carried and why, from its rule, its roll and its counts."""
    quorum, majority = share(body["rule"]["quorum"]), share(body["rule"]["majority"])
    counts, roll = body["counts"], body["roll"]
    for unit in ("households", "area"):
        took_part = sum(Fraction(counts[choice][unit]) for choice in CHOICES)
        if took_part < quorum * Fraction(roll[unit]):
            return False, f"quorum not reached by {unit}"
        agreed, wanted = Fraction(counts["for"][unit]), majority * took_part
        if agreed < wanted or (majority == _HALF and agreed == wanted):
            return False, f"majority not reached by {unit}"
    return True, "carried by households and area"


def check_result(result: Mapping[str, Any]) -> None:
    """Raise unless a sealed result is whole: its seal, its sums and its outcome follow from its parts.

    Raises
    ------
    ProcedureError
        GS831 when something was changed, left out or does not add up.
    """
    try:
        body = {key: value for key, value in result.items() if key != "seal"}
        faults = {
            "the seal differs": result["seal"] != _digest(body),
            "votes and commitments differ in number": sum(body["counts"][c]["households"] for c in CHOICES)
            != len(set(body["commitments"])),
            "the outcome does not follow from the counts": (body["passed"], body["why"]) != _outcome(body),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        faults = {f"a part is missing or unreadable ({error!r})": True}
    found = [fault for fault, is_so in faults.items() if is_so]
    if found:
        _refuse("; ".join(found), "ask for the result as it was sealed", f"ballot {result.get('ballot')}", "GS831")


def check_receipt(result: Mapping[str, Any], receipt: str) -> bool:
    """Return whether the vote of a receipt is among those counted."""
    return receipt in result["commitments"]


def audit(result: Mapping[str, Any], ballot: Ballot) -> None:
    """Raise unless a recount from the votes gives the sealed result.

    Parameters
    ----------
    result
        The sealed result.
    ballot
        The ballot with its votes, as the office hands it to the auditor.

    Raises
    ------
    ProcedureError
        GS831 when seal, roll, votes or counts differ.
    """
    check_result(result)
    again = close(ballot, ballot.closes_at)
    differs = [key for key in again if again[key] != result.get(key)]
    if differs:
        _refuse(f"the recount differs in {', '.join(differs)}", "find the votes that were changed or left out",
                f"ballot {ballot.id}", "GS831")  # fmt: skip
