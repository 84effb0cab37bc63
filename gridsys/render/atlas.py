"""An atlas (图册): one sheet of paper for each grid or community, and an index that links them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.font_manager import FontProperties

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.records import FORCES
from gridsys.errors import RenderError
from gridsys.render.atlaspdf import WORDS, bind, draw_page
from gridsys.render.atlaspicture import Surroundings, draw_index, draw_sheet, standalone
from gridsys.render.atlasunits import COUNTS, By, neighbours, units_by, withheld_units
from gridsys.render.indicator import Indicator, class_breaks
from gridsys.render.privacy import too_few
from gridsys.render.sheetfont import sheet_font
from gridsys.render.template import STYLES, render_template
from gridsys.spatial.locate import locate

GENERATOR: Final = "gridsys atlas"
"""What every page of an atlas names as its generator."""
Format = Literal["html", "pdf", "svg", "book"]
FORMATS: Final[tuple[Format, ...]] = ("html", "pdf", "svg", "book")
FORCE_LETTERS: Final = "".join(FORCES.values())
_STYLES: Final = (*STYLES, "atlas.css")
_FORCES_EN: Final = {
    "grid_manager": "grid manager", "police_officer": "police officer", "assistant": "assistant",
    "supervisor": "supervisor", "party_secretary": "party secretary", "judicial_worker": "judicial worker",
    "fire_officer": "fire officer",
}  # fmt: skip
_COUNT_NAMES: Final = {
    "households": ("住户", "households"), "persons": ("人口", "persons"), "rooms": ("房屋", "rooms"),
    "buildings": ("楼栋", "buildings"), "incidents_open": ("未结事件", "open incidents"),
    "incidents_closed": ("已结事件", "closed incidents"),
}  # fmt: skip
_LIGHTS: Final = ("green", "yellow", "red")
_LINK_EN: Final = {
    "residence": "persons in a household", "occupancy": "households in a room", "placement": "rooms in a grid",
    "display": "grids on the map",
}  # fmt: skip
_MOST_KINDS: Final = 6
_WITHHELD: Final = "·"


@dataclass(frozen=True)
class AtlasTables:
    """What an atlas shows: grids with their counts (see :func:`units_by`), names of areas, layers, and tables.

    ``names`` gives the name of each area by code; ``incidents`` has ``kind`` and ``state``; ``postings`` has
    ``grid_code``, ``force`` and ``staff_name``; ``rates`` is what :func:`gridsys.measure.chain_rates` returned for the
    whole database, None where the reader's area is only a part of it.
    """

    grids: gpd.GeoDataFrame
    names: pd.Series
    incidents: gpd.GeoDataFrame
    postings: pd.DataFrame
    around: Surroundings = field(default_factory=Surroundings)
    rates: pd.DataFrame | None = None
    incident_kinds: dict[str, tuple[str, str]] = field(default_factory=dict)


def atlas_pages(
    tables: AtlasTables,
    *,
    by: By = "grid",
    audience: Literal["office", "public"] = "office",
    as_of: str,
    title: tuple[str, str] = ("网格图册", "Grid atlas"),
    formats: Sequence[Format] = ("html",),
) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of every file: a sheet ``CODE.html`` for each unit, ``index.html`` last.

    No page asks the network for anything or runs a program, but for the search box of the index. Sheets print on one
    page of A4.

    Parameters
    ----------
    tables
        Layers in one projected CRS, and tables.
    by
        ``"grid"``, or ``"community"``: a sheet for each area the grids belong to.
    audience
        ``"public"`` leaves out staff names, single incidents and the chain of single units, withholds counts under 5
        (:func:`withheld_units`), and gives no totals.
    as_of
        The day the figures hold for, as text.
    title
        In Chinese and English.
    formats
        ``"html"``: the pages; ``"pdf"``: each sheet as ``CODE.pdf``; ``"svg"``: its picture as ``CODE.svg``;
        ``"book"``: all sheets bound as ``atlas.pdf``, with a table of contents.

    Raises
    ------
    InputError
        GS102, GS105, GS106.
    RenderError
        GS701 when ``by``, ``audience`` or a format is not known, or a PDF is asked for where no font on this machine
        has Chinese characters.
    """
    if by not in {"grid", "community"} or audience not in {"office", "public"}:
        raise RenderError(
            "GS701", f"there is no atlas by {by!r} for {audience!r}", fix="by grid or community, for office or public"
        )
    if not formats or not set(formats) <= set(FORMATS):
        asked = ", ".join(map(repr, formats)) or "no format"
        raise RenderError("GS701", f"an atlas cannot be written in {asked}", fix=f"choose from {', '.join(FORMATS)}")
    atlas = _Atlas(
        tables, by, office=audience == "office", as_of=as_of, title=title, formats=frozenset(formats)
    )  # fmt: skip
    # Fonts are looked for first: without one, no PDF is promised by a page.
    with sheet_font(atlas.characters()) if {"pdf", "book"} & set(formats) else nullcontext() as font:
        for code in map(str, atlas.units.index):
            yield from atlas.files(code, font)
        if font is not None and "book" in formats:
            rows = [(str(code), str(name)) for code, name in atlas.units["name"].items()]
            yield "atlas.pdf", bind(map(atlas.values, map(str, atlas.units.index)), atlas.index_values(), font, rows)
    if "html" in formats:
        yield (
            "index.html",
            render_template("atlasindex.html", styles=_STYLES, script="atlas.js", **atlas.index_values()),
        )


class _Atlas:
    """What all pages share, reckoned once."""

    def __init__(
        self, tables: AtlasTables, by: By, *, office: bool, as_of: str, title: tuple[str, str], formats: frozenset[str]
    ) -> None:  # fmt: skip
        self.tables, self.by, self.office, self.formats = tables, by, office, formats
        self.units = units_by(tables.grids, tables.names, by).sort_index()
        self.level = AreaLevel.GRID if by == "grid" else AreaLevel.COMMUNITY
        self.hidden, self.grids_hidden = self._withheld()
        self.beside = neighbours(self.units)
        self.labels = (
            pd.Series(self.units.index.str[-3:], index=self.units.index) if by == "grid" else self.units["name"]
        )
        belongs = locate(tables.incidents, tables.grids)
        parent = tables.grids["area_code"] if by == "community" else pd.Series(tables.grids.index, tables.grids.index)
        self.incidents = tables.incidents.assign(unit=belongs.map(parent))
        self.postings = tables.postings.assign(unit=tables.postings["grid_code"].map(parent))
        self.shared: dict[str, Any] = {
            "title": title, "as_of": as_of, "office": office, "generator": GENERATOR, "withheld": _WITHHELD,
            "level": {"zh": self.level.zh, "en": self.level.value}, "rates": self._rates(), "formats": formats,
        }  # fmt: skip

    def _withheld(self) -> tuple[pd.Series, pd.Series]:
        grids = self.tables.grids
        if self.office:
            return tuple(pd.Series(data=False, index=frame.index) for frame in (self.units, grids))  # type: ignore[return-value]
        hidden = withheld_units(grids)
        return hidden.reindex(self.units.index), hidden.reindex(grids.index)

    def _rates(self) -> list[dict[str, str]]:
        if self.tables.rates is None:
            return []
        return [
            {
                "zh": row["zh"],
                "en": _LINK_EN[str(link)],
                "rate": self._rate(row),
                "of": f"{row['linked']:,} / {row['total']:,}" if self.office else "",
            }
            for link, row in self.tables.rates.iterrows()
        ]

    def _rate(self, row: pd.Series) -> str:
        if not self.office and too_few(row["linked"], row["total"]):
            return _WITHHELD
        return f"{row['rate']:.2%}" if row["total"] else "–"

    def _place(self, code: str) -> list[str]:
        """Names of the areas a unit lies in, the district first."""
        return [str(self.tables.names[code[:end]]) for end in (6, 9, 12)
                if end < len(code) and code[:end] in self.tables.names.index]  # fmt: skip

    def _count(self, code: str, value: float) -> str:
        return _WITHHELD if self.hidden[code] else f"{value:,.0f}"

    def characters(self) -> str:
        """Return every character the sheets may hold, sorted, each once."""
        tables = self.tables
        roads = tables.around.roads
        columns = [self.units["name"], tables.grids["name"], tables.names, tables.postings["staff_name"].dropna()]
        columns += [tables.incidents["kind"], *([roads["name"].dropna()] if roads is not None else [])]
        texts = {text for column in columns for text in column.astype(str).unique()}
        labels = [label for pair in tables.incident_kinds.values() for label in pair]
        return "".join(sorted({*WORDS, *FORCE_LETTERS, *"".join([*texts, *labels, *self.shared["title"]])}))

    def files(self, code: str, font: FontProperties | None) -> Iterator[tuple[str, str | bytes]]:
        """Yield the files of one unit."""
        if not self.formats & {"html", "pdf", "svg"}:
            return
        values = self.values(code)
        if "html" in self.formats:
            yield f"{code}.html", render_template("atlas.html", styles=_STYLES, **values)
        if "svg" in self.formats:
            yield f"{code}.svg", standalone(values["picture"], f"{values['name']} {code}", GENERATOR)
        if font is not None and "pdf" in self.formats:
            yield f"{code}.pdf", draw_page(values, font).to_pdf()

    def values(self, code: str) -> dict[str, Any]:
        """Return what the sheet of one unit says."""
        unit = self.units.loc[code]
        own = self.incidents[self.incidents["unit"] == code]
        marks = own[own["state"].isin(_LIGHTS)] if self.office else None
        at = int(self.units.index.get_loc(code))
        return dict(
            code=code,
            name=unit["name"],
            place=self._place(code),
            picture=draw_sheet(self.units, code, self.labels, self.tables.around, marks),
            lights=[] if marks is None else [light for light in _LIGHTS if (marks["state"] == light).any()],
            figures=self._figures(code, unit),
            forces=self._forces(code),
            kinds=self._kinds(own) if self.office else [],
            chain=self._chain(unit) if self.office else [],
            neighbours=[
                {"code": other, "name": self.units["name"][other], "zh": zh, "en": en}
                for other, zh, en in self.beside[code]
            ],
            parts=self._parts(code),
            before=self.units.index[at - 1] if at else None,
            after=self.units.index[at + 1] if at + 1 < len(self.units) else None,
            hidden=bool(self.hidden[code]),
            **self.shared,
        )

    def _figures(self, code: str, unit: pd.Series) -> list[dict[str, str]]:
        rows = [(*_COUNT_NAMES[column], self._count(code, unit[column])) for column in _COUNT_NAMES]
        return [
            {"zh": zh, "en": en, "value": value}
            for zh, en, value in [*rows, ("面积", "area, ha", f"{unit['area_m2'] / 1e4:,.2f}")]
        ]

    def _forces(self, code: str) -> list[dict[str, Any]]:
        """Return each force: who it is in a grid, in how many grids it is there; names are for the office."""
        own = self.postings[self.postings["unit"] == code]
        grids = int((self.tables.grids["area_code"] == code).sum()) if self.by == "community" else 1
        rows = []
        for force, zh in FORCES.items():
            there = own[(own["force"] == force) & own["staff_name"].notna()]
            names = "、".join(dict.fromkeys(there["staff_name"].astype(str))) if self.office else ""
            filled = int(there["grid_code"].nunique())
            rows.append({"zh": zh, "en": _FORCES_EN[force], "names": names, "filled": filled, "of": grids})
        return rows

    def _kinds(self, own: gpd.GeoDataFrame) -> list[dict[str, Any]]:
        """Return the commonest kinds of incident, the rest as one row."""
        counts = pd.crosstab(own["kind"], own["state"] != "closed").reindex(columns=[False, True], fill_value=0)
        counts = counts.assign(all=counts.sum(axis=1)).sort_values("all", ascending=False, kind="stable")
        rows = [
            {"zh": zh, "en": en, "open": int(row[True]), "closed": int(row[False])}
            for kind, row in counts.iloc[:_MOST_KINDS].iterrows()
            for zh, en in [self.tables.incident_kinds.get(str(kind), (str(kind), ""))]
        ]
        rest = counts.iloc[_MOST_KINDS:]
        if len(rest):
            rows.append({"zh": "其他", "en": "other", "open": int(rest[True].sum()), "closed": int(rest[False].sum())})
        return rows

    @staticmethod
    def _chain(unit: pd.Series) -> list[dict[str, str]]:
        pairs = (
            ("有户的房屋", "rooms with a household", "rooms_occupied", "rooms"),
            ("有人的住户", "households with a person", "households_peopled", "households"),
        )
        return [
            {
                "zh": zh,
                "en": en,
                "rate": f"{unit[part] / unit[whole]:.1%}" if unit[whole] else "–",
                "of": f"{unit[part]:,.0f} / {unit[whole]:,.0f}",
            }
            for zh, en, part, whole in pairs
        ]

    def _parts(self, code: str) -> list[dict[str, str]]:
        """Return the grids of a community."""
        if self.by == "grid":
            return []
        grids = self.tables.grids[self.tables.grids["area_code"] == code].sort_index()
        return [
            {
                "code": str(grid),
                "name": row["name"],
                **{
                    column: _WITHHELD if self.grids_hidden[grid] else f"{row[column]:,.0f}"
                    for column in ("households", "persons", "incidents_open")
                },
            }
            for grid, row in grids.iterrows()
        ]

    def index_values(self) -> dict[str, Any]:
        """Return what the page that links the sheets says."""
        indicator = Indicator("households", *_COUNT_NAMES["households"], "户", self.shared["as_of"])
        values = self.units["households"].astype(float).mask(self.hidden)
        breaks = class_breaks(values.to_numpy(), indicator)
        number = np.searchsorted(breaks, values.to_numpy(), side="left")
        known = values.notna().to_numpy()
        names = [f"q{n}of{len(breaks) + 1}" for n in number]
        classes = pd.Series(np.where(known, names, "unknown"), self.units.index)
        totals = [
            {
                "zh": self.level.zh,
                "en": "grids" if self.by == "grid" else "communities",
                "value": f"{len(self.units):,}",
            }
        ]
        if self.office:
            totals += [{"zh": zh, "en": en, "value": f"{self.units[column].sum():,.0f}"}
                       for column, (zh, en) in _COUNT_NAMES.items()]  # fmt: skip
        above = AreaLevel.COMMUNITY if self.by == "grid" else AreaLevel.STREET
        return dict(
            picture=draw_index(self.units, classes, self._titles(), above.digits),
            legend=self._legend(classes, values),
            figures=totals,
            rows=[self._row(str(code), unit) for code, unit in self.units.iterrows()],
            **self.shared,
        )

    def _titles(self) -> pd.Series:
        return pd.Series([f"{name} {code}" for code, name in self.units["name"].items()], self.units.index)

    def _legend(self, classes: pd.Series, values: pd.Series) -> list[dict[str, str]]:
        rows = []
        for name, group in values.groupby(classes):
            text = "不公布 withheld" if name == "unknown" else f"{group.min():,.0f}–{group.max():,.0f}"
            rows.append({"name": str(name), "text": text})
        return rows

    def _row(self, code: str, unit: pd.Series) -> dict[str, Any]:
        counts = {column: self._count(code, unit[column]) for column in COUNTS}
        return {"code": code, "name": unit["name"], "place": self._place(code)[1:], **counts}
