"""The one lookup for packaged files: ``geodata/`` (facts) and ``maps/`` (the look)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gridsys.errors import SettingsError

_PACKAGE: Final = Path(__file__).resolve().parent
# A wheel carries both folders inside the package; a checkout has them beside it.
_ROOTS: Final = (_PACKAGE, _PACKAGE.parent)


def resource(*parts: str) -> Path:
    """Return the path of a packaged file or folder.

    Parameters
    ----------
    *parts
        Path parts, the first one ``"geodata"`` or ``"maps"``.

    Raises
    ------
    SettingsError
        GS902 when the file is not there.

    Examples
    --------
    >>> resource("geodata", "codes").name
    'codes'
    """
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise SettingsError(
        "GS902",
        f"the packaged file {'/'.join(parts)} is missing",
        where=str(_PACKAGE),
        fix="reinstall gridsys, or run from a complete checkout",
    )
