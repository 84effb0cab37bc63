"""What a catalog may not record of people, and what it must guard.

The system serves residents: no score of a person, no ethnic, religious or political profiling, no watch list, no
tracking of movements. Health, disability, minors and identity numbers are sensitive personal information
(《个人信息保护法》第28条) and are marked so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from gridsys.domain.finding import Finding, Severity

SENSITIVE_ITEMS: Final[dict[str, str]] = {
    "1107": "a newborn is a minor", "1205": "a ward is a minor or an adult without capacity", "1304": "disability",
    "1305": "a child is a minor", "1306": "a child in need is a minor", "1307": "pregnancy and birth",
    "1401": "a family's means", "1402": "a family's means", "1403": "a family's means", "1406": "treatment",
    "1503": "pupils are minors", "1604": "party membership", "1605": "a specific identity", "4203": "family life",
    "4205": "treatment", "5104": "a family's hardship",
}  # fmt: skip
"""Items every indicator of which is sensitive, and why."""
_ABOUT_PEOPLE: Final = {"person", "household"}
_NEVER: Final = re.compile(
    r"民族|宗教|信仰|政治面貌|重点人员|行踪|个人轨迹|活动轨迹|关注人员|黑名单|"
    r"ethnic|religio|political|watch.?list|blacklist|whereabouts",
    re.IGNORECASE,
)
_NEVER_OF_PEOPLE: Final = re.compile(
    r"前科|犯罪|罪名|刑期|评分|得分|积分|信用分|风险等级|危险等级|关注等级|指纹|虹膜|人脸|银行账|轨迹|"
    r"score|criminal|offence|sentence|risk.?(level|grade)|fingerprint|face|bank.?account|track",
    re.IGNORECASE,
)
_SENSITIVE_OF_PEOPLE: Final = re.compile(
    r"残疾|失能|自理|疾病|患病|医疗|医生|诊|孕|产后|产妇|预产|康复|护理|照护|心理|接种|过敏|听力|视力|助浴|助行|"
    r"辅具|辅助器具|公民身份号码|证件号码|居住证号码"
)


def check_people(items: Sequence[Mapping[str, str]], indicators: Sequence[Mapping[str, str]]) -> list[Finding]:
    """Return every indicator that records what may not be recorded, or is not marked as sensitive.

    Parameters
    ----------
    items, indicators
        Rows of the catalog; see ``catalog_check.COLUMNS``.

    Examples
    --------
    >>> items = [{"item_code": "1301", "subject": "person"}]
    >>> indicator = {"item_code": "1301", "code": "130199", "zh": "居民评分", "en": "score", "sensitivity": "internal"}
    >>> [each.reason for each in check_people(items, [indicator])]
    ['this is not recorded of people']
    """
    subject = {row["item_code"]: row["subject"] for row in items}
    found = []
    for row in indicators:
        names = f"{row['zh']} {row['en']}"
        of_people = subject.get(row["item_code"]) in _ABOUT_PEOPLE
        guarded = row["sensitivity"] == "sensitive"
        if _NEVER.search(names) or (of_people and _NEVER_OF_PEOPLE.search(names)):
            found.append(_error(row, "zh", "this is not recorded of people", "leave it out: no service needs it"))
        if row["item_code"] in SENSITIVE_ITEMS and not guarded:
            why = SENSITIVE_ITEMS[row["item_code"]]
            found.append(_error(row, "sensitivity", f"the item is sensitive: {why}", "write sensitive"))
        elif of_people and _SENSITIVE_OF_PEOPLE.search(row["zh"]) and not guarded:
            found.append(_error(row, "sensitivity", "health, capacity or identity is sensitive", "write sensitive"))
        elif of_people and row["sensitivity"] == "public":
            found.append(_error(row, "sensitivity", "nothing about a person is public", "write personal or internal"))
    return found


def _error(row: Mapping[str, str], column: str, reason: str, fix: str) -> Finding:
    return Finding(
        check="catalog.people", severity=Severity.ERROR, table="indicators", id=row["code"], reason=reason, fix=fix,
        code="GS108", column=column, value=row[column],
    )  # fmt: skip
