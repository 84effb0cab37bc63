"""A small town for all tests of render."""

from __future__ import annotations

import pytest

from tests.render.town import KINDS, town


@pytest.fixture(scope="session")
def make_town():
    """Function that makes layers of a town; see town.py."""
    return town


@pytest.fixture(scope="session")
def small_town():
    """24 grids with everything on them."""
    return town()


@pytest.fixture(scope="session")
def kinds():
    """Names of the town's kinds of incident."""
    return KINDS
