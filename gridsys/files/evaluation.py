"""Rules of evaluation: those that come with gridsys, or a user's own."""

from __future__ import annotations

from pathlib import Path

from gridsys.domain.evaluation import EvaluationRules, parse_evaluation
from gridsys.errors import InputError
from gridsys.resources import resource


def read_evaluation(path: Path | None = None) -> EvaluationRules:
    """Return the indicators and scores a TOML file declares; those of ``geodata/evaluation/`` when None.

    Raises
    ------
    InputError
        GS101 when the file cannot be read.
    ProcedureError
        GS840 when something in it is wrong, with its line.

    Examples
    --------
    >>> read_evaluation().indicators["closing"].formula()
    ('已结案 ÷ 收件', 'closed ÷ filed')
    """
    file = path if path is not None else resource("geodata", "evaluation", "evaluation.toml")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "GS101", "the evaluation file cannot be read", where=str(file), why=str(error), fix="give a UTF-8 text file"
        ) from error
    return parse_evaluation(text, file.name)
