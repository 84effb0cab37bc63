"""Terms of retention: those that come with gridsys, or a user's own."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gridsys.domain.retention import RetentionRule, retention_rules
from gridsys.errors import InputError
from gridsys.resources import resource


def read_retention(path: Path | None = None) -> tuple[RetentionRule, ...]:
    """Return the terms of retention in a TOML file; those of ``geodata/retention.toml`` when None.

    Raises
    ------
    InputError
        GS101 when the file cannot be read.
    SettingsError
        GS904 when a rule cannot be used.

    Examples
    --------
    >>> [rule.kind for rule in read_retention()][:3]
    ['person', 'household', 'posting']
    """
    file = path if path is not None else resource("geodata", "retention.toml")
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            "GS101", "the terms of retention cannot be read", where=str(file), why=str(error),
            fix="give a TOML file in UTF-8",
        ) from error  # fmt: skip
    return retention_rules(declared, file.name)
