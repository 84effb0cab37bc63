"""Link the chain person → household → room → building → grid for the records in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from gridsys.domain.linkage import Link
from gridsys.domain.rights import Action, Actor, require
from gridsys.files import jsonable
from gridsys.linking import Linkage, link_chain
from gridsys.measure import chain_rates, failure_reasons
from gridsys.store import Store
from gridsys.usecases.scope import grids_of, require_whole


@dataclass(frozen=True)
class LinkReport:
    """The rates (index ``link``), the failures one by one, and their count by reason."""

    rates: pd.DataFrame
    failures: pd.DataFrame
    reasons: pd.DataFrame
    linkage: Linkage


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
        linkage = link_chain(
            persons=transaction.get("person", as_of=as_of, columns=["household_id"]),
            households=transaction.get("household", as_of=as_of, columns=["room_id"]),
            rooms=transaction.get("room", as_of=as_of, columns=["building_id"]),
            buildings=transaction.get("building", as_of=as_of),
            grids=grids,
        )
        links = {"residence": linkage.residence, "occupancy": linkage.occupancy, "placement": linkage.placement}
        transaction.put_links(links, valid_from=as_of)
        transaction.put_failures(linkage.failures, valid_from=as_of)
        rates = chain_rates(linkage.totals, linkage.failures)
        details = {"as_of": as_of.isoformat(), "rates": jsonable(rates["rate"].round(6))}
        transaction.record(actor.name, actor.role, Action.LINK, actor.area_code, details)
    return LinkReport(rates, linkage.failures, failure_reasons(linkage.failures), linkage)


def display_rate(grids_in_force: int, grids_drawn: int) -> pd.DataFrame:
    """Return the rate 格进图 as a row of the same table.

    Examples
    --------
    >>> float(display_rate(4, 3).loc["display", "rate"])
    0.75
    """
    failures = pd.DataFrame({"link": [Link.DISPLAY.value] * (grids_in_force - grids_drawn)})
    return chain_rates({Link.DISPLAY: grids_in_force}, failures)
