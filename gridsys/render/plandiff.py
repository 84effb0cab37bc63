"""Two plans beside each other in two colours, and the ground that changed hands (调整对照)."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from gridsys.render.planpicture import Frame, svg
from gridsys.render.template import render_template

_KEYS: Final = (
    {"name": "old", "zh": "原网格界", "en": "limit before", "path": "M0 6H24"},
    {"name": "new", "zh": "现网格界", "en": "limit after", "path": "M0 6H24"},
    {"name": "moved", "zh": "改属的地块", "en": "changed hands", "path": "M0 0H24V12H0Z"},
)
_SAME: Final = 0.05
"""Metres within which two limits are the same."""
CHANGE_ZH: Final = {
    "kept": "未变",
    "moved": "划转",
    "split": "拆分",
    "merged": "合并",
    "redrawn": "重划",
    "closed": "撤销",
    "opened": "新设",
}
"""Kinds of change of ``gridsys.spatial.lineage`` in Chinese."""


def difference_page(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    succession: pd.DataFrame,
    *,
    unit: tuple[str, str] = ("户数", "households"),
    footer: str = "",
) -> str:
    """Return the comparison of two plans as one HTML page that opens anywhere.

    Parameters
    ----------
    old, new
        Frames of kind ``grid`` in one projected CRS.
    succession
        What :func:`gridsys.spatial.lineage.lineage` returned for them.
    unit
        What the weight counts, in Chinese and English.
    footer
        A line at the end.
    """
    changed = succession[succession["change"] != "kept"]
    moved, total = float(changed["weight"].sum()), float(succession["weight"].sum())
    figures = (
        ("原网格", "grids before", f"{len(old):,}"),
        ("现网格", "grids after", f"{len(new):,}"),
        (f"改属{unit[0]}", f"{unit[1]} that changed grid", f"{moved:,.0f}"),
        ("占全部", "of all", f"{moved / total:.2%}" if total else "–"),
        ("改属面积", "area that changed grid, ha", f"{changed['area_m2'].sum() / 1e4:,.2f}"),
    )
    return render_template(
        "plandiff.html",
        figures=[{"zh": zh, "en": en, "value": value} for zh, en, value in figures],
        picture=_draw(old, new, changed),
        keys=_KEYS,
        unit=unit,
        footer=footer,
        rows=[
            {
                "predecessor": row["predecessor"] if pd.notna(row["predecessor"]) else "–",
                "successor": row["successor"] if pd.notna(row["successor"]) else "–",
                "change": f"{CHANGE_ZH[row['change']]} {row['change']}",
                "weight": f"{row['weight']:,.0f}",
                "share": f"{row['weight_share']:.1%}" if pd.notna(row["weight_share"]) else "–",
                "area": f"{row['area_m2']:,.0f}",
            }
            for row in changed.to_dict("records")
        ],
    )


def _draw(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, changed: pd.DataFrame) -> Markup:
    bounds = np.array([old.total_bounds, new.total_bounds])
    frame = Frame(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    both = changed.dropna(subset=["predecessor", "successor"])
    ground = shapely.intersection(
        old.geometry.reindex(both["predecessor"]).to_numpy(), new.geometry.reindex(both["successor"]).to_numpy()
    )
    before, after = (shapely.union_all(shapely.boundary(one.geometry.to_numpy())) for one in (old, new))
    parts = [
        f'<path class="ground" d="{frame.areas(new.geometry.to_numpy())}"/>',
        f'<path class="moved" d="{frame.areas(ground)}"/>',
        f'<path class="kept" d="{frame.lines([after])}"/>',
        f'<path class="new" d="{frame.lines([shapely.difference(after, shapely.buffer(before, _SAME))])}"/>',
        f'<path class="old" d="{frame.lines([shapely.difference(before, shapely.buffer(after, _SAME))])}"/>',
    ]
    return svg(frame, parts)
