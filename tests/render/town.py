"""A made-up town for map tests: bent cells as grids, in communities and streets, with all that is drawn on them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = 4548
EAST, NORTH = 448_000.0, 4_416_000.0
STREETS = ("东华门街道", "景山街道", "交道口街道", "安定门街道", "北新桥街道", "东四街道")
KINDS = {
    "sanitation": ("环境卫生", "Sanitation"),
    "parking": ("违规停车", "Illegal parking"),
    "noise": ("噪声扰民", "Noise"),
    "facility": ("设施损坏", "Broken facility"),
    "dispute": ("邻里纠纷", "Neighbour dispute"),
    "fire": ("消防隐患", "Fire hazard"),
}


def town(across: int = 6, down: int = 4, *, buildings: int = 12, incidents: int = 300, seed: int = 1) -> dict:
    """Layers of a town of ``across × down`` grids, two by two to a community, two communities to a street."""
    rng = np.random.default_rng(seed)
    size = 180.0
    knots = np.stack(np.meshgrid(np.arange(across + 1), np.arange(down + 1), indexing="ij"), axis=-1) * size
    knots = knots + rng.uniform(-0.18, 0.18, knots.shape) * size + (EAST, NORTH)
    cells, codes, areas, names = [], [], [], []
    for i in range(across):
        for j in range(down):
            corners = [knots[i, j], knots[i + 1, j], knots[i + 1, j + 1], knots[i, j + 1]]
            street, community = 1 + (i // 4), 1 + (i // 2 % 2) * ((down + 1) // 2) + j // 2
            area = f"110101{street:03d}{community:03d}"
            codes.append(f"{area}{1 + i % 2 + 2 * (j % 2):03d}")
            areas.append(area)
            names.append(f"{STREETS[(street - 1) % len(STREETS)][:2]}第{community}社区第{int(codes[-1][-3:])}网格")
            cells.append(shapely.Polygon(corners))
    grids = gpd.GeoDataFrame(
        {"name": names, "area_code": areas, "weight": rng.integers(280, 520, len(cells)).astype(float)},
        index=pd.Index(codes, name="grid_code"), geometry=cells, crs=CRS,
    )  # fmt: skip
    grids.insert(3, "area_m2", grids.area)
    return {
        "grids": grids,
        "streets": _areas(grids, 9, lambda code: STREETS[(int(code[-3:]) - 1) % len(STREETS)], "street"),
        "communities": _areas(
            grids,
            12,
            lambda code: f"{STREETS[(int(code[6:9]) - 1) % len(STREETS)][:2]}第{int(code[-3:])}社区",
            "community",
        ),
        "roads": _roads(knots),
        "surfaces": _surfaces(grids),
        "buildings": _buildings(grids, buildings, rng),
        "components": _components(grids, rng),
        "incidents": _incidents(grids, incidents, rng) if incidents else None,
        "postings": _postings(grids),
    }


def _areas(grids, digits, name, level):
    shapes = grids.dissolve(grids["area_code"].str[:digits])
    codes = list(shapes.index)
    return gpd.GeoDataFrame(
        {"name": [name(code) for code in codes], "level": level},
        index=pd.Index(codes, name="code"), geometry=list(shapes.geometry), crs=CRS,
    )  # fmt: skip


def _roads(knots):
    lines = [shapely.LineString(knots[i]) for i in range(knots.shape[0])]
    lines += [shapely.LineString(knots[:, j]) for j in range(knots.shape[1])]
    kinds = ["arterial" if n % 4 == 0 else "collector" if n % 2 == 0 else "alley" for n in range(len(lines))]
    return gpd.GeoDataFrame(
        {
            "name": [f"第{n + 1}{'大街' if kind == 'arterial' else '胡同'}" for n, kind in enumerate(kinds)],
            "kind": kinds,
        },
        index=pd.Index([f"r{n}" for n in range(len(lines))], name="road_id"), geometry=lines, crs=CRS,
    )  # fmt: skip


def _surfaces(grids):
    spots = [grids.geometry.iloc[1].centroid.buffer(45), grids.geometry.iloc[-2].centroid.buffer(60)]
    return gpd.GeoDataFrame(
        {"name": ["柳荫公园", "什锦湖"], "kind": ["park", "water"]},
        index=pd.Index(["s1", "s2"], name="surface_id"), geometry=spots, crs=CRS,
    )  # fmt: skip


def _buildings(grids, count, rng):
    west, south, east, north = grids.buffer(-25).bounds.to_numpy().T
    side = max(1, round(count**0.5))
    step = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)[:count]
    at = (
        np.stack([west, south], -1)[:, None, :]
        + (step + 0.5) / side * np.stack([east - west, north - south], -1)[:, None, :]
    )
    at = at.reshape(-1, 2)
    half = rng.uniform(3, 60 / side, at.shape)
    boxes = shapely.box(*(at - half).T, *(at + half).T)
    kinds = rng.choice(["courtyard", "slab", "tower"], len(boxes), p=[0.6, 0.3, 0.1])
    return gpd.GeoDataFrame(
        {
            "address": [f"柳荫街{n + 1}号" for n in range(len(boxes))], "kind": kinds,
            "floors": np.where(kinds == "tower", 18, np.where(kinds == "slab", 6, 1)),
            "households": rng.integers(1, 60, len(boxes)),
        },
        index=pd.Index([f"b{n}" for n in range(len(boxes))], name="building_id"), geometry=boxes, crs=CRS,
    )  # fmt: skip


def _components(grids, rng):
    spots = grids.representative_point().to_numpy()
    return gpd.GeoDataFrame(
        {"kind": rng.choice(["井盖", "路灯"], len(spots))},
        index=pd.Index([f"c{n}" for n in range(len(spots))], name="component_id"), geometry=spots, crs=CRS,
    )  # fmt: skip


def _incidents(grids, count, rng):
    west, south, east, north = grids.total_bounds
    centres = rng.uniform((west, south), (east, north), (12, 2))
    xy = centres[rng.choice(12, count, p=rng.dirichlet(np.ones(12)))] + rng.normal(0, 130, (count, 2))
    xy = np.clip(xy, (west + 1, south + 1), (east - 1, north - 1))
    moments = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(
        np.sort(rng.integers(0, 300 * 24 * 60, count)), unit="min"
    )
    return gpd.GeoDataFrame(
        {
            "kind": rng.choice(list(KINDS), count, p=[0.3, 0.25, 0.15, 0.15, 0.1, 0.05]),
            "title": [f"居民反映问题{n}" for n in range(count)],
            "state": rng.choice(["green", "yellow", "red", "closed"], count, p=[0.2, 0.07, 0.03, 0.7]),
            "reported_at": moments,
        },
        index=pd.Index([f"SJ{n:07d}" for n in range(count)], name="incident_id"),
        geometry=shapely.points(xy), crs=CRS,
    )  # fmt: skip


def _postings(grids):
    forces = ("grid_manager", "police_officer", "assistant", "supervisor", "party_secretary", "judicial_worker")
    rows = [(code, force, f"张{n % 7}{force[0]}") for n, code in enumerate(grids.index) for force in forces]
    frame = pd.DataFrame(rows, columns=["grid_code", "force", "staff_name"])
    frame["valid_from"] = pd.Timestamp("2026-01-01")
    frame.index = pd.Index([f"p{n}" for n in range(len(frame))], name="posting_id")
    return frame
