"""Write the atlas: a page for each grid or community and an index, a static site for an office's share (图册)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from gridsys.domain.matters import INCIDENT_KINDS
from gridsys.domain.progress import Progress, silent
from gridsys.domain.rights import Action, Actor, require
from gridsys.errors import ExportError, InputError
from gridsys.files import write_bytes, write_text
from gridsys.measure import grid_profile
from gridsys.render import AtlasTables, Surroundings, atlas_pages, outside_requests
from gridsys.render.atlas import GENERATOR, Format
from gridsys.store import Store, Transaction
from gridsys.usecases.link import kept_rates
from gridsys.usecases.scope import grids_of

_OWN: Final = re.compile(r"[0-9]{9,15}\.(html|pdf|svg)|atlas\.pdf")
_MARKS: Final = (
    f'name="generator" content="{GENERATOR}"'.encode(),
    f"/Creator ({GENERATOR})".encode(),
    f"<!-- {GENERATOR} -->".encode(),
)  # fmt: skip
"""How a page, a PDF and a picture of ours say what made them."""


@dataclass(frozen=True)
class AtlasReport:
    """What was written: the folder, number of files, bytes of all, files of an earlier run that were removed."""

    out: Path
    by: str
    pages: int
    size: int
    removed: tuple[str, ...]


def write_atlas(
    actor: Actor,
    store: Store,
    out: Path,
    *,
    as_of: date,
    by: Literal["grid", "community"] = "grid",
    audience: Literal["office", "public"] = "office",
    title: tuple[str, str] = ("网格图册", "Grid atlas"),
    formats: Sequence[Format] = ("html",),
    progress: Progress = silent,
) -> AtlasReport:
    """Write a page for each grid or community of the actor's area, and ``index.html``; each prints on one A4 sheet.

    Parameters
    ----------
    actor
        Who asks; needs ``publish``. The atlas holds the actor's area only, and counts, never persons.
    store
        An open database whose records are linked.
    out
        Folder, made where it does not exist. Pages of an earlier atlas there are replaced, or removed where their unit
        is no more; other files stay.
    as_of
        The day.
    by
        A page for each ``"grid"``, or for each ``"community"``.
    audience
        ``"public"`` leaves out staff names and single incidents, and withholds counts under 5.
    title
        In Chinese and English.
    formats
        Of ``"html"``, ``"pdf"``, ``"svg"`` and ``"book"``, as :func:`gridsys.render.atlas_pages` takes them.
    progress
        Told of every file.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501 to GS504.
    InputError
        GS101 when the folder cannot be used.
    ExportError
        GS602 when a file read back is not what was written, or a page would ask the network for something.
    RenderError
        GS701 when a PDF is asked for where no font has Chinese characters.
    """
    require(actor, Action.PUBLISH, actor.area_code)
    with store.begin() as transaction:
        tables = _tables(transaction, actor, as_of)
        details = {"atlas": by, "audience": audience, "as_of": as_of.isoformat()}
        transaction.record(actor.name, actor.role, Action.PUBLISH, actor.area_code, details)
    units = len(tables.grids) if by == "grid" else tables.grids["area_code"].nunique()
    total = units * len({*formats} - {"book"}) + ("html" in formats) + ("book" in formats)
    written: dict[str, int] = {}
    progress("atlas", 0, total)
    pages = atlas_pages(tables, by=by, audience=audience, as_of=as_of.isoformat(), title=title, formats=formats)
    for name, content in pages:
        if not written:
            _make(out)
        _write(out / name, content)
        written[name] = (out / name).stat().st_size
        progress("atlas", len(written), total)
    return AtlasReport(out, by, len(written), sum(written.values()), _remove_others(out, set(written)))


def _tables(transaction: Transaction, actor: Actor, as_of: date) -> AtlasTables:
    grids, area = grids_of(transaction, actor, as_of)
    areas = transaction.get("area", as_of=as_of, columns=["name"])
    road, surface, building, incident, posting = (
        transaction.get(kind, as_of=as_of, area=area) for kind in ("road", "surface", "building", "incident", "posting")
    )
    placement = transaction.get_links("placement", as_of=as_of)
    return AtlasTables(
        grids.join(_profile(transaction, grids, placement, incident, as_of)),
        names=areas["name"],
        incidents=incident,
        postings=posting,
        around=Surroundings(road, surface, building[building.index.isin(placement.index)]),
        rates=kept_rates(transaction, as_of, grids=len(grids)) if area is None else None,
        incident_kinds=INCIDENT_KINDS,
    )


def _profile(
    transaction: Transaction,
    grids: gpd.GeoDataFrame,
    placement: pd.DataFrame,
    incidents: gpd.GeoDataFrame,
    as_of: date,
) -> pd.DataFrame:
    residence, occupancy = (transaction.get_links(link, as_of=as_of) for link in ("residence", "occupancy"))
    siting = transaction.get("room", as_of=as_of, columns=["building_id"]).dropna()
    profile = grid_profile(
        grids, residence=residence, occupancy=occupancy, siting=siting, placement=placement, incidents=incidents
    )
    grid_of_room = siting["building_id"].map(placement["grid_code"])
    grid_of_household = occupancy["room_id"].map(grid_of_room)
    peopled = grid_of_household[grid_of_household.index.isin(residence["household_id"])]
    occupied = grid_of_room[grid_of_room.index.isin(occupancy["room_id"])]
    return profile.assign(
        incidents_closed=profile["incidents"] - profile["incidents_open"],
        rooms_occupied=occupied.value_counts().reindex(grids.index, fill_value=0),
        households_peopled=peopled.value_counts().reindex(grids.index, fill_value=0),
    )


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "GS101", "the folder cannot be made", where=str(out), why=str(error), fix="choose another"
        ) from error


def _write(path: Path, content: str | bytes) -> None:
    """Write a file and read it back."""
    if isinstance(content, str):
        write_text(path, content)
    else:
        write_bytes(path, content)
    asked = outside_requests(content) if isinstance(content, str) and path.suffix == ".html" else []
    if asked or path.read_bytes() != (content.encode() if isinstance(content, str) else content):
        raise ExportError(
            "GS602",
            "the page is not what it should be",
            where=str(path),
            why=f"it would fetch {asked[0]}" if asked else "it reads back differently",
            fix="check the disk; if it is sound, report this",
        )


def _remove_others(out: Path, written: set[str]) -> tuple[str, ...]:
    """Remove pages of units that are no more: on a share they would be taken for valid."""
    removed = []
    for path in sorted(out.iterdir()):
        if path.name in written or not _OWN.fullmatch(path.name):
            continue
        content = path.read_bytes()
        if any(mark in content for mark in _MARKS):
            path.unlink()
            removed.append(path.name)
    return tuple(removed)
