"""Reads question files in Moodle's XML: a ``<quiz>`` with categories, questions, and the files in their texts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from ...olx.api import OlxBlock
from ...site_language import gettext as _
from . import xml
from .banks import Banks
from .cloze import gaps_in
from .html import as_html
from .moodle_items import Answer, MoodleItem, question_of, share_of
from .static_files import StaticFiles, path_in_links, with_links

_TRUE: Final = frozenset({"true", "1"})
_PLAIN: Final = frozenset({"plain_text", "markdown", "moodle_auto_format"})
_GAP_OPTIONS: Final = ("selectoption", "dragbox")


@dataclass(slots=True)
class MoodleXmlReader:
    """
    Reads the questions of a file.

    Attributes:
        banks: the blocks, by category.
        static: the files in the texts.
    """

    path: str
    banks: Banks = field(default_factory=Banks)
    static: StaticFiles = field(default_factory=StaticFiles)

    def read(self, root: etree._Element) -> list[OlxBlock]:
        """Return the blocks of all questions."""
        category = ""
        for element in xml.children(root, "question"):
            kind = xml.attribute(element, "type")
            if kind == "category":
                category = xml.text(element, "category", "text")
                continue
            question = question_of(self._item(element, kind, category))
            self.banks.add(category, question, path=self.path)
        return self.banks.blocks

    def _item(self, element: etree._Element, kind: str, category: str) -> MoodleItem:
        title = xml.text(element, "name", "text") or _("Question %(number)s") % {"number": len(self.banks.blocks) + 1}
        prompt = self._html(xml.first(element, "questiontext"))
        parts: tuple[MoodleItem, ...] = ()
        if kind == "cloze":
            prompt, parts = gaps_in(prompt)
        answers = tuple(self._answers(element, kind))
        return MoodleItem(
            identifier=xml.text(element, "idnumber") or self.banks.identifier(category, title),
            title=title,
            kind=kind,
            prompt=prompt,
            feedback=self._html(xml.first(element, "generalfeedback")),
            answers=answers,
            pairs=tuple(
                (self._html(found), xml.text(found, "answer", "text")) for found in xml.children(element, "subquestion")
            ),
            is_single=xml.text(element, "single").lower() in _TRUE | {""},
            is_shuffled=xml.text(element, "shuffleanswers").lower() in _TRUE,
            is_case_sensitive=xml.text(element, "usecase") in _TRUE,
            options=tuple(
                (as_html(xml.text(found, "text")), xml.text(found, "group"))
                for found in element
                if xml.name(found) in _GAP_OPTIONS
            ),
            parts=parts,
        )

    def _answers(self, element: etree._Element, kind: str) -> Iterator[Answer]:
        is_typed = kind in {"shortanswer", "numerical"}
        for found in xml.children(element, "answer"):
            yield Answer(
                xml.text(found, "text") if is_typed else self._html(found),
                share_of(xml.attribute(found, "fraction"), 100),
                self._html(xml.first(found, "feedback")),
                xml.text(found, "tolerance"),
            )

    def _html(self, element: etree._Element | None) -> str:
        """Return the text of an element as HTML, with links to the files that come with it."""
        if element is None:
            return ""
        text = xml.text(element, "text")
        if xml.attribute(element, "format") in _PLAIN:
            text = as_html(text)
        names: dict[str, str] = {}
        for file in xml.children(element, "file"):
            name = xml.attribute(file, "name")
            content = _decoded(file)
            if name and content is not None:
                names[path_in_links(xml.attribute(file, "path"), name)] = self.static.add(name, content)
        return with_links(text, names) if names else text


def _decoded(file: etree._Element) -> bytes | None:
    try:
        return base64.b64decode(xml.text(file), validate=False)
    except (binascii.Error, ValueError):
        return None
