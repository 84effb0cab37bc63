"""What a reader with a solver can find out about withheld cells from all that is published around them."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def equations(cells, relations):
    """Every total an attacker knows must hold, as (coefficients by cell, 0)."""
    keys = [(code, column) for code in cells.index for column in cells.columns]
    place = {key: at for at, key in enumerate(keys)}
    rows = []
    for column in cells.columns:
        for digits, above in ((15, 12), (12, 9), (9, 6)):
            for area in (code for code in cells.index if len(code) == above):
                row = np.zeros(len(keys))
                row[place[area, column]] = 1
                for part in cells.index:
                    if len(part) == digits and part.startswith(area):
                        row[place[part, column]] = -1
                rows.append(row)
    for total, parts in relations.items():
        for code in cells.index if total in cells else ():
            row = np.zeros(len(keys))
            row[place[code, total]] = 1
            row[[place[code, part] for part in parts]] = -1
            rows.append(row)
    return keys, np.array(rows)


def attack(cells, published, relations, rates=()):
    """Least and greatest whole number each withheld cell can be, by integer programming on all that is published.

    ``rates`` are (code, numerator, denominator, low, high): the numerator lies between low and high of the denominator.
    """
    keys, rows = equations(cells, relations)
    known = np.array([published.loc[key] for key in keys])
    low, high = np.where(np.isnan(known), 0, known), np.where(np.isnan(known), 1e4, known)
    rules = [LinearConstraint(rows, 0, 0)]
    for code, numerator, denominator, least, most in rates:
        for share, bound in ((least, (0, np.inf)), (most, (-np.inf, 0))):
            row = np.zeros(len(keys))
            row[keys.index((code, numerator))], row[keys.index((code, denominator))] = 1, -share
            rules.append(LinearConstraint(row[None], *bound))
    found = {}
    for at in np.flatnonzero(np.isnan(known)):
        goal = np.zeros(len(keys))
        goal[at] = 1
        ends = [
            milp(sign * goal, constraints=rules, bounds=Bounds(low, high), integrality=np.ones(len(keys)))
            for sign in (1, -1)
        ]
        assert all(end.x is not None for end in ends)
        found[keys[at]] = (round(ends[0].x[at]), round(ends[1].x[at]))
    return found
