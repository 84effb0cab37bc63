"""Live through months of invented cases: opened where buildings stand, handled by the engine, kept in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import pandas as pd

from gridsys.domain.progress import Progress, silent
from gridsys.domain.rights import Action, Actor, require
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import StoreError
from gridsys.files.procedures import packaged_procedures
from gridsys.sample.year import live_year, make_arrivals
from gridsys.store import Store, Transaction

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class YearReport:
    """What was lived through: cases and events kept, and how many cases are open at the end."""

    cases: int
    events: int
    open: int


def simulate_cases(
    actor: Actor, store: Store, *, until: datetime, days: int, count: int, seed: int, progress: Progress = silent
) -> YearReport:
    """Open and handle invented cases over some days up to a moment, through the nine procedures.

    Parameters
    ----------
    actor
        Whose area; needs ``handle``.
    store
        An open database with grids and linked buildings, and no cases.
    until
        The moment the simulation stops: what is unfinished then stays open.
    days, count, seed
        How many days before it, how many cases, and the seed.
    progress
        Told of cases kept.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS105 when no building is linked to a grid, or no cases are asked for.
    StoreError
        GS503 when the database holds cases: invented ones are not mixed with real ones. GS501, GS502.
    """
    require(actor, Action.HANDLE, actor.area_code)
    start = (until - timedelta(days=days)).astimezone(BEIJING).date()
    with store.begin(read_only=True) as transaction:
        if len(transaction.cases.heads()):
            raise StoreError(
                "GS503", "the database already holds cases; nothing was changed", where=store.address,
                fix="simulate in an empty database: invented cases are not mixed with real ones",
            )  # fmt: skip
        sites = _sites(transaction, actor, until)
    year = make_arrivals(sites, start=start, days=days + 1, count=count, seed=seed)
    logs = live_year(year, sites, packaged_procedures(), seed=seed, until=until)
    cases = events = opened = 0
    while batch := list(islice(logs, _BATCH)):
        with store.begin() as transaction:
            kept = transaction.cases.append([(None, log) for log in batch], recorded_by=actor.name)
        cases, events = cases + len(batch), events + sum(map(len, batch))
        opened += sum(case.is_open for case in kept)
        progress("cases", cases, count)
    return YearReport(cases, events, opened)


def _sites(transaction: Transaction, actor: Actor, until: datetime) -> pd.DataFrame:
    """Return the buildings of the area, each with its grid and address."""
    day = until.astimezone(BEIJING).date()
    buildings = transaction.get("building", as_of=day, columns=["address"], area=actor.area_code)
    placed = transaction.get_links("placement", as_of=day)["grid_code"]
    placed = placed[placed.astype(str).str.startswith(actor.area_code)]
    sites = pd.DataFrame({"grid_code": placed}).join(buildings["address"], how="inner")
    return sites.assign(address=sites["address"].fillna("")).sort_index()
