"""Converts activities of Moodle to blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from html import escape
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop
from lxml import etree

from ...block_types.api import SUBSECTION, UNIT
from ...olx.api import OlxBlock
from ...site_language import gettext as _
from ..questions import xml
from ..questions.html import plain_text
from ..questions.making import BlockMaker
from . import links
from .bank import QuestionBank
from .contents import Activity, value
from .files import BackupFiles

_OTHER: Final = gettext_noop("Activities of the type “%(type)s” are not imported.")
_DESCRIPTION: Final = gettext_noop("Of activities of the type “%(type)s”, only the description is imported.")
_RANDOM: Final = gettext_noop("A question that Moodle draws at random from a category. The category is a collection.")
_CREDENTIALS: Final = gettext_noop(
    "An external tool: backups hold no credentials. Enter those of the course, or the tool cannot be launched."
)


@dataclass(slots=True)
class ActivityReader:
    """
    Converts activities.

    Attributes:
        texts: the texts of the backup that are not read yet. Each text belongs to one activity, so it is read once.
        make: makes the blocks.
        names: ``url_name`` of the blocks that links to activities lead to.
        asked: entries of the bank -> the blocks that quizzes show.
    """

    texts: MutableMapping[str, bytes]
    files: BackupFiles
    bank: QuestionBank
    make: BlockMaker = field(default_factory=BlockMaker)
    names: frozenset[str] = frozenset()
    asked: dict[str, OlxBlock] = field(default_factory=dict)

    def blocks(self, activity: Activity) -> tuple[OlxBlock, ...]:
        """Return the blocks of an activity: a unit, a subsection for a book, or a block that is not imported."""
        path = f"{activity.folder}/{activity.kind}.xml"
        if path not in self.texts:
            reason = _("The backup does not hold the file “%(file)s” of this activity.") % {"file": path}
            return (self._left_out(activity, reason),)
        try:
            root = xml.parse(self.texts.pop(path), path)
        except xml.UNREADABLE as error:
            return (self.make.broken(activity.kind, f"{activity.kind}-{activity.module_id}", activity.title, error),)
        element = xml.first(root, activity.kind)
        context = xml.attribute(root, "contextid")
        if element is None:
            return (self._left_out(activity, _(_OTHER) % {"type": activity.kind}),)
        if activity.kind == "book":
            return (self._book(activity, element, context),)
        inside = self._quiz(activity, element) if activity.kind == "quiz" else ()
        if activity.kind != "quiz":
            read = self._readers().get(activity.kind, self._other)
            inside = (read(activity, element, context),)
        if all(block.key in self.make.not_imported for block in inside):
            return inside or (self._left_out(activity, _("It has no questions.")),)
        title = activity.title or inside[0].attributes.get("display_name", "")
        return (self.make.container(UNIT, f"{activity.kind}-{activity.module_id}", title, inside),)

    def instance_of(self, activity: Activity) -> str:
        """Return the id of an activity, which is unique within its type; "" if the backup does not have it."""
        path = f"{activity.folder}/{activity.kind}.xml"
        try:
            return xml.attribute(xml.parse(self.texts.pop(path, b"<activity/>"), path), "id")
        except xml.UNREADABLE:
            return ""

    def text(self, identifier: str, title: str, html: str, component: str, context: str, *, note: str = "") -> OlxBlock:
        """Make a Text with links to files and to other activities."""
        text, unresolved = links.resolved(self.files.linked(html, component, context), self.names)
        return self.make.text(identifier, title, text, note=f"{note} {unresolved}".strip())

    def question(self, entry: str) -> OlxBlock:
        """Return the block of a question. Every quiz that asks it shows the same block."""
        if entry not in self.asked:
            self.asked[entry] = self.make.question(self.bank.questions[entry])
        return self.asked[entry]

    def _readers(self) -> Mapping[str, Callable[[Activity, etree._Element, str], OlxBlock]]:
        return {
            "page": self._page,
            "label": self._label,
            "url": self._url,
            "resource": self._file_list,
            "folder": self._file_list,
            "lti": self._tool,
        }

    def _page(self, activity: Activity, element: etree._Element, context: str) -> OlxBlock:
        return self._text(activity, value(xml.text(element, "content")), context)

    def _label(self, activity: Activity, element: etree._Element, context: str) -> OlxBlock:
        return self._text(activity, value(xml.text(element, "intro")), context)

    def _url(self, activity: Activity, element: etree._Element, context: str) -> OlxBlock:
        url = value(xml.text(element, "externalurl"))
        if urlsplit(url).scheme not in {"http", "https"}:
            return self._left_out(
                activity, _("The link has no address on the web, which begins with http:// or https://.")
            )
        html = f'<p><a href="{escape(url)}" target="_blank" rel="noopener">{escape(activity.title or url)}</a></p>'
        return self._text(activity, value(xml.text(element, "intro")) + html, context)

    def _file_list(self, activity: Activity, element: etree._Element, context: str) -> OlxBlock:
        shown = self.files.as_list(f"mod_{activity.kind}", context)
        intro = value(xml.text(element, "intro"))
        if not shown and not plain_text(intro):
            return self._left_out(activity, _("The backup does not hold the files of this activity."))
        return self._text(activity, intro + shown, context)

    def _tool(self, activity: Activity, element: etree._Element, _context: str) -> OlxBlock:
        addresses = [value(xml.text(element, tag)) for tag in ("securetoolurl", "toolurl")]
        url = next((each for each in addresses if urlsplit(each).scheme in {"http", "https"}), "")
        if not url:
            return self._left_out(activity, _("The backup does not hold the address of this external tool."))
        settings = {"launch_url": url}
        custom = [line.strip() for line in value(xml.text(element, "instructorcustomparameters")).splitlines()]
        if any("=" in line for line in custom):
            settings["custom_parameters"] = json.dumps([line for line in custom if "=" in line], ensure_ascii=False)
        identifier = f"{activity.kind}-{activity.module_id}"
        return self.make.tool(identifier, activity.title, settings, note=_(_CREDENTIALS))

    def _other(self, activity: Activity, element: etree._Element, context: str) -> OlxBlock:
        intro = value(xml.text(element, "intro"))
        if not plain_text(intro):
            return self._left_out(activity, _(_OTHER) % {"type": activity.kind})
        return self._text(activity, intro, context, note=_(_DESCRIPTION) % {"type": activity.kind})

    def _text(self, activity: Activity, html: str, context: str, *, note: str = "") -> OlxBlock:
        title = activity.title or plain_text(html)[:60]
        identifier = f"{activity.kind}-{activity.module_id}"
        return self.text(identifier, title, html, f"mod_{activity.kind}", context, note=note)

    def _book(self, activity: Activity, element: etree._Element, context: str) -> OlxBlock:
        """Make a subsection of a book, with a unit for each chapter."""
        units = []
        chapters = xml.children(xml.first(element, "chapters"), "chapter")
        for chapter in sorted(chapters, key=lambda each: _number(xml.text(each, "pagenum"))):
            identifier = f"chapter-{xml.attribute(chapter, 'id')}"
            title = value(xml.text(chapter, "title")) or activity.title
            text = self.text(identifier, title, value(xml.text(chapter, "content")), "mod_book", context)
            units.append(self.make.container(UNIT, identifier, title, [text]))
        if not units:
            return self._left_out(activity, _("The book has no chapters."))
        return self.make.container(SUBSECTION, f"book-{activity.module_id}", activity.title, units)

    def _quiz(self, activity: Activity, element: etree._Element) -> tuple[OlxBlock, ...]:
        """Return the questions of a quiz in their order, and make their collection."""
        instances = xml.children(xml.first(element, "question_instances"), "question_instance")
        blocks: list[OlxBlock] = []
        for instance in sorted(instances, key=lambda each: _number(xml.text(each, "slot"))):
            entry = self._entry(instance)
            if entry in self.bank.questions:
                blocks.append(self.question(entry))
            else:
                identifier = f"quiz-{activity.module_id}-{xml.attribute(instance, 'id')}"
                title = _("Question %(number)s") % {"number": len(blocks) + 1}
                blocks.append(self.make.left_out("problem", identifier, title, _(_RANDOM)))
        identifier = f"quiz-{activity.module_id}"
        self.make.collect(identifier, activity.title, blocks)
        return tuple(blocks)

    def _entry(self, instance: etree._Element) -> str:
        """Return the entry of the bank that a quiz asks; "" for one that is drawn at random."""
        for reference in xml.descendants(instance, "question_reference"):
            return f"entry-{xml.text(reference, 'questionbankentryid')}"
        return self.bank.entry_of.get(xml.text(instance, "questionid") or xml.text(instance, "question"), "")

    def _left_out(self, activity: Activity, reason: str) -> OlxBlock:
        return self.make.left_out(activity.kind, f"{activity.kind}-{activity.module_id}", activity.title, reason)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0
