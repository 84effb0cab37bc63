"""Compiled loops of the partition: spanning-tree cuts, boundary annealing, contiguity.

Only +, -, *, / and comparisons on float64 and an integer generator are used, so a seed gives the same grids on every
machine. Energy is the cost of cut edges (in sides of a typical grid) plus a penalty for weight outside the tolerance,
plus the price of weight that left the grid it had before.
"""
# ruff: noqa: C901, PLR0912, PLR0917, PLR1714, PLR2004 - numba compiles plain loops over flat arrays and positional arguments

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridsys.spatial.compiled import compiled
from gridsys.spatial.topology import Floats, Ints


class Graph(NamedTuple):
    """A connected graph: vertex weights, edges with their cost, and each vertex's neighbours in a row.

    The neighbours of ``v`` are ``near[start[v]:start[v + 1]]``, the cost of the edges to them ``around`` at the same
    places.
    """

    weight: Floats
    left: Ints
    right: Ints
    cost: Floats
    start: Ints
    near: Ints
    around: Floats


class Aim(NamedTuple):
    """Weight a grid is to have, and the share of it by which it may differ."""

    mean: float
    tolerance: float


class Home(NamedTuple):
    """Label of each vertex in the plan in force (-1 for none), and the price of moving a mean grid's weight away."""

    label: Ints
    price: float


class Dice(NamedTuple):
    """State of the generator, and minus the logarithms of 4096 evenly spread numbers in 0..1."""

    state: NDArray[np.uint64]
    logs: Floats


class Tree(NamedTuple):
    """A rooted spanning tree: parent, and place in depth-first order; the subtree of v is order[first[v]:last[v]]."""

    up: Ints
    first: Ints
    last: Ints
    order: Ints


LOGS: Final = np.round([-math.log((step + 0.5) / 4096) for step in range(4096)], 6)
"""Tabulated, so that no machine's own logarithm decides a move."""


@compiled
def below(dice: Dice, count: int) -> int:
    """Return a pseudo-random number in 0..count-1 (xorshift64*), advancing the state."""
    x = dice.state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    dice.state[0] = x
    return np.int64(((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % np.uint64(count))  # type: ignore[return-value]


@compiled
def penalty(weight: float, aim: Aim) -> float:
    """Return what a grid of that weight costs: next to nothing inside the tolerance, steeply more outside."""
    off = abs(weight / aim.mean - 1.0)
    over = off - aim.tolerance
    cost = off * 0.02
    if over > 1e-12:
        cost += 0.4 + over * 100.0 + over * over * 2000.0
    return cost


@compiled
def energy(g: Graph, label: Ints, count: int, aim: Aim, home: Home) -> float:
    """Return the energy of a whole labelling."""
    held = np.zeros(count)
    total = 0.0
    for v in range(len(label)):
        held[label[v]] += g.weight[v]
        if home.label[v] >= 0 and home.label[v] != label[v]:
            total += home.price * g.weight[v] / aim.mean
    for e in range(len(g.left)):
        if label[g.left[e]] != label[g.right[e]]:
            total += g.cost[e]
    for grid in range(count):
        total += penalty(held[grid], aim)
    return total


@compiled
def stays_whole(g: Graph, v: int, label: Ints, stack: Ints, seen: Ints, stamp: int) -> bool:
    """Return whether a grid stays in one piece when vertex ``v`` leaves it; ``stamp`` is new at every call."""
    own = label[v]
    need = 0
    for e in range(g.start[v], g.start[v + 1]):
        if label[g.near[e]] == own:
            need += 1
            stack[0] = g.near[e]
            seen[g.near[e]] = -stamp
    if need == 0:
        return False
    top = 1
    found = 1
    seen[stack[0]] = stamp
    seen[v] = stamp
    while top > 0 and found < need:
        top -= 1
        u = stack[top]
        for e in range(g.start[u], g.start[u + 1]):
            w = g.near[e]
            if label[w] == own and seen[w] != stamp:
                if seen[w] == -stamp:
                    found += 1
                seen[w] = stamp
                stack[top] = w
                top += 1
    return found == need


@compiled
def gain(g: Graph, v: int, to: int, label: Ints, held: Floats, aim: Aim, home: Home) -> float:
    """Return by how much the energy changes when vertex ``v`` goes to another grid."""
    own = label[v]
    change = 0.0
    for e in range(g.start[v], g.start[v + 1]):
        other = label[g.near[e]]
        if other == own:
            change += g.around[e]
        elif other == to:
            change -= g.around[e]
    change += penalty(held[own] - g.weight[v], aim) - penalty(held[own], aim)
    change += penalty(held[to] + g.weight[v], aim) - penalty(held[to], aim)
    if home.label[v] == own:
        change += home.price * g.weight[v] / aim.mean
    elif home.label[v] == to:
        change -= home.price * g.weight[v] / aim.mean
    return change


@compiled
def anneal(
    g: Graph,
    label: Ints,
    members: Ints,
    active: NDArray[np.bool_],
    aim: Aim,
    home: Home,
    steps: int,
    hot: float,
    dice: Dice,
) -> None:
    """Move members between active grids across their borders, cooling as it goes; grids stay in one piece."""
    count = np.zeros(len(active), np.int64)
    held = np.zeros(len(active))
    for v in range(len(label)):
        count[label[v]] += 1
        held[label[v]] += g.weight[v]
    seen = np.zeros(len(label), np.int64)
    stack = np.empty(len(label), np.int64)
    heat = hot
    for step in range(steps):
        if step % 64 == 0:
            ahead = 1.0 - step / steps
            heat = hot * (ahead * ahead * ahead * ahead + 0.003 * ahead)
        v = members[below(dice, len(members))]
        degree = g.start[v + 1] - g.start[v]
        if degree == 0:
            continue
        own = label[v]
        to = label[g.near[g.start[v] + below(dice, degree)]]
        if own == to or not active[to] or count[own] == 1:
            continue
        if gain(g, v, to, label, held, aim, home) > heat * dice.logs[below(dice, 4096)]:
            continue
        if not stays_whole(g, v, label, stack, seen, step + 1):
            continue
        label[v] = to
        held[own] -= g.weight[v]
        held[to] += g.weight[v]
        count[own] -= 1
        count[to] += 1


@compiled
def root_of(up: Ints, v: int) -> int:
    """Return the representative of a vertex in a forest of unions, halving the path."""
    while up[v] != v:
        up[v] = up[up[v]]
        v = up[v]
    return v


@compiled
def ascending(key: Floats) -> Ints:
    """Return the order of keys (heapsort: numpy's argsort takes seconds to compile)."""
    n = len(key)
    order = np.arange(n)
    for turn in range(n // 2 + n):
        if turn < n // 2:
            top, end = n // 2 - 1 - turn, n
        else:
            top, end = 0, n - 1 - (turn - n // 2)
            order[0], order[end] = order[end], order[0]
        while 2 * top + 1 < end:
            child = 2 * top + 1
            if child + 1 < end and key[order[child]] < key[order[child + 1]]:
                child += 1
            if key[order[top]] >= key[order[child]]:
                break
            order[top], order[child] = order[child], order[top]
            top = child
    return order


@compiled
def spanning_tree(g: Graph, edges: Ints, root: int, size: int, dice: Dice) -> Tree:
    """Return a random spanning tree of ``size`` vertices over some edges; costly edges are taken first."""
    n = len(g.weight)
    key = np.empty(len(edges))
    for i in range(len(edges)):
        key[i] = (below(dice, 1000000) + 1) / (0.05 + g.cost[edges[i]])
    union = np.arange(n)
    head = np.full(n, -1, np.int64)
    link = np.empty(2 * n, np.int64)
    to = np.empty(2 * n, np.int64)
    links = 0
    for i in ascending(key):
        a = g.left[edges[i]]
        b = g.right[edges[i]]
        if root_of(union, a) != root_of(union, b):
            union[root_of(union, a)] = root_of(union, b)
            to[links], link[links], head[a] = b, head[a], links
            to[links + 1], link[links + 1], head[b] = a, head[b], links + 1
            links += 2
    up = np.full(n, -1, np.int64)
    first = np.zeros(n, np.int64)
    last = np.zeros(n, np.int64)
    order = np.empty(size, np.int64)
    trail = np.empty(size, np.int64)
    trail[0] = order[0] = up[root] = root
    depth = reached = 1
    while depth > 0:
        u = trail[depth - 1]
        e = head[u]
        if e < 0:
            last[u] = reached
            depth -= 1
            continue
        head[u] = link[e]
        w = to[e]
        if up[w] < 0:
            up[w] = u
            first[w] = reached
            order[reached] = trail[depth] = w
            reached += 1
            depth += 1
    return Tree(up, first, last, order)


@compiled
def subtree_sums(g: Graph, tree: Tree, edges: Ints) -> tuple[Floats, Floats]:
    """Return the weight of each subtree and the cost of the edges that leave it.

    An edge leaves the subtrees between its ends and their lowest common ancestor: count it once at each end, take it
    away twice at the ancestor, and sum upwards.
    """
    weight = g.weight.copy()
    cut = np.zeros(len(weight))
    for e in edges:
        a = g.left[e]
        b = g.right[e]
        cut[a] += g.cost[e]
        cut[b] += g.cost[e]
        while not (tree.first[a] <= tree.first[b] < tree.last[a]):
            a = tree.up[a]
        cut[a] -= 2.0 * g.cost[e]
    for i in range(len(tree.order) - 1, 0, -1):
        v = tree.order[i]
        weight[tree.up[v]] += weight[v]
        cut[tree.up[v]] += cut[v]
    return weight, cut


@compiled
def tree_cut(g: Graph, label: Ints, own: int, new: int, stay: int, go: int, tries: int, aim: Aim, dice: Dice) -> bool:
    """Split the vertices of one grid into room for ``stay`` grids, which keep the label, and for ``go`` new ones.

    Of all edges of some random spanning trees the one is cut that costs least and balances best. Returns whether
    there was one that leaves each side at least as many vertices as it needs.
    """
    inside = np.empty(len(g.left), np.int64)
    m = 0
    for e in range(len(g.left)):
        if label[g.left[e]] == own and label[g.right[e]] == own:
            inside[m] = e
            m += 1
    edges = inside[:m].copy()
    size = 0
    root = 0
    total = 0.0
    for v in range(len(label)):
        if label[v] == own:
            size += 1
            root = v
            total += g.weight[v]
    if size < stay + go or m < size - 1:
        return False
    best = 1e300
    leaving = np.zeros(len(label), np.bool_)
    for _ in range(tries):
        tree = spanning_tree(g, edges, root, size, dice)
        weight, cut = subtree_sums(g, tree, edges)
        for i in range(1, size):
            v = tree.order[i]
            under = tree.last[v] - tree.first[v]
            for flipped in range(2):
                p = go if flipped == 0 else stay
                q = stay if flipped == 0 else go
                if under < p or size - under < q:
                    continue
                value = cut[v] + p * penalty(weight[v] / p, aim) + q * penalty((total - weight[v]) / q, aim)
                if value < best:
                    best = value
                    for z in range(size):
                        in_subtree = tree.first[v] <= z < tree.last[v]
                        leaving[tree.order[z]] = in_subtree == (flipped == 0)
    if best > 1e299:
        return False
    for v in range(len(label)):
        if leaving[v]:
            label[v] = new
    return True


@compiled
def seed_labels(g: Graph, label: Ints, count: int, aim: Aim, dice: Dice) -> bool:
    """Label the vertices 0..count-1 by halving them along random spanning trees until each part is one grid."""
    label[:] = 0
    parts = np.ones(count, np.int64)
    parts[0] = count
    used = 1
    grid = 0
    stuck = False
    while used < count:
        while parts[grid] == 1:
            grid += 1
        go = 1 if stuck else parts[grid] // 2
        if tree_cut(g, label, grid, used, parts[grid] - go, go, 8, aim, dice):
            parts[grid] -= go
            parts[used] = go
            used += 1
            grid = 0
            stuck = False
        elif stuck:
            return False
        else:
            stuck = True
    return True


@compiled
def improve(g: Graph, label: Ints, count: int, aim: Aim, home: Home, rounds: int, effort: int, dice: Dice) -> float:
    """Merge two touching grids, split them anew and anneal their border, many times; keep what is no worse.

    Every eighth round gives the lightest grid away to a neighbour and splits the heaviest in its place.
    """
    n = len(label)
    members = np.empty(n, np.int64)
    active = np.zeros(count, np.bool_)
    best = energy(g, label, count, aim, home)
    before = label.copy()
    for turn in range(rounds):
        e = below(dice, len(g.left))
        one = label[g.left[e]]
        other = label[g.right[e]]
        split = one
        if turn % 8 == 7 and count > 2:
            held = np.zeros(count)
            for v in range(n):
                held[label[v]] += g.weight[v]
            lightest = held.argmin()
            if one == lightest or other == lightest:
                one, other, split = one + other - lightest, lightest, held.argmax()
        if one == other or split == other:
            continue
        size = 0
        for v in range(n):
            before[v] = label[v]
            if label[v] == one or label[v] == other or label[v] == split:
                members[size] = v
                size += 1
            if label[v] == other:
                label[v] = one
        if not tree_cut(g, label, split, other, 1, 1, 3, aim, dice):
            label[:] = before
            continue
        active[one] = active[other] = active[split] = True
        anneal(g, label, members[:size].copy(), active, aim, home, effort * size, 0.15, dice)
        active[one] = active[other] = active[split] = False
        now = energy(g, label, count, aim, home)
        if now <= best:
            best = now
        else:
            label[:] = before
    return best


@compiled
def nowhere(count: int) -> Home:
    """Return the home of vertices that had none."""
    return Home(np.full(count, -1, np.int64), 0.0)


@compiled
def solve(g: Graph, count: int, aim: Aim, restarts: int, sweeps: int, rounds: int, dice: Dice) -> Ints:
    """Return the best labelling of several starts."""
    n = len(g.weight)
    best = np.zeros(n, np.int64)
    least = 1e300
    home = nowhere(n)
    label = np.zeros(n, np.int64)
    active = np.ones(count, np.bool_)
    members = np.arange(n)
    for _ in range(restarts):
        if not seed_labels(g, label, count, aim, dice):
            continue
        anneal(g, label, members, active, aim, home, sweeps * n, 0.5, dice)
        found = improve(g, label, count, aim, home, rounds, 30, dice)
        if found < least:
            least = found
            best[:] = label
    return best
