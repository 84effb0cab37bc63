"""The sheets of an atlas as PDF: A4, drawn without a browser, Chinese embedded; and bound, with a table of contents."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final
from unicodedata import east_asian_width

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from gridsys.render.svgdraw import CLASS_FILLS, MM, draw_svg, to_page

Values = Mapping[str, Any]
WIDE, HIGH = 210.0, 297.0
"""A4, millimetres."""
WORDS: Final = (
    "七种力量事件未结已结关联率本全库所辖网格编码名称住户人口相邻空缺在岗格目录页数据截至北向上公开版不公布小于推出由它可的"
    "按时将超另有个见东南西房屋楼栋面积社区街道其他有人进或图共·–—›…、，：（）／%●▲■"
)
"""Characters of what the sheets say themselves."""
_LEFT, _RIGHT, _MIDDLE = 12.0, 198.0, 106.0
_SOFT, _INK, _RED = "#566172", "#17202b", "#9c2b12"
_NOBODY: Final = ("空缺", "0 / ")
_BOTTOM: Final = 284.0
_ROW: Final = 4.6
_LINES_OF_CONTENTS: Final = 104
_LIGHTS: Final = {
    "green": "● 未结，按时 on time",
    "yellow": "▲ 未结，将超时 nearly due",
    "red": "■ 未结，已超时 overdue",
}
_LIGHT_COLOURS: Final = {"green": "#00734f", "yellow": "#7a6a00", "red": "#b3450a"}


class Page:
    """A sheet of paper: texts, lines and tables by millimetres from its top left."""

    def __init__(self, font: FontProperties) -> None:
        self.figure = Figure(figsize=(WIDE / 25.4, HIGH / 25.4), facecolor="white")
        self.font = font

    def text(
        self, x: float, y: float, said: object, size: float = 8.5, *, color: str = _INK, ha: str = "left",
        room: float | None = None,
    ) -> None:  # fmt: skip
        """Write one line; cut with an ellipsis where it has no room."""
        line = str(said) if room is None else fit(str(said), room / (size / MM))
        self.figure.text(
            x, HIGH - y, line, transform=to_page(self.figure), fontproperties=self.font, fontsize=size, color=color,
            ha=ha, va="baseline", parse_math=False,
        )  # fmt: skip

    def rule(self, x: float, y: float, width: float, *, height: float = 0.0, color: str = "#d9dee5",
             fill: str = "none") -> None:  # fmt: skip
        """Draw a line, or a box."""
        self.figure.add_artist(
            Rectangle((x, HIGH - y - height), width, height, transform=to_page(self.figure), facecolor=fill,
                      edgecolor=color, linewidth=0.5)
        )  # fmt: skip

    def heading(self, x: float, y: float, said: str, width: float) -> float:
        """Write a heading; return where what it heads begins."""
        self.text(x, y + 4, said, 10)
        self.rule(x, y + 5.4, width, color=_INK)
        return y + 5.4

    def table(
        self, x: float, y: float, width: float, rows: Sequence[Sequence[object]], stops: Sequence[float]
    ) -> float:
        """Write rows: the first cell from the left, the others up to their stops from the right; return the end."""
        for first, *others in rows:
            y += _ROW
            widest = max(stops, default=0.0)
            self.text(x, y - 1.2, first, room=width - widest - (13 if others else 0))
            for cell, stop in zip(others, stops, strict=True):
                self.text(
                    x + width - stop, y - 1.2, cell, ha="right", color=_RED if str(cell).startswith(_NOBODY) else _INK
                )
            self.rule(x, y, width)
        return y

    def to_pdf(self) -> bytes:
        """Return the page as a PDF of its own."""
        out = BytesIO()
        with _writing():
            self.figure.savefig(out, format="pdf", metadata=_METADATA)
        return out.getvalue()


_METADATA: Final[dict[str, Any]] = {"Creator": "gridsys atlas", "Producer": None, "CreationDate": None}


@contextmanager
def _writing() -> Iterator[None]:
    """Fonts embedded as they are; a letter no font has is an empty box, not an outcry."""
    with rc_context({"pdf.fonttype": 42}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        yield


def fit(text: str, ems: float) -> str:
    """Return a text, cut with an ellipsis if it is wider than so many ems.

    Examples
    --------
    >>> fit("东华门街道", 6), fit("东华门街道", 3)
    ('东华门街道', '东华…')
    """
    width = 0.0
    for at, letter in enumerate(text):
        width += 1.0 if east_asian_width(letter) in "WFA" else 0.6
        if width > ems:
            return text[: max(at - 1, 0)] + "…"
    return text


def draw_page(values: Values, font: FontProperties) -> Page:
    """Return the sheet of one unit from the values its HTML page is made of."""
    page = Page(font)
    page.text(_LEFT, 14, " › ".join(values["place"]), 8.5, color=_SOFT, room=120)
    page.text(_RIGHT, 14, values["title"][0], 8.5, color=_SOFT, ha="right", room=60)
    page.text(_LEFT, 22, values["name"], 17, room=125)
    page.text(_RIGHT, 22, values["code"], 10, color=_SOFT, ha="right")
    draw_svg(page.figure, str(values["picture"]), font, left=_LEFT, top=25, width=186, height=109.4)
    page.rule(_LEFT, 25, 186, height=109.4)
    for at, light in enumerate(values["lights"]):
        page.text(_LEFT + 52 * at, 139, _LIGHTS[light], 8, color=_LIGHT_COLOURS[light])
    _draw_figures(page, values["figures"])
    y = 158.0
    if values["hidden"]:
        why = "数小于 5，或由它可推出小于 5 的数，不公布  withheld: under 5, or it would give a number under 5 away"
        page.text(_LEFT, y + 3, f"{values['withheld']} {why}", 8, color=_SOFT)
        y += 5
    end = max(_draw_forces(page, values, y), _draw_tables(page, values, y))
    end = _draw_parts(page, values, end + 2) if values["parts"] else end
    _draw_neighbours(page, values, end + 2)
    _draw_foot(page, values)
    return page


def _draw_figures(page: Page, figures: Sequence[Mapping[str, str]]) -> None:
    width = 186 / len(figures)
    for at, each in enumerate(figures):
        x = _LEFT + at * width
        page.rule(x + 0.6, 142, width - 1.2, height=14)
        page.text(x + 2.2, 146.5, each["zh"], 8, room=width - 3)
        page.text(x + 2.2, 149.4, each["en"], 6, color=_SOFT, room=width - 3)
        page.text(x + 2.2, 154.6, each["value"], 12)


def _draw_forces(page: Page, values: Values, y: float) -> float:
    rows = []
    for force in values["forces"]:
        there = f"{force['filled']} / {force['of']} 格" if force["of"] > 1 else "" if force["filled"] else "空缺 vacant"
        said = there or force["names"] or "在岗 there"
        rows.append((f"{force['zh']} {force['en']}", fit(said, 14)))
    return page.table(_LEFT, page.heading(_LEFT, y, "七种力量  The seven forces", 88), 88, rows, (0,))


def _draw_tables(page: Page, values: Values, y: float) -> float:
    width = _RIGHT - _MIDDLE
    if values["kinds"]:
        y = page.heading(_MIDDLE, y, "事件  Incidents", width)
        rows = [("", "未结 open", "已结 closed")]
        rows += [(f"{kind['zh']} {kind['en']}", kind["open"], kind["closed"]) for kind in values["kinds"]]
        y = page.table(_MIDDLE, y, width, rows, (18, 0)) + 1
    chain = [(f"{row['zh']} {row['en']}", row["of"], row["rate"]) for row in values["chain"]]
    chain += [(f"全库{row['zh']} {row['en']}", row["of"], row["rate"]) for row in values["rates"]]
    if chain:
        y = page.table(_MIDDLE, page.heading(_MIDDLE, y, "关联率  The chain", width), width, chain, (14, 0))
    return y


def _draw_parts(page: Page, values: Values, y: float) -> float:
    y = page.heading(_LEFT, y, "所辖网格  Grids", 186)
    rows: list[tuple[object, ...]] = [("", "住户 households", "人口 persons", "未结事件 open incidents")]
    rows += [(f"{part['code']}  {part['name']}", part["households"], part["persons"], part["incidents_open"])
             for part in values["parts"]]  # fmt: skip
    room = max(2, int((_BOTTOM - 6 - y) / _ROW) - 1)
    if len(rows) > room:
        rows = [*rows[: room - 1], (f"另有 {len(rows) - room + 1} 个，见网页  more on the web page", "", "", "")]
    return page.table(_LEFT, y, 186, rows, (72, 40, 0))


def _draw_neighbours(page: Page, values: Values, y: float) -> None:
    around = values["neighbours"]
    room = 3 * int((_BOTTOM - y - 8) / _ROW)
    if not around or room < 3:  # noqa: PLR2004 - one row of three columns
        return
    y = page.heading(_LEFT, y, f"相邻{values['level']['zh']}  Neighbours", 186)
    if len(around) > room:
        around = around[: room - 1]
    for at, other in enumerate(around):
        x, line = _LEFT + 62 * (at % 3), y + _ROW * (1 + at // 3)
        page.text(x, line - 1, f"{other['zh']} {other['en']}", 8, color=_SOFT)
        page.text(x + 13, line - 1, f"{other['name']}  {other['code'][-6:]}", 8, room=47)


def _draw_foot(page: Page, values: Values, number: str = "") -> None:
    public = "" if values["office"] else " · 公开版 for the public"
    page.text(_LEFT, 290, f"数据截至 {values['as_of']} as of · CGCS2000 · 北向上 north up{public}", 7.5, color=_SOFT)
    page.text(_RIGHT, 290, number, 7.5, color=_SOFT, ha="right")


def bind(sheets: Iterable[Values], index: Values, font: FontProperties, rows: Sequence[tuple[str, str]]) -> bytes:
    """Return all sheets as one PDF: a cover with the map of all units, a table of contents, numbered pages.

    Parameters
    ----------
    sheets
        Values of the sheets, in the order of ``rows``.
    index
        Values of the index page.
    font
        Of :func:`gridsys.render.sheetfont.sheet_font`.
    rows
        Code and name of each sheet.
    """
    out = BytesIO()
    listed = [rows[at : at + _LINES_OF_CONTENTS] for at in range(0, len(rows), _LINES_OF_CONTENTS)]
    first = 2 + len(listed)
    with _writing(), PdfPages(out, metadata=_METADATA) as book:
        book.savefig(_cover(index, font).figure)
        for number, part in enumerate(listed):
            book.savefig(_contents(part, index, font, number, first).figure)
        for at, values in enumerate(sheets):
            page = draw_page(values, font)
            page.text(_RIGHT, 290, first + at, 7.5, color=_SOFT, ha="right")
            book.savefig(page.figure)
    return out.getvalue()


def _cover(index: Values, font: FontProperties) -> Page:
    page = Page(font)
    page.text(_LEFT, 30, index["title"][0], 26, room=186)
    page.text(_LEFT, 39, index["title"][1], 13, color=_SOFT, room=186)
    draw_svg(page.figure, str(index["picture"]), font, left=_LEFT, top=46, width=186, height=206)
    for at, each in enumerate(index["figures"]):
        x = _LEFT + 27 * at
        page.text(x, 259, each["zh"], 8, color=_SOFT)
        page.text(x, 265, each["value"], 12)
    page.text(_LEFT, 275, "住户 households", 8, color=_SOFT)
    for at, item in enumerate(index["legend"]):
        x = _LEFT + 27 + 26 * at
        page.rule(x, 272, 4, height=4, color="#6b7280", fill=CLASS_FILLS[item["name"]])
        page.text(x + 5.5, 275, item["text"], 8)
    _draw_foot(page, index, "1")
    return page


def _contents(part: Sequence[tuple[str, str]], index: Values, font: FontProperties, number: int, first: int) -> Page:
    page = Page(font)
    page.text(_LEFT, 20, "目录  Contents", 15)
    half = _LINES_OF_CONTENTS // 2
    for at, (code, name) in enumerate(part):
        x, y = _LEFT + 96 * (at // half), 30 + 4.85 * (at % half)
        page.text(x, y, code, 7.5, color=_SOFT)
        page.text(x + 28, y, name, 8, room=52)
        page.text(x + 90, y, first + number * _LINES_OF_CONTENTS + at, 8, ha="right")
    _draw_foot(page, index, str(2 + number))
    return page
