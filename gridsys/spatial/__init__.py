"""Geometry: CRS, division, topology, locating, lineage. GeoDataFrame in, new GeoDataFrame out."""
