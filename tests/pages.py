"""The generated documentation pages, and the command that writes them (``make docs``)."""

from pathlib import Path

from gridsys.domain.catalog_counts import counts_markdown
from gridsys.domain.evaluation_page import evaluation_page
from gridsys.errors import CODES, GridsysError
from gridsys.files import read_catalog
from gridsys.files.evaluation import read_evaluation
from gridsys.files.procedures import write_procedure_pages

DOCS = Path(__file__).resolve().parent.parent / "docs"
FAMILIES = {
    "GS1": "Input: files and tables", "GS2": "Coordinates and datum", "GS3": "Division and topology",
    "GS4": "Rights", "GS5": "Database", "GS6": "Export", "GS7": "Maps and pictures", "GS8": "Procedures and cases",
    "GS9": "Settings and installation",
}  # fmt: skip


def errors_page() -> str:
    """Return docs/errors.md."""
    lines = [
        "# Error codes and exit statuses",
        "",
        "Every error says what went wrong, where, why, and the fix. With `--json` the same parts come as",
        '`{"error": {"code", "what", "where", "why", "fix"}}`. This page is generated (`make docs`).',
        "",
        "| exit status | meaning |",
        "| --- | --- |",
        "| 0 | done |",
        "| 1 | a check failed: the work was done, and its proof did not hold |",
        "| 2 | wrong use of the command line, a bad setting, or a damaged installation |",
    ]
    meanings: dict[int, list[str]] = {}
    for family in GridsysError.__subclasses__():
        if family.exit_code not in {1, 2}:
            meanings.setdefault(family.exit_code, []).append((family.__doc__ or "").splitlines()[0].rstrip("."))
    lines += [f"| {status} | {'; '.join(texts)} |" for status, texts in sorted(meanings.items())]
    lines += ["| 70 | a defect of gridsys: please report it with the text printed |", ""]
    for prefix, title in FAMILIES.items():
        rows = [(code, text) for code, text in sorted(CODES.items()) if code.startswith(prefix)]
        if rows:
            lines += [f"## {prefix}xx {title}", "", "| code | cause |", "| --- | --- |"]
            lines += [f"| {code} | {text} |" for code, text in rows] + [""]
    return "\n".join(lines)


PAGES = {"errors.md": errors_page, "evaluation.md": lambda: evaluation_page(read_evaluation())}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    write_procedure_pages(DOCS)
    catalog = DOCS / "catalog.md"
    before, _, rest = catalog.read_text(encoding="utf-8").partition("<!-- counts -->")
    table = counts_markdown(read_catalog()).strip()
    catalog.write_text(
        f"{before}<!-- counts -->\n{table}\n<!-- end -->{rest.partition('<!-- end -->')[2]}", encoding="utf-8"
    )
