"""Chinese numerals as addresses write them: 十七, 一百零三, 四〇二."""

from __future__ import annotations

from functools import cache
from typing import Final

DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1000}
NUMERALS: Final = "".join(DIGITS) + "".join(_POWERS)
"""Every character a numeral may hold."""


@cache
def numeral_to_digits(numeral: str) -> str:
    """Return a Chinese numeral in digits: by value where it names tens or hundreds, else digit by digit.

    Examples
    --------
    >>> [numeral_to_digits(text) for text in ("十七", "二十", "一百零三", "四〇二", "一二〇四")]
    ['17', '20', '103', '402', '1204']
    """
    if not any(character in _POWERS for character in numeral):
        return "".join(str(DIGITS[character]) for character in numeral)
    total, digit = 0, 0
    for character in numeral:
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            total, digit = total + (digit or 1) * _POWERS[character], 0
    return str(total + digit)


@cache
def digits_to_numeral(digits: str) -> str:
    """Return a number below 100 as a Chinese numeral, as road names write it (东四十条); longer ones as they are.

    Examples
    --------
    >>> [digits_to_numeral(text) for text in ("3", "10", "12", "40")]
    ['三', '十', '十二', '四十']
    """
    value = int(digits)
    if not 0 < value < 100:  # noqa: PLR2004 - two digits
        return digits
    tens, ones = divmod(value, 10)
    names = "零一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else names[tens] + "十"
    return head + (names[ones] if ones else "")
