"""The chain person → household → house → grid, resolved from claims."""

from gridsys.linking.chain import Linkage, link_chain

__all__ = ["Linkage", "link_chain"]
