import itertools

import pytest

from gridsys.domain.rights import RIGHTS, Action, Actor, Role, require
from gridsys.errors import AccessError


@pytest.mark.parametrize(("role", "action"), list(itertools.product(Role, Action)))
def test_every_role_may_do_what_its_row_says_and_nothing_else(role, action):
    actor = Actor("li", role, "110101001")
    if action in RIGHTS[role]:
        require(actor, action, "110101001007")
        return
    with pytest.raises(AccessError) as caught:
        require(actor, action, "110101001007")
    assert caught.value.code == "GS401"
    assert "district-administrator" in caught.value.fix


@pytest.mark.parametrize("area", ["110101002", "110101", "110102001"])
def test_nobody_acts_outside_the_own_area(area):
    with pytest.raises(AccessError) as caught:
        require(Actor("li", Role.DISTRICT_ADMINISTRATOR, "110101001"), Action.READ, area)
    assert caught.value.code == "GS402"


def test_grid_staff_do_not_divide_load_or_export():
    assert RIGHTS[Role.GRID_MANAGER].isdisjoint({Action.DIVIDE, Action.IMPORT, Action.EXPORT, Action.ADMINISTER})


def test_an_analyst_never_reads_single_persons():
    assert Action.READ_PERSON not in RIGHTS[Role.DISTRICT_ANALYST]


@pytest.mark.parametrize("text", ["", "li", "li:mayor@110101", "street-manager", "@110101"])
def test_an_actor_must_be_said_in_full(text):
    with pytest.raises(AccessError) as caught:
        Actor.parse(text)
    assert caught.value.code == "GS403"


def test_an_actor_without_a_name_is_named_by_the_role():
    assert Actor.parse("street-manager@110101001").name == "street-manager"
