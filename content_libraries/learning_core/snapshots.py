"""
Reads everything about items and chosen versions of them, for archives.

Versions never change. So ``current_state``, which is one query, fixes what an archive holds, however long it takes to
write the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Final
from uuid import UUID

from django.db import models
from django.db.models import Max
from openedx_content.models_api import Collection as CollectionRow
from openedx_content.models_api import (
    CollectionPublishableEntity,
    ComponentVersionMedia,
    DraftChangeLog,
    DraftChangeLogRecord,
    EntityListRow,
    LearningPackage,
    Media,
    PublishableEntity,
    PublishableEntityVersion,
    PublishLog,
    PublishLogRecord,
)

from .ids import package_id
from .lookups import NAME_FIELDS
from .media_files import read_in_pieces
from .rows import in_parts
from .structure import VERSIONS_OF_ROW, BranchName

_LOGS: Final = 1000
_LOG_FIELDS: Final[Mapping[BranchName, tuple[str, str, tuple[str, ...]]]] = {
    "draft": ("changed_at", "changed_by", ()),
    "published": ("published_at", "published_by", ("message",)),
}
_RECORDS: Final[Mapping[BranchName, tuple[type[models.Model], str]]] = {
    "draft": (DraftChangeLogRecord, "draft_change_log"),
    "published": (PublishLogRecord, "publish_log"),
}


@dataclass(frozen=True, slots=True)
class PackageSnapshot:
    """The fields of a learning package."""

    package_ref: str
    title: str
    description: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class EntityState:
    """
    The versions that an entity has now.

    Args:
        draft_pk, published_pk: pks of the draft and the published version; None without one.
    """

    pk: int
    draft_pk: int | None
    published_pk: int | None

    @property
    def version_pks(self) -> set[int]:
        return {pk for pk in (self.draft_pk, self.published_pk) if pk is not None}


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """
    A file or the OLX of a version of a component.

    Args:
        path: where the component finds it.
        media_pk: pk of its medium, for ``read_medium``.
    """

    path: str
    media_pk: int
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class PlaceInList:
    """A place in a container. ``pinned`` is the number of the version that is shown; None for the current one."""

    entity_ref: str
    pinned: int | None


@dataclass(frozen=True, slots=True)
class VersionSnapshot:
    """A version of an entity: of a container with its children, of a component with its media, sorted by path."""

    pk: int
    entity_pk: int
    version_num: int
    title: str
    created: datetime
    created_by: str
    children: tuple[PlaceInList, ...]
    media: tuple[MediaPlace, ...]


@dataclass(frozen=True, slots=True)
class EntitySnapshot:
    """A component, or a container. The namespace of a container is blank, and its type is the container type."""

    pk: int
    entity_ref: str
    namespace: str
    item_type: str
    code: str
    can_stand_alone: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class CollectionSnapshot:
    """A collection with the pks of its entities, also deleted ones."""

    code: str
    title: str
    description: str
    created: datetime
    enabled: bool
    entity_pks: tuple[int, ...]


def package_snapshot(learning_package_pk: int) -> PackageSnapshot:
    """Read the fields of a learning package."""
    fields = ("package_ref", "title", "description", "created", "updated")
    return PackageSnapshot(*LearningPackage.objects.values_list(*fields).get(id=package_id(learning_package_pk)))


def current_states(learning_package_pk: int) -> dict[int, EntityState]:
    """Read the state of all entities of a learning package, also deleted ones, in one query, in order of creation."""
    rows = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk)).order_by("id")
    values = rows.values_list("id", "draft__version_id", "published__version_id")
    return {pk: EntityState(pk, draft_pk, published_pk) for pk, draft_pk, published_pk in values.iterator()}


def last_version_pks(entity_pks: Collection[int]) -> dict[int, int]:
    """Map entities to the pk of their last version. Entities without versions are left out."""
    return {
        entity_pk: version_pk
        for part in in_parts(entity_pks)
        for entity_pk, version_pk in PublishableEntityVersion.objects.filter(entity_id__in=part)
        .order_by()
        .values_list("entity_id")
        .annotate(last=Max("id"))
    }


def all_version_pks(entity_pks: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield (entity pk, version pk) of all versions of entities."""
    for part in in_parts(entity_pks):
        versions = PublishableEntityVersion.objects.filter(entity_id__in=part).order_by("id")
        yield from versions.values_list("entity_id", "id").iterator()


def places_in(version_pks: Iterable[int]) -> Iterator[tuple[int, int | None]]:
    """Yield (entity pk, pinned version pk or None) of the children of versions of containers."""
    for part in in_parts(version_pks):
        rows = EntityListRow.objects.filter(**{f"{VERSIONS_OF_ROW}__in": part}).order_by()
        yield from rows.values_list("entity_id", "entity_version_id").iterator()


def entity_snapshots(entity_pks: Collection[int]) -> dict[int, EntitySnapshot]:
    """Read entities, in order of creation."""
    found: dict[int, EntitySnapshot] = {}
    for part in in_parts(entity_pks):
        rows = PublishableEntity.objects.filter(id__in=part).order_by("id")
        for pk, ref, stands_alone, created, *name in rows.values_list(
            "id", "entity_ref", "can_stand_alone", "created", *NAME_FIELDS
        ):
            namespace, block_type, component_code, container_type, container_code = name
            item_type, code = (block_type, component_code) if namespace else (container_type, container_code)
            found[pk] = EntitySnapshot(pk, ref, namespace or "", item_type or "", code or "", stands_alone, created)
    return found


def version_snapshots(version_pks: Collection[int]) -> dict[int, VersionSnapshot]:
    """Read versions with their children and media, sorted by number, in four queries."""
    children = _children(version_pks)
    media = _media(version_pks)
    found: dict[int, VersionSnapshot] = {}
    for part in in_parts(version_pks):
        rows = PublishableEntityVersion.objects.filter(id__in=part).order_by("version_num", "id")
        fields = ("id", "entity_id", "version_num", "title", "created", "created_by__username")
        for pk, entity_pk, number, title, created, username in rows.values_list(*fields):
            of_container, of_component = tuple(children.get(pk, ())), tuple(media.get(pk, ()))
            found[pk] = VersionSnapshot(
                pk, entity_pk, number, title, created, username or "", of_container, of_component
            )
    return found


def _children(version_pks: Collection[int]) -> Mapping[int, list[PlaceInList]]:
    children: dict[int, list[PlaceInList]] = {}
    for part in in_parts(version_pks):
        rows = EntityListRow.objects.filter(**{f"{VERSIONS_OF_ROW}__in": part}).order_by("order_num")
        for version_pk, *place in rows.values_list(
            VERSIONS_OF_ROW, "entity__entity_ref", "entity_version__version_num"
        ):
            children.setdefault(version_pk, []).append(PlaceInList(*place))
    return children


def _media(version_pks: Collection[int]) -> Mapping[int, list[MediaPlace]]:
    media: dict[int, list[MediaPlace]] = {}
    for part in in_parts(version_pks):
        rows = ComponentVersionMedia.objects.filter(component_version_id__in=part).order_by("path")
        for row in rows.select_related("media__media_type").defer("media__text"):
            medium = row.media
            place = MediaPlace(row.path, medium.id, medium.mime_type, medium.hash_digest, medium.size)
            media.setdefault(row.component_version_id, []).append(place)
    return media


def media_texts(media_pks: Collection[int]) -> dict[int, str]:
    """Read the texts of media. Media that are files are left out."""
    return {
        pk: text
        for part in in_parts(media_pks)
        for pk, text in Media.objects.filter(pk__in=part, has_file=False, text__isnull=False).values_list("pk", "text")
    }


def read_medium(media_pk: int) -> Iterator[bytes]:
    """
    Yield the bytes of a medium that is a file, piece by piece.

    Raises DamagedFileError for a file that is lost or does not match its row, and StorageError.
    """
    yield from read_in_pieces(Media.objects.select_related("learning_package").get(pk=media_pk))


def collection_snapshots(learning_package_pk: int, *, disabled_too: bool) -> list[CollectionSnapshot]:
    """Read the collections of a learning package, in order of creation."""
    rows = CollectionRow.objects.filter(learning_package_id=package_id(learning_package_pk)).order_by("pk")
    if not disabled_too:
        rows = rows.filter(enabled=True)
    members: dict[int, list[int]] = {}
    links = CollectionPublishableEntity.objects.filter(collection__in=rows.order_by()).order_by("entity_id")
    for collection_pk, entity_pk in links.values_list("collection_id", "entity_id"):
        members.setdefault(collection_pk, []).append(entity_pk)
    return [
        CollectionSnapshot(
            row.collection_code, row.title, row.description, row.created, row.enabled, tuple(members.get(row.pk, ()))
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class LogSnapshot:
    """
    A draft change log or a publish log.

    Args:
        kind, source_key: the name of the change set (ADR 0045); blank for a plain edit or publish.
        message: of a publish log.
        records: ``entity_ref``, and numbers of the old and the new version; None for no version.
    """

    uuid: UUID
    at: datetime
    username: str
    kind: str
    source_key: str
    message: str
    records: tuple[tuple[str, int | None, int | None], ...]


def log_snapshots(learning_package_pk: int, *, branch: BranchName) -> Iterator[LogSnapshot]:
    """Yield the logs of a branch of a learning package, oldest first, with two queries for each thousand logs."""
    model: type[models.Model] = DraftChangeLog if branch == "draft" else PublishLog
    at, by, message = _LOG_FIELDS[branch]
    fields = ["pk", "uuid", at, f"{by}__username", "change_set_name__kind", "change_set_name__source_key"]
    rows = model._default_manager.filter(learning_package_id=package_id(learning_package_pk)).order_by("pk")
    for part in batched(rows.values_list(*fields, *message).iterator(), _LOGS):
        records = _records_of(branch, [pk for pk, *_rest in part])
        for pk, uuid, moment, username, kind, source_key, *text in part:
            yield LogSnapshot(
                uuid=uuid,
                at=moment,
                username=username or "",
                kind=kind or "",
                source_key=source_key or "",
                message=text[0] if text else "",
                records=tuple(records.get(pk, ())),
            )


def _records_of(branch: BranchName, log_pks: Collection[int]) -> dict[int, list[tuple[str, int | None, int | None]]]:
    model, log = _RECORDS[branch]
    rows = model._default_manager.filter(**{f"{log}__in": log_pks}).order_by("pk")
    found: dict[int, list[tuple[str, int | None, int | None]]] = {}
    values = ("entity__entity_ref", "old_version__version_num", "new_version__version_num")
    for pk, *record in rows.values_list(log, *values).iterator():
        found.setdefault(pk, []).append((record[0], record[1], record[2]))
    return found
