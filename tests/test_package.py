"""The package as a whole: quick to import, and complete when installed from its wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import gridsys

ROOT = Path(__file__).resolve().parent.parent


def test_import_is_quick_and_brings_nothing_heavy():
    code = (
        "import sys, time; start = time.perf_counter(); import gridsys; seconds = time.perf_counter() - start;"
        "heavy = {'folium', 'sqlalchemy', 'geopandas', 'numba', 'pandas', 'ortools'} & set(sys.modules);"
        "assert not heavy, heavy; assert seconds < 0.2, seconds"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", gridsys.__all__)
def test_every_public_name_is_there(name):
    assert getattr(gridsys, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = gridsys.no_such_name


@pytest.mark.slow
def test_the_wheel_runs_the_demo_in_an_empty_folder(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site, empty = tmp_path / "site", tmp_path / "empty"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    empty.mkdir()
    # -P and the path keep the checkout out: what runs is what the wheel carries.
    code = (
        "import sys, gridsys; assert gridsys.__file__.startswith(sys.argv.pop(1));"
        "from gridsys.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(site), "demo"],
        cwd=empty, env=os.environ | {"PYTHONPATH": str(site)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout
    assert (empty / "demo-out" / "index.html").exists()
