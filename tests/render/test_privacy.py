"""What a reader of a public page can compute back: nothing under five."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from gridsys.errors import RenderError
from gridsys.measure.suppression import SMALL, WIDTH, with_totals
from gridsys.render import AtlasTables, GridMap, Indicator, atlas_pages, read_page
from gridsys.render.privacy import RELATIONS, too_few
from tests.attack import attack


def public_page(small_town, counts):
    grids = small_town["grids"].assign(elders=counts, share=[round(c / 7, 2) for c in counts])
    indicators = [
        Indicator("weight", "户数", "Households", "户", "2026-11-01"),
        Indicator("elders", "独居老人", "Elders living alone", "人", "2026-11-01"),
        Indicator("share", "占比", "Share", "%", "2026-11-01", of=("elders",)),
    ]
    layers = {key: value for key, value in small_town.items() if key != "grids"}
    details = pd.DataFrame({"elders_too": counts, "remark": "王某家"}, index=grids.index)
    return GridMap(grids, **layers, indicators=indicators, details=details, audience="public").to_html()


def test_a_public_page_holds_no_small_count_no_incident_no_name_of_staff(small_town):
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 20, len(small_town["grids"]))
    counts[[0, 5, 9]] = [2, 4, 1]
    header = read_page(public_page(small_town, counts))["header"]
    hidden = set(header["withheld"])
    assert {0, 5, 9} <= hidden
    columns = [each["values"] for each in header["indicators"]] + [header["details"][0]["values"], header["weight"]]
    for values in columns:
        assert all(values[row] is None for row in hidden)
    assert not any(value is not None and 0 < value < SMALL for value in header["indicators"][1]["values"])
    assert "incidents" not in header
    assert "postings" not in header
    assert [each["label"][0] for each in header["details"]] == ["elders_too"]
    for limit in header["indicators"][1]["breaks"]:
        assert limit >= SMALL or limit == 0


def test_an_office_page_holds_everything(small_town):
    header = read_page(GridMap(**small_town).to_html())["header"]
    assert "withheld" not in header
    assert {"incidents", "postings"} <= set(header)


@pytest.mark.parametrize("audience", ["office", "public"])
def test_building_counts_stay_in_the_office(small_town, audience):
    arrays = read_page(GridMap(**small_town, audience=audience).to_html())["arrays"]
    assert ("building_households" in arrays) == (audience == "office")


COLUMNS = {"住户": "households", "人口": "persons", "房屋": "rooms", "楼栋": "buildings", "未结事件": "incidents_open",
           "已结事件": "incidents_closed"}  # fmt: skip


def counted(town, seed):
    """The town's grids with the counts of an atlas, many of them small."""
    rng = np.random.default_rng(seed)
    grids = town["grids"]
    names = [*COLUMNS.values(), "rooms_occupied", "households_peopled"]
    grids = grids.assign(**{name: rng.negative_binomial(1, 0.06, len(grids)) for name in names})
    grids["incidents"] = grids["incidents_open"] + grids["incidents_closed"]
    return grids.assign(rate=(grids["incidents"] / grids["households"].clip(lower=1) * 1000).round(1))


def read_map(grids):
    day = "2026-11-01"
    indicators = [
        Indicator("households", "户数", "Households", "户", day),
        Indicator("rate", "每千户事件数", "Incidents per 1,000", "‰", day, of=("incidents", "households")),
        Indicator("incidents", "事件数", "Incidents", "件", day),
    ]
    header = read_page(GridMap(grids, indicators=indicators, audience="public").to_html())["header"]
    codes = header["grids"]["code"]
    for each in header["indicators"]:
        for code, value in zip(codes, each["values"], strict=True):
            yield code, each["column"], value
    for code, value in zip(codes, header["weight"], strict=True):
        yield code, "weight", value


def read_atlas(tables, by):
    for name, page in atlas_pages(tables, by=by, audience="public", as_of="2026-11-01"):
        if name == "index.html":
            rows = re.findall(r'<tr data-code="(\d+)">.*?((?:<td class="n">[^<]*</td>)+)', page)
            for code, cells in rows:
                names = ("households", "persons", "buildings", "incidents_open", "incidents_closed")
                for column, said in zip(names, re.findall(r">([^<]+)<", cells), strict=True):
                    yield code, column, None if said == "·" else float(said.replace(",", ""))
        for said, value in re.findall(r"<dt>(\S+) <span.*?<dd>(.*?)</dd>", page) if name != "index.html" else ():
            if said in COLUMNS:
                yield name[:-5], COLUMNS[said], None if value == "·" else float(value.replace(",", ""))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_map_and_two_atlases_together_give_no_small_count_away(make_town, seed):
    """All that is published of one town, and every total above as known, against integer programming."""
    town = make_town(incidents=20)
    grids = counted(town, seed)
    names = {code: code for code in {*grids["area_code"], *grids["area_code"].str[:9], "110101"}}
    tables = AtlasTables(grids, pd.Series(names), town["incidents"], town["postings"])
    read = [*read_map(grids), *read_atlas(tables, "grid"), *read_atlas(tables, "community")]
    assert {column for _, column, _ in read} >= {"weight", "incidents", "rate", *COLUMNS.values()}
    columns = ["weight", "incidents", *COLUMNS.values()]
    cells, _ = with_totals(grids[columns].astype(int), grids["area_code"])
    small = (cells > 0) & (cells < SMALL)
    assert small.sum().sum() > 5
    published = cells.astype(float).mask(cells.index.to_series().str.len() > 9)
    for code, column, value in read:
        if value is not None and column != "rate":
            assert value == cells.loc[code, column]
            published.loc[code, column] = value
    # The totals of streets and of the district are on no page; a reader who has them all the same gains nothing,
    # unless they are small themselves.
    assert not small.loc[small.index.str.len() <= 9].any(axis=None)
    ranges = attack(cells, published, {"incidents": RELATIONS["incidents"]})
    for key in [(code, column) for column in cells for code in cells.index[small[column]]]:
        low, high = ranges[key]
        assert high - low >= WIDTH, key
    hidden_by_rate = {code for code, column, value in read if column == "rate" and value is None}
    assert hidden_by_rate >= set(grids.index[(grids["incidents"] > 0) & (grids["incidents"] < SMALL)])


def test_a_rate_must_say_what_it_is_made_of(small_town):
    grids = small_town["grids"].assign(share=0.37)
    with pytest.raises(RenderError, match="share"):
        GridMap(grids, indicators=[Indicator("share", "占比", "Share", "%", "")], audience="public").to_html()


@pytest.mark.parametrize(("linked", "total", "few"), [(4, 9, True), (96, 100, True), (0, 9, False), (9, 9, False)])
def test_a_rate_of_nearly_all_or_nearly_none_tells_of_few(linked, total, few):
    assert too_few(linked, total) is few
