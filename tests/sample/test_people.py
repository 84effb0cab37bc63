"""Households, persons and their identity numbers agree with one another."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from gridsys.sample import REFERENCE_DATE, REGIONS, City
from gridsys.sample.identity import check_characters, person_ids

YEARS_20 = pd.Timedelta(days=20 * 365.25 - 2)


@given(st.lists(st.integers(0, 9), min_size=17, max_size=17))
def test_check_character_agrees_with_stdnum(digits: list[int]):
    body = "".join(map(str, digits))
    assert check_characters(np.array([digits]))[0] == ric.calc_check_digit(body + "0")


def test_numbers_of_many_births_on_one_day_are_distinct():
    birth = np.full(5_000, np.datetime64("2000-02-29"))
    male = np.arange(5_000) % 2 == 0
    ids = person_ids(birth, male, np.random.default_rng(1))
    assert len(set(ids)) == 5_000
    assert {text[6:14] for text in ids} == {"20000229"}
    assert [int(text[16]) % 2 == 1 for text in ids] == list(male)


def test_numbers_say_what_the_row_says(city: City):
    ids = city.persons.index
    assert ids.str.fullmatch(r"\d{17}[\dX]").all()
    assert (ids.str[:2] == "99").all()
    assert set(ids.str[:6]) <= set(REGIONS)
    assert list(ids.str[6:14]) == list(city.persons["birth_date"].dt.strftime("%Y%m%d"))
    assert list(ids.str[16].astype(int) % 2) == list(2 - city.persons["sex"].astype(int))
    assert all(ric.calc_check_digit(text) == text[17] for text in ids)


def test_no_number_can_be_a_real_one(street_city: City):
    for text in street_city.persons.index[:200]:
        with pytest.raises(InvalidComponent):
            ric.get_birth_place(text)


def test_ages_are_sensible(city: City):
    age = (pd.Timestamp(REFERENCE_DATE) - city.persons["birth_date"]).dt.days / 365.25
    assert age.min() > 0
    assert age.max() <= 104.01
    assert 0.1 < (age < 15).mean() < 0.2
    assert 0.12 < (age >= 65).mean() < 0.25
    assert 0.47 < (city.persons["sex"] == "1").mean() < 0.55


def _whole(city: City) -> pd.DataFrame:
    """Persons of households that no planted fault has touched."""
    spoilt = city.persons["household_id"].isna() | ~city.persons["household_id"].isin(city.households.index)
    return city.persons[~spoilt]


def test_every_household_has_one_head_and_at_most_one_spouse(city: City):
    persons = _whole(city)
    heads = persons["household_id"][persons["relation"] == "head"]
    assert heads.is_unique
    assert set(heads) == set(city.households.index)
    assert persons["household_id"][persons["relation"] == "spouse"].is_unique


def test_relations_agree_with_ages_and_sexes(city: City):
    persons = _whole(city)
    head = persons[persons["relation"] == "head"].set_index("household_id")
    own = head.reindex(persons["household_id"])
    older = persons["birth_date"].to_numpy() - own["birth_date"].to_numpy()
    relation = persons["relation"].to_numpy()
    assert (older[relation == "child"] >= YEARS_20).all()
    assert (older[relation == "grandchild"] >= 2 * YEARS_20).all()
    assert (-older[relation == "parent"] >= YEARS_20).all()
    assert (-older[relation == "grandparent"] >= 2 * YEARS_20).all()
    spouse = relation == "spouse"
    assert (persons["sex"].to_numpy()[spouse] != own["sex"].to_numpy()[spouse]).all()
    wife = persons[spouse].set_index("household_id")["birth_date"]
    children = persons[relation == "child"]
    other = wife.reindex(children["household_id"]).to_numpy()
    gap = (children["birth_date"].to_numpy() - other)[~np.isnat(other)]
    assert (gap >= YEARS_20).all()


def test_children_bear_a_parents_surname(street_city: City):
    persons = _whole(street_city)
    family = persons["household_id"].map(street_city.households["kind"]) == "family"
    surname = persons["name"].str[0]
    pair = persons["relation"].isin(["head", "spouse"])
    names = surname[pair].groupby(persons["household_id"][pair]).agg("".join)
    child = family & (persons["relation"] == "child")
    strange = [h for s, h in zip(surname[child], persons["household_id"][child], strict=True) if s not in names[h]]
    lost_fathers = (street_city.planted["table"] == "person").sum()
    assert len(strange) <= lost_fathers
    assert child.sum() > 20 * lost_fathers


def test_household_sizes_are_those_of_a_city(city: City):
    size = _whole(city).groupby("household_id").size()
    assert 2.5 < size.mean() < 2.7
    share = size.value_counts(normalize=True)
    assert share[2] > 0.2
    assert share[1] > 0.15
    assert share.index.max() <= 8
    assert 0.005 < (city.households["kind"] == "collective").mean() < 0.03


def test_homes_in_use_are_households_and_fit_their_building(city: City):
    planted = city.planted.set_index("id")["reason"]
    sound = city.rooms[~city.rooms.index.isin(planted.index[planted.isin(["no-building-given", "building-unknown"])])]
    in_use = sound["building_id"][sound["use"] == "home"].value_counts()
    registered = city.buildings["households"]
    short = (registered - in_use.reindex(registered.index, fill_value=0)).sum()
    spoilt = planted[planted.isin(["no-building-given", "building-unknown"])]
    assert short == (city.rooms.loc[spoilt.index, "use"] == "home").sum()
    assert registered.sum() == len(city.households)
    floors = sound["building_id"].map(city.buildings["floors"])
    assert (sound["floor"] <= floors).all()
    assert (sound["floor"] >= 1).all()
    assert not sound.duplicated(["building_id", "stairwell", "number"]).any()
    rooms = city.households["room_id"].dropna()
    assert rooms.is_unique
    vacant = (sound["use"] == "vacant").sum() / sound["use"].isin(["home", "vacant"]).sum()
    assert 0.04 < vacant < 0.2


def test_offices_shops_and_public_buildings_house_nobody(city: City):
    kind = city.rooms["building_id"].map(city.buildings["kind"])
    for name in ("office", "shop", "public"):
        assert set(city.rooms["use"][kind == name]) == {name}
    others = city.buildings["kind"].isin(["office", "shop", "public"])
    assert (city.buildings["households"][others] == 0).all()


def test_about_a_fifth_is_registered_apart_from_home(city: City):
    registered = city.registrations.join(city.registered_households["room_id"], on="registered_id")["room_id"]
    homes = city.persons["household_id"].map(city.households["room_id"])
    apart = registered.reindex(homes.index) != homes
    assert 0.17 < apart.mean() < 0.23
    spoilt = set(city.planted_findings["id"])
    sound = city.registrations[~city.registrations.index.isin(spoilt)]
    assert sound["registered_id"].isin(city.registered_households.index).all()
    heads = sound[sound["relation"] == "head"]["registered_id"]
    assert heads.is_unique
    away = city.registered_households["room_id"].isna()
    assert (city.registered_households["region"].str.startswith("99") == away).all()


def test_a_few_have_a_second_home_that_is_not_the_first(city: City):
    others = city.other_residences
    assert 0.02 < len(others) / len(city.persons) < 0.04
    first = city.persons["household_id"].reindex(others["person_id"]).to_numpy()
    assert (first != others["household_id"].to_numpy()).all()
    assert (city.rooms.loc[city.confirmations.index, "use"].isin(["home", "vacant"])).all()


def test_credit_codes_and_component_numbers_hold(city: City):
    spoilt = set(city.planted_findings["id"])
    codes = city.organisations.loc[~city.organisations.index.isin(spoilt), "credit_code"].dropna()
    assert codes.is_unique
    assert all(uscc.is_valid(code) for code in codes)
    assert codes.str.slice(2, 4).eq("99").all()
    components = city.components[~city.components.index.isin(spoilt)]
    assert (components.index.str.slice(6, 11) == components["class_code"]).all()
    placed = city.organisations["room_id"].notna() | city.organisations.geometry.notna()
    assert placed.all()
