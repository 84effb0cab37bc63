"""What is real in the sample, and only that, agrees with the real lists; and how long the sample takes."""

import time

import pandas as pd
import pytest

from gridsys.sample import make_city
from gridsys.sample.names import community_names, road_names
from gridsys.sample.seeds import stream


@pytest.fixture(scope="module")
def real_areas(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data / "dongcheng" / "dongcheng_admin_codes.csv", dtype=str)


@pytest.mark.realdata
def test_streets_are_the_real_ones(real_areas: pd.DataFrame, streets: pd.DataFrame):
    real = real_areas[real_areas["level"] == "street"].set_index("code")["name"]
    real.index = real.index.str[:9]
    assert real.to_dict() == streets["name"].to_dict()


@pytest.mark.realdata
def test_no_community_bears_a_real_name(real_areas: pd.DataFrame):
    real = set(real_areas["name"].str.removesuffix("居委会"))
    invented = community_names(216, stream(7, "every name"))
    assert len(set(invented)) == 216
    assert real.isdisjoint(invented)


def test_names_stay_distinct_past_the_pool():
    assert len(set(community_names(500, stream(1, "many")))) == 500
    assert len(set(road_names(["arterial"] * 600 + ["alley"] * 7_000, stream(1, "many")))) == 7_600


def test_a_street_is_made_within_three_seconds(streets: pd.DataFrame):
    started = time.process_time()
    make_city(streets, seed=40)
    assert time.process_time() - started < 3
