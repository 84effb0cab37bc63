"""The logs of cases, append-only, and the head of each case: its state after the newest event, for quick lists.

Both are written in one transaction. A head is moved on only from the event its writer had seen, so of two who act on
one case at once exactly one wins (docs/adr/0065).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, NoReturn

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gridsys.domain.case import STATUSES, Case, Event, evolve, fold
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, StoreError
from gridsys.store.audit import canonical
from gridsys.store.backends import Backend
from gridsys.store.reading import within
from gridsys.store.schema import CASE_EVENT, CASE_HEAD

Change = tuple[Case | None, Sequence[Event]]
"""A case as its writer saw it (None: it is opened), and the events that follow."""

_INSERT_HEAD: Final[dict[str, sa.Executable]] = {
    "sqlite": sqlite.insert(CASE_HEAD).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(CASE_HEAD).on_conflict_do_nothing(),
}
_MOVE_HEAD: Final = (
    sa.update(CASE_HEAD)
    .where(CASE_HEAD.c.case_id == sa.bindparam("of_case"), CASE_HEAD.c.seq == sa.bindparam("seen"))
    .values({column.name: sa.bindparam(column.name) for column in CASE_HEAD.columns if column.name != "case_id"})
)
_INSERT_EVENT: Final = sa.insert(CASE_EVENT)
_LOG: Final = sa.select(CASE_EVENT).where(CASE_EVENT.c.case_id == sa.bindparam("of_case")).order_by(CASE_EVENT.c.seq)
_COUNTED: Final = {"preserve_rowcount": True}
_MOMENTS: Final = ("opened_at", "at", "closed_at", "yellow_at", "red_at", "stopped_at", "due_at")
_MANY: Final = 1_000


def overtaken(newest: Event) -> StoreError:
    """Return the error for whoever acted on a case without having seen its newest event."""
    return StoreError(
        "GS505",
        "somebody else has acted on the case meanwhile; nothing was changed",
        where=f"case {newest.case_id}",
        why=f"event {newest.seq} ({newest.kind}) by {newest.role} {newest.actor} at {newest.at}",
        fix="look at the case as it now is, and act again if that is still right",
    )


class Cases:
    """The logs of cases inside one transaction. Made by :attr:`gridsys.store.Transaction.cases`."""

    def __init__(self, connection: sa.Connection, backend: Backend) -> None:
        self._connection = connection
        self._backend = backend

    def append(self, changes: Iterable[Change], *, recorded_by: str) -> list[Case]:
        """Append events to the logs of cases, all or none, and return the cases after them in the order given.

        Parameters
        ----------
        changes
            Each case as its writer saw it, and the events that follow on that.
        recorded_by
            The user of the platform who enters them; the events name who acted.

        Raises
        ------
        ProcedureError
            GS810 when events do not follow on the case given.
        StoreError
            GS505 when a case has newer events than the one given, or is there already when it is to be opened; GS504
            when it is not in the database; GS503 for a moment without offset or what JSON cannot hold.

        Examples
        --------
        >>> from gridsys.domain.case_opening import open_case
        >>> from gridsys.domain.procedure_roles import Worker
        >>> from gridsys.files.procedures import packaged_procedures
        >>> from gridsys.store import open_store
        >>> log = open_case(packaged_procedures()["dongcheng-grid"], "C1", "small-matter", title="street lamp",
        ...                 area_code="110101001007003", worker=Worker("9901", "resident", "public"),
        ...                 at=datetime.fromisoformat("2026-09-18T10:00+08:00"))
        >>> with open_store("sqlite://") as store:
        ...     store.upgrade()
        ...     with store.begin() as transaction:
        ...         opened = transaction.cases.append([(None, log)], recorded_by="wang")
        ...         transaction.cases.state("C1") == opened[0]
        True
        """
        pairs = [(before, tuple(events)) for before, events in changes]
        after = [_advanced(before, events) for before, events in pairs]
        # one order for everybody, or two batches could each wait for the other
        order = sorted((number for number, pair in enumerate(pairs) if pair[1]), key=lambda n: after[n].case_id)
        opened = [head(after[number]) for number in order if pairs[number][0] is None]
        moved = []
        for number in order:
            before = pairs[number][0]
            if before is not None:
                moved.append({**head(after[number]), "of_case": before.case_id, "seen": before.seq})
        events = [_row(event, recorded_by) for number in order for event in pairs[number][1]]
        self._write(_INSERT_HEAD[self._backend.name], opened, {row["case_id"]: 0 for row in opened})
        self._write(_MOVE_HEAD, moved, {row["of_case"]: row["seen"] for row in reversed(moved)})
        if events:
            self._connection.execute(_INSERT_EVENT, events)
        return after

    def log(self, case_id: str) -> tuple[Event, ...]:
        """Return the events of a case, in order; moments are in Beijing time.

        Raises
        ------
        StoreError
            GS504 when there is no such case.
        """
        events = tuple(map(_event, self._connection.execute(_LOG, {"of_case": case_id})))
        if not events:
            raise _absent(case_id)
        return events

    def state(self, case_id: str) -> Case:
        """Return a case as it now is: the fold over its log.

        Raises
        ------
        StoreError
            GS504 when there is no such case.
        """
        return fold(self.log(case_id))

    def states(self, case_ids: Iterable[str]) -> dict[str, Case]:
        """Return many cases as they now are.

        Raises
        ------
        StoreError
            GS504 when one of them is not in the database.
        """
        wanted, found = list(dict.fromkeys(case_ids)), dict[str, Case]()
        for start in range(0, len(wanted), _MANY):
            chosen = CASE_EVENT.c.case_id.in_(wanted[start : start + _MANY])
            found.update((case.case_id, case) for case in self._folded(chosen))
        missing = next((case_id for case_id in wanted if case_id not in found), None)
        if missing is not None:
            raise _absent(missing)
        return {case_id: found[case_id] for case_id in wanted}

    def heads(
        self, *, area: str | None = None, status: str | None = None, due_before: datetime | None = None
    ) -> pd.DataFrame:
        """Return the heads of cases, keyed by ``case_id`` and sorted by it.

        Columns ``seq`` (of the newest event), ``procedure``, ``case_class``, ``title``, ``area_code``, ``status``,
        ``step``, ``level``, ``holder``, ``outside``; the moments ``opened_at``, ``at`` (newest event), ``closed_at``,
        ``yellow_at`` and ``red_at`` (the case's light changes after them), ``stopped_at`` (the light stays), ``due_at``
        (after it the system escalates or supervises); ``provisional`` (a running deadline lies past the published
        calendar).

        Parameters
        ----------
        area
            Code of an area the cases lie in; everywhere when None.
        status
            One of ``gridsys.domain.case.STATUSES``; any when None.
        due_before
            Only cases where the system may have something to do at this moment.

        Raises
        ------
        InputError
            GS103 for an unknown status, GS106 for a malformed area code.
        """
        query = sa.select(CASE_HEAD).order_by(CASE_HEAD.c.case_id)
        if area is not None:
            query = query.where(within(CASE_HEAD.c.area_code, area))
        if status is not None:
            if status not in STATUSES:
                raise InputError("GS103", f"{status!r} is not a status", fix=f"use one of {', '.join(STATUSES)}")
            query = query.where(CASE_HEAD.c.status == status)
        if due_before is not None:
            query = query.where(sa.or_(CASE_HEAD.c.due_at < _stamp(due_before), CASE_HEAD.c.provisional))
        rows = self._connection.execute(query).all()
        frame = pd.DataFrame(rows, columns=[column.name for column in CASE_HEAD.columns]).set_index("case_id")
        moments = {
            name: pd.to_datetime(frame[name], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
            for name in _MOMENTS
        }
        return frame.assign(**moments).astype({"seq": "int64", "provisional": "bool"})

    def stale_heads(self) -> list[str]:
        """Return the cases whose head is not what their log says: none, unless somebody wrote past this code."""
        kept = {row["case_id"]: dict(row) for row in self._connection.execute(sa.select(CASE_HEAD)).mappings()}
        stale = [case.case_id for case in self._folded(sa.true()) if kept.pop(case.case_id, None) != head(case)]
        return sorted([*stale, *kept])

    def rebuild_heads(self) -> int:
        """Write every head anew from the logs and return how many cases there are; nobody acts meanwhile.

        Raises
        ------
        ProcedureError
            GS810 when a log is broken.
        """
        self._backend.lock(self._connection, CASE_HEAD.name)
        self._connection.execute(sa.delete(CASE_HEAD))
        rows = [head(case) for case in self._folded(sa.true())]
        if rows:
            self._connection.execute(sa.insert(CASE_HEAD), rows)
        return len(rows)

    def _folded(self, condition: sa.ColumnElement[bool]) -> Iterator[Case]:
        query = sa.select(CASE_EVENT).where(condition).order_by(CASE_EVENT.c.case_id, CASE_EVENT.c.seq)
        events = map(_event, self._connection.execute(query))
        for _, log in groupby(events, key=lambda event: event.case_id):
            yield fold(log)

    def _write(self, statement: sa.Executable, rows: list[dict[str, Any]], seen: dict[str, int]) -> None:
        """Write heads, or take everything back and tell which case has moved on."""
        if not rows:
            return
        written = self._connection.execute(statement, rows, execution_options=_COUNTED)
        if written.rowcount != len(rows):
            self._give_way(seen)

    def _give_way(self, seen: dict[str, int]) -> NoReturn:
        error = StoreError(
            "GS503", "a head is not what its log says", where="case_head", fix="rebuild the heads (rebuild_heads)"
        )
        for case_id, seq in seen.items():
            log = tuple(map(_event, self._connection.execute(_LOG, {"of_case": case_id})))
            if not log or log[-1].seq != seq:
                error = overtaken(log[-1]) if log else _absent(case_id)
                break
        # some heads are written: nothing of this transaction may be kept, even if the caller goes on
        whole = self._connection.get_transaction()
        if whole is not None:
            whole.rollback()
        raise error


def head(case: Case) -> dict[str, Any]:
    """Return the row of a case in the table of heads.

    The light follows the clock of the whole case where the procedure has one, else that of the step. Something falls
    due when the clock of the step, or of the outside body the case is with, runs out, once.
    """
    light = case.clocks.get("case") or case.clocks.get("step")
    current = case.clocks.get(f"body:{case.outside}" if case.outside else "step")
    waits = current is not None and case.is_open and current.is_running and not current.is_paused
    return {
        "case_id": case.case_id, "seq": case.seq, "procedure": case.procedure, "case_class": case.case_class,
        "title": case.title, "area_code": case.area_code, "status": case.status, "step": case.step,
        "level": case.level, "holder": case.holder, "outside": case.outside, "opened_at": _stamp(case.opened_at),
        "at": _stamp(case.at), "closed_at": _stamp(case.closed_at),
        "yellow_at": _stamp(light.yellow_at) if light else None,
        "red_at": _stamp(light.red_at) if light else None,
        "stopped_at": _stamp(light.stopped_at) if light else None,
        "due_at": _stamp(current.red_at) if current and waits and not case.supervised else None,
        "provisional": any(c.provisional and c.is_running and not c.is_paused for c in case.clocks.values()),
    }  # fmt: skip


def _advanced(case: Case | None, events: Sequence[Event]) -> Case:
    for event in events:
        case = evolve(case, event)
    return fold(()) if case is None else case


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _row(event: Event, recorded_by: str) -> dict[str, Any]:
    if event.at.tzinfo is None:
        raise StoreError(
            "GS503", f"{event.at} has no offset", where=f"case {event.case_id}", fix="give moments with their offset"
        )
    return {
        "case_id": event.case_id, "seq": event.seq, "kind": event.kind, "at": _stamp(event.at), "actor": event.actor,
        "role": event.role, "level": event.level, "unit": event.unit, "data": canonical(event.data),
        "recorded_by": recorded_by,
    }  # fmt: skip


def _event(row: Sequence[Any]) -> Event:
    case_id, seq, kind, at, actor, role, level, unit, data, _recorded_by = row
    moment = datetime.fromisoformat(at).astimezone(BEIJING)
    return Event(case_id, seq, kind, moment, actor, role, level, unit, json.loads(data))


def _absent(case_id: str) -> StoreError:
    return StoreError("GS504", "there is no such case", where=f"case {case_id}", fix="check the identifier")
