"""The diagram of a procedure as SVG: steps in a column, ways on along the right, ways back along the left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final
from unicodedata import east_asian_width

from gridsys.domain.procedure import Procedure, Step, Transition
from gridsys.domain.procedure_roles import PLACES
from gridsys.domain.worktime import Limit

BOX: Final = 250
LABEL: Final = 250
LANE: Final = 14
PORT: Final = 34
GAP: Final = 26
MARGIN: Final = 20
_AHEAD, _BACK, _INK, _MUTED = "#0072B2", "#B34D00", "#1A1A1A", "#555555"
_FILL: Final = {
    "claim": "#FFFFFF",
    "work": "#EAF3FA",
    "closed": "#D9EFE6",
    "withdrawn": "#EEEEEE",
    "rejected": "#F6E9DC",
}
_FONT: Final = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"


@dataclass(slots=True)
class _Edge:
    transition: Transition
    source: int
    target: int
    lane: int = 0
    leaves: float = 0
    enters: float = 0


@dataclass(slots=True)
class _Box:
    step: Step
    top: float = 0
    height: float = 0
    lines: list[str] = field(default_factory=list)


def _width(text: str, size: float) -> float:
    return sum(size if east_asian_width(letter) in "WF" else size * 0.56 for letter in text)


def _fit(text: str, size: float, room: float) -> str:
    """Cut a text that is wider than its room; the whole of it stands in the title of its element."""
    if _width(text, size) <= room:
        return text
    while text and _width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def _limits(procedure: Procedure, step: Step) -> str:
    found = {procedure.limit(step.id, c.id) for c in procedure.classes}
    limits: list[Limit] = sorted((x for x in found if x is not None), key=lambda x: (x.unit, x.amount))
    if not limits:
        return ""
    if len(limits) == 1:
        return f"限{limits[0].zh}"
    return f"限{limits[0].zh}…{limits[-1].zh}（按类别）"


def _names(procedure: Procedure, roles: Iterable[str]) -> str:
    return "、".join(procedure.role_of[role].zh for role in roles)


def _text(x: float, y: float, words: str, *, size: float = 12, room: float = LABEL, style: str = "") -> str:
    fitted = _fit(words, size, room)
    title = f"<title>{escape(words)}</title>" if fitted != words else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" {style}>{escape(fitted)}{title}</text>'


def _boxes(procedure: Procedure) -> list[_Box]:
    boxes = []
    for step in procedure.steps:
        lines = [_limits(procedure, step)]
        if procedure.escalation is not None and step.id in procedure.escalation.steps:
            lines.append("⇧ 无人受理即升级" if step.kind == "claim" else "⇧ 逾期未办即升级")
        lines += [f"↻ {t.zh} {t.en}" for t in procedure.transitions if step.id in t.from_ and t.to == step.id]
        if procedure.withdrawal is not None and step.id == procedure.withdrawal.to:
            lines.append(f"← 撤回 withdraw（{_names(procedure, procedure.withdrawal.by)}）")
        boxes.append(_Box(step, lines=[line for line in lines if line]))
    return boxes


def _lanes(edges: Sequence[_Edge]) -> int:
    """Give every edge a lane so that no two on one lane overlap: short ones near the boxes."""
    taken: list[list[tuple[int, int]]] = []
    for edge in sorted(edges, key=lambda e: (abs(e.target - e.source), e.source)):
        low, high = min(edge.source, edge.target), max(edge.source, edge.target)
        free = [k for k, spans in enumerate(taken) if all(high < a or low > b for a, b in spans)]
        if not free:
            taken.append([])
        edge.lane = free[0] if free else len(taken) - 1
        taken[edge.lane].append((low, high))
    return len(taken)


def _place(boxes: list[_Box], ahead: list[_Edge], back: list[_Edge]) -> float:
    """Stack the boxes, each high enough for its lines and its ports; return the height used."""
    y = 78.0
    for number, box in enumerate(boxes):
        box.top = y
        room = [44.0 + 17 * len(box.lines)]
        for edges in (ahead, back):
            arriving = [edge for edge in edges if edge.target == number]
            leaving = [edge for edge in edges if edge.source == number]
            for k, edge in enumerate(sorted(arriving, key=lambda e: e.lane)):
                edge.enters = y + 9 + 8 * k
            start = y + 8 * len(arriving) + (22 if arriving else 18)
            for k, edge in enumerate(sorted(leaving, key=lambda e: -e.lane)):
                edge.leaves = start + PORT * k
            room.append(start - y + PORT * len(leaving) - 10 if leaving else 9 + 8 * len(arriving))
        box.height = max(room)
        y += box.height + GAP
    return y


def _draw_edge(procedure: Procedure, edge: _Edge, x: float, side: int) -> str:
    """Draw a way from a box to its lane, along it, and into the next box, with who takes it beside it."""
    colour = _AHEAD if side > 0 else _BACK
    lane = x + side * (LABEL + LANE * (edge.lane + 1))
    t = edge.transition
    path = f"M{x:g} {edge.leaves:g}H{lane:g}V{edge.enters:g}H{x + side * 7:g}"
    head = f"M{x + side * 9:g} {edge.enters - 4:g}L{x + side:g} {edge.enters:g}L{x + side * 9:g} {edge.enters + 4:g}Z"
    start = x + 8 if side > 0 else x - LABEL
    move = {"": "", "up": "⇧ ", "down": "⇩ "}.get(t.move, "⇒ ")
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4" stroke-linejoin="round"/>'
        f'<path d="{head}" fill="{colour}"/>'
        + _text(start, edge.leaves - 6, f"{move}{t.zh} {t.en}", room=LABEL - 12, style=f'fill="{_INK}"')
        + _text(start, edge.leaves + 13, _names(procedure, t.by), size=10, room=LABEL - 12, style=f'fill="{_MUTED}"')
    )


def _draw_box(box: _Box, x: float, *, first: bool) -> str:
    step = box.step
    fill = _FILL[step.outcome if step.kind == "end" else step.kind]
    dash = ' stroke-dasharray="5 3"' if step.kind == "claim" else ""
    radius = 16 if step.kind == "end" else 5
    width = 2.6 if step.kind == "end" else 1.4
    line = f'stroke="{_INK}" stroke-width="{width}"{dash}'
    parts = [
        f'<rect x="{x:g}" y="{box.top:g}" width="{BOX}" height="{box.height:g}" rx="{radius}" fill="{fill}" {line}/>',
        _text(x + 12, box.top + 21, step.zh, size=15, room=BOX - 24, style=f'font-weight="700" fill="{_INK}"'),
        _text(x + 12, box.top + 37, step.en, size=11, room=BOX - 24, style=f'fill="{_MUTED}"'),
    ]
    parts += [
        _text(x + 12, box.top + 54 + 17 * k, line, size=11, room=BOX - 24, style=f'fill="{_INK}"')
        for k, line in enumerate(box.lines)
    ]
    if first:
        middle = x + BOX / 2
        parts += [
            f'<circle cx="{middle:g}" cy="{box.top - 16:g}" r="5" fill="{_INK}"/>',
            f'<path d="M{middle:g} {box.top - 11:g}V{box.top - 2:g}" stroke="{_INK}" stroke-width="1.4"/>',
        ]
    return "".join(parts)


def _notes(procedure: Procedure) -> list[str]:
    """Say under the picture what is not drawn: the actions the engine has and the levels."""
    notes = ["层级 levels: " + " → ".join(f"{PLACES[level]} {level}" for level in procedure.levels)]
    lights = procedure.lights
    if lights.of == "case":
        notes.append(f"灯色 lights: 黄 yellow > {lights.yellow}；红 red > {lights.red}（全案 whole case）")
    else:
        notes.append(f"灯色 lights: 黄 yellow > {lights.share:.0%}；红 red > 100 %（环节时限 limit of the step）")
    named = (("暂停计时 pause", procedure.pause), ("延期 extend", procedure.extension),
             ("转办 reassign", procedure.reassignment),
             ("变更类别 reclassify", procedure.reclassification),
             ("联合处置 departments", procedure.departments), ("移交 hand over", procedure.handover),
             ("共议 hearing", procedure.hearing), ("表决 vote", procedure.vote), ("评分 rating", procedure.rating),
             ("撤回 withdraw", procedure.withdrawal))  # fmt: skip
    for name, rule in named:
        if rule is not None:
            notes.append(f"{name}: {_names(procedure, rule.by)} — {', '.join(rule.steps)}")
    if procedure.bodies:
        notes.append("外部机构 bodies: " + "、".join(f"{b.zh}（{b.limit.zh}）" for b in procedure.bodies))
    return notes


def procedure_diagram_svg(procedure: Procedure) -> str:
    """Return the diagram of a procedure.

    Steps stand in a column in the order of the file: dashed ones wait to be taken, blue ones are worked on, round
    ones are ends. Blue lines on the right lead on, orange lines on the left lead back; ⇧ rises a level, ⇩ goes down
    one, ⇒ goes to a named one, ↻ stays in the step.

    Parameters
    ----------
    procedure
        A checked procedure.

    Examples
    --------
    >>> from gridsys.files.procedures import packaged_procedures
    >>> procedure = packaged_procedures()["dongcheng-grid"]
    >>> procedure_diagram_svg(procedure).startswith("<svg")
    True
    """
    place = {step.id: number for number, step in enumerate(procedure.steps)}
    edges = [_Edge(t, place[step], place[t.to]) for t in procedure.transitions for step in t.from_ if step != t.to]
    ahead, back = [e for e in edges if e.target > e.source], [e for e in edges if e.target < e.source]
    boxes = _boxes(procedure)
    right, left = _lanes(ahead), _lanes(back)
    y = _place(boxes, ahead, back)
    x = MARGIN + (LABEL + LANE * (left + 1) if back else 0)
    width = x + BOX + LABEL + LANE * (right + 1) + MARGIN
    notes = _notes(procedure)
    height = y + 18 * len(notes) + MARGIN
    body = [_draw_edge(procedure, edge, x + BOX, 1) for edge in ahead]
    body += [_draw_edge(procedure, edge, x, -1) for edge in back]
    body += [_draw_box(box, x, first=box.step.id == procedure.start) for box in boxes]
    body += [_text(MARGIN, y + 6 + 18 * k, note, size=11, room=width - 2 * MARGIN, style=f'fill="{_MUTED}"')
             for k, note in enumerate(notes)]  # fmt: skip
    title = f"{procedure.zh} {procedure.en}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="{_FONT}"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>'
        + _text(MARGIN, 34, title, size=19, room=width - 2 * MARGIN, style=f'font-weight="700" fill="{_INK}"')
        + "".join(body)
        + "</svg>\n"
    )
