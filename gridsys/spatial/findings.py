"""Findings of spatial work as one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import geopandas as gpd

from gridsys.domain.finding import FINDING_COLUMNS, Finding


def findings_frame(findings: Iterable[Finding], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - any CRS geopandas takes
    """Return findings as a GeoDataFrame.

    Columns are those of :data:`gridsys.domain.finding.FINDING_COLUMNS`; the index counts from 0; a finding without a
    place has a missing geometry.

    Parameters
    ----------
    findings
        What was found, in the order to be kept.
    crs
        CRS of the geometries.

    Examples
    --------
    >>> from gridsys.domain.finding import Severity
    >>> one = Finding("area.gap", Severity.WARNING, "area", "110101001007", "a gap of 2 m²", "none needed")
    >>> findings_frame([one], "EPSG:4548")[["check", "severity"]].to_dict("records")
    [{'check': 'area.gap', 'severity': 'warning'}]
    """
    rows = [asdict(finding) | {"severity": finding.severity.value} for finding in findings]
    return gpd.GeoDataFrame(rows, columns=list(FINDING_COLUMNS), geometry="geometry", crs=crs)
