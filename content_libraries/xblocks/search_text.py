"""
Extracts the text of a block that people may search for, from its OLX alone.

Field names are those of the platform's search index, which frontends know (wire: search-documents-components):
``html_content``, ``capa_content``, ``problem_types``, ``transcript_LANGUAGE``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf.locale import LANG_INFO
from lxml import etree, html

from ..errors import InvalidValueError
from ..values import read_json
from .math_text import readable

logger = logging.getLogger(__name__)

MAX_OLX_CHARACTERS: Final = 200_000
"""Longer OLX is data rather than text; nobody finds anything by its words."""

_MAX_PROBLEM_TYPES: Final = 30
_MAX_PROBLEM_TYPE: Final = 64
"""How many types one problem has, and how long their names are, among the values that a search can be narrowed to."""

_OTHER_LANGUAGE: Final = "und"

_MARKUP: Final = re.compile(r"[<&]")
_INLINE: Final = re.compile(
    r"a|abbr|b|bd[io]|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|su[bp]|tt|u|var"
)
"""Elements whose edges do not part words."""
_SPACES: Final = re.compile(r"\s+")
_OPTIONS: Final = re.compile(r"[(),'\"]+")
_UNREAD_IN_HTML: Final = ("script", "style", "template", "noscript")
_UNREAD_IN_PROBLEMS: Final = (
    *_UNREAD_IN_HTML,
    "answer",
    "solution",
    "solutionset",
    "targetedfeedback",
    "targetedfeedbackset",
)
_TEXT_ATTRIBUTES: Final = {
    "word_cloud": ("instructions",),
    "poll": ("question", "answers"),
    "survey": ("block_name", "questions", "answers"),
    "drag-and-drop-v2": ("question_text", "data"),
}
_TEXT_KEYS: Final = frozenset({"label", "title", "displayName", "description", "text"})
"""In attributes that hold JSON, the keys whose values people read."""


@dataclass(frozen=True, slots=True)
class SearchText:
    """
    Args:
        content: texts by field name, and ``problem_types``, a list; None when the OLX cannot be read.
        description: the text of html and problem blocks with readable formulas; "" for other types.
        error: why the OLX cannot be read; "" when it can.
    """

    content: Mapping[str, str | list[str]] | None
    description: str = ""
    error: str = ""


def search_text(block_type: str, olx: str) -> SearchText:
    """
    Compute the texts by which a block is found, besides its title.

    Args:
        block_type: the XBlock type, ``problem``.
        olx: the block's OLX, one element.

    Never raises: OLX that cannot be read gives no content, and the reason.
    """
    try:
        return _search_text(block_type, olx)
    except Exception as error:  # whatever an author wrote, the other texts of a batch must be computed
        logger.exception("No text to search can be made of the OLX of a %s.", block_type)
        return SearchText(None, error=str(error))


def _search_text(block_type: str, olx: str) -> SearchText:
    if len(olx) > MAX_OLX_CHARACTERS:
        return SearchText(None, error=f"The OLX has more than {MAX_OLX_CHARACTERS:,} characters.")
    try:
        root = _parse(olx)
    except (etree.XMLSyntaxError, ValueError) as error:
        return SearchText(None, error=str(error))
    return _READERS.get(block_type, _other)(root)


def _parse(olx: str) -> Any:
    # A parser is used once: lxml's parsers keep state, and this code runs in threads.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(olx.encode(errors="replace"), parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("The OLX has a document type declaration, which OLX must not have.")
    return root


def _html(root: Any) -> SearchText:
    # The body is CDATA, or escaped, or elements: in all three cases the markup inside is HTML.
    inner = (root.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in root)
    text = _html_text(inner)
    return SearchText({"html_content": text}, description=_squeezed(readable(text)))


def _problem(root: Any) -> SearchText:
    problem_types = sorted({node.tag for node in _elements(root) if _is_response(node.tag)})[:_MAX_PROBLEM_TYPES]
    for node in list(_elements(root)):
        if node.tag in _UNREAD_IN_PROBLEMS or node.tag.endswith(("hint", "hintpart")):
            _drop(node)
        elif node.tag == "optioninput":
            node.text = _OPTIONS.sub(" ", node.get("options", "")) + (node.text or "")
    text = _text(root)
    return SearchText({"capa_content": text, "problem_types": problem_types}, description=_squeezed(readable(text)))


def _video(root: Any) -> SearchText:
    texts: dict[str, list[str]] = {}
    for node in root.iter("transcript"):
        texts.setdefault(f"transcript_{_language(node.get('language', 'en'))}", []).append(_text(node))
    joined = {name: _squeezed(" ".join(parts)) for name, parts in texts.items()}
    return SearchText({name: text for name, text in joined.items() if text})


def _language(code: str) -> str:
    """
    Return the language code that is used in the name of a transcript's search field.

    An engine keeps every field name for good and has room for 65,536. So only languages that Django knows get a field
    each, with or without their region; all others share one.
    """
    return next((name for name in (code, code.split("-", maxsplit=1)[0]) if name.lower() in LANG_INFO), _OTHER_LANGUAGE)


def _other(root: Any) -> SearchText:
    attributes = (root.get(name, "") for name in _TEXT_ATTRIBUTES.get(root.tag, ()))
    texts = (_html_text(text) for value in attributes for text in _texts_of_attribute(value))
    text = _squeezed(" ".join([*texts, _text(root)]))
    return SearchText({"text_content": text} if text else {})


_READERS: Final[Mapping[str, Callable[[Any], SearchText]]] = {
    "html": _html,
    "problem": _problem,
    "video": _video,
}


def _elements(root: Any) -> Iterator[Any]:
    """Iterate over the root and all elements below it. Entity references, which lxml lists too, are left out."""
    return root.iter(etree.Element)  # type: ignore[no-any-return]


def _is_response(tag: str) -> bool:
    return tag.endswith("response") and tag != "response" and len(tag) <= _MAX_PROBLEM_TYPE


def _drop(node: Any) -> None:
    """Remove an element, and keep the text that follows it."""
    parent, tail = node.getparent(), node.tail
    if parent is None:
        return
    node.clear()
    node.tail = tail


def _html_text(markup: str) -> str:
    """Return the text that a reader of the markup sees, on one line."""
    if not _MARKUP.search(markup):
        return _squeezed(markup)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(markup.encode(errors="replace"), parser=parser)
    except etree.ParserError:
        return ""  # nothing but comments
    etree.strip_elements(tree, *_UNREAD_IN_HTML, with_tail=False)
    return _text(tree)


def _text(root: Any) -> str:
    """Return the text of an element tree on one line, with a space between block elements."""
    for node in _elements(root):
        if not _INLINE.fullmatch(node.tag):
            node.text = f" {node.text or ''}"
            node.tail = f" {node.tail or ''}"
    return _squeezed("".join(root.itertext()))


def _texts_of_attribute(value: str) -> Iterable[str]:
    """Return the texts of an attribute: the value itself, or the readable texts in it if it is JSON."""
    if not value.startswith(("[", "{")):
        return [value]
    try:
        return list(_texts_in(read_json(value), ""))
    except InvalidValueError:
        return [value]


def _texts_in(value: object, key: str) -> Iterator[str]:
    if isinstance(value, str):
        if key in _TEXT_KEYS:
            yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts_in(item, name)
    elif isinstance(value, list):
        # Polls store pairs: an id, and the label or an object with the label.
        is_pair = len(value) == 2 and isinstance(value[0], str)
        for item in value[1:] if is_pair else value:
            yield from _texts_in(item, "label" if is_pair else key)


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
