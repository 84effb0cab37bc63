"""Indicators: frames in, frames out."""

from gridsys.measure.explanation import explain_division
from gridsys.measure.profile import grid_profile
from gridsys.measure.rates import chain_rates, failure_reasons
from gridsys.measure.rollup import UNPLACED, Facts, age_bands, facts_of, for_public, per, roll_up
from gridsys.measure.unitgrids import UnitGridSize, unit_grid_size

__all__ = [
    "UNPLACED",
    "Facts",
    "UnitGridSize",
    "age_bands",
    "chain_rates",
    "explain_division",
    "facts_of",
    "failure_reasons",
    "for_public",
    "grid_profile",
    "per",
    "roll_up",
    "unit_grid_size",
]
