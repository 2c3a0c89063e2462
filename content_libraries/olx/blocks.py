"""
Builds blocks from definition files: it resolves pointers, inline blocks and html bodies, and finds errors in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import ClassVar

from ..translation import gettext as _
from .data import Fault, OlxBlock
from .errors import (
    ArchiveTooLargeError,
    DuplicateBlockError,
    MalformedXmlError,
    MissingFileError,
    OlxError,
    PointerCycleError,
    UnsupportedEncodingError,
)
from .faults import BLOCK_FAULTS, fault_of, note_on
from .html_bodies import inlined, inner_html
from .mending import mended_text, mended_xml
from .salvage import Salvaged, salvaged_elements
from .start_tags import pointer, with_attributes
from .vocabulary import (
    CONTAINER_TAGS,
    DRAFT_FOLDER,
    FILE_TAGS,
    INDEX_ATTRIBUTE,
    PLACE_ATTRIBUTES,
    is_metadata,
    member_path,
    settings_among,
)
from .xml_source import Budget, Document, Element, decoded, parse_document

__all__ = ["BlockReader", "DraftReader"]

_INDEX = re.compile(r"[0-9]{1,9}")


class BlockReader:
    """
    Builds the blocks of one branch out of its texts.

    A named block is built once; a second pointer to it gives the same object. ``used`` collects the files
    that ended up in blocks. A block that cannot be read becomes a block with a fault, and the others are read.

    With ``is_single`` the texts come without an archive: a pointer without a file is a block without settings, and a
    block that cannot be read raises its error.
    """

    prefix: ClassVar[str] = ""

    def __init__(self, texts: Mapping[str, bytes], budget: Budget, *, is_single: bool = False) -> None:
        self.texts = texts
        self.budget = budget
        self.is_single = is_single
        self.used: set[str] = set()
        self._named: dict[tuple[str, str], OlxBlock] = {}
        self._pointed: dict[tuple[str, str], tuple[dict[str, str], OlxBlock]] = {}
        self._broken: dict[str, OlxBlock] = {}
        """Text of an element -> the block that it is, or points to, and that cannot be read."""
        self._open: list[str] = []

    def defines(self, tag: str, url_name: str) -> bool:
        """Return whether a pointer with this tag and url_name leads to a definition."""
        return bool(url_name) and self._path(tag, url_name) in self.texts

    def block_at(self, document: Document, element: Element) -> OlxBlock:
        """Return the block that an element is, or points to. It has a fault if it cannot be read."""
        if self.is_single:
            return self.readable_block_at(document, element)
        text = document.text_of(element) if element.is_empty else ""
        if text in self._broken:
            return self._broken[text]
        try:
            return self.readable_block_at(document, element)
        except PointerCycleError as error:
            return self._broken_block(document, element, error)
        except BLOCK_FAULTS as error:
            block = self._broken_block(document, element, error)
            if element.tag in CONTAINER_TAGS and error.path != document.path and error.path in self.texts:
                block = self._with_salvage(block, document.slice(element.start, element.opened), error.path)
            if text and block.url_name:
                self._broken[text] = block
            return block

    def _broken_block(self, document: Document, element: Element, error: OlxError) -> OlxBlock:
        """Return the block that an element is, or points to, with the error as its fault."""
        is_here = not error.line
        block = OlxBlock(
            tag=element.tag,
            url_name=element.attributes.get("url_name", ""),
            attributes=settings_among(element.tag, element.attributes),
            olx=document.text_of(element),
            path=document.path,
            fault=Fault(
                error.message, document.path if is_here else error.path, element.line if is_here else error.line
            ),
        )
        self.budget.take_olx(len(block.olx), document.path)
        return block

    def _with_salvage(self, block: OlxBlock, start_tag: str, path: str) -> OlxBlock:
        """Return a broken container with the blocks that its file still shows. Broken ones among them have faults."""
        found = list(salvaged_elements(self.texts[path], self.budget))
        if not found:
            return block
        start = start_tag.removesuffix(">").removesuffix("/").rstrip()
        olx = f"{start}>{''.join(f'\n  {each.text}' for each in found)}\n</{block.tag}>"
        self.budget.take_olx(len(olx), path)
        salvaged = parse_document(olx.encode(), path=path, budget=self.budget)
        with self._inside(path):
            children = [
                self._salvaged(salvaged, element, each)
                for element, each in zip(salvaged.root.children, found, strict=True)
                if not is_metadata(element.tag, element.attributes)
            ]
        return replace(block, olx=olx, children=tuple(children), path=path)

    def _salvaged(self, document: Document, element: Element, found: Salvaged) -> OlxBlock:
        text = _("%(path)s: the %(tag)s %(url_name)r in line %(line)s is not well-formed XML: correct it there.")
        values = {"tag": element.tag, "url_name": element.attributes["url_name"], "line": found.line}
        error = MalformedXmlError(text % {"path": document.path, **values}, document.path, found.line)
        if found.is_broken and not self.defines(element.tag, element.attributes["url_name"]):
            return self._broken_block(document, element, error)
        block = self.block_at(document, element)
        return replace(block, note=note_on(error)) if found.is_mended and not block.fault else block

    def readable_block_at(self, document: Document, element: Element) -> OlxBlock:
        """
        Return the block that an element is, or points to.

        Raises OlxError if it cannot be read. Blocks in it that cannot be read have faults.
        """
        url_name = element.attributes.get("url_name", "")
        if element.is_empty and self.defines(element.tag, url_name):
            return self.definition(element.tag, url_name, settings_among(element.tag, element.attributes))
        old_pointer = element.attributes.get("filename", "")
        if element.is_empty and element.tag in FILE_TAGS - {"html"} and self.defines(element.tag, old_pointer):
            return self._from_old_pointer(element, url_name)
        if element.is_bare_pointer and element.tag in FILE_TAGS and not self.is_single:
            raise self._missing(document, element, member_path(element.tag, url_name))
        with self._inside(document.path):
            return self._known(self._built(document, element, url_name), element.line)

    def _missing(self, document: Document, element: Element, path: str) -> MissingFileError:
        if DRAFT_FOLDER + path in self.texts:
            text = _("%(path)s points to %(missing)s, which is only a draft: read the drafts too, or publish it.")
        else:
            text = _("%(path)s points to %(missing)s, which is not there: add that file or remove the pointer.")
        return MissingFileError(text % {"path": document.path, "missing": path}, document.path, element.line)

    def _from_old_pointer(self, element: Element, url_name: str) -> OlxBlock:
        """
        Return the block of an element that names its definition file with ``filename``.

        In courses from before Studio, this file may have another name than the block. The platform reads such courses
        to this day.
        """
        settings = settings_among(element.tag, element.attributes)
        return self._read(element.tag, element.attributes["filename"], settings, name=url_name)

    def definition(self, tag: str, url_name: str, overrides: Mapping[str, str] | None = None) -> OlxBlock:
        """Return the block that TAG/URL_NAME.xml defines; ``overrides`` are the settings on its pointer."""
        overrides = dict(overrides or {})
        key = tag, url_name
        if key not in self._pointed:
            self._pointed[key] = overrides, self._read(tag, url_name, overrides, name=url_name)
        known_overrides, block = self._pointed[key]
        if known_overrides != overrides:
            error = DuplicateBlockError(
                _("%(path)s is pointed to with different attributes: make the pointers alike.") % {"path": block.path},
                block.path,
            )
            return replace(block, fault=fault_of(error))
        return block

    def block_of(self, tag: str, url_name: str) -> OlxBlock:
        """Return the block of a definition file. It has a fault if it cannot be read."""
        document = parse_document(pointer(tag, {"url_name": url_name}).encode())
        return self.block_at(document, document.root)

    def _path(self, tag: str, url_name: str) -> str:
        return self.prefix + member_path(tag, url_name)

    def _read(self, tag: str, file_name: str, overrides: Mapping[str, str], *, name: str) -> OlxBlock:
        path = self._path(tag, file_name)
        if path in self._open:
            raise PointerCycleError(
                _("%(path)s contains itself, through %(others)s: remove one of the pointers.")
                % {"path": path, "others": ", ".join(self._open[self._open.index(path) :])},
                path,
            )
        self.used.add(path)
        document = self.document(path)
        if document.root.tag != tag:
            raise MissingFileError(
                _("%(path)s defines a <%(found)s> where a <%(tag)s> is pointed to: correct the tag or the pointer.")
                % {"path": path, "found": document.root.tag, "tag": tag},
                path,
                document.root.line,
            )
        with self._inside(path):
            built = self._built(document, document.root, name, overrides)
            return self._known(built, document.root.line)

    def document(self, path: str) -> Document:
        """
        Parse a file, mended if it cannot be read otherwise.

        Such files count as OLX of blocks, so that their bytes are not read again and again without end. Raises
        OlxError: for a file that cannot be mended, the error of the first reading.
        """
        data = self.texts[path]
        try:
            return parse_document(data, path=path, budget=self.budget)
        except (MalformedXmlError, UnsupportedEncodingError) as error:
            self.budget.take_olx(len(data), path)
            mended = mended_xml(data, limit=self.budget.limits.text_bytes)
            if mended is None:
                raise
            with suppress(MalformedXmlError):
                return replace(parse_document(mended, path=path, budget=self.budget), note=note_on(error))
            raise

    @contextmanager
    def _inside(self, path: str) -> Iterator[None]:
        if len(self._open) >= self.budget.limits.block_depth:
            raise ArchiveTooLargeError(
                _("%(path)s nests blocks more than %(limit)s deep: flatten the course.")
                % {"path": path, "limit": self.budget.limits.block_depth},
                path,
            )
        self._open.append(path)
        try:
            yield
        finally:
            self._open.pop()

    def _known(self, block: OlxBlock, line: int) -> OlxBlock:
        """
        Return the block that already has this name, or else this block.

        The second of two blocks that have one name and differ has a fault; without an archive it raises
        DuplicateBlockError.

        Args:
            line: where the block starts in its file.
        """
        if not block.url_name:
            return block
        known = self._named.setdefault(block.key, block)
        if known != block:
            error = DuplicateBlockError(
                _(
                    "%(known)s and %(path)s both define %(tag)s %(url_name)r, differently: give one of them"
                    " another url_name."
                )
                % {"known": known.path, "path": block.path, "tag": block.tag, "url_name": block.url_name},
                block.path,
                line,
            )
            if self.is_single:
                raise error
            return replace(block, fault=fault_of(error))
        return known

    def _built(
        self, document: Document, element: Element, url_name: str, overrides: Mapping[str, str] | None = None
    ) -> OlxBlock:
        attributes, olx = element.attributes, document.text_of(element)
        if overrides:
            attributes, olx = {**attributes, **overrides}, with_attributes(olx, overrides)
        body, note = None, document.note if element is document.root else ""
        if element.tag == "html":
            body, note_on_body = self._body(document, element)
            note = f"{note} {note_on_body}".strip()
            if "filename" in attributes and body is not None:
                olx = inlined(olx, body)
        self.budget.take_olx(len(olx), document.path)
        return OlxBlock(
            tag=element.tag,
            url_name=url_name,
            attributes=settings_among(element.tag, attributes),
            olx=olx,
            children=self._children(document, element),
            path=document.path,
            body=body,
            note=note,
        )

    def _children(self, document: Document, element: Element) -> tuple[OlxBlock, ...]:
        if element.tag in CONTAINER_TAGS:
            found = [child for child in element.children if not is_metadata(child.tag, child.attributes)]
        else:
            found = [
                child
                for child in element.children
                if child.is_empty and self.defines(child.tag, child.attributes.get("url_name", ""))
            ]
        return tuple(self.block_at(document, child) for child in found)

    def _body(self, document: Document, element: Element) -> tuple[str | None, str]:
        """Return the body of an html block, and a note if its file was mended."""
        filename = element.attributes.get("filename")
        if filename is None:
            return inner_html(document, element), ""
        folder = document.path.rpartition("/")[0]
        path = next((path for path in self._body_paths(folder, filename) if path in self.texts), None)
        if path is not None:
            self.used.add(path)
            return self._text(path)
        if self.is_single:
            return None, ""
        raise MissingFileError(
            _(
                "%(path)s names the body %(filename)r, but html/%(filename)s.html is not there: add that"
                " file or put the HTML into the element."
            )
            % {"path": document.path, "filename": filename},
            document.path,
            element.line,
        )

    def _text(self, path: str) -> tuple[str, str]:
        """Return the text of a file that is not XML, and a note if it was mended. Raises UnsupportedEncodingError."""
        data = self.texts[path]
        try:
            return decoded(data, path), ""
        except UnsupportedEncodingError as error:
            self.budget.take_olx(len(data), path)
            mended = mended_text(data)
            if mended is None:
                raise
            return mended, note_on(error)

    def _body_paths(self, folder: str, filename: str) -> Iterator[str]:
        """
        Yield the paths where the body of an html block may be: beside the definition, or in the html folder of the
        branch.
        """
        for place in (folder, f"{self.prefix}html", "html"):
            yield f"{place}/{filename}.html"
            if filename.endswith(".html"):
                yield f"{place}/{filename}"


class DraftReader(BlockReader):
    """
    Builds the blocks of ``drafts/``; blocks without a draft are taken from the published branch.

    ``places`` has, for each draft that names them, the usage key of its parent and its index there.
    """

    prefix = DRAFT_FOLDER

    def __init__(self, published: BlockReader) -> None:
        super().__init__(published.texts, published.budget)
        self.used = published.used
        self.places: dict[tuple[str, str], tuple[str, int | None]] = {}
        self._published = published

    def defines(self, tag: str, url_name: str) -> bool:
        return super().defines(tag, url_name) or self._published.defines(tag, url_name)

    def definition(self, tag: str, url_name: str, overrides: Mapping[str, str] | None = None) -> OlxBlock:
        if super().defines(tag, url_name):
            return super().definition(tag, url_name, overrides)
        return self._published.definition(tag, url_name, overrides)

    def _from_old_pointer(self, element: Element, url_name: str) -> OlxBlock:
        if super().defines(element.tag, element.attributes["filename"]):
            return super()._from_old_pointer(element, url_name)
        return self._published._from_old_pointer(element, url_name)

    def _built(
        self, document: Document, element: Element, url_name: str, overrides: Mapping[str, str] | None = None
    ) -> OlxBlock:
        block = super()._built(document, element, url_name, overrides)
        place = {name: block.attributes[name] for name in PLACE_ATTRIBUTES if name in block.attributes}
        if element is not document.root or not place:
            return block
        index = place.pop(INDEX_ATTRIBUTE, "")
        for parent_url in place.values():
            self.places[block.key] = parent_url, int(index) if _INDEX.fullmatch(index) else None
        return replace(
            block,
            attributes={name: value for name, value in block.attributes.items() if name not in PLACE_ATTRIBUTES},
            olx=with_attributes(block.olx, dict.fromkeys(PLACE_ATTRIBUTES)),
        )
