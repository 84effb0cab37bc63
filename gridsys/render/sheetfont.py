"""A small TrueType font with just the characters an atlas needs, so that each of its PDFs embeds Chinese quickly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from matplotlib import font_manager

from gridsys.render.picture import chinese_font

_FAMILY: Final = "Gridsys Sheet"
_DATE: Final = 3_600_000_000
"""Seconds since 1904, as fonts have it."""
_COLLECTION: Final = b"ttcf"


@contextmanager
def sheet_font(text: str) -> Iterator[font_manager.FontProperties]:
    """Give, for the time of a ``with``, a font made of a Chinese font of this machine with the characters of a text.

    Outlines are made quadratic (TrueType), which every PDF reader embeds and finds text in; a character the machine's
    font does not have is drawn as an empty box.

    Raises
    ------
    RenderError
        GS701 when no font on this machine has Chinese characters.
    """
    family = chinese_font()
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GPOS", "GSUB"]
    chosen = subset.Subsetter(options)
    chosen.populate(text=text + "".join(map(chr, range(32, 127))))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.ttf"
        with _open(Path(font_manager.findfont(family)), family) as font:
            chosen.subset(font)
            _quadratic(font).save(path)
        yield font_manager.FontProperties(fname=path)


def _open(path: Path, family: str) -> TTFont:
    with path.open("rb") as file:
        if file.read(4) != _COLLECTION:
            return TTFont(path, lazy=True)
    with TTCollection(path, lazy=True) as fonts:
        names = [font["name"].getDebugName(1) for font in fonts]
    number = names.index(family) if family in names else 0
    return TTFont(path, fontNumber=number, lazy=True)


def _quadratic(font: TTFont) -> FontBuilder:
    glyphs, names = font.getGlyphSet(), font.getGlyphOrder()
    made = {}
    for name in names:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, 1.0, reverse_direction="CFF " in font))
        made[name] = pen.glyph()
    head, across = font["hhea"], font["hmtx"]
    builder = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(font.getBestCmap())
    builder.setupGlyf(made)
    builder.setupHorizontalMetrics({name: across[name] for name in names})
    builder.setupHorizontalHeader(ascent=head.ascent, descent=head.descent)
    builder.setupNameTable({"familyName": _FAMILY, "styleName": "Regular", "psName": _FAMILY.replace(" ", "")})
    builder.setupOS2(sTypoAscender=head.ascent, sTypoDescender=head.descent)
    builder.setupPost()
    # One date, of 2018, in every font: equal sheets are equal, byte for byte.
    builder.font.recalcTimestamp = False
    builder.updateHead(created=_DATE, modified=_DATE)
    return builder
