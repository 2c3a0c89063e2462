"""
Removes references to other sites from stylesheets of block packages.

Most of the stylesheets import a font from elsewhere. The other site would learn who reads what, and pages would wait
for it.
"""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = r"""\s*+(?:"([^"]*)"\s*+|'([^']*)'\s*+|((?:[^"'()\s\\]|\\.)(?:[^()\\]|\\.)*+))"""
"""The text in the brackets of ``url(…)``. Without quotes, it can contain brackets only after backslashes."""

_IMPORT: Final = re.compile(
    rf"""@import\s*(?:url\({_ADDRESS}\)|"([^"]*)"|'([^']*)')[^;{{}}"'@]*(?:;|(?=[{{}}"'@])|$)""",
    re.IGNORECASE | re.DOTALL,
)
_URL: Final = re.compile(rf"url\({_ADDRESS}\)", re.IGNORECASE | re.DOTALL)
_ELSEWHERE: Final = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_NOTHING: Final = 'url("data:,")'


def of_this_site(css: str) -> str:
    """Remove imports from other sites from a stylesheet, and empty its other references there."""
    css = _IMPORT.sub(lambda found: "" if _leads_elsewhere(found) else found[0], css)
    return _URL.sub(lambda found: _NOTHING if _leads_elsewhere(found) else found[0], css)


def _leads_elsewhere(found: re.Match[str]) -> bool:
    address = next((group for group in found.groups() if group is not None), "")
    return _ELSEWHERE.match(address) is not None
