"""Make the synthetic city from the packaged facts."""

from __future__ import annotations

from typing import Literal

from gridsys.domain.progress import Progress, silent
from gridsys.files import read_streets
from gridsys.sample import City, make_city


def sample_city(scale: Literal["street", "district"] = "street", *, seed: int = 7, progress: Progress = silent) -> City:
    """Return a seeded synthetic city with the real codes and names of Dongcheng's streets.

    Parameters
    ----------
    scale
        ``"street"``: one street, about 12 communities, 1,500 buildings and 13,000 persons. ``"district"``: 17 streets,
        205 communities, 42,000 buildings and 0.9 million persons.
    seed
        Same seed, same city.
    progress
        Told of each stage.

    Returns
    -------
    City
        Frames of the record kinds (docs/formats.md). All but the streets' codes and names is invented.
    """
    return make_city(read_streets(), scale=scale, seed=seed, progress=progress)
