"""The working calendar of China: working days with 调休, office hours, and the clocks that run on them.

Moments are counted as microseconds from 1990-01-01 00:00 Beijing time (UTC+8; the summer time of 1986–1991 is
not modelled), so that one rule serves a single number and an array of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Final, NoReturn

import numpy as np
from chinese_calendar import constants

from gridsys.errors import ProcedureError

BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
_EPOCH: Final = datetime(1990, 1, 1, tzinfo=BEIJING)
MINUTE_US: Final = 60_000_000
DAY_US: Final = 1440 * MINUTE_US
HOUR_US: Final = 60 * MINUTE_US
_WEEKEND: Final = 5
# The notice for a year has moved days of the December before it, never one before the 29th (2006–2026).
_DECEMBER_SETTLED: Final = 28


def refuse_time(what: str, fix: str, why: str = "") -> NoReturn:
    """Raise GS820."""
    raise ProcedureError("GS820", what, why=why, fix=fix)


class Unit(StrEnum):
    """What a limit is counted in."""

    CLOCK_HOURS = "clock-hours"
    WORKING_HOURS = "working-hours"
    WORKING_DAYS = "working-days"

    @property
    def zh(self) -> str:
        """Return the Chinese name of the unit."""
        return _UNIT_ZH[self]


_UNIT_ZH: Final = {
    Unit.CLOCK_HOURS: "紧急工作时",
    Unit.WORKING_HOURS: "工作时",
    Unit.WORKING_DAYS: "工作日",
}


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The office hours of a working day, as minutes after midnight: ``((540, 720), (780, 1080))``."""

    spans: tuple[tuple[int, int], ...] = ((540, 720), (780, 1080))

    def __post_init__(self) -> None:
        """Refuse spans that are empty, out of order or outside the day."""
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)) or edges[0] < 0 or edges[-1] > DAY_US // MINUTE_US:
            refuse_time(
                f"working hours {self.spans}", "give spans of minutes after midnight, in order, that do not touch"
            )


class WorkCalendar:
    """Which days are worked, which of them are published, and the office hours.

    Parameters
    ----------
    exceptions
        Date → worked (True) or free (False), where the weekday alone would be wrong.
    known_from, known_until
        First and last day for which the exceptions are complete.
    hours
        Office hours of every working day.

    Examples
    --------
    >>> STANDARD.is_working(date(2026, 9, 20)), STANDARD.is_working(date(2026, 9, 25))
    (True, False)
    """

    __slots__ = (
        "_before", "_minute_before", "_minute_of", "_minute_worked", "_working", "_working_days", "close_us",
        "day_us", "exceptions", "hours", "known_from", "known_until",
    )  # fmt: skip

    def __init__(
        self, exceptions: dict[date, bool], known_from: date, known_until: date, hours: WorkingHours | None = None
    ) -> None:
        self.exceptions, self.known_from, self.known_until = exceptions, known_from, known_until
        self.hours = hours or WorkingHours()
        days = np.arange((LAST_DAY - FIRST_DAY).days + 1)
        working = (days + FIRST_DAY.weekday()) % 7 < _WEEKEND
        for day, worked in exceptions.items():
            working[(day - FIRST_DAY).days] = worked
        minutes = np.zeros(DAY_US // MINUTE_US, dtype=bool)
        for start, end in self.hours.spans:
            minutes[start:end] = True
        self._working = working
        self._working_days = np.flatnonzero(working)
        self._before = np.concatenate([[0], np.cumsum(working)])
        self._minute_worked = minutes.astype(np.int64)
        self._minute_before = np.concatenate([[0], np.cumsum(minutes)]) * MINUTE_US
        self._minute_of = np.flatnonzero(minutes)
        self.close_us = self.hours.spans[-1][1] * MINUTE_US
        self.day_us = int(minutes.sum()) * MINUTE_US

    @classmethod
    def published(cls, hours: WorkingHours | None = None) -> WorkCalendar:
        """Return the calendar of the State Council's notices, as ``chinesecalendar`` holds them (from 2004)."""
        exceptions = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
        years = [day.year for day in constants.holidays]
        return cls(exceptions, date(min(years), 1, 1), date(max(years), 12, _DECEMBER_SETTLED), hours)

    def with_year(self, year: int, free: Collection[date], worked: Collection[date]) -> WorkCalendar:
        """Return the calendar with one more published year, for use before the library has it.

        Parameters
        ----------
        year
            The year after the last published one.
        free, worked
            The notice's days off and make-up working days (调休上班); days of the December before are allowed.

        Raises
        ------
        ProcedureError
            GS820 when it is not the next year, or a day lies elsewhere or in both lists.

        Examples
        --------
        >>> STANDARD.as_published(2026).with_year(2027, [date(2027, 1, 1)], []).known_until
        datetime.date(2027, 12, 28)
        """
        if year != self.known_until.year + 1:
            refuse_time(f"the calendar of {year}", f"enter {self.known_until.year + 1} first: years follow one another")
        days = {*free, *worked}
        if len(days) < len(free) + len(worked) or any(not self.known_until < day <= date(year, 12, 31) for day in days):
            refuse_time(
                f"the calendar of {year} names a day twice or outside the year",
                "give each day once, from 29 December of the year before on",
            )
        exceptions = self.exceptions | dict.fromkeys(free, False) | dict.fromkeys(worked, True)
        return WorkCalendar(exceptions, self.known_from, date(year, 12, _DECEMBER_SETTLED), self.hours)

    def as_published(self, year: int) -> WorkCalendar:
        """Return the calendar as it stood when no year after this one was published.

        Raises
        ------
        ProcedureError
            GS820 when the year itself is not known.

        Examples
        --------
        >>> STANDARD.as_published(2025).is_known(date(2026, 2, 14))
        False
        """
        until = date(year, 12, _DECEMBER_SETTLED)
        if not self.is_known(until):
            refuse_time(f"the calendar of {year}", f"years known are {self.known_from.year}–{self.known_until.year}")
        exceptions = {day: worked for day, worked in self.exceptions.items() if day <= until}
        return WorkCalendar(exceptions, self.known_from, until, self.hours)

    def is_working(self, day: date) -> bool:
        """Return whether a day is worked (by the weekday alone outside the published years)."""
        return bool(self._working[(day - FIRST_DAY).days])

    def is_known(self, day: date) -> bool:
        """Return whether the day lies in the published calendar."""
        return self.known_from <= day <= self.known_until

    def reading(self, unit: Unit, at: Any) -> Any:  # noqa: ANN401 - one rule for a number and for an array of them
        """Return what the clock of a unit shows at microseconds after 1990: microseconds, or days closed."""
        if unit is Unit.CLOCK_HOURS:
            return at
        day = at // DAY_US
        rest = at - day * DAY_US
        if unit is Unit.WORKING_DAYS:
            return self._before[day] + (self._working[day] & (rest >= self.close_us))
        minute = rest // MINUTE_US
        part = self._minute_before[minute] + self._minute_worked[minute] * (rest - minute * MINUTE_US)
        return self._before[day] * self.day_us + self._working[day] * part

    def moment(self, unit: Unit, reading: Any) -> Any:  # noqa: ANN401 - as above
        """Return the first microsecond after 1990 at which the clock of a unit shows a reading."""
        if unit is Unit.CLOCK_HOURS:
            return reading
        if unit is Unit.WORKING_DAYS:
            return self._working_days[reading - 1] * DAY_US + self.close_us
        whole = (reading - 1) // self.day_us
        rest = reading - whole * self.day_us
        minute = (rest - 1) // MINUTE_US
        return self._working_days[whole] * DAY_US + self._minute_of[minute] * MINUTE_US + (rest - minute * MINUTE_US)

    @staticmethod
    def begin(unit: Unit, at: Any) -> Any:  # noqa: ANN401 - as above
        """Return from when the clock of a unit runs: the next midnight for days, the moment itself for hours."""
        return (at // DAY_US + 1) * DAY_US if unit is Unit.WORKING_DAYS else at


LAST_US: Final = (LAST_DAY - FIRST_DAY).days * DAY_US
"""The last day, 2100-12-31 00:00, in microseconds after 1990: no clock reads past it."""
STANDARD: Final = WorkCalendar.published()
"""The published calendar with office hours 09:00–12:00 and 13:00–18:00."""


def to_us(moment: datetime) -> int:
    """Return the microseconds from 1990-01-01 00:00 Beijing time to a moment.

    Raises
    ------
    ProcedureError
        GS820 for a moment without an offset, or outside 1990–2099.

    Examples
    --------
    >>> to_us(datetime(1990, 1, 1, 1, tzinfo=BEIJING)) // HOUR_US
    1
    """
    if moment.tzinfo is None:
        refuse_time(f"the moment {moment} has no offset", "give it a zone, such as +08:00")
    if not FIRST_DAY.year <= moment.year < LAST_DAY.year:
        refuse_time(f"the moment {moment} lies outside 1990–2099", "check the date")
    passed = moment - _EPOCH
    return passed.days * DAY_US + passed.seconds * 1_000_000 + passed.microseconds


def from_us(micros: int) -> datetime:
    """Return the moment, in Beijing time, of microseconds after 1990-01-01 00:00 Beijing time."""
    return _EPOCH + timedelta(microseconds=int(micros))
