"""Compiled loops of the partition: spanning-tree cuts, boundary annealing, contiguity.

Only +, -, *, / and comparisons on float64 and an integer generator are used, so a seed gives the same grids on every
machine. Energies are cut cost (in units of a typical grid's side) plus a penalty for weight outside the tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function compiled on first use, cached where the installation or the user's folder can be written."""
    try:
        return njit(cache=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # numba finds no folder to cache in
        return njit(function)  # type: ignore[no-any-return]


LOGS: Final = np.round([-math.log((step + 0.5) / 4096) for step in range(4096)], 6)
"""Minus the logarithm of a uniform number, tabulated so that no machine's own logarithm decides a move."""


@compiled
def below(state, count):
    """Return a pseudo-random number in 0..count-1 (xorshift64*), advancing the state."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.int64(((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % np.uint64(count))


@compiled
def penalty(weight, mean, tolerance):
    """Return what a grid of that weight costs: next to nothing inside the tolerance, steeply more outside."""
    off = abs(weight / mean - 1.0)
    over = off - tolerance
    cost = off * 0.02
    if over > 1e-12:
        cost += 0.05 + over * 60.0 + over * over * 2000.0
    return cost


@compiled
def stays_whole(vertex, own, label, start, near, stack, seen, stamp):
    """Return whether a grid stays in one piece when a vertex leaves it."""
    need = 0
    first = -1
    for e in range(start[vertex], start[vertex + 1]):
        if label[near[e]] == own:
            need += 1
            first = near[e]
            seen[near[e]] = -stamp
    if need == 0:
        return False
    if need == 1:
        return True
    top = 1
    stack[0] = first
    seen[first] = stamp
    seen[vertex] = stamp
    found = 1
    while top > 0:
        top -= 1
        u = stack[top]
        for e in range(start[u], start[u + 1]):
            w = near[e]
            if label[w] == own and seen[w] != stamp:
                if seen[w] == -stamp:
                    found += 1
                    if found == need:
                        return True
                seen[w] = stamp
                stack[top] = w
                top += 1
    return False


@compiled
def anneal(start, near, cost, weight, label, members, active, mean, tolerance, steps, hot, home, stay, state, logs):
    """Move border vertices between active labels, cooling as it goes; return the change of energy.

    ``home`` is the label a vertex had in the plan in force (-1 for none) and ``stay`` what leaving it costs by weight.
    """
    n = len(label)
    count = np.zeros(len(active), np.int64)
    held = np.zeros(len(active))
    for v in range(n):
        count[label[v]] += 1
        held[label[v]] += weight[v]
    seen = np.zeros(n, np.int64)
    stack = np.empty(n, np.int64)
    stamp = 0
    change = 0.0
    heat = hot
    m = len(members)
    for step in range(steps):
        if step % 64 == 0:
            ahead = 1.0 - step / steps
            heat = hot * (ahead * ahead * ahead * ahead + 0.003 * ahead)
        v = members[below(state, m)]
        degree = start[v + 1] - start[v]
        if degree == 0:
            continue
        g = label[v]
        h = label[near[start[v] + below(state, degree)]]
        if g == h or not active[h] or count[g] == 1:
            continue
        delta = 0.0
        for e in range(start[v], start[v + 1]):
            other = label[near[e]]
            if other == g:
                delta += cost[e]
            elif other == h:
                delta -= cost[e]
        delta += penalty(held[g] - weight[v], mean, tolerance) - penalty(held[g], mean, tolerance)
        delta += penalty(held[h] + weight[v], mean, tolerance) - penalty(held[h], mean, tolerance)
        if home[v] == g:
            delta += stay * weight[v] / mean
        elif home[v] == h:
            delta -= stay * weight[v] / mean
        if delta > heat * logs[below(state, 4096)]:
            continue
        stamp += 1
        if not stays_whole(v, g, label, start, near, stack, seen, stamp):
            continue
        label[v] = h
        held[g] -= weight[v]
        held[h] += weight[v]
        count[g] -= 1
        count[h] += 1
        change += delta
    return change


@compiled
def tree_cut(left, right, cost, weight, label, own, new, parts, tries, mean, tolerance, state):
    """Split the vertices labelled ``own`` along a random spanning tree: ``parts[0]`` grids keep it, ``parts[1]`` go.

    Of all tree edges of all tries the one with the least penalty and cut is taken. Returns whether a split was found.
    """
    n = len(label)
    edges = np.empty(len(left), np.int64)
    m = 0
    for e in range(len(left)):
        if label[left[e]] == own and label[right[e]] == own:
            edges[m] = e
            m += 1
    total = 0.0
    size = 0
    root = -1
    for v in range(n):
        if label[v] == own:
            total += weight[v]
            size += 1
            root = v
    if size < parts[0] + parts[1]:
        return False
    best = 1e300
    side = np.zeros(n, np.bool_)
    key = np.empty(m)
    up = np.empty(n, np.int64)
    head = np.empty(n, np.int64)
    link = np.empty(2 * n, np.int64)
    to = np.empty(2 * n, np.int64)
    order = np.empty(size, np.int64)
    first = np.empty(n, np.int64)
    last = np.empty(n, np.int64)
    below_weight = np.empty(n)
    inner = np.empty(n)
    for _ in range(tries):
        for i in range(m):
            key[i] = (below(state, 1000000) + 1) / (0.05 + cost[edges[i]])
        by_key = np.argsort(key)
        for v in range(n):
            up[v] = v
            head[v] = -1
        links = 0
        for i in by_key:
            a = left[edges[i]]
            b = right[edges[i]]
            ra = a
            while up[ra] != ra:
                up[ra] = up[up[ra]]
                ra = up[ra]
            rb = b
            while up[rb] != rb:
                up[rb] = up[up[rb]]
                rb = up[rb]
            if ra != rb:
                up[ra] = rb
                to[links] = b
                link[links] = head[a]
                head[a] = links
                links += 1
                to[links] = a
                link[links] = head[b]
                head[b] = links
                links += 1
        # depth-first order: the subtree of v is order[first[v]:last[v]]
        for v in range(n):
            up[v] = -1
        depth = 1
        c = 0
        trail = np.empty(size, np.int64)
        trail[0] = root
        up[root] = root
        first[root] = 0
        order[0] = root
        c = 1
        while depth > 0:
            u = trail[depth - 1]
            e = head[u]
            if e < 0:
                last[u] = c
                depth -= 1
                continue
            head[u] = link[e]
            w = to[e]
            if up[w] < 0:
                up[w] = u
                first[w] = c
                order[c] = w
                c += 1
                trail[depth] = w
                depth += 1
        if c < size:
            return False
        for v in order:
            below_weight[v] = weight[v]
            inner[v] = 0.0
        # cut of a subtree = sum of its edges' cost - 2 x the edges inside, which is a sum of vertex terms at each edge's
        # lowest common ancestor; walking up from the deeper end finds that ancestor
        for i in range(m):
            a = left[edges[i]]
            b = right[edges[i]]
            x = cost[edges[i]]
            inner[a] += x
            inner[b] += x
            while not (first[a] <= first[b] and first[b] < last[a]):
                a = up[a]
            inner[a] -= 2.0 * x
        for i in range(size - 1, 0, -1):
            v = order[i]
            below_weight[up[v]] += below_weight[v]
            inner[up[v]] += inner[v]
        for i in range(1, size):
            v = order[i]
            for turn in range(2):
                p = parts[turn]
                q = parts[1 - turn]
                inside = last[v] - first[v]
                if inside < p or size - inside < q:
                    continue
                value = inner[v]
                value += p * penalty(below_weight[v] / p, mean, tolerance)
                value += q * penalty((total - below_weight[v]) / q, mean, tolerance)
                if value < best:
                    best = value
                    for z in range(size):
                        inside_now = z >= first[v] and z < last[v]
                        side[order[z]] = inside_now == (turn == 1)
                if parts[0] == parts[1]:
                    break
    if best > 1e299:
        return False
    for v in order:
        if side[v]:
            label[v] = new
    return True


@compiled
def energy(left, right, cost, weight, label, count, mean, tolerance):
    """Return cut cost plus penalties of a whole labelling."""
    held = np.zeros(count)
    total = 0.0
    for v in range(len(label)):
        held[label[v]] += weight[v]
    for e in range(len(left)):
        if label[left[e]] != label[right[e]]:
            total += cost[e]
    for g in range(count):
        total += penalty(held[g], mean, tolerance)
    return total


@compiled
def seeds(left, right, cost, weight, label, count, tries, mean, tolerance, state):
    """Label the vertices 0..count-1 by halving them along random spanning trees until each part is one grid."""
    label[:] = 0
    parts = np.ones(count, np.int64)
    parts[0] = count
    used = 1
    wanted = np.empty(2, np.int64)
    while used < count:
        g = 0
        while parts[g] == 1:
            g += 1
        wanted[1] = parts[g] // 2
        wanted[0] = parts[g] - wanted[1]
        if not tree_cut(left, right, cost, weight, label, g, used, wanted, tries, mean, tolerance, state):
            wanted[1] = 1
            wanted[0] = parts[g] - 1
            if not tree_cut(left, right, cost, weight, label, g, used, wanted, tries, mean, tolerance, state):
                return False
        parts[g] = wanted[0]
        parts[used] = wanted[1]
        used += 1
    return True


@compiled
def improve(
    start,
    near,
    around,
    left,
    right,
    cost,
    weight,
    label,
    count,
    mean,
    tolerance,
    rounds,
    effort,
    hot,
    home,
    stay,
    state,
    logs,
):
    """Merge two touching grids, split them anew and anneal their border; keep what is no worse."""
    n = len(label)
    members = np.empty(n, np.int64)
    active = np.zeros(count, np.bool_)
    pair = np.ones(2, np.int64)
    best = energy(left, right, cost, weight, label, count, mean, tolerance) + strayed(weight, label, home, stay, mean)
    before = label.copy()
    for _ in range(rounds):
        e = below(state, len(left))
        g = label[left[e]]
        h = label[right[e]]
        if g == h:
            continue
        size = 0
        for v in range(n):
            before[v] = label[v]
            if label[v] == g or label[v] == h:
                members[size] = v
                size += 1
        for i in range(size):
            label[members[i]] = g
        if not tree_cut(left, right, cost, weight, label, g, h, pair, 3, mean, tolerance, state):
            label[:] = before
            continue
        active[g] = True
        active[h] = True
        anneal(
            start,
            near,
            around,
            weight,
            label,
            members[:size],
            active,
            mean,
            tolerance,
            effort * size,
            hot,
            home,
            stay,
            state,
            logs,
        )
        active[g] = False
        active[h] = False
        now = energy(left, right, cost, weight, label, count, mean, tolerance) + strayed(
            weight, label, home, stay, mean
        )
        if now <= best:
            best = now
        else:
            label[:] = before
    return best


@compiled
def strayed(weight, label, home, stay, mean):
    """Return what the vertices outside the grid they had before cost."""
    total = 0.0
    for v in range(len(label)):
        if home[v] >= 0 and home[v] != label[v]:
            total += stay * weight[v] / mean
    return total


@compiled
def solve(
    start, near, around, left, right, cost, weight, count, mean, tolerance, restarts, sweeps, rounds, state, logs
):
    """Return the best labelling of several starts, and its energy."""
    n = len(weight)
    best = np.zeros(n, np.int64)
    least = 1e300
    home = np.full(n, -1, np.int64)
    members = np.arange(n)
    active = np.ones(count, np.bool_)
    label = np.zeros(n, np.int64)
    for _ in range(restarts):
        if not seeds(left, right, cost, weight, label, count, 8, mean, tolerance, state):
            continue
        anneal(
            start,
            near,
            around,
            weight,
            label,
            members,
            active,
            mean,
            tolerance,
            sweeps * n,
            0.5,
            home,
            0.0,
            state,
            logs,
        )
        improve(
            start,
            near,
            around,
            left,
            right,
            cost,
            weight,
            label,
            count,
            mean,
            tolerance,
            rounds,
            30,
            0.15,
            home,
            0.0,
            state,
            logs,
        )
        found = energy(left, right, cost, weight, label, count, mean, tolerance)
        if found < least:
            least = found
            best[:] = label
    return best, least
