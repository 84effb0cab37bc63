"""The only code that builds maps: grids, incidents and their background as one offline page, or as a picture."""

from gridsys.render.atlas import AtlasTables, atlas_pages
from gridsys.render.atlaspicture import Surroundings
from gridsys.render.basemap import Basemap
from gridsys.render.divisionreport import DivisionTables, division_report
from gridsys.render.gridmap import GridMap
from gridsys.render.indicator import Indicator
from gridsys.render.outside import outside_requests
from gridsys.render.page import read_page
from gridsys.render.plandiff import CHANGE_ZH, difference_page
from gridsys.render.planmap import plan_map, quality_map

__all__ = [
    "CHANGE_ZH",
    "AtlasTables",
    "Basemap",
    "DivisionTables",
    "GridMap",
    "Indicator",
    "Surroundings",
    "atlas_pages",
    "difference_page",
    "division_report",
    "outside_requests",
    "plan_map",
    "quality_map",
    "read_page",
]
