"""The weekly digest as a page for A4 and as plain text: Chinese first, English beside it, no personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from gridsys.render.template import render_template


@dataclass(frozen=True)
class DigestTables:
    """What a digest shows: its days and moment, the tables of ``weekly_digest``, names of procedures and classes."""

    days: tuple[date, date]
    as_of: datetime
    figures: pd.DataFrame
    units: pd.DataFrame
    cards: pd.DataFrame
    unranked: int
    notable: pd.DataFrame
    notable_total: int
    procedures: Mapping[str, tuple[str, str]]
    classes: Mapping[tuple[str, str], tuple[str, str]]


def digest_page(digest: DigestTables) -> str:
    """Return the digest as one HTML page that prints on A4 and asks for nothing outside."""
    return render_template("digest.html", styles=("digest.css",), **_values(digest))


def digest_text(digest: DigestTables) -> str:
    """Return the digest as plain text."""
    values = _values(digest)
    lines = [f"网格办理情况摘报 Weekly digest  {values['days']}", f"截至 as of {values['as_of']}", ""]
    lines.append("  ".join(f"{zh} {en} {value:,}" for zh, en, value in values["totals"]))
    lines += ["", "一、各流程 By procedure"]
    lines += [f"  {p['zh']} {p['en']}：{_line(p)}" for p in values["procedures"]]
    lines += ["", "二、各单位 By unit"]
    lines += [f"  {u['name']}：{_line(u)}" for u in values["units"]]
    lines += ["", f"三、黄牌 Yellow cards：{len(values['cards'])}；{values['unranked_zh']} {values['unranked_en']}"]
    lines += [f"  {card['unit']}：{card['score']} 分 points（{card['cases']} 件 cases）" for card in values["cards"]]
    lines += ["", f"四、重点案件 Notable cases（{values['notable_total']:,} 件中 of）"]
    lines += [
        f"  {n['case_id']} {n['procedure']}·{n['kind']} {n['street']}：{n['zh']} {n['en']}" for n in values["notable"]
    ]
    return "\n".join(lines) + "\n"


def _line(row: Mapping[str, Any]) -> str:
    return (
        f"收 filed {row['filed']:,}，办结 done {row['done']:,}，在办 open {row['open']:,}，"
        f"超期 overdue {row['late']:,}；绿 green {row['green']:,} 黄 yellow {row['yellow']:,} 红 red {row['red']:,}"
    )


def _values(digest: DigestTables) -> dict[str, Any]:
    figures = digest.figures
    names = {
        "filed": ("本周收件", "filed"),
        "done": ("本周办结", "done"),
        "open": ("在办", "open"),
        "late": ("超期", "overdue"),
    }
    unranked = (
        f"另有 {digest.unranked} 个单位件数过少，不排名",
        f"{digest.unranked} units with too few cases are not ranked",
    )
    return {
        "days": f"{digest.days[0]:%Y-%m-%d} – {digest.days[1]:%m-%d}",
        "as_of": f"{digest.as_of:%Y-%m-%d %H:%M}",
        "totals": [(zh, en, int(figures[name].sum())) for name, (zh, en) in names.items()],
        "procedures": [
            {"zh": digest.procedures[str(name)][0], "en": digest.procedures[str(name)][1], **row}
            for name, row in figures.to_dict("index").items()
        ],
        "units": [
            {"name": "未派单位（含网格自办） no unit called in" if name in {"-", "", "nan"} else name, **row}
            for name, row in digest.units.to_dict("index").items()
        ],
        "cards": [
            {"unit": name, "score": f"{row['score']:.1f}", "cases": int(row["cases"])}
            for name, row in digest.cards.to_dict("index").items()
        ],
        "unranked_zh": unranked[0] if digest.unranked else "", "unranked_en": unranked[1] if digest.unranked else "",
        "notable": [
            {**row, "procedure": digest.procedures[str(row["procedure"])][0],
             "kind": digest.classes[str(row["procedure"]), str(row["case_class"])][0],
             "opened": f"{row['opened_at'].tz_convert('Asia/Shanghai'):%m-%d}"}
            for row in digest.notable.to_dict("records")
        ],
        "notable_total": digest.notable_total,
    }  # fmt: skip
