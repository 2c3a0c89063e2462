"""Tags of the templates of the workbench."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()

_MARKS: Final = {"-": "wb-removed", "+": "wb-added", "@": "wb-quiet-line"}


@register.simple_tag
def difference_line(line: str) -> SafeString:
    """Render a line of a unified difference, with words for screen readers."""
    mark = line[:1]
    if mark not in _MARKS:
        return format_html("<span>{}</span>", line)
    words = {"-": gettext("removed:"), "+": gettext("added:")}.get(mark, "")
    return format_html('<span class="{}"><span class="visually-hidden">{} </span>{}</span>', _MARKS[mark], words, line)
