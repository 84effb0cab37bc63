"""Addresses of the sample city's rooms, and the same as people write them.

The noise is drawn from how addresses in Beijing's registers, forms and call records are known to vary, not from what
any parser handles: forms are filled by hand, typed by ear, copied from spreadsheets and old household books. Some
kinds destroy what would be needed to find the room; they are kept, with what is true of them, because a matcher that
links them guesses. Every written address keeps its kinds of noise, the room it means, and whether what it still says
can mean only that room.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.sample.frames import keys, table, text
from gridsys.sample.penmanship import STYLES, Written, render, slip_of_pen, spoil_text

_DOOR: Final = r"^(?P<street>.+?街道)(?P<road>.+?)(?P<number>\d+)号(?:院(?P<building>\d+)号楼)?$"
_PLAIN_SHARE: Final = 0.3
_MOST_KINDS: Final = 3

STRUCTURE: Final = {
    "no-areas": 8, "areas-doubled": 1, "district-only": 5, "street-only": 4, "with-community": 3,
    "no-building": 1.2, "no-stairwell": 3, "no-room": 1, "old-road-name": 4, "compound-name": 3,
    "road-and-compound": 2, "ending-dropped": 0.6, "slip-of-pen": 6, "erhua": 0.7, "wrong-street": 0.5,
}  # fmt: skip
"""What people leave out, add or replace, and how often (weights)."""
HOPELESS: Final = {
    "near": 0.8, "two-addresses": 0.5, "not-an-address": 0.8, "no-number": 0.5, "no-such-road": 0.8,
    "no-such-number": 0.6, "no-such-room": 0.6, "other-district": 0.4, "wrong-digit": 0.3,
}  # fmt: skip
"""Kinds after which the room cannot be known, in percent of all addresses."""
_GARBAGE: Final = (
    "不详",
    "同上",
    "同户主",
    "13800000000",
    "见附件",
    "本社区",
    "无",
    "外地",
    "-",
    "已搬走",
    "东城",
    "租房户3人",
)
_NEAR: Final = ("对面", "附近", "旁边", "路口东侧", "斜对面", "门前便道", "以北50米", "和大街交叉口")
_OTHER_DISTRICTS: Final = ("西城区", "朝阳区", "海淀区", "丰台区")
_NEW_ROADS: Final = ("新建", "和睦", "团结", "育红", "胜利", "前进", "光荣", "友谊", "幸福", "曙光")
_OLD_ENDINGS: Final = {"胡同": "胡同", "巷": "胡同", "里": "胡同", "夹道": "胡同", "条": "条", "街": "街", "路": "马路"}


@dataclass(frozen=True)
class Addresses:
    """Clean and written addresses.

    ``clean``: full address of every room (index ``room_id``). ``written``: index ``record_id``; ``address``, ``noise``
    (kinds joined by ``+``, ``plain`` for none), ``room_id`` (the room meant; missing where none is), ``unambiguous``
    (what the text still says, slips of the pen aside, fits that room only). ``old_names``: ``kind``, ``old``, ``new``.
    """

    clean: pd.Series
    written: pd.DataFrame
    old_names: pd.DataFrame


def make_addresses(
    buildings: gpd.GeoDataFrame,
    rooms: pd.DataFrame,
    compounds: gpd.GeoDataFrame,
    count: int,
    rng: np.random.Generator,
) -> Addresses:
    """Return every room's address, and a number of them as people would write them.

    Parameters
    ----------
    buildings, rooms, compounds
        Frames of those kinds, of the sample city.
    count
        Written addresses wanted.
    rng
        The random stream.
    """
    parts = _parts(buildings, rooms, compounds)
    old = _old_names(parts["road"].unique(), rng)
    clean = pd.Series([render(Written.of(row)) for row in _rows(parts)], index=parts.index, dtype="str")
    writer = _Writer(parts, old, rng)
    chosen = rng.integers(0, len(parts), count)
    lines = [writer.write(int(place)) for place in chosen]
    written = table(
        {
            "address": text([row[0] for row in lines]),
            "noise": text([row[1] for row in lines]),
            "room_id": text([row[2] for row in lines]),
            "unambiguous": np.array([row[3] for row in lines], dtype=bool),
        },
        keys([f"A{n:07d}" for n in range(1, count + 1)], "record"),
    )
    names = pd.DataFrame({"kind": "road", "old": list(old.values()), "new": list(old)}, dtype="str")
    return Addresses(clean.rename("address"), written, names)


def _parts(buildings: gpd.GeoDataFrame, rooms: pd.DataFrame, compounds: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the parts of each room's address, as text, missing ones empty."""
    door = buildings["address"].str.extract(_DOOR)
    door["compound"] = buildings["compound_id"].map(compounds["name"].where(compounds["kind"] == "residential"))
    held = rooms[rooms["building_id"].isin(buildings.index)]
    parts = door.loc[held["building_id"]].set_axis(held.index)
    parts["stairwell"] = held["stairwell"].astype("Int64").astype("str").where(held["stairwell"].notna(), "")
    parts["room"] = held["number"]
    return pd.DataFrame(parts.astype("str").fillna(""))


def _rows(parts: pd.DataFrame) -> list[dict[str, str]]:
    return [dict(zip(parts.columns, row, strict=True)) for row in parts.itertuples(index=False, name=None)]


def _old_names(roads: np.ndarray, rng: np.random.Generator) -> dict[str, str]:
    """Return a former name for one road in eight: invented, and borne by no road."""
    known = set(roads)
    names: dict[str, str] = {}
    for road in sorted(roads):
        if rng.random() > 1 / 8:
            continue
        ending = next((new for old, new in _OLD_ENDINGS.items() if road.endswith(old)), "街")
        name = f"{rng.choice(_NEW_ROADS)}{rng.choice(list('仁义礼智信忠勇廉明德'))}{ending}"
        if name not in known:
            known.add(name)
            names[str(road)] = name
    return names


class _Writer:
    """Writes addresses, one at a time."""

    def __init__(self, parts: pd.DataFrame, old: dict[str, str], rng: np.random.Generator) -> None:
        self.rng, self.old = rng, old
        self.rows = _rows(parts)
        self.ids = [str(key) for key in parts.index]
        self.roads = sorted(set(parts["road"]))
        self.streets = sorted(set(parts["street"]))
        self.last = {
            road: int(number) for road, number in parts["number"].astype(int).groupby(parts["road"]).max().items()
        }
        self.behind: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, row in enumerate(self.rows):
            self.behind["door", row["road"], row["number"]].append(place)
            if row["compound"]:
                self.behind["compound", row["compound"]].append(place)
        weight = np.array(list(STRUCTURE.values()))
        self.chance = weight / weight.sum()

    def write(self, place: int) -> tuple[str, str, str | None, bool]:
        """Return address, kinds of noise, the room meant, and whether it alone is meant."""
        row = self.rows[place]
        bad = self.rng.random() * 100
        for kind, share in HOPELESS.items():
            bad -= share
            if bad < 0:
                address, meant = self._hopeless(kind, row)
                return address, kind, self.ids[place] if meant else None, False
        kinds: list[str] = []
        page = Written.of(row)
        if self.rng.random() > _PLAIN_SHARE:
            wanted = int(self.rng.integers(1, _MOST_KINDS + 1))
            for _ in range(wanted):
                if self.rng.random() < 0.5:  # noqa: PLR2004 - as often in the form of the signs as in what is said
                    kinds.append(str(self.rng.choice(list(STYLES))))
                    continue
                kind = str(self.rng.choice(list(STRUCTURE), p=self.chance))
                if kind not in kinds and self._change(kind, page, row):
                    kinds.append(kind)
        address = spoil_text(render(page, kinds), kinds, self.rng)
        return address, "+".join(dict.fromkeys(kinds)) or "plain", self.ids[place], self._fits(page, row) == 1

    def _fits(self, page: Written, row: dict[str, str]) -> int:
        """Count the rooms that what is still said fits."""
        door = ("door", row["road"], row["number"])
        places = self.behind[door] if page.door else self.behind["compound", row["compound"]]
        kept = {name: row[name] for name in ("building", "stairwell", "room") if getattr(page, name)}
        if page.street and not page.door:
            kept["street"] = row["street"]
        return sum(all(self.rows[place][name] == value for name, value in kept.items()) for place in places)

    def _change(self, kind: str, page: Written, row: dict[str, str]) -> bool:  # noqa: C901, PLR0911, PLR0912 - one branch a kind
        """Change what is said; False where there is nothing to change."""
        match kind:
            case "no-areas":
                page.city = page.district = page.street = ""
            case "areas-doubled":
                page.doubled = True
            case "district-only":
                page.street = ""
            case "street-only":
                page.city = page.district = ""
            case "with-community":
                page.community = f"{self.rng.choice(list('枫榆棠岚澄芸'))}{self.rng.choice(list('韵泽庭畔苑'))}社区"
            case "no-building" | "no-stairwell" | "no-room":
                part = kind.removeprefix("no-")
                if not getattr(page, part):
                    return False
                setattr(page, part, "")
            case "old-road-name":
                if row["road"] not in self.old or page.road != row["road"]:
                    return False
                page.road = self.old[row["road"]]
            case "compound-name" | "road-and-compound":
                if not row["compound"] or page.compound:
                    return False
                page.compound, page.door = row["compound"], kind == "road-and-compound"
            case "ending-dropped":
                ending = next((end for end in ("胡同", "大街", "夹道", "巷") if row["road"].endswith(end)), "")
                if not ending or page.road != row["road"]:
                    return False
                page.road = page.road.removesuffix(ending)
            case "slip-of-pen":
                if not page.door:
                    return False
                page.road = slip_of_pen(page.road, self.rng)
            case "erhua":
                if not page.road.endswith("胡同"):
                    return False
                page.road = page.road.removesuffix("胡同") + "儿胡同"
            case "wrong-street":
                if not page.street or len(self.streets) < 2:  # noqa: PLR2004 - another one
                    return False
                page.street = str(self.rng.choice([street for street in self.streets if street != row["street"]]))
        return True

    def _hopeless(self, kind: str, row: dict[str, str]) -> tuple[str, bool]:
        """Return an address from which the room cannot be known, and whether a room was meant at all."""
        page, rng = Written.of(row), self.rng
        meant = False
        match kind:
            case "near":
                page.building = page.stairwell = page.room = ""
                return render(page) + str(rng.choice(_NEAR)), False
            case "two-addresses":
                other = Written.of(self.rows[int(rng.integers(len(self.rows)))])
                joint = str(rng.choice(["，现住", "（户籍", "/", "、", "或"]))
                return render(page) + joint + render(other) + ("）" if "（" in joint else ""), False
            case "not-an-address":
                return str(rng.choice(_GARBAGE)), False
            case "no-number":
                return render(page).split(page.number + "号")[0], False
            case "no-such-road":
                page.road = self._other_road(row["road"])
            case "no-such-number":
                page.number = str(self.last[row["road"]] + int(rng.integers(1, 200)))
            case "no-such-room":
                page.room = f"{int(rng.integers(31, 60))}{int(rng.integers(10, 40)):02d}"
            case "other-district":
                page.district, page.street = str(rng.choice(_OTHER_DISTRICTS)), ""
            case "wrong-digit":
                meant = True
                name = str(
                    rng.choice([part for part in ("number", "building", "room") if getattr(page, part).isdigit()])
                )
                value = list(getattr(page, name))
                value[int(rng.integers(len(value)))] = str(rng.integers(1, 10))
                setattr(page, name, "".join(value))
        return render(page), meant

    def _other_road(self, road: str) -> str:
        """Return a name no road here bears: the neighbour's, by a turn or an ending, or another one altogether."""
        known = set(self.roads) | set(self.old.values())
        neighbours = [
            road.replace(a, b, 1) for a in "东西南北前后大小上下" for b in "东西南北前后大小上下" if a in road
        ]
        neighbours += [road + "一条", road.removesuffix("胡同") + "北街", "老" + road]
        names = [name for name in neighbours if name not in known]
        fresh = f"{self.rng.choice(_NEW_ROADS)}{self.rng.choice(list('桥园塘湾台'))}路"
        return str(self.rng.choice(names)) if names and self.rng.random() < 0.5 else fresh  # noqa: PLR2004 - even


def noise_table(written: pd.DataFrame, found: pd.Series) -> pd.DataFrame:
    """Return how each kind of noise was dealt with.

    Parameters
    ----------
    written
        As in :class:`Addresses`.
    found
        Room linked (missing where none), index as ``written``.

    Returns
    -------
    DataFrame
        Index ``noise``; ``records``, ``unambiguous``, ``linked``, ``right``, ``wrong``, ``precision`` (right ÷ linked)
        and ``recall`` (right among the unambiguous ÷ unambiguous); a last row ``all``.
    """
    linked = found.notna()
    right = linked & (found == written["room_id"])
    frame = written[["unambiguous"]].assign(linked=linked, right=right, hit=right & written["unambiguous"])
    each = frame.assign(noise=written["noise"].str.split("+")).explode("noise")
    counts = [*each.groupby("noise", sort=True), ("all", frame)]
    rows = {
        name: Counter(records=len(group)) | Counter({column: int(group[column].sum()) for column in frame.columns})
        for name, group in counts
    }
    result = pd.DataFrame.from_dict(rows, orient="index").fillna(0).astype(int).rename_axis("noise")
    result["wrong"] = result["linked"] - result["right"]
    result["precision"] = result["right"] / result["linked"].where(result["linked"] > 0)
    result["recall"] = result["hit"] / result["unambiguous"].where(result["unambiguous"] > 0)
    return result[["records", "unambiguous", "linked", "right", "wrong", "precision", "recall"]]
