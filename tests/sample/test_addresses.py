import numpy as np
import pandas as pd
import pytest

from gridsys.files import read_streets
from gridsys.linking import Register, link_places
from gridsys.sample import make_addresses, make_city, noise_table
from gridsys.sample.addresses import HOPELESS

RECORDS = 8_000
SEEDS = (7, 8, 211)  # 211 was never looked at while the matcher was written


def _case(seed):
    city = make_city(read_streets(), seed=seed)
    made = make_addresses(city.buildings, city.rooms, city.compounds, RECORDS, np.random.default_rng(seed))
    register = Register(city.buildings, city.rooms, compounds=city.compounds, aliases=made.old_names, district="东城区")
    return made, link_places(made.written, register, "room")


@pytest.fixture(scope="module", params=SEEDS)
def case(request):
    return _case(request.param)


def test_precision_and_recall_on_addresses_as_people_write_them(case):
    made, found = case
    target = found.links["target"].reindex(made.written.index)
    table = noise_table(made.written, target)
    assert table.loc["all", "records"] == RECORDS
    assert table.loc["all", "precision"] >= 0.99
    assert table.loc["all", "recall"] >= 0.97
    assert table.loc["plain", "recall"] == 1


def test_every_record_is_linked_or_for_review(case):
    made, found = case
    assert set(found.links.index) | set(found.review["record_id"]) == set(made.written.index)
    assert not set(found.links.index) & set(found.review["record_id"])


def test_what_cannot_be_known_is_not_guessed(case):
    made, found = case
    unknowable = made.written.index[made.written["noise"].isin(set(HOPELESS) - {"wrong-digit"})]
    assert len(unknowable) > 100
    assert not set(unknowable) & set(found.links.index)


def test_the_noise_is_there_and_keeps_its_truth(case):
    made, _ = case
    kinds = made.written["noise"].str.split("+").explode()
    assert kinds.nunique() > 35
    plain = made.written[made.written["noise"] == "plain"]
    assert (plain["address"] == plain["room_id"].map(made.clean)).all()
    assert made.written["unambiguous"].mean() > 0.8
    assert made.written.loc[made.written["unambiguous"], "room_id"].notna().all()


def test_the_table_counts_by_hand():
    written = pd.DataFrame(
        {"noise": ["a", "a+b", "b"], "room_id": ["r1", "r2", None], "unambiguous": [True, True, False]},
        index=["x", "y", "z"],
    )
    table = noise_table(written, pd.Series(["r1", None, "r9"], index=["x", "y", "z"], dtype="str"))
    columns = ["records", "unambiguous", "linked", "right", "wrong", "precision", "recall"]
    assert table.loc["all", columns].tolist() == [3, 2, 2, 1, 1, 0.5, 0.5]
    assert table.loc["a", columns].tolist() == [2, 2, 1, 1, 0, 1.0, 0.5]
    assert table.loc["b", "precision"] == 0
