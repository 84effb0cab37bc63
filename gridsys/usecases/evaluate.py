"""Evaluate cases: indicators and scores of a period, and the weekly digest, as of a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.period import Period
from gridsys.domain.procedure import Procedure
from gridsys.domain.rights import Action, Actor, require
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import ExportError, InputError
from gridsys.files import write_text
from gridsys.files.evaluation import read_evaluation
from gridsys.files.procedures import packaged_procedures
from gridsys.measure.evaluation import evaluate
from gridsys.measure.evaluation_digest import Digest, weekly_digest
from gridsys.measure.evaluation_events import event_frame, milestones
from gridsys.measure.evaluation_score import scores
from gridsys.render.digest import DigestTables, digest_page, digest_text
from gridsys.render.evaluation import EvaluationTables, evaluation_page
from gridsys.store import Store, Transaction
from gridsys.usecases.cases import procedure_named

WAYS = {
    "area": ("区域", "area"), "department": ("部门", "department"), "post": ("岗位", "post"),
    "company": ("物业企业", "property company"),
}  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """A period evaluated as of a moment: ``table`` of indicators, ``scores``; ``final`` when no case is left open.

    ``names`` are those of groups, where known: of areas on the day before the moment, and of posts.
    """

    period: Period
    as_of: datetime
    final: bool
    open: int
    table: pd.DataFrame
    scores: pd.DataFrame | None
    by: str
    names: Mapping[str, str]


def evaluate_cases(
    actor: Actor,
    store: Store,
    period: Period,
    *,
    by: str = "area",
    level: AreaLevel = AreaLevel.STREET,
    procedure: str = "",
    score: str = "",
    as_of: datetime | None = None,
    rules: Path | None = None,
) -> Evaluation:
    """Return the indicators of the cases filed in a period, in the user's area; entered in the audit log.

    Parameters
    ----------
    actor
        Who asks; needs ``read``.
    store
        An open database.
    period
        The cases are those filed in it.
    by
        ``area``, ``department``, ``post`` or ``company``.
    level
        Level of the areas.
    procedure
        Only this procedure; all when empty.
    score
        A composite score of the rules, which then says ``by`` and ``procedure``.
    as_of
        Moment the cases are looked at, with offset; the end of the period, or now while it lasts.
    rules
        A TOML file of indicators and scores; that of ``geodata/evaluation/`` when None.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 when the rules cannot be read; GS103 for an unknown ``by`` or score, or a moment before the period.
    ProcedureError
        GS805 for an unknown procedure, GS840 for rules that cannot be used.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.READ, actor.area_code)
    declared, known = read_evaluation(rules), packaged_procedures()
    rule = declared.scores.get(score)
    if score and rule is None:
        raise InputError("GS103", f"there is no score {score!r}", fix=f"use one of: {', '.join(declared.scores)}")
    if rule is not None:
        by, procedure = rule.by, rule.procedure
    if by not in WAYS:
        raise InputError("GS103", f"{by!r} is no way to evaluate by", fix=f"use one of: {', '.join(WAYS)}")
    if procedure:
        procedure_named(procedure)
    when = min(period.end, datetime.now(BEIJING)) if as_of is None else as_of
    if when <= period.begin:
        raise InputError("GS103", f"{when} lies before the period {period.name}", fix="ask for a later moment")
    with store.begin() as transaction:
        cases = _milestones(transaction, actor, period, when, known)
        earlier = _milestones(transaction, actor, period.before(), _as_far_in(period, when), known)
        names = _names(transaction, by, when, known)
        details = {"evaluated": period.name, "as_of": when.isoformat(), "by": by, "procedure": procedure}
        transaction.record(actor.name, actor.role, Action.READ, actor.area_code, details)
    chosen, before = (_of(frame, procedure, rule.case_class if rule else "") for frame in (cases, earlier))
    table = evaluate(chosen, declared, known, by=by, level=level, before=before)
    scored = None if rule is None else scores(table, rule, declared.parts[rule.id])
    still = int((chosen["status"] == "open").sum())
    return Evaluation(period, when, still == 0 and when >= period.end, still, table, scored, by, names)


def write_evaluation(found: Evaluation, path: Path) -> Path:
    """Write an evaluation as a printable page and return its path.

    Raises
    ------
    InputError
        GS101 when the folder does not exist.
    """
    procedures = {name: (procedure.zh, procedure.en) for name, procedure in packaged_procedures().items()}
    shown = EvaluationTables(found.period.name, WAYS[found.by], found.as_of, found.final, found.open, found.table,
                             found.scores, found.names, procedures)  # fmt: skip
    return write_text(path, evaluation_page(shown))


def digest_week(actor: Actor, store: Store, week: Period, *, as_of: datetime | None = None) -> Digest:
    """Return the digest of a week's cases in the user's area, without personal data; entered in the audit log.

    Raises
    ------
    AccessError
        GS401.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.READ, actor.area_code)
    known, rules = packaged_procedures(), read_evaluation()
    when = min(week.end, datetime.now(BEIJING)) if as_of is None else as_of
    with store.begin() as transaction:
        logs = transaction.cases.events(area=actor.area_code, opened_before=week.end)
        cases = milestones(event_frame(logs), when, known)
        details = {"digest": week.name, "as_of": when.isoformat()}
        transaction.record(actor.name, actor.role, Action.READ, actor.area_code, details)
    return weekly_digest(cases, week, when, rules, known)


def write_digest(actor: Actor, store: Store, week: Period, path: Path, *, as_of: datetime | None = None) -> Digest:
    """Write the digest of a week as a printable page (``.html``) or as text (``.txt``), and return it.

    Raises
    ------
    AccessError
        GS401.
    InputError
        GS101 when the folder does not exist, GS103 for a period that is no week.
    ExportError
        GS603 for another suffix.
    StoreError
        GS501 to GS503.
    """
    forms = {".html": digest_page, ".txt": digest_text}
    if path.suffix not in forms:
        raise ExportError("GS603", f"a digest is no {path.suffix} file", where=str(path), fix="name it .html or .txt")
    if (week.last - week.first).days != 6:  # noqa: PLR2004 - seven days
        raise InputError("GS103", f"{week.name} is no week", fix="write an ISO week, such as 2026-W42")
    digest = digest_week(actor, store, week, as_of=as_of)
    names = {name: (procedure.zh, procedure.en) for name, procedure in packaged_procedures().items()}
    shown = DigestTables(
        (week.first, week.last), digest.as_of, digest.figures, digest.units, digest.cards, digest.unranked,
        digest.notable, digest.notable_total, names,
        {(p.id, c.id): (c.zh, c.en) for p in packaged_procedures().values() for c in p.classes},
    )  # fmt: skip
    write_text(path, forms[path.suffix](shown))
    return digest


def _names(transaction: Transaction, by: str, when: datetime, known: Mapping[str, Procedure]) -> Mapping[str, str]:
    if by == "post":
        return {role.id: f"{role.zh} {role.en}" for p in known.values() for role in p.role_of.values()}
    if by != "area":
        return {}
    day = (when - timedelta(microseconds=1)).astimezone(BEIJING).date()
    areas = transaction.get("area", as_of=day, columns=["name"])
    return {str(code): str(name) for code, name in areas["name"].items() if pd.notna(name)}


def _milestones(
    transaction: Transaction, actor: Actor, period: Period, when: datetime, known: Mapping[str, Procedure]
) -> pd.DataFrame:
    logs = transaction.cases.events(area=actor.area_code, opened_from=period.begin, opened_before=period.end)
    return milestones(event_frame(logs), when, known)


def _as_far_in(period: Period, when: datetime) -> datetime:
    """Return the moment as far from the end of the period before as ``when`` is from this one's."""
    return period.before().end + (when - period.end)


def _of(cases: pd.DataFrame, procedure: str, case_class: str) -> pd.DataFrame:
    if procedure:
        cases = cases[cases["procedure"] == procedure]
    return cases[cases["case_class"] == case_class] if case_class else cases
