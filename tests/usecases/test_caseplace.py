"""A case's place is found as people write it, and never guessed."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gridsys.errors import GridsysError, InputError, StoreError
from gridsys.usecases.caseplace import Place, grid_at
from tests.store import frames

# Four grids of 100 m side by side, as tests.store.frames has them, and where the buildings stand:
#
#    A1     A2     B1     B2
#   +------+------+------+------+
#   | b1   | b2   | b3   | b5 b6|      b7 stands nowhere
#   +------+------+------+------+
ADDRESSES = {
    "b1": ("甲胡同1号院1号楼", 449010), "b2": ("甲胡同1号院2号楼", 449110), "b3": ("牌楼胡同17号", 449210),
    "b5": ("丁胡同9号院1号楼", 449310), "b6": ("丁胡同9号院2号楼", 449350), "b7": ("戊胡同4号", None),
}  # fmt: skip


@pytest.fixture
def place(store):
    like = frames.buildings().iloc[[0]]
    buildings = gpd.GeoDataFrame(
        pd.concat([like] * len(ADDRESSES)).assign(address=[address for address, _ in ADDRESSES.values()]).set_axis(
            pd.Index([*ADDRESSES], name="building_id")
        ),
        geometry=[box(x, 4420010, x + 20, 4420030) if x else None for _, x in ADDRESSES.values()], crs=like.crs,
    )  # fmt: skip
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=frames.DAY, parameters={})
        transaction.put("building", buildings, valid_from=frames.DAY)

    def found(text):
        with store.begin(read_only=True) as transaction:
            return grid_at(transaction, Place(building=text), frames.DAY)

    return found


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("b3", frames.B1),
        ("牌楼胡同17号", frames.B1),
        ("牌楼胡同１７号", frames.B1),  # full-width digits
        ("北京市东城区牌楼胡同 17号", frames.B1),
        ("牌搂胡同17号", frames.B1),  # a like character
        ("甲胡同１号院二号楼", frames.A2),
        ("丁胡同9号院", frames.B2),  # either building: the grid is the same
    ],
)
def test_an_address_leads_to_its_grid_however_it_is_spelt(place, text, grid):
    assert place(text) == grid


def test_an_address_that_fits_buildings_in_two_grids_is_not_decided(place):
    with pytest.raises(InputError, match="GS104") as raised:
        place("甲胡同1号院")
    told = str(raised.value)
    assert f"甲胡同1号院1号楼 (b1, grid {frames.A1}); 甲胡同1号院2号楼 (b2, grid {frames.A2})" in told
    assert "building id" in told


@pytest.mark.parametrize("text", ["牌楼胡同18号", "无名路3号", "nowhere", "戊胡同4号", "b7"])
def test_an_unknown_address_and_a_building_without_position_hold_no_grid(place, text):
    with pytest.raises(StoreError, match="GS504"):
        place(text)


def test_an_address_said_only_by_what_is_near_is_not_taken(place):
    with pytest.raises(GridsysError, match="GS104") as raised:
        place("牌楼胡同17号附近")
    assert "near by" in str(raised.value)
