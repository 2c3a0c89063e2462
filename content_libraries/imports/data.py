"""Data that the imports room takes and returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_noop
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..block_types.api import RANKS
from ..content.data import ContainerSettingsData
from ..keys import LibraryLocatorV2
from ..learning_core.data import FileMedia


class Level(StrEnum):
    """The highest level of containers that an import makes; of higher containers only the contents are imported."""

    COMPONENT = "component"
    UNIT = "unit"
    SUBSECTION = "subsection"
    SECTION = "section"


class OnRepeat(StrEnum):
    """Ways to treat a block that an earlier import of the same source brought into the same library."""

    SKIP = "skip"
    FORK = "fork"
    UPDATE = "update"


class Action(StrEnum):
    """
    Actions of an import on a block.

    ``KEEP`` is an update without changes. ``RESTORE`` brings back an item that was deleted since the last import.
    ``DISSOLVE`` puts the contents of a container into the container around it. ``LEAVE_OUT`` makes no item; the block
    has a reason. ``FAILED`` writes no item either: the block cannot be read. An item that an earlier import made of
    it stays as it is. Pages show the values in the reader's language.
    """

    CREATE = gettext_noop("create")
    UPDATE = gettext_noop("update")
    RESTORE = gettext_noop("restore")
    KEEP = gettext_noop("keep")
    SKIP = gettext_noop("skip")
    FORK = gettext_noop("fork")
    DISSOLVE = gettext_noop("dissolve")
    LEAVE_OUT = gettext_noop("unsupported")
    FAILED = gettext_noop("failed")


WRITING_ACTIONS = frozenset({Action.CREATE, Action.UPDATE, Action.RESTORE, Action.FORK})
TAGGING_ACTIONS = WRITING_ACTIONS | {Action.KEEP}
MAKING_ACTIONS = frozenset({Action.CREATE, Action.FORK})
OMITTING_ACTIONS = frozenset({Action.LEAVE_OUT, Action.FAILED})
"""Actions that lose a block, with a reason that the author has to know."""


NO_SETTINGS = ContainerSettingsData()


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    The options of an import.

    Args:
        level: see Level.
        on_repeat: see OnRepeat.
        preserve_url_slugs: make codes from the IDs in the source; otherwise from titles.
        with_drafts: read the drafts of an archive over its published blocks.
        only: usage keys in the source; if there are any, only these blocks and everything in them are imported.
        collection_code: put all items into this collection of the library.
        make_collection: make the collection if it does not exist: under ``collection_code``, or, if that is empty,
            titled like the source.
        forward: let references to the source lead to the library from now on. None means: only if the source is a
            legacy library that is not forwarded yet, and all its blocks can be read.
        keep_unused_files: also import static files that no block refers to, in a Text that links them.
        confirm_repeat: skip what was imported before, even if most of the source differs from its last import.
    """

    level: Level = Level.COMPONENT
    on_repeat: OnRepeat = OnRepeat.SKIP
    preserve_url_slugs: bool = True
    with_drafts: bool = False
    only: tuple[str, ...] = ()
    collection_code: str = ""
    make_collection: bool = False
    forward: bool | None = None
    keep_unused_files: bool = False
    confirm_repeat: bool = False


@dataclass(frozen=True, slots=True)
class PlannedCollection:
    """
    The collection that all items of an import go into.

    Args:
        code: its code; for a new collection, the wanted code.
        title, description: title and description of a new collection; "" for an existing one.
        is_new: whether the import has to make it.
    """

    code: str
    title: str = ""
    description: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """
    A collection that the source has itself, such as a question bank.

    Args:
        code: its code in the library.
        title: title of a new collection.
        is_new: whether the import has to make it.
        entity_refs: ``entity_ref`` of the items that the import puts into it.
    """

    code: str
    title: str
    is_new: bool
    entity_refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SizeCheck:
    """Numbers of undeleted items, containers included: the limit of a library, its items, and items of an import."""

    limit: int
    live: int
    coming: int

    @property
    def is_exceeded(self) -> bool:
        return self.live + self.coming > self.limit


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Usage keys of blocks that were added, changed or removed in a source since its last import into a library."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """
    The last import of a source into a library, compared with the source.

    Args:
        finished: when that import was finished, in ISO 8601.
        file_name: the name of the file that was imported, or the key of a course of this site; "" if it is not known.
        skipped: usage keys of blocks that are skipped, though the source differs from what was imported.
        compared: how many components the source has; containers count if it has none.
        odd: how many of them differ from what was imported, or were not in the source then.
        is_doubtful: whether this may be another course of the same key, whose blocks would be skipped.
    """

    finished: str
    file_name: str = ""
    skipped: tuple[str, ...] = ()
    compared: int = 0
    odd: int = 0
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class LeftOutTag:
    """A tag of the source that the library cannot give, with the number of blocks that have it and the reason."""

    taxonomy: str
    value: str
    blocks: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """
    One block of the source, and the action of the import on it.

    Args:
        source_key: its usage key in the source; for a container that the import adds, a key derived from the block that
            needs it.
        item_type: XBlock type of a component, or ``unit``, ``subsection``, ``section``.
        title: the title of the item.
        action: see Action.
        code: the code of the item in the library; "" if the block becomes no item.
        entity_ref: the name of the item in Learning Core; "" if the block becomes no item.
        olx: OLX of a component.
        files: files of a component.
        children: ``entity_ref`` of a container's children.
        settings: settings and license of an item, which Learning Core has no place for; of a component only a license.
        course_settings: names of settings of a component that matter only in its course.
        tags: tags that the item gets in addition to those it has: export id of a taxonomy, and value.
        reason: why the block is left out, or a note about the item.
        path, line: where the author finds what is wrong with a block that cannot be read; "" and 0 for other blocks.
        wanted_code: the code that the item would have if no other item had it.
        base_version_pk: draft version of the existing item when the plan was made; None if it had no draft.
    """

    source_key: UsageKey
    item_type: str
    title: str
    action: Action
    code: str = ""
    entity_ref: str = ""
    olx: str = field(default="", repr=False)
    files: tuple[FileMedia, ...] = ()
    children: tuple[str, ...] = ()
    settings: ContainerSettingsData = field(default=NO_SETTINGS, hash=False)
    course_settings: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    wanted_code: str = ""
    base_version_pk: int | None = None
    path: str = ""
    line: int = 0

    @property
    def is_container(self) -> bool:
        return self.item_type in RANKS


def is_whole(blocks: Iterable[PlannedBlock]) -> bool:
    """Return whether all these blocks can be read."""
    return not any(block.action == Action.FAILED for block in blocks)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """
    All actions of an import. A preview shows the plan, and applying it does exactly what the preview showed.

    Args:
        source_key: the course or legacy library that is read.
        source_version: digest of the content that was read.
        library_key: the library that is written to.
        options: the options of the import.
        blocks: every block of the source once, parents before children.
        folder: folder of the source in its archive.
        file_paths: digest of a static file -> its path below ``static/``.
        missing_files: usage key of a component -> static files that it refers to, and that the source does not have.
        unused_files: paths of static files that neither an imported block nor another part of the source refers to.
        source_notes: what the author of the source should know about files of it that were not read as they stand.
        drafts_left_out: how many draft blocks of the archive were not read.
        collection: the collection that all items go into, if any.
        groups: the collections of the source itself that items go into.
        size: the size of the library, and how many items the import adds.
        fingerprints: usage key -> digest of the block's content, from which the next import computes ``changes``.
        changes: how the source differs from its last import into this library; None at the first import.
        source_name: the name of the file that was read, or the key of a course of this site.
        repeat: the import that this one repeats; None at the first import.
        edited_targets: usage keys of blocks whose item was edited in the library after its last import.
        leaving: usage key of a container -> ``entity_ref`` of the items that an update removes from it.
        unknown: usage keys in the option ``only`` that are not in the source.
        taken_titles: usage keys of blocks that become new items with the title of another item of their type.
        tags_left_out: tags of imported blocks that the library cannot give.
        last_row_pk: pk of the newest record of earlier imports when the plan was made; 0 without such records.
        forwards: whether references to the source lead to the library after the import.
    """

    source_key: CourseKey
    source_title: str
    source_version: str
    library_key: LibraryLocatorV2
    options: ImportOptions
    blocks: Sequence[PlannedBlock]
    folder: str = ""
    file_paths: Mapping[str, str] = field(default_factory=dict, hash=False)
    missing_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    unused_files: tuple[str, ...] = ()
    source_notes: tuple[str, ...] = ()
    drafts_left_out: int = 0
    collection: PlannedCollection | None = None
    groups: tuple[SourceGroup, ...] = ()
    size: SizeCheck = SizeCheck(0, 0, 0)
    fingerprints: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    changes: SourceChanges | None = None
    source_name: str = ""
    repeat: Repeat | None = None
    edited_targets: tuple[str, ...] = ()
    leaving: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    unknown: tuple[str, ...] = ()
    taken_titles: tuple[str, ...] = ()
    tags_left_out: tuple[LeftOutTag, ...] = ()
    last_row_pk: int = 0
    forwards: bool = False

    @property
    def asks(self) -> bool:
        """Return whether somebody has to confirm that the source is the course that was imported before."""
        return self.repeat is not None and self.repeat.is_doubtful and not self.options.confirm_repeat

    def makes(self) -> list[PlannedBlock]:
        """Return the blocks that become new items."""
        return [block for block in self.blocks if block.action in MAKING_ACTIONS]

    def writes(self) -> list[PlannedBlock]:
        """Return the blocks whose items are written, in the order of the source."""
        return [block for block in self.blocks if block.action in WRITING_ACTIONS]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import. A log's pk is None if nothing was written or published."""

    plan: ImportPlan
    migration_pk: int | None
    draft_change_log_pk: int | None
    publish_log_pk: int | None
