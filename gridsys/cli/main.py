"""The ``gridsys`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version as installed_version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from gridsys.cli import output
from gridsys.errors import GridsysError, SettingsError

COMMANDS: Final = {
    "demo": ("demo", "Make a synthetic city and take it through every step (演示)."),
    "divide": ("divide", "Divide areas into balanced, seamless, road-following grids (划分网格)."),
    "import": ("imports", "Import records and items: every bad row is named, and it is all or nothing (入库)."),
    "register": ("register", "Births, deaths, moves, households that part or join; a person's homes (人口登记)."),
    "link": ("link", "Link persons, households, rooms and buildings to grids (人进户、户进房、房进格)."),
    "map": ("publish", "Draw the grid map: one HTML file that opens anywhere (格进图)."),
    "check": ("check", "Check the records against the rules of data quality (数据质量)."),
    "count": ("count", "Count persons, households, rooms … by area, age, sex, kind (统计)."),
    "atlas": ("atlas", "Write a page for each grid or community, and an index (图册)."),
    "export": ("export", "Export a table to GIS, read back and compared cell by cell (导出)."),
    "plan": ("plans", "Plans of grids, and what moved between two of them (划分方案)."),
    "case": ("cases", "Open, handle and look at cases (案件)."),
    "evaluate": ("evaluate", "Evaluate cases: every indicator with its formula and its parts (评价)."),
    "digest": ("digest", "Write the weekly digest as a printable page or as text (摘报)."),
    "catalog": ("catalog", "The catalog of items and indicators, and the tables made from it (信息目录)."),
    "retention": ("retention", "Records whose term is over: anonymise or delete them (保存期限)."),
    "db": ("database", "Create, upgrade and inspect the database (数据库维护)."),
}
"""Command → module of ``gridsys.cli`` and what the first help page says of it."""


# Typer brings its own copy of click in some releases, so the class is taken from where it is surely the right one.
_WrongUse: Final[Any] = typer.BadParameter.__mro__[1]


class _Commands(TyperGroup):
    """The commands, each loaded when it is asked for: geometry and map libraries take seconds to import."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - the context's class is private
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        if cmd_name not in COMMANDS:
            return None
        module, text = COMMANDS[cmd_name]
        if self._listing:
            return TyperCommand(cmd_name, help=text)
        return get_command(import_module(f"gridsys.cli.{module}").app)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        self._listing = True
        super().format_help(ctx, formatter)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """gridsys: person → household → house → grid → map (人进户、户进房、房进格、格进图)."""
    if version:
        sys.stdout.write(f"gridsys {installed_version('gridsys')}\n")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error of ours becomes its message and exit status (docs/errors.md)."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        _run(given)
    except GridsysError as error:
        sys.exit(output.fail(error, as_json="--json" in given))
    except Exception as error:  # noqa: BLE001 - what no code foresaw is ours, and is said to be
        sys.exit(output.fail_unforeseen(error, as_json="--json" in given))


def _run(given: list[str]) -> None:
    """Run a command; wrong use of it is an error of ours when the answer is to be JSON."""
    if "--json" not in given:
        app(given, prog_name="gridsys")
        return
    try:
        status = app(given, prog_name="gridsys", standalone_mode=False)
    except _WrongUse as error:
        raise SettingsError(
            "GS905",
            "the command was not written as it is to be",
            why=error.format_message(),
            fix="add --help to see how",
        ) from error
    except typer.Abort as error:
        raise SettingsError("GS905", "the command was broken off", fix="run it again") from error
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
