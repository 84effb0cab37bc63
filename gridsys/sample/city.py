"""The whole synthetic city, from a seed and the real list of streets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from gridsys.domain.areacode import AreaLevel, level_of
from gridsys.domain.progress import Progress, silent
from gridsys.errors import InputError
from gridsys.sample.areas import Areas, make_areas
from gridsys.sample.blocks import community_households, make_blocks, styles_of
from gridsys.sample.defects import plant, plant_findings
from gridsys.sample.incidents import make_incidents
from gridsys.sample.layout import buildable, lay_out
from gridsys.sample.network import Network, make_network
from gridsys.sample.outline import make_outline
from gridsys.sample.people import make_households, make_persons
from gridsys.sample.registers import make_registers
from gridsys.sample.rooms import make_rooms
from gridsys.sample.seeds import stream
from gridsys.sample.stock import Stock, make_stock
from gridsys.sample.things import make_components, make_organisations

Scale = Literal["street", "district"]
DISTRICT: Final = "110101"
DEFAULT_STREET: Final = "110101001"


@dataclass(frozen=True, slots=True)
class _Size:
    """How large a scale is, per street."""

    area_m2: float
    communities: float
    households: float
    incidents: float
    layers: int
    slenderness: float


_SIZES: Final[dict[str, _Size]] = {
    "street": _Size(1.15e6, 12, 5_000, 1_500, 3, 1.1),
    "district": _Size(41.9e6 / 17, 205 / 17, 350_000 / 17, 50_000 / 17, 6, 1.9),
}
_STAGES: Final = ("areas", "blocks", "buildings", "rooms", "people", "incidents", "faults")


@dataclass(frozen=True)
class City:
    """Every frame of the synthetic city, in the forms of ``docs/formats.md``, EPSG:4548.

    ``district``, ``streets``, ``communities`` are of kind ``area`` and nest exactly; ``planted`` lists the records
    that must fail to link: index 0…n; ``table``, ``id``, ``reason`` (a value of ``LinkFailure``).
    ``planted_findings`` lists what breaks rules of data quality: ``check`` and ``id``; and no home in
    ``stale_community`` was confirmed for long.
    """

    district: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    surfaces: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    rooms: pd.DataFrame
    households: pd.DataFrame
    persons: pd.DataFrame
    registered_households: pd.DataFrame
    registrations: pd.DataFrame
    other_residences: pd.DataFrame
    confirmations: pd.DataFrame
    organisations: gpd.GeoDataFrame
    components: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    planted: pd.DataFrame
    planted_findings: pd.DataFrame
    stale_community: str


def _check(streets: pd.DataFrame, scale: str, street: str, seed: int) -> pd.DataFrame:
    """Return the streets to build, in order of code, or say what is wrong with the input."""
    if scale not in _SIZES:
        raise InputError("GS103", f"{scale!r} is not a scale", fix=f"use one of {', '.join(_SIZES)}")
    if seed < 0:
        raise InputError("GS103", f"the seed {seed} is negative", fix="use a whole number of 0 or more")
    if "name" not in streets.columns:
        raise InputError("GS102", "the list of streets has no column 'name'", fix="name the column 'name'")
    if streets.empty:
        raise InputError("GS105", "the list of streets is empty", fix="pass the streets of the district")
    if not streets.index.is_unique:
        twice = streets.index[streets.index.duplicated()][0]
        raise InputError("GS104", "a street stands twice", where=str(twice), fix="keep one row for each street")
    for code in streets.index:
        if level_of(str(code)) is not AreaLevel.STREET or not str(code).startswith(DISTRICT):
            raise InputError(
                "GS103",
                f"{code} is not the code of a street of Dongcheng",
                fix=f"use 9-digit codes that start with {DISTRICT}: the sample lies where Dongcheng lies",
            )
    if scale == "district":
        return streets.sort_index()
    if street not in streets.index:
        raise InputError("GS103", f"the street {street} is not in the list", fix="name one of the codes in the list")
    return streets.loc[[street]]


def make_city(
    streets: pd.DataFrame,
    *,
    scale: Scale = "street",
    seed: int = 7,
    street: str = DEFAULT_STREET,
    progress: Progress = silent,
) -> City:
    """Return a synthetic city, the same for the same seed and the same versions of the libraries.

    Only the codes and names of streets are real. Outlines, communities, roads, buildings and people are invented;
    community codes number the invented communities (street + 001…), and no identity number can belong to anybody.
    At street scale a small street stands for the one named (about 1 km²).

    Parameters
    ----------
    streets
        Index ``code`` (9 digits, all of district 110101); column ``name``.
    scale
        ``"street"``: about 12 communities, 1,500 buildings, 5,000 households, 13,000 persons.
        ``"district"``: all streets given; for the real 17, 205 communities, about 42,000 buildings, 350,000
        households, 0.9 million persons.
    seed
        0 or more.
    street
        Code of the street built at street scale.
    progress
        Told each stage.

    Returns
    -------
    City
        Frames of the kinds in ``docs/formats.md``, in EPSG:4548.

    Raises
    ------
    InputError
        GS102 without a column ``name``; GS103 for an unknown scale, a negative seed, a street of another district or
        not in the list; GS104 for a repeated street; GS105 for no streets; GS106 for a malformed code.

    Examples
    --------
    >>> streets = pd.DataFrame({"name": ["东华门街道"]}, index=["110101001"])
    >>> city = make_city(streets, seed=7)
    >>> len(city.communities), city.streets["name"].iloc[0]
    (12, '东华门街道')
    """
    chosen = _check(streets, scale, street, seed)
    size = _SIZES[scale]
    number = len(chosen)

    def tell(stage: str) -> None:
        progress(stage, _STAGES.index(stage), len(_STAGES))

    tell("areas")
    outline = make_outline(
        stream(seed, "outline"), size.area_m2 * number, layers=size.layers, slenderness=size.slenderness
    )
    areas = make_areas(outline, chosen, round(size.communities * number), stream(seed, "areas"))
    network, stock = _build(areas, chosen, round(size.households * number), seed, tell)
    tell("rooms")
    rooms = make_rooms(stock.buildings, stock.homes, stream(seed, "rooms"))
    tell("people")
    households = make_households(rooms, stream(seed, "households"))
    persons = make_persons(households, stream(seed, "persons"))
    registers = make_registers(rooms, households, persons, stream(seed, "registers"))
    organisations = make_organisations(rooms, stock.buildings, stream(seed, "organisations"))
    components = make_components(network.roads, areas.district.geometry.iloc[0], stream(seed, "components"))
    tell("incidents")
    incidents = make_incidents(
        stock.buildings,
        network.roads,
        areas.district.geometry.iloc[0],
        round(size.incidents * number),
        stream(seed, "incidents"),
    )
    tell("faults")
    spoilt = plant(stock.buildings, rooms, households, persons, large=scale == "district", rng=stream(seed, "defects"))
    stale_community = str(areas.communities.index[-1])
    unsound = plant_findings(
        spoilt.rooms,
        spoilt.persons,
        registers,
        organisations,
        components,
        _rooms_of(stale_community, areas.communities, stock.buildings, rooms, registers.confirmations),
        large=scale == "district",
        rng=stream(seed, "findings"),
    )
    progress("faults", len(_STAGES), len(_STAGES))
    return City(
        areas.district,
        areas.streets,
        areas.communities,
        network.roads,
        network.barriers,
        network.surfaces,
        stock.compounds,
        spoilt.buildings,
        unsound.rooms,
        spoilt.households,
        unsound.persons,
        unsound.registers.registered_households,
        unsound.registers.registrations,
        unsound.registers.other_residences,
        unsound.registers.confirmations,
        unsound.organisations,
        unsound.components,
        incidents,
        spoilt.planted,
        unsound.planted,
        stale_community,
    )


def _rooms_of(
    community: str, communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, rooms: pd.DataFrame,
    confirmations: pd.DataFrame,
) -> pd.Index:  # fmt: skip
    """Return the confirmed rooms of one community."""
    shape = communities.geometry.loc[community]
    inside = buildings.index[buildings.geometry.representative_point().within(shape)]
    return confirmations.index[rooms["building_id"].reindex(confirmations.index).isin(inside)]


def _build(
    areas: Areas, streets: pd.DataFrame, households: int, seed: int, tell: Callable[[str], None]
) -> tuple[Network, Stock]:
    """Lay the roads and put up the buildings."""
    tell("blocks")
    wanted = community_households(areas.communities, households, stream(seed, "density"))
    styles = styles_of(areas.communities, wanted, stream(seed, "styles"))
    blocks = make_blocks(areas.communities, styles, areas.angles, stream(seed, "blocks"))
    network = make_network(areas, blocks, stream(seed, "network"))
    tell("buildings")
    limits = areas.communities.boundary.to_numpy()
    pieces, owner = buildable(blocks.blocks, network.taken, limits)
    layout = lay_out(pieces, owner, blocks.blocks, stream(seed, "layout"))
    stock = make_stock(
        layout,
        roads=network.roads,
        communities=areas.communities,
        streets=streets,
        wanted=wanted,
        rng=stream(seed, "stock"),
    )
    return network, stock
