"""Pages in headless Chromium with the network cut: whatever is asked for is refused and written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from gridsys.domain.linkage import Link
from gridsys.measure import chain_rates
from gridsys.render import DivisionTables, GridMap, Indicator, plan_map, quality_map
from tests.render.town import KINDS, town

ARGUMENTS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-sandbox",
]  # fmt: skip
INDICATORS = (
    Indicator("weight", "户数", "Households", "户", "2026-11-01"),
    Indicator("area_m2", "面积", "Area", "m²", "2026-11-01", "natural"),
)


@dataclass
class Opened:
    """A page and all it did that a page of ours must not do."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def pixels(self) -> np.ndarray:
        """The window as it looks, rows × columns × red, green, blue."""
        return np.asarray(Image.open(BytesIO(self.page.screenshot())).convert("RGB")).astype(int)

    def settle(self) -> None:
        """Wait until what was asked for has been drawn."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 250)))")


def count_near(pixels: np.ndarray, colour: tuple[int, int, int], tolerance: int = 4) -> int:
    """How many pixels have a colour, give or take."""
    return int((np.abs(pixels - colour).max(axis=-1) <= tolerance).sum())


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Function: the text of a page → the page, opened from a file; at the end it must have done nothing wrong."""
    opened: list[Opened] = []

    def _open(html: str, *, link: str = "", ready: bool = True, **context: Any) -> Opened:
        path = tmp_path / f"map{len(opened)}.html"
        path.write_text(html, encoding="utf-8")
        settings = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", "color_scheme": "light"} | context
        page = browser.new_context(**settings).new_page()
        result = Opened(page)
        opened.append(result)

        def refuse(route: Any) -> None:
            result.asked.append(route.request.url)
            route.abort()

        def dismiss(dialog: Any) -> None:
            result.dialogs.append(dialog.message)
            dialog.dismiss()

        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else refuse(route))
        page.on("console", lambda said: result.errors.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: result.errors.append(str(error)))
        page.on("dialog", dismiss)
        page.goto(f"{path.as_uri()}{link}")
        if ready:
            page.wait_for_selector("body[data-ready]", timeout=20_000)
            result.settle()
        return result

    yield _open
    for each in opened:
        each.page.context.close()
        assert each.asked == [], "the page asked the network for something"
        assert each.errors == []
        assert each.dialogs == []


@pytest.fixture(scope="session")
def layers() -> dict[str, Any]:
    """Layers of a town, incidents included."""
    return town(8, 6, buildings=25, incidents=900)


@pytest.fixture(scope="session")
def html(layers: dict[str, Any]) -> str:
    """The town's page."""
    names = {"title": ("试验街道网格图", "Grid map of a trial street"), "note": ("合成数据", "Synthetic data")}
    chain = chain_rates({Link.RESIDENCE: 400, Link.DISPLAY: 48}, pd.DataFrame({"link": [Link.RESIDENCE] * 3}))
    return GridMap(
        **layers, indicators=INDICATORS, incident_kinds=KINDS, titles=True, chain=chain, **names
    ).to_html()  # fmt: skip


@pytest.fixture(scope="session")
def planners(layers: dict[str, Any]) -> dict[str, str]:
    """The two pages for planners: the plan with its exceptions, and ninety findings."""
    grids = layers["grids"]
    columns = {"check": "building.address", "severity": "error", "table": "building", "id": "b"}
    findings = gpd.GeoDataFrame(
        columns, index=layers["buildings"].index[:90], geometry=layers["buildings"].centroid[:90]
    )
    mean = grids.groupby("area_code")["weight"].mean()
    balance = pd.DataFrame({"name": mean.index, "mean": mean})
    heavy = grids.index[grids["weight"] > 1.1 * grids["area_code"].map(mean)]
    reasons = {"reason_zh": "一个街块太重", "reason": "one block too heavy", "proved": True}
    exceptions = pd.DataFrame(reasons, index=heavy)
    tables = DivisionTables(grids, balance, exceptions, exceptions, balance, {}, layers["communities"], layers["roads"])
    names = {"building.address": ("地址不合", "Address does not fit")}
    return {
        "plan": plan_map(tables).to_html(),
        "quality": quality_map(grids, findings, check_names=names).to_html(),
    }
