"""Resolves links between the activities of a backup, which Moodle writes as ``$@PAGEVIEWBYID*12@$``."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final
from urllib.parse import quote

from ...site_language import gettext as _

_LINK: Final = re.compile(r"\$@([A-Z]{1,60})\*(\d{1,20})(?:\*[\w*-]{0,60})?@\$")
_BY_MODULE: Final = re.compile(r"([A-Z]{1,50}?)VIEWBYID(?:CH)?\Z")
_SHOWN: Final = 10


def resolved(text: str, names: Container[str]) -> tuple[str, str]:
    """
    Replace the links between activities in a text by links to blocks.

    Args:
        text: HTML.
        names: ``url_name`` of each block of an activity: type and id of its module, such as ``page-12``.

    Returns: the text, and a note about the links that lead nowhere ("" without any).
    """
    unresolved: dict[str, None] = {}

    def replaced(found: re.Match[str]) -> str:
        kind = _BY_MODULE.match(found[1])
        name = f"{kind[1].lower()}-{found[2]}" if kind else ""
        if name not in names:
            unresolved[found[0]] = None
            return found[0]
        return f"/jump_to_id/{quote(name)}"

    text = _LINK.sub(replaced, text)
    if not unresolved:
        return text, ""
    shown = ", ".join(list(unresolved)[:_SHOWN])
    return text, _("Links that the backup does not resolve: %(links)s.") % {"links": shown}
