"""A seeded year of cases of a district, handled through the nine procedures by the real engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridsys.domain.case import Event
from gridsys.domain.procedure import Procedure
from gridsys.domain.worktime_calendar import BEIJING, STANDARD, WorkCalendar
from gridsys.errors import InputError
from gridsys.sample.seeds import stream
from gridsys.sample.yearconduct import CONDUCT
from gridsys.sample.yearhabits import HABITS
from gridsys.sample.yearlife import Arrival, live
from gridsys.sample.yearstaff import COMPANIES, UNITS
from gridsys.sample.yearweather import WEATHERS, make_weather

Log = tuple[Event, ...]
Floats = npt.NDArray[np.float64]
EVENT_COLUMNS: Final = ("case_id", "seq", "kind", "at", "actor", "role", "level", "unit", "data")
_HOURS: Final = np.array([1, 1, 0.6, 0.5, 0.5, 1, 3, 6, 9, 10, 9, 8, 6, 7, 8, 8, 8, 8, 8, 8, 7, 5, 3, 2], dtype=float)
"""A quiet night, a morning and an evening rise."""
_OFFICE: Final = np.where(np.isin(np.arange(24), [9, 10, 11, 13, 14, 15, 16, 17]), 1.0, 0.0)
_WINDOW_DAYS: Final = 3
_LOAD_POWER: Final = 0.5
_CALM, _RUSH = 0.8, 3.0
_HEAT: Final = 0.8


@dataclass(frozen=True)
class Year:
    """What comes in: the weather (:func:`make_weather`), and the arrivals in order of time.

    ``arrivals``: index ``case_id``; ``procedure``, ``case_class``, ``site`` (row of the sites), ``at``, ``load``.
    """

    weather: pd.DataFrame
    arrivals: pd.DataFrame


def _require_sites(sites: pd.DataFrame, count: int) -> None:
    missing = [name for name in ("grid_code", "address") if name not in sites.columns]
    if missing:
        raise InputError("GS102", f"the sites have no column {missing[0]!r}", fix="pass grid_code and address")
    if sites.empty or count < 1:
        raise InputError("GS105", "there are no sites, or no cases are asked for", fix="give sites and a count above 0")


def make_arrivals(
    sites: pd.DataFrame, *, start: date, days: int = 365, count: int, seed: int, calendar: WorkCalendar = STANDARD
) -> Year:
    """Return what comes in over a time: by season, weekday, holiday, weather, hour, class and place.

    Parameters
    ----------
    sites
        Where cases arise: ``grid_code`` and ``address``; some sites draw many more than others (log-normal).
    start, days
        The first day, and how many.
    count
        Number of cases.
    seed
        0 or more.
    calendar
        Days worked and free.

    Returns
    -------
    Year
        ``load`` is the work a case meets: arrivals of its street in three days ÷ their mean, to the power 0.5, from
        0.8 to 3.

    Raises
    ------
    InputError
        GS102 for a missing column, GS105 for no sites or no cases.
    """
    _require_sites(sites, count)
    rng, weather = stream(seed, "year"), make_weather(start, days, seed)
    habits = list(HABITS.values())
    share = np.array([habit.share for habit in habits])
    kind = np.repeat(np.arange(len(habits)), rng.multinomial(count, share / share.sum()))
    day, hour, site = np.empty(count, int), np.empty(count), np.empty(count, int)
    free = np.array([not calendar.is_working(each.date()) for each in weather.index])
    season = pd.DatetimeIndex(weather.index).month.to_numpy() % 12 // 3
    heat = {name: rng.lognormal(0, _HEAT, len(sites)) for name in CONDUCT}
    for number, ((procedure, _), habit) in enumerate(HABITS.items()):
        own = np.flatnonzero(kind == number)
        weight = np.array(habit.season)[season] * np.where(free, habit.weekend, 1.0)
        for mark in WEATHERS:
            weight = weight * np.where(weather["weather"] == mark, getattr(habit, mark), 1.0)
        day[own] = rng.choice(days, own.size, p=weight / weight.sum())
        near = np.minimum(np.abs(np.arange(24) - habit.peak), 24 - np.abs(np.arange(24) - habit.peak))
        hours = _HOURS * (1 + 3 * np.exp(-((near / 2.5) ** 2))) * (1.0 if habit.weekend > 0.5 else _OFFICE)  # noqa: PLR2004 - half of a working day's
        hour[own] = rng.choice(24, own.size, p=hours / hours.sum()) + rng.random(own.size)
        site[own] = rng.choice(len(sites), own.size, p=heat[procedure] / heat[procedure].sum())
    keys = list(HABITS)
    frame = pd.DataFrame({
        "procedure": [keys[number][0] for number in kind], "case_class": [keys[number][1] for number in kind],
        "site": site, "day": day, "second": (hour * 3600).astype(int),
        "street": sites["grid_code"].astype(str).str[:9].to_numpy()[site],
    }).sort_values(["day", "second", "site", "case_class"], ignore_index=True)  # fmt: skip
    first = datetime.combine(start, time(), BEIJING)
    passed = zip(frame["day"], frame["second"], strict=True)
    frame["at"] = [first + timedelta(days=int(d), seconds=int(s)) for d, s in passed]
    frame["load"] = _load(frame, days)
    frame.index = pd.Index([f"{at:%Y%m%d}-S{n:06}" for n, at in enumerate(frame["at"])], name="case_id")
    return Year(weather, frame.drop(columns=["day", "second", "street"]))


def _load(frame: pd.DataFrame, days: int) -> Floats:
    street, streets = pd.factorize(frame["street"])
    table = np.zeros((len(streets), days))
    np.add.at(table, (street, frame["day"].to_numpy()), 1)
    total = np.cumsum(np.pad(table, ((0, 0), (_WINDOW_DAYS, 0))), axis=1)
    recent = total[:, _WINDOW_DAYS:] - total[:, :-_WINDOW_DAYS]
    usual = np.maximum(table.mean(axis=1, keepdims=True) * _WINDOW_DAYS, 1)
    load = np.clip((recent / usual) ** _LOAD_POWER, _CALM, _RUSH)
    return np.asarray(load[street, frame["day"].to_numpy()])


def live_year(
    year: Year,
    sites: pd.DataFrame,
    procedures: Mapping[str, Procedure],
    *,
    seed: int,
    until: datetime,
    calendar: WorkCalendar = STANDARD,
) -> Iterator[Log]:
    """Yield the log of each arrival, in order, as far as it has come at a moment; every event passed the engine.

    Parameters
    ----------
    year
        From :func:`make_arrivals`.
    sites
        The same sites.
    procedures
        The nine procedures by id.
    seed
        The same seed gives the same logs; units and companies are quicker or slower by it.
    until
        When to stop, with offset: what is unfinished then is open.
    calendar
        Working days and hours.

    Raises
    ------
    InputError
        GS102 when a procedure is missing.
    ProcedureError
        What the engine refuses: the conduct does not fit a procedure that was changed.

    Examples
    --------
    >>> from gridsys.files.procedures import packaged_procedures
    >>> sites = pd.DataFrame({"grid_code": ["110101001007003"], "address": ["东华门大街1号"]})
    >>> year = make_arrivals(sites, start=date(2026, 3, 2), days=5, count=3, seed=7)
    >>> until = datetime(2026, 3, 31, tzinfo=BEIJING)
    >>> logs = list(live_year(year, sites, packaged_procedures(), seed=7, until=until))
    >>> len(logs), {log[0].kind for log in logs}
    (3, {'opened'})
    """
    missing = [name for name in CONDUCT if name not in procedures]
    if missing:
        raise InputError("GS102", f"the procedure {missing[0]} is missing", fix="pass all nine procedures by id")
    rng = Random(f"year {seed}")  # noqa: S311 - a seeded sample, not a secret
    skill = {unit: rng.lognormvariate(0, 0.18) for unit in (*UNITS, *COMPANIES)}
    codes, addresses = sites["grid_code"].astype(str).to_numpy(), sites["address"].astype(str).to_numpy()
    table = year.arrivals
    columns = [table[name].tolist() for name in ("procedure", "case_class", "site", "at", "load")]
    for case_id, procedure, case_class, site, at, load in zip(table.index.tolist(), *columns, strict=True):
        if at > until:
            return
        rules = procedures[procedure]
        arrival = Arrival(
            case_id, procedure, case_class, HABITS[procedure, case_class].by,
            f"{addresses[site]} {rules.class_of[case_class].zh}", str(codes[site]), at, load, skill,
        )  # fmt: skip
        yield live(rules, arrival, rng, calendar, until)


def event_frame(logs: Iterable[Log]) -> pd.DataFrame:
    """Return events as the table ``case_event`` holds them, one row an event, in the order of the logs.

    Columns ``case_id``, ``seq`` (from 1), ``kind`` (``opened``, ``moved``, ``rated`` …), ``at`` (moment, UTC),
    ``actor``, ``role``, ``level``, ``unit`` and ``data`` (JSON text: of ``opened`` procedure, class, area code, step
    and clocks; of ``moved`` transition, from, to, level, status, counts and clocks).

    Examples
    --------
    >>> list(event_frame([]).columns)
    ['case_id', 'seq', 'kind', 'at', 'actor', 'role', 'level', 'unit', 'data']
    """
    rows = [
        (e.case_id, e.seq, e.kind, e.at, e.actor, e.role, e.level, e.unit,
         json.dumps(e.data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        for log in logs for e in log
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(EVENT_COLUMNS))
    return frame.assign(at=pd.to_datetime(frame["at"], utc=True).astype("datetime64[us, UTC]"))
