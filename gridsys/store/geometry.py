"""Geometry in the database: one column type for both backends, and the way to and from stored coordinates.

Stock SQLite keeps WKB in a BLOB; PostgreSQL keeps a real ``geometry`` column of PostGIS. Both hold CGCS2000
longitude/latitude (EPSG:4490), rounded to 1e-9 degree (0.1 mm).
"""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry
from numpy.typing import NDArray
from pyproj import CRS
from sqlalchemy.types import LargeBinary, TypeDecorator, TypeEngine

from gridsys.domain.records import RecordKind, Shape
from gridsys.errors import InputError
from gridsys.spatial.crs import CGCS2000_LONLAT, require_projected, round_cm, to_geographic

SRID: Final = 4490
_DECIMALS: Final = 9
_STORED_TYPE: Final = {Shape.POINT: "POINT", Shape.LINE: "GEOMETRY", Shape.POLYGON: "GEOMETRY"}
_ALLOWED: Final = {
    Shape.POINT: (shapely.GeometryType.POINT,),
    Shape.LINE: (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
    Shape.POLYGON: (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}


class WkbBlob(TypeDecorator[Any]):
    """A shapely geometry as WKB in a BLOB, for a database without geometry columns."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> bytes | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Return the WKB of a geometry."""
        return None if value is None else shapely.to_wkb(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Return the geometry of a WKB."""
        return None if value is None else shapely.from_wkb(value)


def geometry_type(shape: Shape) -> TypeEngine[Any]:
    """Return the column type for a shape: WKB on SQLite, ``geometry(…, 4490)`` on PostgreSQL.

    The variant must be made in this order; a GeoAlchemy2 type with an SQLite variant still asks for SpatiaLite.

    Examples
    --------
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> geometry_type(Shape.POINT).compile(dialect=sqlite.dialect())
    'BLOB'
    >>> geometry_type(Shape.POINT).compile(dialect=postgresql.dialect())
    'geometry(POINT,4490)'
    """
    on_postgres = Geometry(_STORED_TYPE[shape], srid=SRID, spatial_index=False)
    return WkbBlob().with_variant(on_postgres, "postgresql")


def gist_index(table: str) -> sa.Index:
    """Return the spatial index of a table's ``geometry``, made on PostgreSQL only."""
    return sa.Index(f"ix_{table}_geometry", "geometry", postgresql_using="gist").ddl_if(dialect="postgresql")


def to_stored(frame: gpd.GeoDataFrame, kind: RecordKind) -> NDArray[np.object_]:
    """Return a frame's geometries as they are stored; a missing or empty one is None.

    Projected coordinates are rounded to the centimetre first, so that what is read back is what was meant.

    Raises
    ------
    DatumError
        GS203 when the frame is not in a projected CGCS2000 zone.
    InputError
        GS105 for a geometry of another kind than the record kind has.

    Examples
    --------
    >>> from gridsys.domain.records import KINDS
    >>> frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([449042.004], [4420261]), crs="EPSG:4548")
    >>> [shapely.to_wkt(shape, rounding_precision=6) for shape in to_stored(frame, KINDS["incident"])]
    ['POINT (116.403999 39.914998)']
    """
    require_projected(frame, kind.name)
    shapes = frame.geometry.to_numpy()
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wrong = ~absent & ~np.isin(shapely.get_type_id(shapes), _ALLOWED[kind.shape])
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InputError(
            "GS105",
            f"{int(wrong.sum())} geometries are not {kind.shape.value}s",
            where=f"{kind.name} {frame.index[first]}",
            why=f"this one is a {shapes[first].geom_type}",
            fix=f"give a {kind.shape.value} or a multi-{kind.shape.value} where one is allowed, or drop the row",
        )
    lonlat = to_geographic(round_cm(frame)).geometry.to_numpy()
    stored = shapely.transform(lonlat, lambda xy: np.round(xy, _DECIMALS))
    stored[absent] = None
    return np.asarray(stored, dtype=object)


def from_stored(shapes: NDArray[np.object_], crs: CRS) -> gpd.GeoSeries:
    """Return stored geometries in a CRS; projected ones are rounded to the centimetre, so a coverage stays exact.

    Examples
    --------
    >>> stored = np.array([shapely.Point(116.403999462, 39.914998016)], dtype=object)
    >>> from_stored(stored, CRS("EPSG:4548")).iloc[0].wkt
    'POINT (449042 4420261)'
    """
    frame = gpd.GeoDataFrame(geometry=gpd.array.from_shapely(shapes, crs=CGCS2000_LONLAT))
    if crs == frame.crs:
        return frame.geometry
    moved = frame.to_crs(crs)
    return round_cm(moved).geometry if crs.is_projected else moved.geometry
