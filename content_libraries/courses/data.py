"""Data that the courses room takes and returns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..errors import InvalidValueError
from ..values import read_json

ROOT: Final = "course"
"""Block type and block id of the root of a course."""

POLICY_PATH: Final = "policies/policy.json"
"""Course file with settings that OLX keeps outside of blocks: of the course itself (under ``course``) and of tabs."""

GRADING_POLICY_PATH: Final = "policies/grading_policy.json"
"""Course file with the grading policy."""

LINK_ATTRIBUTES: Final = frozenset(
    {
        "upstream",
        "upstream_version",
        "upstream_version_declined",
        "upstream_deletion_declined",
        "upstream_children_declined",
        "upstream_display_name",
        "upstream_data",
        "upstream_moved_files",
        "downstream_customized",
        "downstream_edited",
        "top_level_downstream_parent_key",
        "copied_from_block",
    }
)
"""Attributes of OLX that link a block to a library item, or tell where it was copied from."""

LEGACY_SOURCE: Final = "source_library_id"
"""Attribute of OLX that names the legacy library of a block."""


class CoursePermission(StrEnum):
    """Permissions in a course. The values are action names of openedx-authz."""

    VIEW = "courses.view_course"
    EDIT = "courses.edit_course_content"
    PUBLISH = "courses.publish_course_content"
    VIEW_FILES = "courses.view_files"
    EDIT_FILES = "courses.edit_files"
    IMPORT = "courses.import_course"
    EXPORT = "courses.export_course"
    VIEW_LIBRARY_UPDATES = "courses.view_library_updates"
    MANAGE_LIBRARY_UPDATES = "courses.manage_library_updates"


@dataclass(frozen=True, slots=True)
class BlockState:
    """
    A block as the structure of a course describes it, without its content.

    Args:
        title: its display name; its id if it has no display name.
        version_num: number of the version; it grows with each change of the block itself or of its list of
            children.
        holds_blocks: whether it can have children.
        has_unpublished_changes: whether the draft of the block itself differs from its published version; blocks inside
            of it do not count.
    """

    title: str
    version_num: int
    holds_blocks: bool
    has_unpublished_changes: bool


@dataclass(frozen=True)
class CourseStructure:
    """
    The blocks of one branch of a course and the children of each, without the content of the blocks.

    Args:
        root: usage key of the course's root block; ``blocks`` does not have it when nothing is published.
        blocks: all blocks of the branch, also blocks that have no place in the course.
        children: usage key -> the block's children in order. Blocks without children are left out.
    """

    root: UsageKey
    blocks: Mapping[UsageKey, BlockState]
    children: Mapping[UsageKey, tuple[UsageKey, ...]]

    @cached_property
    def parents(self) -> Mapping[UsageKey, tuple[UsageKey, ...]]:
        """Return for each block the blocks that it stands in, in document order; nearly always one."""
        parents: dict[UsageKey, list[UsageKey]] = {}
        in_order = dict.fromkeys([*(key for key, _depth in self.walk()), *self.children])
        for parent in in_order:
            for child in self.children.get(parent, ()):
                parents.setdefault(child, []).append(parent)
        return {child: tuple(found) for child, found in parents.items()}

    def above(self, usage_key: UsageKey) -> frozenset[UsageKey]:
        """Return the ancestors of a block: the blocks that it stands in, directly or indirectly."""
        found: set[UsageKey] = set()
        pending = list(self.parents.get(usage_key, ()))
        while pending:
            key = pending.pop()
            if key not in found:
                found.add(key)
                pending += self.parents.get(key, ())
        return frozenset(found)

    @cached_property
    def reachable(self) -> frozenset[UsageKey]:
        """Return the blocks that stand in the course: the root and all that is below it."""
        return frozenset(key for key, _depth in self.walk())

    def walk(self, top: UsageKey | None = None, *, depth: int | None = None) -> Iterator[tuple[UsageKey, int]]:
        """
        Yield blocks with their depth below the top, in document order, parents before children, each block once.

        Args:
            top: where to begin; the root if None.
            depth: how many levels below the top; all if None.
        """
        top = top or self.root
        stack = [(top, 0)] if top in self.blocks else []
        seen: set[UsageKey] = set()
        while stack:
            key, level = stack.pop()
            known = len(seen)
            seen.add(key)  # computes the hash of the key, which is slow, only once
            if len(seen) == known:
                continue
            yield key, level
            if depth is None or level < depth:
                stack.extend((child, level + 1) for child in reversed(self.children.get(key, ())))


@dataclass(frozen=True, slots=True)
class Block:
    """
    A block of a course.

    Args:
        olx: its OLX element without ``url_name`` and without the blocks in it.
        settings: the attributes of ``olx``, as strings. The root has further settings in the course file
            ``POLICY_PATH``.
        children: usage keys, in order.
    """

    usage_key: UsageKey
    olx: str = field(repr=False)
    settings: Mapping[str, str] = field(repr=False, hash=False)
    children: tuple[UsageKey, ...]
    state: BlockState

    @property
    def title(self) -> str:
        return self.state.title

    @property
    def version_num(self) -> int:
        return self.state.version_num


@dataclass(frozen=True, slots=True)
class CourseTree:
    """
    A block of a course with the blocks below it.

    Args:
        structure: the whole course.
        blocks: usage key -> block, in document order.
    """

    top: UsageKey
    structure: CourseStructure
    blocks: Mapping[UsageKey, Block]


@dataclass(frozen=True, slots=True)
class BlockCopy:
    """
    A block that is copied, before the copy is written.

    Args:
        source_key: the original.
        usage_key: the copy.
        parent_key: the copy that holds this one; None for the topmost copied block.
        olx: the OLX element of the copy.
        title: the title that the copy gets; the title in ``olx`` if None.
    """

    source_key: UsageKey
    usage_key: UsageKey
    parent_key: UsageKey | None
    olx: str = field(repr=False)
    title: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """
    A block that stands in the draft of a course, with its place.

    Args:
        olx: its OLX element without the blocks in it.
        ancestors: usage keys and titles of the blocks that hold it, from the section down, without the course. If the
            block stands in several places, the first counts.
        modified: time of the current version of the draft.
    """

    usage_key: UsageKey
    title: str
    olx: str = field(repr=False)
    ancestors: tuple[tuple[UsageKey, str], ...]
    modified: datetime


@dataclass(frozen=True, slots=True)
class CourseFile:
    """
    A file of a course as a whole: an asset (``static/NAME``), or a file that an OLX folder has beside the blocks
    (``about/overview.html``, ``policies/assets.json``).

    Args:
        digest: BLAKE2b of the bytes, 20 bytes long, in hex.
        size: in bytes.
    """

    path: str
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """
    The link settings of a block: which library item it is linked to, or was copied from (wire: sync-state).

    ``upstream_version`` None with an ``upstream`` means that the block is linked, but was never synced.
    ``top_level_parent`` is always ``TYPE:BLOCK_ID``, even if the block has one of the older spellings.
    """

    usage_key: UsageKey
    upstream: str | None
    upstream_version: int | None
    upstream_version_declined: int | None
    upstream_display_name: str | None
    downstream_customized: tuple[str, ...]
    top_level_parent: str | None
    copied_from_block: str | None

    @classmethod
    def of(cls, usage_key: UsageKey, settings: Mapping[str, str]) -> UpstreamSettings:
        """Read the link settings from the attributes of a block. Values that cannot be parsed count as missing."""
        customized = _json(settings.get("downstream_customized"))
        return cls(
            usage_key=usage_key,
            upstream=settings.get("upstream") or None,
            upstream_version=_version(settings.get("upstream_version")),
            upstream_version_declined=_version(settings.get("upstream_version_declined")),
            upstream_display_name=settings.get("upstream_display_name"),
            downstream_customized=tuple(str(name) for name in customized) if isinstance(customized, list) else (),
            top_level_parent=top_level_name(settings.get(TOP_LEVEL)),
            copied_from_block=settings.get("copied_from_block") or None,
        )


@dataclass(frozen=True, slots=True)
class CourseContents:
    """
    How much the draft of a course holds.

    Args:
        title: the display name of the course.
        blocks: number of its blocks, with the root.
        files: number of its files.
    """

    title: str
    blocks: int
    files: int


@dataclass(frozen=True, slots=True)
class LoadedBlock:
    """
    A block of an archive that its author should look at.

    Args:
        usage_key: its key in the course, also of a block that the course did not get.
        reason: why it cannot be read, or in which other way it was read, in a sentence for the author.
        path, line: the place in the archive; 0 if no line is to blame.
    """

    usage_key: str
    reason: str
    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """
    The result of loading an archive.

    Args:
        blocks: how many blocks the course has now.
        created, updated, deleted: how many blocks were created, updated and deleted, in both branches together.
        files: how many files the course has now.
        files_left_out: paths of files that a course cannot have: they are too large, or have a path that is no name
            of a file on every system.
        drafts: whether the archive had drafts.
        failed: blocks that cannot be read. A course that had such a block keeps it as it was.
        notes: other blocks with a note, and blocks of which only the draft can be read.
        source_notes: what the author should know about files that were not read as they stand.
    """

    course_key: CourseKey
    blocks: int
    created: int
    updated: int
    deleted: int
    files: int
    files_left_out: tuple[str, ...]
    drafts: bool
    failed: tuple[LoadedBlock, ...] = ()
    notes: tuple[LoadedBlock, ...] = ()
    source_notes: tuple[str, ...] = ()


TOP_LEVEL: Final = "top_level_downstream_parent_key"
"""Attribute of a block inside of a linked structure; it names the topmost block of the structure."""


def top_level_name(text: str | None) -> str | None:
    """
    Return the name of a linked structure as ``TYPE:BLOCK_ID``, the only spelling that the platform reads.

    Earlier versions of this app wrote ``TYPE@BLOCK_ID``. Older courses have a JSON object with type and id.
    """
    value = _json(text) if text and text.lstrip()[:1] in ("{", '"') else None
    if isinstance(value, dict) and {"type", "id"} <= value.keys():
        return f"{value['type']}:{value['id']}"
    name = value if isinstance(value, str) else text
    return name.replace("@", ":", 1) if name else None


def private_name(usage_key: UsageKey, name: str) -> str:
    """Return the path below ``static/`` of a file that belongs to one block alone."""
    return f"components/{usage_key.block_type}/{usage_key.block_id}/{name}"


_MAX_VERSION: Final = 2**31 - 1
"""The largest version number that every database stores."""


_PLAIN_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}")


def _json(text: str | None) -> object:
    if not text or text == "[]":  # said by nearly every linked block
        return None
    try:
        return read_json(text)
    except InvalidValueError:
        return None


def _version(text: str | None) -> int | None:
    value = int(text) if text and _PLAIN_NUMBER.fullmatch(text) else _json(text)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MAX_VERSION else None
