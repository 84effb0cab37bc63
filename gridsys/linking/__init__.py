"""The chain person → household → house → grid, resolved from claims, and places found by address and position."""

from gridsys.linking.chain import Linkage, link_chain
from gridsys.linking.decisions import apply_decisions
from gridsys.linking.places import Links, link_places
from gridsys.linking.register import Register

__all__ = ["Linkage", "Links", "Register", "apply_decisions", "link_chain", "link_places"]
