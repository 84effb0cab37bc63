"""``gridsys case``: open, handle and look at cases."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gridsys.cli import options, output
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError
from gridsys.store import open_store
from gridsys.usecases.casemap import publish_case_map
from gridsys.usecases.caseplace import Place
from gridsys.usecases.cases import (
    CaseView,
    Standing,
    act_on_case,
    case_view,
    do_due_work,
    list_cases,
    open_case_at,
)

app = typer.Typer(rich_markup_mode="markdown", help="Open, handle and look at cases (案件).", no_args_is_help=True)

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case.  案件编号")]
At = Annotated[
    str | None,
    typer.Option("--at", help="Moment, Beijing time.  时间", metavar="YYYY-MM-DDTHH:MM", show_default="now"),
]
As = Annotated[str, typer.Option("--role", help="Role in the procedure.  流程角色", show_default="the user's own")]
Unit = Annotated[str, typer.Option(help="Department or company acted for.  单位")]
Person = Annotated[str, typer.Option(help="Resident or staff outside the platform it is entered for.  代录对象")]
Data = Annotated[
    list[str] | None, typer.Option("--set", help="What comes with it; JSON or text.", metavar="NAME=VALUE")
]


def _data(pairs: list[str] | None) -> dict[str, Any]:
    data = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError("GS103", f"{pair!r} sets nothing", where="--set", fix="write NAME=VALUE")
        try:
            data[name] = json.loads(value)
        except ValueError:
            data[name] = value
    return data


def _point(text: str | None) -> tuple[float, float] | None:
    try:
        lon, lat = map(float, text.split(",")) if text else (None, None)
    except ValueError as error:
        raise InputError("GS103", f"{text!r} is no point", where="--point", fix="write LON,LAT") from error
    return None if lon is None or lat is None else (lon, lat)


def _shown(view: CaseView) -> dict[str, Any]:
    case = view.case
    return {
        "case": case.case_id, "seq": case.seq, "procedure": case.procedure, "class": case.case_class,
        "title": case.title, "grid": case.area_code, "status": case.status, "step": case.step, "level": case.level,
        "holder": case.holder, "light": view.light, "why": {"zh": view.why.zh, "en": view.why.en},
        "told": [{"at": words.at, "zh": words.zh, "en": words.en} for words in view.told], "forces": view.forces,
        "can": [{"action": option.name, "zh": option.zh, "needs": option.needs} for option in view.options],
    }  # fmt: skip


def _print(view: CaseView, *, as_json: bool) -> None:
    if as_json:
        output.print_json(_shown(view))
        return
    case = view.case
    output.say(f"{case.case_id}  {case.title}  {case.area_code}  {case.status} {case.step}/{case.level}  {view.light}")
    output.say(f"第 {case.seq} 条 event {case.seq}. {view.why.zh}\n{view.why.en}")
    output.print_table("经过 Log", ["时间 at", "", ""], [[str(w.at), w.zh, w.en] for w in view.told])
    output.print_table("在岗力量 On duty", ["力量 force", "姓名 name"], view.forces.to_numpy().tolist())
    rows = [[option.name, option.zh, option.en, ", ".join(option.needs)] for option in view.options]
    output.print_table("可办 You may", ["操作 action", "", "", "须填 needs"], rows)


@app.command(
    "open",
    epilog="**Example:** `gridsys case open dongcheng-grid small-matter 路灯不亮 --point 116.41,39.92 --datum wgs84 "
    "--role resident --person 9901 --as wang:grid-manager@110101001007003`",
)
def opening(
    procedure: Annotated[str, typer.Argument(help="Procedure.  流程")],
    case_class: Annotated[str, typer.Argument(help="Class of the procedure.  类别")],
    title: Annotated[str, typer.Argument(help="A short name of the matter.  标题")],
    point: Annotated[str | None, typer.Option(help="Where: longitude and latitude.  坐标", metavar="LON,LAT")] = None,
    datum: options.DatumOption = None,
    building: Annotated[str, typer.Option(help="Where: a building's id or address.  楼栋或地址")] = "",
    grid: Annotated[str, typer.Option(help="Where: a grid's code.  网格编码")] = "",
    level: Annotated[str, typer.Option(help="Level it starts on.  起始层级", show_default="the class's")] = "",
    role: As = "",
    unit: Unit = "",
    person: Person = "",
    facts: Data = None,
    at: At = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Open a case where something happened (立案)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    place = Place(grid, building, _point(point), datum)
    with open_store(settings.database) as store:
        view = open_case_at(
            actor, store, procedure, case_class, title=title, place=place, at=options.moment(at),
            standing=Standing(role, unit, person), level=level, facts=_data(facts),
        )  # fmt: skip
    _print(view, as_json=as_json)


@app.command(epilog="**Example:** `gridsys case act 20260918-1f2e3d4c5b take --as wang:grid-manager@110101001007003`")
def act(
    case_id: CaseId,
    action: Annotated[str, typer.Argument(help="A transition or built-in action.  操作")],
    data: Data = None,
    seen: Annotated[int | None, typer.Option(help="Newest event you have seen; refused if there is a newer.")] = None,
    role: As = "",
    unit: Unit = "",
    person: Person = "",
    at: At = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Act on a case: of several at once one wins, the others are told (办理)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        case = act_on_case(
            actor, store, case_id, action, _data(data), at=options.moment(at), seen=seen,
            standing=Standing(role, unit, person),
        )  # fmt: skip
    if as_json:
        found = {"case": case.case_id, "seq": case.seq, "status": case.status, "step": case.step, "level": case.level}
        output.print_json({**found, "holder": case.holder})
    else:
        output.say(f"{case.case_id}  第 {case.seq} 条 event {case.seq}: {case.status} {case.step}/{case.level}")


@app.command(epilog="**Example:** `gridsys case show 20260918-1f2e3d4c5b --as wang:grid-manager@110101001007003`")
def show(
    case_id: CaseId,
    at: At = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a case: why it is where it is, who is on duty there, what you may do (查看)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        view = case_view(actor, store, case_id, as_of=options.moment(at))
    _print(view, as_json=as_json)


@app.command("list", epilog="**Example:** `gridsys case list --status open --as li:street-manager@110101001`")
def listing(
    status: Annotated[str, typer.Option(help="open, closed, withdrawn, rejected or all.  状态")] = "open",
    at: At = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """List the cases of your area with their lights (案件清单)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        cases = list_cases(actor, store, status=None if status == "all" else status, as_of=options.moment(at))
    if as_json:
        output.print_json({"cases": cases})
        return
    columns = ["light", "procedure", "title", "area_code", "status", "step", "level", "red_at"]
    rows = [[str(case_id), *(str(row[name]) for name in columns)] for case_id, row in cases.iterrows()]
    output.print_table("案件 Cases", ["case", *columns], rows)


@app.command(epilog="**Example:** `gridsys case due --as li:district-administrator@110101`")
def due(
    at: At = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Let the system do what is due: escalate, supervise, settle deadlines (到期处理)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    with open_store(settings.database) as store:
        done = do_due_work(actor, store, as_of=options.moment(at))
    if as_json:
        output.print_json({"done": [{"case": case_id, "action": name} for case_id, name in done]})
    else:
        output.print_table("已处理 Done", ["case", "action"], done)


@app.command("map", epilog="**Example:** `gridsys case map --at 2026-06-30T00:00 --as li:street-manager@110101001`")
def draw(
    out: Annotated[Path, typer.Option(help="HTML file to write.  输出")] = Path("cases.html"),
    audience: options.AudienceOption = options.Audience.OFFICE,
    at: At = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw the cases of your area: open ones by grid, their lights, procedures and weeks (案件态势图)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    when = options.moment(at) or datetime.now(BEIJING)
    with open_store(settings.database) as store:
        size = publish_case_map(actor, store, out, as_of=when, audience=audience.value)
    if as_json:
        output.print_json({"out": out, "bytes": size})
    else:
        output.say(f"{out}: {size / 1e6:.2f} MB")
