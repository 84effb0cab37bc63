"""Makes the pictures of maps/gallery: ``python -m tests.browser.gallery`` (``--demo``: those of the demo only)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from gridsys.domain.matters import INCIDENT_KINDS
from gridsys.render import GridMap, Indicator
from gridsys.render.palette import STATES
from gridsys.resources import resource
from gridsys.sample import City, make_city, make_postings
from gridsys.spatial.division import divide
from gridsys.usecases.demo import run_demo
from tests.browser.conftest import ARGUMENTS

FOLDER = Path(__file__).parents[2] / "maps" / "gallery"
DAY = "2026-07-01"
NOTE = ("合成示例数据，不含真实人口", "Synthetic sample data, no real people")


def streets() -> pd.DataFrame:
    listed = pd.read_csv(resource("geodata", "codes", "dongcheng_areas.csv"), dtype=str)
    return listed[listed["level"] == "street"].drop_duplicates("code").set_index("code")


def draw(city: City, title: tuple[str, str]) -> GridMap:
    plan = divide(
        city.communities, roads=city.roads, barriers=city.barriers, compounds=city.compounds, buildings=city.buildings
    )
    grids = plan.grids.assign(density=(plan.grids["weight"] / plan.grids["area_m2"] * 1e4).round(1))
    indicators = [
        Indicator("weight", "户数", "Households", "户", DAY),
        Indicator("density", "每公顷户数", "Households per hectare", "户/公顷", DAY, "natural"),
    ]
    return GridMap(
        grids, streets=city.streets, communities=city.communities, roads=city.roads, surfaces=city.surfaces,
        buildings=city.buildings, incidents=city.incidents, postings=make_postings(grids, seed=7),
        indicators=indicators, incident_kinds=INCIDENT_KINDS, title=title, note=NOTE,
        titles=len(city.incidents) <= 5_000,
    )  # fmt: skip


def save_small(picture: Image.Image, path: Path) -> None:
    """Save with 256 colours: the lights, the 156 most frequent, and 92 that keep small bright marks what they are."""
    colours = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    bright = [entry for entry in colours if max(entry[1]) - min(entry[1]) > 30]
    lights = [tuple(bytes.fromhex(colour[1:])) for colour in STATES.values()]
    chosen = [*lights, *(rgb for _, rgb in dict.fromkeys([*colours[:156], *bright[:92]]))]
    palette = Image.new("P", (1, 1))
    palette.putpalette([band for rgb in chosen for band in rgb])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def nothing(page: Page) -> None:
    """Leave the page as it opens."""


def choose_grid(page: Page) -> None:
    page.mouse.click(900, 300)


def open_ranking(page: Page) -> None:
    page.click("summary:has-text('前 8 名')")


PICTURES: dict[str, tuple[str, str, dict[str, Any], Callable[[Page], None]]] = {
    "district": ("district", "", {}, open_ranking),
    "street": ("street", "", {}, choose_grid),
    "hotspots": ("district", "#m=heat&s=&t=40", {}, nothing),
    "near": ("district", "#z=16&c=39.93,116.41", {"viewport": {"width": 1180, "height": 720}}, nothing),
    "dark": ("district", "#i=3&s=", {"color_scheme": "dark", "locale": "en-GB"}, nothing),
    "phone": ("street", "", {"viewport": {"width": 390, "height": 844}}, nothing),
}


def choose_first(page: Page) -> None:
    open_ranking(page)
    page.click(".rank button")


DEMO: dict[str, tuple[str, Callable[[Page], None]]] = {
    "demo-street": ("index.html", choose_first), "division": ("division.html", nothing),
    "plan": ("division-map.html", choose_first), "quality": ("quality.html", choose_first),
}  # fmt: skip
"""Pictures of what `make demo` writes."""


def shoot(browser: Browser, address: str, settings: dict[str, Any], act: Callable[[Page], None]) -> Image.Image:
    shown = {"viewport": {"width": 1280, "height": 820}, "locale": "zh-CN", "color_scheme": "light"} | settings
    page = browser.new_context(**shown).new_page()
    page.goto(address)
    act(page)
    page.wait_for_timeout(1500)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.context.close()
    return picture


def shoot_demo(browser: Browser, folder: Path) -> None:
    run_demo(folder)
    for name, (file, act) in DEMO.items():
        picture = shoot(browser, (folder / file).as_uri(), {"viewport": {"width": 1280, "height": 900}}, act)
        save_small(picture, FOLDER / f"{name}.png")


def shoot_maps(browser: Browser, folder: Path) -> None:
    maps = {
        "district": draw(make_city(streets(), scale="district"), ("东城区网格地图", "Dongcheng grid map")),
        "street": draw(make_city(streets(), scale="street"), ("东华门街道网格地图", "Donghuamen Street grid map")),
    }
    for name, (scale, link, settings, act) in PICTURES.items():
        path = folder / f"{scale}.html"
        maps[scale].to_html(path)

        def once_drawn(page: Page, act: Callable[[Page], None] = act) -> None:
            page.wait_for_selector("body[data-ready]")
            act(page)

        save_small(shoot(browser, f"{path.as_uri()}{link}", settings, once_drawn), FOLDER / f"{name}.png")
    maps["district"].to_png(FOLDER / "report.png")
    whole = Image.open(FOLDER / "report.png").convert("RGB")
    small = whole.resize((whole.width * 2 // 3, whole.height * 2 // 3), Image.Resampling.LANCZOS)
    small.quantize(128, dither=Image.Dither.NONE).save(FOLDER / "report.png", optimize=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        shoot_demo(browser, Path(folder))
        if "--demo" not in sys.argv:
            shoot_maps(browser, Path(folder))
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
