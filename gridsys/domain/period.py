"""A period of evaluation: a week, month, quarter, year, or from one day to another, in Beijing time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError

_FORM: Final = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|W(\d{2})))?$")
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Full days from ``first`` to ``last``."""

    first: date
    last: date
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the period a text names.

        Parameters
        ----------
        text
            ``2026``, ``2026-10``, ``2026-Q3``, ``2026-W42`` (ISO week) or ``2026-10-01..2026-10-15``.

        Raises
        ------
        InputError
            GS103 for another form, or an end before the beginning.

        Examples
        --------
        >>> Period.parse("2026-Q1")
        Period(first=datetime.date(2026, 1, 1), last=datetime.date(2026, 3, 31), name='2026-Q1')
        """
        try:
            first, last = cls._days(text)
        except ValueError as error:
            raise InputError(
                "GS103", f"{text!r} is no period", why=str(error),
                fix="write 2026, 2026-10, 2026-Q3, 2026-W42 or 2026-10-01..2026-10-15",
            ) from error  # fmt: skip
        if last < first:
            raise InputError("GS103", f"the period {text} ends before it begins", fix="give the earlier day first")
        return cls(first, last, text)

    @staticmethod
    def _days(text: str) -> tuple[date, date]:
        begin, dots, end = text.partition("..")
        if dots:
            return date.fromisoformat(begin), date.fromisoformat(end)
        form = _FORM.match(text)
        if form is None:
            message = "unknown form"
            raise ValueError(message)
        year, month, quarter, week = (int(part) if part else 0 for part in form.groups())
        if form[4]:
            monday = date.fromisocalendar(year, week, 1)
            return monday, monday + timedelta(days=6)
        low, high = (month, month) if form[2] else (3 * quarter - 2, 3 * quarter) if quarter else (1, _MONTHS)
        after = date(year + high // _MONTHS, high % _MONTHS + 1, 1)
        return date(year, low, 1), after - timedelta(days=1)

    @property
    def begin(self) -> datetime:
        """Return the first moment."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=BEIJING)

    @property
    def end(self) -> datetime:
        """Return the first moment after it."""
        day = self.last + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=BEIJING)

    def before(self) -> Period:
        """Return the period before: of the same number of months where it is whole months, else of days.

        Examples
        --------
        >>> Period.parse("2026-03").before().name
        '2026-02-01..2026-02-28'
        """
        last = self.first - timedelta(days=1)
        whole = self.first.day == 1 and (self.last + timedelta(days=1)).day == 1
        if whole:
            months = (self.last.year - self.first.year) * _MONTHS + self.last.month - self.first.month + 1
            back = self.first.year * _MONTHS + self.first.month - 1 - months
            first = date(back // _MONTHS, back % _MONTHS + 1, 1)
        else:
            first = last - (self.last - self.first)
        return Period(first, last, f"{first}..{last}")
