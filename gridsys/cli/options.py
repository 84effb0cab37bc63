"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gridsys.domain.rights import Actor
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, SettingsError
from gridsys.settings import Settings, load_settings
from gridsys.spatial.crs import Datum


class Audience(StrEnum):
    """Who will read what is published."""

    OFFICE = "office"
    PUBLIC = "public"


Database = Annotated[
    str | None,
    typer.Option(
        "--db", help="Database as a SQLAlchemy URL.  数据库", metavar="URL", show_default="sqlite:///gridsys.db"
    ),
]
Acting = Annotated[
    str | None,
    typer.Option("--as", help="Who acts: [NAME:]ROLE@AREA.  操作人", metavar="ACTOR"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
AudienceOption = Annotated[Audience, typer.Option("--for", help="public suppresses counts under 5.")]
DatumOption = Annotated[
    Datum | None,
    typer.Option("--datum", help="Datum of the files' longitude/latitude.  坐标基准", case_sensitive=False),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Day the answer holds for.  截至日期", metavar="YYYY-MM-DD", show_default="today"),
]
ValidFrom = Annotated[
    str | None,
    typer.Option("--from", help="First day the rows hold.  生效日期", metavar="YYYY-MM-DD", show_default="today"),
]


def settings_with(database: str | None) -> Settings:
    """Return the settings, with the database of the command line where one is named."""
    settings = load_settings()
    return settings if database is None else Settings(database=database, actor=settings.actor)


def acting_user(text: str | None, settings: Settings) -> Actor:
    """Return who acts: the command line's word, else the settings'.

    Raises
    ------
    SettingsError
        GS901 when neither says.
    AccessError
        GS403 when what is said cannot be understood.
    """
    chosen = text if text is not None else settings.actor
    if not chosen:
        raise SettingsError(
            "GS901",
            "nobody is named as the acting user",
            fix="add --as NAME:ROLE@AREA (such as li:district-administrator@110101), or set `actor` in gridsys.toml",
        )
    return Actor.parse(chosen)


def day(text: str | None) -> date:
    """Return the day written as YYYY-MM-DD; today when None.

    Raises
    ------
    InputError
        GS103 for another form.
    """
    if text is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("GS103", f"{text!r} is not a day", fix="write YYYY-MM-DD, such as 2026-06-30") from error


def moment(text: str | None) -> datetime | None:
    """Return the moment a text names, Beijing time where it has no offset; None for None.

    Raises
    ------
    InputError
        GS103 for another form.
    """
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("GS103", f"{text!r} is no moment", fix="write YYYY-MM-DDTHH:MM") from error
    return found.replace(tzinfo=BEIJING) if found and found.tzinfo is None else found


def layer_reference(text: str) -> tuple[Path, str | None]:
    """Return file and layer of ``FILE`` or ``FILE::LAYER``.

    Examples
    --------
    >>> layer_reference("city.gpkg::roads")[1]
    'roads'
    """
    file, colons, layer = text.partition("::")
    return Path(file), layer if colons else None
