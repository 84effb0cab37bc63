"""The documentation page of procedures, written from their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridsys.domain.case_guards import GUARDS
from gridsys.domain.case_indicators import PREDICATES
from gridsys.domain.case_permit import BUILTIN
from gridsys.domain.procedure import Indicator, Procedure, Transition
from gridsys.domain.procedure_roles import DUTIES, EXCLUDES, PLACES


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows), ""]


def _words() -> dict[str, str]:
    """Return the lists the introduction leaves room for."""
    return {
        "duties": "; ".join(
            f"{duty} ({DUTIES[duty][0]}) and {other} ({DUTIES[other][0]})"
            for duty, other in EXCLUDES.items()
            if duty < other
        ),
        "builtin": ", ".join(f"`{name}` {zh}" for name, (zh, _) in BUILTIN.items()),
        "guards": ", ".join(f"`{name}:{kind}`" if kind else f"`{name}`" for name, (_, kind) in GUARDS.items()),
        "predicates": ", ".join(f"`{name}` {zh}" for name, (zh, _, _) in PREDICATES.items()),
    }


def _transition(procedure: Procedure, transition: Transition) -> list[str]:
    conditions = [*transition.guards]
    if transition.duty:
        conditions.append(f"{transition.duty} {DUTIES[transition.duty][0]}")
    if transition.classes:
        conditions.append("only " + ", ".join(transition.classes))
    if transition.move:
        conditions.append(f"moves {transition.move}")
    return [
        f"{transition.zh} {transition.en} (`{transition.id}`)",
        ", ".join(transition.from_) + " → " + transition.to,
        "、".join(procedure.role_of[role].zh for role in transition.by),
        ", ".join(transition.needs),
        "; ".join(conditions),
    ]


def _formula(indicator: Indicator) -> str:
    rate = f"{' and '.join(indicator.numerator)} ÷ {' and '.join(indicator.denominator)}"
    return rate if indicator.kind == "rate" else f"1 − ({rate}) ÷ the same of the period before"


def procedure_page(procedure: Procedure) -> str:
    """Return the section on one procedure, in Markdown.

    Parameters
    ----------
    procedure
        A checked procedure.

    Examples
    --------
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> procedure_page(procedure).splitlines()[0]
    '## 东城网格化社会服务管理 Grid service and management (`dongcheng-grid`)'
    """
    lines = [f"## {procedure.zh} {procedure.en} (`{procedure.id}`)", "",
             f"![{procedure.zh}](procedures/{procedure.id}.svg)", "",
             f"**From the source** (article {procedure.article}):", "", *(f"- {x}" for x in procedure.from_source), "",
             "**Chosen by us:**", "", *(f"- {x}" for x in procedure.chosen), ""]  # fmt: skip
    lines += ["Levels: " + " → ".join(f"{level} {PLACES[level]}" for level in procedure.levels) + ".", ""]
    lines += _table(
        ("class", "filed when", "closed when", "starts at", "limits of its own"),
        ([f"{c.zh} {c.en} (`{c.id}`)", c.condition, c.closing, c.level or procedure.levels[0],
          ", ".join(f"{step}: {limit}" for step, limit in c.limits.items())] for c in procedure.classes),
    )  # fmt: skip
    lines += _table(("step", "kind", "limit"), (
        [f"{s.zh} {s.en} (`{s.id}`)", s.outcome or s.kind, "" if s.limit is None else str(s.limit)]
        for s in procedure.steps
    ))  # fmt: skip
    lines += _table(("transition", "from → to", "who", "brings", "conditions"),
                    (_transition(procedure, t) for t in procedure.transitions))  # fmt: skip
    if procedure.rounds:
        lines += _table(("round", "who", "every"), (
            [f"{r.zh} {r.en}", procedure.role_of[r.role].zh, str(r.every)] for r in procedure.rounds))  # fmt: skip
    if procedure.occasions:
        lines += _table(("occasion", "days after", "within", "yearly"), (
            [f"{o.zh} {o.en} (`{o.id}`)", str(o.after), str(o.within), "yes" if o.yearly else ""]
            for o in procedure.occasions))  # fmt: skip
    lines += _table(("indicator", "formula"), ([f"{i.zh} {i.en}", _formula(i)] for i in procedure.indicators))
    return "\n".join(lines)


def procedures_page(introduction: str, procedures: Iterable[Procedure]) -> str:
    """Return the whole page: how a procedure is declared, what always holds, and each procedure.

    Parameters
    ----------
    introduction
        Text with room for ``{duties}``, ``{builtin}``, ``{guards}`` and ``{predicates}``.
    procedures
        Checked procedures, in the order wanted.

    Examples
    --------
    >>> procedures_page("Duties kept apart: {duties}.", []).strip()
    'Duties kept apart: handle (处置) and verify (核查); command (指挥) and supervise (监督).'
    """
    head = introduction
    for name, words in _words().items():
        head = head.replace("{" + name + "}", words)
    return head + "\n" + "\n".join(procedure_page(procedure) for procedure in procedures)
