"""Handle cases: open one where something happened, act on it, look at it, list those of an area, do what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from secrets import token_hex
from typing import Any

import pandas as pd

from gridsys.domain.case import Case, Event, evolve, fold
from gridsys.domain.case_engine import apply, due_actions
from gridsys.domain.case_explain import Words, explain, why_here
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction, Option, options
from gridsys.domain.procedure import Procedure
from gridsys.domain.procedure_roles import SIDES, SYSTEM, Worker
from gridsys.domain.rights import Action, Actor, require
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import AccessError, ProcedureError, StoreError
from gridsys.files.procedures import packaged_procedures
from gridsys.store import Store, Transaction
from gridsys.store.cases import overtaken
from gridsys.usecases.caseplace import Place, grid_at


@dataclass(frozen=True, slots=True)
class Standing:
    """As what the acting user acts: a role of the procedure, a unit, and for whom outside the platform it is entered.

    Without a role, the one that goes with the user's own (``Worker.of``).
    """

    role: str = ""
    unit: str = ""
    person: str = ""


@dataclass(frozen=True)
class CaseView:
    """A case: its state, the forces on duty in its grid (``force``, ``staff_name``), and what can be done next."""

    case: Case
    light: str
    forces: pd.DataFrame
    why: Words
    told: tuple[Words, ...]
    options: tuple[Option, ...]


def procedure_named(name: str) -> Procedure:
    """Return the packaged procedure of that name.

    Raises
    ------
    ProcedureError
        GS805 when there is none.

    Examples
    --------
    >>> procedure_named("six-care").id
    'six-care'
    """
    known = packaged_procedures()
    if name not in known:
        raise ProcedureError("GS805", f"there is no procedure {name!r}", fix=f"use one of: {', '.join(known)}")
    return known[name]


def worker_for(actor: Actor, procedure: Procedure, standing: Standing) -> Worker:
    """Return the acting user as who acts on a case.

    A user takes any role that stands on the user's own level, under the user's own name, so that duties that exclude
    each other stay apart; roles outside the platform (residents, departments, parties) are entered for them.

    Raises
    ------
    AccessError
        GS401 when the role stands elsewhere, or another person is named for a role on the platform.
    ProcedureError
        GS805 when the procedure has no such role.

    Examples
    --------
    >>> worker_for(Actor.parse("zhou:street-manager@110101001"), procedure_named("city-component"),
    ...            Standing("overseer"))
    Worker(id='zhou', role='overseer', level='street', area_code='110101001', unit='')
    """
    own = Worker.of(actor)
    role = procedure.role_of.get(standing.role or own.role)
    if role is None:
        raise ProcedureError(
            "GS805", f"there is no role {standing.role or own.role!r}", where=procedure.id,
            fix=f"use one of: {', '.join(procedure.role_of)}",
        )  # fmt: skip
    if own.level in role.levels and not standing.person:
        return Worker(actor.name, role.id, own.level, actor.area_code, standing.unit)
    side = next((level for level in role.levels if level in SIDES and level != SYSTEM.level), None)
    if side is None:
        raise AccessError(
            "GS401",
            f"{actor.name} stands on the {own.level} level and may not act as {standing.person or role.id}",
            where=f"role {role.id} on {', '.join(role.levels)}",
            fix="let somebody of that level do it, under their own name",
        )
    return Worker(standing.person or actor.name, role.id, side, "", standing.unit)


def open_case_at(
    actor: Actor,
    store: Store,
    procedure: str,
    case_class: str,
    *,
    title: str,
    place: Place,
    at: datetime | None = None,
    standing: Standing = Standing(),
    level: str = "",
    facts: Mapping[str, Any] | None = None,
) -> CaseView:
    """Open a case where something happened: its grid as of its day, and the forces on duty there.

    Parameters
    ----------
    actor
        Who enters it; needs ``handle`` in the grid.
    store
        An open database.
    procedure, case_class, title, level, facts
        As :func:`gridsys.domain.case_opening.open_case` takes them.
    place
        Where.
    at
        When, with offset; now when None.
    standing
        Who reports it, when not the user.

    Raises
    ------
    AccessError
        GS401, GS402.
    InputError, DatumError, StoreError
        As :func:`gridsys.usecases.caseplace.grid_at` raises them; StoreError GS501 to GS503.
    ProcedureError
        GS805, GS807, GS809.
    """
    require(actor, Action.HANDLE, actor.area_code)
    rules, when = procedure_named(procedure), at or datetime.now(BEIJING)
    day = when.astimezone(BEIJING).date()
    worker = worker_for(actor, rules, standing)
    with store.begin(read_only=True) as transaction:
        grid = grid_at(transaction, place, day)
        forces = _forces(transaction, grid, day)
    require(actor, Action.HANDLE, grid)
    log = open_case(
        rules, f"{day:%Y%m%d}-{token_hex(5)}", case_class, title=title, area_code=grid, worker=worker, at=when,
        level=level, facts=facts,
    )  # fmt: skip
    with store.begin() as transaction:
        transaction.cases.append([(None, log)], recorded_by=actor.name)
    return _view(rules, log, worker, forces, when)


def act_on_case(
    actor: Actor,
    store: Store,
    case_id: str,
    action: str,
    data: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
    standing: Standing = Standing(),
    seen: int | None = None,
) -> Case:
    """Act on a case and return it as it then is; of several at once exactly one wins.

    Parameters
    ----------
    actor
        Who enters it; needs ``handle`` where the case lies.
    store
        An open database.
    case_id, action, data
        The case, a transition's id or a built-in action, and what comes with it.
    at
        When, with offset; now when None.
    standing
        As what the user acts.
    seen
        Number of the newest event the user had seen; the newest there is when None.

    Raises
    ------
    AccessError
        GS401, GS402.
    ProcedureError
        GS805 to GS810.
    StoreError
        GS505 when somebody else has acted meanwhile, GS504 when there is no such case, GS501 to GS503.
    """
    require(actor, Action.HANDLE, actor.area_code)
    log = _log(actor, store, case_id)
    if seen is not None and seen != log[-1].seq:
        raise overtaken(log[-1])
    case = fold(log)
    rules = procedure_named(case.procedure)
    worker = worker_for(actor, rules, standing)
    events = apply(rules, case, CaseAction(action, worker, at or datetime.now(BEIJING), data or {}))
    with store.begin() as transaction:
        return transaction.cases.append([(case, events)], recorded_by=actor.name)[0]


def case_view(actor: Actor, store: Store, case_id: str, *, as_of: datetime | None = None) -> CaseView:
    """Return a case as it now is, told in words, with what the user may do; the look is entered in the audit log.

    Raises
    ------
    AccessError
        GS401, GS402.
    StoreError
        GS504 when there is no such case, GS501 to GS503.
    """
    require(actor, Action.HANDLE, actor.area_code)
    log, when = _log(actor, store, case_id), as_of or datetime.now(BEIJING)
    case = fold(log)
    rules = procedure_named(case.procedure)
    with store.begin() as transaction:
        forces = _forces(transaction, case.area_code, when.astimezone(BEIJING).date())
        transaction.record(actor.name, actor.role, Action.HANDLE, case.area_code, {"looked_at": case_id})
    return _view(rules, log, Worker.of(actor), forces, when)


def list_cases(
    actor: Actor, store: Store, *, status: str | None = "open", as_of: datetime | None = None
) -> pd.DataFrame:
    """Return the cases of the user's area (``Cases.heads``) with their ``light`` at a moment; entered in the audit log.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS103 for an unknown status.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.HANDLE, actor.area_code)
    when = pd.Timestamp(as_of or datetime.now(BEIJING)).tz_convert("UTC")
    with store.begin() as transaction:
        heads = transaction.cases.heads(area=actor.area_code, status=status)
        transaction.record(actor.name, actor.role, Action.HANDLE, actor.area_code, {"listed": len(heads)})
    return heads.assign(light=colours(heads, when))


def colours(heads: pd.DataFrame, when: pd.Timestamp) -> pd.Categorical[str]:
    """Return the light of each head (``yellow_at``, ``red_at``, ``stopped_at``) at a moment.

    Examples
    --------
    >>> due = pd.to_datetime(["2026-09-24T10:00Z", "2026-09-26T10:00Z"])
    >>> heads = pd.DataFrame({"yellow_at": due, "red_at": due, "stopped_at": pd.to_datetime([None, None], utc=True)})
    >>> list(colours(heads, pd.Timestamp("2026-09-25T10:00Z")))
    ['red', 'green']
    """
    moment = heads["stopped_at"].where(heads["stopped_at"] < when, when)
    codes = (moment > heads["yellow_at"]).to_numpy(dtype=bool).astype("int8")
    codes[(moment > heads["red_at"]).to_numpy(dtype=bool)] = 2
    return pd.Categorical.from_codes(codes, categories=pd.Index(["green", "yellow", "red"]))


def do_due_work(actor: Actor, store: Store, *, as_of: datetime | None = None) -> list[tuple[str, str]]:
    """Let the system do what is due in the user's area: escalate, supervise, settle; return case and action.

    A case that somebody acts on at the same moment is left to the next run.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.HANDLE, actor.area_code)
    when, done = as_of or datetime.now(BEIJING), list[tuple[str, str]]()
    with store.begin(read_only=True) as transaction:
        waiting = transaction.cases.heads(area=actor.area_code, due_before=when).index
        cases = transaction.cases.states(waiting)
    for case in cases.values():
        after, rules = case, procedure_named(case.procedure)
        events, names = list[Event](), list[str]()
        while after.at <= when and (due := due_actions(rules, after, when)):
            events += apply(rules, after, due[0])
            names.append(due[0].name)
            after = reduce(evolve, events, case)
        try:
            with store.begin() as transaction:
                transaction.cases.append([(case, events)], recorded_by=actor.name)
        except StoreError as error:
            if error.code != "GS505":
                raise
            continue
        done += [(case.case_id, name) for name in names]
    return done


def _log(actor: Actor, store: Store, case_id: str) -> tuple[Event, ...]:
    """Return a case's log if the user may handle cases where it lies."""
    with store.begin(read_only=True) as transaction:
        log = transaction.cases.log(case_id)
    require(actor, Action.HANDLE, fold(log[:1]).area_code)
    return log


def _forces(transaction: Transaction, area_code: str, day: date) -> pd.DataFrame:
    columns = ["grid_code", "force", "staff_name"]
    postings = transaction.get("posting", as_of=day, area=area_code, columns=columns)
    return pd.DataFrame(postings[postings["grid_code"] == area_code][["force", "staff_name"]])


def _view(rules: Procedure, log: tuple[Event, ...], worker: Worker, forces: pd.DataFrame, when: datetime) -> CaseView:
    case = fold(log)
    told, possible = tuple(explain(rules, log)), tuple(options(rules, case, worker, max(when, case.at)))
    light = case.light(max(when, case.at), rules.lights.of).value
    return CaseView(case, light, forces, why_here(rules, case), told, possible)
