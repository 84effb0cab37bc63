"""A year of weather as it could be in Beijing: what sets cases off is heavy rain, heat and snow."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from gridsys.sample.seeds import stream

_MEAN_C: Final = np.array([-3, 0, 7, 15, 21, 25, 27, 26, 21, 14, 5, -1], dtype=float)
"""Mean temperature of the months."""
_WET_SHARE: Final = np.array([2, 2, 3, 5, 6, 10, 13, 12, 8, 5, 3, 2]) / 30
"""Share of days with rain or snow."""
_WET_MM: Final = np.array([1.5, 2, 3, 5, 6, 8, 13, 11, 7, 5, 4, 1.5])
"""Mean fall of a day with rain or snow."""
_DRIFT, _NOISE_C, _SWING_C = 0.7, 2.2, 5.5
_CLOUD_C: Final = 3.0
_SPREAD: Final = 0.6
_HEAVY_MM, _HEAT_C, _SNOW_C = 25.0, 35.0, 0.5
WEATHERS: Final = ("rain", "heat", "snow")
"""What :func:`make_weather` marks days with, besides an empty text."""


def make_weather(start: date, days: int, seed: int) -> pd.DataFrame:
    """Return an invented series of daily weather, plausible for Beijing; it is no measurement.

    Temperature follows the months with an autoregressive drift (0.7 a day, 2.2 °C of noise) and swings 5.5 °C by day;
    rain or snow falls on the month's share of days, in amounts after a gamma law of shape 0.6.

    Parameters
    ----------
    start, days
        The first day, and how many.
    seed
        0 or more.

    Returns
    -------
    DataFrame
        Index ``day``; ``high_c`` (°C), ``fall_mm`` (mm), ``weather``: ``"rain"`` (25 mm or more, 大雨以上), ``"heat"``
        (35 °C or more, 高温), ``"snow"`` (any fall at 0.5 °C or less on average), or empty.

    Examples
    --------
    >>> weather = make_weather(date(2026, 1, 1), 365, seed=7)
    >>> sorted(set(weather["weather"]))
    ['', 'heat', 'rain', 'snow']
    """
    rng = stream(seed, "weather")
    calendar = pd.date_range(start, periods=days, freq="D", name="day", unit="s")
    # between the middles of months the means change evenly
    place = calendar.month.to_numpy() - 1 + (calendar.day.to_numpy() - 15) / 30
    mean = np.interp(place, np.arange(-1, 13), np.concatenate([_MEAN_C[-1:], _MEAN_C, _MEAN_C[:1]]))
    drift = np.empty(days)
    last = 0.0
    for day, noise in enumerate(rng.normal(0, _NOISE_C, days)):
        last = drift[day] = _DRIFT * last + noise
    month = calendar.month.to_numpy() - 1
    wet = rng.random(days) < _WET_SHARE[month]
    fall = np.where(wet, rng.gamma(_SPREAD, _WET_MM[month] / _SPREAD), 0.0)
    average = mean + drift
    high = average + _SWING_C - _CLOUD_C * wet
    marks = [(fall > 0) & (average <= _SNOW_C), fall >= _HEAVY_MM, high >= _HEAT_C]
    weather = np.select(marks, ["snow", "rain", "heat"], "")
    return pd.DataFrame({"high_c": high.round(1), "fall_mm": fall.round(1), "weather": weather}, index=calendar)
