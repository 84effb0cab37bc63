"""The four rates of the chain (人进户率、户进房率、房进格率、格进图率)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridsys.domain.linkage import Link


def chain_rates(totals: Mapping[Link, int], failures: pd.DataFrame) -> pd.DataFrame:
    """Return linked ÷ total of each link of the chain.

    Parameters
    ----------
    totals
        Records each link was asked of: persons, households, rooms, grids.
    failures
        One row for each record that failed, with a ``link`` column.

    Returns
    -------
    DataFrame
        Index ``link``; ``zh``, ``linked`` and ``total`` (records), ``rate`` (0–1; missing where the total is 0).

    Examples
    --------
    >>> chain_rates({Link.RESIDENCE: 4}, pd.DataFrame({"link": ["residence"]}))
                zh  linked  total  rate
    link
    residence  人进户       3      4  0.75
    """
    lost = failures["link"].value_counts() if len(failures) else pd.Series(dtype=int)
    rows = [(link.value, link.zh, total - int(lost.get(link.value, 0)), total) for link, total in totals.items()]
    rates = pd.DataFrame(rows, columns=["link", "zh", "linked", "total"]).set_index("link")
    rates["rate"] = (rates["linked"] / rates["total"].where(rates["total"] > 0)).astype(float)
    return rates


def failure_reasons(failures: pd.DataFrame) -> pd.DataFrame:
    """Return how many records failed for each reason, in the order of the chain.

    Examples
    --------
    >>> failure_reasons(pd.DataFrame({"link": ["residence"] * 2, "reason": ["household-unknown"] * 2}))
            link             reason  records
    0  residence  household-unknown        2
    """
    counts = failures.groupby(["link", "reason"]).size().rename("records").reset_index()
    order = {link.value: place for place, link in enumerate(Link)}
    place = counts["link"].map(order)
    return counts.assign(place=place).sort_values(["place", "reason"], ignore_index=True).drop(columns="place")
