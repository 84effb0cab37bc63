"""Labels: which grid each atom goes to, piece by piece, and what is known where a tolerance is missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gridsys.spatial.division.atoms import Atoms
from gridsys.spatial.division.exact import Outcome, exact_partition, least_moved
from gridsys.spatial.division.gluing import Flags
from gridsys.spatial.division.groups import heaviest_tied, tile
from gridsys.spatial.division.kernels import Graph
from gridsys.spatial.division.partition import TOLERANCE, Effort, fair_mean, graph_of, partition, polish
from gridsys.spatial.division.pieces import Pieces, rows_by
from gridsys.spatial.division.stability import moved_weight, warm_partition
from gridsys.spatial.topology import Ints, components, sums

WIDE: Final = 0.10
"""Share of the mean outside which a grid is an exception."""
PROOF_LIMIT: Final = 1.5
"""Deterministic seconds the solver may take over one piece and tolerance."""
SOLVABLE: Final = 300
"""Atoms times grids above which the solver is not asked."""
EPSILON: Final = 1e-9
MOVABLE: Final = 150
"""The same for a repair of the plan in force, which must be quick."""
MOVE_LIMIT: Final = 0.5
"""Deterministic seconds the solver may take over such a repair."""
BALANCE_FIRST: Final = (0.3, 0.05)
"""Shares of the boundary's cost at which a balanced division is looked for when none was found at full cost."""
LONGER: Final = Effort(restarts=6, sweeps=300, rounds=60)


@dataclass(frozen=True)
class Verdict:
    """Why a piece misses a tolerance, and whether it is proved that no division of its atoms meets it."""

    tolerance: float
    zh: str = ""
    en: str = ""
    proved: bool = False


@dataclass(frozen=True)
class Labels:
    """The grid of each atom (pinned grids first), the piece of each grid (-1 for a pinned one), verdicts by piece."""

    grid: Ints
    piece: Ints
    verdicts: dict[int, list[Verdict]]
    fair: dict[int, tuple[float, float]]
    """Where a piece holds blocks too heavy for any grid: the mean the others can share, the lightest such block."""


def label_atoms(atoms: Atoms, pieces: Pieces, home: Ints, seed: int, known: Flags) -> Labels:
    """Return the grid of each atom.

    Parameters
    ----------
    atoms, pieces
        What to label and how many grids each piece gets.
    home
        The grid in force of each atom, -1 for none; a piece with any starts from it.
    seed
        Seed of the search; each piece has its own stream.
    known
        Areas whose exceptions are known from the plan in force: what was searched then is not searched again.
    """
    label, following = pieces.pin.copy(), int(pieces.pin.max(initial=-1)) + 1
    owner = [np.full(following, -1, dtype=np.int64)]
    verdicts: dict[int, list[Verdict]] = {}
    fair: dict[int, tuple[float, float]] = {}
    piece_of = pieces.of_atom
    together = piece_of[atoms.adjacency.left] == piece_of[atoms.adjacency.right]
    members = rows_by(piece_of, len(pieces.grids))
    edges = rows_by(np.where(together, piece_of[atoms.adjacency.left], -1), len(pieces.grids))
    settled = _settled(atoms, pieces, home)
    for number, count in enumerate(pieces.grids.tolist()):
        own = members[number]
        if settled[number]:
            found = np.unique(home[own], return_inverse=True)[1]
        elif count == 1:
            found = np.zeros(len(own), dtype=np.int64)
        else:
            g = graph_of(own, atoms, edges[number], count)
            warm = (home[own] >= 0).any()
            found = warm_partition(g, count, home[own], seed + number) if warm else partition(g, count, seed + number)
            mean, giants = fair_mean(g.weight, count)
            if len(giants):
                fair[number] = mean, float(g.weight[giants].min())
            tolerance = WIDE if warm else TOLERANCE
            if warm and not known[pieces.area[number]]:
                found = _moved_least(g, home[own], found, count)
            if misses(g, found, count, tolerance):
                if warm and known[pieces.area[number]]:
                    verdicts[number] = [
                        Verdict(
                            WIDE, "在现行方案上未找到更好的划分", "no better division was found for the plan in force"
                        )
                    ]
                    found = _nearer(g, home[own], found, count)
                else:
                    found, verdicts[number] = mend(g, found, count, tolerance, seed + number)
        label[own] = following + found
        owner.append(np.full(count, number, dtype=np.int64))
        following += count
    return Labels(label, np.concatenate(owner), verdicts, fair)


def _settled(atoms: Atoms, pieces: Pieces, home: Ints) -> Flags:
    """Return which pieces can stay as they are: all atoms at home, each grid whole, their number and weights right."""
    left, right = atoms.adjacency.left, atoms.adjacency.right
    same = (home[left] == home[right]) & (home[left] >= 0) & (pieces.of_atom[left] == pieces.of_atom[right])
    part = components(len(home), left[same], right[same])
    free = np.flatnonzero(pieces.of_atom >= 0)
    count = len(pieces.grids)
    homeless = np.bincount(pieces.of_atom[free], home[free] < 0, count) > 0
    parts, first = np.unique(part[free], return_index=True)
    piece_of_part = pieces.of_atom[free][first]
    grids = np.unique(np.stack([pieces.of_atom[free], home[free]]), axis=1)[0]
    whole = np.bincount(piece_of_part, minlength=count) == np.bincount(grids, minlength=count)
    right_number = np.bincount(grids, minlength=count) == pieces.grids
    held = sums(part[free], atoms.weight[free], len(part))[parts]
    mean = (sums(pieces.of_atom[free], atoms.weight[free], count) / pieces.grids)[piece_of_part]
    off = np.abs(held - mean) > WIDE * mean + EPSILON
    balanced = np.bincount(piece_of_part, off, count) == 0
    return np.asarray(~homeless & whole & right_number & balanced)


def misses(g: Graph, label: Ints, count: int, tolerance: float) -> bool:
    """Return whether a grid's weight lies outside the tolerance."""
    return worst(g, label, count) > tolerance + EPSILON


def worst(g: Graph, label: Ints, count: int) -> float:
    """Return the largest difference of a grid's weight from the fair mean, as a share of it; giants left out."""
    mean, giants = fair_mean(g.weight, count)
    off = np.abs(np.bincount(label, g.weight, count) / mean - 1)
    off[label[giants]] = 0
    return float(off.max())


def _nearer(g: Graph, home: Ints, found: Ints, count: int) -> Ints:
    """Return the plan in force where a repair balanced no better, else the repair."""
    before = np.unique(home, return_inverse=True)[1]
    stays = (home >= 0).all() and before.max() == count - 1
    return before if stays and worst(g, before, count) <= worst(g, found, count) + EPSILON else found


def _moved_least(g: Graph, home: Ints, found: Ints, count: int) -> Ints:
    """Return what the solver finds nearest to the plan in force, where a repair missed ±10 % or moved a whole grid."""
    before = np.unique(home, return_inverse=True)[1].astype(np.int64)
    mean, giants = fair_mean(g.weight, count)
    if home.min() < 0 or before.max() != count - 1 or len(home) * count > MOVABLE or len(giants):
        return found
    if moved_weight(g, before, found) <= mean and not misses(g, found, count, WIDE):
        return found
    if _tied(g, count, WIDE):
        return found
    nearest = least_moved(g, before, count, WIDE, limit=MOVE_LIMIT).label
    return found if nearest is None else nearest


def mend(g: Graph, label: Ints, count: int, tolerance: float, seed: int) -> tuple[Ints, list[Verdict]]:
    """Return a labelling inside the tolerance where one is found, else the best, with a verdict if ±10 % is missed.

    Searches that care less and less for the boundary come first, each polished at its full cost; then the solver. Where
    that shows that there is no such labelling, that is the proof.
    """
    hopeless = tolerance < WIDE and _tied(g, count, tolerance) > 0
    for aim in [WIDE] if hopeless else sorted({tolerance, WIDE}):
        for step, share in enumerate(BALANCE_FIRST):
            if not misses(g, label, count, aim):
                return label, []
            cheap = g._replace(cost=g.cost * share, around=g.around * share)
            tried = partition(cheap, count, seed + 1_000_003 * (step + 1), tolerance=aim, effort=LONGER)
            smooth = polish(g, tried, count, aim, seed)
            label = min(label, tried, smooth, key=lambda one: max(worst(g, one, count), aim))
            if worst(g, smooth, count) <= max(worst(g, label, count), aim):
                label = smooth
    if not misses(g, label, count, WIDE):
        return label, []
    solved, verdict = judge(g, label, count, WIDE)
    return (label, [verdict]) if solved is None else (solved, [])


def _tied(g: Graph, count: int, tolerance: float) -> float:
    """Return a weight no division can part, where it is more than a grid may hold and no single block is, else 0."""
    mean, giants = fair_mean(g.weight, count)
    if len(giants):
        return 0.0
    tied = heaviest_tied(g, mean * (1 - tolerance) - EPSILON)
    return tied if tied > mean * (1 + tolerance) + EPSILON else 0.0


def judge(  # noqa: PLR0911 - each stage of the argument may be the last
    g: Graph, label: Ints, count: int, tolerance: float
) -> tuple[Ints | None, Verdict]:
    """Return a labelling inside the tolerance or None, and why there is none or none was found.

    Parameters
    ----------
    g
        A connected graph.
    label
        A labelling that misses the tolerance, to start from.
    count
        Grids wanted, at least 2.
    tolerance
        Share of the fair mean by which a grid may differ from it.
    """
    if len(fair_mean(g.weight, count)[1]):
        zh, en = (
            "有不可分的重街块，未找到更好的划分",
            "no better division was found beside its indivisible heavy blocks",
        )
        return None, Verdict(tolerance, zh, en)
    tied = _tied(g, count, tolerance)
    if tied:
        zh = f"{tied:g} 连在同一街块上：割出的部分太轻，不足以成为 ±{tolerance:.0%} 以内的网格"
        en = f"{tied:g} hang together on one block: what it cuts off is too light for a grid within ±{tolerance:.0%}"
        return None, Verdict(tolerance, zh, en, proved=True)
    if len(g.weight) * count > SOLVABLE:
        zh, en = (
            "未找到更好的划分；街块太多，无法穷尽搜索",
            "no better division was found; too many blocks for an exact search",
        )
        return None, Verdict(tolerance, zh, en)
    loose = exact_partition(g, count, tolerance, limit=PROOF_LIMIT, touching=False)
    if loose.outcome is Outcome.INFEASIBLE:
        zh = f"{len(g.weight)} 个街块的户数无论怎样组合都分不成 {count} 组 ±{tolerance:.0%} 以内"
        en = f"the weights of its {len(g.weight)} blocks cannot be grouped into {count} within ±{tolerance:.0%}"
        return None, Verdict(tolerance, zh, en, proved=True)
    impossible = Verdict(
        tolerance,
        f"{len(g.weight)} 个街块分不成 {count} 个各自连片且 ±{tolerance:.0%} 以内的组",
        f"no {count} connected groups of its {len(g.weight)} blocks lie within ±{tolerance:.0%}",
        proved=True,
    )
    mean = float(g.weight.sum()) / count
    tiling = tile(g, count, mean * (1 - tolerance) - EPSILON, mean * (1 + tolerance) + EPSILON)
    if tiling.label is not None:
        return tiling.label, Verdict(tolerance)
    if tiling.impossible:
        return None, impossible
    answer = exact_partition(g, count, tolerance, limit=PROOF_LIMIT, hint=label)
    if answer.label is not None:
        return answer.label, Verdict(tolerance)
    if answer.outcome is Outcome.INFEASIBLE:
        return None, impossible
    zh = "在规定时间内既未找到更好的划分，也未证明不可能"
    en = "no better division was found, nor shown impossible, in the time allowed"
    return None, Verdict(tolerance, zh, en)
