"""Organisations in the rooms that are no homes, and components along the roads."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridsys.domain.records import COMPONENT_STATES
from gridsys.sample.frames import keys, layer, numbered, text
from gridsys.sample.identity import REGIONS
from gridsys.sample.people import REFERENCE_DATE
from gridsys.sample.registers import DISTRICT

CLASSES: Final = {
    "01004": ("雨水箅子", 0.18, "排水集团"), "01005": ("电力井盖", 0.12, "供电公司"),
    "01037": ("路灯", 0.24, "路灯管理中心"),
    "02010": ("交通标志牌及标线", 0.12, "交管局"),
    "03005": ("垃圾箱", 0.1, "环卫中心"), "04002": ("行道树", 0.24, "园林局"),
}  # fmt: skip
"""Class code of GB/T 47678.5-2026 → name, share of all components, owner."""
_SPACING_M: Final = 45.0
_USED: Final = 0.9
_WITHOUT_ROOM: Final = 0.08
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_KIND_OF: Final = {
    "shop": ("shop", "company"),
    "office": ("company", "social"),
    "public": ("institution", "government"),
}
_LETTERS_OF: Final = {"shop": "92", "company": "91", "social": "51", "institution": "12", "government": "11"}
_WORDS: Final = {
    "shop": ("便利店", "餐馆", "药店", "理发店", "五金店"), "company": ("科技有限公司", "商贸有限公司", "文化有限公司"),
    "social": ("志愿服务协会", "养老服务中心"), "institution": ("社区卫生服务站", "图书馆", "幼儿园"),
    "government": ("办事处", "服务大厅"),
}  # fmt: skip


def credit_codes(letters: npt.NDArray[np.object_], numbers: npt.NDArray[np.int64]) -> list[str]:
    """Return unified social credit codes (GB 32100) of regions never assigned, with both check characters.

    Parameters
    ----------
    letters
        Registering department and kind, two characters each.
    numbers
        Distinct numbers under 10**8: the organisation's own.

    Examples
    --------
    >>> credit_codes(np.array(["91"], dtype=object), np.array([1]))
    ['919901020000000194']
    """
    inner = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
    codes = []
    for two, number in zip(letters, numbers, strict=True):
        own = f"{number:08d}"
        check = (11 - sum(w * int(c) for w, c in zip(inner, own, strict=True)) % 11) % 11
        body = f"{two}{REGIONS[number % len(REGIONS)]}{own}{'0123456789X'[check]}"
        total = sum(_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(body))
        codes.append(body + _ALPHABET[-total % 31])
    return codes


def make_organisations(rooms: pd.DataFrame, buildings: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the frame of kind ``organisation``; a few know their point and not their room."""
    used = rooms[rooms["use"].isin(tuple(_KIND_OF))]
    used = used[rng.random(len(used)) < _USED]
    kind = np.array([_KIND_OF[use][int(rng.random() < 0.35)] for use in used["use"]], dtype=object)  # noqa: PLR2004 - share of the rarer kind
    names = [f"合成{number:05d}号{rng.choice(_WORDS[what])}" for number, what in enumerate(kind, 1)]
    letters = np.array([_LETTERS_OF[what] for what in kind], dtype=object)
    codes = np.array(credit_codes(letters, np.arange(1, len(used) + 1)), dtype=object)
    codes[rng.random(len(used)) < 0.1] = None  # noqa: PLR2004 - share without a code yet
    room = used.index.to_numpy(dtype=object, copy=True)
    points = buildings.geometry.loc[used["building_id"]].representative_point().to_numpy()
    loose = rng.random(len(used)) < _WITHOUT_ROOM
    room[loose] = None
    data = {
        "name": text(names),
        "kind": text(kind),
        "credit_code": text(codes),
        "room_id": text(room),
    }
    points[~loose] = None
    return layer(data, points, numbered("G", len(used), 6, "organisation"))


def make_components(roads: gpd.GeoDataFrame, district: shapely.Geometry, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the frame of kind ``component``: equipment every 45 m along the roads, most of it whole."""
    lines = roads.geometry.to_numpy()
    counts = (shapely.length(lines) // _SPACING_M).astype(np.int64)
    line = np.repeat(np.arange(lines.size), counts)
    points = shapely.line_interpolate_point(lines[line], rng.random(line.size), normalized=True)
    inside = shapely.buffer(district, -1.0)
    shapely.prepare(inside)
    points = points[shapely.contains_properly(inside, points)]
    share = np.array([row[1] for row in CLASSES.values()])
    codes = rng.choice(np.array(list(CLASSES), dtype=object), points.size, p=share / share.sum())
    sequence = pd.Series(codes).groupby(codes).cumcount().to_numpy() + 1
    ids = [f"{DISTRICT}{code}{number:06d}" for code, number in zip(codes, sequence, strict=True)]
    days = rng.integers(200, 5000, points.size).astype("timedelta64[D]")
    data = {
        "class_code": text(codes),
        "name": text([CLASSES[code][0] for code in codes]),
        "state": text(rng.choice(np.array(COMPONENT_STATES, dtype=object), points.size, p=[0.94, 0.04, 0.01, 0.01])),
        "owner": text([CLASSES[code][2] for code in codes]),
        "installed": np.datetime64(REFERENCE_DATE, "s") - days,
    }
    return layer(data, points, keys(ids, "component"))
