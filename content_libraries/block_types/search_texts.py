"""Reads the texts by which a block is found, besides its title, with rules for known types and for all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from .markup import html_text, readable_texts, squeezed, text_of

type ReadSearchText = Callable[[etree._Element], SearchText]
"""A function that reads the search text of a block from its root element, an element of lxml that it may change."""


@dataclass(frozen=True, slots=True)
class SearchText:
    """
    Texts by which a block is found.

    Args:
        content: texts by field name, and ``problem_types``, a list; None when the OLX cannot be read.
        description: a text to show in lists of results, with readable formulas; "" for types without one.
        error: why the OLX cannot be read; "" when it can.
    """

    content: Mapping[str, str | list[str]] | None
    description: str = ""
    error: str = ""


def text_with(*attributes: str) -> ReadSearchText:
    """
    Return a function that reads the text in a block, and some of its attributes.

    An attribute may hold text, HTML, or JSON. Of JSON, people read the values of certain keys
    (:data:`.markup.TEXT_KEYS`).
    """

    def read(root: etree._Element) -> SearchText:
        values = (root.get(name, "") for name in attributes)
        texts = (html_text(text) for value in values for text in readable_texts(value))
        text = squeezed(" ".join([*texts, text_of(root)]))
        return SearchText({"text_content": text} if text else {})

    return read
