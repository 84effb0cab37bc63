"""Run a gridsys command inside the test's own process."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from gridsys.cli.main import main


@dataclass
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments, expect=0):
    """Run a command in this process: loading the libraries anew each time would take most of the test's time."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            status = leaving.code or 0
    assert status == expect, out.getvalue() + err.getvalue()
    return Done(status, out.getvalue(), err.getvalue())
