"""The error tree: one base class, a family per room, a code per cause.

Every error says *what* went wrong, *where* (file, row, column, id), *why*, and the *fix*. ``CODES`` is the
single list of codes; ``docs/errors.md`` is generated from it and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

CODES: Final[dict[str, str]] = {
    # --- GS1xx input: files and frames that cannot be used -------------------------------------------
    "GS101": "A file or folder named by the user does not exist or cannot be read.",
    "GS102": "A required column is missing.",
    "GS103": "Values in a column are of the wrong type, outside their range, or not in their code list.",
    "GS104": "A key is missing or stands more than once.",
    "GS105": "A layer has no rows, or no geometry of the kind asked for.",
    "GS106": "A code does not follow the 6/9/12/15-digit area code system.",
    "GS107": "A file holds several layers and none was named.",
    "GS108": "The catalog or a district's overlay of it breaks its rules.",
    "GS109": "The catalog holds nothing under the code asked for.",
    "GS110": "A change of the catalog would lose or break values that are kept.",
    "GS111": "An event of the register (birth, death, move …) is not possible as things stand on its day.",
    # --- GS2xx coordinates and datum ------------------------------------------------------------------
    "GS201": "A layer inside China declares no datum.",
    "GS202": "A datum name is not known.",
    "GS203": "A frame has no CRS, or not the projected CRS the operation measures in.",
    "GS204": "Coordinates lie outside the range of the declared datum.",
    "GS205": "A file's own CRS contradicts the declared datum, or is of a datum that is not converted here.",
    # --- GS3xx division and topology ------------------------------------------------------------------
    "GS301": "Areas overlap or leave gaps beyond the repair threshold.",
    "GS302": "A division rule cannot be met (window, count or pins contradict each other).",
    "GS303": "The finished grids failed the proof of coverage.",
    # --- GS4xx rights ---------------------------------------------------------------------------------
    "GS401": "The acting user's role does not allow the action.",
    "GS402": "The area lies outside the acting user's area.",
    "GS403": "The acting user could not be understood.",
    "GS404": "Sensitive columns were asked for without a purpose.",
    # --- GS5xx store ----------------------------------------------------------------------------------
    "GS501": "The database cannot be reached or opened.",
    "GS502": "The database is not at the schema version this release needs.",
    "GS503": "A write was refused by the database; nothing was changed.",
    "GS504": "What was asked for is not in the database.",
    "GS505": "Somebody else has acted on the case meanwhile; nothing was changed.",
    "GS506": "The database cannot bind a login to its area.",
    # --- GS6xx export ---------------------------------------------------------------------------------
    "GS601": "Text or a number does not fit the format and would be cut.",
    "GS602": "The file read back differs from the table written.",
    "GS603": "The format is not known or cannot hold this table.",
    # --- GS7xx render ---------------------------------------------------------------------------------
    "GS701": "A map cannot be built from these layers.",
    "GS702": "A basemap cannot be used: its address, token, file, datum or size.",
    # --- GS8xx procedures, cases and working time ------------------------------------------------------
    "GS801": "A procedure file cannot be read: it is not TOML, or a key is unknown, missing or of the wrong type.",
    "GS802": "A step of a procedure cannot be reached from its start.",
    "GS803": "A step of a procedure is a dead end: no end can be reached from it.",
    "GS804": "A step of a procedure has no limit.",
    "GS805": "A procedure names a role, step, level, guard or body that does not exist.",
    "GS806": "The action is not possible in the state the case is in.",
    "GS807": "The person acting may not take this action on this case.",
    "GS808": "A condition of the action is not met.",
    "GS809": "What the action must bring with it is missing, unknown or of the wrong type.",
    "GS810": "A log of events cannot be replayed.",
    "GS820": "A limit, pause or moment cannot be used for reckoning working time.",
    "GS830": "A ballot may not be held, cast or counted in this way.",
    "GS831": "A sealed ballot result does not verify.",
    "GS840": "An evaluation file cannot be used: a key, condition, weight or indicator in it is wrong.",
    # --- GS9xx settings and resources -------------------------------------------------------------------
    "GS901": "A setting is unknown or has a value that cannot be used.",
    "GS902": "A packaged file (geodata/ or maps/) is missing: the installation is damaged.",
    "GS904": "The terms of retention cannot be used.",
    "GS905": "A command was not written as it is to be.",
    "GS906": "The rules of data quality cannot be used.",
}


class GridsysError(Exception):
    """An error a user can act on.

    Parameters
    ----------
    code
        A key of ``CODES``.
    what
        What went wrong, one sentence.
    where
        File, row, column or id.
    why
        The cause, where it is not plain from ``what``.
    fix
        What the user can do about it.
    problems
        Each single problem where there are several: ``row``, ``id``, ``column``, ``value``, ``reason``, ``fix``.

    Examples
    --------
    >>> str(InputError("GS102", "the column 'code' is missing", where="streets.gpkg", fix="rename it"))
    "[GS102] the column 'code' is missing — at streets.gpkg. Fix: rename it"
    """

    exit_code: ClassVar[int] = 70
    """Process exit status the command line uses for this family."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        fix: str,
        where: str = "",
        why: str = "",
        problems: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        if code not in CODES:
            message = f"unregistered error code {code}"
            raise KeyError(message)
        self.code, self.what, self.where, self.why, self.fix = code, what, where, why, fix
        self.problems = tuple(problems)
        super().__init__(code, what, where, why, fix)

    def __str__(self) -> str:
        """Return the one-line message: code, what, where, why, fix."""
        place = f" — at {self.where}" if self.where else ""
        cause = f" ({self.why})" if self.why else ""
        return f"[{self.code}] {self.what}{place}{cause}. Fix: {self.fix}"

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as a mapping, for ``--json``; ``problems`` is a list of mappings where there are several."""
        parts = {"code": self.code, "what": self.what, "where": self.where, "why": self.why, "fix": self.fix}
        return parts | ({"problems": [dict(problem) for problem in self.problems]} if self.problems else {})


class InputError(GridsysError):
    """A file, table or value brought by the user cannot be used (GS1xx)."""

    exit_code = 3


class DatumError(GridsysError):
    """Coordinates cannot be placed: datum or CRS undeclared, unknown or wrong (GS2xx)."""

    exit_code = 3


class DivisionError(GridsysError):
    """Areas cannot be divided as asked (GS3xx)."""

    exit_code = 3


class AccessError(GridsysError):
    """The acting user may not do this here (GS4xx)."""

    exit_code = 4


class StoreError(GridsysError):
    """The database cannot serve the request (GS5xx)."""

    exit_code = 5


class ExportError(GridsysError):
    """A table cannot be written honestly in the format asked for (GS6xx)."""

    exit_code = 3


class RenderError(GridsysError):
    """A map or picture cannot be built (GS7xx)."""

    exit_code = 3


class ProcedureError(GridsysError):
    """A procedure is not well declared, or a case may not be handled this way (GS8xx)."""

    exit_code = 3


class SettingsError(GridsysError):
    """Settings or packaged files are unusable (GS9xx)."""

    exit_code = 2
