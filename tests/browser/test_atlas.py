"""The atlas as an office has it: a folder on a share, opened from files, without a network."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gridsys.render import AtlasTables, Surroundings, atlas_pages
from tests.browser.test_access import AXE, RUN
from tests.render.town import KINDS, town

pytestmark = pytest.mark.browser
COUNTS = ("persons", "households", "rooms", "buildings", "incidents_open", "incidents_closed", "rooms_occupied",
          "households_peopled")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    layers = town(4, 4)
    grids = layers["grids"].assign(**{name: 20 + number for number, name in enumerate(COUNTS)})
    names = pd.concat([layers["streets"]["name"], layers["communities"]["name"], pd.Series({"110101": "东城区"})])
    around = Surroundings(layers["roads"], layers["surfaces"], layers["buildings"])
    tables = AtlasTables(grids, names, layers["incidents"], layers["postings"], around, incident_kinds=KINDS)
    out = tmp_path_factory.mktemp("atlas")
    for name, content in atlas_pages(tables, as_of="2026-06-30", formats=("html", "pdf", "svg")):
        (out / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return out


@pytest.fixture
def opened(browser, folder):
    """The index, with all that is asked for written down; nothing but files of the folder may be."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page, asked, errors = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto((folder / "index.html").as_uri())
    yield page
    context.close()
    assert all(url.startswith(folder.as_uri()) for url in asked)
    assert errors == []


def test_a_reader_goes_from_the_index_to_a_sheet_to_its_neighbour_and_back(opened):
    opened.fill("#search", "110101001001002")
    assert opened.inner_text("#hits").startswith("1 /")
    opened.press("#search", "Enter")
    opened.wait_for_url("**/110101001001002.html")
    assert "110101001001002" in opened.inner_text("h1")
    opened.click(".beside a >> nth=0")
    assert "110101001001002" not in opened.inner_text("h1")
    opened.click("nav a[href='index.html']")
    opened.wait_for_selector(".listing")
    opened.click(".overview a >> nth=3", force=True)
    opened.wait_for_selector("body.sheet")


@pytest.mark.parametrize("name", ["index.html", "110101001001001.html"])
def test_axe_finds_nothing(opened, folder, name):
    opened.goto((folder / name).as_uri())
    opened.evaluate(AXE)
    assert opened.evaluate(RUN) == []


def test_a_sheet_prints_on_one_page_without_its_navigation(opened, folder):
    opened.goto((folder / "110101001001001.html").as_uri())
    opened.emulate_media(media="print")
    assert opened.is_hidden("nav")
    printed = opened.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1


def test_a_picture_opens_by_itself(opened, folder):
    opened.goto((folder / "110101001001001.svg").as_uri())
    assert opened.evaluate("() => document.querySelectorAll('path').length") > 3
    assert opened.evaluate("() => getComputedStyle(document.querySelector('.own')).stroke") == "rgb(179, 38, 30)"
