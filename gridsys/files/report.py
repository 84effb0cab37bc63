"""Reports: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gridsys.files.atomic import staged


def write_json(path: Path | str, report: Any) -> Path:  # noqa: ANN401 - any report of plain values
    """Write a report as indented UTF-8 JSON, whole or not at all, and return its path.

    Parameters
    ----------
    path
        File to write; an earlier one is replaced.
    report
        Mappings, sequences, dataclasses, numbers, text, dates; a Series becomes a mapping and a DataFrame a list of
        rows (its geometry left out). Numbers that are not finite become null.

    Raises
    ------
    InputError
        GS101 when the folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_json(Path(folder, "report.json"), {"rate": np.float64(0.5), "day": date(2026, 9, 18)})
    ...     json.loads(file.read_text(encoding="utf-8"))
    {'rate': 0.5, 'day': '2026-09-18'}
    """
    path = Path(path)
    with staged(path) as stage:
        text = json.dumps(jsonable(report), ensure_ascii=False, indent=2, allow_nan=False)
        (stage / path.name).write_text(text + "\n", encoding="utf-8")
    return path


def write_csv_report(path: Path | str, table: pd.DataFrame) -> Path:
    r"""Write a table of a report as CSV, whole or not at all, and return its path.

    The text is UTF-8 with a byte-order mark, without which spreadsheets garble Chinese; the index is left out.

    Raises
    ------
    InputError
        GS101 when the folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_csv_report(Path(folder, "a.csv"), pd.DataFrame({"原因": ["无坐标"]})).read_text(encoding="utf-8-sig")
    '原因\n无坐标\n'
    """
    path = Path(path)
    with staged(path) as stage:
        table.to_csv(stage / path.name, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def write_text(path: Path | str, text: str) -> Path:
    """Write a page or other text as UTF-8, whole or not at all, and return its path.

    Raises
    ------
    InputError
        GS101 when the folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder, "a.html"), "网格").read_text(encoding="utf-8")
    '网格'
    """
    path = Path(path)
    with staged(path) as stage:
        (stage / path.name).write_text(text, encoding="utf-8")
    return path


def write_bytes(path: Path | str, content: bytes) -> Path:
    """Write a file that is no text, such as a PDF, whole or not at all, and return its path.

    Raises
    ------
    InputError
        GS101 when the folder does not exist.
    """
    path = Path(path)
    with staged(path) as stage:
        (stage / path.name).write_bytes(content)
    return path


def jsonable(value: Any) -> Any:  # noqa: ANN401, PLR0911 - one return for each sort of value
    """Return a value as JSON can hold it: mappings, lists, text, numbers (null where not finite) and ISO dates.

    Examples
    --------
    >>> jsonable({"rate": np.float64("nan"), "day": date(2026, 9, 18)})
    {'rate': None, 'day': '2026-09-18'}
    """
    match value:
        case None | str() | bool() | int():
            return value
        case np.generic():
            return jsonable(value.item())
        case float():
            return value if np.isfinite(value) else None
        case dict():
            return {str(key): jsonable(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() | np.ndarray() | pd.Index():
            return [jsonable(item) for item in value]
        case pd.DataFrame():
            shapes = [name for name in value.columns if value[name].dtype.name == "geometry"]
            return jsonable(value.drop(columns=shapes).reset_index().to_dict("records"))
        case pd.Series():
            return jsonable(value.to_dict())
        case date():
            return None if value is pd.NaT else value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return None if pd.isna(value) else str(value)
