"""Properties: any values, any order of changes; what comes out is what a model in Python says."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gridsys.store import Store
from gridsys.store.schema import PAIRS
from tests.store import frames

_SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=12)


def _clear(store: Store, kind: str) -> None:
    with store._engine.begin() as connection:
        for table in (PAIRS[kind].open, PAIRS[kind].closed):
            connection.execute(sa.delete(table))


@given(st.lists(st.tuples(_TEXT, st.one_of(st.none(), _TEXT), st.floats(1, 100_000)), min_size=1, max_size=4))
@example([("a\n\\.\nb", '"', 1.1), ("\\.", "\\N", 1 + 2**-52), ("NULL", "NA", math.pi), (" ", "\r\n", 99_999.999)])
@_SETTINGS
def test_any_text_and_number_comes_back(store: Store, rows: list[tuple[str, str | None, float]]) -> None:
    number, building, area = (pd.Series(values, dtype=object) for values in zip(*rows, strict=True))
    frame = frames.rooms().iloc[[0] * len(rows)].set_axis(frames.keyed("room_id", *(f"r{i}" for i in range(len(rows)))))
    frame = frame.assign(
        number=pd.array(number, dtype="str"),
        building_id=pd.array(building, dtype="str"),
        area_m2=area.astype("float64").to_numpy(),
    )
    _clear(store, "room")
    with store.begin() as transaction:
        transaction.put("room", frame, valid_from=frames.DAY)
        assert_frame_equal(transaction.get("room"), frame, check_exact=True)
        assert transaction.put("room", frame, valid_from=frames.DAY).unchanged == len(rows)


_KEYS = ("h1", "h2", "h3")
_STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),  # days since the step before
        st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(["r1", "r2", None])),
    ),
    min_size=1,
    max_size=6,
)


@given(_STEPS)
@_SETTINGS
def test_history_is_what_a_model_says(store: Store, steps: list[tuple[int, dict[str, str | None]]]) -> None:
    """Occupancies put and replaced day by day, against a list of the states."""
    _clear(store, "occupancy")
    day, state = frames.DAY, {}
    states: dict[date, dict[str, str]] = {}
    with store.begin() as transaction:
        for wait, rooms in steps:
            day += timedelta(days=wait)
            state = {key: room for key, room in rooms.items() if room is not None}
            frame = pd.DataFrame(
                {"room_id": pd.array(list(state.values()), dtype="str"), "method": "code", "confidence": 1.0},
                index=pd.Index(list(state), name="household_id", dtype="str"),
            )
            transaction.put_links({"occupancy": frame}, valid_from=day)
            states[day] = state
        assert transaction.get_links("occupancy")["room_id"].to_dict() == state
        current: dict[str, str] = {}
        for offset in range((day - frames.DAY).days + 2):
            asked = frames.DAY + timedelta(days=offset)
            current = states.get(asked, current)
            assert transaction.get_links("occupancy", asked)["room_id"].to_dict() == current
        assert transaction.get_links("occupancy", frames.DAY - timedelta(days=1)).empty


@given(
    st.lists(st.tuples(st.integers(0, 5_000_000), st.integers(0, 5_000_000)), min_size=1, max_size=20),
    st.sampled_from(["EPSG:4547", "EPSG:4548", "EPSG:4549"]),
)
@_SETTINGS
def test_centimetres_come_back_exactly(store: Store, offsets: list[tuple[int, int]], crs: str) -> None:
    points = [shapely.Point((40_000_000 + x) / 100, (400_000_000 + y) / 100) for x, y in offsets]
    one = (
        frames.incidents()
        .iloc[[0] * len(points)]
        .set_axis(frames.keyed("incident_id", *(f"i{n:03}" for n in range(len(points)))))
    )
    frame = gpd.GeoDataFrame(one.drop(columns="geometry"), geometry=points, crs=crs)
    _clear(store, "incident")
    with store.begin() as transaction:
        transaction.put("incident", frame, valid_from=frames.DAY)
        found = transaction.get("incident", crs=crs)
        assert found.geometry.geom_equals_exact(frame.geometry, 0).all()
        assert transaction.put("incident", found, valid_from=frames.DAY).unchanged == len(points)


def test_a_coverage_stays_a_coverage(store: Store) -> None:
    """Cells with odd centimetres share their corners exactly after the way through degrees."""
    xs = [0, 33.33, 66.67, 100.01]
    cells = [shapely.box(449000 + a, 4420000 + c, 449000 + b, 4420000 + d)
             for a, b in pairwise(xs) for c, d in pairwise(xs)]  # fmt: skip
    codes = [f"{frames.A}{number + 1:03}" for number in range(len(cells))]
    plan = gpd.GeoDataFrame(
        {"name": codes, "area_code": frames.A, "weight": 1.0, "area_m2": 1.0},
        geometry=cells, index=frames.keyed("grid_code", *codes), crs=frames.CRS,
    )  # fmt: skip
    with store.begin() as transaction:
        transaction.put_plan("cells", plan, valid_from=frames.DAY, parameters={})
        found = transaction.get_grids()
    assert shapely.coverage_is_valid(found.geometry.to_numpy())
    assert shapely.union_all(found.geometry.to_numpy()).area == pytest.approx(100.01**2, rel=1e-9)
