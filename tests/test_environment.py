"""environment.yml, pyproject.toml and the locks say the same."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(\[[a-z,]+\])?(?P<range>.*)")


def _split(requirement):
    match = _REQUIREMENT.fullmatch(requirement)
    return match["name"].lower(), match["range"].strip()


def _wanted():
    return dict(_split(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["notebook"])


def _conda():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8").partition("dependencies:")[2]
    lines = re.findall(r"^ +- ([a-z].*[^:])$", text, re.MULTILINE)
    return {name: span for name, span in map(_split, lines) if name not in {"python", "pip"}}


def test_environment_yml_lists_what_pyproject_lists():
    assert _conda() == _wanted()


def test_environment_yml_asks_for_the_same_python():
    assert f"  - python{PROJECT['requires-python']}\n" in (ROOT / "environment.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("lock", "extra"), [("run", None), ("test", "test")])
def test_locks_pin_every_requirement_with_hashes_and_no_address(lock, extra):
    text = (ROOT / "constraints" / f"{lock}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    pinned = {re.split(r"[=\[]", block, maxsplit=1)[0]: block for block in blocks if block.strip()}
    assert all("--hash=sha256:" in block for block in pinned.values())
    requirements = PROJECT["dependencies"] + (PROJECT["optional-dependencies"][extra] if extra else [])
    missing = {_split(requirement)[0].replace("_", "-") for requirement in requirements} - set(pinned)
    assert not missing, "run `make lock`"


def test_both_locks_agree():
    pins = [
        dict(
            re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "constraints" / f"{lock}.txt").read_text("utf-8"), re.MULTILINE)
        )
        for lock in ("run", "test")
    ]
    assert pins[0].items() <= pins[1].items()
