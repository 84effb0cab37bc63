"""Plans, links, failures, the chain, areas."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from gridsys.errors import InputError, StoreError
from gridsys.store import PutCounts, Store
from tests.store import frames
from tests.store.frames import A1, A2, B1, B2, STREET, A, B

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))


def _fill(store: Store) -> None:
    with store.begin() as transaction:
        for kind in (
            "area", "building", "room", "household", "person", "incident", "posting", "registered_household",
            "registration", "other_residence", "confirmation", "organisation", "component",
        ):  # fmt: skip
            frame = getattr(frames, {"person": "persons", "area": "areas"}.get(kind, f"{kind}s"))()
            transaction.put(kind, frame, valid_from=JAN)
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={"seed": 0})
        transaction.put_links(frames.links(), valid_from=JAN)


def test_a_plan_comes_back(store: Store) -> None:
    with store.begin() as transaction:
        number = transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={"种子": 0, "window": [3, 5]})
    with store.begin() as transaction:
        assert_geodataframe_equal(transaction.get_grids(), frames.grids())
        plans = transaction.plans()
        assert (
            transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={"window": [3, 5], "种子": 0})
            == number
        )
        assert len(transaction.plans()) == 1
        assert transaction.last_sequences().to_dict() == {A: 2, B: 2}
    assert plans.loc[number, ["name", "grids", "in_force"]].tolist() == ["first", 4, 4]
    assert json.loads(plans.loc[number, "parameters"]) == {"种子": 0, "window": [3, 5]}


def _renumbered() -> object:
    """The grids of community A drawn anew, with codes after the last."""
    new = frames.grids(A1, A2).set_axis(frames.keyed("grid_code", f"{A}003", f"{A}004"))
    return new.set_geometry([frames.square(0, 150), frames.square(1.5, 50)], crs=frames.CRS)


def test_a_new_plan_ends_the_grids_it_replaces_and_no_others(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_plan("second", _renumbered(), valid_from=MAR, parameters={})
        assert transaction.get_grids(FEB).index.tolist() == [A1, A2, B1, B2]
        assert transaction.get_grids(MAR).index.tolist() == [f"{A}003", f"{A}004", B1, B2]
        assert transaction.plans()["in_force"].tolist() == [2, 2]
        assert transaction.last_sequences().to_dict() == {A: 4, B: 2}


def test_a_scope_ends_grids_of_areas_the_plan_leaves_empty(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_plan("second", _renumbered(), valid_from=MAR, parameters={}, scope=[STREET])
        assert transaction.get_grids().index.tolist() == [f"{A}003", f"{A}004"]


def test_a_division_by_street_is_replaced_by_one_by_community(store: Store) -> None:
    whole = frames.grids(A1).assign(area_code=STREET).set_axis(frames.keyed("grid_code", f"{STREET}000001"))
    with store.begin() as transaction:
        transaction.put_plan("street", whole, valid_from=JAN, parameters={})
        transaction.put_plan("communities", frames.grids(), valid_from=FEB, parameters={})
        assert transaction.get_grids().index.tolist() == [A1, A2, B1, B2]


def test_a_code_never_names_two_grids(store: Store) -> None:
    swapped = frames.grids(A1, A2).set_geometry(frames.grids(A2, A1).geometry.to_numpy(), crs=frames.CRS)
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
    with pytest.raises(StoreError, match=rf"GS503.*2 grid codes.*{A1}"), store.begin() as transaction:
        transaction.put_plan("second", swapped, valid_from=FEB, parameters={})
    with store.begin() as transaction:
        transaction.put_plan("second", _renumbered(), valid_from=FEB, parameters={})
    with pytest.raises(StoreError, match="GS503"), store.begin() as transaction:
        transaction.put_plan("third", frames.grids(A1, A2), valid_from=MAR, parameters={})


def test_a_grid_keeps_its_code_while_most_of_its_ground_stays(store: Store) -> None:
    first, adjusted = frames.grids(A1), frames.grids(A1)
    adjusted.geometry = adjusted.geometry.scale(xfact=0.8, origin=(frames.grids(A1).total_bounds[0], 0))
    with store.begin() as transaction:
        transaction.put_plan("first", first, valid_from=JAN, parameters={})
        transaction.put_plan("second", adjusted, valid_from=FEB, parameters={})
        assert transaction.get_grids(JAN).area.sum() > transaction.get_grids(FEB).area.sum()
        assert transaction.history("grid", A1)["valid_from"].dt.month.tolist() == [1, 2]


def test_who_continues_whom_is_kept_with_the_plan(store: Store) -> None:
    succession = pd.DataFrame({
        "predecessor": [A1, A2, None], "successor": [f"{A}003", f"{A}003", f"{A}004"], "weight": [1.0, 2.0, 0.0],
        "area_m2": [5.0, 6.0, 7.0], "weight_share": [1.0, 1.0, None], "area_share": [1.0, 1.0, None],
        "change": ["merged", "merged", "opened"],
    })  # fmt: skip
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        number = transaction.put_plan("second", _renumbered(), valid_from=FEB, parameters={})
        for _ in range(2):
            transaction.put_succession(number, succession)
        kept = transaction.get_succession(number)
        assert transaction.closed_codes().index.tolist() == [A1, A2]
    assert kept["successor"].tolist() == succession["successor"].tolist()
    assert kept["weight_share"].tolist()[:2] == [1.0, 1.0]
    assert pd.isna(kept.loc[2, "predecessor"])


def test_a_grid_that_stays_keeps_its_code(store: Store) -> None:
    kept = frames.grids().assign(weight=[2.0, 2.0, 2.0, 3.0])
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_plan("second", kept, valid_from=FEB, parameters={})
        assert len(transaction.history("grid", B1)) == 1
        assert len(transaction.history("grid", B2)) == 2
        assert transaction.plans()["in_force"].tolist() == [3, 1]


def test_a_plan_of_the_same_day_is_a_correction(store: Store) -> None:
    moved = frames.grids().iloc[:3]
    moved = moved.set_geometry([frames.square(0, 150), frames.square(1.5, 50), frames.square(2, 200)], crs=frames.CRS)
    with store.begin() as transaction:
        transaction.put_plan("wrong", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_plan("right", moved, valid_from=JAN, parameters={})
        assert_geodataframe_equal(transaction.get_grids(JAN), moved)
        assert transaction.plans()["in_force"].tolist() == [0, 3]


def test_a_plan_that_returns_is_enacted_anew(store: Store) -> None:
    """The same content again, after another plan on the same day: it must come back into force."""
    with store.begin() as transaction:
        transaction.put_plan("a", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_plan("b", frames.grids(A1), valid_from=JAN, parameters={}, scope=[STREET])
        transaction.put_plan("a", frames.grids(), valid_from=JAN, parameters={})
        assert_geodataframe_equal(transaction.get_grids(), frames.grids())


def test_plans_are_refused(store: Store) -> None:
    with store.begin() as transaction, pytest.raises(StoreError, match="GS504"):
        transaction.get_grids(JAN)
    stray = frames.grids(A1).assign(area_code=B)
    with pytest.raises(InputError, match="GS106"), store.begin() as transaction:
        transaction.put_plan("x", stray, valid_from=JAN, parameters={})
    malformed = frames.grids(A1).set_axis(frames.keyed("grid_code", "A-1"))
    with pytest.raises(InputError, match="GS106"), store.begin() as transaction:
        transaction.put_plan("x", malformed, valid_from=JAN, parameters={})
    with pytest.raises(StoreError, match=r"GS503.*JSON"), store.begin() as transaction:
        transaction.put_plan("x", frames.grids(), valid_from=JAN, parameters={"rule": object()})
    with store.begin() as transaction:
        transaction.put_plan("x", frames.grids(), valid_from=FEB, parameters={})
    with pytest.raises(StoreError, match="GS503"), store.begin() as transaction:
        transaction.put_plan("y", _renumbered(), valid_from=JAN, parameters={})


def test_links_come_back_and_end(store: Store) -> None:
    links = frames.links()
    fewer = {name: frame.iloc[1:] for name, frame in links.items()}
    with store.begin() as transaction:
        counts = transaction.put_links(links, valid_from=JAN)
        assert counts["residence"] == PutCounts(2, 0, 0)
        counts = transaction.put_links(fewer, valid_from=MAR)
        assert counts["placement"] == PutCounts(0, 0, 2, closed=1)
        for name in links:
            assert_frame_equal(transaction.get_links(name, FEB), links[name])
            assert_frame_equal(transaction.get_links(name), fewer[name])
        assert (
            transaction.put_links({"residence": links["residence"].iloc[:0]}, valid_from=MAR)["residence"].closed == 1
        )
        assert transaction.get_links("residence").empty


def test_relinking_touches_only_what_moved(store: Store) -> None:
    _fill(store)
    moved = frames.links()["placement"].assign(grid_code=[A1, A1, B1])
    with store.begin() as transaction:
        assert transaction.put_links({"placement": moved}, valid_from=MAR)["placement"] == PutCounts(0, 1, 2)
        history = transaction.history("placement", "b2")
        assert history["grid_code"].tolist() == [A2, A1]
        person = frames.persons().index[1]
        assert transaction.chain(person, as_of=FEB)["grid_code"] == A2
        assert transaction.chain(person)["grid_code"] == A1


def test_failures_are_the_state_of_the_last_run(store: Store) -> None:
    failures = pd.DataFrame(
        {
            "link": ["residence", "placement"],
            "table": ["person", "room"],
            "id": ["p3", "r4"],
            "reason": ["no-household-given", "no-building-given"],
            "claim": [None, "b9"],
        }
    )
    with store.begin() as transaction:
        assert transaction.put_failures(failures, valid_from=JAN).inserted == 2
        assert transaction.put_failures(failures.iloc[:1], valid_from=FEB) == PutCounts(0, 0, 1, closed=1)
        assert transaction.get_failures(JAN).sort_values("id").to_numpy().tolist()[1][:2] == ["placement", "room"]
        assert transaction.get_failures()["id"].tolist() == ["p3"]
        assert transaction.put_failures(failures.iloc[:0], valid_from=FEB).closed == 1
        assert transaction.get_failures().columns.tolist() == failures.columns.tolist()
        with pytest.raises(InputError, match=r"GS102.*'reason'"):
            transaction.put_failures(failures.drop(columns="reason"), valid_from=FEB)


def test_the_chain_is_followed_and_breaks_where_it_breaks(store: Store) -> None:
    _fill(store)
    linked, _, stranger = frames.persons().index
    with store.begin(read_only=True) as transaction:
        whole = {"person_id": linked, "household_id": "h1", "room_id": "r1", "building_id": "b1", "grid_code": A1}
        assert transaction.chain(linked) == transaction.chain(linked, as_of=JAN) == whole
        assert transaction.chain(stranger) == {
            "person_id": stranger, "household_id": None, "room_id": None, "building_id": None, "grid_code": None,
        }  # fmt: skip
        with pytest.raises(StoreError, match="GS504"):
            transaction.chain(linked, as_of=date(2025, 1, 1))
        with pytest.raises(StoreError, match="GS504"):
            transaction.chain("990")


def test_a_person_lives_is_registered_and_stays_in_different_places(store: Store) -> None:
    _fill(store)
    first, second, _ = frames.persons().index
    with store.begin(read_only=True) as transaction:
        homes = transaction.homes(first)
        assert homes["role"].tolist() == ["residence", "registered", "other"]
        assert homes["grid_code"].tolist() == [A1, A2, A2]
        assert homes["relation"].tolist() == ["head", "head", "parent"]
        assert homes["household_id"].fillna("").tolist() == ["h1", "", "h2"]
        elsewhere = transaction.homes(second).set_index("role").loc["registered"]
        assert elsewhere["region"] == "990101"
        assert elsewhere[["room_id", "building_id", "grid_code"]].isna().all()
    with store.begin() as transaction:
        transaction.close("registration", [first], valid_to=MAR)
    with store.begin(read_only=True) as transaction:
        assert "registered" in set(transaction.homes(first, FEB)["role"])
        assert "registered" not in set(transaction.homes(first, MAR)["role"])
        with pytest.raises(StoreError, match="GS504"):
            transaction.homes("990")


@pytest.mark.parametrize(
    ("kind", "area", "expected"),
    [
        ("area", STREET, [A, B]),
        ("area", A, [A]),
        ("grid", A, [A1, A2]),
        ("grid", B2, [B2]),
        ("posting", B, ["p2"]),
        ("building", A, ["b1", "b2"]),
        ("room", A2, ["r2"]),
        ("household", A, ["h1", "h2"]),
        ("household", B, []),
        ("person", A1, ["990101195001010015"]),
        ("person", "110101", ["990101195001010015", "990101199912310020"]),
        ("incident", A, ["i1"]),
        ("incident", B1, ["i2"]),
        ("incident", STREET, ["i1", "i2"]),
        ("incident", "110102", []),
        ("registration", A1, ["990101195001010015"]),
        ("registered_household", A2, ["g1"]),
        ("other_residence", A2, ["o1"]),
        ("other_residence", A1, []),
        ("confirmation", A1, ["r1"]),
        ("organisation", A1, ["u1"]),
        ("organisation", B1, ["u2"]),
        ("organisation", STREET, ["u1", "u2"]),
        ("component", B, ["11010103005000001"]),
    ],
)
@pytest.mark.parametrize("as_of", [None, FEB])
def test_records_of_an_area(store: Store, kind: str, area: str, expected: list[str], as_of: date | None) -> None:
    _fill(store)
    with store.begin(read_only=True) as transaction:
        assert transaction.get(kind, area=area, as_of=as_of).index.tolist() == expected


def test_areas_are_refused_where_they_say_nothing(store: Store) -> None:
    with store.begin() as transaction, pytest.raises(InputError, match="GS106"):
        transaction.get("person", area="East")


def test_moving_house_moves_in_the_area_query(store: Store) -> None:
    _fill(store)
    person = frames.persons().index[0]
    moved = frames.links()["residence"].assign(household_id=["h2", "h2"])
    with store.begin() as transaction:
        transaction.put_links({"residence": moved}, valid_from=MAR)
        assert person in transaction.get("person", area=A1, as_of=FEB).index
        assert person not in transaction.get("person", area=A1, as_of=MAR).index
        assert person in transaction.get("person", area=A2, as_of=MAR).index
