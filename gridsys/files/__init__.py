"""The only code that opens files."""

from gridsys.files.atomic import require_folder
from gridsys.files.catalog import read_catalog, read_overlay, write_catalog
from gridsys.files.decisions import read_decisions
from gridsys.files.facts import read_classes, read_code_list, read_communities, read_old_names, read_streets
from gridsys.files.layer import Role, read_layer
from gridsys.files.mapping import ColumnMapping, read_mapping
from gridsys.files.quality import read_quality
from gridsys.files.reader import Reading, examine_records, read_records
from gridsys.files.report import jsonable, write_bytes, write_csv_report, write_json, write_text
from gridsys.files.retention import read_retention
from gridsys.files.writer import WriteReport, require_target, write_layers, write_records

__all__ = [
    "ColumnMapping",
    "Reading",
    "Role",
    "WriteReport",
    "examine_records",
    "jsonable",
    "read_catalog",
    "read_classes",
    "read_code_list",
    "read_communities",
    "read_decisions",
    "read_layer",
    "read_mapping",
    "read_old_names",
    "read_overlay",
    "read_quality",
    "read_records",
    "read_retention",
    "read_streets",
    "require_folder",
    "require_target",
    "write_bytes",
    "write_catalog",
    "write_csv_report",
    "write_json",
    "write_layers",
    "write_records",
    "write_text",
]
