"""Rules for the cells of a column: what its field allows, and which rows break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types
from stdnum.cn import ric, uscc

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.finding import Severity
from gridsys.domain.records import Field, FieldType, RecordKind

_LEVELS: Final = {
    ("area", "code"): ("district", "street", "community"),
    ("grid", "grid_code"): ("grid",),
    ("grid", "area_code"): ("street", "community"),
    ("posting", "grid_code"): ("grid",),
}


_POSITION: Final = r"-?(?:1[0-7][0-9]|[0-9]{1,2})(?:\.[0-9]+)? -?[0-8]?[0-9](?:\.[0-9]+)?"
_BIRTH_COLUMNS: Final = ("birth_date", "date_of_birth")


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule, the rows that break it, and what to say of them; ``reason`` may depend on the row's number."""

    check: str
    rows: NDArray[np.bool_]
    reason: str | Callable[[int], str]
    fix: str
    code: str = "GS103"
    severity: Severity = Severity.ERROR


TYPE_FIX: Final[dict[FieldType, str]] = {
    FieldType.TEXT: "give text",
    FieldType.CODE: "give codes as text, so that leading zeros and long numbers survive",
    FieldType.INTEGER: "give whole numbers",
    FieldType.NUMBER: "give numbers",
    FieldType.DATE: "give dates as YYYY-MM-DD",
    FieldType.MOMENT: "give date and time with offset, such as 2026-09-18T09:30:00+08:00",
    FieldType.BOOLEAN: "give true or false",
}
"""What to do about a cell of the wrong type."""


def wrong_type(present: pd.Series, field: Field) -> str:
    """Return why a whole column is of the wrong type, or "" when it is not.

    Examples
    --------
    >>> from gridsys.domain.records import ROOM
    >>> wrong_type(pd.Series(["3"]), ROOM.field("floor"))
    'the column holds str, not integer values'
    """
    dtype = present.dtype
    match field.type:
        case FieldType.TEXT | FieldType.CODE:
            right = types.is_string_dtype(dtype) or types.is_object_dtype(dtype)
        case FieldType.INTEGER | FieldType.NUMBER:
            # A column of whole numbers with gaps is float in pandas; its cells are judged below.
            right = types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
        case FieldType.DATE:
            right = types.is_datetime64_dtype(dtype)
        case FieldType.MOMENT:
            right = isinstance(dtype, pd.DatetimeTZDtype) and str(dtype.tz) == "UTC"
        case FieldType.BOOLEAN:
            right = types.is_bool_dtype(dtype)
    return "" if right else f"the column holds {dtype}, not {field.type.value} values"


def faults(present: pd.Series, kind: RecordKind, field: Field) -> Iterator[Fault]:
    """Yield the rules that the present cells of a column of the right type may break, with the rows that do.

    Examples
    --------
    >>> from gridsys.domain.records import ROOM
    >>> [f.reason for f in faults(pd.Series([200]), ROOM, ROOM.field("floor")) if f.rows.any()]
    ['over the greatest value, 120']
    """
    match field.type:
        case FieldType.TEXT | FieldType.CODE:
            yield from _text_faults(present, kind, field)
        case FieldType.INTEGER | FieldType.NUMBER:
            yield from _number_faults(present, field)
        case FieldType.DATE:
            clock = (present != present.dt.normalize()).to_numpy()
            yield Fault("value.type", clock, "a date with a time of day", "give the day alone")
        case FieldType.MOMENT | FieldType.BOOLEAN:
            pass
    if field.name == kind.key:
        again = present.duplicated(keep="first").to_numpy()
        yield Fault("key.repeated", again, "the key stands more than once", "keep one record for a key", "GS104")


def _text_faults(present: pd.Series, kind: RecordKind, field: Field) -> Iterator[Fault]:
    stripped = present.str.strip()
    empty = (stripped == "").to_numpy()
    yield Fault("value.empty", empty, "empty text", "leave the cell out, or fill it in")
    if field.type is FieldType.CODE:
        padded = (stripped != present).to_numpy() & ~empty
        yield Fault("value.padded", padded, "blanks around a code", "remove the blanks")
    null = present.str.contains("\0", regex=False).to_numpy(dtype=bool)
    yield Fault("value.control", null, "text with a NUL character", "remove it; databases cannot hold it")
    if field.choices:
        outside = ~present.isin(field.choices).to_numpy() & ~empty
        yield Fault("value.choice", outside, f"not in the code list: {', '.join(field.choices)}", "use a listed code")
    if field.check == "gb11643":
        yield from _id_faults(present)
    if field.check == "gb32100":
        yield from _credit_code_faults(present)
    if field.check == "component":
        wrong = ~present.str.fullmatch(r"[1-9][0-9]{16}").to_numpy(dtype=bool) & ~empty
        yield Fault("id.form", wrong, "not 17 digits", "give 6 digits of district, 5 of class, 6 of sequence")
    if field.check == "position":
        wrong = ~present.str.fullmatch(_POSITION).to_numpy(dtype=bool)
        fix = "write longitude and latitude in degrees (CGCS2000), such as 116.4100 39.9200"
        yield Fault("value.position", wrong, "not a longitude and a latitude", fix)
    levels = _LEVELS.get((kind.name, field.name))
    if levels:
        digits = "|".join(f"[0-9]{{{AreaLevel(level).digits - 1}}}" for level in levels)
        wrong = ~present.str.fullmatch(f"[1-9](?:{digits})").to_numpy(dtype=bool) & ~empty
        reason = f"not the code of a {' or '.join(levels)}"
        yield Fault("value.area-code", wrong, reason, "use 6 (district), 9, 12 or 15 digits, as text", "GS106")


def _id_faults(present: pd.Series) -> Iterator[Fault]:
    form = present.str.fullmatch(r"[1-9][0-9]{16}[0-9X]").to_numpy(dtype=bool)
    fix = "compare with the document; the last character may be a capital X"
    yield Fault("id.form", ~form, "not 17 digits and a check character", fix)
    dates = pd.to_datetime(present.str.slice(6, 14).where(form), format="%Y%m%d", errors="coerce")
    dated = dates.notna().to_numpy()
    yield Fault("id.date", form & ~dated, "digits 7 to 14 are no date", "compare with the document")
    digit = np.fromiter(
        (not good or ric.calc_check_digit(text) == text[17] for text, good in zip(present, form, strict=True)),
        dtype=bool,
        count=len(present),
    )
    yield Fault(
        "id.check-digit", ~digit & dated, "the check digit does not fit (GB 11643)", "compare with the document"
    )


def identity_faults(columns: Mapping[str, pd.Series], numbered: str) -> Iterator[tuple[str, Fault]]:
    """Yield the columns of birth date and sex with the rows whose identity number says something else.

    Numbers that are not well formed say nothing. Digits 7 to 14 are the birth date; digit 17 is odd for men ("1").

    Examples
    --------
    >>> columns = {"id": pd.Series(["990101195001010015"]), "sex": pd.Series(["2"])}
    >>> [(column, fault.reason(0)) for column, fault in identity_faults(columns, "id")]
    [('sex', 'the identity number says 1')]
    """
    numbers = columns[numbered].astype("str")
    form = numbers.str.fullmatch(r"[1-9][0-9]{16}[0-9X]").fillna(value=False).to_numpy(dtype=bool)
    said = numbers.where(form)
    births = pd.to_datetime(said.str.slice(6, 14), format="%Y%m%d", errors="coerce").to_numpy()
    odd = pd.to_numeric(said.str.slice(16, 17)).to_numpy() % 2
    sexes = np.where(odd == 1, "1", "2")
    fix = "compare with the document: one of the two is wrong"
    for name in _BIRTH_COLUMNS:
        if name in columns and types.is_datetime64_dtype(columns[name].dtype):
            given = columns[name].to_numpy(dtype="datetime64[us]")
            wrong = ~np.isnat(births) & ~np.isnat(given) & (births != given.astype("datetime64[D]"))
            reason = lambda row: f"the identity number says {np.datetime_as_string(births[row], unit='D')}"  # noqa: E731 - told of a row
            yield name, Fault("id.birth-date", wrong, reason, fix)
    if "sex" in columns:
        given_sex = columns["sex"].astype(object).to_numpy()
        wrong = form & np.isin(given_sex, ["1", "2"]) & (given_sex != sexes)
        yield "sex", Fault("id.sex", wrong, lambda row: f"the identity number says {sexes[row]}", fix)


def _credit_code_faults(present: pd.Series) -> Iterator[Fault]:
    form = present.str.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}").to_numpy(dtype=bool)
    fix = "compare with the certificate; I, O, S, V and Z are not used"
    yield Fault("id.form", ~form, "not 18 characters of a unified social credit code", fix)
    wrong = np.fromiter(
        (good and not uscc.is_valid(text) for text, good in zip(present, form, strict=True)), dtype=bool,
        count=len(present),
    )  # fmt: skip
    yield Fault("id.check-digit", wrong, "the check character does not fit (GB 32100)", "compare with the certificate")


def _number_faults(present: pd.Series, field: Field) -> Iterator[Fault]:
    numbers = present.to_numpy(dtype=np.float64)
    finite = np.isfinite(numbers)
    yield Fault("value.type", ~finite, "not a finite number", "give a number")
    if field.type is FieldType.INTEGER:
        yield Fault("value.type", finite & (numbers % 1 != 0), "not a whole number", "give whole numbers")
    unit = f" {field.unit}" if field.unit else ""
    if field.minimum is not None:
        reason = f"under the least value, {field.minimum:g}{unit}"
        yield Fault("value.range", finite & (numbers < field.minimum), reason, "mend the value or its unit")
    if field.maximum is not None:
        reason = f"over the greatest value, {field.maximum:g}{unit}"
        yield Fault("value.range", finite & (numbers > field.maximum), reason, "mend the value or its unit")
