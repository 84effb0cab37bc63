"""Areas nest exactly; buildings, compounds and roads keep clear of one another."""

import numpy as np
import pytest
import shapely

from gridsys.sample import City
from gridsys.sample.network import HALF_WIDTH


def _placed(city: City):
    """Buildings that were not planted as misplaced."""
    placed = city.buildings.dropna(subset="geometry")
    return placed[placed.intersects(city.district.geometry.iloc[0])]


def test_levels_are_exact_nested_coverages(city: City):
    for frame in (city.communities, city.streets):
        assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    for parents, children, digits in ((city.streets, city.communities, 9), (city.district, city.streets, 6)):
        assert list(parents.index) == sorted(set(children.index.str[:digits]))
        for code, shape in parents.geometry.items():
            own = children.geometry[children.index.str[:digits] == code].to_numpy()
            assert shapely.equals_exact(shapely.coverage_union_all(own).normalize(), shape.normalize(), 0)


def test_the_city_lies_in_dongcheng_and_is_no_rectangle(city: City):
    outline = city.district.geometry.iloc[0]
    west, south, east, north = city.district.to_crs(4490).total_bounds
    assert 116.36 < west < east < 116.46
    assert 39.85 < south < north < 39.98
    assert outline.area / shapely.minimum_rotated_rectangle(outline).area < 0.95
    assert len(outline.exterior.coords) > 25


def test_communities_are_numbered_from_one_in_each_street(city: City):
    for street in city.streets.index:
        own = city.communities.index[city.communities.index.str.startswith(street)]
        assert list(own) == [f"{street}{n:03d}" for n in range(1, len(own) + 1)]
    assert city.communities["name"].is_unique
    assert city.communities["name"].str.fullmatch(r"..社区").all()


def test_some_limits_between_communities_are_not_on_roads(small_district: City):
    inner = shapely.difference(
        shapely.union_all(small_district.communities.boundary.to_numpy()),
        small_district.district.geometry.iloc[0].exterior.buffer(1),
    )
    on_road = shapely.intersection(inner, shapely.union_all(small_district.roads.buffer(1.0).to_numpy()))
    assert 0.7 < on_road.length / inner.length < 0.95


def test_buildings_stand_inside_one_community_and_apart(city: City):
    placed = _placed(city)
    shapes = placed.geometry.to_numpy()
    inside, _ = shapely.STRtree(shapes).query(city.communities.geometry.to_numpy(), predicate="contains_properly")
    assert inside.size == len(placed)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    assert shapely.area(shapes).min() > 15


def test_roads_and_barriers_cross_no_building_and_no_compound(city: City):
    ways = np.concatenate([city.roads.geometry.to_numpy(), city.barriers.geometry.to_numpy()])
    tree = shapely.STRtree(ways)
    assert tree.query(_placed(city).geometry.to_numpy(), predicate="intersects").size == 0
    assert tree.query(city.compounds.geometry.to_numpy(), predicate="intersects").size == 0


def test_compounds_enclose_their_buildings_and_no_others(city: City):
    walls = city.compounds.geometry.to_numpy()
    inside, _ = shapely.STRtree(walls).query(city.communities.geometry.to_numpy(), predicate="contains_properly")
    assert inside.size == len(walls)
    pairs = shapely.STRtree(walls).query(walls, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    placed = _placed(city)
    building, wall = shapely.STRtree(walls).query(placed.geometry.to_numpy(), predicate="intersects")
    found = placed["compound_id"].astype(object).where(placed["compound_id"].notna(), None)
    met = np.full(len(placed), None, dtype=object)
    met[building] = city.compounds.index.to_numpy()[wall]
    assert list(met) == list(found)
    assert shapely.contains(walls[wall], placed.geometry.to_numpy()[building]).all()
    assert set(city.buildings["compound_id"].dropna()) == set(city.compounds.index)


def test_parks_and_water_bear_no_buildings(city: City):
    built = _placed(city).geometry.to_numpy()
    assert shapely.STRtree(built).query(city.surfaces.geometry.to_numpy(), predicate="intersects").size == 0
    assert set(city.surfaces["kind"]) == {"park", "water"}
    assert sorted(city.barriers["kind"]) == ["rail", "water"]


def test_roads_have_the_faults_of_real_data(small_district: City):
    roads = small_district.roads
    lines = roads.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    starts, ends = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    gaps = []
    for points in (starts, ends):
        near = tree.query(points, predicate="dwithin", distance=2.0)
        other = near[:, near[0] != near[1]]
        gap = np.full(len(lines), np.inf)
        np.minimum.at(gap, other[0], shapely.distance(points[other[0]], lines[other[1]]))
        gaps.append(gap)
    gap = np.concatenate(gaps)
    assert ((gap > 0.04) & (gap < 0.95)).mean() > 0.4  # overshoots (and the shorter undershoots) of decimetres
    assert (np.isfinite(gap) & (gap > 0.95)).sum() > 0  # undershoots
    assert np.isinf(gap).sum() > 20  # dead ends
    assert set(roads["kind"]) == set(HALF_WIDTH)
    assert roads["name"].is_unique


def test_communities_differ_in_size_and_style(small_district: City):
    placed = _placed(small_district)
    inside = small_district.communities[["geometry"]].sjoin(placed[["households", "kind", "geometry"]])
    households = inside.groupby(level=0)["households"].sum()
    assert households.max() / households.min() > 2.5
    towers = inside.assign(tower=inside["kind"] == "tower").groupby(level=0)["tower"].mean()
    assert towers.min() == 0
    assert towers.max() > 0.1


@pytest.mark.parametrize("scale", ["street", "three streets"])
def test_addresses_are_distinct(street_city: City, small_district: City, scale: str):
    city = street_city if scale == "street" else small_district
    assert city.buildings["address"].is_unique
