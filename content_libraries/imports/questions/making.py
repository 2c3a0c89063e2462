"""Makes the blocks of a source that is not OLX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

from opaque_keys.edx.locator import CourseLocator

from ...olx.api import (
    Fault,
    Limits,
    OlxBlock,
    OlxError,
    OlxTree,
    SourceCollection,
    SourceNote,
    StaticFile,
    assembled,
    refuse_unfolding,
    with_attributes,
    xml_safe,
)
from .data import Question
from .tools import TOOL, tool_types

_MAX_NAME: Final = 150


@dataclass(slots=True)
class BlockMaker:
    """
    Makes blocks with names that are unique in their source.

    Attributes:
        not_imported: key of a block -> the reason why it cannot be imported.
        collections: groups of blocks.
        other_types: key of an external tool -> the type of its block on sites with other XBlocks.
    """

    not_imported: dict[tuple[str, str], str] = field(default_factory=dict)
    collections: list[SourceCollection] = field(default_factory=list)
    other_types: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    """Name of a block -> the number that the next block of the same name gets."""

    def name(self, tag: str, identifier: str) -> str:
        """Return a free name for a block: its identifier, with a number if another block of the tag has that name."""
        name = wanted = url_name(identifier)
        while (tag, name) in self._numbers:
            number = self._numbers[tag, wanted]
            self._numbers[tag, wanted] += 1
            name = f"{wanted}-{number}"
        self._numbers[tag, name] = 2
        return name

    def text(
        self, identifier: str, title: str, html: str, *, path: str = "", note: str = "", name: str = ""
    ) -> OlxBlock:
        """Make a Text. ``name`` is its name, if the caller has reserved one with ``name()``."""
        content = xml_safe(html)
        cdata = content.replace("]]>", "]]]]><![CDATA[>")
        olx = f"<html{_title(title)}><![CDATA[{cdata}]]></html>"
        name = name or self.name("html", identifier)
        return OlxBlock("html", name, {"display_name": title}, olx, path=path, body=content, note=note)

    def question(self, question: Question, *, path: str = "") -> OlxBlock:
        """Make the block of a question: a problem, a Text, or a block that is not imported."""
        if question.problem:
            name = self.name("problem", question.identifier)
            attributes = {"display_name": question.title}
            olx = xml_safe(f"<problem{_title(question.title)}>{question.problem}</problem>")
            if question.markdown:
                attributes["markdown"] = question.markdown
                olx = with_attributes(olx, {"markdown": question.markdown})
            return OlxBlock("problem", name, attributes, olx, path=path, note=question.reason)
        if question.text:
            return self.text(question.identifier, question.title, question.text, path=path, note=question.reason)
        return self.left_out("problem", question.identifier, question.title, question.reason)

    def tool(self, identifier: str, title: str, settings: Mapping[str, str], *, note: str) -> OlxBlock:
        """Make the block of an external tool, which has only settings."""
        tag, other_tag = tool_types()
        name = self.name(TOOL, identifier)
        self.other_types[tag, name] = other_tag
        attributes = {"display_name": title, **settings}
        return OlxBlock(tag, name, attributes, with_attributes(f"<{tag}/>", attributes), note=note)

    def left_out(self, tag: str, identifier: str, title: str, reason: str) -> OlxBlock:
        """Make a block that is not imported."""
        block = OlxBlock(tag, self.name(tag, identifier), {"display_name": title}, f"<{tag}{_title(title)}/>")
        self.not_imported[block.key] = reason
        return block

    def broken(self, tag: str, identifier: str, title: str, error: OlxError) -> OlxBlock:
        """Make a block for something that cannot be read."""
        fault = Fault(error.message, error.path, error.line)
        olx = f"<{tag}{_title(title)}/>"
        return OlxBlock(tag, self.name(tag, identifier), {"display_name": title}, olx, path=error.path, fault=fault)

    def container(self, tag: str, identifier: str, title: str, children: Iterable[OlxBlock]) -> OlxBlock:
        """Make a section, subsection or unit."""
        return container(tag, self.name(tag, identifier), title, tuple(children))

    def collect(self, name: str, title: str, blocks: Iterable[OlxBlock]) -> None:
        """Make a collection of the blocks that can be imported. No collection is made without such blocks."""
        keys = tuple(block.key for block in blocks if not block.fault and block.key not in self.not_imported)
        if keys:
            self.collections.append(SourceCollection(name, title, keys))

    def tree(
        self,
        key: tuple[str, str, str],
        title: str,
        children: Iterable[OlxBlock],
        *,
        limits: Limits,
        static_files: tuple[StaticFile, ...] = (),
        notes: tuple[SourceNote, ...] = (),
        folder: str = "",
    ) -> OlxTree:
        """
        Make the tree of the source.

        Args:
            key: organization, course and run of the key by which repeated imports recognize the source.
            children: the blocks at the top.
            limits: how many blocks there may be, one with two parents counted twice.

        Raises ArchiveTooLargeError.
        """
        org, course, run = key
        root = container("course", run, title, tuple(children))
        refuse_unfolding([root], limits)
        return OlxTree(
            kind="course",
            context_key=CourseLocator(org, url_name(course), run),
            display_name=title,
            root=root,
            static_files=static_files,
            folder=folder,
            not_imported=self.not_imported,
            notes=notes,
            collections=tuple(self.collections),
            other_types=self.other_types,
        )


def url_name(identifier: str) -> str:
    """Convert an identifier of another platform to the ``url_name`` of a block."""
    return re.sub(r"[^\w.-]", "_", identifier)[:_MAX_NAME] or "unnamed"


def container(tag: str, name: str, title: str, children: tuple[OlxBlock, ...]) -> OlxBlock:
    """Make a section, subsection or unit of this name."""
    return assembled(f"<{tag}{_title(title)}/>", name, children)


def _title(title: str) -> str:
    return f' display_name="{escape(xml_safe(title))}"'
