"""Indicators: frames in, frames out."""

from gridsys.measure.explanation import explain_division
from gridsys.measure.profile import grid_profile
from gridsys.measure.rates import chain_rates, failure_reasons

__all__ = ["chain_rates", "explain_division", "failure_reasons", "grid_profile"]
