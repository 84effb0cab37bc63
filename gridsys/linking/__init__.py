"""The chain person → household → house → grid, resolved from claims, and places found by address and position."""

from gridsys.linking.chain import METHOD_BY_CODE, Linkage, link_chain
from gridsys.linking.decisions import apply_decisions
from gridsys.linking.matching import SHOWN, match_addresses
from gridsys.linking.places import LINK_COLUMNS, Links, link_places
from gridsys.linking.register import Register

__all__ = [
    "LINK_COLUMNS",
    "METHOD_BY_CODE",
    "SHOWN",
    "Linkage",
    "Links",
    "Register",
    "apply_decisions",
    "link_chain",
    "link_places",
    "match_addresses",
]
