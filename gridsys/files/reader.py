"""Reading a user's file as records of a kind: all of it conforms, or nothing is loaded."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridsys.domain.areacode import AreaLevel, normalise_code
from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import Field, FieldType, RecordKind, Shape
from gridsys.errors import InputError
from gridsys.files.cells import cell_findings, convert, lacks_offset
from gridsys.files.mapping import ColumnMapping
from gridsys.files.positions import drop_far, place
from gridsys.files.source import open_source
from gridsys.quality.conformity import check_records, raise_for
from gridsys.spatial.crs import Datum, to_working

_LEVEL_OF: Final = {level.digits: level.value for level in AreaLevel}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave: the records, and every finding about them (errors, warnings, things assumed)."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...]


def read_records(
    path: Path | str,
    kind: RecordKind,
    *,
    layer: str | None = None,
    datum: Datum | None = None,
    mapping: ColumnMapping | None = None,
) -> pd.DataFrame:
    """Return a file's rows as records of a kind: key as index, typed columns, geometry in the working CRS.

    Columns are found by our name, the shapefile short name or the Chinese name; other names need a mapping. Area
    codes are brought to short form; an area's missing level follows from its code.

    Parameters
    ----------
    path
        Anything OGR reads, a zipped shapefile, GeoParquet, CSV or Excel.
    kind
        What the rows are.
    layer
        Layer or sheet; needed where there are several.
    datum
        What longitudes and latitudes are measured in; needed inside China unless the file's CRS is CGCS2000.
    mapping
        Column names, constants, value lists and position columns of a file that names things its own way.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        The columns of the kind, in order; a GeoDataFrame where the kind has geometry.

    Raises
    ------
    InputError
        GS101 unreadable file, GS102 missing columns, GS103 bad cells, GS104 keys, GS105 no rows or geometry, GS106 area
        codes, GS107 layers. Every bad cell is counted; :func:`examine_records` lists them all.
    DatumError
        GS201–GS205.

    Examples
    --------
    >>> import tempfile
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "households.csv")
    ...     pd.DataFrame({"户标识": ["h1"], "户别": ["family"]}).to_csv(file, index=False)
    ...     read_records(file, HOUSEHOLD)["kind"].to_dict()
    {'h1': 'family'}
    """
    reading = examine_records(path, kind, layer=layer, datum=datum, mapping=mapping)
    raise_for(list(reading.findings), kind, str(path))
    return reading.frame


def examine_records(
    path: Path | str,
    kind: RecordKind,
    *,
    layer: str | None = None,
    datum: Datum | None = None,
    mapping: ColumnMapping | None = None,
) -> Reading:
    """Return a file's rows as :func:`read_records` does, with every bad cell as a finding instead of an error.

    Parameters
    ----------
    path, kind, layer, datum, mapping
        As for :func:`read_records`.

    Raises
    ------
    InputError
        What concerns the file as a whole: GS101, GS102, GS105, GS107.
    DatumError
        GS201–GS205.

    Examples
    --------
    >>> import tempfile
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "households.csv")
    ...     pd.DataFrame({"户标识": ["h1"], "户别": ["tribe"]}).to_csv(file, index=False)
    ...     [(finding.id, finding.column, finding.value) for finding in examine_records(file, HOUSEHOLD).findings]
    [('h1', 'kind', 'tribe')]
    """
    mapping = mapping or ColumnMapping()
    source = open_source(path, layer or mapping.layer, mapping.encoding)
    notes = [_note(kind, "file.encoding", note) for note in source.notes]
    numbers, raw = source.frame.index.to_numpy() + source.first_row, source.frame.reset_index(drop=True)
    frame, used = _columns(raw, kind, mapping, str(path))
    frame, findings = _typed(frame, kind)
    frame = _area_codes(frame, kind)
    if kind.shape is not Shape.NONE:
        placed = drop_far(place(raw, mapping.position, kind, frame[kind.key]), kind, frame[kind.key])
        used |= placed.columns
        findings += placed.findings
        geometry = to_working(placed.points, datum or mapping.datum, where=str(path)).geometry
        frame = gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=geometry.crs)
    ignored = [str(name) for name in raw.columns if name not in used]
    if ignored:
        notes.append(_note(kind, "column.ignored", f"columns not of this kind were left out: {', '.join(ignored)}"))
    frame = frame.set_index(pd.Index(frame[kind.key], name=kind.key)).drop(columns=kind.key)
    # A cell that would not go is missing now: said once is enough.
    unread = {(finding.row, finding.column) for finding in findings}
    unplaced = {finding.row for finding in findings if finding.check.startswith("geometry.")}
    findings += [
        found
        for found in check_records(frame, kind)
        if not (found.check == "value.missing" and (found.row, found.column) in unread)
        and not (found.check == "geometry.missing" and found.row in unplaced)
    ]
    return Reading(frame, (*(_in_file(finding, numbers) for finding in findings), *notes))


def _in_file(finding: Finding, numbers: NDArray[np.int64]) -> Finding:
    """Return a finding with the number its row has in the file."""
    if not finding.row:
        return finding
    row = int(numbers[finding.row - 1])
    return replace(finding, row=row, id=f"row {row}" if finding.id == f"row {finding.row}" else finding.id)


def suggest(wanted: str, names: Sequence[str]) -> str:
    """Return what to say about a column that is not there: the nearest names, or all there are.

    Examples
    --------
    >>> suggest("building_id", ["bldg_id", "building_no", "floor"])
    "perhaps it is 'building_no' or 'bldg_id'"
    """
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    if near:
        return "perhaps it is " + " or ".join(repr(name) for name in near)
    return f"the file has: {', '.join(names)}" if names else "the file has no columns"


def _columns(raw: pd.DataFrame, kind: RecordKind, mapping: ColumnMapping, where: str) -> tuple[pd.DataFrame, set[str]]:
    """Return the columns under our names, as read, and the file's names that were used."""
    _require_known(mapping, kind)
    found: dict[str, pd.Series] = {}
    used: set[str] = set()
    missing: list[Field] = []
    lower = {str(name).strip().lower(): name for name in reversed(list(raw.columns))}
    for field in kind.fields:
        if field.name in mapping.constants:
            found[field.name] = pd.Series(mapping.constants[field.name], index=raw.index)
            continue
        named = mapping.columns.get(field.name)
        candidates = (field.name, field.short_name, field.zh) if named is None else (named,)
        name = next((lower[text.lower()] for text in candidates if text.lower() in lower), None)
        if name is not None:
            values = mapping.value_lists.get(field.name)
            # A cell that the list does not name stays as it is: it may be one of our own codes already.
            found[field.name] = (
                raw[name] if values is None else raw[name].map(lambda cell, v=values: v.get(str(cell), cell))
            )
            used.add(name)
        elif named is not None or (field.required and (kind.name, field.name) != ("area", "level")):
            missing.append(field)
        else:
            found[field.name] = pd.Series(None, index=raw.index, dtype=object)
    if missing:
        names = [str(name) for name in raw.columns if str(name) != "geometry"]
        wanted = [mapping.columns.get(field.name, field.name) for field in missing]
        hints = "; ".join(f"{text}: {suggest(text, names)}" for text in wanted)
        raise InputError(
            "GS102",
            f"columns are missing for {kind.name} records ({kind.zh}): "
            + ", ".join(f"{field.name} ({field.zh})" for field in missing),
            where=where,
            why=hints,
            fix="rename them, or write a mapping file with a [columns] table",
        )
    return pd.DataFrame(found, index=raw.index).reset_index(drop=True), used


def _require_known(mapping: ColumnMapping, kind: RecordKind) -> None:
    for table in (mapping.columns, mapping.constants, mapping.value_lists):
        for name in table:
            if name not in kind.columns:
                raise InputError(
                    "GS102",
                    f"the mapping names {name!r}, which {kind.name} records ({kind.zh}) do not have",
                    why=suggest(name, kind.columns),
                    fix=f"columns of {kind.name} are: {', '.join(kind.columns)}",
                )


def _typed(frame: pd.DataFrame, kind: RecordKind) -> tuple[pd.DataFrame, list[Finding]]:
    """Convert each column; a cell that will not go becomes missing and a finding."""
    keys, _ = convert(frame[kind.key], kind.field(kind.key))
    typed: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for field in kind.fields:
        raw = frame[field.name]
        typed[field.name], bad = convert(raw, field)
        like = Finding(
            check="value.type",
            severity=Severity.ERROR,
            table=kind.name,
            id="",
            reason=f"not a {field.type.value} value",
            fix=f"write {field.name} ({field.zh}) as {_FORM[field.type]}",
            code="GS103",
            column=field.name,
        )
        findings += cell_findings(bad, raw, keys, like)
        if field.type is FieldType.MOMENT and raw.notna().any() and lacks_offset(raw):
            findings.append(
                _note(kind, "value.offset", f"{field.name}: times without offset were read as Beijing time")
            )
    return pd.DataFrame(typed), findings


_FORM: Final = {
    FieldType.TEXT: "text",
    FieldType.CODE: "text (a number of more than 15 digits has already lost some)",
    FieldType.INTEGER: "a whole number",
    FieldType.NUMBER: "a number",
    FieldType.DATE: "YYYY-MM-DD",
    FieldType.MOMENT: "YYYY-MM-DDThh:mm:ss+08:00",
    FieldType.BOOLEAN: "是 or 否 (yes or no, true or false, 1 or 0)",
}


def _area_codes(frame: pd.DataFrame, kind: RecordKind) -> pd.DataFrame:
    if kind.name == "area":
        levels = frame["level"].where(frame["level"].isin(list(AreaLevel)), None)
        codes = [_short(code, level) for code, level in zip(frame["code"], levels, strict=True)]
        derived = pd.Series([_LEVEL_OF.get(len(str(code))) for code in codes], index=frame.index, dtype="str")
        return frame.assign(code=pd.Series(codes, index=frame.index, dtype="str"), level=frame["level"].fillna(derived))
    if kind.name == "grid":
        codes = [_short(code, None) for code in frame["area_code"]]
        return frame.assign(area_code=pd.Series(codes, index=frame.index, dtype="str"))
    return frame


def _short(code: Any, level: Any) -> Any:  # noqa: ANN401 - a cell
    """Return the short form of a code; one that has none is left for the check to report."""
    if pd.isna(code):
        return None
    try:
        return normalise_code(str(code), None if pd.isna(level) else AreaLevel(str(level)))
    except InputError:
        return code


def _note(kind: RecordKind, check: str, reason: str) -> Finding:
    return Finding(check=check, severity=Severity.INFO, table=kind.name, id="", reason=reason, fix="nothing to do")
