"""Who takes part in procedures: the levels they stand on, their roles, and the duties that exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gridsys.domain.records import FORCES
from gridsys.domain.rights import Actor, Role
from gridsys.errors import AccessError

LEVELS: Final[dict[str, str]] = {
    "stairwell": "单元",
    "building": "楼栋",
    "compound": "小区",
    "zone": "片区",
    "grid": "网格",
    "community": "社区",
    "street": "街道",
    "district": "区",
}
"""Levels a case can rise through, lowest first, with their Chinese names. A procedure names those it uses."""

SIDES: Final[dict[str, str]] = {
    "public": "群众",
    "department": "部门",
    "party": "协商方",
    "specialist": "专业机构",
    "service": "服务机构",
    "system": "系统",
}
"""Where those stand who are on no level: they act on cases of any level."""

PLACES: Final = LEVELS | SIDES


@dataclass(frozen=True, slots=True)
class ProcedureRole:
    """A role in a procedure: its names and the levels or sides it can stand on."""

    id: str
    zh: str
    en: str
    levels: tuple[str, ...]
    line: int = 0


_ALL_LEVELS: Final = tuple(LEVELS)
_PLATFORM: Final = ("community", "street", "district")

ROLES: Final[dict[str, ProcedureRole]] = {
    role.id: role
    for role in (
        *(
            ProcedureRole(key.replace("_", "-"), zh, key.replace("_", " "), ("grid",))
            for key, zh in FORCES.items()
        ),
        ProcedureRole("resident", "居民", "resident", ("public",)),
        ProcedureRole("station-worker", "工作站人员", "workstation worker", ("community",)),
        ProcedureRole("dispatcher", "指挥员", "dispatcher", _PLATFORM),
        ProcedureRole("overseer", "监督员", "overseer", ("street", "district")),
        ProcedureRole("verifier", "核查员", "verifier", _ALL_LEVELS),
        ProcedureRole("department-officer", "部门承办人", "department officer", ("department",)),
        ProcedureRole("mediator", "调解员", "mediator", _PLATFORM),
        ProcedureRole("neighbour-steward", "邻里格长", "neighbour-grid steward",
                      ("stairwell", "building", "compound", "zone", "community")),
        ProcedureRole("system", "系统", "the system", ("system",)),
    )
}  # fmt: skip
"""Roles every procedure may use; a procedure file can declare more of its own."""

DUTIES: Final[dict[str, tuple[str, str]]] = {
    "handle": ("处置", "handled"),
    "verify": ("核查", "verified"),
    "command": ("指挥", "commanded"),
    "supervise": ("监督", "supervised"),
}
"""Duties that are kept apart on one case, with the words for having done them."""

EXCLUDES: Final[dict[str, str]] = {
    "handle": "verify",
    "verify": "handle",
    "command": "supervise",
    "supervise": "command",
}
"""Who has done one duty on a case does not do the other on it."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who acts on a case: an id for the log, a role, the level stood on, the area and the unit.

    Parameters
    ----------
    id
        Staff or resident id.
    role
        A role id.
    level
        One of the role's levels or sides.
    area_code
        Code of the area the worker serves; empty serves everywhere (residents, departments of a district).
    unit
        Department or company; those of one unit count as one where duties exclude each other.

    Examples
    --------
    >>> Worker("w1", "grid-manager", "grid", "110101001007003").unit
    ''
    """

    id: str
    role: str
    level: str
    area_code: str = ""
    unit: str = ""

    @classmethod
    def of(cls, actor: Actor) -> Worker:
        """Return the acting user of the platform as who acts on cases.

        Raises
        ------
        AccessError
            GS401 when the user's role takes no part in cases.

        Examples
        --------
        >>> Worker.of(Actor.parse("zhou:street-manager@110101001"))
        Worker(id='zhou', role='dispatcher', level='street', area_code='110101001', unit='')
        """
        if actor.role not in _OF_ROLE:
            raise AccessError(
                "GS401",
                f"{actor.name} ({actor.role}) takes no part in cases",
                fix="act as one of " + ", ".join(_OF_ROLE),
            )
        return cls(actor.name, *_OF_ROLE[actor.role], actor.area_code)


_OF_ROLE: Final[dict[Role, tuple[str, str]]] = {
    Role.DISTRICT_ADMINISTRATOR: ("dispatcher", "district"),
    Role.STREET_MANAGER: ("dispatcher", "street"),
    Role.COMMUNITY_WORKER: ("station-worker", "community"),
    Role.GRID_MANAGER: ("grid-manager", "grid"),
}
SYSTEM: Final = Worker("system", "system", "system")
"""Who acts when a limit runs out."""
