"""Conditions a transition can set, by name: each says in words why it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from statistics import fmean
from typing import Final

from gridsys.domain.case import Case
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime import Limit, deadline
from gridsys.domain.worktime_calendar import WorkCalendar

Refusal = tuple[str, str]
"""Why a condition does not hold, in Chinese and English; empty texts when it does."""
HOLDS: Final[Refusal] = ("", "")
Guard = Callable[[Case, Worker, datetime, str, WorkCalendar], Refusal]


def _holder(case: Case, worker: Worker, _at: datetime, _argument: str, _calendar: WorkCalendar) -> Refusal:
    if case.holder in {"", worker.id}:
        return HOLDS
    return f"本案由{case.holder}承办", f"the case is held by {case.holder}"


def _lead(case: Case, worker: Worker, _at: datetime, _argument: str, _calendar: WorkCalendar) -> Refusal:
    if not case.lead:
        return "未派联合处置单位", "no departments were brought in"
    return HOLDS if worker.unit == case.lead else (f"牵头单位是{case.lead}", f"the lead is {case.lead}")


def _reported(case: Case, _worker: Worker, _at: datetime, _argument: str, _calendar: WorkCalendar) -> Refusal:
    open_ones = [name for name, clock in case.departments.items() if clock.is_running and name != case.lead]
    if not open_ones:
        return HOLDS
    return f"{'、'.join(open_ones)}尚未反馈", f"{', '.join(open_ones)} have not reported"


def _vote(wanted: bool) -> Guard:
    def guard(case: Case, _worker: Worker, _at: datetime, _argument: str, _calendar: WorkCalendar) -> Refusal:
        vote = case.facts.get("vote")
        if vote is not None and vote["passed"] is wanted:
            return HOLDS
        if vote is None:
            return "尚未表决", "no ballot has been recorded"
        return (
            ("表决已通过", "the ballot has passed") if vote["passed"] else ("表决未通过", "the ballot has not passed")
        )

    return guard


def _heard(case: Case, _worker: Worker, _at: datetime, argument: str, _calendar: WorkCalendar) -> Refusal:
    silent = [role for role in argument.split("+") if role not in case.heard]
    if not silent:
        return HOLDS
    return f"尚未听取{'、'.join(silent)}意见", f"{', '.join(silent)} have not been heard"


def _has(case: Case, _worker: Worker, _at: datetime, argument: str, _calendar: WorkCalendar) -> Refusal:
    return HOLDS if case.facts.get(argument) else (f"缺少{argument}", f"{argument} is missing")


def _is(case: Case, _worker: Worker, _at: datetime, argument: str, _calendar: WorkCalendar) -> Refusal:
    fact, _, value = argument.partition("=")
    found = case.facts.get(fact)
    return HOLDS if found == value else (f"{fact}不是{value}", f"{fact} is {found!r}, not {value!r}")


def _waited(case: Case, _worker: Worker, at: datetime, argument: str, calendar: WorkCalendar) -> Refusal:
    transition, _, limit = argument.partition(":")
    since = case.done.get(transition)
    if since is None:
        return f"尚未{transition}", f"{transition} has not been done"
    until = deadline(since, Limit.parse(limit), (), calendar).moment
    if until is None or at >= until:
        return HOLDS
    return f"须待{until:%Y-%m-%d %H:%M}", f"it must wait until {until:%Y-%m-%d %H:%M}"


def _rated(wanted: bool) -> Guard:
    def guard(case: Case, _worker: Worker, _at: datetime, argument: str, _calendar: WorkCalendar) -> Refusal:
        if not case.ratings:
            return "尚无评分", "nobody has rated it"
        mean = fmean(case.ratings.values())
        if (mean >= float(argument)) is wanted:
            return HOLDS
        return f"平均{mean:.1f}分", f"it is rated {mean:.1f} on average, the mark is {argument}"

    return guard


GUARDS: Final[dict[str, tuple[Guard, str]]] = {
    "holder": (_holder, ""),
    "lead": (_lead, ""),
    "departments-reported": (_reported, ""),
    "vote-passed": (_vote(wanted=True), ""),
    "vote-failed": (_vote(wanted=False), ""),
    "heard": (_heard, "roles"),
    "has": (_has, "fact"),
    "is": (_is, "fact=value"),
    "rated": (_rated(wanted=True), "mark"),
    "rated-below": (_rated(wanted=False), "mark"),
    "waited": (_waited, "transition:limit"),
}
"""Every guard, and what its argument (after a colon) is."""


def check_guard(guard: str, case: Case, worker: Worker, at: datetime, calendar: WorkCalendar) -> Refusal:
    """Return why a guard does not hold for who acts on the case at a moment."""
    name, _, argument = guard.partition(":")
    return GUARDS[name][0](case, worker, at, argument, calendar)
