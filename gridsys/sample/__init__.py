"""The seeded synthetic city: areas, roads, buildings, people, incidents, and the faults planted among them."""

from gridsys.sample.addresses import Addresses, make_addresses, noise_table
from gridsys.sample.city import City, Scale, make_city
from gridsys.sample.identity import REGIONS
from gridsys.sample.items import make_items
from gridsys.sample.people import REFERENCE_DATE
from gridsys.sample.postings import make_postings

__all__ = [
    "REFERENCE_DATE",
    "REGIONS",
    "Addresses",
    "City",
    "Scale",
    "make_addresses",
    "make_city",
    "make_items",
    "make_postings",
    "noise_table",
]
