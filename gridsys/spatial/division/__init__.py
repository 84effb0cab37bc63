"""Division of areas into grids (网格划分): balanced, seamless, along roads, stable from year to year."""

from gridsys.spatial.division.engine import divide
from gridsys.spatial.division.plan import Plan
from gridsys.spatial.division.proof import CHECKS, prove
from gridsys.spatial.division.rule import Count, Rule, TargetArea, Window

__all__ = ["CHECKS", "Count", "Plan", "Rule", "TargetArea", "Window", "divide", "prove"]
