"""What reviewers decided, put in the place of what linking found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridsys.domain.linkage import AddressDoubt
from gridsys.linking.places import Links, review_frame

METHOD_BY_REVIEW = "review"
ACCEPT, REJECT = "accept", "reject"


def apply_decisions(found: Links, decisions: pd.DataFrame, known: pd.Index) -> Links:
    """Return links with reviewers' decisions in force; a decision stands against every method.

    Parameters
    ----------
    found
        What linking found.
    decisions
        Index ``record_id``; ``decision`` (``accept`` or ``reject``) and ``target`` (of an accepted one).
    known
        Targets there are: a decision for one that is gone is not applied, and the record is for review again.

    Examples
    --------
    >>> nothing = Links(pd.DataFrame({"target": [], "method": [], "confidence": []}), review_frame([]))
    >>> decisions = pd.DataFrame({"target": ["r1", None], "decision": ["accept", "reject"]}, index=["h1", "h2"])
    >>> decided = apply_decisions(nothing, decisions, pd.Index(["r1"]))
    >>> decided.links.to_dict("index"), decided.review["reason"].tolist()
    ({'h1': {'target': 'r1', 'method': 'review', 'confidence': 1.0}}, ['rejected-in-review'])
    """
    accepted = decisions[(decisions["decision"] == ACCEPT) & decisions["target"].isin(known)]
    rejected = decisions.index[decisions["decision"] == REJECT]
    settled = accepted.index.union(rejected)
    chosen = pd.DataFrame(
        {"target": accepted["target"].astype("str"), "method": METHOD_BY_REVIEW, "confidence": 1.0},
        index=accepted.index,
    )
    others = found.links[~found.links.index.isin(settled)]
    links = pd.concat([others, chosen.rename_axis("record_id")]) if len(others) else chosen.rename_axis("record_id")
    of = found.review.drop_duplicates("record_id").set_index("record_id")["address"]
    rows: list[tuple[object, ...]] = [
        (key, 1, None, np.nan, AddressDoubt.REJECTED.value, of.get(key)) for key in rejected
    ]
    review = pd.concat([found.review[~found.review["record_id"].isin(settled)], review_frame(rows)], ignore_index=True)
    return Links(links, review)
