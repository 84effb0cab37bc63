"""Invented names of communities, roads, compounds and people, from common word parts."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

Text = npt.NDArray[np.str_]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COMMUNITY_FIRST: Final = tuple("枫榆棠岚澄芸砚椿禾葵瑾槿霁煦珩苇桐翎")
_COMMUNITY_LAST: Final = tuple("韵泽庭畔苑原坡溪汀阳和宁")
_ROAD_FIRST: Final = _words(
    "柳荫 青槐 双井 石雀 铜铃 绿杨 砖塔 梨花 竹竿 花枝 灯笼 米粮 茶叶 麻线 油漆 马掌 驴蹄 羊毛 "
    "豆腐 酱菜 剪刀 铁锅 银杏 桂香 芝兰 莲子 榆钱 枣林 桃核 杏仁 石榴 葫芦 丝瓜 白菜 苹婆 香炉 "
    "木鱼 钟楼 戏台 影壁 牌楼 石桥 水井 月牙 扁担 簸箕 笊篱 毛笔 砚台 墨盒 纸坊 染坊 糖房 醋坊 "
    "面坊 炭厂 草厂 琉璃 瓦匠 箭杆"
)
_ROAD_TURN: Final = ("", "东", "西", "南", "北", "前", "后", "中", "大", "小", "上", "下")
_ALLEY_END: Final = ("胡同", "巷", "里", "夹道", "一条", "二条", "三条")
_STREET_FIRST: Final = _words(
    "安平 广泽 德宁 崇和 永年 朝晖 建安 景明 长庆 天宁 仁和 嘉定 文昌 光熙 泰和 康宁 丰泽 宣和 "
    "元亨 承泽 延庆里 恒昌 庆云 瑞丰 兴化 昭德 敦睦 育贤 启明 太清"
)
_STREET_TURN: Final = ("", "东", "西", "南", "北", "中", "内", "外")
_COMPOUND_FIRST: Final = _words(
    "锦绣 翠庭 和风 春晓 兰亭 静园 明湖 华清 金榆 紫竹 碧桐 新雅 康乐 安居 朗月 润景 书香 雅筑 云锦 枫桥"
)
_COMPOUND_END: Final = ("家园", "小区", "苑", "花园", "公寓", "东里", "西里", "南里", "北里", "新村")
_INSTITUTION_END: Final = ("小学", "中学", "医院", "研究所", "机关大院", "招待所", "职工大院", "幼儿园")
_PARK_END: Final = ("公园", "绿地", "游园")
_SURNAMES: Final = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_TWO_CHARACTERS: Final = 0.8
_MALE: Final = tuple("伟强磊军勇杰涛超明刚平辉鹏华飞波斌宇浩凯健俊帆志建国文永庆海宏志新子轩睿泽博昊晨铭一")
_FEMALE: Final = tuple("芳娜敏静丽艳娟霞秀英玲桂兰红梅燕雪莉倩颖慧欣怡婷萍洁佳琳晓淑珍云凤春梦涵诗雨桐可思语")


def _pick(pool: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """Draw names without repetition; past the pool the same follow with 新, 老, … before them.

    A number behind a name would run into the number of the door.
    """
    order = rng.permutation(len(pool))
    before = ("", *("".join(words) for size in (1, 2, 3) for words in product("新老外内", repeat=size)))
    rounds = -(-count // len(pool))
    return [f"{before[turn]}{pool[i]}" for turn in range(rounds) for i in order][:count]


def community_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return distinct invented community names.

    Examples
    --------
    >>> community_names(2, np.random.default_rng(0))
    ['霁溪社区', '岚畔社区']
    """
    return _pick([f"{a}{b}社区" for a, b in product(_COMMUNITY_FIRST, _COMMUNITY_LAST)], count, rng)


def road_names(kinds: list[str], rng: np.random.Generator) -> list[str]:
    """Return distinct invented road names, one per road of kind arterial, collector or alley."""
    pools = {
        "arterial": [f"{a}{b}大街" for a, b in product(_STREET_FIRST, _STREET_TURN)],
        "collector": [f"{a}{b}{c}" for a, b, c in product(_STREET_FIRST, _STREET_TURN, ("街", "路"))],
        "alley": [f"{a}{b}{c}" for a, b, c in product(_ROAD_FIRST, _ROAD_TURN, _ALLEY_END)],
    }
    ready = {kind: iter(_pick(pool, kinds.count(kind), rng)) for kind, pool in pools.items()}
    return [next(ready[kind]) for kind in kinds]


def compound_name(kind: str, rng: np.random.Generator) -> str:
    """Return an invented name for a residential or institution compound; courtyards are named by their address."""
    end = _INSTITUTION_END if kind == "institution" else _COMPOUND_END
    return f"{rng.choice(_COMPOUND_FIRST)}{rng.choice(end)}"


def park_name(rng: np.random.Generator) -> str:
    """Return an invented park name."""
    return f"{rng.choice(_COMPOUND_FIRST)}{rng.choice(_PARK_END)}"


def draw_surnames(count: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return surname numbers, common ones far more often."""
    weight = 1 / (np.arange(len(_SURNAMES)) + 4.0)
    return rng.choice(len(_SURNAMES), count, p=weight / weight.sum())


def full_names(surname: npt.NDArray[np.intp], male: npt.NDArray[np.bool_], rng: np.random.Generator) -> Text:
    """Return a surname with one or two given characters for each person."""
    count = surname.size
    boys, girls = np.array(_MALE), np.array(_FEMALE)
    given = [np.where(male, rng.choice(boys, count), rng.choice(girls, count)) for _ in range(2)]
    second = np.where(rng.random(count) < _TWO_CHARACTERS, given[1], "")
    return np.strings.add(np.strings.add(np.array(_SURNAMES)[surname], given[0]), second)
