"""Data that the sync room takes and returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from json import dumps

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..courses.api import CoursePlan, CreateBlock
from ..keys import ItemKey
from ..plan_basis import PlanBasis, State


class LinkState(StrEnum):
    """The state of a link. Only ``INACCESSIBLE`` depends on the user who asks."""

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
"""States in which an author is asked to take or decline a change of the library.

Inside of a linked structure, taking the deletion of an item deletes its block."""

WORKING_STATES = (LinkState.OK, LinkState.UPDATE, LinkState.DECLINED)
"""States in which a block can be synced with its library item."""


class SyncOutcome(StrEnum):
    """
    Decisions of an author about an update.

    ``KEEP_LOCAL``: take the update, and keep local changes. ``TAKE_UPSTREAM``: take the update, and give up local
    changes. ``DECLINE``: change nothing until the library has a newer version.
    """

    KEEP_LOCAL = "keep_local"
    TAKE_UPSTREAM = "take_upstream"
    DECLINE = "decline"


class SyncAction(StrEnum):
    """Actions of a sync on a block."""

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
    """Reasons for a step of a sync."""

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
    One step of a sync, for people to read.

    Args:
        usage_key: the block; for a block that is created, the key that it gets.
        title: its title in the course.
        upstream: key of its library item; "" for a block that is not linked.
        upstream_title: the title of that item, as published.
        detail: the exact changes, ready for JSON; the module ``differences`` describes them.
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
    A value of a linked block that was changed in the course, and for which the library has another value.

    Args:
        name: name of the setting; ``data`` for the body of a Text.
        mine: the value in the course; None if it is not set.
        theirs: the value in the library; None if it is not set.
        outcome: the outcome for the value.
        choices: the outcomes that an author can choose; declining applies to the whole update.
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
    """A setting that a new block brings from the library and that may not fit the course (``settings_report``)."""

    usage_key: UsageKey
    title: str
    setting: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class FileNotices:
    """Paths of files that were added, that were left alone because an author replaced them, and that failed."""

    new_files: tuple[str, ...] = ()
    conflicting_files: tuple[str, ...] = ()
    error_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedLink:
    """A linked block that cannot be synced, with the reason."""

    usage_key: UsageKey
    state: LinkState
    message: str


@dataclass(frozen=True)
class SyncPlan:
    """
    A plan for a sync of linked blocks of a course. It can be shown to a user and then applied unchanged.

    Args:
        tops: the blocks that are synced, each with everything in it.
        steps: the changes, block by block, in document order.
        skipped: requested blocks that cannot be synced.
        changes: the steps as changes for the course store.
        byte_sources: digest of a file -> pk of the learning package that has it.
        tag_sources: usage key -> key of the library item whose tags the block gets.
        attention: settings of new blocks that may not fit the course.
        conflicts: local changes for which the library has another value, and their outcomes.
        made_bytes: digest -> bytes of files that were made for the course and that no library has.
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
        """Return the keys of the blocks that the plan creates. They are random, and differ from plan to plan."""
        return frozenset(change.usage_key for change in self.changes.changes if isinstance(change, CreateBlock))

    @cached_property
    def basis(self) -> PlanBasis[str]:
        """
        Return the steps, and the versions of the blocks of the course, as the facts that a preview has shown.

        Two plans with an equal basis do the same, apart from the keys of new blocks.
        """
        names = {str(key): f"new {number}" for number, key in enumerate(self._created_in_order())}

        def state(step: SyncStep) -> State:
            key = names.get(str(step.usage_key), str(step.usage_key))
            return dumps([step.action, step.reason, key, step.upstream, _replace_keys(dumps(step.detail), names)])

        facts = {f"step {number}": state(step) for number, step in enumerate(self.steps)}
        return PlanBasis(facts | {str(key): version for key, version in self.changes.basis.facts.items()})

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the basis, which a client sends to get exactly what its preview showed."""
        return self.basis.fingerprint

    def _created_in_order(self) -> list[UsageKey]:
        return [step.usage_key for step in self.steps if step.action == SyncAction.CREATE]


@dataclass(frozen=True, slots=True)
class LinkDetail:
    """
    A link, from the settings of its block and from the library (wire: sync-endpoints).

    Args:
        item: key of the library item; None if the block is not linked, or if ``upstream`` is not a valid key.
        version_available: number of the published version; None if the link is broken.
        top_level: the top of the linked structure that the block is part of; None if the block is not a part.
        error: a message for the author; "" if nothing is wrong.
        ready: whether the block can be synced now: it is top-level, and it or a part of it is ready.
        ready_itself: whether the block is ready on its own, without regard to its parts and to the structure around it.
    """

    usage_key: UsageKey
    block_type: str
    title: str
    upstream: str | None
    item: ItemKey | None
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
    """Counts of the links of a course to one library; a whole linked structure counts once."""

    library_key: str
    title: str
    ready: int
    total: int
    last_published: datetime | None


@dataclass(frozen=True, slots=True)
class Usages:
    """
    The places where library items are used.

    Args:
        courses: course key -> usage keys; only courses that the user may view.
        hidden_courses, hidden_blocks: how many other courses and blocks use the items.
    """

    courses: Mapping[str, Sequence[str]]
    hidden_courses: int
    hidden_blocks: int

    @property
    def blocks(self) -> int:
        return sum(len(keys) for keys in self.courses.values())


def _replace_keys(text: str, names: Mapping[str, str]) -> str:
    for key, name in names.items():
        text = text.replace(key, name)
    return text
