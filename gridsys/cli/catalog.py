"""``gridsys catalog``: the categories, items and indicators of the base database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gridsys.cli import options, output
from gridsys.store import open_store
from gridsys.usecases.catalog import catalog_changes, catalog_counts, catalog_item, open_catalog
from gridsys.usecases.items import apply_catalog

app = typer.Typer(
    rich_markup_mode="markdown",
    help="The 7 categories, 32 subcategories, 170 items and 2043 indicators (信息目录). Our own design: the official "
    "breakdown is not published.",
    no_args_is_help=True,
)

Folder = Annotated[Path | None, typer.Option(help="Folder of another catalog.  目录文件夹", show_default="packaged")]
Overlay = Annotated[Path | None, typer.Option(help="A district's own files, laid over it.  本区补充")]


@app.command("list", epilog="**Example:** `gridsys catalog list`")
def listing(folder: Folder = None, overlay: Overlay = None, as_json: options.AsJson = False) -> None:
    """List the subcategories with their counts (目录一览)."""
    catalog = open_catalog(folder, overlay)
    counts = catalog_counts(catalog)
    if as_json:
        items = {code: {"zh": item.zh, "en": item.en} for code, item in catalog.items.items()}
        output.print_json({"version": catalog.version, "subcategories": counts, "items": items})
        return
    rows = [
        [str(code), f"{row['category']} · {row['zh']}", row["en"], int(row["items"]), int(row["indicators"])]
        for code, row in counts.iterrows()
    ]
    titles = ["代码 code", "类别 category", "", "信息项 items", "指标 indicators"]
    output.print_table(f"信息目录 Catalog {catalog.version}", titles, rows)
    output.say(
        f"{len(catalog.categories)} 大类 categories, {len(catalog.subcategories)} 小类 subcategories, "
        f"{len(catalog.items)} 信息项 items, {int(counts['indicators'].sum())} 指标 indicators"
    )


@app.command(epilog="**Example:** `gridsys catalog show 3101`")
def show(
    code: Annotated[str, typer.Argument(help="Code of an item, four digits.  信息项代码")],
    folder: Folder = None,
    overlay: Overlay = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the indicators of an item (指标)."""
    catalog = open_catalog(folder, overlay)
    indicators, item = catalog_item(catalog, code), catalog.item(code)
    if as_json:
        output.print_json({"code": code, "zh": item.zh, "en": item.en, "indicators": indicators})
        return
    rows = [
        [str(number), row["zh"], row["en"], f"{row['type']} {row['unit'] or row['code_list']}".strip(),
         "必填" if row["required"] else "", row["sensitivity"]]
        for number, row in indicators.iterrows()
    ]  # fmt: skip
    titles = ["代码 code", "指标", "indicator", "类型 type", "", "敏感级 sensitivity"]
    output.print_table(f"{code} {item.zh} {item.en}", titles, rows)


@app.command(epilog="**Example:** `gridsys catalog check --overlay our-district/`")
def check(folder: Folder = None, overlay: Overlay = None, as_json: options.AsJson = False) -> None:
    """Check a catalog and a district's overlay: every error is named (检查)."""
    catalog = open_catalog(folder, overlay)
    counts = {
        "version": catalog.version,
        "items": len(catalog.items),
        "indicators": sum(1 for _ in catalog.indicators),
        "code_lists": len(catalog.code_lists),
    }
    if as_json:
        output.print_json(counts)
    else:
        output.say("目录无误 no error: " + ", ".join(f"{name} {number}" for name, number in counts.items()))


@app.command(epilog="**Example:** `gridsys catalog diff catalog-2025/ catalog-2026/`")
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the earlier catalog.  原目录")],
    new: Annotated[Path | None, typer.Argument(help="Folder of the later.  新目录", show_default="packaged")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell what differs between two catalogs (目录差异)."""
    changes = catalog_changes(open_catalog(old), open_catalog(new))
    if as_json:
        output.print_json({"changes": changes})
        return
    rows = [[str(cell) for cell in row] for row in changes.itertuples(index=False, name=None)]
    if rows:
        output.print_table("目录差异 Changes", [str(name) for name in changes.columns], rows)
    else:
        output.say("两目录相同 the two catalogs are the same")


@app.command(epilog="**Example:** `gridsys catalog apply --overlay our-district/ --dry-run`")
def apply(
    folder: Folder = None,
    overlay: Overlay = None,
    dry_run: Annotated[bool, typer.Option(help="Tell what would be done; change nothing.  只看方案")] = False,
    db: options.Database = None,
    acting: options.Acting = None,
    as_json: options.AsJson = False,
) -> None:
    """Bring the database's tables of items to a catalog; no value that is kept is lost (目录入库)."""
    settings = options.settings_with(db)
    actor = options.acting_user(acting, settings)
    catalog = open_catalog(folder, overlay)
    with open_store(settings.database) as store:
        done = apply_catalog(actor, store, catalog, dry_run=dry_run)
    if as_json:
        output.print_json({"dry_run": dry_run} | asdict(done))
        return
    shown = [step for step in done.steps if step.action != "create"]
    if shown:
        rows = [[step.action, step.table, step.rows, step.reason] for step in shown]
        output.print_table(
            "表结构变更 Changes of tables", ["动作 action", "表 table", "记录 rows", "原因 reason"], rows
        )
    created = len(done.steps) - len(shown)
    fate = "仅方案 plan only" if dry_run else "已执行 done"
    output.say(
        f"目录 catalog {done.before or '–'} → {done.after}: 新建 {created} items created, {len(shown)} changed; {fate}"
    )
    for each in done.problems:
        output.say(f"不可执行 refused: {each['table']}.{each['column']}: {each['rows']} 行 rows: {each['reason']}")
