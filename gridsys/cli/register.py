"""``gridsys register``: births, deaths, moves, households that part or join, and where a person lives."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.domain.register import (
    Arrival,
    Birth,
    Death,
    Departure,
    Event,
    Marriage,
    Merge,
    Move,
    Rehousing,
    Split,
    masked,
)
from gridsys.store import open_store
from gridsys.usecases.register import person_homes, register_event

app = typer.Typer(
    rich_markup_mode="markdown",
    help="Births, deaths, moves and households as dated events (人口登记). The day before stays as it was.",
    no_args_is_help=True,
)
_AS = "--on 2026-03-01 --as li:district-administrator@110101"

Person = Annotated[str, typer.Argument(metavar="PERSON", help="Identity number 公民身份号码")]
People = Annotated[
    list[str],
    typer.Argument(metavar="PERSON[:RELATION]…", help="Persons, with their relation to the head 人:与户主关系"),
]
Heads = Annotated[list[str] | None, typer.Option("--head", help="Who takes over where a head leaves.  新户主")]
Head = Annotated[str | None, typer.Option("--head", help="Who takes over where the head leaves.  新户主")]
Room = Annotated[str | None, typer.Option(help="Room to set a new household up in.  房屋")]
Relation = Annotated[str, typer.Option(help="Relation to the head.  与户主关系")]
Name = Annotated[str, typer.Option(help="姓名")]
Sex = Annotated[str, typer.Option(help="1 male 男, 2 female 女")]
On = Annotated[
    str | None,
    typer.Option("--on", help="First day of the new state.  日期", metavar="YYYY-MM-DD", show_default="today"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check only; write nothing.  只检查")]


def _example(text: str) -> str:
    return f"**Example:** `gridsys register {text} {_AS}`"


@app.command(epilog=_example("birth 990101202603010019 --name 王小 --sex 1 --mother 990101199912310020"))
def birth(
    child: Person,
    name: Name,
    sex: Sex,
    mother: Annotated[str, typer.Option(help="Her identity number.  母亲")],
    relation: Relation = "child",
    registered: Annotated[str | None, typer.Option(help="Registered household to enter the child in.  户籍户")] = None,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record a birth: the child joins the mother's household (出生)."""
    _record(Birth(child, name, sex, mother, relation, registered), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("death 990101195001010015 --head 990101199912310020"))
def death(
    person: Person,
    head: Head = None,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record a death: all that is in force of the person ends (死亡)."""
    _record(Death(person, head), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("arrive 990101199001010011 --name 赵四 --sex 1 --born 1990-01-01 --to h9 --room r3"))
def arrive(
    person: Person,
    name: Name,
    sex: Sex,
    born: Annotated[str, typer.Option(help="Birth date.  出生日期", metavar="YYYY-MM-DD")],
    to: Annotated[str, typer.Option(help="Household; a new one where a room is given.  户")],
    room: Room = None,
    relation: Relation = "head",
    returning: Annotated[bool, typer.Option("--returning", help="Was here before and comes back.  返回")] = False,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record a move in from elsewhere (迁入)."""
    event = Arrival(person, name, sex, options.day(born), to, relation, room, returning)
    _record(event, on, dry_run, db, acting, as_json)


@app.command(epilog=_example("leave 990101199912310020"))
def leave(
    people: Annotated[list[str], typer.Argument(metavar="PERSON…", help="Identity numbers 公民身份号码")],
    head: Head = None,
    deregister: Annotated[bool, typer.Option("--deregister", help="The registration moves too.  户籍迁出")] = False,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record a move out; who is registered in a room here stays on record without a home (迁出)."""
    _record(Departure(tuple(people), head, deregister), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("move 990101199912310020:child --to h1"))
def move(
    people: People,
    to: Annotated[str, typer.Option(help="Household; a new one where a room is given.  户")],
    room: Room = None,
    head: Head = None,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record a move of persons to another household here (迁移)."""
    _record(Move(_related(people), to, room, head), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("rehouse h1 --room r3"))
def rehouse(
    household: Annotated[str, typer.Argument(help="Household 户标识")],
    room: Annotated[str, typer.Option(help="Room it moves to.  房屋")],
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record that a household moves to another room with all its members (整户迁移)."""
    _record(Rehousing(household, room), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("split h1 990101199912310020:head --new h9"))
def split(
    household: Annotated[str, typer.Argument(help="Household that is split 原户")],
    people: People,
    new: Annotated[str, typer.Option(help="Identifier of the new household.  新户")],
    room: Annotated[str | None, typer.Option(help="Its room.  房屋", show_default="the same")] = None,
    head: Head = None,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record that some members of a household set up their own (分户)."""
    _record(Split(household, _related(people), new, room, head), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("merge h9 990101199912310020:child --into h1"))
def merge(
    household: Annotated[str, typer.Argument(help="Household that ends 并入的户")],
    into: Annotated[str, typer.Option(help="Household it joins.  并入")],
    people: Annotated[
        list[str] | None, typer.Argument(metavar="[PERSON:RELATION]…", help="Relations to its head 与户主关系")
    ] = None,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record that a household joins another with all its members (并户)."""
    _record(Merge(household, into, _related(people or [])), on, dry_run, db, acting, as_json)


@app.command(epilog=_example("marriage 990101195001010015 990101199912310020"))
def marriage(
    person: Person,
    spouse: Annotated[str, typer.Argument(metavar="SPOUSE", help="Identity number 公民身份号码")],
    relation: Annotated[str, typer.Option(help="The spouse's relation to the head.  与户主关系")] = "spouse",
    to: Annotated[str | None, typer.Option(help="Identifier of a new household, with --room.  新户")] = None,
    room: Room = None,
    head: Heads = None,
    on: On = None,
    dry_run: DryRun = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Record a marriage: the spouse joins the person's household, or both set up a new one (结婚)."""
    event = Marriage(person, spouse, relation, to, room, tuple(head or ()))
    _record(event, on, dry_run, db, acting, as_json)


@app.command(
    epilog="**Example:** `gridsys register show 990101195001010015 --as-of 2026-02-28 --as li:street-manager@110101001`"
)
def show(
    person: Person,
    as_of: options.AsOf = None,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Show where a person lives, is registered and also stays, down to the grid; the reading is audited (查询)."""
    settings = options.settings_with(db)
    actor, day = options.acting_user(acting, settings), options.day(as_of)
    with open_store(settings.database) as store:
        homes = person_homes(actor, store, person, as_of=day)
    if as_json:
        output.print_json({"person": masked(person), "as_of": day.isoformat(), "homes": homes})
        return
    roles = {"residence": "居住 residence", "registered": "户籍 registered", "other": "其他 other home"}
    rows = [
        [roles[row["role"]], *("–" if row.isna()[name] else row[name] for name in homes.columns[1:])]
        for _, row in homes.iterrows()
    ]
    titles = [
        "",
        "户 household",
        "户籍户 registered",
        "关系 relation",
        "户籍地 region",
        "房屋 room",
        "楼栋 building",
        "网格 grid",
    ]
    output.print_table(f"{masked(person)}, {day}", titles, rows)


def _related(people: list[str]) -> dict[str, str]:
    """Return person → relation of ``PERSON:RELATION``; ``other`` where none is given."""
    parts = [text.partition(":") for text in people]
    return {person: relation or "other" for person, _, relation in parts}


def _record(event: Event, on: str | None, dry_run: bool, db: str | None, acting: str | None, as_json: bool) -> None:
    settings = options.settings_with(db)
    actor, day = options.acting_user(acting, settings), options.day(on)
    with open_store(settings.database) as store:
        report = register_event(actor, store, event, on=day, dry_run=dry_run)
    if as_json:
        output.print_json(asdict(report))
        return
    rows = [[name, counts["put"], counts["closed"]] for name, counts in report.tables.items()]
    title = "只检查，未写入 Checked, not written" if dry_run else "已登记 Recorded"
    output.print_table(f"{title}: {event.kind}, {day}", ["表 table", "写入 put", "终止 closed"], rows)
    for label, keys in (("新户 set up", report.set_up), ("销户 ended", report.ended)):
        if keys:
            output.say(f"{label}: {', '.join(keys)}")
