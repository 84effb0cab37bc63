"""Households, rooms and incidents that came with an address: their places, and what reviewers say of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import geopandas as gpd
import pandas as pd

from gridsys.domain.linkage import AddressDoubt
from gridsys.errors import InputError
from gridsys.files import read_old_names
from gridsys.linking import Links, Register, apply_decisions, link_places
from gridsys.store import Transaction

LINKS: Final = {"household": "occupancy", "room": "siting", "incident": "scene"}
"""The link an address of a record of each kind is to make."""
REPORT_COLUMNS: Final = (
    "link", "record_id", "rank", "target", "target_address", "score", "reason", "zh", "en", "address", "decision",
)  # fmt: skip

_REVIEW: Final = ["link", "record_id", "rank", "candidate", "score", "reason", "address"]


@dataclass(frozen=True)
class Stated:
    """What was found for each kind of record (None where none came with an address), and the register searched."""

    found: dict[str, Links | None]
    register: Register | None
    strangers: pd.DataFrame
    """Addresses whose record is not there: columns of ``review``."""

    @property
    def review(self) -> pd.DataFrame:
        """What is for review, with its link; ``rank``, ``candidate``, ``score``, ``reason``, ``address``."""
        parts = [
            links.review.assign(link=pd.Series(LINKS[kind], index=links.review.index, dtype="str"))
            for kind, links in self.found.items()
            if links is not None
        ]
        parts = [part for part in (*parts, self.strangers) if len(part)]
        return pd.concat(parts, ignore_index=True)[_REVIEW] if parts else self.strangers


def find_stated(
    transaction: Transaction, *, households: pd.DataFrame, rooms: pd.DataFrame, buildings: gpd.GeoDataFrame, as_of: date
) -> Stated:
    """Link every record that came with an address: rooms first, so that households can be found in them.

    Parameters
    ----------
    transaction
        Where stated addresses, decisions and compounds are read.
    households, rooms, buildings
        Frames of those kinds.
    as_of
        The day.
    """
    stated = transaction.get("stated_address", as_of=as_of)
    incidents = transaction.get("incident", as_of=as_of)
    strangers = _strangers(stated, {"household": households.index, "room": rooms.index, "incident": incidents.index})
    if stated.empty:
        return Stated(dict.fromkeys(LINKS), None, strangers)
    decisions = transaction.get_decisions(as_of)

    def find(kind: str, records: pd.DataFrame, claim: str | None, register: Register) -> Links | None:
        own = _with_addresses(records, stated[stated["record_kind"] == kind])
        if own.empty:
            return None
        target = "room" if kind == "household" else "building"
        found = link_places(own, register, target, claim=claim, buildings=buildings)  # type: ignore[arg-type]
        decided = decisions[(decisions["link"] == LINKS[kind]) & decisions["record_id"].isin(own.index)]
        known = rooms.index if target == "room" else buildings.index
        return apply_decisions(found, decided.set_index("record_id"), known)

    register = register_of(transaction, buildings, rooms, as_of)
    sited = find("room", rooms, "building_id", register)
    if sited is not None and len(sited.links):
        building_of = rooms["building_id"].where(
            ~rooms.index.isin(sited.links.index), sited.links["target"].reindex(rooms.index)
        )
        register = register_of(transaction, buildings, rooms.assign(building_id=building_of), as_of)
    found = {
        "household": find("household", households, "room_id", register),
        "room": sited,
        "incident": find("incident", incidents, None, register),
    }
    return Stated(found, register, strangers)


def register_of(transaction: Transaction, buildings: pd.DataFrame, rooms: pd.DataFrame, as_of: date) -> Register:
    """Return the register of addresses: buildings and rooms given, with the names of compounds and areas of a day."""
    areas = transaction.get("area", as_of=as_of, columns=["name", "level"])
    district = areas["name"][areas["level"] == "district"]
    return Register(
        buildings,
        rooms,
        compounds=pd.DataFrame(transaction.get("compound", as_of=as_of, columns=["name"])),
        aliases=read_old_names(),
        district=str(district.iloc[0]) if len(district) == 1 else "",
    )


def _strangers(stated: pd.DataFrame, known: dict[str, pd.Index]) -> pd.DataFrame:
    keys = {(kind, key) for kind, index in known.items() for key in index} if len(stated) else set()
    there = [pair in keys for pair in zip(stated["record_kind"], stated["record_id"], strict=True)]
    lost = stated[~pd.Series(there, index=stated.index, dtype=bool)].drop_duplicates(["record_kind", "record_id"])
    return pd.DataFrame(
        {
            "link": lost["record_kind"].map(LINKS).astype("str"),
            "record_id": lost["record_id"],
            "rank": 1,
            "candidate": pd.Series(pd.NA, index=lost.index, dtype="str"),
            "score": float("nan"),
            "reason": AddressDoubt.RECORD_UNKNOWN.value,
            "address": lost["address"],
        }
    ).reset_index(drop=True)


def review_report(stated: Stated) -> pd.DataFrame:
    """Return the review list for people: candidates with their addresses, reasons in words, room for a decision."""
    review = stated.review
    if stated.register is None or review.empty:
        return pd.DataFrame(columns=list(REPORT_COLUMNS))
    doubts = [AddressDoubt(reason) for reason in review["reason"]]
    report = review.rename(columns={"candidate": "target"}).assign(
        target_address=[stated.register.address_of(target) for target in review["candidate"].fillna("")],
        zh=[doubt.zh for doubt in doubts],
        en=[doubt.en for doubt in doubts],
        decision="",
    )
    return report[list(REPORT_COLUMNS)]


def complete_decisions(decisions: pd.DataFrame, transaction: Transaction, decided_by: str, as_of: date) -> pd.DataFrame:
    """Return decisions with their link and who made them.

    Raises
    ------
    InputError
        GS103 for a record neither for review nor decided, one whose link is not clear, or a target there is not.
    """
    columns = ["link", "record_id"]
    open_ = pd.concat([transaction.get_review(as_of)[columns], transaction.get_decisions(as_of)[columns]])
    link_of = open_.drop_duplicates().groupby("record_id")["link"].agg(list).to_dict()
    targets = {kind: set(transaction.get(kind, as_of=as_of, columns=[]).index) for kind in ("room", "building")}
    links = []
    for link, record, target in decisions[["link", "record_id", "target"]].itertuples(index=False, name=None):
        known = [one for one in link_of.get(record, []) if pd.isna(link) or one == link]
        if len(known) != 1:
            what = "no such record is for review" if not known else "the record is for review in several links"
            raise InputError(
                "GS103", what, where=f"decisions, record {record}",
                fix="take records from the review list (gridsys link --review FILE), with its column link",
            )  # fmt: skip
        kind = "room" if known[0] == "occupancy" else "building"
        if not pd.isna(target) and target not in targets[kind]:
            raise InputError(
                "GS103", f"there is no {kind} {target}", where=f"decisions, record {record}", fix="check the target"
            )
        links.append(known[0])
    return decisions.assign(link=pd.Series(links, index=decisions.index, dtype="str"), decided_by=decided_by)


def _with_addresses(records: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Return the records that came with an address; several addresses of one record stand together, for review."""
    address = stated.groupby("record_id")["address"].agg(lambda texts: "或".join(dict.fromkeys(texts)))
    own = records[records.index.isin(address.index)]
    return own.assign(address=address.reindex(own.index).astype("str"))
