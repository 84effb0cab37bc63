"""What each grid holds: persons, households, rooms, buildings and incidents."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from gridsys.spatial.locate import locate


def grid_profile(
    grids: gpd.GeoDataFrame,
    *,
    residence: pd.DataFrame,
    occupancy: pd.DataFrame,
    siting: pd.DataFrame,
    placement: pd.DataFrame,
    incidents: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Return the counts of every grid.

    Parameters
    ----------
    grids
        Frame of kind ``grid``.
    residence, occupancy, siting, placement
        The links of :class:`gridsys.linking.Linkage`.
    incidents
        Frame of kind ``incident``, points in the CRS of ``grids``; its time span is the caller's choice.

    Returns
    -------
    DataFrame
        Index ``grid_code``; ``persons``, ``households`` (occupied), ``rooms``, ``buildings``, ``incidents``,
        ``incidents_open`` (not closed), and ``incidents_per_1000_households`` (missing where there are none).
    """
    grid_of_building = placement["grid_code"]
    grid_of_room = siting["building_id"].map(grid_of_building)
    grid_of_household = occupancy["room_id"].map(grid_of_room)
    grid_of_person = residence["household_id"].map(grid_of_household)
    grid_of_incident = locate(incidents, grids)
    counted = {
        "persons": grid_of_person,
        "households": grid_of_household,
        "rooms": grid_of_room,
        "buildings": grid_of_building,
        "incidents": grid_of_incident,
        "incidents_open": grid_of_incident[incidents["state"] != "closed"],
    }
    profile = pd.DataFrame(
        {name: of.value_counts().reindex(grids.index, fill_value=0) for name, of in counted.items()}, index=grids.index
    )
    per = profile["incidents"] / profile["households"].where(profile["households"] > 0) * 1000
    profile["incidents_per_1000_households"] = per.astype(float).round(1)
    return profile
