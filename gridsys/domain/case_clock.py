"""A clock of a case: a limit that runs, with its pauses and its deadlines as reckoned when they were written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from gridsys.domain.worktime import Deadline, Light, Limit, Pause, deadline
from gridsys.domain.worktime_calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Clock:
    """A running limit with its pause ledger; deadlines are kept as reckoned when the event was written."""

    started: datetime
    red: Limit
    yellow: Limit | None = None
    pauses: tuple[Pause, ...] = ()
    red_at: datetime | None = None
    yellow_at: datetime | None = None
    provisional: bool = False
    stopped_at: datetime | None = None
    extensions: int = 0

    @classmethod
    def start(cls, at: datetime, red: Limit, yellow: Limit | None, calendar: WorkCalendar) -> Self:
        """Return a clock that starts at a moment."""
        due = deadline(at, red, (), calendar)
        warned = deadline(at, yellow, (), calendar).moment if yellow is not None else None
        return cls(at, red, yellow, (), due.moment, warned, due.provisional)

    def reckoned(self, calendar: WorkCalendar) -> Self:
        """Return the clock with its deadlines by a calendar."""
        red = deadline(self.started, self.red, self.pauses, calendar)
        yellow = deadline(self.started, self.yellow, self.pauses, calendar) if self.yellow else Deadline(None)
        return replace(self, red_at=red.moment, yellow_at=yellow.moment, provisional=red.provisional)

    def paused(self, at: datetime, reason: str, calendar: WorkCalendar) -> Self:
        """Return the clock standing still from a moment."""
        return replace(self, pauses=(*self.pauses, Pause(at, None, reason))).reckoned(calendar)

    def resumed(self, at: datetime, calendar: WorkCalendar) -> Self:
        """Return the clock running again from a moment."""
        last = self.pauses[-1]
        return replace(self, pauses=(*self.pauses[:-1], replace(last, until=at))).reckoned(calendar)

    @property
    def is_paused(self) -> bool:
        """Return whether the clock stands still."""
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def is_running(self) -> bool:
        """Return whether the clock has not been stopped for good."""
        return self.stopped_at is None

    def light(self, as_of: datetime) -> Light:
        """Return the light at a moment not before the last event; a stopped clock keeps its last light."""
        moment = as_of if self.stopped_at is None else min(as_of, self.stopped_at)
        if self.red_at is not None and moment > self.red_at:
            return Light.RED
        return Light.YELLOW if self.yellow_at is not None and moment > self.yellow_at else Light.GREEN

    def as_dict(self) -> dict[str, Any]:
        """Return the clock as plain JSON values."""
        return {
            "started": self.started.isoformat(), "red": str(self.red), "yellow": self.yellow and str(self.yellow),
            "pauses": [[p.start.isoformat(), p.until and p.until.isoformat(), p.reason] for p in self.pauses],
            "red_at": self.red_at and self.red_at.isoformat(),
            "yellow_at": self.yellow_at and self.yellow_at.isoformat(), "provisional": self.provisional,
            "stopped_at": self.stopped_at and self.stopped_at.isoformat(), "extensions": self.extensions,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the clock ``as_dict`` wrote."""
        return cls(
            _moment(values["started"]), Limit.parse(values["red"]),
            Limit.parse(values["yellow"]) if values["yellow"] else None,
            tuple(Pause(_moment(a), b and _moment(b), reason) for a, b, reason in values["pauses"]),
            values["red_at"] and _moment(values["red_at"]), values["yellow_at"] and _moment(values["yellow_at"]),
            values["provisional"], values["stopped_at"] and _moment(values["stopped_at"]), values["extensions"],
        )  # fmt: skip


_moment = datetime.fromisoformat
