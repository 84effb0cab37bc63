"""Text that people wrote never runs and never asks for anything: a corpus in every text field."""

from __future__ import annotations

import pandas as pd
import pytest

from gridsys.render import GridMap, Indicator
from tests.render.town import town

pytestmark = pytest.mark.browser

CORPUS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    '"><b onmouseover=window.ran=1>',
    "' onfocus='window.ran=1' autofocus='",
    "javascript:window.ran=1",
    "{{ 7*7 }}{% raw %}{# note #}",
    "${window.ran=1}`+window.ran=1+`",
    "<!--<script>",
    "]]><style>*{background:url(https://evil.example/x)}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<a href=https://evil.example/ ping=https://evil.example/>x</a>",
    "甲\u202e乙\u2066丙\u200f",
    "行\u2028分\u2029段\u0000\u0007\x1b[31m",
    "\ufeff&lt;script&gt;&#x3c;script&#x3e;",
    "__proto__",
    "constructor",
    "𝕏😀" * 40,
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile_page():
    layers = town(6, 4, buildings=4, incidents=len(CORPUS) * 4)
    texts = lambda count: [CORPUS[n % len(CORPUS)] for n in range(count)]  # noqa: E731 - said once, used below
    for name, column in (
        ("grids", "name"), ("streets", "name"), ("communities", "name"), ("roads", "name"), ("surfaces", "name"),
        ("buildings", "address"), ("components", "kind"), ("incidents", "title"), ("postings", "staff_name"),
    ):  # fmt: skip
        layers[name] = layers[name].assign(**{column: texts(len(layers[name]))})
    layers["incidents"]["kind"] = texts(len(layers["incidents"]))
    layers["incidents"].index = pd.Index([f"{text}{n}x" for n, text in enumerate(texts(len(layers["incidents"])))])
    details = pd.DataFrame({text: texts(24) for text in CORPUS}, index=layers["grids"].index)
    indicators = [Indicator("weight", text, text, text, text) for text in CORPUS]
    return GridMap(
        **layers, details=details, indicators=indicators, titles=True, title=(CORPUS[1], CORPUS[2]),
        note=(CORPUS[0], CORPUS[3]), incident_kinds={text: (text, text) for text in CORPUS},
        detail_labels={text: (text, text, text) for text in CORPUS},
    ).to_html()  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_the_corpus_runs_anywhere(open_page, hostile_page, lang):
    opened = open_page(hostile_page, link=f"#l={lang}&s=&m=dots")
    page = opened.page
    for choice in range(0, len(CORPUS), 5):
        page.select_option("select", str(choice))
    page.mouse.click(800, 420)
    page.wait_for_selector(".card")
    for summary in page.query_selector_all("summary"):
        summary.click()
    for text in ("script", "img", "甲", "{{"):
        page.fill("#gs-search", text)
    page.press("#gs-search", "Enter")
    page.wait_for_timeout(500)
    page.evaluate("() => document.querySelectorAll('input[type=radio]').forEach(each => each.click())")
    page.click("[data-action=about]")
    opened.settle()
    assert page.evaluate("() => window.ran") is None
    assert page.evaluate("() => ({}).polluted") is None
    assert (
        page.query_selector("#gs-panel script, #gs-panel img, #gs-panel svg, #gs-panel iframe, #gs-panel style") is None
    )
    assert page.evaluate("() => document.querySelectorAll('base, link, meta[http-equiv=refresh]').length") == 0


def test_text_is_shown_as_it_was_written_without_what_turns_it_round(open_page, hostile_page):
    page = open_page(hostile_page, link="#l=zh&m=off").page
    assert CORPUS[1] in page.inner_text("h1")
    page.mouse.click(800, 420)
    text = page.inner_text(".card")
    assert "<img src=x onerror=window.ran=1>" in text
    assert "甲乙丙" in text
    assert not any(sign in text for sign in "\u202e\u2066\u200f\u2028")


def test_popups_of_incidents_show_text_only(open_page, hostile_page):
    opened = open_page(hostile_page, link="#l=zh&m=dots&s=")
    page = opened.page
    for x in range(400, 1240, 120):
        for y in range(120, 700, 120):
            page.mouse.click(x, y)
    assert page.evaluate("() => window.ran") is None


def test_even_a_script_that_got_in_would_not_run(open_page, hostile_page):
    opened = open_page(hostile_page)
    opened.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            document.body.append(script);
            const image = document.createElement("img");
            image.setAttribute("onerror", "window.ran = 1");
            image.src = "data:image/png;base64,broken";
            document.body.append(image);
        }"""
    )
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("() => window.ran") is None
    # The policy says so in the console: the one kind of error wanted here.
    assert opened.errors
    assert all("Content Security Policy" in error for error in opened.errors)
    opened.errors.clear()
