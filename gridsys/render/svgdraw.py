"""Draws the pictures of an atlas, which are SVG, on a matplotlib figure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any, Final

import numpy as np
from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from gridsys.render.palette import MISSING, YLGNBU

MM: Final = 72 / 25.4
"""Points in a millimetre."""
CLASS_FILLS: Final = {"unknown": MISSING} | {
    f"q{at}of{count}": colours[at] for count, colours in YLGNBU.items() for at in range(count)
}
"""Class of a unit on the index → its colour."""
_FILLS: Final = CLASS_FILLS | {
    "beside": "#f1f3f6", "ground": "#fffdf3", "park": "#cfe6c4", "water": "#b9d9ee", "building": "#c0c6cf",
    "north": "#17202b", "green": "#009e73", "yellow": "#f0e442", "red": "#d55e00",
}  # fmt: skip
_LINES: Final[dict[str, tuple[str, float]]] = {
    "alley": ("#d3d9e0", 0.8), "collector": ("#c3cbd5", 1.6), "arterial": ("#b3bdca", 3.0), "fence": ("#8a94a3", 0.5),
    "own": ("#b3261e", 1.5), "bar": ("#17202b", 1.0), "light": ("#17202b", 0.5), "unit": ("#6b7280", 0.3),
    "limit": ("#17202b", 0.8),
}  # fmt: skip
_TEXTS: Final = {"name": "#566172", "road-name": "#3d4857", "note": "#17202b"}


class _Pen(BasePen):  # type: ignore[misc] # fontTools is not typed
    """Collects a path's points; all rings are one path, so that holes stay holes."""

    def __init__(self) -> None:
        super().__init__(None)
        self.points: list[tuple[float, float]] = []
        self.codes: list[int] = []

    def _add(self, code: Any, *points: tuple[float, float]) -> None:  # noqa: ANN401 - matplotlib's codes are numpy's
        self.points += points
        self.codes += [code] * len(points)

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._add(Path.MOVETO, pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._add(Path.LINETO, pt)

    def _curveToOne(self, pt1: Any, pt2: Any, pt3: Any) -> None:  # noqa: N802, ANN401 - fontTools' name and types
        self._add(Path.CURVE4, pt1, pt2, pt3)

    def _closePath(self) -> None:  # noqa: N802 - fontTools' name
        self._add(Path.CLOSEPOLY, (0.0, 0.0))


def draw_svg(
    figure: Figure, picture: str, font: FontProperties, *, left: float, top: float, width: float, height: float
) -> None:
    """Draw an SVG of :mod:`gridsys.render.atlaspicture` within a box of a figure; millimetres from its top left."""
    root = ET.fromstring(picture)  # noqa: S314 - our own drawing, made a moment ago
    across, down = (float(part) for part in root.attrib["viewBox"].split()[2:])
    scale = min(width / across, height / down)
    page = figure.get_figheight() * 25.4
    x, y = left + (width - scale * across) / 2, page - top - (height - scale * down) / 2
    place = Affine2D().scale(scale, -scale).translate(x, y)
    for node in root.iter():
        if node.tag == "path":
            _draw_path(figure, node.attrib["d"], node.attrib["class"].split(), place)
        elif node.tag == "text":
            _draw_text(figure, node, font, place, scale)


def to_page(figure: Figure) -> Any:  # noqa: ANN401 - matplotlib's transforms are not typed
    """Return the transform from millimetres, from the bottom left of the page."""
    return Affine2D().scale(1 / 25.4) + figure.dpi_scale_trans


def _draw_path(figure: Figure, path: str, classes: list[str], place: Affine2D) -> None:
    if not path:
        return
    pen = _Pen()
    parse_path(path, pen)
    line = next((_LINES[name] for name in classes if name in _LINES), None)
    fill = next((_FILLS[name] for name in classes if name in _FILLS), "none")
    shape = Path(place.transform(np.array(pen.points)), np.array(pen.codes, dtype=np.uint8))
    figure.add_artist(
        PathPatch(
            shape, transform=to_page(figure), facecolor=fill, edgecolor=line[0] if line else "none",
            linewidth=line[1] if line else 0, linestyle=(0, (4, 2.5)) if "fence" in classes else "-",
            joinstyle="round", snap=False,
        )
    )  # fmt: skip


def _draw_text(figure: Figure, node: ET.Element, font: FontProperties, place: Affine2D, scale: float) -> None:
    at = place.transform((float(node.attrib["x"]), float(node.attrib["y"])))
    turn = node.attrib.get("transform", "rotate(0 ")
    kind, size = node.attrib["class"], float(node.attrib["font-size"]) * scale * MM
    figure.text(
        float(at[0]), float(at[1]), node.text or "", transform=to_page(figure), fontproperties=font, parse_math=False,
        ha="center", va="center", fontsize=size, color=_TEXTS[kind], rotation_mode="anchor",
        rotation=-float(turn.removeprefix("rotate(").split()[0]),
        bbox=None if kind == "note" else {"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.4},
    )  # fmt: skip
