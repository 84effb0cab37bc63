"""Pages from the templates of ``maps/templates``: every value escaped, one style sheet allowed by its hash."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

import jinja2
from markupsafe import Markup

from gridsys.resources import resource

STYLE: Final = "division.css"


def render_template(name: str, **values: Any) -> str:  # noqa: ANN401 - a template takes values of any type
    """Return a page: a template of ``maps/templates`` with its values and its style sheet.

    Raises
    ------
    SettingsError
        GS902 when the template is missing.
    """
    folder = resource("maps", "templates")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
    )
    style = (folder / STYLE).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return environment.get_template(name).render(
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=Markup(f"'sha256-{digest}'"),  # noqa: S704
        **values,
    )
