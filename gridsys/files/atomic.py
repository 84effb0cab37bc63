"""Writing files whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from gridsys.errors import InputError


def require_folder(path: Path) -> None:
    """Raise unless a file of that name can be put in its folder: asked before long work, not after it.

    Raises
    ------
    InputError
        GS101 when the folder does not exist or cannot be written to, or the name is a folder's.

    Examples
    --------
    >>> require_folder(Path("grids.gpkg"))
    >>> require_folder(Path("nowhere", "grids.gpkg"))
    Traceback (most recent call last):
    gridsys.errors.InputError: [GS101] the folder to write in cannot be used — at nowhere. Fix: make it first
    """
    folder = path.parent
    if path.is_dir():
        raise InputError("GS101", "a folder has the name of the file to write", where=str(path), fix="name a file")
    if not folder.is_dir():
        raise InputError("GS101", "the folder to write in cannot be used", where=str(folder), fix="make it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError("GS101", "the folder may not be written to", where=str(folder), fix="name another folder")


@contextmanager
def staged(path: Path, companions: Collection[str] = ()) -> Iterator[Path]:
    """Give a hidden folder beside a file to write in; on leaving without error its files replace those beside it.

    After an error nothing that was written remains, and what was there before is untouched.

    Parameters
    ----------
    path
        The main file to be written; it replaces its predecessor last.
    companions
        Names of files that stand beside it; one from an earlier time that is not written anew is removed.

    Raises
    ------
    InputError
        GS101 when the folder it is to stand in does not exist or cannot be written to.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "a.txt")
    ...     with staged(target) as stage:
    ...         _ = Path(stage, "a.txt").write_text("whole")
    ...     [file.name for file in Path(folder).iterdir()]
    ['a.txt']
    """
    try:
        stage = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise InputError(
            "GS101",
            "the folder to write in cannot be used",
            where=str(path.parent),
            why=str(error),
            fix="make it first",
        ) from error
    try:
        yield stage
        written: set[str] = set()
        for file in sorted(stage.iterdir(), key=lambda file: file.name == path.name):
            written.add(file.name)
            file.replace(path.parent / file.name)
        for name in set(companions) - written:
            (path.parent / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
