from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
from collections import Counter

import pytest

from gridsys.errors import SettingsError
from gridsys.render import assets
from gridsys.render.codec import Packer
from gridsys.render.page import build_page
from gridsys.resources import resource

TOP_LEVEL = re.compile(r"^(?:async )?(?:function|const|let|class) ([A-Za-z_$][\w$]*)", re.MULTILINE)


def modules():
    return {path.name: path.read_text("utf-8") for path in sorted(resource("maps", "src").glob("*.js"))}


def test_every_module_is_in_the_program_after_those_it_imports():
    order = assets.module_order()
    assert sorted(order) == sorted(modules())
    for name, text in modules().items():
        for imported in re.findall(r'from "\./([\w-]+\.js)"', text):
            assert order.index(imported) < order.index(name)


def test_names_are_unique_for_the_modules_share_one_scope():
    counts = Counter(
        name
        for text in modules().values()
        for name in TOP_LEVEL.findall(re.sub(r"^export ", "", text, flags=re.MULTILINE))
    )
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_program_is_plain_script():
    program = assets.program()
    assert not re.search(r"^\s*(import|export)\b", program, re.MULTILINE)
    assert "innerHTML" not in program
    assert "eval(" not in program
    assert "</script" not in program


def test_the_program_passes_its_own_tests(tmp_path, node):
    (tmp_path / "program.js").write_text(assets.program(), encoding="utf-8")
    subprocess.run([node, "--check", tmp_path / "program.js"], check=True, capture_output=True)
    tests = sorted(resource("maps", "tests").glob("*.test.js"))
    done = subprocess.run([node, "--test", *tests], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"# pass (\d+)", done.stdout)[1] != "0"


def test_the_program_stands_packed_in_the_page_and_the_policy_names_it():
    page = build_page(Packer().pack({}), "图")
    packed = re.search(r'id="gridsys-program">([A-Za-z0-9+/=]+)</script>', page)[1]
    program = gzip.decompress(base64.b64decode(packed))
    assert program.decode() == assets.everything()
    assert base64.b64encode(hashlib.sha256(program).digest()).decode() in re.search(r"script-src ([^;]*)", page)[1]
    assert "unsafe" not in page.split("</head>")[0].split("script-src")[1].split(";")[0]


def test_styles_fetch_nothing():
    assert not re.search(r"url\(|@import", assets.styles())


def test_modules_that_import_each_other_are_refused(monkeypatch):
    texts = {"app.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./app.js";\n'}
    monkeypatch.setattr(assets, "_module", texts.__getitem__)
    assets.module_order.cache_clear()
    with pytest.raises(SettingsError, match="GS902"):
        assets.module_order()
    assets.module_order.cache_clear()


def test_vendored_versions_are_those_of_the_files():
    leaflet = resource("maps", "vendor", "leaflet", "leaflet.js").read_text("utf-8")
    assert f"Leaflet {assets.versions()['leaflet']['version']}" in leaflet
