import re

import pytest

from gridsys.domain.records import KINDS, FieldType


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.name)
def test_every_column_fits_a_shapefile_and_both_languages(kind):
    shorts = [field.short_name for field in kind.fields]
    assert len(set(shorts)) == len(shorts)
    for field in kind.fields:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,9}", field.short_name), field
        assert re.search(r"[\u4e00-\u9fff]", field.zh), field


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.name)
def test_the_key_is_a_required_code(kind):
    key = kind.field(kind.key)
    assert key.required
    assert key.type is FieldType.CODE


def test_every_reference_points_at_a_key():
    for kind in KINDS.values():
        for field in kind.fields:
            if field.refers:
                table, column = field.refers.split(".")
                assert KINDS[table].key == column


def test_an_unknown_field_is_a_key_error():
    with pytest.raises(KeyError):
        KINDS["person"].field("score")
