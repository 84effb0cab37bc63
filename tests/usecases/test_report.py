"""The report of a division, its figures and its map stand beside each other."""

from __future__ import annotations

from gridsys import Count, DivisionInputs, divide_areas, map_division, report_division, sample_city
from gridsys.domain.rights import Actor
from gridsys.render import outside_requests, read_page


def test_the_report_links_the_map_it_wrote(tmp_path):
    city = sample_city("street", seed=7)
    actor = Actor.parse("li:district-administrator@110101")
    inputs = DivisionInputs(city.communities, roads=city.roads, buildings=city.buildings)
    plan = divide_areas(actor, inputs, rule=Count(35), weight="households", seed=7)
    page, figures, drawn = report_division(actor, plan, inputs, tmp_path / "plan 1.html")
    assert figures.exists()
    assert drawn.name == "plan 1-map.html"
    assert 'href="plan%201-map.html"' in page.read_text("utf-8")
    text = drawn.read_text("utf-8")
    assert outside_requests(text) == []
    assert read_page(text)["grids"] == plan.grids.index.tolist()
    assert map_division(plan, roads=city.roads, buildings=city.buildings).to_html() == text
