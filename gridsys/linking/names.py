"""Names of roads and compounds, found as written, by an old name, or with one slip of the pen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

EXACT: Final = 1.0
OLD_NAME: Final = 0.98
EXPLAINED: Final = 0.98
ENDING_DROPPED: Final = 0.9
SLIP: Final = 0.3
"""One slip of the pen takes this away, divided by the characters of the name."""
UNEXPLAINED: Final = 0.7
ENDINGS: Final = ("胡同", "大街", "夹道", "街", "路", "巷", "里", "条", "道")
TELLING: Final = frozenset("东西南北中前后左右上下内外大小新老旧头二三四五六七八九十一街路巷里条道")
"""Characters that tell one road from its neighbour: another one in their place names another road, not a slip."""


class Named(NamedTuple):
    """A name of the register that a text may mean, how surely (0–1), and why not wholly."""

    name: str
    factor: float
    how: str


def slip(typed: str, name: str) -> tuple[str, str] | None:
    """Return the characters typed and meant, if one slip (wrong, missing, extra, swapped) lies between two names.

    Examples
    --------
    >>> slip("牌搂胡同", "牌楼胡同"), slip("牌胡同", "牌楼胡同"), slip("牌胡楼同", "牌楼胡同"), slip("石桥", "牌楼胡同")
    (('搂', '楼'), ('', '楼'), ('胡楼', '楼胡'), None)
    """
    head = 0
    for ours, theirs in zip(typed, name, strict=False):
        if ours != theirs:
            break
        head += 1
    tail = 0
    while tail < min(len(typed), len(name)) - head and typed[-1 - tail] == name[-1 - tail]:
        tail += 1
    wrote, meant = typed[head : len(typed) - tail], name[head : len(name) - tail]
    swapped = len(wrote) == len(meant) == 2 and wrote == meant[::-1]  # noqa: PLR2004 - two characters change places
    return (wrote, meant) if swapped or max(len(wrote), len(meant)) == 1 else None


def is_slip(wrote: str, meant: str, typed: str = "") -> bool:
    """Whether a slip is believable: it does not turn one road's name into its neighbour's.

    A character written twice over (``typed`` holds it doubled) is a slip whatever it is.

    Examples
    --------
    >>> is_slip("搂", "楼"), is_slip("冬", "东"), is_slip("西", "东"), is_slip("", "前")
    (True, True, False, False)
    >>> is_slip("北", "", "墨盒北北条")
    True
    """
    if len(wrote) + len(meant) > 2 or (not meant and wrote * 2 in typed):  # noqa: PLR2004 - swapped
        return True
    return not ((not wrote or wrote in TELLING) and (not meant or meant in TELLING))


class NameIndex:
    """Finds what names of a register a text may mean.

    Parameters
    ----------
    names
        Names of roads and compounds.
    aliases
        Old name → name in use.
    areas
        Names of streets and communities, which may stand beside a road without saying anything against it.
    """

    def __init__(self, names: Iterable[str], aliases: Mapping[str, str], areas: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._aliases = {old: new for old, new in aliases.items() if new in self._names}
        stems = {area.removesuffix("街道").removesuffix("社区") for area in areas}
        self._beside = self._names | stems | set(areas) | {"北京", "北京市", "东城", ""}
        self._deleted: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, list[str]] = defaultdict(list)
        for name in self._names | self._aliases.keys():
            for key in _deletions(name):
                self._deleted[key].append(name)
        for name in self._names:
            for ending in ENDINGS:
                if name.endswith(ending) and len(name) > len(ending) + 1:
                    self._stems[name.removesuffix(ending)].append(name)
        self._found: dict[str, tuple[Named, ...]] = {}

    def __contains__(self, text: object) -> bool:
        """Whether a name stands in the register, or is an old name of one that does."""
        return text in self._names or text in self._aliases

    def find(self, text: str) -> tuple[Named, ...]:
        """Return the names a text may mean, surest first; none when there is no such name."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = tuple(self._find(text))
        return found

    def _find(self, text: str) -> list[Named]:
        if not text:
            return []
        found = self._exact(text) or self._beside_others(text)
        if found:
            return found
        found = [Named(name, ENDING_DROPPED, "ending-dropped") for name in self._stems.get(text, ())]
        return found or self._slips(text) or self._contained(text)

    def _exact(self, text: str) -> list[Named]:
        found = [Named(text, EXACT, "")] if text in self._names else []
        if text in self._aliases:
            found.append(Named(self._aliases[text], OLD_NAME, "old-name"))
        return found

    def _beside_others(self, text: str) -> list[Named]:
        """Find a known name beside another one: a road and its compound, a community and its road, a road twice."""
        for cut in range(1, len(text)):
            left, right = text[:cut], text[cut:]
            for name, other in ((left, right), (right, left)):
                if other in self._beside:
                    found = self._exact(name)
                    if found:
                        return [
                            one._replace(factor=one.factor * EXPLAINED, how=one.how or "more-names") for one in found
                        ]
        return []

    def _slips(self, text: str) -> list[Named]:
        found = []
        near = {name for key in _deletions(text) for name in self._deleted.get(key, ())}
        for name in sorted(near):
            change = slip(text, name)
            if change and is_slip(*change, text):
                factor = 1 - SLIP / len(name)
                if name in self._names:
                    found.append(Named(name, factor, "slip"))
                else:
                    found.append(Named(self._aliases[name], factor * OLD_NAME, "slip"))
        return found

    def _contained(self, text: str) -> list[Named]:
        """Return the longest known name in a text whose other words are not understood: for review, never a link."""
        for size in range(len(text) - 1, 2, -1):
            for start in range(len(text) - size + 1):
                if text[start : start + size] in self._names:
                    return [Named(text[start : start + size], UNEXPLAINED, "other-words")]
        return []


def _deletions(name: str) -> set[str]:
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}
