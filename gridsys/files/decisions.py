"""Reviewers' decisions on links, from the review list they filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from gridsys.errors import InputError

DECISIONS: Final = ("accept", "reject")


def read_decisions(path: Path | str) -> pd.DataFrame:
    r"""Read decisions from a CSV: the review list with ``accept`` or ``reject`` written beside rows, or one like it.

    Rows without a decision are passed over. A rejected record has no target, whichever row it was written beside.

    Parameters
    ----------
    path
        CSV in UTF-8 with the columns ``record_id``, ``target``, ``decision`` and, where one identifier stands for
        records of two kinds, ``link``.

    Returns
    -------
    DataFrame
        ``link`` (missing where not given), ``record_id``, ``target`` (missing for a rejection), ``decision``.

    Raises
    ------
    InputError
        GS101 when the file cannot be read, GS102 for a missing column, GS103 for another decision or an accepted one
        without target, GS104 for a record decided twice.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "decisions.csv")
    ...     _ = file.write_text("record_id,target,decision\nh1,r1,accept\nh2,r3,\nh3,,reject\n", encoding="utf-8")
    ...     read_decisions(file)[["record_id", "target", "decision"]].fillna("").to_numpy().tolist()
    [['h1', 'r1', 'accept'], ['h3', '', 'reject']]
    """
    try:
        table = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        fix = "save the review list as CSV in UTF-8"
        raise InputError("GS101", "the decisions cannot be read", where=str(path), why=str(error), fix=fix) from error
    missing = [name for name in ("record_id", "target", "decision") if name not in table.columns]
    if missing:
        fix = "keep the columns of the review list: record_id, target, decision"
        raise InputError("GS102", f"the column {missing[0]!r} is missing", where=str(path), fix=fix)
    if "link" not in table.columns:
        table["link"] = pd.Series(pd.NA, index=table.index, dtype="str")
    given = table[table["decision"].notna()].assign(decision=table["decision"].str.strip().str.lower())
    wrong = given.index[~given["decision"].isin(DECISIONS) | given["record_id"].isna()]
    bare = given.index[(given["decision"] == "accept") & given["target"].isna()]
    for rows, what, fix in (
        (wrong, "the decision or the record is not understood", f"write {' or '.join(DECISIONS)} beside a record"),
        (bare, "an accepted decision has no target", "name the target that was found right"),
    ):
        if len(rows):
            raise InputError("GS103", what, where=f"{path}, row {rows[0] + 2}", fix=fix)
    given = given.assign(target=given["target"].where(given["decision"] == "accept"))
    given = given[["link", "record_id", "target", "decision"]].drop_duplicates()
    twice = given.index[given.duplicated(["link", "record_id"])]
    if len(twice):
        where = f"{path}, row {twice[0] + 2}: {given.loc[twice[0], 'record_id']}"
        raise InputError(
            "GS104", "a record is decided in two ways", where=where, fix="keep one decision for each record"
        )
    return given.reset_index(drop=True)
