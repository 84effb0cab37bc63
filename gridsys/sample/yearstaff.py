"""Who is on duty: shifts through the day, a rota through the year; every invented id starts with 99."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gridsys.domain.case import Case
from gridsys.domain.procedure import Procedure
from gridsys.domain.procedure_roles import LEVELS, Worker

_LENGTH: Final = {"district": 6, "street": 9, "community": 12}
"""Digits of the area a worker of a level serves; levels below serve a grid."""
_STAFF: Final = {"grid": 2, "community": 4, "street": 6, "district": 9}
"""People of one role in one area; those below the grid are one each."""
_DAY_SHIFT, _EVENING_SHIFT = 8, 18
_SHIFTS: Final = 3
UNITS: Final = ("urban-management", "police", "housing", "sanitation", "traffic", "market", "water", "parks")
"""Departments of a district."""
COMPANIES: Final = tuple(f"company-{number}" for number in range(1, 13))
"""Property companies of a district."""


def on_duty(
    procedure: Procedure, case: Case, role: str, at: datetime, *, level: str = "", unit: str = "", turn: int = 0
) -> Worker:
    """Return who of a role has duty on a case at a moment.

    A day has three shifts (08–18, 18–24, 00–08); those of one role and area take them in turn, day after day.

    Parameters
    ----------
    procedure, case
        The case and its procedure.
    role
        A role, or several with ``|`` between them: the first that stands on the level of the case.
    at
        When, with offset.
    level
        Where the worker stands; on the level of the case, or the role's own, when empty.
    unit
        Department or company.
    turn
        Number of a resident or of a person outside the platform.
    """
    names = role.split("|")
    name = next((each for each in names if case.level in procedure.role_of[each].levels), names[0])
    known = procedure.role_of[name].levels
    place = level or (case.level if case.level in known else known[-1])
    if place not in LEVELS:
        area = case.area_code[:12] if place == "party" else ""
        return Worker(f"99-{name}-{unit or area}{turn or ''}", name, place, area, unit)
    area = case.area_code[: _LENGTH.get(place, 15)]
    shift = 0 if _DAY_SHIFT <= at.hour < _EVENING_SHIFT else 1 if at.hour >= _EVENING_SHIFT else 2
    person = (at.toordinal() * _SHIFTS + shift) % _STAFF.get(place, 1)
    return Worker(f"99-{name}-{place[:1]}{area[6:]}-{person + 1}", name, place, area, unit)
