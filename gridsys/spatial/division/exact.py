"""Exact repair and proof: a constraint solver where the search misses the tolerance, and why none can meet it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from ortools.sat.python import cp_model

from gridsys.spatial.division.kernels import Graph
from gridsys.spatial.topology import Ints, components

WEIGHT_UNITS: Final = 1000
COST_UNITS: Final = 10_000
"""The solver counts in whole numbers: weight in thousandths, cost in ten-thousandths of a typical grid's side."""
LAZY_ROUNDS: Final = 200
"""At most so many rounds of forbidding grids in several pieces."""


class Outcome(StrEnum):
    """How an exact search ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """A labelling (None where there is none), how sure it is, its cut cost, and a lower bound of that cost."""

    outcome: Outcome
    label: Ints | None
    cost: float
    bound: float


def exact_partition(
    g: Graph, count: int, tolerance: float, *, limit: float, hint: Ints | None = None, touching: bool = True
) -> Answer:
    """Return the cheapest partition into grids of one piece, all within the tolerance of their mean, or that none is.

    Parameters
    ----------
    g
        A connected graph.
    count
        Grids wanted, at least 2.
    tolerance
        Share of the mean by which a grid may differ from it.
    limit
        Work the solver may do, in its deterministic seconds.
    hint
        A labelling to start from.
    touching
        Whether grids must be in one piece; without that, any grouping of the weights is an answer, cheap or not.
    """
    model, place = _model(g, count, tolerance)
    model.add(place[int(g.weight.argmax())][0] == 1)
    if touching:
        _minimise_cut(model, place, g)
    if hint is not None:
        for v in range(len(g.weight)):
            for grid in range(count):
                model.add_hint(place[v][grid], int(hint[v] == grid))
    return _solve(model, place, g, limit=limit, touching=touching)


def least_moved(g: Graph, home: Ints, count: int, tolerance: float, *, limit: float) -> Answer:
    """Return the partition into grids of one piece within the tolerance that moves least weight, or that none is.

    Every grid keeps more than half of its weight, and with it its code.

    Parameters
    ----------
    g
        A connected graph.
    home
        Grid in force of each vertex, 0..count-1; labels are to be the same.
    count, tolerance, limit
        As for :func:`exact_partition`.
    """
    model, place = _model(g, count, tolerance)
    for v, own in enumerate(home.tolist()):
        for grid in range(count):
            model.add_hint(place[v][grid], int(own == grid))
    units = np.rint(g.weight * WEIGHT_UNITS).astype(np.int64)
    for grid in range(count):
        own = np.flatnonzero(home == grid)
        staying = cp_model.LinearExpr.weighted_sum([place[v][grid] for v in own], units[own].tolist())
        model.add(2 * staying >= int(units[own].sum()) + 1)
        # a vertex that cannot be a grid by itself has a neighbour in its grid: saves most rounds of forbidding pieces
        for v in range(len(home)):
            if home[v] != grid or 2 * units[v] <= units[own].sum():
                near = g.near[g.start[v] : g.start[v + 1]]
                model.add_bool_or([~place[v][grid], *(place[u][grid] for u in near)])
    away = [~place[v][own] for v, own in enumerate(home.tolist())]
    # an empty block moves for something too, or idle ones would change grid by chance
    model.minimize(cp_model.LinearExpr.weighted_sum(away, (1 + units).tolist()))
    return _solve(model, place, g, limit=limit, touching=True, bare=True)


def _solve(
    model: cp_model.CpModel,
    place: list[list[cp_model.IntVar]],
    g: Graph,
    *,
    limit: float,
    touching: bool,
    bare: bool = False,
) -> Answer:
    """Solve, forbidding grids in several pieces as they come up where they are to be in one.

    A bare search does without the solver's preparations: they cost more than they save where a good start is known.
    """
    count, spent, bound = len(place[0]), 0.0, 0.0
    for _ in range(LAZY_ROUNDS):
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = max(limit - spent, 0.01)
        if bare:
            solver.parameters.cp_model_presolve = False
            solver.parameters.cp_model_probing_level = solver.parameters.linearization_level = 0
        status = solver.solve(model)
        spent += solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            return Answer(Outcome.INFEASIBLE, None, np.inf, np.inf)
        bound = max(bound, solver.best_objective_bound / COST_UNITS)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            break
        label = np.array([[solver.value(one) for one in row] for row in place]).argmax(axis=1)
        if not touching or not _forbid_pieces(model, place, g, label, count):
            outcome = Outcome.OPTIMAL if status == cp_model.OPTIMAL else Outcome.FEASIBLE
            return Answer(outcome, label, cut_cost(g, label), bound)
        if spent >= limit:
            break
    return Answer(Outcome.UNKNOWN, None, np.inf, bound)


def cut_cost(g: Graph, label: Ints) -> float:
    """Return the cost of the edges between grids."""
    return float(g.cost[label[g.left] != label[g.right]].sum())


def _model(g: Graph, count: int, tolerance: float) -> tuple[cp_model.CpModel, list[list[cp_model.IntVar]]]:
    """Return a model in which every vertex is in one grid and every grid within the tolerance."""
    model = cp_model.CpModel()
    weight = np.rint(g.weight * WEIGHT_UNITS).astype(np.int64)
    n, total = len(weight), int(weight.sum())
    place = [[model.new_bool_var("") for _ in range(count)] for _ in range(n)]
    for row in place:
        model.add_exactly_one(row)
    low, high = np.ceil(total * (1 - tolerance) / count - 1e-6), np.floor(total * (1 + tolerance) / count + 1e-6)
    for grid in range(count):
        held = cp_model.LinearExpr.weighted_sum([row[grid] for row in place], weight.tolist())
        model.add_linear_constraint(held, int(low), int(high))
    return model, place


def _minimise_cut(model: cp_model.CpModel, place: list[list[cp_model.IntVar]], g: Graph) -> None:
    cuts = []
    for left, right in zip(g.left.tolist(), g.right.tolist(), strict=True):
        cut = model.new_bool_var("")
        cuts.append(cut)
        for grid in range(len(place[0])):
            one, other = place[left][grid], place[right][grid]
            model.add_bool_or([~one, other, cut])
            model.add_bool_or([one, ~other, cut])
    model.minimize(cp_model.LinearExpr.weighted_sum(cuts, np.rint(g.cost * COST_UNITS).astype(np.int64).tolist()))


def _forbid_pieces(
    model: cp_model.CpModel, place: list[list[cp_model.IntVar]], g: Graph, label: Ints, count: int
) -> bool:
    """Add, for each piece cut off from its grid, that joining them needs a vertex around it; return whether any was."""
    same = label[g.left] == label[g.right]
    piece = components(len(label), g.left[same], g.right[same])
    found = False
    for grid in range(count):
        parts = np.unique(piece[label == grid])
        if len(parts) < 2:  # noqa: PLR2004 - one piece is what is wanted
            continue
        found = True
        held = [g.weight[piece == part].sum() for part in parts]
        main = np.flatnonzero(piece == parts[int(np.argmax(held))])
        anchor = int(main[g.weight[main].argmax()])
        for part in parts:
            own = piece == part
            if own[anchor]:
                continue
            vertex = int(np.flatnonzero(own)[g.weight[own].argmax()])
            across = own[g.left] != own[g.right]
            rim = _facing(g, np.unique(np.where(own[g.left], g.right, g.left)[across]), anchor)
            for other in range(count):
                around = cp_model.LinearExpr.sum([place[v][other] for v in rim])
                model.add(place[vertex][other] + place[anchor][other] - around <= 1)
    return found


def _facing(g: Graph, rim: Ints, anchor: int) -> Ints:
    """Return the vertices of a rim that can be reached from an anchor outside it without crossing the rim."""
    on_rim = np.zeros(len(g.weight), dtype=np.bool_)
    on_rim[rim] = True
    clear = ~on_rim[g.left] & ~on_rim[g.right]
    part = components(len(g.weight), g.left[clear], g.right[clear])
    near = part == part[anchor]
    return np.unique(np.concatenate([g.right[near[g.left] & on_rim[g.right]], g.left[near[g.right] & on_rim[g.left]]]))
