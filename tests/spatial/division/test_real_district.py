"""The real streets, roads and parcels: every street divided without gap or overlap, the file's faults repaired."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from gridsys.spatial.crs import to_working
from gridsys.spatial.datum import Datum
from gridsys.spatial.division import Count, divide

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


def test_seventeen_streets_are_divided_without_gap_or_overlap(shared_data):
    file = shared_data / "dongcheng" / "dongcheng_wgs84.gpkg"
    streets, roads, parcels = (
        to_working(gpd.read_file(file, layer=name), Datum.WGS84) for name in ("streets", "roads", "landuse")
    )
    streets = streets.assign(code=streets["code"].str[:9]).set_index("code")
    homes = parcels.assign(weight=np.where(parcels["type"] == "居住用地", parcels.area.clip(upper=20_000) / 100, 0))
    plan = divide(streets, roads=roads.assign(kind="alley"), buildings=homes, weight="weight", rule=Count(200))
    assert plan.proof["passed"].all(), plan.proof
    assert plan.balance["extra_pieces"].eq(0).all()
    assert len(plan.balance) == 17
    faults = plan.findings["check"].value_counts()
    assert faults["area.overlap"] == 3
    assert faults["area.gap"] == 2
    assert plan.grids.geometry.area.sum() == pytest.approx(streets.union_all().area, rel=1e-5)
