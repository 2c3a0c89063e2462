"""Data classes of Learning Core's items, for other rooms too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

COMPONENT_NAMESPACE = "xblock.v1"
"""Namespace of component types that are XBlocks."""

BLOCK_PATH = "block.xml"
"""Path of a component's OLX among its media."""

MAX_TITLE: Final = 500
"""How many characters of a title the tables of Learning Core take."""


class ChangeKind(StrEnum):
    """The kind of a user action that changed content (ADR 0045)."""

    EDIT = "edit"
    IMPORT = "import"
    SYNC = "sync"
    CONVERT = "convert"
    PASTE = "paste"
    RESTORE = "restore"
    DISCARD = "discard"
    UNDO = "undo"
    PUBLISH = "publish"
    BULK_EDIT = "bulk_edit"
    TEMPLATE = "template"


class EffectKind(StrEnum):
    """
    The kind of something without versions that a change set changed.

    - ``collection``: whether a collection is there: ``[True]`` in ``added`` if it was made or restored, in ``removed``
      if it was deleted.
    - ``members``: members of a collection, by entity pks.
    - ``tags``: tags of an object, each as taxonomy pk, value and whether it is a copy.
    - ``templates``: units that are marked as templates, by entity pks. The object is blank.
    - ``fields``: fields of a library: name -> value in ``removed`` and in ``added``.
    - ``forwards``: where references to a source of imports lead; see ``imports.records.forwarding``.
    """

    COLLECTION = "collection"
    MEMBERS = "members"
    TAGS = "tags"
    TEMPLATES = "templates"
    FIELDS = "fields"
    FORWARDS = "forwards"


def component_ref(block_type: str, component_code: str) -> str:
    """Return the ``entity_ref`` of an XBlock."""
    return f"{COMPONENT_NAMESPACE}:{block_type}:{component_code}"


def block_media_type(block_type: str) -> str:
    """Return the media type of the OLX of a component of this XBlock type."""
    return f"application/vnd.openedx.xblock.v1.{block_type}+xml"


@dataclass(frozen=True, slots=True)
class FileMedia:
    """
    A file of a component.

    Args:
        path: where the component finds it, for example ``static/pic.png``.
        media_type: for example ``image/png``.
        digest: BLAKE2b of the bytes, 20 bytes long, in hex. It is the file's identity in Learning Core.
        size: in bytes.
    """

    path: str
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class ComponentWrite:
    """
    A component to write: it is created, or gets its next version.

    ``files`` is the complete set. ``olx`` is None for a component that is not an XBlock and has only files; such a
    component has a ``namespace`` of its own.
    """

    block_type: str
    component_code: str
    title: str
    olx: str | None
    files: tuple[FileMedia, ...] = ()
    can_stand_alone: bool = True
    namespace: str = COMPONENT_NAMESPACE

    @property
    def entity_ref(self) -> str:
        return f"{self.namespace}:{self.block_type}:{self.component_code}"


@dataclass(frozen=True, slots=True)
class ContainerWrite:
    """
    A container to write: it is created, or gets its next version.

    ``children`` are the ``entity_ref`` of components or containers, in order, of the same write or already in the
    learning package. An entity may stand there more than once.
    """

    container_type: str
    container_code: str
    title: str
    children: tuple[str, ...]
    can_stand_alone: bool = True

    @property
    def entity_ref(self) -> str:
        return self.container_code


@dataclass(frozen=True, slots=True)
class DraftWrites:
    """
    The result of a write.

    Args:
        draft_change_log_pk: the change log of the write; None if there was nothing to write.
        entity_pks: ``entity_ref`` to the pk of the entity.
        version_pks: ``entity_ref`` to the pk of the version that the write made.
    """

    draft_change_log_pk: int | None
    entity_pks: Mapping[str, int]
    version_pks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SetChange:
    """
    The change of one item in a change set, and where the item is now.

    Args:
        entity_pk: the item.
        old_version_pk, new_version_pk: the versions before and after the set; None for no version.
        current_version_pk: the version now, on the branch of the set.
        old_num, new_num: the numbers of the versions before and after.
        title: of the item after the set; its last title if the set deleted it.
    """

    entity_pk: int
    old_version_pk: int | None
    new_version_pk: int | None
    current_version_pk: int | None
    old_num: int | None
    new_num: int | None
    title: str


@dataclass(frozen=True, slots=True)
class LaterChange:
    """
    The latest change of an item: who made it, when, and in which change set.

    ``username`` is None for the site itself, or for a user who is gone.
    """

    username: str | None
    at: datetime
    change_set: UUID


@dataclass(frozen=True, slots=True)
class NumberedVersion:
    """A version of an item: pk, number, title."""

    pk: int
    version_num: int
    title: str


@dataclass(frozen=True, slots=True)
class PublishFigures:
    """
    How many items of a learning package are published.

    Args:
        unchanged: live items whose drafts are published.
        changed: live items with changes that are not published.
        new: live items that are not published.
        deleted: items that are deleted in draft, and still published.
    """

    unchanged: int
    changed: int
    new: int
    deleted: int


@dataclass(frozen=True, slots=True)
class ChangeSetFilter:
    """
    Which change sets of a learning package to read; None leaves a question open.

    Args:
        kind: the kind of the sets.
        username: who did it.
        entity_pk: an entity that has a record in the sets, be it a side effect.
        since, until: the sets of this time and later; of earlier times.
    """

    kind: ChangeKind | None = None
    username: str | None = None
    entity_pk: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeSetLog:
    """
    A draft change log or a publish log.

    Args:
        branch, pk: the log.
        uuid: its public id.
        learning_package_pk: the learning package whose content it changed.
        at, username: when and by whom; None for the site itself, or for a user who is gone.
        kind, source_key, job_uuid, undoes: see ``naming.named``; a log without a name is an edit, or a publish.
    """

    branch: str
    pk: int
    uuid: UUID
    learning_package_pk: int
    at: datetime
    username: str | None
    kind: ChangeKind
    source_key: str
    job_uuid: UUID | None
    undoes: UUID | None

    @property
    def is_draft(self) -> bool:
        """Return whether the set changed drafts. Otherwise it is a publish."""
        return self.branch == "draft"


@dataclass(frozen=True, slots=True)
class ChangeSetFigures:
    """
    What is in a log.

    Args:
        changes: number of items that changed themselves.
        side_effects: number of items that are recorded only because something below them changed.
        subjects: number of items that the set is about: the items that a user asked to publish; else ``changes``.
        title: title of the first subject afterwards, or its last title; blank without subjects.
        created, deleted: whether the first subject came into being, or went.
    """

    changes: int = 0
    side_effects: int = 0
    subjects: int = 0
    title: str = ""
    created: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSetRecord:
    """
    One record of a log.

    Args:
        pk: pk of the record.
        entity_pk: the entity.
        title: afterwards; the last title of a deleted entity.
        old_version_num, new_version_num: None for no version.
        is_side_effect: whether only something below the entity changed.
        direct: whether a user asked to publish the entity itself; None in drafts, and in older rows.
    """

    pk: int
    entity_pk: int
    title: str
    old_version_num: int | None
    new_version_num: int | None
    is_side_effect: bool
    direct: bool | None
