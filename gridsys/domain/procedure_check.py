"""Can a procedure work? Every name exists, every step is reached and left, every wait has a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gridsys.domain.case_guards import GUARDS
from gridsys.domain.case_indicators import PREDICATE_KINDS, PREDICATES
from gridsys.domain.case_permit import BUILTIN
from gridsys.domain.procedure import LIGHTS_OF, OUTCOMES, STEP_KINDS, CaseClass, Procedure, Transition
from gridsys.domain.procedure_roles import DUTIES, LEVELS, PLACES
from gridsys.domain.worktime import Limit
from gridsys.errors import ProcedureError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a procedure file: the code, the line, what, and the fix."""

    code: str
    line: int
    what: str
    fix: str


def raise_problems(problems: Sequence[Problem], where: str) -> None:
    """Raise the first of several problems, naming the lines of all.

    Raises
    ------
    ProcedureError
        The code of the first problem.
    """
    if not problems:
        return
    first, *others = sorted(problems, key=lambda problem: (problem.line, problem.code))
    more = "; ".join(f"{where}:{p.line}: [{p.code}] {p.what}" for p in others)
    raise ProcedureError(
        first.code, first.what, where=f"{where}:{first.line}", why=f"and {more}" if more else "", fix=first.fix
    )


def problems_of(procedure: Procedure) -> list[Problem]:
    """Return everything that keeps a procedure from working, in no particular order."""
    found = [*_duplicates(procedure), *_steps(procedure), *_names(procedure), *_lights(procedure)]
    return found or [*_paths(procedure)]


def _duplicates(procedure: Procedure) -> Iterator[Problem]:
    for name in ("steps", "transitions", "classes", "roles", "bodies", "rounds", "occasions", "indicators"):
        seen: set[str] = set()
        for part in getattr(procedure, name):
            if part.id in seen:
                yield Problem("GS801", part.line, f"{part.id!r} stands twice among the {name}", "give each its own id")
            seen.add(part.id)
    for name in ("classes", "levels", "opened_by"):
        if not getattr(procedure, name):
            yield Problem(
                "GS801", procedure.line, f"the procedure has no {name}", f"declare at least one of its {name}"
            )


def _steps(procedure: Procedure) -> Iterator[Problem]:
    for step in procedure.steps:
        if step.kind not in STEP_KINDS:
            yield _unknown(step.line, "step kind", step.kind, STEP_KINDS)
        if (step.kind == "end") != (step.outcome in OUTCOMES):
            what = f"the step {step.id!r} is of kind {step.kind} with outcome {step.outcome!r}"
            yield Problem("GS801", step.line, what, f"an end, and only an end, has one of {', '.join(OUTCOMES)}")
        if step.kind != "end" and step.limit is None and not all(step.id in c.limits for c in procedure.classes):
            yield Problem("GS804", step.line, f"the step {step.id!r} has no limit",
                          'give it one, such as limit = "5 working-days", or one in every class')  # fmt: skip
        if step.kind == "end" and step.limit is not None:
            yield Problem("GS801", step.line, f"the end {step.id!r} has a limit", "take the limit away")
    rises = procedure.escalation
    late = [s for s in (rises.steps if rises else ()) if s in procedure.step_of and procedure.step_of[s].kind == "work"]
    if rises is not None and late and not rises.to:
        yield Problem("GS805", rises.line, f"late cases in {', '.join(late)} rise to no step", 'add to = "…"')
    for transition in procedure.transitions:
        if transition.id in BUILTIN:
            yield Problem("GS801", transition.line, f"{transition.id!r} is an action the engine has", "use another id")


def _unknown(line: int, kind: str, name: str, known: Iterable[str]) -> Problem:
    return Problem("GS805", line, f"there is no {kind} {name!r}", f"use one of: {', '.join(known)}")


def _names(procedure: Procedure) -> Iterator[Problem]:
    """Check every name a part points at."""
    steps, classes, roles = procedure.step_of, procedure.class_of, procedure.role_of
    known: dict[str, Any] = {"step": steps, "class": classes, "role": roles, "level": procedure.levels}
    uses: list[tuple[int, str, Iterable[str]]] = [
        (procedure.line, "step", [procedure.start]),
        (procedure.line, "role", procedure.opened_by),
        (procedure.lights.line, "step", procedure.lights.until),
    ]
    for transition in procedure.transitions:
        line = transition.line
        uses += [(line, "step", (*transition.from_, transition.to)), (line, "role", transition.by),
                 (line, "class", transition.classes)]  # fmt: skip
        yield from _transition(procedure, transition)
    for case_class in procedure.classes:
        uses += [(case_class.line, "step", case_class.limits),
                 (case_class.line, "level", [x for x in (case_class.level, case_class.ends_at) if x])]  # fmt: skip
    rules = ("escalation", "pause", "extension", "withdrawal", "departments", "handover", "reassignment",
             "reclassification", "hearing", "vote", "rating", "mark")  # fmt: skip
    for rule in (getattr(procedure, name) for name in rules):
        if rule is not None:
            uses += [(rule.line, "step", rule.steps), (rule.line, "role", getattr(rule, "by", ()))]
            uses += [(rule.line, "step", [to])] if (to := getattr(rule, "to", "")) else []
    if procedure.vote is not None:
        uses.append((procedure.vote.line, "class", procedure.vote.special))
    uses += [(part.line, "class", [part.id]) for part in procedure.occasions]
    uses += [(part.line, "role", [part.role]) for part in procedure.rounds]
    for line, kind, names in uses:
        yield from (_unknown(line, kind, name, known[kind]) for name in names if name not in known[kind])
    yield from (_unknown(procedure.line, "level", name, LEVELS) for name in procedure.levels if name not in LEVELS)
    for role in procedure.roles:
        yield from (_unknown(role.line, "level or side", name, PLACES) for name in role.levels if name not in PLACES)
    if procedure.handover is not None and not procedure.bodies:
        yield Problem("GS805", procedure.handover.line, "there is no body to hand over to", "declare a [[body]]")
    yield from _indicators(procedure)


def _transition(procedure: Procedure, transition: Transition) -> Iterator[Problem]:
    levels = procedure.levels
    if transition.level not in {"case", "any", *levels}:
        yield _unknown(transition.line, "level", transition.level, ("case", "any", *levels))
    if transition.move not in {"", "up", "down", *levels}:
        yield _unknown(transition.line, "level to move to", transition.move, ("up", "down", *levels))
    if transition.duty and transition.duty not in DUTIES:
        yield _unknown(transition.line, "duty", transition.duty, DUTIES)
    if not transition.by:
        yield Problem("GS801", transition.line, f"nobody may take {transition.id!r}", 'name roles: by = ["…"]')
    for role in transition.by:
        known = procedure.role_of.get(role)
        if transition.level in levels and known is not None and transition.level not in known.levels:
            yield Problem("GS805", transition.line, f"{role} never stands on the {transition.level} level",
                          f"its levels are: {', '.join(known.levels)}")  # fmt: skip
    for guard in transition.guards:
        yield from _guard(procedure, transition, guard)


def _guard(procedure: Procedure, transition: Transition, guard: str) -> Iterator[Problem]:
    name, _, argument = guard.partition(":")
    if name not in GUARDS:
        yield _unknown(transition.line, "guard", name, GUARDS)
        return
    kind = GUARDS[name][1]
    if bool(kind) != bool(argument):
        form = f"{name}:{kind}" if kind else name
        yield Problem("GS805", transition.line, f"the guard {guard!r} is incomplete", f"write {form}")
    elif kind == "transition:limit":
        yield from _waiting(procedure, transition, argument)
    elif kind == "mark" and not argument.isdigit():
        yield Problem("GS805", transition.line, f"the mark {argument!r} is no whole number", f"write {name}:80")
    elif kind in {"roles", "fact", "fact=value"}:
        known: Sequence[str] = sorted({key for t in procedure.transitions for key in (*t.needs, *t.may)})
        if kind == "roles":
            known = procedure.hearing.by if procedure.hearing is not None else ()
        names = argument.split("+") if kind == "roles" else [argument.partition("=")[0]]
        what = f"one of the {kind} in {guard!r}"
        yield from (_unknown(transition.line, what, name, known) for name in names if name not in known)


def _waiting(procedure: Procedure, transition: Transition, argument: str) -> Iterator[Problem]:
    before, _, limit = argument.partition(":")
    ids = [t.id for t in procedure.transitions]
    if before not in ids:
        yield _unknown(transition.line, "transition", before, ids)
    try:
        Limit.parse(limit)
    except ProcedureError as error:
        yield Problem("GS805", transition.line, error.what, error.fix)


def _indicators(procedure: Procedure) -> Iterator[Problem]:
    for indicator in procedure.indicators:
        if indicator.kind not in {"rate", "decline"}:
            yield _unknown(indicator.line, "kind of indicator", indicator.kind, ("rate", "decline"))
        for predicate in (*indicator.numerator, *indicator.denominator):
            kind, colon, argument = predicate.removeprefix("not-").partition(":")
            if (kind not in PREDICATE_KINDS or not argument) if colon else kind not in PREDICATES:
                yield _unknown(
                    indicator.line, "predicate", predicate, (*PREDICATES, *(f"{k}:…" for k in PREDICATE_KINDS))
                )


def _lights(procedure: Procedure) -> Iterator[Problem]:
    rule = procedure.lights
    if rule.of not in LIGHTS_OF:
        yield _unknown(rule.line, "clock for lights", rule.of, LIGHTS_OF)
    if rule.of == "case" and rule.red is None:
        yield Problem("GS804", rule.line, "lights of the case need a limit for red", 'add red = "15 working-days"')
    if rule.of == "case" and rule.red is not None and rule.yellow is not None and (
        rule.red.unit is not rule.yellow.unit or rule.yellow.amount >= rule.red.amount
    ):  # fmt: skip
        yield Problem("GS801", rule.line, f"yellow ({rule.yellow}) does not come before red ({rule.red})",
                      "give a shorter limit in the same unit")  # fmt: skip
    if not 0 < rule.share <= 1:
        yield Problem("GS801", rule.line, f"share = {rule.share}", "give a share above 0 and not above 1")


def _edges(procedure: Procedure, case_class: CaseClass) -> dict[str, set[str]]:
    """Return where each step leads for a class of cases; withdrawal is no way out of a dead end."""
    edges: dict[str, set[str]] = {step.id: set() for step in procedure.steps}
    for transition in procedure.transitions:
        if not transition.classes or case_class.id in transition.classes:
            for step in transition.from_:
                edges[step].add(transition.to)
    return edges


def _closure(edges: dict[str, set[str]], starts: Iterable[str]) -> set[str]:
    seen, todo = set(starts), list(starts)
    while todo:
        for step in edges[todo.pop()] - seen:
            seen.add(step)
            todo.append(step)
    return seen


def _paths(procedure: Procedure) -> Iterator[Problem]:
    """Check, class by class, that every step can be reached and an end can be reached from it."""
    ends = [step.id for step in procedure.steps if step.kind == "end"]
    withdrawn = {procedure.withdrawal.to} if procedure.withdrawal is not None else set()
    risen = {procedure.escalation.to} - {""} if procedure.escalation is not None else set()
    reached: set[str] = set()
    dead: dict[str, list[str]] = {}
    for case_class in procedure.classes:
        edges = _edges(procedure, case_class)
        backwards: dict[str, set[str]] = {step: set() for step in edges}
        for step, targets in edges.items():
            for target in targets:
                backwards[target].add(step)
        here = _closure(edges, {procedure.start} | risen)
        reached |= here | withdrawn
        for step in here - _closure(backwards, ends):
            dead.setdefault(step, []).append(case_class.id)
    for part in procedure.steps:
        step, line = part.id, part.line
        if step not in reached:
            yield Problem("GS802", line, f"the step {step!r} cannot be reached from {procedure.start!r}",
                          "add a transition to it, or take it away")  # fmt: skip
        if step in dead:
            yield Problem("GS803", line, f"no end can be reached from {step!r} by {', '.join(dead[step])}",
                          "add a transition that leads on")  # fmt: skip
