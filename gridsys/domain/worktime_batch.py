"""Deadlines and lights of many cases at once, by the same clocks as single ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridsys.domain.worktime import Light
from gridsys.domain.worktime_calendar import FIRST_DAY, LAST_US, STANDARD, Unit, WorkCalendar, refuse_time, to_us

_OFFSET_US: Final = int(pd.Timestamp(FIRST_DAY, tz="Asia/Shanghai").timestamp()) * 10**6
NEVER: Final = np.iinfo(np.int64).max
"""The deadline, in microseconds, of a clock that stands still."""


@dataclass(frozen=True, slots=True)
class PauseTable:
    """The pause ledger of many cases.

    ``case`` is the position of the case in the arrays beside it, ``start`` and ``until`` are microseconds after
    1990 (``NEVER`` for a pause that lasts). Rows are sorted by case and start and do not overlap.
    """

    case: NDArray[np.int64]
    start: NDArray[np.int64]
    until: NDArray[np.int64]


def to_us_array(moments: Any) -> NDArray[np.int64]:  # noqa: ANN401 - a Series, an index or an array of moments
    """Return microseconds after 1990-01-01 Beijing time of moments in UTC.

    Parameters
    ----------
    moments
        ``datetime64[…, UTC]`` Series or index, or a plain ``datetime64`` array in UTC.

    Raises
    ------
    ProcedureError
        GS820 when a moment is missing or lies outside 1990–2100.

    Examples
    --------
    >>> to_us_array(pd.to_datetime(["1989-12-31T16:00:01Z"])).tolist()
    [1000000]
    """
    stamps = pd.DatetimeIndex(moments)
    if stamps.hasnans:
        refuse_time("a moment is missing", "fill it, or leave the case out")
    utc = stamps.tz_localize("UTC") if stamps.tz is None else stamps.tz_convert("UTC")
    micros = np.asarray(utc.as_unit("us").asi8) - _OFFSET_US
    if micros.size and not (micros.min() >= 0 and micros.max() < LAST_US):
        refuse_time("a moment lies outside 1990–2100", "check the dates")
    return micros


def deadlines(
    started: NDArray[np.int64],
    amount: NDArray[np.int64] | int,
    unit: Unit,
    pauses: PauseTable | None = None,
    calendar: WorkCalendar = STANDARD,
) -> NDArray[np.int64]:
    """Return the deadline of every case, in microseconds after 1990; ``NEVER`` where the clock stands still.

    Parameters
    ----------
    started
        When each clock was started, from :func:`to_us_array`.
    amount
        ``Limit.ticks`` of each case (or of all): microseconds for hours, days for working days.
    unit
        Unit of all the limits.
    pauses
        When the clocks stood still.
    calendar
        Working days and hours.

    Raises
    ------
    ProcedureError
        GS820 when a limit runs past 2100.

    Examples
    --------
    >>> filed = to_us_array(pd.to_datetime(["2026-09-18T02:00:00Z"]))
    >>> pd.to_datetime(deadlines(filed, 15, Unit.WORKING_DAYS) + to_us_array(["1990-01-01T00:00Z"])[0], unit="us",
    ...                origin="1989-12-31T08:00:00")[0]
    Timestamp('2026-10-15 10:00:00')
    """
    begin = np.asarray(calendar.begin(unit, started))
    remaining = np.broadcast_to(np.asarray(amount, dtype=np.int64), begin.shape)
    if pauses is not None and pauses.case.size:
        begin, remaining = _spend(begin, remaining, unit, pauses, calendar)
    still = begin == NEVER
    reading = np.asarray(calendar.reading(unit, np.where(still, 0, begin))) + remaining
    if reading.size and reading[~still].max(initial=0) > calendar.reading(unit, LAST_US):
        refuse_time("a limit runs past 2100", "give shorter limits")
    moments: NDArray[np.int64] = np.asarray(calendar.moment(unit, np.where(still, 1, reading)))
    return np.where(still, NEVER, moments)


def _spend(
    begin: NDArray[np.int64],
    remaining: NDArray[np.int64],
    unit: Unit,
    pauses: PauseTable,
    calendar: WorkCalendar,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Walk the pauses round by round: the first of every case, then the second, and so on."""
    begin, remaining = begin.copy(), remaining.copy()
    done = np.zeros(begin.shape, dtype=bool)
    first = np.concatenate([[True], pauses.case[1:] != pauses.case[:-1]])
    position = np.arange(pauses.case.size)
    turn = position - np.maximum.accumulate(np.where(first, position, 0))
    for k in range(int(turn.max()) + 1):
        rows = np.flatnonzero(turn == k)
        rows = rows[~done[pauses.case[rows]] & (pauses.until[rows] > begin[pauses.case[rows]])]
        case, start, until = pauses.case[rows], pauses.start[rows], pauses.until[rows]
        ran = np.maximum(0, calendar.reading(unit, start) - calendar.reading(unit, begin[case]))
        ran = np.where(start > begin[case], ran, 0)
        over = ran >= remaining[case]
        done[case[over]] = True
        done[case[until == NEVER]] = True
        remaining[case[~over]] -= ran[~over]
        begin[case[~over]] = until[~over]
    return begin, remaining


def lights(
    as_of: datetime,
    started: NDArray[np.int64],
    red: NDArray[np.int64] | int,
    yellow: NDArray[np.int64] | int,
    unit: Unit,
    *,
    pauses: PauseTable | None = None,
    calendar: WorkCalendar = STANDARD,
) -> pd.Categorical[str]:
    """Return the light of every open case at a moment.

    Parameters
    ----------
    as_of
        The moment, with offset; what happened after it is not looked at.
    started, unit, pauses, calendar
        As for :func:`deadlines`.
    red, yellow
        ``Limit.ticks`` after which the light turns red and yellow.

    Raises
    ------
    ProcedureError
        GS820 as for :func:`deadlines`.

    Examples
    --------
    >>> filed = to_us_array(pd.to_datetime(["2026-09-18T02:00Z", "2026-09-24T02:00Z", "2026-08-03T02:00Z"]))
    >>> list(lights(datetime.fromisoformat("2026-09-25T10:00+08:00"), filed, 15, 5, Unit.WORKING_DAYS))
    ['yellow', 'green', 'red']
    """
    now = to_us(as_of)
    if pauses is not None:
        seen = pauses.start <= now
        until = np.where(pauses.until > now, NEVER, pauses.until)
        pauses = PauseTable(pauses.case[seen], pauses.start[seen], until[seen])
    yellow_at = deadlines(started, yellow, unit, pauses, calendar)
    red_at = deadlines(started, red, unit, pauses, calendar)
    codes = (now > yellow_at).astype(np.int8)
    codes[now > red_at] = 2
    return pd.Categorical.from_codes(codes, categories=pd.Index([light.value for light in Light]))
