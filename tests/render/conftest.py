"""Shared towns; the module of made-up layers stands beside this file."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("render_town", Path(__file__).with_name("town.py"))
town_module = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(town_module)


@pytest.fixture(scope="session")
def make_town():
    """Function that makes layers of a town; see town.py."""
    return town_module.town


@pytest.fixture(scope="session")
def small_town(make_town):
    """24 grids with everything on them."""
    return make_town()


@pytest.fixture(scope="session")
def kinds():
    """Names of the town's kinds of incident."""
    return town_module.KINDS
