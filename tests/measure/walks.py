"""Logs of cases that went at random where their procedures let them go."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import cache

from gridsys.domain.case import Event, evolve, fold
from gridsys.domain.case_engine import apply, due_actions
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction, options
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import ProcedureError
from gridsys.files.procedures import packaged_procedures

AREAS = ("110101001001001", "110101001002001", "110101002001001")
DIGITS = {"grid": 15, "community": 12, "street": 9, "district": 6}
FIRST = datetime(2026, 9, 1, 9, tzinfo=BEIJING)
GIVEN = {"by": "1 working-days", "departments": ["u1", "u2"], "lead": "u1", "score": 75, "amount_yuan": 10,
         "party_score": 80, "trade_score": 70, "standing": "bottom", "rank": 3, "unit": "u3"}  # fmt: skip


def walk(procedure_id: str, number: int, chance: random.Random) -> tuple[Event, ...]:
    procedure = packaged_procedures()[procedure_id]
    area = chance.choice(AREAS)

    def worker(role: str, level: str, holder: str = "") -> Worker:
        levels = procedure.role_of[role].levels
        stands = level if level in levels else chance.choice(levels)
        return Worker(
            holder if holder and chance.random() < 0.5 else f"99{chance.randrange(9)}",
            role,
            stands,
            area[: DIGITS.get(stands, 15)],
            chance.choice(["u1", "u2"]),
        )

    at = FIRST + timedelta(hours=chance.randrange(24 * 45))
    kind = chance.choice(procedure.classes).id
    facts = {"earlier": "C"} if chance.random() < 0.2 else {}
    if kind == "assessment":
        facts["company"] = chance.choice(["K1", "K2"])
    log = list(open_case(procedure, f"{procedure_id}-{number:03d}", kind, title="某事", area_code=area,
                         worker=worker(chance.choice(procedure.opened_by), procedure.levels[0]), at=at,
                         facts=facts))  # fmt: skip
    case = fold(log)
    for _ in range(60):
        at += timedelta(hours=chance.choice([1, 1, 2, 4, 30]))
        actions = list(due_actions(procedure, case, at))
        possible = options(procedure, case)
        if not actions and possible:
            option = chance.choice(possible)
            data = {name: GIVEN.get(name, "x") for name in option.needs}
            data |= {"pause": {"reason": next(iter(procedure.pause.reasons), "") if procedure.pause else ""},
                     "mark": {"mark": next(iter(procedure.mark.marks)) if procedure.mark else ""},
                     "hand-over": {"body": procedure.bodies[0].id if procedure.bodies else "", "reason": "x"},
                     "rate": {"score": chance.choice([60, 90])}, "extend": {"by": "1 working-days", "reason": "x"},
                     "reclassify": {"class": chance.choice(procedure.classes).id, "reason": "x"},
                     "assign": {"departments": ["u1", "u2"], "lead": "u1"}, "take-back": {"result": "x"},
                     "report": {"result": "x"}, "give-view": {"view": "x"}, "withdraw": {"reason": "x"},
                     "reassign": {"holder": "991", "reason": "x"}}.get(option.name, {})  # fmt: skip
            if option.name in {"withdraw", "note"} and chance.random() < 0.97:
                continue
            actions = [CaseAction(option.name, worker(chance.choice(option.by), case.level, case.holder), at, data)]
        for action in actions[:1]:
            try:
                events = apply(procedure, case, action)
            except ProcedureError:
                continue
            for event in events:
                case = evolve(case, event)
            log += events
    return tuple(log)


@cache
def walks(seed: int = 1, each: int = 25) -> tuple[tuple[Event, ...], ...]:
    chance = random.Random(seed)  # noqa: S311 - a walk, not a secret
    return tuple(walk(name, number, chance) for name in packaged_procedures() for number in range(each))
