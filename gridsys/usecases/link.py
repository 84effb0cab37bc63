"""Link the chain person → household → room → building → grid for the records in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from gridsys.domain.linkage import Link
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import jsonable
from gridsys.linking import LINK_COLUMNS, METHOD_BY_CODE, Linkage, link_chain
from gridsys.measure import chain_rates, failure_reasons
from gridsys.store import PutCounts, Store, Transaction
from gridsys.usecases.scope import grids_of, require_whole
from gridsys.usecases.stated import Stated, complete_decisions, find_stated, review_report


@dataclass(frozen=True)
class LinkReport:
    """The rates (index ``link``), the failures one by one, and their count by reason."""

    rates: pd.DataFrame
    failures: pd.DataFrame
    reasons: pd.DataFrame
    linkage: Linkage
    review: pd.DataFrame
    """What linking would not decide, for people: columns ``usecases.stated.REPORT_COLUMNS``."""


def link_records(actor: Actor, store: Store, *, as_of: date) -> LinkReport:
    """Resolve every claim and position as of a day, and keep links and failures, in one transaction.

    Parameters
    ----------
    actor
        Who asks; needs ``link`` and sees persons, so ``read-person`` too, wherever there are grids.
    store
        An open database that holds a plan and records.
    as_of
        The day.

    Returns
    -------
    LinkReport
        人进户, 户进房 and 房进格; 格进图 is known when the map is drawn (``publish_map``).

    Raises
    ------
    AccessError
        GS401, GS402.
    StoreError
        GS501 to GS504; GS504 when no plan is in force.
    """
    for action in (Action.LINK, Action.READ_PERSON):
        require(actor, action, actor.area_code)
    with store.begin() as transaction:
        require_whole(transaction, actor, Action.LINK, as_of)
        grids, _ = grids_of(transaction, actor, as_of)
        households = transaction.get("household", as_of=as_of, columns=["room_id"])
        rooms = transaction.get("room", as_of=as_of, columns=["building_id", "stairwell", "number"])
        buildings = transaction.get("building", as_of=as_of)
        stated = find_stated(transaction, households=households, rooms=rooms, buildings=buildings, as_of=as_of)
        linkage = link_chain(
            persons=transaction.get("person", as_of=as_of, columns=["household_id"]),
            households=households,
            rooms=rooms,
            buildings=buildings,
            grids=grids,
            rooms_found=stated.found["room"],
            households_found=stated.found["household"],
        )
        transaction.put_links(_kept(linkage, stated), valid_from=as_of)
        transaction.put_failures(linkage.failures, valid_from=as_of)
        transaction.put_review(stated.review, valid_from=as_of)
        rates = chain_rates(linkage.totals, linkage.failures)
        details = {"as_of": as_of.isoformat(), "rates": jsonable(rates["rate"].round(6))}
        transaction.record(actor.name, actor.role, Action.LINK, actor.area_code, details)
    return LinkReport(rates, linkage.failures, failure_reasons(linkage.failures), linkage, review_report(stated))


def _kept(linkage: Linkage, stated: Stated) -> dict[str, pd.DataFrame]:
    """Return the links to keep; a room's building that its code names needs no link beside it."""
    sited = linkage.siting[linkage.siting["method"] != METHOD_BY_CODE]
    incidents = stated.found["incident"]
    scene = incidents.links if incidents is not None else linkage.siting.iloc[:0].set_axis([*LINK_COLUMNS], axis=1)
    return {
        "residence": linkage.residence,
        "occupancy": linkage.occupancy,
        "siting": sited,
        "placement": linkage.placement,
        "scene": scene.rename(columns={"target": "building_id"}).rename_axis("incident_id"),
    }


def decide_links(actor: Actor, store: Store, decisions: pd.DataFrame, *, as_of: date) -> PutCounts:
    """Keep what reviewers decided, in one transaction; the next linking puts it in force.

    Parameters
    ----------
    actor
        Who decided; needs ``link`` and ``read-person``, wherever there are grids.
    store
        An open database.
    decisions
        ``link`` (may be missing), ``record_id``, ``target``, ``decision``, as ``files.read_decisions`` returns them.
    as_of
        The day from which they hold.

    Raises
    ------
    AccessError
        GS401, GS402.
    InputError
        GS103 for a record that is not for review, or a target there is not.
    StoreError
        GS501 to GS503.
    """
    for action in (Action.LINK, Action.READ_PERSON):
        require(actor, action, actor.area_code)
    with store.begin() as transaction:
        require_whole(transaction, actor, Action.LINK, as_of)
        complete = complete_decisions(decisions, transaction, actor.name, as_of)
        counts = transaction.put_decisions(complete, valid_from=as_of)
        if counts.inserted or counts.changed:
            decided = complete[["link", "record_id", "target", "decision"]].to_dict("records")
            details = {"as_of": as_of.isoformat(), "decisions": jsonable(decided)}
            transaction.record(actor.name, actor.role, Action.LINK, actor.area_code, details)
    return counts


def kept_rates(transaction: Transaction, as_of: date, *, grids: int) -> pd.DataFrame:
    """Return the four rates of the whole database: who fails to link lies in no area, so no area has its own.

    All grids are taken as drawn: a map or an atlas of grids without a shape is refused or says so itself.
    """
    asked = {Link.RESIDENCE: "person", Link.OCCUPANCY: "household", Link.PLACEMENT: "room"}
    totals = {link: transaction.count(kind, as_of=as_of) for link, kind in asked.items()}
    return pd.concat([chain_rates(totals, transaction.get_failures(as_of)), display_rate(grids, grids)])


def display_rate(grids_in_force: int, grids_drawn: int) -> pd.DataFrame:
    """Return the rate 格进图 as a row of the same table.

    Examples
    --------
    >>> float(display_rate(4, 3).loc["display", "rate"])
    0.75
    """
    failures = pd.DataFrame({"link": [Link.DISPLAY.value] * (grids_in_force - grids_drawn)})
    return chain_rates({Link.DISPLAY: grids_in_force}, failures)
