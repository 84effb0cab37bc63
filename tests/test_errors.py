import pytest

from gridsys.errors import GridsysError, InputError


def test_an_error_says_what_where_why_and_fix():
    error = InputError("GS103", "the age is negative", where="people.csv row 3", why="-1", fix="mend the cell")
    assert str(error) == "[GS103] the age is negative — at people.csv row 3 (-1). Fix: mend the cell"
    assert error.as_dict() == {
        "code": "GS103",
        "what": "the age is negative",
        "where": "people.csv row 3",
        "why": "-1",
        "fix": "mend the cell",
    }


def test_an_unregistered_code_is_a_defect_of_ours():
    with pytest.raises(KeyError, match="GS999"):
        GridsysError("GS999", "x", fix="y")
