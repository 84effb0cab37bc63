"""What can be done with a database, inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from pyproj import CRS

from gridsys.domain.progress import Progress, silent
from gridsys.domain.records import KINDS, RecordKind, Shape
from gridsys.domain.retention import RetentionRule
from gridsys.domain.rights import Actor
from gridsys.errors import InputError, StoreError
from gridsys.store import audit, links, plans, projection, retention, rowsecurity
from gridsys.store.backends import Backend
from gridsys.store.cases import Cases
from gridsys.store.codec import encode
from gridsys.store.items import Items
from gridsys.store.merge import PutCounts, bare, end, merge, note_change
from gridsys.store.reading import in_force, read
from gridsys.store.schema import LINKS, META, PAIRS

_DEFAULT_CRS: Final = "EPSG:4548"


class Transaction:
    """One transaction: what it writes is kept whole when its block ends, or not at all.

    Made by :meth:`gridsys.store.Store.begin`. Frames are those of docs/formats.md. ``as_of`` is a day: a version is in
    force on it when ``valid_from <= day < valid_to``; without a day, the open versions are meant (those with no end).
    """

    def __init__(self, connection: sa.Connection, backend: Backend) -> None:
        self._connection = connection
        self._backend = backend

    @property
    def crs(self) -> CRS:
        """The projected CRS the data were brought in (EPSG:4548 while there are none)."""
        kept = self._connection.scalar(sa.select(META.c.value).where(META.c.name == "crs"))
        return CRS(kept or _DEFAULT_CRS)

    @property
    def cases(self) -> Cases:
        """The logs of cases."""
        return Cases(self._connection, self._backend)

    @property
    def items(self) -> Items:
        """The records of items, and the catalog their tables are made from."""
        return Items(self._connection, self._backend)

    def put(self, kind: str, frame: pd.DataFrame, *, valid_from: date, progress: Progress = silent) -> PutCounts:
        """Write records: new ones open, changed ones continue in a new version, unchanged ones are not touched.

        Records that are not in the frame stay as they are; :meth:`close` ends them.

        Parameters
        ----------
        kind
            Name of a record kind (``gridsys.domain.records.KINDS``), not ``"grid"``: grids come by :meth:`put_plan`.
        frame
            Frame of that kind; a layer in a projected CGCS2000 zone. Coordinates are kept to the centimetre.
        valid_from
            First day of new versions. A version that began on the same day is replaced (a correction). A kind with a
            field of that name (``posting``) takes each row's own day.
        progress
            Told of rows written.

        Returns
        -------
        PutCounts

        Raises
        ------
        InputError
            GS102 to GS105 for a frame that is not of the kind.
        DatumError
            GS203 for a layer that is not in a projected CGCS2000 zone.
        StoreError
            GS503 when a change lies before the version in force, or the database refuses a value.

        Examples
        --------
        >>> from gridsys.store import open_store
        >>> keys = pd.Index(["h1"], name="household_id")
        >>> households = pd.DataFrame({"room_id": ["r1"], "kind": ["family"]}, index=keys)
        >>> with open_store("sqlite://") as store:
        ...     store.upgrade()
        ...     with store.begin() as transaction:
        ...         first = transaction.put("household", households, valid_from=date(2026, 1, 1))
        ...         second = transaction.put("household", households.assign(room_id="r2"), valid_from=date(2026, 3, 1))
        ...         before = transaction.get("household", as_of=date(2026, 2, 28))
        >>> first.inserted, second.changed, before["room_id"].tolist()
        (1, 1, ['r1'])
        """
        record_kind = self._kind(kind)
        if kind == "grid":
            raise InputError("GS103", "grids are put in force by a plan", where="grid", fix="use Transaction.put_plan")
        encoded = encode(frame, record_kind, valid_from=valid_from)
        self._keep_crs(frame, record_kind)
        return merge(self._connection, self._backend, PAIRS[kind], encoded, day=valid_from, progress=progress)

    def hold(self, kind: str) -> None:
        """Make other writers of a kind wait until this transaction ends: what is read from now on stays so.

        Raises
        ------
        InputError
            GS103 for an unknown kind.
        """
        self._backend.lock(self._connection, self._kind(kind).name)

    def close(self, kind: str, ids: Sequence[str], *, valid_to: date) -> PutCounts:
        """End records on a day (a death, a demolition); a version that began that day is removed.

        Raises
        ------
        InputError
            GS103 for an unknown kind.
        StoreError
            GS503 when a version begins later, GS504 when an id has no open version.
        """
        self._kind(kind)
        pair = PAIRS[kind]
        key = bare(pair.open).c[pair.kind.key]
        known = set(self._connection.execute(sa.select(key).where(key.in_(list(ids)))).scalars())
        unknown = [value for value in ids if value not in known]
        if unknown:
            raise StoreError(
                "GS504", "there is no open record", where=f"{kind} {unknown[0]}", fix="check the identifier"
            )
        return end(self._connection, self._backend, pair, key.in_(list(ids)), day=valid_to)

    def get(
        self,
        kind: str,
        *,
        as_of: date | None = None,
        area: str | None = None,
        columns: Sequence[str] | None = None,
        crs: CRS | str | None = None,
        where: Mapping[str, Sequence[str]] | None = None,
    ) -> pd.DataFrame | gpd.GeoDataFrame:
        """Return records in force, sorted by key.

        Parameters
        ----------
        kind
            Name of a record kind.
        as_of
            The day.
        area
            Code of an area (6, 9, 12 or 15 digits). Areas, grids and postings lie in it by code; buildings, rooms,
            households, persons and what hangs on them by their links (a person's registration where the person lives);
            other layers where they touch the area's polygon, an organisation without a room among them.
        columns
            Columns wanted besides the key, ``"geometry"`` among them if wanted; all when None.
        crs
            CRS of a layer; the one the data were brought in when None.
        where
            Column → values: only records that hold one of them (the key is a column too).

        Raises
        ------
        InputError
            GS102 for an unknown column, GS103 for an unknown kind, GS106 for a malformed area code.
        """
        return read(
            self._connection,
            self._backend,
            self._kind(kind),
            as_of=as_of,
            area=area,
            columns=columns,
            crs=self.crs if crs is None else CRS(crs),
            where=where,
        )

    def history(self, kind: str, record_id: str) -> pd.DataFrame:
        """Return all versions of a record, oldest first: its fields, ``valid_from`` and ``valid_to`` (missing: open).

        Geometry is left out. Links are kinds too (``"residence"``, ``"occupancy"``, ``"placement"``).

        Raises
        ------
        InputError
            GS103 for an unknown kind.
        """
        record_kind = LINKS[kind] if kind in LINKS else self._kind(kind)
        pair = PAIRS[kind]
        names = [name for name in dict.fromkeys([*record_kind.columns, "valid_from"]) if name != "geometry"]
        opened, closed = bare(pair.open), bare(pair.closed)
        parts = [
            sa.select(*(table.c[name] for name in names), end_day).where(table.c[pair.kind.key] == record_id)
            for table, end_day in ((closed, closed.c.valid_to), (opened, sa.null()))
        ]
        rows = [row for part in parts for row in self._connection.execute(part.order_by("valid_from"))]
        frame = pd.DataFrame([tuple(row) for row in rows], columns=[*names, "valid_to"]).set_index(pair.kind.key)
        return frame.assign(
            valid_from=pd.to_datetime(frame["valid_from"]).astype("datetime64[us]"),
            valid_to=pd.to_datetime(frame["valid_to"]).astype("datetime64[us]"),
        )

    def put_plan(
        self,
        name: str,
        grids: gpd.GeoDataFrame,
        *,
        valid_from: date,
        parameters: Mapping[str, Any],
        scope: Sequence[str] | None = None,
        progress: Progress = silent,
    ) -> int:
        """Put a division plan in force and return its number.

        Grids in force in the plan's areas that it does not hold end on the day. A code never names two grids: it stays
        with a grid whose limits are adjusted while most of its ground stays (ADR 0072); a plan that begins on the same
        day as the one before corrects it. Putting the plan in force again changes nothing and returns the same number.

        Parameters
        ----------
        name
            For people.
        grids
            Frame of kind ``grid``.
        valid_from
            First day in force.
        parameters
            How the plan was made; kept as JSON.
        scope
            Codes of the areas whose grids the plan replaces; those of its grids (``area_code``) when None.
        progress
            Told of rows written.

        Raises
        ------
        InputError
            GS102 to GS105 for a frame that is not of the kind, GS106 for a grid code outside its area.
        DatumError
            GS203.
        StoreError
            GS503 for a code that already names another grid, or a day before the plan in force.
        """
        self._keep_crs(grids, KINDS["grid"])
        return plans.put_plan(
            self._connection,
            self._backend,
            name,
            grids,
            valid_from=valid_from,
            parameters=parameters,
            scope=scope,
            progress=progress,
        )

    def get_grids(self, as_of: date | None = None, *, crs: CRS | str | None = None) -> gpd.GeoDataFrame:
        """Return the grids in force (frame of kind ``grid``).

        Raises
        ------
        StoreError
            GS504 when no plan is in force.
        """
        frame = self.get("grid", as_of=as_of, crs=crs)
        if frame.empty:
            day = f"on {as_of}" if as_of is not None else "now"
            raise StoreError("GS504", f"no division plan is in force {day}", fix="divide first, or give another day")
        return frame

    def plans(self, area: str | None = None) -> pd.DataFrame:
        """Return the plans, oldest first, keyed by ``plan_id``; those that opened grids in an area when one is given.

        Columns ``name``, ``valid_from`` (date), ``grids`` (grids in the plan), ``in_force`` (grids it opened that are
        open) and ``parameters`` (JSON text).
        """
        return plans.plans(self._connection, area)

    def put_succession(self, plan_id: int, succession: pd.DataFrame) -> None:
        """Keep which grid continues which under a plan (columns of :func:`gridsys.spatial.lineage.lineage`)."""
        plans.put_succession(self._connection, plan_id, succession)

    def get_succession(self, plan_id: int) -> pd.DataFrame:
        """Return which grid continues which under a plan; no rows for a first plan."""
        return plans.get_succession(self._connection, plan_id)

    def closed_codes(self) -> pd.DataFrame:
        """Return the grids that ended for good, whose codes are never given again.

        Index ``grid_code``; ``area_code`` and ``valid_to``.
        """
        return plans.closed_codes(self._connection)

    def last_sequences(self) -> pd.Series:
        """Return the highest grid sequence ever used by community code (12 digits); new grids are numbered after it."""
        return plans.last_sequences(self._connection)

    def put_links(
        self, links_by_name: Mapping[str, pd.DataFrame], *, valid_from: date, progress: Progress = silent
    ) -> dict[str, PutCounts]:
        """Make frames the whole state of their links from a day on; a link that is not among the rows ends.

        Parameters
        ----------
        links_by_name
            ``residence`` (index ``person_id``, column ``household_id``), ``occupancy`` (``household_id`` →
            ``room_id``), ``placement`` (``building_id`` → ``grid_code``), any of them; each with ``method`` and
            ``confidence`` (0–1).
        valid_from
            The day.
        progress
            Told of rows written.

        Raises
        ------
        InputError
            GS102 to GS104.
        StoreError
            GS503 when a change lies before a link in force.
        """
        return links.put_links(self._connection, self._backend, links_by_name, valid_from=valid_from, progress=progress)

    def amend_links(self, link: str, frame: pd.DataFrame, *, ended: Sequence[str] = (), valid_from: date) -> PutCounts:
        """Write some links of a table and end those of some records; the others stay as they are.

        Parameters
        ----------
        link
            As :meth:`put_links` names them.
        frame
            The links that are new or changed.
        ended
            Records whose link ends on the day.
        valid_from
            The day.

        Raises
        ------
        InputError
            GS102 to GS104.
        StoreError
            GS503 when a change lies before a link in force.
        """
        return links.amend_links(self._connection, self._backend, link, frame, ended=ended, valid_from=valid_from)

    def get_links(
        self, link: str, as_of: date | None = None, *, where: Mapping[str, Sequence[str]] | None = None
    ) -> pd.DataFrame:
        """Return a link table in force: index the record linked, its target, ``method``, ``confidence``.

        ``where`` (column → values) keeps the links that hold one of the values; the key is a column too.

        Raises
        ------
        InputError
            GS103 for an unknown link.
        """
        links.require_link(link)
        return read(
            self._connection,
            self._backend,
            LINKS[link],
            as_of=as_of,
            area=None,
            columns=None,
            crs=CRS(_DEFAULT_CRS),
            where=where,
        )

    def put_failures(self, failures: pd.DataFrame, *, valid_from: date, progress: Progress = silent) -> PutCounts:
        """Make a frame the whole state of what fails to link from a day on.

        Parameters
        ----------
        failures
            Columns ``link``, ``table``, ``id``, ``reason``, ``claim`` (``linking.FAILURE_COLUMNS``); a record fails a
            link once.
        valid_from
            The day.
        progress
            Told of rows written.

        Raises
        ------
        InputError
            GS102 to GS104.
        """
        return links.put_failures(self._connection, self._backend, failures, valid_from=valid_from, progress=progress)

    def get_failures(self, as_of: date | None = None) -> pd.DataFrame:
        """Return what fails to link: ``link``, ``table``, ``id``, ``reason``, ``claim``."""
        return links.get_failures(self._connection, self._backend, as_of=as_of)

    def put_review(self, review: pd.DataFrame, *, valid_from: date, progress: Progress = silent) -> PutCounts:
        """Make a frame the whole list of what is for review from a day on.

        Parameters
        ----------
        review
            Columns ``link``, ``record_id``, ``rank`` (from 1), ``candidate``, ``score``, ``reason``, ``address``.
        valid_from
            The day.
        progress
            Told of rows written.

        Raises
        ------
        InputError
            GS102 to GS104.
        """
        return links.put_review(self._connection, self._backend, review, valid_from=valid_from, progress=progress)

    def get_review(self, as_of: date | None = None) -> pd.DataFrame:
        """Return what is for review, with the columns of :meth:`put_review`."""
        return links.get_state(self._connection, self._backend, "review", as_of=as_of)

    def put_decisions(self, decisions: pd.DataFrame, *, valid_from: date, progress: Progress = silent) -> PutCounts:
        """Add what reviewers decided; a later decision for a record takes the place of the one before.

        Parameters
        ----------
        decisions
            Columns ``link``, ``record_id``, ``target``, ``decision`` (``accept`` or ``reject``), ``decided_by``.
        valid_from
            The day.
        progress
            Told of rows written.

        Raises
        ------
        InputError
            GS102 to GS104.
        StoreError
            GS503 when a decision lies before one in force.
        """
        return links.put_decisions(self._connection, self._backend, decisions, valid_from=valid_from, progress=progress)

    def get_decisions(self, as_of: date | None = None) -> pd.DataFrame:
        """Return what reviewers decided, with the columns of :meth:`put_decisions`."""
        return links.get_state(self._connection, self._backend, "decisions", as_of=as_of)

    def chain(self, person_id: str, as_of: date | None = None) -> dict[str, str | None]:
        """Return a person's chain: ``person_id``, ``household_id``, ``room_id``, ``building_id``, ``grid_code``.

        From the first link that does not hold on, the values are None.

        Raises
        ------
        StoreError
            GS504 when there is no such person on the day.
        """
        return links.chain(self._connection, person_id, as_of=as_of)

    def homes(self, person_id: str, as_of: date | None = None) -> pd.DataFrame:
        """Return where a person lives, is registered (人户分离), and also stays: one row each.

        Columns ``role`` (``residence``, ``registered``, ``other``), ``household_id`` or ``registered_id``, ``relation``
        to its head, ``region`` (where registered), ``room_id``, ``building_id``, ``grid_code``; missing from the first
        link that does not hold on.

        Raises
        ------
        StoreError
            GS504 when there is no such person on the day.
        """
        return links.homes(self._connection, person_id, as_of=as_of)

    def people(self, as_of: date, *, keep: bool = True) -> projection.People:
        """Return the persons in force on a day as arrays: grid, birth, sex; joined once, then kept while they hold.

        Parameters
        ----------
        as_of
            The day.
        keep
            Keep what had to be joined; False in a transaction that only reads.
        """
        return projection.people(self._connection, self._backend, as_of, keep=keep)

    def count(self, kind: str, as_of: date | None = None) -> int:
        """Return how many records of a kind are in force.

        Raises
        ------
        InputError
            GS103 for an unknown kind.
        """
        key = self._kind(kind).key
        source = in_force(PAIRS[kind], as_of, [key])
        return self._connection.scalar(sa.select(sa.func.count()).select_from(source)) or 0

    def ended(self, rule: RetentionRule, day: date) -> pd.DataFrame:
        """Return the records whose term is over on a day: index the key, ``versions``, ``last_day``."""
        return retention.ended(self._connection, rule, day)

    def dispose(self, rule: RetentionRule, day: date) -> int:
        """Anonymise or delete the records whose term is over on a day, leave a tombstone each, and return how many.

        What is in force is never touched, nor a record that has an open version.
        """
        count = retention.dispose(self._connection, self._backend, rule, day)
        if count:
            note_change(self._connection, rule.kind)
            projection.forget(self._connection)
        return count

    def tombstones(self) -> pd.DataFrame:
        """Return what was disposed of: index ``record_key`` (random); nothing in it leads back to a person.

        Columns ``kind``, ``action``, ``disposed_on``, ``last_day``, ``versions``.
        """
        return retention.tombstones(self._connection)

    def grant(self, login: str, actor: Actor) -> None:
        """Let a login of the server read by itself what a role in an area may; the database sees to it.

        What the login could read before is forgotten. It reads counts and places by the role's ``read``, households
        and persons by ``read-person`` (identity numbers never), cases by ``handle``, each within the area by the links
        in force; it writes nothing.

        Raises
        ------
        StoreError
            GS504 when the server has no such login, GS506 when the database is not PostgreSQL or the login is one that
            row security does not bind.
        """
        rowsecurity.grant(self._connection, self._backend, login, actor)

    def revoke(self, login: str) -> None:
        """Take from a login all it may read here.

        Raises
        ------
        StoreError
            GS504 when the server has no such login or nothing was granted, GS506 as :meth:`grant`.
        """
        if not rowsecurity.revoke(self._connection, self._backend, login):
            raise StoreError("GS504", "nothing was granted to this login", where=login, fix="see `gridsys db logins`")

    def logins(self) -> pd.DataFrame:
        """Return the logins that may read by themselves: index ``login``, ``role``, ``area``."""
        return rowsecurity.logins(self._connection)

    def record(
        self, actor_name: str, actor_role: str, action: str, area: str, detail: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Append an entry to the audit chain and return it.

        Raises
        ------
        StoreError
            GS503 when the detail cannot be written as JSON.
        """
        return audit.append(
            self._connection,
            self._backend,
            actor=actor_name,
            role=actor_role,
            action=action,
            area=area,
            detail=detail,
        )

    def audit_log(self) -> pd.DataFrame:
        """Return the audit chain, oldest first, keyed by ``entry_id``; ``at`` is a moment, ``detail`` JSON text."""
        return audit.entries(self._connection)

    def verify_audit(self) -> audit.AuditCheck:
        """Recompute the audit chain and tell whether it is whole."""
        return audit.verify(self._connection)

    def _kind(self, name: str) -> RecordKind:
        if name not in KINDS:
            raise InputError(
                "GS103", f"{name!r} is not a record kind", where="kind", fix=f"kinds are: {', '.join(KINDS)}"
            )
        return KINDS[name]

    def _keep_crs(self, frame: pd.DataFrame, kind: RecordKind) -> None:
        """Keep the CRS of the first layer as the data's own."""
        if kind.shape is Shape.NONE or not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
            return
        if self._connection.scalar(sa.select(META.c.value).where(META.c.name == "crs")) is None:
            self._connection.execute(sa.insert(META).values(name="crs", value=CRS(frame.crs).to_string()))
