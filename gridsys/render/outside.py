"""What a page would ask of the network when it is opened."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

# Attributes a browser follows by itself; a link (<a href>) waits for a click and is left out.
_LOADING: Final = {
    ("script", "src"), ("link", "href"), ("img", "src"), ("img", "srcset"), ("iframe", "src"), ("object", "data"),
    ("embed", "src"), ("video", "src"), ("audio", "src"), ("source", "src"), ("source", "srcset"), ("base", "href"),
}  # fmt: skip
_IN_STYLE: Final = re.compile(r"""(?:url\(\s*["']?|@import\s+["']?)((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        for name, value in attrs:
            text = value or ""
            if (tag, name) in _LOADING and not text.startswith(("data:", "blob:", "#")):
                self.found.append(f"<{tag} {name}={text[:80]}>")
            elif name == "style":
                self.found += _IN_STYLE.findall(text)

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._style:
            self.found += _IN_STYLE.findall(data)


def outside_requests(page: str) -> list[str]:
    """Return everything in a page's markup and styles that a browser would fetch from elsewhere.

    What scripts ask for at run time is held back by the page's Content-Security-Policy and tested in a browser.

    Examples
    --------
    >>> outside_requests('<img src="data:image/png;base64,AA"><a href="https://example.org">x</a>')
    []
    >>> outside_requests('<script src="https://example.org/a.js"></script><style>a{background:url(//b.org/c)}</style>')
    ['<script src=https://example.org/a.js>', '//b.org/c']
    """
    loads = _Loads()
    loads.feed(page)
    return loads.found
