"""What people do with cases: for every step of every procedure, the ways out of it and what happens meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person does with a case.

    ``by`` a role, or several with ``|`` (:func:`gridsys.sample.yearstaff.on_duty`); ``weight`` among the ways out of
    the step, or the chance that it happens meanwhile; ``share`` median of the time it takes, of the step's limit;
    ``least`` working hours it waits in any case; ``held`` done by who holds the case; ``spare`` at any hour, by people
    outside their work; ``then`` what follows on it, once it is done.
    """

    action: str
    by: str
    weight: float = 1.0
    share: float = 0.35
    data: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    least: float = 0.0
    held: bool = False
    spare: bool = False
    level: str = ""
    unit: str = ""
    turn: int = 0
    then: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True)
class Conduct:
    """What happens in a step: ``ways`` out of it, and ``meanwhile`` in order, each by its chance."""

    ways: tuple[Deed, ...] = ()
    meanwhile: tuple[Deed, ...] = ()


def _because(reason: str) -> dict[str, str]:
    return {"reason": reason}


_GRID: Final = "grid-manager|station-worker|dispatcher"
_WITHDRAW: Final = Deed("withdraw", "resident", 0.02, 0.25, _because("已自行解决"), spare=True)
_DONE: Final = {"result": "已办结"}
_SEND_UP: Final = _because("超出本级权限")


def _pause(by: str, reason: str, chance: float) -> Deed:
    return Deed("pause", by, chance, 0.2, _because(reason), then=(Deed("resume", by, share=0.4),))


def _rate(chance: float, by: str = "resident") -> Deed:
    return Deed("rate", by, chance, data={"score": "?"}, spare=True)


def _views(*roles: str) -> tuple[Deed, ...]:
    return tuple(Deed("give-view", role, 1, 0.1, {"view": "已发表意见"}) for role in roles)


_JOINT: Final = Deed(
    "assign", "dispatcher", 0.5, 0.1, {"departments": ["urban-management", "police"], "lead": "urban-management"},
    then=(
        Deed("report", "department-officer", share=0.3, data={"result": "已配合"}, unit="police"),
        Deed("report", "department-officer", share=0.1, data={"result": "已处置"}, unit="urban-management"),
    ),
)  # fmt: skip

_DONGCHENG: Final = {
    "accept": Conduct((
        Deed("take", _GRID, 88), Deed("refuse", _GRID, 4, 0.5, _because("不属本网格")),
        Deed("send-down", "station-worker|dispatcher", 4, 0.4, _because("下级可办")),
    ), (_WITHDRAW,)),
    "handle": Conduct((
        Deed("done", _GRID, 90, 0.4, _DONE, held=True), Deed("pass-up", _GRID, 7, 0.4, _SEND_UP, held=True),
    ), (
        Deed("note", _GRID, 0.06, 0.1, {"note": "已到现场"}),
        Deed("reassign", "station-worker|dispatcher", 0.01, 0.1, {"holder": "?", "reason": "值班调整"}),
        _pause(_GRID, "awaiting-party", 0.03), _pause(_GRID, "weather", 0.01), _JOINT,
        Deed("extend", "station-worker|dispatcher", 0.05, 0.3, {"by": "3 working-days", "reason": "情况复杂"}),
        _WITHDRAW,
    )),
    "verify": Conduct((
        Deed("confirm", "verifier", 62, 0.35), Deed("confirm", "resident", 30, 0.35, spare=True),
        Deed("rework", "verifier", 5, 0.4, _because("未彻底解决")),
        Deed("rework", "resident", 2, 0.4, _because("又出现了"), spare=True),
    )),
    "closed": Conduct((), (_rate(0.3),)),
}  # fmt: skip

_COMPONENT: Final = {
    "collected": Conduct((
        Deed("file", "overseer", 95, 0.25, {"component_id": "?", "state_before": "damaged"}),
        Deed("reject", "overseer", 5, 0.3, _because("不属受理范围")),
    )),
    "filed": Conduct((Deed("dispatch", "dispatcher", share=0.25, data={"department": "?"}),)),
    "dispatched": Conduct((
        Deed("take", "department-officer", 94, 0.3, unit="?"),
        Deed("return", "department-officer", 6, 0.4, _because("不属本部门"), unit="?"),
    )),
    "handle": Conduct((Deed("report-done", "department-officer", 1, 0.5, _DONE, held=True, unit="?"),), (
        _pause("dispatcher", "parts", 0.03), _pause("dispatcher", "weather", 0.02),
        Deed("extend", "dispatcher", 0.05, 0.2, {"by": "2 working-days", "reason": "需更换部件"},
             ("damaged-component",)),
    )),
    "reported": Conduct((Deed("send-to-verify", "overseer", share=0.25),)),
    "verify": Conduct((
        Deed("verify-good", "collector", 93, 0.4, {"state_after": "good"}),
        Deed("verify-bad", "collector", 7, 0.4, _because("未修复")),
    )),
    "verified": Conduct((Deed("close", "overseer", share=0.25),)),
    "closed": Conduct((), (_rate(0.15, "overseer"),)),
}  # fmt: skip

_INQUIRY: Final = {
    "received": Conduct((Deed("pass-on", "platform-clerk", share=0.3, data={"unit": "?"}),), (_WITHDRAW,)),
    "passed": Conduct((
        Deed("acknowledge", "department-officer", 92, 0.4, {"reply": "来信收悉"}, unit="?"),
        Deed("not-ours", "department-officer", 8, 0.4, _because("不属本单位"), unit="?"),
    )),
    "processing": Conduct((
        Deed("tell", "department-officer", 60, 0.28, {"answer": "已答复"}, held=True, unit="?"),
        Deed("send-people", "department-officer", 40, 0.15, {"people_sent": 2}, held=True, unit="?"),
    ), (
        Deed("instruct", "leader", 0.02, 0.1, {"instruction": "请尽快办理"}),
        Deed("withdraw", "resident", 0.03, 0.2, _because("已解决"), spare=True),
    )),
    "on-site": Conduct((Deed("tell", "department-officer", 1, 0.3, {"answer": "已现场解决"}, held=True, unit="?"),)),
    "answered": Conduct((), (
        _rate(0.5), Deed("reopen", "resident", 0.03, data=_because("不满意"), spare=True),
    )),
}  # fmt: skip

_NEIGHBOUR: Final = "neighbour-steward|station-worker|dispatcher"
_ORDER: Final = {
    "received": Conduct((
        Deed("take", _NEIGHBOUR, 90, 0.4), Deed("pass-up", _NEIGHBOUR, 10, 0.5, _SEND_UP),
        Deed("place-order", "service-desk", 90, 0.3, {"service": "?"}),
    ), (_WITHDRAW,)),
    "ordered": Conduct((Deed("take-order", "station-worker|dispatcher", share=0.4),)),
    "handle": Conduct((
        Deed("done", _NEIGHBOUR, 95, 0.4, _DONE, held=True), Deed("pass-up", _NEIGHBOUR, 5, 0.5, _SEND_UP),
    )),
    "confirm": Conduct((
        Deed("confirm", "resident", 70, 0.2, spare=True),
        Deed("again", "resident", 5, 0.2, _because("未办好"), spare=True),
        Deed("confirm-in-silence", "verifier", 25, 0.1, least=32),
    )),
    "closed": Conduct((), (_rate(0.4),)),
}  # fmt: skip

_MEDIATOR: Final = "mediator"
_MEDIATION: Final = {
    "register": Conduct((
        Deed("take", _MEDIATOR, 95, 0.4), Deed("take-in-hospital", "hospital-mediator", 80, 0.4),
        Deed("to-centre", "hospital-mediator", 20, 0.4, _because("请第三方调处")),
    )),
    "centre": Conduct((Deed("take-in-centre", "centre-mediator", share=0.4),)),
    "mediate": Conduct((
        Deed("agree", "?", 82, 0.4, {"agreement": "?"}, held=True),
        Deed("pass-up", "mediator", 9, 0.5, _because("疑难复杂"), held=True),
        Deed("give-up", "?", 6, 0.6, {"reason": "分歧过大", "way_to_law": "向法院起诉"}, held=True),
    ), (
        _pause("?", "appraisal", 0.04),
        Deed("hand-over", "mediator", 0.05, 0.1, {"body": "police", "reason": "核实情况"},
             ("neighbour", "family", "traffic"),
             then=(Deed("take-back", "mediator", share=0.5, data={"result": "已核实"}),)),
        Deed("hand-over", "mediator", 0.06, 0.1, {"body": "court", "reason": "司法确认"},
             ("labour", "demolition", "consumer"),
             then=(Deed("take-back", "mediator", share=1, data={"result": "已确认"}),)),
        Deed("extend", "mediator", 0.05, 0.2, {"by": "10 working-days", "reason": "需多次调解"},
             ("neighbour", "family", "labour", "traffic")),
        Deed("mark", "police-officer", 0.01, 0.1, {"mark": "petition"}),
        Deed("mark", "police-officer", 0.004, 0.1, {"mark": "turned-criminal"}),
        _WITHDRAW,
    )),
    "perform": Conduct((
        Deed("performed", "?", 94, 0.4, {"performance": "已履行"}),
        Deed("breach", "resident", 6, 0.5, _because("反悔"), spare=True),
    )),
    "return-visit": Conduct((
        Deed("visit-good", "assistant", 95, 0.5, {"visit": "双方无异议"}),
        Deed("visit-bad", "assistant", 5, 0.5, _because("矛盾反复")),
    )),
    "closed": Conduct((), (_rate(0.4),)),
}  # fmt: skip

_CARE: Final = {
    "due": Conduct((Deed("take", "assistant|station-worker", share=0.4),), (
        Deed("withdraw", "resident", 0.04, 0.3, _because("谢绝"), spare=True),
    )),
    "visit": Conduct((Deed("paid", "assistant|station-worker", 1, 0.45, held=True),)),
    "confirm": Conduct((
        Deed("confirm", "grid-manager", 97, 0.4), Deed("again", "grid-manager", 3, 0.4, _because("未遇")),
    )),
    "done": Conduct((), (_rate(0.2),)),
}  # fmt: skip

_FOUR: Final = ("party-secretary", "owners-committee", "property-company", "service-team")
_CHAIR: Final = "party-secretary|station-worker"
_FIVE: Final = {
    "proposed": Conduct((
        Deed("table", _CHAIR, 90, 0.5), Deed("turn-away", _CHAIR, 10, 0.5, _because("不属议事范围")),
    ), (_WITHDRAW,)),
    "deliberate": Conduct((Deed("draft", _CHAIR, 1, 0.3, {"plan": "议定方案"}),), (
        Deed("give-view", "party-secretary", 1, 0.1, {"view": "赞成"}, level="grid"), *_views(*_FOUR[1:]), _WITHDRAW,
    )),
    "decide": Conduct((
        Deed("carry", _CHAIR, 1, 0.05, {"executor": "property-company"}),
        Deed("rethink", _CHAIR, 3, 0.05, _because("方案未获通过")), Deed("drop", _CHAIR, 7, 0.05),
    ), (Deed("record-vote", "owners-committee", 1, data={"result": "?"}, least=144),)),
    "act": Conduct((Deed("done", "property-company", share=0.5, data=_DONE),)),
    "judge": Conduct((Deed("accept", "owners-committee", share=0.4),
    Deed("redo", "owners-committee", share=0.4)), tuple(
        Deed("rate", "resident", chance, 0.1, {"score": "?"}, turn=turn) for turn, chance in ((1, 1.0), (2, 0.6), (3,
        0.4))
    )),
}  # fmt: skip

_PARTY: Final = "community-party"
_FOUR_PARTY: Final = {
    "raised": Conduct((
        Deed("call-meeting", _PARTY, share=0.4), Deed("open-assessment", "property-office", 1, 0.4),
    ), (_WITHDRAW,)),
    "confer": Conduct(
        (Deed("decide", _PARTY, 1, 0.3, {"decision": "议定", "executor": "property-company"}),),
        _views(_PARTY, "social-organisation", "owners-committee", "property-company"),
    ),
    "act": Conduct((Deed("done", "property-company", 1, 0.5, _DONE, unit="??"),)),
    "confirm": Conduct((
        Deed("confirm", "owners-committee", 90, 0.4), Deed("redo", "owners-committee", 10, 0.4, _because("未整改到位")),
    )),
    "closed": Conduct((), (_rate(0.3),)),
    "scoring": Conduct((
        Deed("publish", "property-office", 1, 0.2, {"rank": 1, "standing": "?"}),
    ), (
        Deed("score-party", _PARTY, 1, 0.2, {"party_score": "?"}),
        Deed("score-trade", "property-office", 1, 0.2, {"trade_score": "?"}),
    )),
    "ranked": Conduct((
        Deed("commend", _PARTY, share=0.3), Deed("record", _PARTY, share=0.3),
        Deed("order-rectification", _PARTY, 1, 0.3, {"faults": ["保洁不到位"]}),
    )),
    "rectify": Conduct((Deed("rectified", "property-company", 1, 0.6, {"rectification": "已整改"}, unit="??"),)),
    "recheck": Conduct((
        Deed("recheck-good", _PARTY, 85, 0.4), Deed("recheck-bad", _PARTY, 15, 0.4, _because("整改不到位")),
    )),
}  # fmt: skip

_HOST: Final = "station-worker|mediator"
_SETTLED: Final = {"agreement": "?"}
_DELIBERATION: Final = {
    "applied": Conduct((
        Deed("take", _HOST, 92, 0.4),
        Deed("turn-away", _HOST, 8, 0.4, {"reason": "不属评议范围", "way_to_law": "行政复议"}),
    ), (_WITHDRAW,)),
    "dossier": Conduct((Deed("complete-dossier", _HOST, 1, 0.5, {
        "times": "已查明", "demands": "已列明", "grounds": "已列明", "views": "已听取", "law": "已列明",
    }, held=True),)),
    "announced": Conduct((Deed("invite", _HOST, 1, 0.4, {"session_at": "五日后", "place": "社区议事厅"}),)),
    "session": Conduct((
        Deed("settle-by-reason", _HOST, 60, 0.1, _SETTLED, least=32),
        Deed("settle-by-kinship", _HOST, 15, 0.1, _SETTLED, least=32),
        Deed("refer", _HOST, 15, 0.1, _because("需司法调解"), least=32),
        Deed("end-unsettled", _HOST, 6, 0.1, {"reason": "分歧过大", "way_to_law": "起诉"}),
    ), _views("resident", "case-officer", "panel")),
    "judicial": Conduct((
        Deed("settle-in-law", "judicial-worker", 80, 0.4, _SETTLED),
        Deed("end-unsettled", "judicial-worker", 20, 0.5, {"reason": "调解不成", "way_to_law": "起诉"}),
    )),
    "carry-out": Conduct((Deed("carried-out", "case-officer", 1, 0.5, _DONE, level="department"),)),
    "check": Conduct((
        Deed("confirm", "panel", 92, 0.4), Deed("not-kept", "panel", 8, 0.4, _because("未落实")),
    )),
}  # fmt: skip

CONDUCT: Final[dict[str, dict[str, Conduct]]] = {
    "dongcheng-grid": _DONGCHENG,
    "city-component": _COMPONENT,
    "online-inquiry": _INQUIRY,
    "neighbour-order": _ORDER,
    "grand-mediation": _MEDIATION,
    "six-care": _CARE,
    "five-matter": _FIVE,
    "four-party": _FOUR_PARTY,
    "public-deliberation": _DELIBERATION,
}
"""Procedure → step → what people do there. ``"?"`` stands for what is drawn case by case."""
