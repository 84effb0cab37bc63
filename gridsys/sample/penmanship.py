"""How an address looks on paper and in a spreadsheet: signs, numerals, widths, slips of the pen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

STYLES: Final = (
    "full-width", "spaces", "commas", "chinese-numerals", "building-sign", "stairwell-sign", "room-sign", "no-yard",
    "dashes", "no-signs", "traditional", "backwards", "street-last", "remark", "floor-too", "letters-for-digits",
    "leading-zero",
)  # fmt: skip
"""Ways the same facts are written down."""
_TRADITIONAL: Final = dict(
    zip(
        "东区门号楼单条后里钟银杏马铁锅驴台桥榆纸织园华广宁庆兰双绿灯笼麻线剪药车龙凤丝叶长乐学医军",
        "東區門號樓單條後裡鐘銀杏馬鐵鍋驢臺橋榆紙織園華廣寧慶蘭雙綠燈籠麻線剪藥車龍鳳絲葉長樂學醫軍",
        strict=True,
    )
)
_SOUND_OR_SHAPE: Final = (
    "东冬 西希 南楠 北比 前钱 后候 中种 大太 小晓 上尚 下夏 条调 巷港 街接 路露 里理 "
    "胡湖 同铜 夹加 道到 桥侨 石实 牌排 楼搂 豆斗 花化 竹竺 井并 羊洋 酱浆 柳抑 槐怀 "
    "塔搭 梨犁 茶荼 油由 漆七 马码 剪箭 银很 香相 莲连 枣早 瓜爪 菜采 炉户 鱼渔 钟忠 "
    "戏戎 影景 扁偏 笔比 墨黑 纸低 糖塘 醋错 面画 炭碳 草单 瓦互 平坪 安按 德得 和合 "
    "年念 建健 景影 庆床 天夭 仁任 昌唱 光广 康庚 丰半 承呈"
)
_CONFUSED: Final = {pair[0]: pair[1] for pair in _SOUND_OR_SHAPE.split()}
_ANY: Final = tuple("的是在有我他这为之来以个们到说国和地也子时要就出会可")
_NUMERALS: Final = "零一二三四五六七八九"
_REMARKS: Final = ("（租户）", "(出租)", "，王先生", "（联系人李女士）", " 门禁已坏", "（二层北侧）")


@dataclass(slots=True)
class Written:
    """What an address says, part by part; ``door`` tells whether road and number are said."""

    street: str
    road: str
    number: str
    building: str
    stairwell: str
    room: str
    city: str = "北京市"
    district: str = "东城区"
    community: str = ""
    compound: str = ""
    door: bool = True
    doubled: bool = False

    @classmethod
    def of(cls, row: dict[str, str]) -> Self:
        """Return the full address of a room, from its parts."""
        return cls(row["street"], row["road"], row["number"], row["building"], row["stairwell"], row["room"])


def chinese_number(value: str, *, spoken: bool) -> str:
    """Return a number in Chinese: spoken by value up to 99, else digit by digit.

    Examples
    --------
    >>> chinese_number("17", spoken=True), chinese_number("402", spoken=False)
    ('十七', '四〇二')
    """
    if spoken and value.isdigit() and 0 < int(value) < 100:  # noqa: PLR2004 - two digits
        tens, ones = divmod(int(value), 10)
        head = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
        return head + (_NUMERALS[ones] if ones else "")
    return "".join("〇" if digit == "0" else _NUMERALS[int(digit)] if digit.isdigit() else digit for digit in value)


def render(page: Written, kinds: Sequence[str] = ()) -> str:
    """Return the address as one line, in the styles asked for."""
    areas = page.city + page.district
    areas = (areas * 2 if page.doubled else areas) + page.street + page.community
    units = _units(page, kinds)
    place = page.road if page.door else page.compound
    if page.door and page.compound:
        units.insert(1, page.compound)
    if "backwards" in kinds:
        comma = "，" if len(units) % 2 or units[-1][-1:].isdigit() else ""
        return comma.join([*reversed(units), place, *([page.street] if page.street else []), page.city + page.district])
    if "street-last" in kinds and page.street:
        return f"{page.city}{page.district}{place}{''.join(units)}（{page.street}）"
    joint = "，" if "commas" in kinds else ""
    return joint.join(part for part in (areas, place, *units) if part)


def _units(page: Written, kinds: Sequence[str]) -> list[str]:
    """Return door, building, stairwell and room with their signs."""
    chinese = "chinese-numerals" in kinds

    def number(value: str) -> str:
        return chinese_number(value, spoken=len(value) < 3) if chinese else value  # noqa: PLR2004 - 402 is spelt out

    yard = "号" if "no-yard" in kinds or not page.building else "号院"
    door = [number(page.number) + yard] if page.door else []
    building = ""
    if page.building:
        sign = ("栋", "幢", "座", "楼", "#", "#楼")[int(page.number) % 6] if "building-sign" in kinds else "号楼"
        building = number(page.building) + sign
    stairwell = number(page.stairwell) + ("门" if "stairwell-sign" in kinds else "单元") if page.stairwell else ""
    shop = page.room.startswith("底商")
    bare = page.room.removeprefix("底商")
    if "leading-zero" in kinds and len(bare) == 3 and not chinese:  # noqa: PLR2004 - 402 becomes 0402
        bare = "0" + bare
    sign = ("号", "房", "")[len(page.road) % 3] if "room-sign" in kinds else "室"
    room = (f"底商{bare}" if shop else number(bare) + sign) if page.room else ""
    if "floor-too" in kinds and page.room.isdigit() and len(page.room) > 2:  # noqa: PLR2004 - floor and two digits
        room = f"{page.room[:-2]}层{room}"
    dashed = [part for part in (page.building, page.stairwell, bare) if part]
    if "dashes" in kinds and not shop and page.room and len(dashed) > 1:
        return [*door, "-".join(dashed)]
    if "no-signs" in kinds and not shop and page.room:
        return [*door, *([building] if building else []), stairwell, bare] if stairwell or building else [*door, bare]
    return [part for part in (*door, building, stairwell, room) if part]


def slip_of_pen(name: str, rng: np.random.Generator) -> str:
    """Return a name with one slip: a character of like sound or shape, any other one, one lost, doubled or swapped."""
    if len(name) < 3:  # noqa: PLR2004 - too short to be told after a slip
        return name
    place = int(rng.integers(len(name)))
    kind = rng.choice(5, p=[0.55, 0.1, 0.15, 0.1, 0.1])
    before, character, after = name[:place], name[place], name[place + 1 :]
    if kind == 0:
        return before + _CONFUSED.get(character, str(rng.choice(_ANY))) + after
    if kind == 1:
        return before + str(rng.choice(_ANY)) + after
    if kind == 2:  # noqa: PLR2004 - number of the slip
        return before + after
    if kind == 3:  # noqa: PLR2004 - number of the slip
        return before + character * 2 + after
    return before + after[:1] + character + after[1:]


def spoil_text(address: str, kinds: Sequence[str], rng: np.random.Generator) -> str:
    """Return the line in other characters: full width, traditional, letters for digits, spaces, a remark behind."""
    if "remark" in kinds:
        address += str(rng.choice(_REMARKS))
    if "traditional" in kinds:
        hutong = str(rng.choice(["衚衕", "胡同"]))
        address = "".join(_TRADITIONAL.get(c, c) for c in address.replace("胡同", hutong))
    if "letters-for-digits" in kinds:
        address = address.replace("0", "O", 1) if "0" in address else address.replace("1", "l", 1)
    if "full-width" in kinds:
        address = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in address)
    if "spaces" in kinds:
        cuts = set(rng.integers(1, max(len(address), 2), 3).tolist())
        address = "".join((" " if place in cuts else "") + c for place, c in enumerate(address)) + " "
    return address
