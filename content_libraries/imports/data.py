"""What crosses the door of the imports room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_noop
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..content.data import ContainerSettingsData
from ..keys import LibraryLocatorV2
from ..learning_core.data import FileMedia


class Level(StrEnum):
    """Up to which level containers are made; above it only their contents are taken."""

    COMPONENT = "component"
    UNIT = "unit"
    SUBSECTION = "subsection"
    SECTION = "section"


class OnRepeat(StrEnum):
    """What happens to a block that an earlier import of the same source brought into the same library."""

    SKIP = "skip"
    FORK = "fork"
    UPDATE = "update"


class Action(StrEnum):
    """
    What an import does with a block.

    ``KEEP`` is an update that has nothing to change; ``RESTORE`` brings back a target that was deleted meanwhile.
    ``DISSOLVE`` gives a container's contents to the container around it. ``LEAVE_OUT`` has no target, and a reason.
    Pages show the values in the reader's language.
    """

    CREATE = gettext_noop("create")
    UPDATE = gettext_noop("update")
    RESTORE = gettext_noop("restore")
    KEEP = gettext_noop("keep")
    SKIP = gettext_noop("skip")
    FORK = gettext_noop("fork")
    DISSOLVE = gettext_noop("dissolve")
    LEAVE_OUT = gettext_noop("unsupported")


WRITING_ACTIONS = frozenset({Action.CREATE, Action.UPDATE, Action.RESTORE, Action.FORK})
TAGGING_ACTIONS = WRITING_ACTIONS | {Action.KEEP}
MAKING_ACTIONS = frozenset({Action.CREATE, Action.FORK})


NO_SETTINGS = ContainerSettingsData()


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    How to import.

    Args:
        level: see Level.
        on_repeat: see OnRepeat.
        preserve_url_slugs: take IDs from the source; else make them from titles.
        with_drafts: read the drafts of an archive over its published blocks.
        only: usage keys in the source; if there are any, only these blocks and what is in them are imported.
        collection_code: put everything into this collection of the library.
        make_collection: make a collection: under ``collection_code`` where there is none, and with an empty
            ``collection_code`` one titled like the source.
        forward: let references to the source lead to the library from now on. None means: if the source is a
            legacy library that is not forwarded yet.
        keep_unused_files: bring static files that nothing refers to, too, in a Text that links them.
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


@dataclass(frozen=True, slots=True)
class PlannedCollection:
    """
    The collection that everything goes into.

    Args:
        code: its local slug; of one that is made, the wanted one.
        title, description: of one that is made; "" for one that exists.
        is_new: whether it has to be made.
    """

    code: str
    title: str = ""
    description: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class SizeCheck:
    """How many live items, containers included, a library may have, has, and would get."""

    limit: int
    live: int
    coming: int

    @property
    def is_exceeded(self) -> bool:
        return self.live + self.coming > self.limit


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Usage keys of blocks that came, changed or left in the source since its last import into the same library."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOutTag:
    """A tag of the source that the library cannot give: how many blocks have it, and why not."""

    taxonomy: str
    value: str
    blocks: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """
    One block of the source, and what becomes of it.

    Args:
        source_key: its usage key in the source; for a container that only the import makes, a key derived from
            the block that needs it.
        item_type: XBlock type of a component, or ``unit``, ``subsection``, ``section``.
        title: what authors will read.
        action: see Action.
        code: its code in the library; "" where it gets none.
        entity_ref: its name in Learning Core; "" where it has none.
        olx: OLX of a component.
        files: files of a component.
        children: ``entity_ref`` of a container's children.
        settings: settings of a container that Learning Core has no place for.
        course_settings: names of settings of a component that only mean something in its course.
        tags: tags that it gets besides those that it has: export id of a taxonomy, and value.
        reason: why it is left out, or what is special about it.
        wanted_code: the code that it would have if that were not taken.
        base_version_pk: draft version of an existing target when the plan was made; None where there was none.
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

    @property
    def is_container(self) -> bool:
        return self.item_type in {Level.UNIT, Level.SUBSECTION, Level.SECTION}


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """
    What an import will do: shown by a preview, and done exactly so when it is applied.

    Args:
        source_key: the course or legacy library that is read.
        source_version: digest of what was read.
        library_key: the library that is written to.
        options: how it was planned.
        blocks: every block of the source once, parents before children.
        folder: where in the archive the source is.
        file_paths: digest of a static file -> its path below ``static/``.
        unused_files: paths of static files that neither an imported block nor another part of the source refers to.
        drafts_left_out: how many draft blocks of the archive were not read.
        collection: where everything goes; None for nowhere in particular.
        size: what the import does to the size of the library.
        fingerprints: usage key -> digest of each block's content, for the next import's ``changes``.
        changes: how the source differs from its last import into this library; None if there was none.
        edited_targets: usage keys of blocks whose item was edited in the library after it was imported.
        leaving: usage key of a container -> ``entity_ref`` of the items that an update takes out of it.
        unknown: what was asked for with ``only`` and is not in the source.
        taken_titles: usage keys of new items whose title an item of the same type has already.
        tags_left_out: tags of imported blocks that the library cannot give.
        last_row_pk: newest record of earlier imports that was looked at; 0 for none.
        forwards: whether references to the source lead to the library from then on.
    """

    source_key: CourseKey
    source_title: str
    source_version: str
    library_key: LibraryLocatorV2
    options: ImportOptions
    blocks: Sequence[PlannedBlock]
    folder: str = ""
    file_paths: Mapping[str, str] = field(default_factory=dict, hash=False)
    unused_files: tuple[str, ...] = ()
    drafts_left_out: int = 0
    collection: PlannedCollection | None = None
    size: SizeCheck = SizeCheck(0, 0, 0)
    fingerprints: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    changes: SourceChanges | None = None
    edited_targets: tuple[str, ...] = ()
    leaving: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    unknown: tuple[str, ...] = ()
    taken_titles: tuple[str, ...] = ()
    tags_left_out: tuple[LeftOutTag, ...] = ()
    last_row_pk: int = 0
    forwards: bool = False

    def makes(self) -> list[PlannedBlock]:
        """The blocks that become new items."""
        return [block for block in self.blocks if block.action in MAKING_ACTIONS]

    def writes(self) -> list[PlannedBlock]:
        """The blocks that are written, in the order of the source."""
        return [block for block in self.blocks if block.action in WRITING_ACTIONS]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. The pks are None where nothing had to be written or published."""

    plan: ImportPlan
    migration_pk: int | None
    draft_change_log_pk: int | None
    publish_log_pk: int | None
