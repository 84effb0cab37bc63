"""The page: Folium's map, made self-contained, with a policy that lets only its own program run."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import re
from typing import Any, Final

import folium
from branca.element import Element
from folium.template import Template

from gridsys.errors import RenderError
from gridsys.render import assets
from gridsys.render.codec import Ints, unpack

DATA_ID: Final = "gridsys-data"
PROGRAM_ID: Final = "gridsys-program"
_DATA: Final = re.compile(rf'<script type="application/octet-stream" id="{DATA_ID}">([A-Za-z0-9+/=.]*)</script>')
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_VIEWPORT: Final = re.compile(r'<meta name="viewport".*?/>', re.DOTALL)
_LETS_ZOOM: Final = '<meta name="viewport" content="width=device-width, initial-scale=1" />'


class _Raw(Element):
    """Text put into the page as it is: branca would read it as a template, where ``{#`` and ``{{`` mean something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self._template = Template("{{ this.text }}")


class _Start(folium.MacroElement):
    """Starts the page's program on Folium's map."""

    _template = Template("{% macro script(this, kwargs) %}startGridMap({{ this._parent.get_name() }});{% endmacro %}")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "GridMap"


def build_page(payload: str, title: str, *, image_sources: tuple[str, ...] = ()) -> str:
    """Return a whole page around a payload.

    Parameters
    ----------
    payload
        Text of :meth:`gridsys.render.codec.Packer.pack`.
    title
        Title of the window, escaped here.
    image_sources
        Origins of an opted-in tile server; none for a page that asks for nothing.
    """
    # Folium names things by random ids; a fixed one keeps equal maps equal, byte for byte.
    base = folium.Map(location=[0, 0], zoom_start=13, tiles=None, zoom_control=False, attribution_control=False,
                      zoom_snap=0.25, zoom_delta=1, fade_animation=False, wheel_px_per_zoom_level=90)  # fmt: skip
    base._id = "gridsys"  # noqa: SLF001 - branca offers no other way
    base.default_js, base.default_css = [], []
    base.add_child(_Start())
    root: Any = base.get_root()
    root.title = html.escape(title)
    root.header.add_child(_Raw(f"<style>{assets.styles()}</style>"))
    packed = base64.b64encode(gzip.compress(assets.everything().encode(), mtime=0)).decode("ascii")
    root.header.add_child(_Raw(f'<script type="application/octet-stream" id="{PROGRAM_ID}">{packed}</script>'))
    root.header.add_child(_Raw(f"<script>{_inert(assets.unpacker())}</script>"))
    root.html.add_child(_Raw(f'<script type="application/octet-stream" id="{DATA_ID}">{payload}</script>'))
    page = root.render().replace("<html>", '<html lang="zh-CN">', 1)
    page = _VIEWPORT.sub(_LETS_ZOOM, page, count=1)
    return page.replace("<head>", f"<head>\n{_policy(page, image_sources)}", 1)


def read_page(page: str) -> dict[str, Any]:
    """Return what a written page carries, decoded from its payload.

    Parameters
    ----------
    page
        Text of a page of :class:`gridsys.render.GridMap`.

    Returns
    -------
    dict
        ``header`` and ``arrays`` as packed; ``grids``: codes of the grids that have a shape in the page, in order;
        ``incidents``: number of incidents; ``incidents_by_grid``: code → number; ``unplaced``: incidents in no grid.

    Raises
    ------
    RenderError
        GS701 when the page has no payload, or one that cannot be read.
    """
    found = _DATA.search(page)
    if found is None:
        raise RenderError(
            "GS701", "this page carries no grid map", fix="give the text of a page made by GridMap.to_html"
        )
    header, arrays = unpack(found[1])
    codes: list[str] = header["grids"]["code"]
    shaped = [code for code, points in zip(codes, _points_of_grids(arrays), strict=True) if points > 2]  # noqa: PLR2004 - a triangle
    placed = arrays.get("incident_grid")
    by_grid = dict.fromkeys(codes, 0)
    if placed is not None:
        for number in placed[placed < len(codes)]:
            by_grid[codes[number]] += 1
    return {
        "header": header,
        "arrays": arrays,
        "grids": shaped,
        "incidents": 0 if placed is None else len(placed),
        "incidents_by_grid": by_grid,
        "unplaced": 0 if placed is None else int((placed == len(codes)).sum()),
    }


def _points_of_grids(arrays: dict[str, Ints]) -> list[int]:
    points, ring, reference = [], 0, 0
    lengths, arcs = arrays["arc_length"], arrays["ring_arc"]
    for rings in arrays["grid_rings"]:
        total = 0
        for _ in range(rings):
            count = int(arrays["ring_arcs"][ring])
            total += sum(int(lengths[arc >> 1]) - 1 for arc in arcs[reference : reference + count])
            ring, reference = ring + 1, reference + count
        points.append(total)
    return points


def _inert(script: str) -> str:
    # Inside a script element these two would end or change it; in a JavaScript string the escapes mean the same.
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _policy(page: str, image_sources: tuple[str, ...]) -> str:
    scripts = " ".join(_digest(text) for text in (*_SCRIPT.findall(page), assets.everything()))
    looks = " ".join(_digest(text) for text in _STYLE.findall(page))
    images = " ".join(["data:", "blob:", *image_sources])
    rules = (
        f"default-src 'none'; script-src {scripts}; style-src {looks}; img-src {images}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}" />'


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
