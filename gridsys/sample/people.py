"""Households and persons whose ages, sexes, relations and surnames agree."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridsys.sample.ages import FAMILIES, OLDEST, RELATION_OF, Members
from gridsys.sample.frames import keys, numbered, table, text
from gridsys.sample.identity import person_ids
from gridsys.sample.names import draw_surnames, full_names

Ints = npt.NDArray[np.int64]

REFERENCE_DATE: Final = date(2026, 6, 30)
"""The day the sample describes: every birth and incident lies before it."""
_COLLECTIVE_SHARE: Final = 0.015
_COLLECTIVE_SIZES: Final = (4, 5, 6, 7, 8)
_DAYS_A_YEAR: Final = 365.25


def make_households(rooms: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the frame of kind ``household``: one in every room in use as a home.

    Parameters
    ----------
    rooms
        Frame of kind ``room``.
    """
    lived_in = rooms.index[rooms["use"] == "home"]
    count = len(lived_in)
    kind = np.where(rng.random(count) < _COLLECTIVE_SHARE, "collective", "family")
    return table({"room_id": text(lived_in.to_numpy()), "kind": text(kind)}, numbered("H", count, 7, "household"))


def _compositions(kinds: npt.NDArray[np.object_], rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Draw the composition (letters of members) of each household."""
    share = np.array([row[0] for row in FAMILIES.values()])
    made = rng.choice(np.array(list(FAMILIES), dtype=object), kinds.size, p=share / share.sum())
    crowd = kinds == "collective"
    made[crowd] = ["H" + "O" * (n - 1) for n in rng.choice(_COLLECTIVE_SIZES, int(crowd.sum()))]
    return made


def make_persons(households: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the frame of kind ``person``, household by household, the head first.

    Every identity number has an unassigned region (99xxxx), the birth date and sex of its row, and a correct check
    character. No child is less than 20 years younger than either parent living with it.

    Parameters
    ----------
    households
        Frame of kind ``household``.
    """
    composition = _compositions(households["kind"].to_numpy(dtype=object), rng)
    parts = [_draw(str(letters), np.flatnonzero(composition == letters), rng) for letters in sorted(set(composition))]
    household, place, relation, age, male, surname = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((place, household))
    household, relation, male, surname = household[order], relation[order], male[order], surname[order]
    days = np.maximum((age[order] * _DAYS_A_YEAR).astype(np.int64), 1)
    birth = np.datetime64(REFERENCE_DATE, "D") - days.astype("timedelta64[D]")
    ids = person_ids(birth, male, rng)
    data = {
        "name": text(full_names(surname, male, rng)),
        "sex": text(np.where(male, "1", "2")),
        "birth_date": birth.astype("datetime64[s]"),
        "household_id": text(households.index.to_numpy()[household]),
        "relation": text(relation),
    }
    return table(data, keys(ids, "person"))


def _draw(letters: str, households: Ints, rng: np.random.Generator) -> tuple[npt.NDArray[np.generic], ...]:
    """Return household, place in it, relation, age, sex and surname of all members of one composition."""
    count = households.size
    low, usual, high = FAMILIES[letters][1:] if letters in FAMILIES else (18.0, 26.0, 50.0)
    members = Members(rng.triangular(low, usual, high, count), rng)
    ages, males = [members.age["H"]], [members.male["H"]]
    for letter in letters[1:]:
        members.add(letter)
        ages.append(members.age[letter])
        males.append(members.male[letter])
    surnames = _surnames(letters, members, count, rng)
    size = len(letters)
    return (
        np.tile(households, size),
        np.repeat(np.arange(size), count),
        np.repeat([RELATION_OF[letter] for letter in letters], count),
        np.minimum(np.concatenate(ages), OLDEST),
        np.concatenate(males),
        np.concatenate(surnames),
    )


def _surnames(letters: str, members: Members, count: int, rng: np.random.Generator) -> list[npt.NDArray[np.intp]]:
    """Give children their father's surname where he lives with them; spouses and room-mates have their own."""
    own = {letter: draw_surnames(count, rng) for letter in letters}
    father = own["H"] if "S" not in letters else np.where(members.male["H"], own["H"], own["S"])
    line = {"C": father, "D": father, "K": father, "B": own["H"]}
    if "L" in letters or "K" in letters:
        grand = father if "L" not in letters else np.where(members.male["K"], father, own["L"])
        line |= {"G": grand, "X": grand}
    for parent in "PQ":
        if parent in letters:
            line[parent] = np.where(members.male[parent], own["H"], own[parent])
    return [line.get(letter, own[letter]) for letter in letters]
