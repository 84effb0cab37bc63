"""When incidents happen: season, weekday, hour, and the days of rain, snow and wind that set them off."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gridsys.sample.kinds import Habit

_MONTHS_OF: Final = {"rain": (6, 7, 8), "snow": (12, 1, 2), "wind": (3, 4, 5)}
_DAYS_OF: Final = {"rain": 9, "snow": 4, "wind": 6}
_BURST, _AFTERMATH = 18.0, 6.0
_SATURDAY: Final = 5
# A quiet night, a morning and an evening rise: reports by hour of the local day, before a kind's own peak.
_HOURS: Final = np.array([1, 1, 0.6, 0.5, 0.5, 1, 3, 6, 9, 10, 9, 8, 6, 7, 8, 8, 8, 8, 8, 8, 7, 5, 3, 2], dtype=float)


def weather_days(calendar: npt.NDArray[np.datetime64], rng: np.random.Generator) -> dict[str, npt.NDArray[np.intp]]:
    """Return the days (numbers in the calendar) of rain, snow and wind."""
    month = calendar.astype("datetime64[M]").astype(int) % 12 + 1
    found = {}
    for kind, months in _MONTHS_OF.items():
        possible = np.flatnonzero(np.isin(month, months))
        found[kind] = np.sort(rng.choice(possible, _DAYS_OF[kind], replace=False))
    return found


def day_weights(
    habit: Habit, calendar: npt.NDArray[np.datetime64], weather: dict[str, npt.NDArray[np.intp]]
) -> npt.NDArray[np.float64]:
    """Return the chance of each day of the calendar for a kind."""
    season = calendar.astype("datetime64[M]").astype(int) % 12 // 3  # Jan-Mar winter, Apr-Jun spring, …
    weight = np.array(habit.season)[season]
    weekday = (calendar.astype("datetime64[D]").astype(int) + 3) % 7
    weight = weight * np.where(weekday >= _SATURDAY, habit.weekend, 1.0)
    if habit.weather:
        push = np.ones(calendar.size)
        push[np.minimum(weather[habit.weather] + 1, calendar.size - 1)] = _AFTERMATH
        push[weather[habit.weather]] = _BURST
        weight = weight * push
    return np.asarray(weight / weight.sum())


def draw_hours(habit: Habit, count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return local hours of the day (0-24) around the habits of the city and the peak of the kind."""
    hours = np.arange(24)
    distance = np.minimum(np.abs(hours - habit.peak), 24 - np.abs(hours - habit.peak))
    weight = _HOURS * (1 + 3 * np.exp(-((distance / 2.5) ** 2)))
    return rng.choice(24, count, p=weight / weight.sum()) + rng.random(count)
