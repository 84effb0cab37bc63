"""Check what the database holds against the rules of data quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from gridsys.domain.areacode import is_within
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import read_quality, require_folder
from gridsys.quality.checking import check_rules, summarise
from gridsys.quality.ruleset import Rule
from gridsys.render import quality_map
from gridsys.store import Store, Transaction
from gridsys.usecases.scope import buildings_of_rooms, grids_of

_KINDS: Final = (
    "building", "room", "household", "person", "registered_household", "registration", "other_residence",
    "confirmation", "organisation", "component", "posting",
)  # fmt: skip


@dataclass(frozen=True)
class QualityReport:
    """Findings one by one, their number in each grid, the rules, and the grids, areas and roads they lie among."""

    findings: gpd.GeoDataFrame
    by_grid: pd.DataFrame
    rules: tuple[Rule, ...]
    grids: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame


def check_quality(actor: Actor, store: Store, *, as_of: date, rules: Path | None = None) -> QualityReport:
    """Check the records in force on a day.

    Parameters
    ----------
    actor
        Who asks; needs ``read`` and, as findings name single records, ``read-person``. Below a district that covers
        all, only findings in grids of the actor's area are given.
    store
        An open database whose records are linked.
    as_of
        The day.
    rules
        A file of rules; those of ``geodata/quality.toml`` when None.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 for a file of rules that cannot be read.
    SettingsError
        GS906 for rules that cannot be used.
    StoreError
        GS501 to GS504; GS504 when no grid is in force.
    """
    for action in (Action.READ, Action.READ_PERSON):
        require(actor, action, actor.area_code)
    declared = read_quality(rules)
    with store.begin() as transaction:
        grids, area = grids_of(transaction, actor, as_of)
        whole = transaction.get_grids(as_of)
        frames = {kind: transaction.get(kind, as_of=as_of) for kind in _KINDS}
        findings = check_rules(declared, frames, _grids(transaction, frames, as_of), whole, as_of=as_of)
        if area is not None:
            inside = [isinstance(code, str) and is_within(code, area) for code in findings["grid_code"]]
            findings = gpd.GeoDataFrame(findings[inside])
        areas, roads = (transaction.get(kind, as_of=as_of, area=area) for kind in ("area", "road"))
        details = {"check": "quality", "as_of": as_of.isoformat(), "findings": len(findings)}
        transaction.record(actor.name, actor.role, Action.READ_PERSON, actor.area_code, details)
    return QualityReport(findings, summarise(findings, grids.index), declared, grids, areas, roads)


def _grids(transaction: Transaction, frames: dict[str, pd.DataFrame], as_of: date) -> dict[str, pd.Series]:
    """Return the grid of every record by kind, along the chain."""
    building = transaction.get_links("placement", as_of)["grid_code"]
    room = buildings_of_rooms(transaction, as_of).map(building)
    household = transaction.get_links("occupancy", as_of)["room_id"].map(room)
    person = transaction.get_links("residence", as_of)["household_id"].map(household)
    postings, others = frames["posting"], frames["other_residence"]
    return {
        "building": building, "room": room, "household": household, "person": person, "confirmation": room,
        "registration": person,
        "registered_household": frames["registered_household"]["room_id"].map(room),
        "other_residence": others["person_id"].map(person),
        "organisation": frames["organisation"]["room_id"].map(room),
        "posting": postings["grid_code"],
    }  # fmt: skip


def map_findings(actor: Actor, report: QualityReport, path: Path, *, as_of: date) -> Path:
    """Write a map of how many findings each grid has; no single record is on it.

    Raises
    ------
    AccessError
        GS401 without ``publish``.
    InputError
        GS101 when the folder is not there.
    """
    require(actor, Action.PUBLISH, actor.area_code)
    require_folder(path)
    page = quality_map(
        report.grids,
        report.findings,
        grid_codes=report.findings["grid_code"],
        check_names={rule.id: (rule.name_zh, rule.name_en) for rule in report.rules},
        communities=report.areas[report.areas["level"] == "community"],
        roads=report.roads,
        as_of=as_of.isoformat(),
    )
    page.to_html(path)
    return path


def counts_by_rule(report: QualityReport) -> list[Sequence[object]]:
    """Return a row for each rule: severity, Chinese and English name, findings."""
    found = report.findings["check"].value_counts()
    return [(rule.severity.value, rule.name_zh, rule.name_en, int(found.get(rule.id, 0))) for rule in report.rules]
