"""The Text: a block whose body is HTML."""

from __future__ import annotations

from typing import Final

from lxml import etree

from .data import DATA, DISPLAY_NAME, PLACE_SETTINGS, TEXT, BlockType
from .markup import html_text, squeezed
from .math_text import readable
from .search_texts import SearchText


def _search_text(root: etree._Element) -> SearchText:
    # The body is CDATA, or escaped, or elements: in all three cases the markup inside is HTML.
    inner = (root.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in root)
    text = html_text(inner)
    return SearchText({"html_content": text}, description=squeezed(readable(text)))


TYPES: Final = (
    BlockType(
        name=TEXT,
        search_text=_search_text,
        is_described=True,
        course_settings=PLACE_SETTINGS,
        customizable=(DISPLAY_NAME, DATA),
    ),
)
