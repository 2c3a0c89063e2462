"""Converts the resources of a cartridge to blocks."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop
from lxml import etree

from ...block_types.api import SECTION, SUBSECTION, UNIT
from ...olx.api import OlxBlock, StaticFile, UnsupportedEncodingError, mended_text
from ...site_language import gettext as _
from ..questions import xml
from ..questions.html import body_of, title_of
from ..questions.making import BlockMaker
from ..questions.tools import tool_of
from .links import Links, note_on
from .manifest import Item, Manifest, Resource
from .qti import questions
from .texts import file_at, static_url

_PAGES: Final = (".html", ".htm", ".xhtml")
_QUIZZES: Final = frozenset({"imsqti", "imsqti_xmlv1p2"})
_TOOL: Final = "imsbasiclti"
_DISCUSSION: Final = "imsdt"
_CANVAS: Final = "associatedcontent"
_CANVAS_QUESTIONS: Final = "non_cc_assessments/{}.xml.qti"
_NO_DISCUSSIONS: Final = gettext_noop("Discussions are not imported: libraries hold no discussions.")
_NO_ADDRESS: Final = gettext_noop("The link has no address on the web, which begins with http:// or https://.")
_NO_FILE: Final = gettext_noop("The cartridge does not hold the file “%(file)s” of this resource.")
_NO_TYPE: Final = gettext_noop("Resources of the type “%(type)s” are not imported.")
_CREDENTIALS: Final = gettext_noop(
    "An external tool: cartridges hold no credentials. Enter those of the course, or the tool cannot be launched."
)
_TAGS: Final = (SECTION, SUBSECTION, UNIT)
_IN_XML: Final = _QUIZZES | {"imswl", "assignment", _TOOL}
_ARRIVE_UNSHOWN: Final = _IN_XML | {_DISCUSSION}


@dataclass(slots=True)
class ContentReader:
    """
    Converts resources to blocks.

    A resource that is shown twice gives the same blocks twice. Two resources of one file give the same blocks, too:
    otherwise, a cartridge could multiply its largest file.

    Attributes:
        make: makes the blocks.
        pages: paths of files that became the text of a block.
        linked: paths of files that a text refers to.
    """

    manifest: Manifest
    texts: Mapping[str, bytes]
    files: Mapping[str, StaticFile]
    make: BlockMaker = field(default_factory=BlockMaker)
    pages: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    links: Links = field(init=False)
    _known: dict[str, tuple[OlxBlock, ...]] = field(default_factory=dict)
    names_of_items: dict[int, str] = field(default_factory=dict)
    """``id()`` of an item -> ``url_name`` of the section, subsection or unit that it becomes."""
    _owned: dict[str, str] = field(default_factory=dict)
    """Identifier of the resource of a page -> ``url_name`` of its Text, which is chosen before texts are read."""
    _readers_of: dict[tuple[str, str], str] = field(default_factory=dict)
    """Type of a resource and path of its file -> the first resource of this type that reads the file."""

    def __post_init__(self) -> None:
        paths = {
            resource.identifier: file_at(resource.href, self.files) for resource in self.manifest.resources.values()
        }
        shown = {item.identifier: paths[item.resource] for item in self._all_items() if item.resource in paths}
        self.links = Links(self.files, {**shown, **paths})
        for identifier, path in paths.items():
            if path.lower().endswith(_PAGES) and path in self.texts and path not in self.links.names:
                self.links.names[path] = self._owned[identifier] = self.make.name("html", identifier)
        for item in self.manifest.items:
            self._name(item, 0, "")

    def blocks(self, identifier: str, title: str) -> tuple[OlxBlock, ...]:
        """Return the blocks of a resource. They get the title of the item that shows the resource first."""
        first = self._first(identifier)
        if first != identifier:
            return self.blocks(first, title)
        if identifier not in self._known:
            try:
                self._known[identifier] = self._read(identifier, title)
            except xml.UNREADABLE as error:
                self._known[identifier] = (self.make.broken("resource", identifier, title, error),)
        return self._known[identifier]

    def _first(self, identifier: str) -> str:
        """Return the first resource that reads the same file as a resource. It may be the resource itself."""
        resource = self.manifest.resources.get(identifier)
        if resource is None:
            return identifier
        path = file_at(resource.href, self.files)
        if self._is_bank(resource):
            path = resource.questions_of_canvas
        elif resource.kind in _QUIZZES:
            own = _CANVAS_QUESTIONS.format(identifier)
            path = own if own in self.texts else path
        if path not in self.texts:
            return identifier
        return self._readers_of.setdefault(
            (resource.kind if resource.kind in _ARRIVE_UNSHOWN else "", path), identifier
        )

    def label(self, item: Item) -> OlxBlock:
        """Make a block for an item that has only a title. The block is not imported."""
        return self.make.left_out("item", item.identifier, item.title, _("It has a title, but shows nothing."))

    def not_shown(self) -> Iterator[OlxBlock]:
        """
        Yield the blocks of resources that no item shows: quizzes, question banks, pages, links, tools and discussions.

        Pages that another text links as files stay files. All other resources that no item shows stay files, too.
        """
        for identifier, resource in self.manifest.resources.items():
            if self._first(identifier) in self._known:
                continue
            if resource.kind in _ARRIVE_UNSHOWN or self._is_bank(resource):
                yield from self.blocks(identifier, self._own_title(resource))
        for identifier, resource in self.manifest.resources.items():
            path = file_at(resource.href, self.files)
            is_known = self._first(identifier) in self._known
            if not is_known and path in self.links.names and path not in self.pages | self.linked:
                yield from self.blocks(identifier, self._own_title(replace(resource, href=path)))

    def _name(self, item: Item, depth: int, parent: str) -> None:
        """Name the containers that an item and the items in it become, before any text links to them."""
        name = parent
        if tag := tag_of(item, depth):
            name = self.names_of_items[id(item)] = self.make.name(tag, item.identifier)
        for identifier in (item.identifier, item.resource):
            if name and identifier:
                self.links.containers.setdefault(identifier, name)
        for inside in item.items:
            self._name(inside, depth + 1, name)

    def _all_items(self) -> Iterator[Item]:
        pending = list(self.manifest.items)
        while pending:
            item = pending.pop()
            yield item
            pending.extend(item.items)

    def _is_bank(self, resource: Resource) -> bool:
        has_questions = resource.kind == _CANVAS and resource.questions_of_canvas in self.texts
        return has_questions and not self._is_quiz_of_canvas(resource)

    def _is_quiz_of_canvas(self, resource: Resource) -> bool:
        """Return whether questions in the form of Canvas belong to a quiz that is there in standard form, too."""
        name = posixpath.basename(resource.questions_of_canvas).partition(".")[0]
        quiz = self.manifest.resources.get(name)
        return quiz is not None and quiz.kind in _QUIZZES

    def _own_title(self, resource: Resource) -> str:
        """Return the title of a resource itself. It is used if no item shows the resource."""
        path = resource.questions_of_canvas if resource.kind == _CANVAS else resource.href
        stem = posixpath.basename(path).partition(".")[0]
        data = self.texts.get(file_at(path, self.files) or path, b"")
        if path.lower().endswith(_PAGES):
            return title_of(mended_text(data) or "") or stem
        try:
            root = xml.parse(data, path)
        except xml.UNREADABLE:
            return stem
        return _title_of_questions(root) or xml.text(root, "title") or stem

    def _read(self, identifier: str, title: str) -> tuple[OlxBlock, ...]:
        resource = self.manifest.resources.get(identifier)
        if resource is None:
            return (self._left_out(identifier, title, _("The cartridge does not hold this resource.")),)
        if resource.kind == _DISCUSSION:
            return (self.make.left_out(resource.kind, identifier, title, _(_NO_DISCUSSIONS)),)
        if self._is_bank(resource):
            return self._quiz(replace(resource, href=resource.questions_of_canvas), title)
        path = file_at(resource.href, self.files)
        if not path or (resource.kind in _IN_XML and path not in self.texts):
            reason = _(_NO_FILE) % {"file": resource.href} if resource.href else _("This resource has no file.")
            return (self._left_out(identifier, title, reason),)
        resource = replace(resource, href=path)
        if resource.kind in _QUIZZES:
            own = _CANVAS_QUESTIONS.format(identifier)
            return self._quiz(replace(resource, href=own) if own in self.texts else resource, title)
        read = self._readers().get(resource.kind, self._file)
        return (read(resource, title),)

    def _readers(self) -> Mapping[str, Callable[[Resource, str], OlxBlock]]:
        return {"imswl": self._link, "assignment": self._assignment, _TOOL: self._tool}

    def _file(self, resource: Resource, title: str) -> OlxBlock:
        """Make the Text of a page, or of a link to a file."""
        path = resource.href
        if path.lower().endswith(_PAGES) and path in self.texts:
            self.pages.add(path)
            page = mended_text(self.texts[path])
            if page is None:
                raise UnsupportedEncodingError(
                    _("%(path)s is in an encoding that cannot be read: save it as UTF-8.") % {"path": path}, path
                )
            name = self._owned.get(resource.identifier, "")
            return self._text(resource.identifier, title, body_of(page), path, name=name)
        if resource.kind == "webcontent":
            self.linked.add(path)
            shown = escape(posixpath.basename(path))
            html = f'<p><a href="{escape(static_url(path, self.files))}" target="_blank">{shown}</a></p>'
            return self.make.text(resource.identifier, title, html, path=path)
        return self._left_out(resource.identifier, title, _(_NO_TYPE) % {"type": resource.kind})

    def _assignment(self, resource: Resource, title: str) -> OlxBlock:
        root = xml.parse(self.texts[resource.href], resource.href)
        return self._text(resource.identifier, title, xml.text(root, "text"), resource.href)

    def _link(self, resource: Resource, title: str) -> OlxBlock:
        root = xml.parse(self.texts[resource.href], resource.href)
        url = next((xml.attribute(element, "href") for element in xml.descendants(root, "url")), "")
        if urlsplit(url).scheme not in {"http", "https"}:
            return self._left_out(resource.identifier, title, _(_NO_ADDRESS))
        shown = escape(xml.text(root, "title") or url)
        html = f'<p><a href="{escape(url)}" target="_blank" rel="noopener">{shown}</a></p>'
        return self.make.text(resource.identifier, title, html, path=resource.href)

    def _tool(self, resource: Resource, title: str) -> OlxBlock:
        tool = tool_of(xml.parse(self.texts[resource.href], resource.href))
        if not tool.settings:
            return self._left_out(resource.identifier, title, _(_NO_ADDRESS))
        return self.make.tool(resource.identifier, title or tool.title, tool.settings, note=_(_CREDENTIALS))

    def _quiz(self, resource: Resource, title: str) -> tuple[OlxBlock, ...]:
        """Make the blocks of a quiz or a question bank, and their collection."""
        path = resource.href
        root = xml.parse(self.texts[path], path)
        unresolved: dict[str, None] = {}
        found = list(questions(root, partial(self._rewritten, path=path, unresolved=unresolved)))
        blocks = [
            self.make.question(replace(question, identifier=f"{resource.identifier}-{question.identifier}"), path=path)
            for question in found
        ]
        blocks += self._drawn(resource, root)
        if note := note_on(unresolved):
            blocks[0] = replace(blocks[0], note=f"{blocks[0].note} {note}".strip())
        if not blocks:
            return (self._left_out(resource.identifier, title, _("It has no questions.")),)
        self.make.collect(resource.identifier, title, blocks)
        return tuple(blocks)

    def _drawn(self, resource: Resource, root: etree._Element) -> Iterator[OlxBlock]:
        """Yield a block that is not imported for each bank from which a quiz of Canvas draws questions at random."""
        for element in xml.descendants(root, "selection"):
            bank, number = xml.text(element, "sourcebank_ref"), xml.text(element, "selection_number")
            if bank:
                text = _("The quiz draws %(number)s questions from the bank “%(bank)s”. The bank is a collection.")
                reason = text % {"number": number or "1", "bank": bank}
                identifier = f"{resource.identifier}-{bank}"
                yield self.make.left_out("selection", identifier, bank, reason)

    def _text(self, identifier: str, title: str, html: str, path: str, *, name: str = "") -> OlxBlock:
        unresolved: dict[str, None] = {}
        text = self._rewritten(html, path, unresolved)
        return self.make.text(identifier, title, text, path=path, note=note_on(unresolved), name=name)

    def _rewritten(self, text: str, path: str, unresolved: dict[str, None]) -> str:
        rewritten = self.links.rewritten(text, posixpath.dirname(path))
        self.linked |= rewritten.files
        unresolved |= dict.fromkeys(rewritten.unresolved)
        return rewritten.text

    def _left_out(self, identifier: str, title: str, reason: str) -> OlxBlock:
        return self.make.left_out("resource", identifier, title, reason)


def tag_of(item: Item, depth: int) -> str:
    """
    Return the tag of the container that an item of the organization becomes; "" if it becomes none.

    A folder becomes a section, subsection or unit, according to its depth. A leaf that shows a resource becomes a unit,
    unless it is in a unit already.
    """
    if item.items:
        return _TAGS[min(depth, len(_TAGS) - 1)]
    return UNIT if item.resource and depth < len(_TAGS) else ""


def _title_of_questions(root: etree._Element) -> str:
    """Return the title of a question bank or a quiz; "" if it has none."""
    for field_ in xml.descendants(root, "qtimetadatafield"):
        if xml.text(field_, "fieldlabel") == "bank_title":
            return xml.text(field_, "fieldentry")
    titles = (xml.attribute(found, "title") for found in xml.descendants(root, "assessment", "objectbank"))
    return next((title for title in titles if title), "")
