"""Frozen settings from ``gridsys.toml`` and ``GRIDSYS_*``; read by use cases and the command line only."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from gridsys.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment may set.

    ``database`` is a SQLAlchemy URL; ``actor`` is who acts when the command line names nobody, as
    ``[NAME:]ROLE@AREA``; empty means that every command must say it.
    """

    database: str = "sqlite:///gridsys.db"
    actor: str = ""


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings: defaults, then the TOML file, then ``GRIDSYS_DATABASE`` and ``GRIDSYS_ACTOR``.

    Parameters
    ----------
    path
        The file; ``gridsys.toml`` in the working folder, if there, when None.
    environ
        Environment; the process's own when None.

    Raises
    ------
    SettingsError
        GS901 for an unreadable file, an unknown key or a value that is not text.

    Examples
    --------
    >>> load_settings(environ={"GRIDSYS_DATABASE": "sqlite:///a.db"}).database
    'sqlite:///a.db'
    """
    known = {field.name for field in fields(Settings)}
    values: dict[str, str] = {}
    file = path if path is not None else Path("gridsys.toml")
    if path is not None or file.exists():
        try:
            loaded = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(
                "GS901", "the settings file cannot be read", where=str(file), why=str(error), fix="mend the file"
            ) from error
        for key, value in loaded.items():
            if key not in known or not isinstance(value, str):
                raise SettingsError(
                    "GS901",
                    f"the setting {key!r} is unknown or is not text",
                    where=str(file),
                    fix=f"settings are: {', '.join(sorted(known))}",
                )
            values[key] = value
    for key, value in (os.environ if environ is None else environ).items():
        name = key.removeprefix("GRIDSYS_").lower()
        if key.startswith("GRIDSYS_") and name in known:
            values[name] = value
    return Settings(**values)
