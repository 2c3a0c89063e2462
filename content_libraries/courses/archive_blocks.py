"""
Decides which blocks a course gets from one branch of an archive.

A block that cannot be read does not refuse the archive. The course keeps its own version of the block, with everything
in it. A container that the course does not have is made from its pointer, and holds the blocks that its file still
shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..olx.api import CONTAINER_TAGS, OlxBlock, OlxDraft, OlxTree, definition_of, usage_key_of, with_attributes
from .course_reader import CourseReader, root_key
from .data import ROOT, LoadedBlock

type Content = tuple[str, tuple[UsageKey, ...]]
"""The definition of a block, and its children."""


@dataclass(frozen=True, slots=True)
class StoredBlocks:
    """The blocks of one branch of a course before an archive is loaded."""

    definitions: Mapping[UsageKey, str]
    children: Mapping[UsageKey, tuple[UsageKey, ...]]

    @classmethod
    def of(cls, reader: CourseReader) -> Self:
        """Read all blocks of a branch."""
        return cls(reader.definitions(reader.rows), reader.structure.children)


@dataclass(slots=True)
class ArchiveBlocks:
    """
    The blocks of a course after an archive is loaded.

    Args:
        tree: the archive, with its drafts or without them.
        course_key: the course that is written.
        stored: the blocks that the course has.
        blocks: usage key -> content; filled by ``read``.
        failed, notes: blocks that cannot be read, and other blocks with a note; filled by ``read``.
    """

    tree: OlxTree
    course_key: CourseKey
    stored: StoredBlocks
    blocks: dict[UsageKey, Content] = field(default_factory=dict)
    failed: list[LoadedBlock] = field(default_factory=list)
    notes: list[LoadedBlock] = field(default_factory=list)
    _readable: set[tuple[str, str]] = field(default_factory=set)
    _places: dict[int, tuple[UsageKey, ...]] = field(default_factory=dict)
    """``id()`` of a block -> the blocks that take its place. A block under two parents is one block."""
    _kept: list[UsageKey] = field(default_factory=list)
    """Blocks that cannot be read, and that the course has."""

    def read(self, loose: Sequence[OlxDraft] = ()) -> Self:
        """
        Read all blocks of the archive.

        Args:
            loose: drafts that stand nowhere. A course keeps them without a place.
        """
        drafts = [draft.block for draft in loose]
        self._readable = {
            block.key for top in (self.tree.root, *drafts) for block in top.walk() if block.url_name and not block.fault
        }
        self._place(self.tree.root, None, 0)
        for top in drafts:
            if top.fault and self._key(top, None, 0) not in self.stored.definitions:
                self._fail(top, self._key(top, None, 0))  # a course has no use for it
            else:
                self._place(top, None, 0)
        for key in self._kept:
            self._keep_contents(key)
        self._keep_places()
        return self

    def _place(self, block: OlxBlock, parent: UsageKey | None, number: int) -> tuple[UsageKey, ...]:
        """Add a block and the blocks in it. Returns: the blocks that take its place in the parent."""
        if id(block) not in self._places:
            key = self._key(block, parent, number)
            self._places[id(block)] = (key,)  # a block that is kept twice in the tree is one block
            self._places[id(block)] = self._add_broken(block, key) if block.fault else self._add(block, key)
        return self._places[id(block)]

    def _add(self, block: OlxBlock, key: UsageKey) -> tuple[UsageKey, ...]:
        self.blocks[key] = self._with_policy(block), ()
        children, note = self._children(block, key), block.note
        if len(set(children)) < len(children):
            text = _("A block stands in it twice. A course holds it there once.")
            note = f"{note} {text}".strip()
        if note:
            self.notes.append(LoadedBlock(str(key), note, block.path))
        self.blocks[key] = self.blocks[key][0], tuple(dict.fromkeys(children))
        return (key,)

    def _add_broken(self, block: OlxBlock, key: UsageKey) -> tuple[UsageKey, ...]:
        self._fail(block, key)
        is_stored = key in self.stored.definitions
        if block.key in self._readable or key in self.blocks:
            return self._children(block, key)
        if block.tag not in CONTAINER_TAGS:
            if is_stored:
                self._keep(key)
            return (key, *self._children(block, key)) if is_stored else self._children(block, key)
        definition = self.stored.definitions[key] if is_stored else self._with_policy(block)
        self.blocks[key] = definition, ()
        self.blocks[key] = definition, tuple(dict.fromkeys(self._children(block, key)))
        if is_stored:
            self._kept.append(key)
        return (key,)

    def _fail(self, block: OlxBlock, key: UsageKey) -> None:
        assert block.fault is not None  # noqa: S101 - the callers have checked it
        self.failed.append(LoadedBlock(str(key), block.fault.message, block.fault.path, block.fault.line))

    def _children(self, block: OlxBlock, key: UsageKey) -> tuple[UsageKey, ...]:
        return tuple(place for number, child in enumerate(block.children) for place in self._place(child, key, number))

    def _keep(self, key: UsageKey) -> None:
        self.blocks[key] = self.stored.definitions[key], ()
        self._kept.append(key)

    def _keep_contents(self, key: UsageKey) -> None:
        """Keep the blocks in a block that cannot be read, unless the archive has them in another place."""
        for child in self.stored.children.get(key, ()):
            if child not in self.blocks and child in self.stored.definitions:
                self.blocks[child] = self.stored.definitions[child], ()
                definition, children = self.blocks[key]
                self.blocks[key] = definition, (*children, child)
                self._keep_contents(child)

    def _keep_places(self) -> None:
        """Leave kept blocks that the archive has no place for where they stand in the course."""
        placed = {child for _definition, children in self.blocks.values() for child in children}
        kept = set(self._kept) - placed
        for parent, stored in self.stored.children.items():
            if parent in self.blocks and (lost := [child for child in stored if child in kept]):
                definition, children = self.blocks[parent]
                self.blocks[parent] = definition, (*children, *lost)

    def _key(self, block: OlxBlock, parent: UsageKey | None, number: int) -> UsageKey:
        if block is self.tree.root:
            return root_key(self.course_key)
        name = block.url_name or f"{parent.block_id if parent else ROOT}-{block.tag}-{number}"
        return usage_key_of(self.course_key, block.tag, name)

    def _with_policy(self, block: OlxBlock) -> str:
        """
        Return the definition of a block with the settings that older exports keep in the policy file.

        Settings of the root stay in the policy file, where they have types.
        """
        olx = definition_of(block)
        if block is self.tree.root:
            return olx
        policy = self.tree.policies.get(f"{block.tag}/{block.url_name}", {})
        return with_attributes(olx, {name: _attribute(value) for name, value in policy.items() if name.isidentifier()})


def _attribute(value: object) -> str:
    """Convert a setting from a policy file to an OLX attribute, as Studio writes it."""
    return value if isinstance(value, str) else json.dumps(value)
