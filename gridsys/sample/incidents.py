"""Incidents that gather at hot spots, follow one another, and come in seasons and bursts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridsys.sample.frames import layer, numbered, text
from gridsys.sample.kinds import HABITS, HOSTILE, MATTERS
from gridsys.sample.moments import day_weights, draw_hours, weather_days
from gridsys.sample.people import REFERENCE_DATE
from gridsys.sample.shapes import points_at

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_FOLLOWERS: Final = 0.4
"""Mean number of incidents that one incident draws after it (below 1, so that chains end)."""
_LAG_DAYS: Final = 5.0
_YEAR_DAYS: Final = 365
_BEFORE_DAYS: Final = 45
"""Days drawn before the year begins, so that its first days have followers too."""
_AMPLE: Final = 1.3
"""Incidents drawn for each one kept."""
_SPREAD_M: Final = 30.0
_HOT_RADIUS_M: Final = 90.0
_HOT_PULL: Final = 14.0
_ARTERIAL_REACH_M: Final = 60.0
_GREEN_DAYS, _YELLOW_DAYS = 5, 15
_CHINA: Final = np.timedelta64(8, "h")
_LEAST_HOSTILE: Final = len(HOSTILE)
_HOSTILE_SHARE: Final = 0.002

_PULL: Final[dict[str, dict[str, float]]] = {
    "street": {"shop": 6.0, "office": 2.0, "public": 3.0, "courtyard": 0.6, "slab": 1.0, "tower": 1.5},
    "home": {"shop": 0.3, "office": 0.1, "public": 0.3, "courtyard": 0.5, "slab": 1.0, "tower": 1.0},
    "old": {"shop": 2.5, "office": 0.4, "public": 2.0, "courtyard": 1.6, "slab": 2.0, "tower": 0.8},
}


@dataclass(slots=True)
class _Events:
    """Kind number, day, place and site of each incident."""

    kind: Ints
    day: Floats
    place: Floats
    site: Ints

    def __add__(self, other: _Events) -> _Events:
        return _Events(
            np.concatenate([self.kind, other.kind]),
            np.concatenate([self.day, other.day]),
            np.concatenate([self.place, other.place]),
            np.concatenate([self.site, other.site]),
        )

    def take(self, rows: npt.NDArray[np.generic]) -> _Events:
        """Return the chosen incidents."""
        return _Events(self.kind[rows], self.day[rows], self.place[rows], self.site[rows])


def _site_weights(
    buildings: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, places: Floats, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return how strongly each building draws incidents of each ground: markets, arterials, homes, hot spots."""
    kind = buildings["kind"].to_numpy().astype(str)
    main = roads.geometry.to_numpy()[(roads["kind"] != "alley").to_numpy()]
    tree = shapely.STRtree(main)
    points = points_at(places)
    nearest = tree.nearest(points)
    gap = shapely.distance(points, main[nearest])
    households = buildings["households"].to_numpy().astype(float)
    weights: dict[str, Floats] = {}
    for ground, pull in _PULL.items():
        weight = np.array([pull[name] for name in kind]) * rng.lognormal(0, 0.9, kind.size)
        if ground == "street":
            weight *= 0.4 + 3 * np.exp(-gap / _ARTERIAL_REACH_M)
        if ground == "home":
            weight *= 0.2 + households
        hot = rng.choice(kind.size, max(3, kind.size // 450), p=weight / weight.sum())
        near = shapely.STRtree(points).query(points[hot], predicate="dwithin", distance=_HOT_RADIUS_M)[1]
        heat = np.ones(kind.size)
        np.maximum.at(heat, near, _HOT_PULL)
        weights[ground] = weight * heat / (weight * heat).sum()
    return weights


def _background(
    count: int, weights: dict[str, Floats], places: Floats, days: Floats, rng: np.random.Generator
) -> _Events:
    """Draw incidents that no other one caused."""
    habits = list(HABITS.values())
    share = np.array([habit.share for habit in habits])
    kind = rng.choice(len(habits), count, p=share / share.sum())
    site = np.empty(count, dtype=np.int64)
    day = np.empty(count)
    for number, habit in enumerate(habits):
        own = kind == number
        size = int(own.sum())
        site[own] = rng.choice(len(places), size, p=weights[habit.ground])
        day[own] = rng.choice(days.shape[1], size, p=days[number])
    return _Events(kind, day, places[site] + rng.normal(0, 9.0, (count, 2)), site)


def _followers(events: _Events, end: int, rng: np.random.Generator) -> _Events:
    """Draw the incidents that these drew after them: same kind, near by, within days."""
    parent = np.repeat(np.arange(events.day.size), rng.poisson(_FOLLOWERS, events.day.size))
    day = np.floor(events.day[parent] + rng.exponential(_LAG_DAYS, parent.size))
    angle, reach = rng.uniform(0, 2 * np.pi, parent.size), rng.exponential(_SPREAD_M, parent.size)
    place = events.place[parent] + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    drawn = _Events(events.kind[parent], day, place, events.site[parent])
    return drawn.take(day < end)


def make_incidents(
    buildings: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    outline: shapely.Polygon,
    count: int,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return the frame of kind ``incident``: the year before the reference date.

    Incidents arise at buildings by kind of place, near main roads and hot spots; four in ten draw another one near
    by within days (a self-exciting process); season, weekday, hour and weather differ by kind.

    Parameters
    ----------
    buildings
        Frame of kind ``building``, all with a position.
    roads
        Frame of kind ``road``.
    outline
        Area no incident lies outside of.
    count
        Number of incidents.
    """
    places = shapely.get_coordinates(shapely.point_on_surface(buildings.geometry.to_numpy()))
    weights = _site_weights(buildings, roads, places, rng)
    calendar = np.datetime64(REFERENCE_DATE, "D") + np.arange(-_YEAR_DAYS - _BEFORE_DAYS, 0)
    weather = weather_days(calendar, rng)
    days = np.array([day_weights(habit, calendar, weather) for habit in HABITS.values()])
    causeless = int(_AMPLE * count * (1 - _FOLLOWERS) * calendar.size / _YEAR_DAYS) + 1
    events = wave = _background(causeless, weights, places, days, rng)
    while wave.day.size:
        wave = _followers(wave, calendar.size, rng)
        events += wave
    recent = np.flatnonzero(events.day >= _BEFORE_DAYS)
    events = events.take(np.sort(rng.choice(recent, count, replace=False)))
    strayed = ~shapely.contains_xy(outline, events.place[:, 0], events.place[:, 1])
    events.place[strayed] = places[events.site[strayed]]
    return _frame(events, buildings, calendar, rng)


def _frame(
    events: _Events,
    buildings: gpd.GeoDataFrame,
    calendar: npt.NDArray[np.datetime64],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Put times, states and titles to the events."""
    hour = np.empty(events.day.size)
    matter = np.empty(events.day.size, dtype=object)
    took = np.empty(events.day.size)
    for number, (code, habit) in enumerate(HABITS.items()):
        own = events.kind == number
        size = int(own.sum())
        hour[own] = draw_hours(habit, size, rng)
        matter[own] = rng.choice(np.array(MATTERS[code], dtype=object), size)
        took[own] = habit.days * rng.lognormal(0, 1.1, size)
    local = calendar[events.day.astype(np.int64)].astype("datetime64[s]") + (hour * 3600).astype("timedelta64[s]")
    order = np.argsort(local, kind="stable")
    events, local, matter, took = events.take(order), local[order], matter[order], took[order]
    age = (np.datetime64(REFERENCE_DATE, "s") - local) / np.timedelta64(1, "D")
    state = np.select([took < age, age <= _GREEN_DAYS, age <= _YELLOW_DAYS], ["closed", "green", "yellow"], "red")
    address = buildings["address"].to_numpy()[events.site]
    title = np.array([f"{where}附近{what}" for where, what in zip(address, matter, strict=True)], dtype=object)
    marked = rng.choice(
        title.size, min(title.size, max(_LEAST_HOSTILE, int(title.size * _HOSTILE_SHARE))), replace=False
    )
    for turn, row in enumerate(marked):
        title[row] = f"{title[row]} {HOSTILE[turn % len(HOSTILE)]}"
    codes = np.array(list(HABITS), dtype=object)
    data = {
        "kind": text(codes[events.kind]),
        "title": text(title),
        "state": text(state),
        "reported_at": pd.to_datetime(local - _CHINA, utc=True),
    }
    return layer(data, points_at(events.place), numbered("I", title.size, 6, "incident"))
