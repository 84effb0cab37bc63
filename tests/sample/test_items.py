"""Records of items for the synthetic city conform to the catalog."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from gridsys.domain.catalog_records import item_kind
from gridsys.files import read_catalog, read_streets
from gridsys.quality.conformity import check_records
from gridsys.sample import make_city
from gridsys.sample.items import SAMPLED, make_items


@pytest.fixture(scope="module")
def made():
    city = make_city(read_streets())
    grids = pd.Series("110101001001001", index=city.buildings.index)
    return city, grids, make_items(read_catalog(), city, grids, seed=7)


def test_every_category_has_records_that_conform(made):
    catalog = read_catalog()
    assert list(made[2]) == list(SAMPLED)
    assert {code[0] for code in made[2]} == set("1234567")
    assert len(made[2]) >= 12
    for code, frame in made[2].items():
        assert len(frame) >= 10
        assert check_records(frame, item_kind(catalog, catalog.item(code))) == []
        assert np.mean(frame["grid_code"].notna()) > 0.9


def test_one_seed_one_set_of_records(made):
    city, grids, first = made
    for code, frame in make_items(read_catalog(), city, grids, seed=7).items():
        assert_frame_equal(frame, first[code])
