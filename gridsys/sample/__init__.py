"""The seeded synthetic city: areas, roads, buildings, people, incidents, and the faults planted among them."""

from gridsys.sample.city import City, Scale, make_city
from gridsys.sample.identity import REGIONS
from gridsys.sample.people import REFERENCE_DATE
from gridsys.sample.postings import make_postings

__all__ = ["REFERENCE_DATE", "REGIONS", "City", "Scale", "make_city", "make_postings"]
