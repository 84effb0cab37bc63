"""The house keeps its order: imports only go down, at module level, and every error code is known."""

import ast
import re
from pathlib import Path

import pytest

from gridsys.errors import CODES, GridsysError
from tests.pages import DOCS, PAGES

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gridsys"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Lower number = lower level; a module may import only levels below its room, or its own room.
LEVELS = {
    "errors": 0, "settings": 1, "resources": 1, "domain": 2, "spatial": 3,
    "linking": 4, "quality": 4, "measure": 4, "sample": 4,
    "files": 5, "store": 5, "render": 5, "usecases": 6, "cli": 7,
}  # fmt: skip


def _internal_imports(tree: ast.AST) -> list[tuple[ast.AST, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gridsys":
            found.append((node, node.module))
        elif isinstance(node, ast.Import):
            found += [(node, name.name) for name in node.names if name.name.split(".")[0] == "gridsys"]
    return found


def _room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    room = _room(path)
    if room == "__init__":
        pytest.skip("the package's front door names its public objects lazily")
    for _, module in _internal_imports(ast.parse(path.read_text(encoding="utf-8"))):
        other = module.split(".")[1] if "." in module else "__init__"
        assert other in LEVELS, f"{path}: imports gridsys itself or an unknown room: {module}"
        assert other == room or LEVELS[other] < LEVELS[room], f"{path}: {room} must not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_internal_import_inside_a_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            assert not _internal_imports(function), f"{path}: {function.name} imports inside itself"


def test_settings_are_read_by_use_cases_and_cli_only():
    for path in MODULES:
        if _room(path) in {"usecases", "cli", "settings"}:
            continue
        modules = {module for _, module in _internal_imports(ast.parse(path.read_text(encoding="utf-8")))}
        assert "gridsys.settings" not in modules, path


def test_only_the_edge_reaches_database_maps_and_folium():
    edge = {"sqlalchemy": "store", "geoalchemy2": "store", "alembic": "store", "folium": "render", "typer": "cli"}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                room = edge.get(name.split(".")[0])
                assert room in {None, _room(path)}, f"{path} imports {name}, which only {room}/ may"


def test_all_python_lives_in_the_package():
    for folder in ("geodata", "maps"):
        found = [path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts]
        assert not found


def test_every_code_used_is_registered_and_every_registered_code_is_used():
    used = set()
    for path in MODULES:
        if path.name != "errors.py":
            used |= set(re.findall(r'"(GS\d{3})"', path.read_text(encoding="utf-8")))
    assert used - set(CODES) == set()
    assert set(CODES) - used == set(), "registered but never raised"


def test_every_family_has_an_exit_status_of_its_own_kind():
    for family in GridsysError.__subclasses__():
        assert family.exit_code in {2, 3, 4, 5}, family


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_current(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"
