"""Incidents cluster in space and time, and their states agree with their age."""

import numpy as np
import pandas as pd
import shapely

from gridsys.domain.matters import INCIDENT_KINDS
from gridsys.sample import REFERENCE_DATE, City
from gridsys.sample.kinds import HABITS, HOSTILE, MATTERS


def _local(city: City) -> pd.Series:
    return city.incidents["reported_at"].dt.tz_convert("Asia/Shanghai")


def test_kinds_have_names_in_two_languages():
    assert list(HABITS) == list(INCIDENT_KINDS) == list(MATTERS)
    for zh, en in INCIDENT_KINDS.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
        assert en.isascii()


def test_incidents_lie_inside_the_year_and_the_city(city: City):
    assert set(city.incidents["kind"]) == set(INCIDENT_KINDS)
    end = pd.Timestamp(REFERENCE_DATE, tz="Asia/Shanghai")
    assert _local(city).max() < end
    assert _local(city).min() >= end - pd.Timedelta(days=365)
    assert city.incidents["reported_at"].is_monotonic_increasing
    area = city.district.geometry.iloc[0]
    assert shapely.contains(area, city.incidents.geometry.to_numpy()).all()


def test_states_agree_with_age(city: City):
    age = (pd.Timestamp(REFERENCE_DATE, tz="Asia/Shanghai") - _local(city)) / pd.Timedelta(days=1)
    state = city.incidents["state"]
    assert set(state) == {"green", "yellow", "red", "closed"}
    assert age[state == "green"].max() <= 5
    assert age[state == "yellow"].between(5, 15).all()
    assert age[state == "red"].min() > 15
    assert (state == "closed").mean() > 0.9


def test_incidents_gather_in_space(city: City):
    cells = np.floor(np.column_stack([city.incidents.geometry.x, city.incidents.geometry.y]) / 100)
    counts = pd.Series(map(tuple, cells)).value_counts()
    west, south, east, north = city.district.total_bounds
    everywhere = city.district.geometry.iloc[0].area / 1e4
    mean = len(cells) / everywhere
    variance = ((counts**2).sum() / everywhere) - mean**2
    assert (east - west) * (north - south) > 0
    assert variance / mean > 4  # 1 for points strewn at random


def test_incidents_draw_others_after_them(small_district: City):
    days = (_local(small_district) - _local(small_district).min()) / pd.Timedelta(days=1)
    points = small_district.incidents.geometry.to_numpy()
    kinds = small_district.incidents["kind"].to_numpy()
    pair = shapely.STRtree(points).query(points, predicate="dwithin", distance=60)
    pair = pair[:, (pair[0] < pair[1]) & (kinds[pair[0]] == kinds[pair[1]])]
    gap = np.abs(days.to_numpy()[pair[0]] - days.to_numpy()[pair[1]])
    soon, later = (gap < 5).sum(), ((gap >= 100) & (gap < 105)).sum()
    assert soon > 1.5 * later


def test_incidents_come_in_bursts_and_hours(small_district: City):
    local = _local(small_district)
    by_day = small_district.incidents["kind"].groupby(local.dt.date).size()
    assert by_day.max() > 1.5 * by_day.median()
    ice = small_district.incidents["kind"] == "10"
    assert local[ice].dt.month.isin([12, 1, 2, 3]).mean() > 0.5
    hours = local.dt.hour.value_counts(normalize=True).reindex(range(24), fill_value=0)
    assert hours[2:5].sum() < 0.05
    assert hours[8:12].sum() > 0.2
    disputes = small_district.incidents["kind"] == "81"
    weekend = local.dt.day_of_week >= 5
    assert weekend[disputes].mean() > weekend[small_district.incidents["kind"] == "83"].mean()


def test_some_titles_would_run_in_a_careless_page(city: City):
    for text in HOSTILE:
        assert city.incidents["title"].str.contains(text, regex=False).any()
    hostile = sum(city.incidents["title"].str.contains(text, regex=False) for text in HOSTILE)
    assert (hostile > 0).mean() < 0.01
