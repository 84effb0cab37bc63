"""The ``gridsys`` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gridsys import __version__
from gridsys.cli import database, demo, divide, export, link, load, output, publish
from gridsys.errors import GridsysError

app = typer.Typer(
    help="gridsys: person → household → house → grid → map (人进户、户进房、房进格、格进图).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (demo, divide, load, link, publish, export, database):
    module.register(app)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Divide areas into grids, link records, draw offline maps, export to GIS."""
    if version:
        sys.stdout.write(f"gridsys {__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error of ours becomes its message and exit status (docs/errors.md)."""
    try:
        app()
    except GridsysError as error:
        sys.exit(output.fail(error, as_json="--json" in sys.argv))


if __name__ == "__main__":
    main()
