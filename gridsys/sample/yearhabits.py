"""How often cases of each class are opened, when, in which weather, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_EVEN: Final = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Habit:
    """How cases of a class come in.

    ``share`` of all cases, per mille; ``by`` who opens them; ``season`` weights of winter (December to February),
    spring, summer and autumn; ``weekend`` weight of a day that is not worked; ``peak`` hour of most; ``rain``, ``heat``
    and ``snow`` weights of such a day.
    """

    share: float
    by: str
    season: tuple[float, float, float, float] = _EVEN
    weekend: float = 0.8
    peak: int = 10
    rain: float = 1.0
    heat: float = 1.0
    snow: float = 1.0


HABITS: Final[dict[tuple[str, str], Habit]] = {
    ("dongcheng-grid", "small-matter"): Habit(240, "resident", (0.9, 1, 1.2, 1), 0.8, 9, 2.5, 1.5, 3),
    ("dongcheng-grid", "street-order"): Habit(130, "grid-manager", (0.7, 1, 1.3, 1), 1.1, 17, 0.6, 1.2, 0.5),
    ("dongcheng-grid", "ordinary-dispute"): Habit(56, "resident", (1.1, 1, 1.1, 1), 1.3, 19, 1.5, 1.3, 1.1),
    ("dongcheng-grid", "complex-dispute"): Habit(12, "station-worker", weekend=0.2),
    ("dongcheng-grid", "emergency"): Habit(20, "resident", (1.5, 0.9, 1.2, 0.8), 1, 20, 8, 2, 4),
    ("dongcheng-grid", "long-petition"): Habit(2, "dispatcher", weekend=0.05),
    ("city-component", "missing-cover"): Habit(24, "collector", (0.9, 0.9, 1.4, 0.9), 0.8, 10, 9, 1, 1),
    ("city-component", "damaged-component"): Habit(116, "collector", (1, 1, 1.2, 0.9), 0.7, 10, 4, 1.1, 4),
    ("city-component", "waste"): Habit(90, "collector", (0.8, 1, 1.4, 1), 1, 8, 1.5, 1.6, 0.8),
    ("online-inquiry", "general"): Habit(66, "resident", (1, 1, 1.1, 1), 0.7, 21, 2, 1.5, 1.8),
    ("online-inquiry", "complex"): Habit(34, "resident", (1, 1, 1.1, 1), 0.7, 21, 1.6, 1.2, 1.2),
    ("neighbour-order", "report"): Habit(48, "resident", (1, 1, 1.1, 1), 1.2, 19, 3, 1.6, 2.5),
    ("neighbour-order", "mediation"): Habit(10, "resident", weekend=1.4, peak=20),
    ("neighbour-order", "order"): Habit(32, "resident", (1.1, 1, 1.1, 1), 0.9, 9, 0.8, 1.4, 1.2),
    ("grand-mediation", "neighbour"): Habit(16, "resident", (1, 1, 1.2, 1), 1.2, 19, 2.2, 1.4, 1),
    ("grand-mediation", "family"): Habit(9, "police-officer", (1.3, 0.9, 1, 0.9), 1.3, 20),
    ("grand-mediation", "labour"): Habit(6, "resident", (1.9, 0.8, 0.7, 1), 0.4),
    ("grand-mediation", "demolition"): Habit(1.5, "resident", weekend=0.3),
    ("grand-mediation", "traffic"): Habit(6, "police-officer", weekend=0.9, peak=18, rain=2, snow=4),
    ("grand-mediation", "environment"): Habit(3, "resident", (0.7, 1.1, 1.4, 1)),
    ("grand-mediation", "consumer"): Habit(7, "resident", weekend=1.1, peak=14),
    ("grand-mediation", "land"): Habit(0.5, "resident", weekend=0.3),
    ("grand-mediation", "medical-ordinary"): Habit(2, "resident", weekend=0.4),
    ("grand-mediation", "medical-major"): Habit(0.4, "hospital-mediator", weekend=0.6),
    ("six-care", "wedding"): Habit(4, "assistant", (0.7, 1.2, 0.8, 1.4), 0.5),
    ("six-care", "full-month"): Habit(6, "assistant", weekend=0.6),
    ("six-care", "illness"): Habit(14, "grid-manager", (1.5, 0.9, 0.9, 0.9), 0.6, heat=1.6, snow=1.5),
    ("six-care", "hardship"): Habit(8, "station-worker", (1.5, 0.8, 0.9, 0.9), 0.3, snow=2),
    ("six-care", "birthday"): Habit(20, "assistant", weekend=1),
    ("six-care", "bereavement"): Habit(6, "grid-manager", (1.4, 1, 0.9, 0.9), 0.8),
    ("five-matter", "daily"): Habit(4, "resident", weekend=1.1, peak=19),
    ("five-matter", "repair-fund"): Habit(1.2, "owners-committee", weekend=0.7, rain=2),
    ("five-matter", "common-parts"): Habit(1.2, "owners-committee", weekend=0.7),
    ("four-party", "matter"): Habit(4, "owners-committee", weekend=0.5),
    ("four-party", "dispute"): Habit(2.4, "resident", weekend=0.8, peak=19),
    ("four-party", "assessment"): Habit(1.2, "property-office", (0.2, 0.3, 0.2, 3), 0.05),
    ("public-deliberation", "grievance"): Habit(2.2, "resident", weekend=0.5),
    ("public-deliberation", "dispute"): Habit(2, "station-worker", weekend=0.3),
}
"""(Procedure, class) → how its cases come in: invented, of the size such a district tells of."""
