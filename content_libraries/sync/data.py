"""What crosses the door of the sync room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from json import dumps

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..courses.api import CoursePlan, CreateBlock


class LinkState(StrEnum):
    """What is to be said of a link. ``INACCESSIBLE`` depends on who asks; the others do not."""

    OK = "ok"
    UPDATE = "update"
    DECLINED = "declined"
    DELETED = "deleted"
    UNPUBLISHED = "unpublished"
    INACCESSIBLE = "inaccessible"
    UNKNOWN_LIBRARY = "unknown_library"
    MALFORMED = "malformed"
    TYPE_MISMATCH = "type_mismatch"
    NOT_LINKED = "not_linked"


READY_STATES = (LinkState.UPDATE, LinkState.DELETED)
"""What an author is asked about: take it, or decline it. A deleted item takes the block along, inside a structure."""

WORKING_STATES = (LinkState.OK, LinkState.UPDATE, LinkState.DECLINED)
"""States in which there is something to sync with."""


class SyncOutcome(StrEnum):
    """
    What an author answers to an update.

    ``KEEP_LOCAL``: take it, and keep what was changed in the course. ``TAKE_UPSTREAM``: take it, and give that up.
    ``DECLINE``: leave everything as it is until there is something newer.
    """

    KEEP_LOCAL = "keep_local"
    TAKE_UPSTREAM = "take_upstream"
    DECLINE = "decline"


class SyncAction(StrEnum):
    """What a step of a sync does with a block."""

    CREATE = "create"
    TAKE = "take"
    KEEP_LOCAL = "keep_local"
    MOVE = "move"
    REORDER = "reorder"
    DELETE = "delete"
    ASSET = "asset"
    TAGS = "tags"
    DECLINE = "decline"


class SyncReason(StrEnum):
    """Why."""

    NEW_VERSION = "new_version"
    SAME_VERSION = "same_version"
    EARLIER_VERSION = "earlier_version"
    LOCAL_EDIT = "local_edit"
    LIBRARY_STRUCTURE = "library_structure"
    REMOVED_UPSTREAM = "removed_upstream"
    DELETED_UPSTREAM = "deleted_upstream"
    UNPUBLISHED_UPSTREAM = "unpublished_upstream"
    LOCAL_ADDITION = "local_addition"
    OTHER_LINK = "other_link"
    NEW_FILE = "new_file"
    CHANGED_FILE = "changed_file"
    AUTHORS_FILE = "authors_file"
    LOST_FILE = "lost_file"
    LIBRARY_TAGS = "library_tags"


@dataclass(frozen=True, slots=True)
class SyncStep:
    """
    One thing that a sync does.

    Args:
        usage_key: the block; of one that is created, the key that it gets.
        title: what it is called in the course; upstream_title: in the library, as published.
        upstream: key of its library item; "" for a block that is not linked.
        detail: what exactly, ready for JSON; ``differences`` says which.
    """

    action: SyncAction
    reason: SyncReason
    usage_key: UsageKey
    title: str
    upstream: str = ""
    upstream_title: str = ""
    detail: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """
    A value of a linked block that was changed in the course, and that the library says otherwise.

    Args:
        name: of the setting; ``data`` for the body of a Text.
        mine, theirs: what the course and the library have; None where one does not say.
        outcome: what happens to the value.
        choices: what an author can choose; declining goes for the whole update.
    """

    usage_key: UsageKey
    title: str
    upstream: str
    name: str
    mine: str | None
    theirs: str | None
    outcome: SyncOutcome
    choices: tuple[SyncOutcome, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """A setting that came along from the library and may not fit the course (``settings_report``)."""

    usage_key: UsageKey
    title: str
    setting: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class FileNotices:
    """Names of files: stored, left alone because the author replaced them, and failed."""

    new_files: tuple[str, ...] = ()
    conflicting_files: tuple[str, ...] = ()
    error_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedLink:
    """A linked block that cannot be synced, and why."""

    usage_key: UsageKey
    state: LinkState
    message: str


@dataclass(frozen=True)
class SyncPlan:
    """
    What a sync of linked blocks of a course does. It is shown, or applied as it is.

    Args:
        tops: the linked blocks, with everything in them.
        steps: what happens, block by block, in document order.
        skipped: blocks that were asked for and cannot be synced.
        changes: the same for the course store.
        byte_sources: digest of a file -> pk of the learning package that has it.
        tag_sources: usage key -> key of the library item whose tags it gets.
        attention: settings of new blocks that may not fit the course.
        conflicts: local changes that the library says otherwise, and what happens to them.
        made_bytes: bytes of files that no library has as they are, by digest.
    """

    course_key: CourseKey
    tops: tuple[UsageKey, ...]
    steps: tuple[SyncStep, ...]
    skipped: tuple[SkippedLink, ...]
    changes: CoursePlan
    byte_sources: Mapping[str, int]
    tag_sources: Mapping[str, str]
    notices: FileNotices
    attention: tuple[Attention, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    made_bytes: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def created(self) -> frozenset[UsageKey]:
        """Keys of the blocks that it creates. They are drawn anew for every plan."""
        return frozenset(change.usage_key for change in self.changes.changes if isinstance(change, CreateBlock))

    @cached_property
    def fingerprint(self) -> str:
        """Tells whether two plans do the same, whatever keys they give to new blocks."""
        names = {str(key): f"new {number}" for number, key in enumerate(self._created_in_order())}

        def named(key: UsageKey) -> str:
            return names.get(str(key), str(key))

        steps = [
            (step.action, step.reason, named(step.usage_key), step.upstream, _renamed(dumps(step.detail), names))
            for step in self.steps
        ]
        text = dumps([steps, [str(key) for key in self.changes.expected], sorted(self.changes.expected.values())])
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def _created_in_order(self) -> list[UsageKey]:
        return [step.usage_key for step in self.steps if step.action == SyncAction.CREATE]


@dataclass(frozen=True, slots=True)
class LinkDetail:
    """
    A link as its block and the library tell it (wire: sync-endpoints).

    Args:
        version_available: number of the published version; None where the link is broken.
        error: for the author; "" where nothing is wrong.
        ready: whether an author is asked about it; ready_itself: the same without what is around it.
        top_level: the linked block that it is part of; None for that block itself, and for one that is not linked.
    """

    usage_key: UsageKey
    block_type: str
    title: str
    upstream: str | None
    upstream_title: str | None
    version_synced: int | None
    version_declined: int | None
    version_available: int | None
    customized: tuple[str, ...]
    top_level: UsageKey | None
    state: LinkState
    error: str
    ready: bool
    ready_itself: bool
    reuse_problem: str | None = None


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """How the links of a course to one library stand; whole structures count once."""

    library_key: str
    title: str
    ready: int
    total: int
    last_published: datetime | None


@dataclass(frozen=True, slots=True)
class Usages:
    """
    Where library items are used.

    Args:
        courses: course key -> usage keys, of the courses that the user may view.
        hidden_courses, hidden_blocks: how many there are besides.
    """

    courses: Mapping[str, Sequence[str]]
    hidden_courses: int
    hidden_blocks: int

    @property
    def blocks(self) -> int:
        return sum(len(keys) for keys in self.courses.values())


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for key, name in names.items():
        text = text.replace(key, name)
    return text
