"""Reads the question bank of a backup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from ...site_language import gettext as _
from ..questions import xml
from ..questions.data import Question
from ..questions.html import as_html
from ..questions.moodle_items import Answer, MoodleItem, question_of, share_of
from ..questions.problems import marker
from .contents import value
from .files import BackupFiles

QUESTIONS: Final = "questions.xml"
_PLAIN: Final = frozenset({"2", "4"})
"""Formats of texts that are not HTML: plain text and Markdown."""
_RANDOM: Final = "random"
_GAP: Final = re.compile(r"\{#(\d{1,4})\}")
_MAX_PARTS: Final = 200
"""How many gaps one text may have."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the bank, with the entries of its questions in order."""

    identifier: str
    title: str
    entries: tuple[str, ...]


@dataclass(slots=True)
class QuestionBank:
    """
    The questions of a backup.

    Attributes:
        questions: entry -> question. An entry has one question, its newest version.
        entry_of: id of a question -> its entry.
        categories: the categories that have questions.
    """

    questions: dict[str, Question] = field(default_factory=dict)
    entry_of: dict[str, str] = field(default_factory=dict)
    categories: list[Category] = field(default_factory=list)

    @classmethod
    def read(cls, texts: Mapping[str, bytes], files: BackupFiles) -> QuestionBank:
        """Read the bank. Raises OlxError if it cannot be read."""
        bank = cls()
        root = xml.parse(texts[QUESTIONS], QUESTIONS) if QUESTIONS in texts else None
        for category in xml.children(root, "question_category"):
            found = list(_entries(category))
            inside = {xml.attribute(element, "id"): element for _entry, element, _ids in found}
            entries = []
            for entry, element, ids in found:
                bank.entry_of |= dict.fromkeys(ids, entry)
                parent = value(xml.text(element, "parent")) or "0"
                if parent != "0" or xml.text(element, "qtype") == _RANDOM:
                    continue  # a part of another question, or a placeholder for a random question
                bank.questions[entry] = question_of(_Reader(files, inside).item(element, entry))
                entries.append(entry)
            title = value(xml.text(category, "name")) or _("Questions")
            bank.categories.append(Category(xml.attribute(category, "id"), title, tuple(entries)))
        return bank


def _entries(category: etree._Element) -> Iterator[tuple[str, etree._Element, list[str]]]:
    """Yield the entries of a category: identifier, newest question, and the ids of all its versions."""
    for element in xml.children(xml.first(category, "questions"), "question"):
        yield f"question-{xml.attribute(element, 'id')}", element, [xml.attribute(element, "id")]
    for entry in xml.children(xml.first(category, "question_bank_entries"), "question_bank_entry"):
        versions = [
            (int(number) if number.isdigit() else 0, question)
            for each in xml.descendants(entry, "question_versions")
            for number in [xml.text(each, "version")]
            for question in xml.children(xml.first(each, "questions"), "question")
        ]
        if versions:
            ids = [xml.attribute(question, "id") for _version, question in versions]
            yield f"entry-{xml.attribute(entry, 'id')}", max(versions, key=lambda each: each[0])[1], ids


@dataclass(frozen=True, slots=True)
class _Reader:
    """
    Reads questions of one category.

    ``inside`` maps ids to questions that were not read as parts of another question yet. A question can be a part of
    one other question only.
    """

    files: BackupFiles
    inside: MutableMapping[str, etree._Element]

    def item(self, element: etree._Element, entry: str) -> MoodleItem:
        kind = xml.text(element, "qtype")
        plugin = xml.first(element, f"plugin_qtype_{kind}_question")
        item = MoodleItem(
            identifier=entry,
            title=value(xml.text(element, "name")) or entry,
            kind=kind,
            prompt=self._html(element, "questiontext", element),
            feedback=self._html(element, "generalfeedback", element),
            answers=tuple(self._answers(element, plugin, kind)),
            pairs=tuple(
                (self._html(found, "questiontext", element), value(xml.text(found, "answertext")))
                for found in xml.children(xml.first(plugin, "matches"), "match")
            ),
            is_single=xml.text(plugin, kind, "single") != "0",
            is_shuffled=xml.text(plugin, kind, "shuffleanswers") == "1",
            is_case_sensitive=xml.text(plugin, kind, "usecase") == "1",
        )
        if kind in {"gapselect", "ddwtos"}:
            return replace(item, options=tuple(self._options(plugin, kind)))
        return self._with_parts(item, plugin) if kind == "multianswer" else item

    def _with_parts(self, item: MoodleItem, plugin: etree._Element | None) -> MoodleItem:
        ids = [each.strip() for each in xml.text(plugin, "multianswer", "sequence").split(",")]
        if len(ids) > _MAX_PARTS:
            return item
        prompt = _GAP.sub(lambda found: marker(int(found[1])), item.prompt)
        parts = tuple(self.item(self.inside.pop(each), each) for each in ids if self._is_part(each))
        return replace(item, prompt=prompt, parts=parts if len(parts) == len(ids) else ())

    def _is_part(self, question_id: str) -> bool:
        element = self.inside.get(question_id)
        return element is not None and xml.text(element, "qtype") != "multianswer"

    def _answers(self, question: etree._Element, plugin: etree._Element | None, kind: str) -> Iterator[Answer]:
        tolerances = {
            xml.text(found, "answer"): xml.text(found, "tolerance")
            for found in xml.children(xml.first(plugin, "numerical_records"), "numerical_record")
        }
        is_typed = kind in {"shortanswer", "numerical"}
        for found in xml.children(xml.first(plugin, "answers"), "answer"):
            text = value(xml.text(found, "answertext"))
            yield Answer(
                text if is_typed else self._html(found, "answertext", question, style="answerformat"),
                share_of(xml.text(found, "fraction"), 1),
                self._html(found, "feedback", question),
                tolerances.get(xml.attribute(found, "id"), ""),
            )

    def _options(self, plugin: etree._Element | None, kind: str) -> Iterator[tuple[str, str]]:
        for found in xml.children(xml.first(plugin, "answers"), "answer"):
            group = value(xml.text(found, "feedback"))
            if kind == "ddwtos":  # the group is a field of a serialized PHP object
                group = group.partition('draggroup";')[2].partition(";")[0] or group
            yield as_html(value(xml.text(found, "answertext"))), group

    def _html(self, parent: etree._Element, tag: str, question: etree._Element, *, style: str = "") -> str:
        """Return a text as HTML, with links to the files of its question and its answers."""
        text = value(xml.text(parent, tag))
        if xml.text(parent, style or f"{tag}format") in _PLAIN:
            text = as_html(text)
        for owner in (question, parent):
            text = self.files.linked_of_item(text, "question", xml.attribute(owner, "id"))
        return text
