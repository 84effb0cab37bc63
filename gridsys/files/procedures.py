"""Procedure files: those that come with gridsys, and a user's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gridsys.domain.procedure import Procedure
from gridsys.domain.procedure_diagram import procedure_diagram_svg
from gridsys.domain.procedure_page import procedures_page
from gridsys.domain.procedure_toml import parse_procedure
from gridsys.errors import InputError
from gridsys.resources import resource


def read_procedure(path: Path) -> Procedure:
    """Return the procedure a TOML file declares, checked.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        GS101 when the file cannot be read.
    ProcedureError
        GS801–GS805 when it does not declare a procedure that can work.

    Examples
    --------
    >>> read_procedure(resource("geodata", "procedures", "six-care.toml")).zh
    '亲情服务“6S”工作法'
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "GS101", "the procedure file cannot be read", where=str(path), why=str(error), fix="give a UTF-8 text file"
        ) from error
    return parse_procedure(text, path.name)


@cache
def packaged_procedures() -> dict[str, Procedure]:
    """Return the procedures that come with gridsys, by id.

    Raises
    ------
    SettingsError
        GS902 when the folder is missing.

    Examples
    --------
    >>> len(packaged_procedures())
    9
    """
    found = [read_procedure(path) for path in sorted(resource("geodata", "procedures").glob("*.toml"))]
    return {procedure.id: procedure for procedure in found}


def write_procedure_pages(folder: Path) -> list[Path]:
    """Write ``procedures.md`` and a diagram for each packaged procedure into a folder; return the files.

    Parameters
    ----------
    folder
        An existing folder, such as ``docs``.

    Raises
    ------
    InputError
        GS101 when the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> len(write_procedure_pages(Path(tempfile.mkdtemp())))
    10
    """
    procedures = packaged_procedures()
    introduction = resource("geodata", "procedures", "introduction.md").read_text(encoding="utf-8")
    pages = {f"procedures/{name}.svg": procedure_diagram_svg(p) for name, p in procedures.items()}
    pages["procedures.md"] = procedures_page(introduction, procedures.values())
    try:
        (folder / "procedures").mkdir(exist_ok=True)
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            "GS101", "the folder cannot be written to", where=str(folder), why=str(error), fix="give another folder"
        ) from error
    return [folder / name for name in pages]
