"""Problems, which learners solve for points."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext_lazy
from lxml import etree

from ..olx.api import Limits, OlxBlock, start_tags
from .author_code import reason_not_to_run
from .data import PROBLEM, BlockType
from .markup import UNREAD_IN_HTML, drop, elements, squeezed, text_of
from .math_text import readable
from .search_texts import SearchText

_MAX_TYPES: Final = 30
_MAX_TYPE: Final = 64
"""How many types one problem has, and how long their names are, among the values that a search can be narrowed to."""

_FILE_ATTRIBUTES: Final = {
    "display": "src",
    "generator": "src",
    "grader": "src",
    "jsinput": "html_file",
    "script": "src",
}
"""Elements that name a file without a path -> the attribute."""
_NAMING_TAGS: Final = frozenset(_FILE_ATTRIBUTES)

_PYTHON_LIBRARY: Final = "python_lib.zip"
_ANSWERED_BY_CODE: Final = frozenset({"customresponse", "schematicresponse"})
_CODE_TAGS: Final = _ANSWERED_BY_CODE | {"answer", "script"}

_QUOTED_NAME: Final = re.compile(r"""["']([^"'<>\s/:?#][^"'<>\s:?#]{0,200}\.[A-Za-z0-9]{1,8})(?=["'])""")
_MOST_NAMES: Final = 500

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


def _named_files(block: OlxBlock) -> Iterator[str]:
    for tag, attributes in _tags_in(block.olx, _NAMING_TAGS):
        name = attributes.get(_FILE_ATTRIBUTES[tag], "")
        name = re.split(r"[?#]", name, maxsplit=1)[0].removeprefix("/static/").removeprefix("static/")
        if "://" not in name and not name.startswith("/"):
            yield name


def _tags_in(olx: str, tags: frozenset[str]) -> list[tuple[str, Mapping[str, str]]]:
    """Return tag and attributes of all elements with these tags. Most problems have none, and are not parsed."""
    return start_tags(olx, tags) if any(f"<{tag}" in olx for tag in tags) else []


def _shared_files(block: OlxBlock) -> Iterator[str]:
    """
    Yield the library that the Python code of all problems of a course can import, and names in code and parameters.

    A name in code need not be a file, so such names are never missing.
    """
    if any(f"<{tag}" in block.olx for tag in (*_CODE_TAGS, *_NAMING_TAGS)):
        names = _QUOTED_NAME.findall(html.unescape(block.olx))
        yield from (name.removeprefix("static/") for name in dict.fromkeys(names[:_MOST_NAMES]))
    found = _tags_in(block.olx, _CODE_TAGS)
    tags = {tag for tag, _attributes in found}
    scripts = (attributes.get("type", "") for tag, attributes in found if tag == "script")
    # The platform takes each script for Python, except for these.
    is_code = any("javascript" not in kind and "perl" not in kind for kind in scripts)
    if is_code or ("answer" in tags and tags & _ANSWERED_BY_CODE):
        yield _PYTHON_LIBRARY


TYPES: Final = (
    BlockType(
        name=PROBLEM,
        named_files=_named_files,
        shared_files=_shared_files,
        naming_tags=_NAMING_TAGS,
        display_name=gettext_lazy("Problem"),
        search_text=_search_text,
        is_described=True,
        # Thirty times as many as in large problems. 20,000 choices take seconds to be shown.
        limits=Limits(elements=10_000),
        reason_not_to_run=reason_not_to_run,
    ),
)
