"""What of the database an acting user's area covers."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd

from gridsys.domain.areacode import AreaLevel, is_within, level_of
from gridsys.domain.rights import Action, Actor, require
from gridsys.errors import StoreError
from gridsys.store import Transaction


def grids_of(transaction: Transaction, actor: Actor, as_of: date) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return the grids in force in the actor's area, and the area code to filter other tables by.

    The code is None for a district that covers every grid there is: only then is all that was loaded its own. A lower
    level is always filtered, or records outside its area would show before those places have grids.

    Raises
    ------
    StoreError
        GS504 when no grid is in force there.
    """
    grids = transaction.get("grid", as_of=as_of)
    inside = grids[[is_within(code, actor.area_code) for code in grids.index]]
    if inside.empty:
        raise StoreError(
            "GS504",
            "no grid is in force",
            where=f"{actor.area_code} on {as_of}",
            fix="divide the area and enact the plan (gridsys divide … --enact), or ask for another day",
        )
    whole = len(inside) == len(grids) and level_of(actor.area_code) is AreaLevel.DISTRICT
    return inside, None if whole else actor.area_code


def buildings_of_rooms(transaction: Transaction, as_of: date) -> pd.Series:
    """Return the building of each room: the one it was found in where linking found it, else the one it names."""
    claimed = transaction.get("room", as_of=as_of, columns=["building_id"])["building_id"]
    found = transaction.get_links("siting", as_of)["building_id"]
    return found.reindex(claimed.index).fillna(claimed)


def require_whole(transaction: Transaction, actor: Actor, action: Action, as_of: date) -> None:
    """Raise unless the actor may act in every area that has grids: some work is done for all or not at all.

    Raises
    ------
    AccessError
        GS401, GS402.
    """
    for code in transaction.get("grid", as_of=as_of, columns=["area_code"])["area_code"].unique():
        require(actor, action, code)
