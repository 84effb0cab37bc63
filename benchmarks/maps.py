"""Measure how large, quick and steady grid maps are, beside stock Folium and ``GeoDataFrame.explore``.

    python benchmarks/maps.py --assets node_modules [--quick] [--peers folium explore]

The district of the sample: its 17 streets divided into grids, 42,000 buildings, 50,000 and 500,000 incidents, and the
grids alone. Each page is opened in headless Chromium with the network cut; what the peers fetch from content networks
is answered from the npm packages under ``--assets`` (leaflet, jquery, bootstrap, leaflet.awesome-markers,
leaflet.markercluster, @fortawesome/fontawesome-free), so that they are measured at their best. Prints one table.

``ready`` is the time from opening to the end of the last long task before 1.5 quiet seconds, and for our pages not
before they say that all layers are drawn; ``block`` the longest task while panning and zooming; ``step`` the time of a
step of the time slider, and ``filter`` of a filter, until painted, the worst of five.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pandas as pd
import psutil
import shapely
from folium.plugins import MarkerCluster
from playwright.sync_api import Page, Playwright, Route, sync_playwright

from gridsys.render import GridMap, Indicator
from gridsys.resources import resource
from gridsys.sample import make_city
from gridsys.spatial.division import Window, divide

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-sandbox",
]  # fmt: skip
LIMIT_SECONDS = 150
FILES = {
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "jquery": "jquery/dist/jquery.min.js",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "awesome-markers.js": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
    "awesome-markers.css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
    "fontawesome": "@fortawesome/fontawesome-free/css/all.min.css",
    "leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
}
WATCH = """window.__long = [];
new PerformanceObserver(list => list.getEntries().forEach(each => __long.push([each.startTime, each.duration])))
    .observe({type: 'longtask', buffered: true});"""
QUIET = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
    const ends = __long.map(each => each[0] + each[1]);
    const entry = performance.getEntriesByName('gridsys-start')[0];
    done({now: performance.now(), last: Math.max(0, ...ends), worst: Math.max(0, ...__long.map(each => each[1])),
          drawn: entry ? entry.startTime + entry.duration : 0,
          load: performance.getEntriesByType('navigation')[0].loadEventEnd});
})))"""
# Time from the event until the frame after it has been handed over; input handlers paint at once.
TIMED = """async ({selector, values, checks}) => {
    const found = [];
    for (const value of values) {
        const target = document.querySelector(selector);
        const began = performance.now();
        if (checks) target.click();
        else { target.value = value; target.dispatchEvent(new Event('input')); }
        found.push(performance.now() - began);
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)));
    }
    return Math.max(...found);
}"""
Layers = dict[str, Any]
BACKGROUND = {"surfaces": ["name", "kind"], "roads": ["name", "kind"], "buildings": ["kind", "floors"]}
"""What every page draws under the incidents, and what it tells of each."""


def district(incidents: int, base: Layers) -> Layers:
    """Return the sample district with a number of incidents: its own, or copies strewn a little in space and time."""
    layers = dict(base)
    own = base["incidents"]
    if incidents > len(own):
        rng = np.random.default_rng(1)
        copies = pd.concat([own] * -(-incidents // len(own))).iloc[:incidents]
        xy = shapely.get_coordinates(copies.geometry.to_numpy()) + rng.normal(0, 15, (incidents, 2))
        moved = copies["reported_at"] + pd.to_timedelta(rng.integers(0, 9 * 3600, incidents), unit="s")
        strewn = copies.set_geometry(shapely.points(xy), crs=own.crs).assign(reported_at=moved)
        layers["incidents"] = strewn.sort_values("reported_at")
        layers["incidents"].index = pd.Index([f"I{n:07d}" for n in range(incidents)], name="incident_id")
    return layers


def sample() -> Layers:
    """Return the sample district, divided by a window that gives about as many grids as Dongcheng has."""
    listed = pd.read_csv(resource("geodata", "codes", "dongcheng_areas.csv"), dtype=str)
    streets = listed[listed["level"] == "street"].drop_duplicates("code").set_index("code")
    city = make_city(streets, scale="district")
    plan = divide(
        city.communities, roads=city.roads, barriers=city.barriers, compounds=city.compounds,
        buildings=city.buildings, rule=Window(450, 750),
    )  # fmt: skip
    shaped = city.buildings[city.buildings.geometry.notna()]
    return {
        "grids": plan.grids, "streets": city.streets, "communities": city.communities, "roads": city.roads,
        "surfaces": city.surfaces, "buildings": shaped, "incidents": city.incidents,
    }  # fmt: skip


def ours(layers: Layers, path: Path) -> None:
    indicator = Indicator("weight", "户数", "Households", "户", "2026-11-01")
    GridMap(**layers, indicators=[indicator]).to_html(path)


def grids_alone(layers: Layers, path: Path) -> None:
    ours({key: layers[key] for key in ("grids", "streets", "communities")}, path)


def naive_folium(layers: Layers, path: Path) -> None:
    """Write what a reader of Folium's guide would, of all that our page shows.

    GeoJson layers with tooltips, a choropleth, clustered markers whose popups say what ours say: number, kind, state,
    time.
    """
    grids = layers["grids"].to_crs(4326).reset_index()
    page = folium.Map(location=[39.915, 116.405], zoom_start=13, tiles=None, prefer_canvas=True)
    folium.Choropleth(grids, data=grids, columns=["grid_code", "weight"], key_on="feature.properties.grid_code").add_to(
        page
    )
    folium.GeoJson(
        grids, style_function=lambda _: {"fillOpacity": 0, "weight": 1},
        tooltip=folium.GeoJsonTooltip(["grid_code", "name", "weight"]),
    ).add_to(page)  # fmt: skip
    for role, told in BACKGROUND.items():
        frame = layers[role].to_crs(4326)[["geometry", *told]]
        folium.GeoJson(frame, tooltip=folium.GeoJsonTooltip(told)).add_to(page)
    cluster = MarkerCluster().add_to(page)
    points = layers["incidents"].to_crs(4326)
    told_of = zip(points.index, points["kind"], points["state"], points["reported_at"], strict=True)
    for point, said in zip(points.geometry, told_of, strict=True):
        folium.Marker([point.y, point.x], popup="<br>".join(map(str, said))).add_to(cluster)
    page.save(path)


def stock_explore(layers: Layers, path: Path) -> None:
    page = layers["grids"].explore(column="weight", scheme="quantiles", k=5, tiles=None, prefer_canvas=True)
    for role, told in BACKGROUND.items():
        page = layers[role][["geometry", *told]].explore(m=page, color="grey")
    incidents = layers["incidents"][["geometry", "kind", "state", "reported_at"]]
    incidents.assign(reported_at=incidents["reported_at"].astype(str)).explore(column="kind", m=page)
    page.save(path)


def renderer_mib() -> int:
    most = 0
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                most = max(most, process.memory_full_info().pss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return most >> 20


def quiet(page: Page, limit: float) -> dict[str, float]:
    """Wait for 1.5 seconds without a long task."""
    until = time.monotonic() + limit
    while True:
        seen = page.evaluate(QUIET)
        if seen["now"] - max(seen["last"], seen["drawn"]) > 1500:
            return dict(seen)
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)


def longest_block(page: Page) -> float:
    """Return the longest task while the map is dragged and zoomed twice."""
    worst = 0.0
    for move in (drag, zoom, zoom, drag):
        page.evaluate("() => { __long.length = 0; }")
        move(page)
        worst = max(worst, quiet(page, 60)["worst"])
    return worst


def drag(page: Page) -> None:
    page.mouse.move(900, 450)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(900 - step * 20, 450 - step * 10)
    page.mouse.up()


def zoom(page: Page) -> None:
    page.mouse.move(900, 450)
    page.mouse.wheel(0, -240)


def measure(playwright: Playwright, path: Path, assets: Path | None, link: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"bytes": path.stat().st_size}
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        for part, file in FILES.items():
            if assets and part in route.request.url and (assets / file).exists():
                route.fulfill(path=str(assets / file))
                return
        route.abort()

    with tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, headless=True, args=ARGUMENTS, viewport={"width": 1400, "height": 900}
        )
        page = context.pages[0]
        page.set_default_timeout(LIMIT_SECONDS * 1000)
        page.route(re.compile("^https?://"), answer)
        page.add_init_script(WATCH)
        try:
            page.goto(f"{path.as_uri()}{link}", wait_until="load")
            seen = quiet(page, LIMIT_SECONDS)
            found["ready_s"] = round(max(seen["load"], seen["last"], seen["drawn"]) / 1000, 2)
            found["memory_mib"] = renderer_mib()
            found["block_ms"] = round(longest_block(page))
            if page.query_selector(".track input"):
                slider = {"selector": ".track input", "values": [5, 20, 21, 40, 0], "checks": False}
                found["step_ms"] = round(page.evaluate(TIMED, slider), 1)
                box = {"selector": ".checks input", "values": [0] * 6, "checks": True}
                found["filter_ms"] = round(page.evaluate(TIMED, box), 1)
        except Exception as error:  # noqa: BLE001 - a peer that fails is a result
            found["failed"] = f"{type(error).__name__} after {LIMIT_SECONDS} s: {str(error)[:60]}"
        context.close()
    found["requests"] = len(asked)
    return found


def build(make: Callable[[Layers, Path], None], layers: Layers, path: Path) -> float:
    began = time.process_time()
    make(layers, path)
    return round(time.process_time() - began, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, help="a node_modules folder with what the peers fetch")
    parser.add_argument("--quick", action="store_true", help="leave the peers out")
    parser.add_argument("--peers", nargs="*", default=["folium", "explore"], choices=["folium", "explore"])
    chosen = parser.parse_args()
    base = sample()
    print(f"{len(base['grids'])} grids, {len(base['buildings'])} buildings, {len(base['roads'])} roads")
    jobs: list[tuple[str, int, Callable[[Layers, Path], None]]] = [
        ("gridsys, grids alone", 0, grids_alone), ("gridsys", 50_000, ours), ("gridsys", 500_000, ours),
    ]  # fmt: skip
    peers = {"folium": ("folium", 50_000, naive_folium), "explore": ("explore", 50_000, stock_explore)}
    jobs += [] if chosen.quick else [peers[name] for name in chosen.peers]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for name, incidents, make in jobs:
            path = Path(folder) / "map.html"
            layers = district(incidents, base)
            row = {"map": name, "incidents": incidents, "build_cpu_s": build(make, layers, path)}
            print(json.dumps(row | measure(playwright, path, chosen.assets, "#s=" if make is ours else "")), flush=True)


if __name__ == "__main__":
    main()
