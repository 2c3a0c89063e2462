"""Converts the resources of a cartridge to blocks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from ...olx.api import (
    Fault,
    MalformedXmlError,
    OlxBlock,
    OlxError,
    StaticFile,
    UnsupportedEncodingError,
    assembled,
    decoded,
    xml_safe,
)
from ...site_language import gettext as _
from . import xml
from .manifest import Item, Manifest, Resource
from .qti import Question, questions
from .texts import body_of, file_at, linked_files, static_url, with_static_urls

_PAGES: Final = (".html", ".htm", ".xhtml")
_QUIZZES: Final = frozenset({"imsqti", "imsqti_xmlv1p2"})
_REASONS: Final[Mapping[str, str]] = {
    "imsdt": gettext_noop("Discussions are not imported: libraries hold no discussions."),
    "imsbasiclti": gettext_noop("Links to external tools are not imported: set the tool up in the course."),
}
_NO_ADDRESS: Final = gettext_noop("The link has no address on the web, which begins with http:// or https://.")
_NO_FILE: Final = gettext_noop("The cartridge does not hold the file “%(file)s” of this resource.")
_NO_TYPE: Final = gettext_noop("Resources of the type “%(type)s” are not imported.")
_IN_XML: Final = _QUIZZES | {"imswl", "assignment"}
_SHOWN_BY_ITEMS: Final = _IN_XML | _REASONS.keys()


@dataclass(slots=True)
class ContentReader:
    """
    Converts resources to blocks; a resource that is shown twice gives the same blocks twice.

    Attributes:
        not_imported: key of a block -> the reason why its resource cannot be imported.
        pages: paths of files that became the text of a block.
        linked: paths of files that a text refers to.
    """

    manifest: Manifest
    texts: Mapping[str, bytes]
    files: Mapping[str, StaticFile]
    not_imported: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    _known: dict[str, tuple[OlxBlock, ...]] = field(default_factory=dict)
    _names: dict[tuple[str, str], int] = field(default_factory=dict)
    """Name of a block -> the number that the next block of that name gets."""

    def blocks(self, identifier: str, title: str) -> tuple[OlxBlock, ...]:
        """Return the blocks of a resource. They get the title of the item that shows the resource first."""
        if identifier not in self._known:
            try:
                self._known[identifier] = self._read(identifier, title)
            except (MalformedXmlError, UnsupportedEncodingError) as error:
                self._known[identifier] = (self._broken(identifier, title, error),)
        return self._known[identifier]

    def label(self, item: Item) -> OlxBlock:
        """Make a block for an item that has only a title. The block is not imported."""
        return self._left_out("item", item.identifier, item.title, _("It has a title, but shows nothing."))

    def name(self, tag: str, identifier: str) -> str:
        """Return a free name for a block: its identifier, with a number if another block of the tag has that name."""
        name = wanted = url_name(identifier)
        while (tag, name) in self._names:
            number = self._names[tag, wanted]
            self._names[tag, wanted] += 1
            name = f"{wanted}-{number}"
        self._names[tag, name] = 2
        return name

    def not_shown(self) -> tuple[OlxBlock, ...]:
        """
        Make a block that is not imported for each resource that no item shows, such as question banks.

        Pages that no item shows get no block: they are among the unused files.
        """
        return tuple(
            self._left_out("resource", identifier, resource.href, _("No item of the cartridge shows this."))
            for identifier, resource in self.manifest.resources.items()
            if identifier not in self._known and resource.kind in _SHOWN_BY_ITEMS
        )

    def _read(self, identifier: str, title: str) -> tuple[OlxBlock, ...]:
        resource = self.manifest.resources.get(identifier)
        if resource is None:
            return (self._left_out("resource", identifier, title, _("The cartridge does not hold this resource.")),)
        if resource.kind in _REASONS:
            return (self._left_out(resource.kind, identifier, title, _(_REASONS[resource.kind])),)
        path = file_at(resource.href, self.files)
        if not path or (resource.kind in _IN_XML and path not in self.texts):
            reason = _(_NO_FILE) % {"file": resource.href} if resource.href else _("This resource has no file.")
            return (self._left_out("resource", identifier, title, reason),)
        resource = replace(resource, href=path)
        if resource.kind in _QUIZZES:
            return self._quiz(resource)
        text = self._text(resource)
        if text is None:
            reason = _(_NO_ADDRESS) if resource.kind == "imswl" else _(_NO_TYPE) % {"type": resource.kind}
            return (self._left_out("resource", identifier, title, reason),)
        return (self._html(identifier, title, text, resource.href),)

    def _text(self, resource: Resource) -> str | None:
        """Return the HTML of a page, a link, an assignment or a file; None for other resources."""
        path = resource.href
        if resource.kind == "imswl":
            return self._link(path)
        if resource.kind == "assignment":
            root = xml.parse(self.texts[path], path)
            return self._rewritten(xml.text(xml.first(root, "text")), path)
        if path.lower().endswith(_PAGES) and path in self.texts:
            self.pages.add(path)
            return self._rewritten(body_of(decoded(self.texts[path], path)), path)
        if resource.kind == "webcontent":
            self.linked.add(path)
            name = posixpath.basename(path)
            return f'<p><a href="{escape(static_url(path, self.files))}" target="_blank">{escape(name)}</a></p>'
        return None

    def _link(self, path: str) -> str | None:
        root = xml.parse(self.texts[path], path)
        url = next((str(element.get("href") or "") for element in xml.descendants(root, "url")), "")
        if urlsplit(url).scheme not in {"http", "https"}:
            return None
        title = xml.text(xml.first(root, "title")) or url
        return f'<p><a href="{escape(url)}" target="_blank" rel="noopener">{escape(title)}</a></p>'

    def _quiz(self, resource: Resource) -> tuple[OlxBlock, ...]:
        path = resource.href
        root = xml.parse(self.texts[path], path)
        rewrite = partial(self._rewritten, path=path)
        return tuple(self._question(resource, question) for question in questions(root, rewrite))

    def _question(self, resource: Resource, question: Question) -> OlxBlock:
        identifier = f"{resource.identifier}-{question.identifier}"
        if question.reason:
            return self._left_out("problem", identifier, question.title, question.reason)
        if question.text:
            return self._html(identifier, question.title, question.text, resource.href)
        name = self.name("problem", identifier)
        attributes = {"display_name": question.title}
        olx = f"<problem{_title(question.title)}>{question.problem}</problem>"
        return OlxBlock("problem", name, attributes, xml_safe(olx), path=resource.href)

    def _rewritten(self, text: str, path: str) -> str:
        folder = posixpath.dirname(path)
        self.linked.update(linked_files(text, folder, self.files))
        return with_static_urls(text, folder, self.files)

    def _html(self, identifier: str, title: str, text: str, path: str) -> OlxBlock:
        cdata = xml_safe(text).replace("]]>", "]]]]><![CDATA[>")
        olx = f"<html{_title(title)}><![CDATA[{cdata}]]></html>"
        name = self.name("html", identifier)
        return OlxBlock("html", name, {"display_name": title}, olx, path=path, body=text)

    def _broken(self, identifier: str, title: str, error: OlxError) -> OlxBlock:
        """Make a block for a resource that cannot be read."""
        olx = f"<resource{_title(title)}/>"
        fault = Fault(error.message, error.path, error.line)
        name = self.name("resource", identifier)
        return OlxBlock("resource", name, {"display_name": title}, olx, path=error.path, fault=fault)

    def _left_out(self, tag: str, identifier: str, title: str, reason: str) -> OlxBlock:
        block = OlxBlock(tag, self.name(tag, identifier), {"display_name": title}, f"<{tag}{_title(title)}/>")
        self.not_imported[block.key] = reason
        return block


def url_name(identifier: str) -> str:
    """Convert an identifier of a cartridge to the ``url_name`` of a block."""
    return re.sub(r"[^\w.-]", "_", identifier)[:150] or "unnamed"


def container(tag: str, name: str, title: str, children: tuple[OlxBlock, ...]) -> OlxBlock:
    """Make a section, subsection or unit."""
    return assembled(f"<{tag}{_title(title)}/>", name, children)


def _title(title: str) -> str:
    return f' display_name="{escape(xml_safe(title))}"'
