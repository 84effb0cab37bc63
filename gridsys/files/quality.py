"""Read the rules of data quality."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gridsys.errors import InputError, SettingsError
from gridsys.quality.ruleset import Rule, rule_set
from gridsys.resources import resource


def read_quality(path: Path | None = None) -> tuple[Rule, ...]:
    """Return the rules of a TOML file; those of ``geodata/quality.toml`` when None.

    Raises
    ------
    InputError
        GS101 when the file cannot be read.
    SettingsError
        GS906 when it is not TOML, or a rule cannot be used, by its line.

    Examples
    --------
    >>> read_quality()[0].id
    'chain.registered-household'
    """
    file = path if path is not None else resource("geodata", "quality.toml")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "GS101", "the file of rules cannot be read", where=str(file), why=str(error), fix="name a UTF-8 file"
        ) from error
    try:
        declared = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "GS906", "the rules of data quality cannot be used", where=str(file), why=str(error), fix="mend the line"
        ) from error
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[rule]]"]
    return rule_set(declared, lines, file.name)
