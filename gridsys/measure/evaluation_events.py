"""The logs of cases as one frame of typed columns, and what each case had reached at a moment (milestones)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridsys.domain.case import Event
from gridsys.domain.procedure import Procedure
from gridsys.domain.worktime_batch import to_us_array
from gridsys.domain.worktime_calendar import STANDARD, Unit, WorkCalendar

Values = NDArray[Any]
_FACTS: Final = {"party_score": "party_score", "trade_score": "trade_score"}
_TEXTS: Final = ("procedure", "case_class", "area_code", "transition", "duty", "status", "step", "level", "marks",
                 "unit", "role", "company")  # fmt: skip
_MOMENTS: Final = ("at", "yellow_at", "red_at", "stopped_at", "step_red_at")
_STOPS: Final = {"paused": -1, "handed-over": -1, "resumed": 1, "taken-back": 1}


def event_frame(events: Iterable[Event]) -> pd.DataFrame:
    """Return events as a frame of typed columns, sorted by case and number.

    Parameters
    ----------
    events
        Events of any cases, each case's whole log in order.

    Returns
    -------
    DataFrame
        One row an event: ``case_id``, ``seq``, ``kind``, ``at`` and the other moments in UTC; ``procedure``,
        ``case_class``, ``area_code``, ``transition``, ``duty``, ``status``, ``step``, ``level``, ``marks`` (joined by
        ``;``), ``unit``, ``role``, ``company``; ``yellow_at``, ``red_at``, ``stopped_at`` and ``whole`` of the clock of
        the whole case, ``step_red_at`` and ``clocked`` of the step's; ``score``, ``clears`` (a new round of rating),
        ``facts`` (keys that hold something, joined by ``;``), ``party_score`` and ``trade_score`` (of 100).

    Examples
    --------
    >>> event_frame([]).empty
    True
    """
    frame = pd.DataFrame([_typed(event) for event in events], columns=_COLUMNS)
    for name in _MOMENTS:
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    numbers = dict.fromkeys(("score", *_FACTS), "float64")
    flags = dict.fromkeys(("whole", "clocked", "clears"), "bool")
    categories = dict.fromkeys((*_TEXTS, "kind", "facts"), "category")
    frame = frame.astype({**numbers, **flags, **categories, "seq": "int64", "case_id": "str"})
    return frame.sort_values(["case_id", "seq"], ignore_index=True)


_COLUMNS: Final = ("case_id", "seq", "kind", "at", *_TEXTS, "yellow_at", "red_at", "stopped_at", "whole", "step_red_at",
                   "clocked", "score", "clears", "facts", *_FACTS)  # fmt: skip


def _typed(event: Event) -> tuple[Any, ...]:
    data, opened = event.data, event.kind == "opened"
    facts, clocks = data.get("facts", {}), data.get("clocks", {})
    whole, step = clocks.get("case"), clocks.get("step")
    marks: list[Any] = list(data.get("counts", ()))
    own = {"extended": "extended", "supervised": "supervised", "marked": data.get("mark"),
           "handed-over": f"to-{data.get('body')}"}  # fmt: skip
    marks += [own[event.kind]] if event.kind in own else []
    handles = data.get("duty") == "handle" or event.kind == "reported"
    unit = data.get("lead") or facts.get("unit") or facts.get("department") or (event.unit if handles else "")
    company = facts.get("company") or (event.unit if event.role == "property-company" else "")
    clock = (whole["yellow_at"], whole["red_at"], whole["stopped_at"]) if whole else (None, None, None)
    return (
        event.case_id, event.seq, event.kind, event.at.isoformat(), data.get("procedure", "") if opened else "",
        data.get("class", "") if opened or event.kind == "reclassified" else "", data.get("area_code", ""),
        data.get("transition", ""), "handle" if handles else data.get("duty", ""),
        "open" if opened else data.get("status", ""), data.get("step", "") if opened else data.get("to", ""),
        data.get("level", "") if event.kind in {"opened", "moved"} else "", ";".join(marks),
        str(unit), event.role if handles else "", str(company), *clock, whole is not None,
        step["red_at"] if step else None, step is not None, data.get("score"), "ratings" in data.get("clears", ()),
        ";".join(key for key, value in facts.items() if value), *(facts.get(name) for name in _FACTS.values()),
    )  # fmt: skip


def milestones(
    events: pd.DataFrame,
    as_of: datetime,
    procedures: Mapping[str, Procedure],
    calendar: WorkCalendar = STANDARD,
) -> pd.DataFrame:
    """Return what every case had reached at a moment; what came later is not looked at.

    Parameters
    ----------
    events
        From :func:`event_frame`.
    as_of
        The moment, with offset: events at it or later are left out.
    procedures
        Procedures by id (``gridsys.files.procedures.packaged_procedures``).
    calendar
        For handling times.

    Returns
    -------
    DataFrame
        Index ``case_id``; texts ``procedure``, ``case_class``, ``area_code``, ``status``, ``step``, ``level``, ``unit``
        (lead, or else who handled), ``role`` (who handled), ``company``, ``light``; moments ``opened_at``,
        ``taken_at``, ``handled_at``, ``disposed_at``, ``verified_at``, ``answered_at``, ``closed_at``,
        ``overdue_at`` in UTC;
        ``handling_days`` (working days, pauses taken out), ``rating``, ``party_score``, ``trade_score``;
        ``late`` (open past its limit), ``in_time``; ``counted:MARK`` and ``fact:KEY`` for what there was.

    Raises
    ------
    ProcedureError
        GS820 for a moment outside 1990–2100.

    Examples
    --------
    >>> from gridsys.domain.worktime_calendar import BEIJING
    >>> milestones(event_frame([]), datetime(2026, 11, 1, tzinfo=BEIJING), {}).empty
    True
    """
    before = events["at"].dt.tz_localize(None).to_numpy() < _utc(as_of)
    ids = events["case_id"].array[before & (events["seq"].to_numpy() == 1)]
    typed = events.drop(columns="case_id")
    return _Reached(ids, typed if before.all() else typed[before], as_of, procedures, calendar).frame()


def _utc(moment: datetime) -> np.datetime64:
    return pd.Timestamp(moment).tz_convert("UTC").tz_localize(None).to_datetime64()


class _Reached:
    """One pass over sorted events: assignments in order keep the last, in reverse the first."""

    def __init__(
        self,
        ids: Values,
        events: pd.DataFrame,
        as_of: datetime,
        procedures: Mapping[str, Procedure],
        calendar: WorkCalendar,
    ) -> None:
        self.events, self.as_of, self.procedures, self.calendar = events, _utc(as_of), procedures, calendar
        begins = events["seq"].to_numpy() == 1
        self.case = np.cumsum(begins, dtype=np.int32) - 1
        self.ids, self.size = ids, len(ids)
        self.moments = {name: events[name].dt.tz_localize(None).to_numpy() for name in _MOMENTS}

    def at(self, name: str = "at") -> Values:
        moments: Values = self.moments[name]
        return moments

    def _where(self, name: str, wanted: Callable[[str], bool]) -> Values:
        """Compare codes value by value: many times faster than a look-up, whose codes are widened first."""
        column = self.events[name].cat
        codes, found = column.codes.to_numpy(), np.zeros(len(self.case), dtype=bool)
        for code, category in enumerate(column.categories):
            if wanted(category):
                found |= codes == code
        return found

    def is_(self, name: str, *values: str) -> Values:
        return self._where(name, values.__contains__)

    def has(self, name: str, word: str) -> Values:
        return self._where(name, lambda category: word in category.split(";"))

    def last(self, values: Values, mask: Values, empty: Any) -> Values:  # noqa: ANN401 - of the values' type
        found, places = np.full(self.size, empty, dtype=values.dtype), np.flatnonzero(mask)
        found[self.case[places]] = values[places]
        return found

    def first(self, values: Values, mask: Values, empty: Any) -> Values:  # noqa: ANN401 - as above
        found, places = np.full(self.size, empty, dtype=values.dtype), np.flatnonzero(mask)[::-1]
        found[self.case[places]] = values[places]
        return found

    def moment(self, mask: Values) -> Values:
        return self.first(self.at(), mask, np.datetime64("NaT"))

    def any(self, mask: Values) -> Values:
        found = np.zeros(self.size, dtype=bool)
        found[self.case[np.flatnonzero(mask)]] = True
        return found

    def words(self, name: str) -> dict[str, Values]:
        """Return, for each word of a joined column, which cases have it: 64 words are bits of one number."""
        column = self.events[name].cat
        words = sorted({word for joined in column.categories for word in joined.split(";") if word})
        places = np.flatnonzero(~self.is_(name, ""))
        codes, cases, held = column.codes.to_numpy()[places], self.case[places], dict[str, Values]()
        if not len(places):
            return {word: np.zeros(self.size, dtype=bool) for word in words}
        starts = np.flatnonzero(np.diff(cases, prepend=-1))
        for begin in range(0, len(words), 64):
            part = words[begin : begin + 64]
            bits = [sum(1 << n for n, word in enumerate(part) if word in joined.split(";"))
                    for joined in column.categories]  # fmt: skip
            marked = np.zeros(self.size, dtype=np.uint64)
            marked[cases[starts]] = np.bitwise_or.reduceat(np.array(bits, dtype=np.uint64)[codes], starts)
            held |= {word: (marked >> np.uint64(n)) & np.uint64(1) == 1 for n, word in enumerate(part)}
        return held

    def text(self, name: str) -> pd.Categorical[str]:
        column = self.events[name].cat
        codes = self.last(column.codes.to_numpy(), ~self.is_(name, ""), -1)
        return pd.Categorical.from_codes(codes, categories=column.categories)

    def frame(self) -> pd.DataFrame:
        moved, order = self.is_("kind", "moved"), np.arange(len(self.case))
        status = self.text("status")
        ended = ~self.is_("status", "open", "")
        reopened = self.last(order, self.is_("status", "open"), -1)
        closed_at = self.moment(ended & (order > reopened[self.case]))
        overdue_at = self.moment(self.has("marks", "overdue"))
        whole, clocked = self.events["whole"].to_numpy(), self.events["clocked"].to_numpy()
        nat = np.datetime64("NaT")
        yellow, red, stopped = (self.last(self.at(n), whole, nat) for n in ("yellow_at", "red_at", "stopped_at"))
        step_red, of_case = self.last(self.at("step_red_at"), clocked, nat), self.any(whole)
        is_open = np.asarray(status == "open")
        seen = np.where(np.isnat(stopped), self.as_of, np.minimum(stopped, self.as_of))
        light = np.where(of_case, np.where(seen > red, 2, np.where(seen > yellow, 1, 0)), 0)
        in_time = np.where(of_case, ~np.isnat(stopped) & (light < 2), (status == "closed") & np.isnat(overdue_at))  # noqa: PLR2004 - red
        late = np.where(of_case, np.isnat(stopped) & (light == 2), is_open & (step_red < self.as_of))  # noqa: PLR2004 - red
        disposed_at = self.moment(moved & self._ends_handling())
        limit = np.where(of_case, red, np.where(np.isnat(overdue_at), np.datetime64("9999-01-01", "us"), overdue_at))
        early = np.where(of_case, disposed_at <= limit, disposed_at < limit)
        columns: dict[str, Any] = {name: self.text(name) for name in ("procedure", "case_class", "area_code")}
        columns |= {"status": status, **{n: self.text(n) for n in ("step", "level", "unit", "role", "company")}}
        moments = {
            "opened_at": self.moment(self.is_("kind", "opened")), "taken_at": self.moment(moved & self._taken()),
            "handled_at": self.moment(self.is_("duty", "handle")), "disposed_at": disposed_at,
            "verified_at": self.moment(self.is_("duty", "verify")), "answered_at": stopped, "closed_at": closed_at,
            "overdue_at": overdue_at,
        }  # fmt: skip
        columns |= {name: pd.DatetimeIndex(values).tz_localize("UTC") for name, values in moments.items()}
        columns |= {
            "light": pd.Categorical.from_codes(light, categories=pd.Index(["green", "yellow", "red"])),
            "of_case": of_case, "in_time": in_time.astype(bool), "late": late.astype(bool),
            "disposed_in_time": early.astype(bool), "rating": self._ratings(),
            "handling_days": self._handling(moments["opened_at"], closed_at),
        }  # fmt: skip
        for name in _FACTS:
            values = self.events[name].to_numpy()
            columns[name] = self.last(values, ~np.isnan(values), np.nan)
        for name, kind in (("marks", "counted"), ("facts", "fact")):
            columns |= {f"{kind}:{word}": found for word, found in self.words(name).items()}
        return pd.DataFrame(columns, index=pd.Index(self.ids, name="case_id"))

    def _by_procedure(self, chosen: Mapping[str, Collection[str]], name: str) -> Values:
        """Return the events whose step or transition is among those chosen of its case's procedure."""
        procedure, found = self.text("procedure"), np.zeros(len(self.case), dtype=bool)
        places = np.flatnonzero(self.is_(name, *{value for values in chosen.values() for value in values}))
        of, column = procedure.codes[self.case[places]], self.events[name].cat
        table = np.array([[value in chosen.get(one, ()) for value in column.categories]
                          for one in procedure.categories], dtype=bool)  # fmt: skip
        if len(places):
            found[places] = table[of, column.codes.to_numpy()[places]]
        return found

    def _ends_handling(self) -> Values:
        return self._by_procedure({name: p.ends_handling for name, p in self.procedures.items()}, "transition")

    def _taken(self) -> Values:
        """Return the events after which a case no longer waits where it began, unless refused or withdrawn."""
        chosen = {
            name: {s.id for s in p.steps if s.id != p.start and s.outcome not in {"rejected", "withdrawn"}}
            for name, p in self.procedures.items()
        }
        return self._by_procedure(chosen, "step")

    def _ratings(self) -> Values:
        clears = np.flatnonzero(self.events["clears"].to_numpy())
        anew = np.full(self.size, -1)
        anew[self.case[clears]] = clears
        scores = self.events["score"].to_numpy()
        places = np.flatnonzero(~np.isnan(scores))
        places = places[places > anew[self.case[places]]]
        number = np.bincount(self.case[places], minlength=self.size)
        total = np.bincount(self.case[places], weights=scores[places], minlength=self.size)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)

    def _handling(self, opened: Values, closed: Values) -> Values:
        """Return working days from opening to closing without pauses; missing where the case is not closed."""
        ended = ~np.isnat(closed)
        worked = np.full(self.size, np.nan)
        stood = np.zeros(self.size)
        for kind, sign in _STOPS.items():
            paused = np.flatnonzero(self.is_("kind", kind))
            office = sign * self._office(self.at()[paused])
            stood += np.bincount(self.case[paused], weights=office, minlength=self.size)
        spent = self._office(closed[ended]) - self._office(opened[ended]) - stood[ended]
        worked[ended] = spent / self.calendar.day_us
        return worked

    def _office(self, moments: Values) -> Values:
        if not len(moments):
            return np.zeros(0)
        return np.asarray(self.calendar.reading(Unit.WORKING_HOURS, to_us_array(moments)), dtype=float)
