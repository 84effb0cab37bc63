"""The commands on the real district: dirty streets, 15,542 road lines, 4,153 land-use parcels."""

import json

import geopandas as gpd
import pytest
import shapely

from tests.commands import run

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
ACTOR = "test:district-administrator@110101"


@pytest.fixture(scope="module")
def real(shared_data):
    return shared_data / "dongcheng" / "dongcheng_gcj02.gpkg"


def test_an_undeclared_datum_is_refused_with_the_fix(real, tmp_path):
    done = run("divide", f"{real}::streets", "--out", tmp_path / "g.gpkg", "--as", ACTOR, "--json", expect=3)
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "GS201"
    assert "--datum gcj02" in error["fix"]


def test_all_seventeen_streets_are_divided_without_gap_or_overlap(real, tmp_path):
    database = ["--db", f"sqlite:///{tmp_path / 'real.db'}", "--as", ACTOR, "--json"]
    run("db", "upgrade", *database)
    divided = json.loads(
        run(
            "divide", f"{real}::streets", "--datum", "gcj02", "--roads", f"{real}::roads",
            "--buildings", f"{real}::landuse", "--weight", "@area", "--count", 589,
            "--out", tmp_path / "grids.gpkg", "--findings", tmp_path / "findings.csv",
            "--enact", "--from", "2026-01-01", *database,
        ).stdout
    )  # fmt: skip
    assert divided["grids"] == 589
    assert len(divided["balance"]) == 17
    checks = {finding["check"] for finding in divided["findings"]}
    assert {"area.gap", "area.overlap", "area.rounded"} <= checks, "the street file's slivers must be repaired aloud"

    grids = gpd.read_file(tmp_path / "grids.gpkg")
    assert grids.crs.to_epsg() == 4548
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert set(grids.geometry.geom_type) == {"Polygon"}
    whole = shapely.union_all(grids.geometry.to_numpy())
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert abs(whole.area - grids.area.sum()) < 1
    assert (tmp_path / "findings.csv").stat().st_size > 0

    mapped = json.loads(run("map", "--out", tmp_path / "map.html", *database, "--as-of", "2026-06-30").stdout)
    assert mapped["grids"] == 589
    exported = json.loads(run("export", "grid", tmp_path / "grids.zip", *database, "--as-of", "2026-06-30").stdout)
    assert exported["rows"] == 589


def test_the_streets_load_in_the_declared_datum(real, tmp_path):
    database = ["--db", f"sqlite:///{tmp_path / 'real.db'}", "--as", ACTOR, "--json"]
    run("db", "upgrade", *database)
    mapping = tmp_path / "streets.toml"
    mapping.write_text('[columns]\ncode = "code"\nname = "name"\n[constants]\nlevel = "street"\n', encoding="utf-8")
    options = ("--datum", "gcj02", "--map", mapping, *database)
    loaded = json.loads(run("import", "area", f"{real}::streets", *options).stdout)
    assert loaded["inserted"] == 17
