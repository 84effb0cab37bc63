"""gridsys: a geospatial grid-management information system on the Dongcheng model.

Person → household → house → grid → map (人进户、户进房、房进格、格进图). Public names load on first use, so that
``import gridsys`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

_PUBLIC: Final = {
    "Actor": "gridsys.domain.rights",
    "Basemap": "gridsys.render",
    "Count": "gridsys.spatial.division",
    "Datum": "gridsys.spatial.crs",
    "DivisionInputs": "gridsys.usecases.divide",
    "GridMap": "gridsys.render",
    "GridsysError": "gridsys.errors",
    "Indicator": "gridsys.render",
    "KINDS": "gridsys.domain.records",
    "Plan": "gridsys.spatial.division",
    "Role": "gridsys.domain.rights",
    "Source": "gridsys.usecases.imports",
    "TargetArea": "gridsys.spatial.division",
    "Window": "gridsys.spatial.division",
    "compare_plans": "gridsys.usecases.plans",
    "compose_map": "gridsys.usecases.publish",
    "divide": "gridsys.spatial.division",
    "divide_areas": "gridsys.usecases.divide",
    "enact_plan": "gridsys.usecases.divide",
    "explain_division": "gridsys.measure",
    "export_records": "gridsys.usecases.export",
    "lineage": "gridsys.spatial.lineage",
    "link_records": "gridsys.usecases.link",
    "import_file": "gridsys.usecases.imports",
    "import_records": "gridsys.usecases.imports",
    "locate": "gridsys.spatial.locate",
    "apply_catalog": "gridsys.usecases.items",
    "open_catalog": "gridsys.usecases.catalog",
    "read_items": "gridsys.usecases.items",
    "open_store": "gridsys.store",
    "publish_map": "gridsys.usecases.publish",
    "map_division": "gridsys.usecases.report",
    "quality_map": "gridsys.render",
    "read_layer": "gridsys.files",
    "read_records": "gridsys.files",
    "report_division": "gridsys.usecases.report",
    "restate": "gridsys.spatial.lineage",
    "run_demo": "gridsys.usecases.demo",
    "sample_city": "gridsys.usecases.sample",
    "write_records": "gridsys.files",
}

__all__ = [
    "KINDS",
    "Actor",
    "Basemap",
    "Count",
    "Datum",
    "DivisionInputs",
    "GridMap",
    "GridsysError",
    "Indicator",
    "Plan",
    "Role",
    "Source",
    "TargetArea",
    "Window",
    "__version__",
    "apply_catalog",
    "compare_plans",
    "compose_map",
    "divide",
    "divide_areas",
    "enact_plan",
    "explain_division",
    "export_records",
    "import_file",
    "import_records",
    "lineage",
    "link_records",
    "locate",
    "map_division",
    "open_catalog",
    "open_store",
    "publish_map",
    "quality_map",
    "read_items",
    "read_layer",
    "read_records",
    "report_division",
    "restate",
    "run_demo",
    "sample_city",
    "write_records",
]

if TYPE_CHECKING:
    from gridsys.domain.records import KINDS
    from gridsys.domain.rights import Actor, Role
    from gridsys.errors import GridsysError
    from gridsys.files import read_layer, read_records, write_records
    from gridsys.measure import explain_division
    from gridsys.render import Basemap, GridMap, Indicator, quality_map
    from gridsys.spatial.crs import Datum
    from gridsys.spatial.division import Count, Plan, TargetArea, Window, divide
    from gridsys.spatial.lineage import lineage, restate
    from gridsys.spatial.locate import locate
    from gridsys.store import open_store
    from gridsys.usecases.catalog import open_catalog
    from gridsys.usecases.demo import run_demo
    from gridsys.usecases.divide import DivisionInputs, divide_areas, enact_plan
    from gridsys.usecases.export import export_records
    from gridsys.usecases.imports import Source, import_file, import_records
    from gridsys.usecases.items import apply_catalog, read_items
    from gridsys.usecases.link import link_records
    from gridsys.usecases.plans import compare_plans
    from gridsys.usecases.publish import compose_map, publish_map
    from gridsys.usecases.report import map_division, report_division
    from gridsys.usecases.sample import sample_city


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    message = f"module 'gridsys' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
