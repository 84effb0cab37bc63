"""Seven forces for each grid."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from gridsys.domain.records import FORCES, POSTING
from gridsys.errors import InputError
from gridsys.sample import make_postings

GRIDS = pd.DataFrame(
    {"area_code": ["110101001001", "110101001001", "110101001002"]},
    index=pd.Index(["110101001001001", "110101001001002", "110101001002001"], name="grid_code"),
)


def test_every_grid_has_all_seven_forces():
    postings = make_postings(GRIDS, seed=7)
    assert postings.index.name == POSTING.key
    assert postings.index.is_unique
    assert list(postings.columns) == [column for column in POSTING.columns if column != POSTING.key]
    for code in GRIDS.index:
        assert set(postings["force"][postings["grid_code"] == code]) == set(FORCES)
    assert postings["staff_name"].str.len().between(2, 3).all()
    assert (postings["valid_from"] == pd.Timestamp("2026-01-01")).all()


def test_one_officer_serves_the_grids_of_a_community():
    postings = make_postings(GRIDS, seed=7)
    for force in ("police_officer", "supervisor", "judicial_worker", "fire_officer"):
        names = postings.set_index("grid_code")["staff_name"][postings["force"].to_numpy() == force]
        assert names["110101001001001"] == names["110101001001002"]


def test_postings_repeat_for_a_seed_and_differ_between_seeds():
    assert_frame_equal(make_postings(GRIDS, seed=7), make_postings(GRIDS, seed=7))
    other = make_postings(GRIDS, seed=8)["staff_name"]
    assert not make_postings(GRIDS, seed=7)["staff_name"].equals(other)


def test_grids_without_area_code_are_refused():
    with pytest.raises(InputError) as caught:
        make_postings(GRIDS.drop(columns="area_code"), seed=7)
    assert caught.value.code == "GS102"
