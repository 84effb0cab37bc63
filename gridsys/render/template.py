"""Pages from the templates of ``maps/templates``: every value escaped, style and script allowed by their hash."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any, Final

import jinja2
from markupsafe import Markup

from gridsys.resources import resource

STYLES: Final = ("division.css",)


def render_template(
    template: str,
    /,
    *,
    styles: tuple[str, ...] = STYLES,
    script: str | None = None,
    **values: Any,  # noqa: ANN401 - a template takes values of any type
) -> str:
    """Return a page: a template of ``maps/templates`` with its values, its style sheets, and its program.

    Parameters
    ----------
    template
        Its file.
    styles
        Style sheets of ``maps/templates``, joined; the page gets ``style`` and ``style_hash``.
    script
        A module of ``maps/src/pages`` that imports no other; the page gets ``script`` and ``script_hash``.
    **values
        What else the template asks for.

    Raises
    ------
    SettingsError
        GS902 when a file is missing.
    """
    style = "".join(resource("maps", "templates", sheet).read_text(encoding="utf-8") for sheet in styles)
    own = {"style": Markup(style), "style_hash": _hash(style)}  # noqa: S704 - our own files
    if script is not None:
        program = resource("maps", "src", "pages", script).read_text(encoding="utf-8")
        own |= {"script": Markup(program), "script_hash": _hash(program)}  # noqa: S704
    return _environment().get_template(template).render(**own, **values)


@cache
def _environment() -> jinja2.Environment:
    folder = resource("maps", "templates")
    return jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined)


def _hash(text: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Markup(f"'sha256-{digest}'")  # noqa: S704 - base64
