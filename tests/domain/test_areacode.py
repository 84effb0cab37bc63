import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsys.domain.areacode import (
    MAX_SEQUENCE,
    AreaLevel,
    grid_code,
    is_within,
    level_of,
    normalise_code,
    parent_code,
    sequence_of,
)
from gridsys.errors import InputError

districts = st.integers(110101, 659009).map(str)
three = st.integers(1, 999).map("{:03d}".format)
communities = st.builds(lambda *parts: "".join(parts), districts, three, three)
sequences = st.integers(1, MAX_SEQUENCE)


@given(communities, sequences)
def test_a_grid_code_names_its_parts(community, sequence):
    code = grid_code(community, sequence)
    assert level_of(code) is AreaLevel.GRID
    assert (parent_code(code), sequence_of(code)) == (community, sequence)
    for length in (6, 9, 12):
        assert is_within(code, code[:length])


@given(communities, st.sampled_from([6, 9, 12]))
def test_padding_to_twelve_digits_comes_off_again(community, length):
    short = community[:length]
    assert normalise_code(short.ljust(12, "0")) == short
    assert normalise_code(f" {short} ") == short


def test_a_street_without_communities_keeps_its_zeros_where_a_community_is_asked_for():
    assert normalise_code("110101001000", AreaLevel.COMMUNITY) == "110101001000"
    assert parent_code(grid_code("110101001", 7)) == "110101001000"


@pytest.mark.parametrize(
    "code", ["", "110101 1", "1101010", "11010100100a", "011010100100", "一二三四五六", "１１０１０１"]
)
def test_what_is_no_code_is_refused(code):
    with pytest.raises(InputError) as caught:
        level_of(code)
    assert caught.value.code == "GS106"


@pytest.mark.parametrize(
    "call",
    [
        lambda: parent_code("110101"),
        lambda: grid_code("110101", 1),
        lambda: grid_code("110101001001", 0),
        lambda: grid_code("110101001001", 1000),
        lambda: sequence_of("110101001001"),
        lambda: normalise_code("110101001", AreaLevel.COMMUNITY),
    ],
)
def test_misuse_is_refused(call):
    with pytest.raises(InputError, match="GS106"):
        call()
