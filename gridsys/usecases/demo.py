"""The demo: a synthetic city from nothing to grids, links, a map and GIS files, each step checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from time import perf_counter
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from gridsys.domain.areacode import AreaLevel, level_of
from gridsys.domain.progress import Progress, silent
from gridsys.domain.records import FORCES, GRID, KINDS
from gridsys.domain.rights import Actor, Role
from gridsys.domain.worktime_calendar import BEIJING
from gridsys.errors import InputError, StoreError
from gridsys.files import WriteReport, write_json, write_layers, write_records
from gridsys.render import outside_requests
from gridsys.sample import REFERENCE_DATE, City, make_items, make_postings
from gridsys.spatial.division import Count, Plan, prove
from gridsys.store import Store, open_store
from gridsys.usecases.casemap import publish_case_map
from gridsys.usecases.catalog import open_catalog
from gridsys.usecases.checks import Check
from gridsys.usecases.divide import DivisionInputs, divide_areas, enact_plan
from gridsys.usecases.imports import import_records
from gridsys.usecases.items import apply_catalog, read_items
from gridsys.usecases.link import LinkReport, link_records
from gridsys.usecases.publish import MapReport, publish_map
from gridsys.usecases.quality import QualityReport, check_quality, map_findings
from gridsys.usecases.report import report_division
from gridsys.usecases.sample import sample_city
from gridsys.usecases.year import simulate_cases

Scale = Literal["street", "district"]
DISTRICT: Final = "110101"
MARK: Final = "gridsys-demo.txt"
"""File by which a demo knows a folder it wrote itself."""
# Dongcheng drew 589 grids in 17 streets; one street of the demo gets the same share of them.
GRIDS: Final[dict[Scale, int]] = {"street": round(589 / 17), "district": 589}
LOADED: Final = (
    "road", "barrier", "surface", "compound", "building", "room", "household", "person", "registered_household",
    "registration", "other_residence", "confirmation", "organisation", "component", "incident",
)  # fmt: skip
CASES: Final[dict[Scale, int]] = {"street": round(100_000 / 17 / 12), "district": round(100_000 / 12)}
"""Cases of a month, when a district has 100,000 a year."""
CASE_DAYS: Final = 30
_STAGE_ZH: Final = {
    "city": "合成城市 city",
    "divide": "划分网格 divide",
    "load": "入库 load",
    "link": "关联 link",
    "cases": "办案 cases",
    "check": "质检 check",
    "files": "导出 export",
    "map": "上图 map",
}

_PROOF_ZH: Final = {
    "grids-valid": "图形有效",
    "single-pieces": "每格一块",
    "coverage-valid": "边边相接",
    "no-overlap": "无重叠",
    "no-gap": "无缝隙",
    "nested": "不越区界",
    "codes-nested": "编码归属唯一",
    "no-building-cut": "不切楼栋",
    "no-compound-cut": "不切小区院落",
}


@dataclass
class DemoReport:
    """What the demo made and whether every check held."""

    scale: Scale
    seed: int
    out: Path
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    balance: pd.DataFrame = field(default_factory=pd.DataFrame)
    exceptions: pd.DataFrame = field(default_factory=pd.DataFrame)
    rates: pd.DataFrame = field(default_factory=pd.DataFrame)
    reasons: pd.DataFrame = field(default_factory=pd.DataFrame)
    map_bytes: int = 0
    checks: list[Check] = field(default_factory=list)


class _Clock:
    """Seconds of each stage, told to the progress call as well."""

    def __init__(self, report: DemoReport, progress: Progress) -> None:
        self._report, self._progress, self._start = report, progress, perf_counter()

    def within(self, stage: str) -> Progress:
        """Return a progress call whose steps count towards one stage of the demo."""
        return lambda _, done, total: self._progress(_STAGE_ZH[stage], done, total)

    def done(self, stage: str, steps: int = 1) -> None:
        now = perf_counter()
        self._report.seconds[stage] = round(now - self._start, 2)
        self._start = now
        self._progress(_STAGE_ZH[stage], steps, steps)


def run_demo(
    out: Path, *, scale: Scale = "street", seed: int = 7, database: str | None = None, progress: Progress = silent
) -> DemoReport:
    """Make a synthetic city and take it through every step of the main job.

    Parameters
    ----------
    out
        Folder to write: ``index.html``, ``cases.html``, ``division.html``, ``grids.zip`` (shapefile),
        ``grids.gpkg``, ``city.gpkg``,
        ``rooms.csv``, ``households.csv``, ``persons.csv``, ``gridsys.db``, ``report.json``. Files of an
        earlier demo there are replaced; any other folder that is not empty is refused.
    scale
        ``"street"`` (about 12 communities, 13,000 persons) or ``"district"`` (205 communities, 0.9 million persons).
    seed
        Same seed, same city and same grids.
    database
        SQLAlchemy URL of an empty database; an SQLite file in ``out`` when None.

    Returns
    -------
    DemoReport
        Its ``checks`` tell whether the run may be called good.

    Raises
    ------
    InputError
        GS101 for a folder that holds other files.
    StoreError
        GS503 for a database that holds records.
    GridsysError
        Any error of a step.
    """
    _require_own_folder(out)
    if database is not None:
        _require_empty(database)
    report = DemoReport(scale, seed, out)
    clock = _Clock(report, progress)
    actor = Actor("demo", Role.DISTRICT_ADMINISTRATOR, DISTRICT)

    city = sample_city(scale, seed=seed, progress=clock.within("city"))
    clock.done("city")
    inputs = DivisionInputs(city.communities, city.roads, city.barriers, city.compounds, city.buildings)
    plan = divide_areas(
        actor,
        inputs,
        rule=Count(GRIDS[scale]),
        seed=seed,
        progress=clock.within("divide"),
    )
    report.balance, report.exceptions = plan.balance, plan.exceptions
    report_division(actor, plan, inputs, out / "division.html")
    report.checks += _division_checks(plan, city)
    clock.done("divide")

    file = out / "gridsys.db"
    if database is None:
        file.unlink(missing_ok=True)
    with open_store(database or f"sqlite:///{file}") as store:
        store.upgrade()
        _load_city(actor, store, city, plan, seed=seed, report=report, progress=clock.within("load"))
        clock.done("load")
        linked = link_records(actor, store, as_of=REFERENCE_DATE)
        report.reasons = linked.reasons
        report.checks += _link_checks(linked, city)
        report.checks.append(_import_items(actor, store, city, seed=seed))
        clock.done("link")
        quality = check_quality(actor, store, as_of=REFERENCE_DATE)
        report.checks.append(_quality_check(quality, city, plan, seed=seed))
        map_findings(actor, quality, out / "quality.html", as_of=REFERENCE_DATE)
        clock.done("check")
        report.checks += _case_checks(actor, store, report, clock.within("cases"))
        clock.done("cases")
        page = publish_map(
            actor, store, out / "index.html", as_of=REFERENCE_DATE,
            title=("东城区网格地图（合成数据）", "Grid map of Dongcheng (synthetic data)"),
        )  # fmt: skip
        report.rates, report.map_bytes = pd.concat([linked.rates, page.rate]), page.size
        report.checks += _map_checks(page, plan, city)
        clock.done("map")
    report.checks += _write_files(out, plan, city)
    clock.done("files")
    write_json(out / "report.json", report)
    return report


def _require_own_folder(out: Path) -> None:
    """Make the folder; refuse one that holds anything but an earlier demo, which would be overwritten."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = any(out.iterdir())
    except OSError as error:
        raise InputError(
            "GS101", "the folder cannot be made or read", where=str(out), why=str(error), fix="name another with --out"
        ) from error
    if held and not (out / MARK).exists():
        raise InputError(
            "GS101",
            "the folder holds files that no demo wrote, and a demo would overwrite some",
            where=str(out),
            fix="name a new or empty folder with --out",
        )
    (out / MARK).write_text("This folder was written by `gridsys demo`, which replaces its files.\n", encoding="utf-8")


def _require_empty(database: str) -> None:
    with open_store(database) as store:
        store.upgrade()
        with store.begin() as transaction:
            filled = [kind for kind in (*LOADED, "area", "grid", "posting") if transaction.count(kind)]
            where = store.address
    if filled:
        raise StoreError(
            "GS503",
            f"the database already holds records ({', '.join(filled)}); nothing was changed",
            where=where,
            fix="give the demo an empty database",
        )


def _load_city(
    actor: Actor, store: Store, city: City, plan: Plan, *, seed: int, report: DemoReport, progress: Progress
) -> None:
    start = date(REFERENCE_DATE.year, 1, 1)
    areas = gpd.GeoDataFrame(pd.concat([city.district, city.streets, city.communities]), crs=city.communities.crs)
    enact_plan(actor, store, plan, name="demo", valid_from=start)
    frames = {"area": areas} | {kind: getattr(city, _plural(kind)) for kind in LOADED}
    postings = make_postings(plan.grids, seed=seed)
    frames["posting"] = postings.drop([f"{code}-{force}" for code, force in _open_posts(plan, seed=seed)])
    for step, (kind, frame) in enumerate(frames.items(), start=1):
        report.counts[kind] = import_records(actor, store, kind, frame, valid_from=start).inserted
        progress(kind, step, len(frames))
    report.counts["grid"] = len(plan.grids)
    with store.begin() as transaction:
        kept = {kind: len(transaction.get(kind, as_of=REFERENCE_DATE)) for kind in frames}
    wanted = {kind: len(frame) for kind, frame in frames.items()}
    total = sum(kept.values())
    report.checks.append(Check("database holds every record", "入库完整", kept == wanted, f"{total:,} records"))


def _import_items(actor: Actor, store: Store, city: City, *, seed: int) -> Check:
    """Make the tables of the catalog, fill some of each category, and read them back as a reader would."""
    catalog = open_catalog()
    apply_catalog(actor, store, catalog)
    with store.begin() as transaction:
        grid_of = transaction.get_links("placement", as_of=REFERENCE_DATE)["grid_code"]
    made = make_items(catalog, city, grid_of, seed=seed)
    start = date(REFERENCE_DATE.year, 1, 1)
    kept = {}
    for code, frame in made.items():
        import_records(actor, store, code, frame, valid_from=start)
        kept[code] = len(read_items(actor, store, code, as_of=REFERENCE_DATE).frame)
    whole = kept == {code: len(frame) for code, frame in made.items()}
    detail = f"{sum(kept.values()):,} records of {len(kept)} items in {len({code[0] for code in kept})} categories"
    return Check("items of every category are read back", "信息项入库", whole, detail)


def _open_posts(plan: Plan, *, seed: int) -> list[tuple[str, str]]:
    """Return the posts the demo leaves open, so that the check of the seven forces has something to find."""
    codes, forces = list(plan.grids.index), list(FORCES)
    return sorted({(codes[(seed + 13 * n) % len(codes)], forces[(seed + n) % len(forces)]) for n in range(3)})


def _plural(kind: str) -> str:
    return f"{kind}s"


def _division_checks(plan: Plan, city: City) -> list[Check]:
    proof = prove(plan.grids, city.communities, city.buildings, city.compounds)
    checks = [
        Check(statement, _PROOF_ZH[str(name)], bool(passed), f"{faults} faults")
        for name, passed, faults, statement in zip(
            proof.index, proof["passed"], proof["faults"], proof["statement"], strict=True
        )
    ]
    well_formed = all(level_of(code) is AreaLevel.GRID for code in plan.grids.index)
    checks.append(Check("grid codes have 15 digits", "网格编码", well_formed, f"{len(plan.grids)} codes"))
    balance = plan.balance
    within = float((balance["within_10"] * balance["grids"]).sum() / balance["grids"].sum())
    outside, proved = round((1 - within) * len(plan.grids)), int(plan.exceptions["proved"].sum())
    figures = f"{within:.1%} of grids within ±10 %; {outside} outside, {proved} of them proved to be forced"
    listed = len(plan.exceptions) == outside and bool(plan.exceptions["reason"].astype(bool).all())
    checks.append(Check("every grid out of balance is listed with its reason", "户数均衡", listed, figures))
    return checks


def _link_checks(linked: LinkReport, city: City) -> list[Check]:
    columns = ["table", "id", "reason"]
    found = set(linked.failures[columns].itertuples(index=False, name=None))
    planted = set(city.planted[columns].itertuples(index=False, name=None))
    detail = f"{len(found & planted)} of {len(planted)} found, {len(found - planted)} false"
    return [Check("planted failures found, and no other", "植入问题全部检出", found == planted, detail)]


def _case_checks(actor: Actor, store: Store, report: DemoReport, progress: Progress) -> list[Check]:
    """Live through the month before the reference date and check what is kept against the logs."""
    until = datetime.combine(REFERENCE_DATE, time(), BEIJING)
    count, seed = CASES[report.scale], report.seed
    lived = simulate_cases(actor, store, until=until, days=CASE_DAYS, count=count, seed=seed, progress=progress)
    report.counts["case"] = lived.cases
    with store.begin() as transaction:
        heads, stale = transaction.cases.heads(), transaction.cases.stale_heads()
    whole = not stale and (len(heads), int(heads["seq"].sum())) == (lived.cases, lived.events)
    detail = f"{lived.cases:,} cases, {lived.events:,} events, {lived.open:,} open"
    publish_case_map(actor, store, report.out / "cases.html", as_of=until)
    return [Check("every case is what its log says", "案件与日志一致", whole, detail)]


def _quality_check(quality: QualityReport, city: City, plan: Plan, *, seed: int) -> Check:
    """Every planted finding is found, and no other: those of the city, the stale grids, the posts left open."""
    planted = set(city.planted_findings.itertuples(index=False, name=None))
    stale = plan.grids.index[plan.grids["area_code"] == city.stale_community]
    planted |= {("freshness.grid", code) for code in stale}
    planted |= {("forces.seven", f"{code}/{force}") for code, force in _open_posts(plan, seed=seed)}
    found = set(quality.findings[["check", "id"]].itertuples(index=False, name=None))
    detail = f"{len(found & planted)} of {len(planted)} found, {len(found - planted)} false"
    return Check("planted faults of the data found, and no other", "数据质量问题全部检出", found == planted, detail)


def _map_checks(page: MapReport, plan: Plan, city: City) -> list[Check]:
    drawn = set(page.grids_drawn) == set(plan.grids.index)
    text = page.path.read_text(encoding="utf-8")
    outside = outside_requests(text)
    locked = "default-src 'none'" in text
    return [
        Check("map holds every grid", "网格全部上图", drawn, f"{len(page.grids_drawn)} grids read back from the page"),
        Check(
            "map holds every incident",
            "事件全部上图",
            page.incidents == len(city.incidents),
            f"{page.incidents:,} incidents",
        ),
        Check(
            "map asks nothing of the network",
            "地图离线",
            locked and not outside,
            f"{page.size / 1e6:.2f} MB in one file",
        ),
    ]


def _written(name: str, zh: str, report: WriteReport) -> Check:
    return Check(name, zh, report.rows > 0, f"{report.rows:,} rows, {report.cells_compared:,} cells equal")


def _write_files(out: Path, plan: Plan, city: City) -> list[Check]:
    # A writer raises unless the file read back equals the table; reaching its report is the proof.
    shapefile = write_records(plan.grids, GRID, out / "grids.zip")
    package = write_records(plan.grids, GRID, out / "grids.gpkg")
    layers = {"streets": city.streets, "communities": city.communities}
    layers |= {f"{kind}s": getattr(city, f"{kind}s") for kind in ("road", "barrier", "surface", "compound", "building")}
    whole = write_layers(layers, out / "city.gpkg")
    tables = [
        write_records(getattr(city, f"{kind}s"), KINDS[kind], out / f"{kind}s.csv")
        for kind in ("room", "household", "person")
    ]
    rows, cells = sum(table.rows for table in tables), sum(table.cells_compared for table in tables)
    read_back = Check(
        "rooms.csv, households.csv, persons.csv read back equal", "人户房表回读一致", rows > 0,
        f"{rows:,} rows, {cells:,} cells equal",
    )  # fmt: skip
    return [
        read_back,
        _written("grids.zip (shapefile) reads back equal", "shapefile 回读一致", shapefile),
        _written("grids.gpkg reads back equal", "GeoPackage 回读一致", package),
        _written("city.gpkg reads back equal", "底图回读一致", whole),
    ]
