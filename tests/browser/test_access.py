"""Keyboard, contrast, small windows."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})).violations.map(each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 120))])"""
REACHED = """() => {
    const at = document.activeElement;
    return at.dataset.action || at.type || at.className || at.tagName;
}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(("scheme", "locale"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_axe_finds_nothing(open_page, html, scheme, locale):
    page = open_page(html, color_scheme=scheme, locale=locale).page
    for summary in page.query_selector_all("summary"):
        if not summary.evaluate("each => each.parentElement.open"):
            summary.click()
    page.mouse.click(820, 380)
    page.wait_for_selector(".card")
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["plan", "quality"])
def test_axe_finds_nothing_on_the_maps_for_planners(open_page, planners, name, scheme):
    page = open_page(planners[name], color_scheme=scheme).page
    page.click("summary:has-text('图层')")
    page.mouse.click(820, 380)
    page.wait_for_selector(".card")
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []


@pytest.mark.parametrize(("name", "said"), [("plan", "一个街块太重（已证明）"), ("quality", "地址不合 × ")])
def test_keys_alone_choose_a_grid_of_the_ranking_and_close_its_card(open_page, planners, name, said):
    page = open_page(planners[name]).page
    page.focus("#gs-search")
    for _ in range(8):  # colour picker, then the ranking's heading
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('.rank') !== null")
    page.keyboard.press("Enter")
    assert "网格" in page.inner_text(".card")
    while said not in page.inner_text(".card"):  # those farthest below the mean have no reason in this town
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('.rank') !== null"), f"{said} is in no card"
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.query_selector(".card") is None
    assert page.evaluate("() => document.activeElement.closest('.rank') !== null"), "the reader keeps the place"


def test_escape_closes_what_is_nearest_first(open_page, html):
    page = open_page(html, link="#m=off").page
    page.mouse.click(820, 380)
    page.wait_for_selector(".card")
    page.click("[data-action=about]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.click("[data-action=measure]")
    page.keyboard.press("Escape")
    assert page.query_selector(".card") is not None
    page.fill("#gs-search", "景山")
    page.keyboard.press("Escape")
    assert page.query_selector(".card") is not None
    page.keyboard.press("Escape")
    assert page.query_selector(".card") is None


def test_axe_finds_nothing_on_a_phone(open_page, html):
    page = open_page(html, **PHONE).page
    page.click("#gs-bar button >> nth=0")
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []


def test_keys_alone_reach_and_work_everything(open_page, html):
    opened = open_page(html)
    page = opened.page
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "gs-search"
    page.keyboard.type("110101001")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(REACHED))
    assert {"range", "radio", "checkbox", "select-one"} <= reached
    assert any("leaflet-container" in each for each in reached), "the map itself can be reached"
    page.focus(".leaflet-container")
    before = opened.pixels()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert abs(before - opened.pixels()).max() > 50


def test_where_the_focus_is_can_be_seen(open_page, html):
    page = open_page(html).page
    page.focus("#gs-search")
    page.keyboard.press("Tab")
    width = page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
    assert float(width.removesuffix("px")) >= 2


@pytest.mark.parametrize("name", ["town", "plan", "quality"])
def test_nothing_covers_the_map_on_a_phone(open_page, html, planners, name):
    page = open_page((planners | {"town": html})[name], **PHONE).page
    covered = """() => {
        const box = document.querySelector('.leaflet-container').getBoundingClientRect();
        const over = [];
        for (let x = box.left + 8; x < box.right; x += 24) for (let y = box.top + 8; y < box.bottom; y += 24) {
            const top = document.elementFromPoint(x, y);
            if (!top.closest('.leaflet-container') || top.closest('#gs-panel, #gs-bar')) over.push([x, y, top.id]);
        }
        return {over, height: box.height, width: box.width};
    }"""
    shut = page.evaluate(covered)
    assert shut["over"] == []
    assert shut["width"] == 390
    assert shut["height"] > 0.9 * 844
    page.click("#gs-bar button >> nth=0")
    page.wait_for_timeout(200)
    opened = page.evaluate(covered)
    assert opened["over"] == []
    assert opened["height"] > 0.3 * 844
    sideways = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not sideways


def test_buttons_on_a_phone_are_large_enough_to_touch(open_page, html):
    page = open_page(html, **PHONE).page
    for button in page.query_selector_all("#gs-bar button"):
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44
