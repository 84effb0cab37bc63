"""Small cases for the store's tests: opened by a resident, noted by grid managers."""

from __future__ import annotations

from datetime import datetime, timedelta

from gridsys.domain.case import Case, Event
from gridsys.domain.case_engine import apply
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction
from gridsys.domain.procedure_roles import Worker
from gridsys.files.procedures import packaged_procedures
from tests.store import frames

PROCEDURE = packaged_procedures()["dongcheng-grid"]
FILED = datetime.fromisoformat("2026-09-18T10:00+08:00")
MANAGER = Worker("wang", "grid-manager", "grid", frames.A1)
RESIDENT = Worker("9901", "resident", "public")


def opened(case_id: str, area_code: str = frames.A1, at: datetime = FILED) -> tuple[Event, ...]:
    return open_case(PROCEDURE, case_id, "small-matter", title="路灯不亮", area_code=area_code, worker=RESIDENT, at=at)


def noted(case: Case, name: str) -> tuple[Event, ...]:
    worker = Worker(name, "grid-manager", "grid", case.area_code)
    return apply(PROCEDURE, case, CaseAction("note", worker, case.at + timedelta(seconds=1), {"note": f"由{name}记"}))
