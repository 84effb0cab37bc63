"""Working time: Chinese working days with 调休, working hours, clock hours, pauses, deadlines and lights.

The counting rule, for every unit:

- *clock hours* (紧急工作时) and *working hours* (工作时) run from the moment of filing;
- a *working day* (工作日) counts when its close of business passes while the clock runs; the day of filing does
  not count. A day on which the clock is paused at close of business does not count, the day of resuming does.
  The deadline is the close of business of the last day.

This is the reckoning of the Civil Code (民法典 Art. 201–203). Moments are aware datetimes; results are in
Beijing time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from gridsys.domain.worktime_calendar import (
    BEIJING,
    HOUR_US,
    LAST_US,
    STANDARD,
    Unit,
    WorkCalendar,
    from_us,
    refuse_time,
    to_us,
)


class Light(StrEnum):
    """The light of an open case (灯色)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def zh(self) -> str:
        """Return the Chinese name of the light."""
        return {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}[self.value]


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of working time: hours may be fractions, days are whole."""

    amount: float
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse an amount that is not above zero, and a part of a working day."""
        if not 0 < self.amount < float("inf"):
            refuse_time(f"a limit of {self.amount} {self.unit}", "give an amount above zero")
        if self.unit is Unit.WORKING_DAYS and self.amount != int(self.amount):
            refuse_time(f"a limit of {self.amount} working days", "give whole days, or use working-hours")

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Return the limit written as ``"AMOUNT UNIT"``.

        Raises
        ------
        ProcedureError
            GS820 when the text has another form, or the amount is not above zero.

        Examples
        --------
        >>> Limit.parse("5 working-days").zh
        '5个工作日'
        """
        return _parse_limit(text)

    def __str__(self) -> str:
        """Return ``"AMOUNT UNIT"``, which ``parse`` reads back."""
        return f"{self.amount:g} {self.unit}"

    @property
    def zh(self) -> str:
        """Return the limit in Chinese."""
        return f"{self.amount:g}个{self.unit.zh}"

    @property
    def ticks(self) -> int:
        """Return the amount as the clock counts it: microseconds, or whole days."""
        return int(self.amount) if self.unit is Unit.WORKING_DAYS else round(self.amount * HOUR_US)

    def extended(self, by: Limit) -> Limit:
        """Return this limit with an extension (延期) added.

        Raises
        ------
        ProcedureError
            GS820 when the extension is in another unit.

        Examples
        --------
        >>> str(Limit.parse("5 working-days").extended(Limit.parse("10 working-days")))
        '15 working-days'
        """
        if by.unit is not self.unit:
            refuse_time(f"a limit in {self.unit} cannot be extended by {by}", f"give the extension in {self.unit}")
        return Limit(self.amount + by.amount, self.unit)


@lru_cache(maxsize=1024)
def _parse_limit(text: str) -> Limit:
    amount, _, unit = text.strip().partition(" ")
    try:
        return Limit(float(amount) if "." in amount else int(amount), Unit(unit.strip()))
    except ValueError:
        refuse_time(f"{text!r} is not a limit", f"write a number and one of {', '.join(Unit)}: '5 working-days'")


@dataclass(frozen=True, slots=True)
class Pause:
    """A time ``[start, until)`` in which the clock stood still, and why; ``until`` None means it still does."""

    start: datetime
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a limit runs out.

    ``moment`` is None while an open pause keeps the clock still. ``provisional`` says that days outside the
    published calendar were counted by the weekday alone, so that the moment may change.
    """

    moment: datetime | None
    provisional: bool = False


def _spans(pauses: Sequence[Pause]) -> list[tuple[int, int | None]]:
    spans = [(to_us(p.start), None if p.until is None else to_us(p.until)) for p in pauses]
    spans.sort(key=lambda span: (span[0], LAST_US if span[1] is None else span[1]))
    for (start, until), (_, before) in zip(spans, [(0, 0), *spans], strict=False):
        if (until is not None and until < start) or before is None or start < before:
            refuse_time("the pauses overlap, or one ends before it starts", "give pauses one after another")
    return spans


def deadline(
    start: datetime, limit: Limit, pauses: Sequence[Pause] = (), calendar: WorkCalendar = STANDARD
) -> Deadline:
    """Return when a limit that started at a moment runs out.

    Parameters
    ----------
    start
        When the clock was started, with offset.
    limit
        How much time there is.
    pauses
        When the clock stood still; not overlapping.
    calendar
        Working days and hours.

    Raises
    ------
    ProcedureError
        GS820 for a moment without offset or outside 1990–2099, and for overlapping pauses.

    Examples
    --------
    >>> filed = datetime(2026, 9, 18, 10, tzinfo=BEIJING)
    >>> [str(deadline(filed, Limit(n, Unit.WORKING_DAYS)).moment) for n in (5, 15)]
    ['2026-09-24 18:00:00+08:00', '2026-10-15 18:00:00+08:00']
    """
    unit, remaining = limit.unit, limit.ticks
    begin = calendar.begin(unit, to_us(start))
    for pause, until in _spans(pauses):
        if until is not None and until <= begin:
            continue
        ran = calendar.reading(unit, pause) - calendar.reading(unit, begin) if pause > begin else 0
        if ran >= remaining:
            break
        if until is None:
            return Deadline(None)
        remaining -= int(ran)
        begin = until
    reading = int(calendar.reading(unit, begin)) + remaining
    if reading > calendar.reading(unit, LAST_US):
        refuse_time(f"a limit of {limit} from {start:%Y-%m-%d} runs past 2100", "give a shorter limit")
    moment = from_us(calendar.moment(unit, reading))
    known = unit is Unit.CLOCK_HOURS or (
        calendar.is_known(moment.date()) and calendar.is_known(start.astimezone(BEIJING).date())
    )
    return Deadline(moment, provisional=not known)


def elapsed(
    start: datetime,
    until: datetime,
    unit: Unit,
    pauses: Sequence[Pause] = (),
    calendar: WorkCalendar = STANDARD,
) -> float:
    """Return the time a clock has run between two moments: hours, or working days closed.

    Raises
    ------
    ProcedureError
        GS820 as for :func:`deadline`, and when ``until`` lies before ``start``.

    Examples
    --------
    >>> filed = datetime(2026, 9, 18, 10, tzinfo=BEIJING)
    >>> elapsed(filed, datetime(2026, 9, 21, 10, tzinfo=BEIJING), Unit.WORKING_HOURS)
    16.0
    """
    end = to_us(until)
    if end < to_us(start):
        refuse_time(f"{until} lies before the start {start}", "give a later moment")
    begin = calendar.begin(unit, to_us(start))
    ticks = max(0, int(calendar.reading(unit, end) - calendar.reading(unit, begin))) if end > begin else 0
    for pause, resumed in _spans(pauses):
        low, high = max(pause, begin), end if resumed is None else min(resumed, end)
        if high > low:
            ticks -= int(calendar.reading(unit, high) - calendar.reading(unit, low))
    return float(ticks) if unit is Unit.WORKING_DAYS else ticks / HOUR_US


def pauses_as_of(pauses: Sequence[Pause], as_of: datetime) -> tuple[Pause, ...]:
    """Return the pauses as they were known at a moment: later ones left out, running ones open."""
    return tuple(
        Pause(p.start, p.until if p.until is not None and p.until <= as_of else None, p.reason)
        for p in pauses
        if p.start <= as_of
    )


def light(
    as_of: datetime,
    start: datetime,
    red: Limit,
    yellow: Limit | None = None,
    *,
    pauses: Sequence[Pause] = (),
    calendar: WorkCalendar = STANDARD,
) -> Light:
    """Return the light at a moment: yellow once the first limit has run out, red once the second has.

    Raises
    ------
    ProcedureError
        GS820 as for :func:`deadline`.

    Examples
    --------
    >>> filed, five, fifteen = datetime(2026, 9, 18, 10, tzinfo=BEIJING), Limit.parse("5 working-days"), Limit.parse(
    ...     "15 working-days"
    ... )
    >>> [light(filed.replace(day=day), filed, fifteen, five).value for day in (24, 25)]
    ['green', 'yellow']
    """
    known = pauses_as_of(pauses, as_of)
    for limit, colour in ((red, Light.RED), (yellow, Light.YELLOW)):
        if limit is not None:
            moment = deadline(start, limit, known, calendar).moment
            if moment is not None and as_of > moment:
                return colour
    return Light.GREEN
