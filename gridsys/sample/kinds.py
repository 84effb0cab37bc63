"""Kinds of incident: code, names in two languages, and how each behaves in space and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Habit:
    """How incidents of a kind come about.

    ``share`` of all incidents; ``ground`` where they arise (``street``, ``home`` or ``old``); ``season`` weights for
    winter, spring, summer, autumn; ``peak`` hour of the day; ``weekend`` weight of a Saturday or Sunday; ``weather``
    that sets them off (``rain``, ``snow``, ``wind`` or none); ``days`` a median handling takes.
    """

    share: float
    ground: str
    season: tuple[float, float, float, float]
    peak: float
    weekend: float
    weather: str
    days: float


HABITS: Final[dict[str, Habit]] = {
    "01": Habit(0.09, "street", (1.1, 0.9, 1.3, 0.9), 10, 0.7, "rain", 2.5),
    "02": Habit(0.05, "street", (0.9, 1.0, 1.0, 1.1), 9, 0.8, "", 3.0),
    "03": Habit(0.06, "old", (0.8, 1.0, 1.4, 0.9), 8, 1.0, "", 1.5),
    "04": Habit(0.04, "street", (0.6, 1.3, 1.2, 1.0), 10, 0.7, "wind", 4.0),
    "06": Habit(0.25, "old", (0.9, 1.0, 1.2, 1.0), 9, 1.0, "", 1.2),
    "07": Habit(0.07, "street", (0.9, 1.1, 1.0, 1.0), 11, 0.8, "wind", 1.0),
    "08": Habit(0.05, "street", (0.4, 1.2, 1.3, 1.2), 21, 0.8, "", 2.0),
    "09": Habit(0.16, "street", (0.7, 1.0, 1.3, 1.0), 18, 1.3, "", 0.8),
    "10": Habit(0.02, "street", (2.2, 0.6, 0.6, 0.6), 8, 1.0, "snow", 0.6),
    "81": Habit(0.1, "home", (1.1, 1.0, 1.1, 1.0), 20, 1.4, "", 6.0),
    "82": Habit(0.06, "old", (1.3, 1.0, 1.1, 0.9), 15, 0.9, "", 2.0),
    "83": Habit(0.05, "home", (1.5, 0.9, 0.9, 0.9), 10, 0.6, "", 1.5),
}

MATTERS: Final[dict[str, tuple[str, ...]]] = {
    "01": ("井盖松动", "路灯不亮", "雨水箅子堵塞", "配电箱门敞开"),
    "02": ("交通护栏倾倒", "路名牌歪斜", "信号灯不亮", "便道桩缺失"),
    "03": ("公共厕所停水", "垃圾箱破损", "垃圾桶满溢"),
    "04": ("行道树枝折断", "绿地护栏损坏", "树穴裸露"),
    "06": ("暴露垃圾", "乱堆杂物", "油烟污染", "噪声扰民", "废弃家具无人清理", "私搭乱建"),
    "07": ("非法小广告", "广告牌破损", "违规悬挂横幅"),
    "08": ("夜间施工扰民", "工地扬尘", "围挡破损"),
    "09": ("无照经营游商", "机动车乱停放", "共享单车堆积", "店外经营", "占用消防通道"),
    "10": ("道路结冰", "架空线缆脱落"),
    "81": ("楼上漏水引起邻里纠纷", "家庭矛盾求助", "物业费争议", "停车位争执", "装修噪声纠纷"),
    "82": ("电动自行车楼道充电", "楼道堆物堵塞通道", "灭火器过期", "电线私拉乱接"),
    "83": ("独居老人需要送餐", "暖气不热", "水管破裂求助", "无障碍坡道申请"),
}
"""Kind code → what the titles of its incidents say."""

HOSTILE: Final = (
    "<script>alert('xss')</script>",
    "{{ 7 * 7 }} {% raw %}",
    "{# 注释 #} ${window.name}",
    '"><img src=x onerror=alert(1)>',
    "</script><svg onload=alert(1)>",
    'O\'Neill "引号" \\ 反斜杠 & <b>粗体</b>',
    "'; DROP TABLE incident; --",
)
"""Text that a careless map, page or query would run; a few titles end in it, so that escaping is always under test."""
