"""Who may do what, where: rights = role x area x action. Deny by default."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gridsys.domain.areacode import is_within, level_of
from gridsys.errors import AccessError


class Action(StrEnum):
    """What a use case does with data."""

    DIVIDE = "divide"
    IMPORT = "import"
    LINK = "link"
    READ = "read"
    """Read areas, grids, counts and rates."""
    READ_PERSON = "read-person"
    """Read single persons and households."""
    HANDLE = "handle"
    """Open, read and act on cases."""
    PUBLISH = "publish"
    EXPORT = "export"
    ADMINISTER = "administer"


class Role(StrEnum):
    """Roles of the three-level platform."""

    DISTRICT_ADMINISTRATOR = "district-administrator"
    DISTRICT_ANALYST = "district-analyst"
    STREET_MANAGER = "street-manager"
    COMMUNITY_WORKER = "community-worker"
    GRID_MANAGER = "grid-manager"


_EVERYTHING: Final = frozenset(Action)
_ANALYSE: Final = frozenset({Action.READ, Action.PUBLISH, Action.EXPORT, Action.DIVIDE})
_WORK: Final = frozenset({Action.READ, Action.READ_PERSON, Action.HANDLE, Action.IMPORT, Action.LINK, Action.PUBLISH})
RIGHTS: Final[dict[Role, frozenset[Action]]] = {
    Role.DISTRICT_ADMINISTRATOR: _EVERYTHING,
    Role.DISTRICT_ANALYST: _ANALYSE,
    Role.STREET_MANAGER: _WORK | {Action.EXPORT},
    Role.COMMUNITY_WORKER: _WORK,
    Role.GRID_MANAGER: frozenset({Action.READ, Action.READ_PERSON, Action.HANDLE}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting user: a name for the log, a role, and the area the role holds in."""

    name: str
    role: Role
    area_code: str

    @classmethod
    def parse(cls, text: str) -> Actor:
        """Return the actor written as ``[NAME:]ROLE@AREA``.

        Raises
        ------
        AccessError
            GS403 when the text has another form or names no role.

        Examples
        --------
        >>> Actor.parse("li:street-manager@110101001")
        Actor(name='li', role=<Role.STREET_MANAGER: 'street-manager'>, area_code='110101001')
        """
        left, at, area = text.partition("@")
        name, colon, role = left.rpartition(":")
        if not at or role not in set(Role):
            raise AccessError(
                "GS403",
                f"{text!r} does not say who acts",
                fix=f"write [NAME:]ROLE@AREA with ROLE one of {', '.join(Role)}",
            )
        level_of(area)
        return cls(name if colon else role, Role(role), area)


def require(actor: Actor, action: Action, area_code: str) -> None:
    """Raise unless the actor may do this in that area.

    Raises
    ------
    AccessError
        GS401 when the role lacks the action, GS402 when the area lies outside the actor's.

    Examples
    --------
    >>> require(Actor("wang", Role.DISTRICT_ADMINISTRATOR, "110101"), Action.DIVIDE, "110101001")
    """
    if action not in RIGHTS[actor.role]:
        raise AccessError(
            "GS401",
            f"{actor.name} ({actor.role}) may not {action}",
            where=area_code,
            fix="ask somebody whose role allows it: " + ", ".join(role for role in Role if action in RIGHTS[role]),
        )
    if not is_within(area_code, actor.area_code):
        raise AccessError(
            "GS402",
            f"{actor.name} acts for {actor.area_code} and may not {action} elsewhere",
            where=area_code,
            fix=f"stay within {actor.area_code}, or ask the level above",
        )
