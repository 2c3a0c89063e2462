"""From the resources of a cartridge to blocks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Final
from urllib.parse import urlsplit

from ...olx.api import OlxBlock, StaticFile, assembled, decoded, xml_safe
from . import xml
from .manifest import Manifest, Resource
from .qti import Question, questions
from .texts import body_of, static_url, with_static_urls

_PAGES: Final = (".html", ".htm", ".xhtml")
_QUIZZES: Final = frozenset({"imsqti", "imsqti_xmlv1p2"})
_SHOWN_BY_ITEMS: Final = _QUIZZES | {"imswl", "assignment"}
_REASONS: Final[Mapping[str, str]] = {
    "imsdt": "Discussions are not imported: libraries hold no discussions.",
    "imsbasiclti": "Links to external tools are not imported: set the tool up in the course.",
}


@dataclass(slots=True)
class ContentReader:
    """
    Makes blocks of resources; the same resource twice is the same blocks.

    ``not_imported`` gets the reason for each block that stands for something that has no counterpart.
    """

    manifest: Manifest
    texts: Mapping[str, bytes]
    files: Mapping[str, StaticFile]
    not_imported: dict[tuple[str, str], str] = field(default_factory=dict)
    _known: dict[str, tuple[OlxBlock, ...]] = field(default_factory=dict)

    def blocks(self, identifier: str, title: str) -> tuple[OlxBlock, ...]:
        """The blocks of a resource; its title is that of the item that shows it first."""
        if identifier not in self._known:
            self._known[identifier] = self._read(identifier, title)
        return self._known[identifier]

    def not_shown(self) -> tuple[OlxBlock, ...]:
        """Blocks for the quizzes, links and assignments that no item shows, as question banks; none is imported."""
        return tuple(
            self._left_out("resource", identifier, resource.href, "No item of the cartridge shows this.")
            for identifier, resource in self.manifest.resources.items()
            if identifier not in self._known and resource.kind in _SHOWN_BY_ITEMS
        )

    def _read(self, identifier: str, title: str) -> tuple[OlxBlock, ...]:
        resource = self.manifest.resources.get(identifier)
        if resource is None:
            return (self._left_out("resource", identifier, title, "The cartridge does not hold this resource."),)
        if resource.kind in _REASONS:
            return (self._left_out(resource.kind, identifier, title, _REASONS[resource.kind]),)
        if resource.kind in _QUIZZES:
            return self._quiz(resource)
        text = self._text(resource)
        if text is None:
            reason = f"Resources of the type “{resource.kind}” are not imported."
            return (self._left_out("resource", identifier, title, reason),)
        return (_html(identifier, title, text, resource.href),)

    def _text(self, resource: Resource) -> str | None:
        """HTML of a page, a link, an assignment or a file; None for anything else."""
        path = resource.href
        if resource.kind == "imswl":
            return self._link(path)
        if resource.kind == "assignment" and path in self.texts:
            root = xml.parse(self.texts[path], path)
            return self._rewritten(xml.text(xml.first(root, "text")), path)
        if path.lower().endswith(_PAGES) and path in self.texts:
            return self._rewritten(body_of(decoded(self.texts[path], path)), path)
        if resource.kind == "webcontent" and path in self.files:
            name = posixpath.basename(path)
            return f'<p><a href="{escape(static_url(path))}" target="_blank">{escape(name)}</a></p>'
        return None

    def _link(self, path: str) -> str | None:
        root = xml.parse(self.texts.get(path, b""), path)
        url = next((str(element.get("href") or "") for element in xml.descendants(root, "url")), "")
        if urlsplit(url).scheme not in {"http", "https"}:
            return None
        title = xml.text(xml.first(root, "title")) or url
        return f'<p><a href="{escape(url)}" target="_blank" rel="noopener">{escape(title)}</a></p>'

    def _quiz(self, resource: Resource) -> tuple[OlxBlock, ...]:
        path = resource.href
        root = xml.parse(self.texts.get(path, b""), path)
        rewrite = partial(self._rewritten, path=path)
        return tuple(self._question(resource, question) for question in questions(root, rewrite))

    def _question(self, resource: Resource, question: Question) -> OlxBlock:
        identifier = f"{resource.identifier}-{question.identifier}"
        if question.reason:
            return self._left_out("problem", identifier, question.title, question.reason)
        if question.text:
            return _html(identifier, question.title, question.text, resource.href)
        name = url_name(identifier)
        attributes = {"display_name": question.title}
        olx = f"<problem{_title(question.title)}>{question.problem}</problem>"
        return OlxBlock("problem", name, attributes, xml_safe(olx), path=resource.href)

    def _rewritten(self, text: str, path: str) -> str:
        return with_static_urls(text, posixpath.dirname(path), self.files)

    def _left_out(self, tag: str, identifier: str, title: str, reason: str) -> OlxBlock:
        block = OlxBlock(tag, url_name(identifier), {"display_name": title}, f"<{tag}{_title(title)}/>")
        self.not_imported[block.key] = reason
        return block


def url_name(identifier: str) -> str:
    """An identifier of a cartridge as that of a block."""
    return re.sub(r"[^\w.-]", "_", identifier)[:150] or "unnamed"


def container(tag: str, identifier: str, title: str, children: tuple[OlxBlock, ...]) -> OlxBlock:
    """A section, subsection or unit."""
    return assembled(f"<{tag}{_title(title)}/>", url_name(identifier), children)


def _html(identifier: str, title: str, text: str, path: str) -> OlxBlock:
    cdata = xml_safe(text).replace("]]>", "]]]]><![CDATA[>")
    olx = f"<html{_title(title)}><![CDATA[{cdata}]]></html>"
    return OlxBlock("html", url_name(identifier), {"display_name": title}, olx, path=path, body=text)


def _title(title: str) -> str:
    return f' display_name="{escape(xml_safe(title))}"'
