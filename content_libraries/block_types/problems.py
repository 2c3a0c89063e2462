"""Problems, which learners solve for points."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext_lazy
from lxml import etree

from ..olx.api import Limits
from .author_code import reason_not_to_run
from .data import PROBLEM, BlockType
from .markup import UNREAD_IN_HTML, drop, elements, squeezed, text_of
from .math_text import readable
from .search_texts import SearchText

_MAX_TYPES: Final = 30
_MAX_TYPE: Final = 64
"""How many types one problem has, and how long their names are, among the values that a search can be narrowed to."""

_OPTIONS: Final = re.compile(r"[(),'\"]+")
_UNREAD: Final = (*UNREAD_IN_HTML, "answer", "solution", "solutionset", "targetedfeedback", "targetedfeedbackset")


def _search_text(root: etree._Element) -> SearchText:
    problem_types = sorted({node.tag for node in elements(root) if _is_response(node.tag)})[:_MAX_TYPES]
    for node in list(elements(root)):
        if node.tag in _UNREAD or node.tag.endswith(("hint", "hintpart")):
            drop(node)
        elif node.tag == "optioninput":
            node.text = _OPTIONS.sub(" ", node.get("options", "")) + (node.text or "")
    text = text_of(root)
    return SearchText({"capa_content": text, "problem_types": problem_types}, description=squeezed(readable(text)))


def _is_response(tag: str) -> bool:
    return tag.endswith("response") and tag != "response" and len(tag) <= _MAX_TYPE


TYPES: Final = (
    BlockType(
        name=PROBLEM,
        display_name=gettext_lazy("Problem"),
        search_text=_search_text,
        is_described=True,
        # Thirty times as many as in large problems. 20,000 choices take seconds to be shown.
        limits=Limits(elements=10_000),
        reason_not_to_run=reason_not_to_run,
    ),
)
