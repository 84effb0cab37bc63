"""Matters (事项): the major classes of what is reported and handled."""

from __future__ import annotations

from typing import Final

INCIDENT_KINDS: Final[dict[str, tuple[str, str]]] = {
    "01": ("市政公用设施", "Public utilities"),
    "02": ("交通设施", "Traffic facilities"),
    "03": ("市容环卫设施", "Sanitation facilities"),
    "04": ("园林绿化设施", "Greenery"),
    "06": ("市容环境", "City appearance"),
    "07": ("宣传广告", "Posters and advertising"),
    "08": ("施工管理", "Construction sites"),
    "09": ("街面秩序", "Order in the street"),
    "10": ("其他事项", "Weather and cables"),
    "81": ("矛盾纠纷", "Disputes"),
    "82": ("消防安全", "Fire safety"),
    "83": ("便民服务", "Help for residents"),
}
"""Kind code → (Chinese, English) name.

Codes 01-10 are the major classes of matters (事项) of GB/T 47678.5-2026 after a second-hand list, without the class
of other managed components (05); no conformity is claimed. Codes 81-83 are our own, for work of social
governance that the standard's city-management classes leave out.
"""
