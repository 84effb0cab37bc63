"""The items of the base database: bring their tables to a catalog, and read their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from gridsys.domain.areacode import AreaLevel, is_within, level_of
from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_records import item_kind, item_named
from gridsys.domain.records import Field
from gridsys.domain.rights import RIGHTS, Action, Actor, require
from gridsys.errors import AccessError, InputError
from gridsys.store import Migration, Store


@dataclass(frozen=True)
class ItemReading:
    """Records of an item, and the columns that were left out because the reader may not see them."""

    frame: pd.DataFrame
    masked: tuple[str, ...]


def apply_catalog(actor: Actor, store: Store, catalog: Catalog, *, dry_run: bool = False) -> Migration:
    """Bring the tables of items to a catalog, in one transaction; or only tell what that would do.

    Parameters
    ----------
    actor
        Who asks; needs ``administer`` for a whole district.
    store
        An open database.
    catalog
        The catalog (``open_catalog``), with a district's overlay or without.
    dry_run
        Plan only; the plan's ``problems`` say why it would be refused.

    Returns
    -------
    Migration
        The steps, and the versions before and after.

    Raises
    ------
    AccessError
        GS401, GS402.
    InputError
        GS108; GS110 naming every column whose values the change would lose or break.
    StoreError
        GS501 to GS503.
    """
    require(actor, Action.ADMINISTER, actor.area_code)
    if level_of(actor.area_code) is not AreaLevel.DISTRICT:
        raise AccessError("GS402", f"{actor.name} acts for {actor.area_code}; a catalog is a whole district's",
                          fix="ask the district administrator")  # fmt: skip
    with store.begin(read_only=dry_run) as transaction:
        if dry_run:
            return transaction.items.plan(catalog)
        done = transaction.items.apply(catalog)
        if done.steps or done.before != done.after:
            actions = [step.action for step in done.steps]
            details: dict[str, object] = {"catalog": done.after, "before": done.before}
            details |= {action: actions.count(action) for action in sorted(set(actions))}
            transaction.record(actor.name, actor.role, Action.ADMINISTER, actor.area_code, details)
    return done


def read_items(
    actor: Actor,
    store: Store,
    item: str,
    *,
    as_of: date | None = None,
    area: str | None = None,
    unmask: Sequence[str] = (),
    purpose: str = "",
) -> ItemReading:
    """Return the records of an item in force that lie in the actor's area, without what the actor may not see.

    Public and internal columns need ``read``; personal ones ``read-person`` too; sensitive ones are left out unless
    they are named, by somebody who may read persons, with a purpose. What is read of persons goes into the audit chain.

    Parameters
    ----------
    actor
        Who asks.
    store
        An open database.
    item
        Code, Chinese or English name of an item of the catalog in force.
    as_of
        The day; now when None.
    area
        Code of an area within the actor's; the actor's own when None. Records that name no grid are shown to
        the district that has all grids.
    unmask
        Sensitive columns wanted.
    purpose
        What they are needed for.

    Returns
    -------
    ItemReading

    Raises
    ------
    AccessError
        GS401, GS402; GS404 for sensitive columns without a purpose.
    InputError
        GS106, GS109.
    StoreError
        GS504 before a catalog is applied.
    """
    wanted = area or actor.area_code
    require(actor, Action.READ, wanted)
    if unmask:
        require(actor, Action.READ_PERSON, wanted)
    if unmask and not purpose.strip():
        raise AccessError("GS404", "sensitive columns are not shown without a purpose", where=", ".join(unmask),
                          fix="say what they are needed for")  # fmt: skip
    with store.begin() as transaction:
        catalog = transaction.items.catalog
        found = item_named(catalog, item)
        kind = item_kind(catalog, found)
        seen = [field.name for field in kind.fields if field.name == kind.key or _may_see(actor, field, unmask)]
        masked = tuple(name for name in kind.columns if name not in seen)
        unknown = sorted(set(unmask) - set(kind.columns))
        if unknown:
            raise InputError("GS102", f"there is no column {unknown[0]!r}", where=kind.name,
                             fix=f"columns are: {', '.join(kind.columns)}")  # fmt: skip
        grids = transaction.get("grid", as_of=as_of, columns=["area_code"]).index
        whole = level_of(wanted) is AreaLevel.DISTRICT and all(is_within(code, wanted) for code in grids)
        frame = transaction.items.get(found.code, as_of=as_of, area=wanted, unplaced=whole, columns=seen)
        guarded = [name for name in seen if kind.field(name).sensitivity in {"personal", "sensitive"}]
        if guarded:
            details = {"item": found.code, "rows": len(frame), "columns": guarded, "purpose": purpose}
            transaction.record(actor.name, actor.role, Action.READ_PERSON, wanted, details)
    return ItemReading(frame, masked)


def _may_see(actor: Actor, field: Field, unmask: Sequence[str]) -> bool:
    match field.sensitivity:
        case "public" | "internal":
            return True
        case "personal":
            return Action.READ_PERSON in RIGHTS[actor.role]
        case "sensitive":
            return field.name in unmask
