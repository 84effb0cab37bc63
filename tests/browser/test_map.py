"""The page opens offline, draws what it says, and answers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from gridsys.domain.records import FORCES
from gridsys.render import GridMap
from gridsys.render.palette import STATES, YLGNBU
from gridsys.spatial.locate import locate
from tests.browser.conftest import INDICATORS, count_near
from tests.render.town import KINDS

pytestmark = pytest.mark.browser

LAND, FILL_ALPHA = (0xF4, 0xF3, 0xEF), 0.78
MAP_LEFT = 344


def rgb(colour):
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def over_land(colour):
    return tuple(round(FILL_ALPHA * c + (1 - FILL_ALPHA) * land) for c, land in zip(rgb(colour), LAND, strict=True))


def show_layers(opened):
    opened.page.click("summary:has-text('图层')")


def toggle(opened, layer):
    opened.page.click(f"input[data-layer={layer}]")
    opened.settle()


def test_it_opens_and_draws_every_class_of_grid(open_page, html):
    pixels = open_page(html).pixels()[:, MAP_LEFT:]
    for colour in YLGNBU[5]:
        assert count_near(pixels, over_land(colour)) > 2000


def test_a_blank_page_would_fail(open_page):
    opened = open_page("<!doctype html><body data-ready=yes></body>", ready=False)
    assert all(count_near(opened.pixels()[:, MAP_LEFT:], over_land(colour)) == 0 for colour in YLGNBU[5])


def test_grids_that_are_drawn_are_where_they_are(open_page, layers):
    # One grid alone must fill the middle of the map and leave its corners free.
    grids = layers["grids"].iloc[[0]]
    pixels = open_page(GridMap(grids, indicators=INDICATORS).to_html()).pixels()[:, MAP_LEFT:]
    middle = pixels[pixels.shape[0] // 2 - 60, pixels.shape[1] // 2 - 60]
    assert np.abs(middle - over_land(YLGNBU[5][2])).max() <= 4
    assert np.abs(pixels[30, 30] - LAND).max() <= 2


def assert_toggles(opened, layer, least):
    before = opened.pixels()[:, MAP_LEFT:]
    toggle(opened, layer)
    without = opened.pixels()[:, MAP_LEFT:]
    changed = int((np.abs(before - without).max(axis=-1) > 8).sum())
    assert changed > least, f"{layer} was not drawn"
    toggle(opened, layer)
    again = opened.pixels()[:, MAP_LEFT:]
    assert int((np.abs(before - again).max(axis=-1) > 8).sum()) < changed / 20, f"{layer} did not come back"


def test_every_layer_can_be_taken_away_and_put_back(open_page, html):
    opened = open_page(html, link="#m=off")
    show_layers(opened)
    for layer in ("streets", "communities", "grids", "roads", "greens", "buildings", "labels"):
        assert_toggles(opened, layer, 150)
    opened.page.click(".leaflet-control-zoom-in")
    opened.page.mouse.move(10, 10)  # away from the button, which looks different under the pointer
    opened.page.wait_for_timeout(1000)
    assert_toggles(opened, "components", 30)


def test_incidents_are_drawn_in_the_colours_of_their_lights(open_page, html):
    pixels = open_page(html).pixels()[:, MAP_LEFT:]
    for state in ("green", "yellow", "red"):
        assert count_near(pixels, rgb(STATES[state])) > 60
    none = open_page(html, link="#m=off").pixels()[:, MAP_LEFT:]
    assert all(count_near(none, rgb(STATES[state])) == 0 for state in ("green", "yellow", "red"))


def test_heat_and_dots(open_page, html):
    opened = open_page(html, link="#m=heat&s=")
    assert count_near(opened.pixels()[:, MAP_LEFT:], (0xDD, 0x51, 0x3A), 40) > 1500
    assert "事件密度" in opened.page.inner_text("#gs-panel")
    opened.page.click("label:has-text('散点')")
    opened.settle()
    dots = opened.pixels()[:, MAP_LEFT:]
    closed = count_near(dots, rgb(STATES["closed"]), 6)
    assert closed > 500
    opened.page.click("label.check:has-text('已结')")
    opened.settle()
    assert count_near(opened.pixels()[:, MAP_LEFT:], rgb(STATES["closed"]), 6) < closed / 4


def test_the_legend_says_unit_classes_method_and_date(open_page, html, layers):
    opened = open_page(html)
    text = opened.page.inner_text(".legend")
    for part in ("户数", "户", "等数量分级", "数据截至 2026-11-01"):
        assert part in text
    counts = [int(found) for found in re.findall(r"(\d+) 格", text)]
    assert len(counts) == 5
    assert sum(counts) == len(layers["grids"])
    opened.page.select_option("select", "1")
    assert "自然断点分级" in opened.page.inner_text(".legend")


def test_a_click_on_a_grid_tells_all_of_it(open_page, html, layers):
    opened = open_page(html, link="#m=off")
    opened.page.mouse.click(MAP_LEFT + 470, 390)
    card = opened.page.wait_for_selector(".card")
    text = card.inner_text()
    code = re.search(r"\d{15}", text)[0]
    grid = layers["grids"].loc[code]
    assert f"{int(grid['weight'])} 户" in text
    for force in FORCES.values():
        assert force in text
    assert "未配备" in text
    mine = layers["postings"].set_index(["grid_code", "force"])["staff_name"]
    assert mine[code, "police_officer"] in text
    incidents = layers["incidents"]
    open_here = ((locate(incidents, layers["grids"]) == code) & (incidents["state"] != "closed")).sum()
    assert f"未结事件 {open_here} 件" in text
    mine = locate(layers["components"], layers["grids"]) == code
    assert f"部件 {mine.sum()}\n" in text
    assert re.search(r"人进户\s+99.25 % 397 / 400\n格进图\s+100 % 48 / 48", text)
    opened.page.click(".card .close")
    assert opened.page.query_selector(".card") is None


def test_time_goes_week_by_week_and_counts_are_right(open_page, html, layers):
    opened = open_page(html, link="#s=")
    slider = opened.page.locator(".track input")
    first = pd.Timestamp("2026-01-01 00:00", tz="Asia/Shanghai")
    days = (layers["incidents"]["reported_at"].dt.tz_convert("Asia/Shanghai") - first).dt.days
    start = days.min()
    slider.fill("3")
    opened.settle()
    said = opened.page.inner_text(".said")
    expected = ((days - start) // 7 == 2).sum()
    assert said.endswith(f"{expected} 件")
    opened.page.click(".play")
    opened.page.wait_for_timeout(1700)
    assert int(slider.input_value()) >= 4
    opened.page.click(".play")


def test_filters_change_the_live_indicator(open_page, html, layers):
    opened = open_page(html, link="#i=2&s=")
    before = opened.page.inner_text(".legend")
    assert "事件数" in before
    opened.page.click("label.check:has-text('环境卫生')")
    opened.settle()
    assert opened.page.inner_text(".legend") != before
    left = (layers["incidents"]["kind"] != "sanitation").sum()
    assert opened.page.inner_text(".said").endswith(f"{left} 件")


@pytest.mark.parametrize(("asked", "kind"), [("110101001001001", "网格"), ("景山第1社区", "社区"), ("第5大街", "道路")])
def test_search_finds_and_goes_there(open_page, html, asked, kind):
    opened = open_page(html)
    before = opened.page.url
    opened.page.fill("#gs-search", asked)
    first = opened.page.inner_text("#gs-found li >> nth=0")
    assert asked in first
    assert kind in first
    opened.page.press("#gs-search", "Enter")
    opened.page.wait_for_timeout(700)
    assert opened.page.url != before


def test_both_languages(open_page, html):
    opened = open_page(html, locale="en-GB")
    assert opened.page.get_attribute("html", "lang") == "en"
    own = {zh for zh, _ in KINDS.values()}
    text = opened.page.inner_text("#gs-panel").replace("中文", "")
    assert not re.findall(r"[一-鿿]+", text), "English words only"
    assert "Grid map of a trial street" in text
    opened.page.click("[data-action=lang]")
    text = opened.page.inner_text("#gs-panel")
    assert opened.page.get_attribute("html", "lang") == "zh-CN"
    assert all(kind in text for kind in own)
    assert "试验街道网格图" in text


def test_dark_and_light(open_page, html):
    opened = open_page(html, color_scheme="dark")
    dark = opened.pixels().mean()
    opened.page.click("[data-action=theme]")
    opened.settle()
    assert opened.pixels().mean() > dark + 40


def test_a_link_opens_the_same_view(open_page, html):
    opened = open_page(html, link="#i=1&m=heat&l=en&th=dark&s=")
    opened.page.click(".leaflet-control-zoom-in")
    opened.page.wait_for_timeout(600)
    link = "#" + opened.page.url.split("#")[1]
    again = open_page(html, link=link)
    assert np.abs(opened.pixels() - again.pixels()).mean() < 0.5


def test_measuring(open_page, html):
    opened = open_page(html, link="#m=off")
    opened.page.click("[data-action=measure]")
    for x, y in ((600, 300), (800, 300), (800, 500)):
        opened.page.mouse.click(x, y)
        opened.page.wait_for_timeout(350)
    said = opened.page.inner_text("#gs-status")
    pixels = opened.page.evaluate("() => document.querySelector('.leaflet-control-scale-line').offsetWidth")
    metres = float(re.match(r"(\d+)", opened.page.inner_text(".leaflet-control-scale-line"))[1])
    assert float(re.match(r"([\d,]+)", said)[1].replace(",", "")) == pytest.approx(400 * metres / pixels, rel=0.04)
    opened.page.keyboard.press("Escape")
    assert opened.page.inner_text("#gs-status") == ""


def test_it_prints_on_one_sheet_with_its_legend(open_page, html):
    opened = open_page(html)
    sheet = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    # A strict reader of what went to the printer: the class colours are on the sheet, not an empty frame with names.
    assert len(sheet) > 20_000
    opened.page.evaluate("() => { window.dispatchEvent(new Event('beforeprint')); }")
    printed = opened.pixels()
    for colour in YLGNBU[5]:
        assert count_near(printed, over_land(colour)) > 500
    assert opened.page.evaluate("() => document.querySelectorAll('.sheet-of-paper').length") == 1
    opened.page.evaluate("() => { window.dispatchEvent(new Event('afterprint')); }")
    opened.settle()
    assert opened.page.evaluate("() => document.body.classList.contains('printing')") is False


def test_a_picture_is_saved(open_page, html):
    opened = open_page(html)
    with opened.page.expect_download() as saved:
        opened.page.click("[data-action=picture]")
    assert saved.value.suggested_filename == "试验街道网格图.png"
    with open(saved.value.path(), "rb") as file:  # noqa: PTH123 - the path comes from the browser
        assert file.read(4) == b"\x89PNG"


def test_about_lists_libraries_and_licences(open_page, html):
    opened = open_page(html)
    opened.page.click("[data-action=about]")
    text = opened.page.inner_text("dialog")
    assert "leaflet 1.9.4" in text
    assert "BSD-2-Clause" in text
    assert "MIT" in text


def test_in_a_notebook_it_lives_in_a_sandbox(open_page, layers):
    shown = GridMap(layers["grids"], indicators=INDICATORS)._repr_html_()
    opened = open_page(f"<!doctype html><body style='margin:0'>{shown}</body>", ready=False)
    frame = opened.page.wait_for_selector("iframe").content_frame()
    frame.wait_for_selector("body[data-ready]", timeout=20_000)
    opened.settle()
    assert count_near(opened.pixels(), over_land(YLGNBU[5][0])) > 500
