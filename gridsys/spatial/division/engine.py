"""Divide: from areas, roads and buildings to a proved plan of grids."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np

from gridsys.domain.progress import Progress, silent
from gridsys.spatial.division.atoms import Atoms, make_atoms, reuse_atoms
from gridsys.spatial.division.compose import Work, compose
from gridsys.spatial.division.inputs import Inputs, check_inputs
from gridsys.spatial.division.labels import label_atoms
from gridsys.spatial.division.pieces import allot_pieces
from gridsys.spatial.division.plan import Plan
from gridsys.spatial.division.prior import Prior, read_prior
from gridsys.spatial.division.proof import require_proved
from gridsys.spatial.division.rule import Rule, Window
from gridsys.spatial.topology import Ints

STEPS: Final = 4


def divide(
    areas: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    weight: str = "households",
    rule: Rule = Window(),  # noqa: B008 - a frozen value
    previous: Plan | gpd.GeoDataFrame | None = None,
    pins: Collection[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Plan:
    """Divide areas into balanced grids of one piece each that follow roads and cut no building or compound.

    The result depends on the inputs and the seed alone, not on the order of rows or the machine. Columns of the frames
    are those of ``docs/formats.md``; all are in one projected CGCS2000 CRS, metres.

    Parameters
    ----------
    areas
        Streets or communities: index ``code`` (all 9 or all 12 digits), ``name``, (Multi)Polygon.
    roads, barriers
        Lines grids prefer to end at; column ``kind``.
    compounds
        Polygons that may not be cut.
    buildings
        Polygons or points with the weight column; they may not be cut either.
    weight
        Column of ``buildings`` to balance; at least 0, missing counts as 0.
    rule
        How many grids: :class:`Window`, :class:`Count` or :class:`TargetArea`.
    previous
        The plan in force: its grids are kept as far as the rule allows, and so are their codes.
    pins
        Codes of grids of ``previous`` that must stay exactly as they are.
    seed
        Seed of the search.
    progress
        Called with the step, its number, and the number of steps.

    Returns
    -------
    Plan
        Grids, balance, exceptions, findings and proof.

    Raises
    ------
    InputError
        GS102–GS106 for frames that cannot be used.
    DatumError
        GS203 for a frame not in the areas' projected CRS.
    DivisionError
        GS301 areas that overlap or leave gaps wider than a metre, GS302 a rule that cannot be met, GS303 grids that
        failed their proof.

    Examples
    --------
    >>> import shapely
    >>> square = gpd.GeoDataFrame({"name": ["甲社区"]}, index=["110101001001"], geometry=[shapely.box(0, 0, 200, 100)],
    ...     crs="EPSG:4548")
    >>> lane = gpd.GeoDataFrame({"kind": ["alley"]}, crs="EPSG:4548",
    ...     geometry=[shapely.LineString([(100, 0), (100, 100)])])
    >>> homes = gpd.GeoDataFrame({"households": [400, 410]}, geometry=gpd.points_from_xy([50, 150], [50, 50]),
    ...     crs="EPSG:4548")
    >>> divide(square, roads=lane, buildings=homes).grids[["name", "weight", "area_m2"]]
                        name  weight  area_m2
    grid_code
    110101001001001  第1网格   400.0  10000.0
    110101001001002  第2网格   410.0  10000.0
    """
    progress("check", 0, STEPS)
    inputs = check_inputs(
        areas, roads=roads, barriers=barriers, compounds=compounds, buildings=buildings, weight=weight
    )
    earlier = previous if isinstance(previous, Plan) else None
    prior = read_prior(previous.grids if isinstance(previous, Plan) else previous, pins, inputs)
    task = _Task(inputs, prior, rule, seed, progress)
    if earlier is not None:
        plan = task.update(earlier)
        if plan is not None:
            return plan
    progress("atoms", 1, STEPS)
    atoms = make_atoms(inputs, rule, prior.shapes, prior.pins)
    plan = task.solve(atoms, prior.home_of(atoms.blocks.shapes, atoms.blocks.area), None)
    require_proved(plan.proof)
    return plan


@dataclass(frozen=True)
class _Task:
    """One division: what it is given, and its two ways to a plan."""

    inputs: Inputs
    prior: Prior
    rule: Rule
    seed: int
    progress: Progress

    def update(self, earlier: Plan) -> Plan | None:
        """Return the earlier plan brought up to date on its own atoms, None when that does not do."""
        if not (earlier.atoms["area_code"].isin(self.inputs.areas.index).all() and earlier.proof["passed"].all()):
            return None
        atoms = reuse_atoms(earlier.basis.atoms, earlier.basis.inputs, self.inputs, self.rule)
        if atoms is None:
            return None
        number = {code: at for at, code in enumerate(self.prior.codes)}
        home = earlier.atoms["grid_code"].map(number).to_numpy(dtype=np.int64)
        plan = self.solve(atoms, home, earlier)
        known = plan.exceptions["proved"] | plan.exceptions["area_code"].isin(earlier.exceptions["area_code"])
        return plan if known.all() and plan.proof["passed"].all() else None

    def solve(self, atoms: Atoms, home: Ints, earlier: Plan | None) -> Plan:
        """Return the plan on given atoms."""
        pieces = allot_pieces(atoms, len(atoms.areas), self.rule, self.prior)
        self.progress("partition", 2, STEPS)
        searched = set(earlier.exceptions["area_code"]) if earlier is not None else set()
        labels = label_atoms(atoms, pieces, home, self.seed, atoms.areas.index.isin(searched))
        self.progress("prove", 3, STEPS)
        plan = compose(Work(self.inputs, atoms, pieces, labels, home, self.prior, self.rule, self.seed, earlier))
        self.progress("done", STEPS, STEPS)
        return plan
