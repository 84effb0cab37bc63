"""Indicators: frames in, frames out."""

from gridsys.measure.profile import grid_profile
from gridsys.measure.rates import chain_rates, failure_reasons

__all__ = ["chain_rates", "failure_reasons", "grid_profile"]
