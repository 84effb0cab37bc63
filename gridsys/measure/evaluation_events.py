"""The logs of cases as one frame of typed columns, and what each case had reached at a moment (milestones)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
    events = events[events["at"].dt.tz_localize(None).to_numpy() < _utc(as_of)]
    return _Reached(events, as_of, procedures, calendar).frame()


def _utc(moment: datetime) -> np.datetime64:
    return pd.Timestamp(moment).tz_convert("UTC").tz_localize(None).to_datetime64()


class _Reached:
    """One pass over sorted events: assignments in order keep the last, in reverse the first."""

    def __init__(
        self, events: pd.DataFrame, as_of: datetime, procedures: Mapping[str, Procedure], calendar: WorkCalendar
    ) -> None:
        self.events, self.as_of, self.procedures, self.calendar = events, _utc(as_of), procedures, calendar
        begins = events["seq"].to_numpy() == 1
        self.case = np.cumsum(begins) - 1
        self.ids = events["case_id"].to_numpy()[begins]
        self.size = len(self.ids)

    def at(self, name: str = "at") -> Values:
        moments: Values = self.events[name].dt.tz_localize(None).to_numpy()
        return moments

    def is_(self, name: str, *values: str) -> Values:
        column = self.events[name].cat
        wanted = np.array([category in values for category in column.categories] + [False])
        found: Values = wanted[column.codes]
        return found

    def has(self, name: str, word: str) -> Values:
        column = self.events[name].cat
        wanted = np.array([word in category.split(";") for category in column.categories] + [False])
        found: Values = wanted[column.codes]
        return found

    def last(self, values: Values, mask: Values, empty: Any) -> Values:  # noqa: ANN401 - of the values' type
        found = np.full(self.size, empty, dtype=values.dtype)
        found[self.case[mask]] = values[mask]
        return found

    def first(self, values: Values, mask: Values, empty: Any) -> Values:  # noqa: ANN401 - as above
        found = np.full(self.size, empty, dtype=values.dtype)
        found[self.case[mask][::-1]] = values[mask][::-1]
        return found

    def moment(self, mask: Values) -> Values:
        return self.first(self.at(), mask, np.datetime64("NaT"))

    def any(self, mask: Values) -> Values:
        return np.bincount(self.case[mask], minlength=self.size) > 0

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
            words = {word for joined in self.events[name].cat.categories for word in joined.split(";") if word}
            columns |= {f"{kind}:{word}": self.any(self.has(name, word)) for word in sorted(words)}
        return pd.DataFrame(columns, index=pd.Index(self.ids, name="case_id"))

    def _by_procedure(self, chosen: Mapping[str, Collection[str]], name: str) -> Values:
        """Return the events whose step or transition is among those chosen of its case's procedure."""
        procedure = self.text("procedure")
        of = pd.Categorical(procedure)[self.case]
        found = np.zeros(len(self.case), dtype=bool)
        for one, values in chosen.items():
            found |= np.asarray(of == one) & self.is_(name, *values)
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
        order, scores = np.arange(len(self.case)), self.events["score"].to_numpy()
        anew = self.last(order, self.events["clears"].to_numpy(), -1)
        counts = ~np.isnan(scores) & (order > anew[self.case])
        number = np.bincount(self.case[counts], minlength=self.size)
        total = np.bincount(self.case[counts], weights=scores[counts], minlength=self.size)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)

    def _handling(self, opened: Values, closed: Values) -> Values:
        """Return working days from opening to closing without pauses; missing where the case is not closed."""
        ended = ~np.isnat(closed)
        worked = np.full(self.size, np.nan)
        stop = np.zeros(len(self.case), dtype=np.int64)
        for kind, sign in _STOPS.items():
            stop[self.is_("kind", kind)] = sign
        paused = stop != 0
        stood = np.bincount(
            self.case[paused], weights=stop[paused] * self._office(self.at()[paused]), minlength=self.size
        )
        spent = self._office(closed[ended]) - self._office(opened[ended]) - stood[ended]
        worked[ended] = spent / self.calendar.day_us
        return worked

    def _office(self, moments: Values) -> Values:
        if not len(moments):
            return np.zeros(0)
        return np.asarray(self.calendar.reading(Unit.WORKING_HOURS, to_us_array(moments)), dtype=float)
