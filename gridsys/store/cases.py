"""The logs of cases, append-only, and the head of each case: its state after the newest event, for quick lists.

Both are written in one transaction. A head is moved on only from the event its writer had seen, so of two who act on
one case at once exactly one wins (docs/adr/0065).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, NoReturn

import pandas as pd
import sqlalchemy as sa

from gridsys.domain.case import STATUSES, Case, Event, evolve, fold
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, StoreError
from gridsys.store.audit import GENESIS, canonical
from gridsys.store.backends import Backend, write_at_once
from gridsys.store.case_sql import INSERT_EVENT, INSERT_HEAD, MOVE_HEAD, NEWEST, TAKE
from gridsys.store.reading import within
from gridsys.store.schema import CASE_EVENT, CASE_HEAD

Change = tuple[Case | None, Sequence[Event]]
"""A case as its writer saw it (None: it is opened), and the events that follow."""

_LOG: Final = sa.select(CASE_EVENT).where(CASE_EVENT.c.case_id == sa.bindparam("of_case")).order_by(CASE_EVENT.c.seq)
_COUNTED: Final = {"preserve_rowcount": True}
_MOMENTS: Final = ("opened_at", "at", "closed_at", "yellow_at", "red_at", "stopped_at", "due_at")
_MANY: Final = 1_000
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """Outcome of a verification: cases and events read; the broken cases, each with its first broken event.

    An event of 0 says that there is a head and no log.
    """

    cases: int
    events: int
    broken: Mapping[str, int]


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
        if self._backend.name == "postgresql" and len(pairs) == 1:
            before, added = pairs[0]
            if before is not None and len(added) == 1:
                self._take(before, added[0], after[0], recorded_by)
                return after
        # one order for everybody, or two batches could each wait for the other
        order = sorted((number for number, pair in enumerate(pairs) if pair[1]), key=lambda n: after[n].case_id)
        seen = {before.case_id: before.seq for before, _ in (pairs[n] for n in order) if before is not None}
        newest = self._hold(seen)
        opened, moved, events = [], [], []
        for number in order:
            before, added = pairs[number]
            link = GENESIS if before is None else newest[before.case_id]
            for event in added:
                row = _row(event, recorded_by)
                link = chained(link, row)
                events.append((*row, link))
            values = (*head(after[number]).values(), link)
            if before is None:
                opened.append(values)
            else:
                moved.append((*values[1:], values[0]))
        name = self._backend.name
        if opened:
            written = self._connection.exec_driver_sql(INSERT_HEAD[name], opened, execution_options=_COUNTED)
            if written.rowcount != len(opened):
                self._give_way({values[0]: 0 for values in opened})
        if moved:
            self._connection.exec_driver_sql(MOVE_HEAD[name], _one_or_many(moved))
        if events:
            self._connection.exec_driver_sql(INSERT_EVENT[name], _one_or_many(events))
        return after

    def _take(self, before: Case, event: Event, after: Case, recorded_by: str) -> None:
        """Write the usual act, one event of one case, in one round trip (docs/adr/0065)."""
        row = _row(event, recorded_by)
        moved = tuple(head(after).values())[1:]
        values = (*moved, _JSON.encode(row)[1:], before.case_id, before.seq, *row)
        if write_at_once(self._connection, TAKE, values) != 1:
            self._give_way({before.case_id: before.seq})

    def _hold(self, seen: dict[str, int]) -> dict[str, str]:
        """Keep others from acting on cases until this transaction ends; return the newest hash of each.

        Who has not seen the newest event of one of them is told, before anything is written.
        """
        if not seen:
            return {}
        cases = json.dumps(list(seen)) if self._backend.name == "sqlite" else list(seen)
        rows = self._connection.exec_driver_sql(NEWEST[self._backend.name], (cases,)).all()
        if {case_id: seq for case_id, seq, _ in rows} != seen:
            self._give_way(seen)
        return {case_id: entry_hash for case_id, _, entry_hash in rows}

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
            found.update((case.case_id, case) for case, _ in self._folded(chosen))
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
        shown = [column for column in CASE_HEAD.columns if column.name != "entry_hash"]
        query = sa.select(*shown).order_by(CASE_HEAD.c.case_id)
        if area is not None:
            query = query.where(within(CASE_HEAD.c.area_code, area))
        if status is not None:
            if status not in STATUSES:
                raise InputError("GS103", f"{status!r} is not a status", fix=f"use one of {', '.join(STATUSES)}")
            query = query.where(CASE_HEAD.c.status == status)
        if due_before is not None:
            query = query.where(sa.or_(CASE_HEAD.c.due_at < _stamp(due_before), CASE_HEAD.c.provisional))
        rows = self._connection.execute(query).all()
        frame = pd.DataFrame(rows, columns=[column.name for column in shown]).set_index("case_id")
        moments = {
            name: pd.to_datetime(frame[name], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
            for name in _MOMENTS
        }
        return frame.assign(**moments).astype({"seq": "int64", "provisional": "bool"})

    def events(
        self, *, area: str | None = None, opened_from: datetime | None = None, opened_before: datetime | None = None
    ) -> Iterator[Event]:
        """Return the whole logs of the cases opened in a span of time, each in order, cases by their id.

        When and where a case was opened never changes, so the choice is the same whenever it is made.

        Parameters
        ----------
        area
            Code of an area the cases lie in; everywhere when None.
        opened_from, opened_before
            From the first moment to before the second, with offset; without bound when None.

        Raises
        ------
        InputError
            GS106 for a malformed area code.
        """
        query = sa.select(CASE_EVENT).join(CASE_HEAD, CASE_HEAD.c.case_id == CASE_EVENT.c.case_id)
        if area is not None:
            query = query.where(within(CASE_HEAD.c.area_code, area))
        if opened_from is not None:
            query = query.where(CASE_HEAD.c.opened_at >= _stamp(opened_from))
        if opened_before is not None:
            query = query.where(CASE_HEAD.c.opened_at < _stamp(opened_before))
        return map(_event, self._connection.execute(query.order_by(CASE_EVENT.c.case_id, CASE_EVENT.c.seq)))

    def stale_heads(self) -> list[str]:
        """Return the cases whose head is not what their log says: none, unless somebody wrote past this code."""
        kept = {row["case_id"]: dict(row) for row in self._connection.execute(sa.select(CASE_HEAD)).mappings()}
        stale = [
            case.case_id
            for case, link in self._folded(sa.true())
            if kept.pop(case.case_id, None) != {**head(case), "entry_hash": link}
        ]
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
        rows = [{**head(case), "entry_hash": link} for case, link in self._folded(sa.true())]
        if rows:
            self._connection.execute(sa.insert(CASE_HEAD), rows)
        return len(rows)

    def verify(self) -> CaseCheck:
        """Recompute the chain of every case from its opening, and compare its end with the head."""
        heads = sa.select(CASE_HEAD.c.case_id, CASE_HEAD.c.seq, CASE_HEAD.c.entry_hash)
        ends = {case_id: (seq, link) for case_id, seq, link in self._connection.execute(heads)}
        query = sa.select(CASE_EVENT).order_by(CASE_EVENT.c.case_id, CASE_EVENT.c.seq)
        cases = events = 0
        broken = dict[str, int]()
        for case_id, log in groupby(self._connection.execute(query), key=lambda row: str(row[0])):
            link, cases, seq = GENESIS, cases + 1, 0
            for seq, row in enumerate(log, start=1):
                events += 1
                link = chained(link, row[:-1])
                if (row[1], row[-1]) != (seq, link):
                    broken.setdefault(case_id, seq)
            if ends.pop(case_id, None) != (seq, link):
                broken.setdefault(case_id, seq)
        return CaseCheck(cases, events, broken | dict.fromkeys(ends, 0))

    def _folded(self, condition: sa.ColumnElement[bool]) -> Iterator[tuple[Case, str]]:
        """Yield cases with the hash of their newest event."""
        query = sa.select(CASE_EVENT).where(condition).order_by(CASE_EVENT.c.case_id, CASE_EVENT.c.seq)
        for _, rows in groupby(self._connection.execute(query), key=lambda row: row[0]):
            log = list(rows)
            yield fold(map(_event, log)), log[-1][-1]

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


def _one_or_many(rows: list[tuple[Any, ...]]) -> Any:  # noqa: ANN401 - what the driver takes
    """Return a single row by itself: the driver sends it in one message less than a list of one."""
    return rows[0] if len(rows) == 1 else rows


def _advanced(case: Case | None, events: Sequence[Event]) -> Case:
    for event in events:
        case = evolve(case, event)
    return fold(()) if case is None else case


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _row(event: Event, recorded_by: str) -> tuple[Any, ...]:
    if event.at.tzinfo is None:
        raise StoreError(
            "GS503", f"{event.at} has no offset", where=f"case {event.case_id}", fix="give moments with their offset"
        )
    return (
        event.case_id, event.seq, event.kind, _stamp(event.at), event.actor, event.role, event.level, event.unit,
        canonical(event.data), recorded_by,
    )  # fmt: skip


def chained(previous: str, row: Sequence[Any]) -> str:
    """Return the SHA-256 of an event's row with the hash of the event before it (``GENESIS`` before the first).

    Examples
    --------
    >>> chained(GENESIS, ("C1", 1, "opened"))[:8]
    'bfee6035'
    """
    return hashlib.sha256(_JSON.encode([previous, *row]).encode()).hexdigest()


def _event(row: Sequence[Any]) -> Event:
    case_id, seq, kind, at, actor, role, level, unit, data, _recorded_by, _hash = row
    moment = datetime.fromisoformat(at).astimezone(BEIJING)
    return Event(case_id, seq, kind, moment, actor, role, level, unit, json.loads(data))


def _absent(case_id: str) -> StoreError:
    return StoreError("GS504", "there is no such case", where=f"case {case_id}", fix="check the identifier")
