"""Who sees what of the records of items: area, sensitivity, purpose, and the audit chain."""

import json
from datetime import date

import pandas as pd
import pytest

from gridsys.domain.rights import Actor, Role
from gridsys.errors import AccessError, InputError
from gridsys.usecases.catalog import open_catalog
from gridsys.usecases.imports import import_records
from gridsys.usecases.items import apply_catalog, read_items

ADMIN = Actor("li", Role.DISTRICT_ADMINISTRATOR, "110101")
ANALYST = Actor("wu", Role.DISTRICT_ANALYST, "110101")
WORKER = Actor("sun", Role.COMMUNITY_WORKER, "110101001001")
DAY = date(2026, 1, 1)


@pytest.fixture
def filled(store):
    apply_catalog(ADMIN, store, open_catalog())
    frame = pd.DataFrame(
        {
            "subject_id": ["990101195703150018", "990101198001010014"],
            "grid_code": ["110101001001001", "110101002001001"],
            "place": "甲胡同",
            "home_care_arrangement": "01",
        },
        index=pd.Index(["a", "b"], name="record_id"),
    )
    choices = open_catalog()
    wanted = {each.column: each for each in choices.item("1301").indicators}
    frame["home_care_arrangement"] = choices.code_list(wanted["home_care_arrangement"].code_list).choices[0]
    empty = {"number": "float64", "integer": "Int64", "date": "datetime64[us]", "boolean": "boolean"}
    for name, each in wanted.items():
        if name not in frame:
            frame[name] = pd.Series(None, index=frame.index, dtype=empty.get(each.type.value, "str"))
    import_records(ADMIN, store, "老年人", frame, valid_from=DAY)
    return store


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sensitive_columns_are_left_out_and_shown_only_for_a_purpose(filled):
    seen = read_items(ANALYST, filled, "1301")
    assert seen.frame.index.tolist() == ["a", "b"]
    assert seen.frame.columns.tolist() == ["grid_code"]
    assert {"subject_id", "place", "home_care_arrangement"} <= set(seen.masked)
    own = read_items(WORKER, filled, "1301")
    assert own.frame.index.tolist() == ["a"]
    assert "place" in own.frame
    with pytest.raises(AccessError, match="GS404"):
        read_items(WORKER, filled, "1301", unmask=["subject_id"])
    with pytest.raises(AccessError, match="GS401"):
        read_items(ANALYST, filled, "1301", unmask=["subject_id"], purpose="a visit")
    with pytest.raises(AccessError, match="GS402"):
        read_items(WORKER, filled, "1301", area="110101002001")
    with pytest.raises(InputError, match="GS102"):
        read_items(WORKER, filled, "1301", unmask=["nothing"], purpose="a visit")
    shown = read_items(WORKER, filled, "1301", unmask=["subject_id"], purpose="a visit")
    assert shown.frame["subject_id"].tolist() == ["990101195703150018"]
    with filled.begin() as transaction:
        log = transaction.audit_log()
    read = json.loads(log[log["action"] == "read-person"]["detail"].iloc[-1])
    assert (read["purpose"], read["rows"]) == ("a visit", 1)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_elsewhere_district_sees_nothing_and_may_not_import_here(filled):
    other = Actor("x", Role.DISTRICT_ADMINISTRATOR, "110102")
    assert read_items(other, filled, "1301").frame.empty
    street = Actor("y", Role.STREET_MANAGER, "110101001")
    with pytest.raises(AccessError, match="GS402"):
        apply_catalog(Actor("z", Role.DISTRICT_ADMINISTRATOR, "110101001"), filled, open_catalog())
    with pytest.raises(AccessError, match="GS401"):
        apply_catalog(street, filled, open_catalog())
