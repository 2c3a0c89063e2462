"""
Brings earlier versions of items back, for many items in one log.

Two ways exist, because they mean different things. ``write_earlier_versions`` gives each item a new version with the
content of an earlier one: what happened since stays in the history. ``move_drafts`` of ``publish`` and
``move_published`` set the pointers to the earlier versions themselves, as Learning Core does for a discard: an item is
then in the same state as before, also compared with its published version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from openedx_content.models_api import LearningPackage

from ..errors import InvalidInputError
from ..upstream.openedx_core import (
    ComponentVersion,
    ComponentVersionMedia,
    ContainerVersion,
    DraftChangeLog,
    PublishableEntityVersion,
    PublishableEntityVersionDependency,
    PublishLog,
)
from .conflicts import integrity_explained
from .item_rows import VERSION_CLASSES
from .publish import current_drafts, lock_package, publish_versions, write_draft_records
from .rows import in_parts, insert_multi_table_children, insert_values, insert_with_uuid

_TYPE: Final = "container__container_type__type_code"


@dataclass(frozen=True, slots=True)
class EarlierVersions:
    """
    The result of ``write_earlier_versions``.

    Args:
        draft_change_log_pk: the change log; None if every draft was as wanted already.
        new_versions: pk of an earlier version -> pk of the new version with its content. Rooms that keep data with
            versions copy the data.
        deleted_pks: entities that were deleted (softly).
    """

    draft_change_log_pk: int | None
    new_versions: Mapping[int, int]
    deleted_pks: frozenset[int]


def write_earlier_versions(
    learning_package_pk: int,
    versions: Mapping[int, int | None],
    *,
    author_pk: int | None,
    at: datetime | None = None,
) -> EarlierVersions:
    """
    Give items new versions with the content of earlier ones, in one draft change log.

    Title, OLX, files and children come back; deleted items are restored. Items whose draft is the named version, and
    deleted items that are to be deleted, stay as they are. The number of queries does not depend on the number of
    items.

    Args:
        learning_package_pk: the learning package of the entities.
        versions: entity pk -> pk of the earlier version; None deletes the item (softly).
        author_pk: the user of the log and of every version; None for the site itself.
        at: time of the log and of every row; now if None.

    Raises InvalidInputError if a version is not one of its item, or exists no more; ConflictError if another process
    wrote the same items at the same time. On an error nothing is written.
    """
    with integrity_explained(), transaction.atomic():
        package = lock_package(learning_package_pk)
        drafts = current_drafts(learning_package_pk, versions)
        wanted = {pk: version_pk for pk, version_pk in versions.items() if drafts.get(pk) != version_pk}
        if not wanted:
            return EarlierVersions(None, {}, frozenset())
        sources = {version_pk: entity_pk for entity_pk, version_pk in wanted.items() if version_pk is not None}
        moment = at or datetime.now(UTC)
        new_versions = _insert_versions(package, sources, author_pk=author_pk, at=moment)
        copies = {source_pk: version.pk for source_pk, version in new_versions.items()}
        _copy_component_versions(copies)
        _copy_container_versions(copies)
        log = DraftChangeLog.objects.create(learning_package=package, changed_at=moment, changed_by_id=author_pk)
        write_draft_records(
            log,
            [
                (pk, drafts.get(pk), None if version_pk is None else copies[version_pk])
                for pk, version_pk in wanted.items()
            ],
        )
    return EarlierVersions(log.pk, copies, frozenset(pk for pk, version_pk in wanted.items() if version_pk is None))


def move_published(
    learning_package_pk: int,
    versions: Mapping[int, int | None],
    *,
    author_pk: int | None,
    at: datetime | None = None,
    message: str = "",
) -> int | None:
    """
    Publish other versions of items than their drafts, in one publish log. Drafts stay.

    Args:
        learning_package_pk: the learning package of the entities.
        versions: entity pk -> pk of the version to publish; None publishes the item's absence, as the publish of a
            deletion does.
        author_pk: the user who publishes; None for the site itself.
        at: time of the publish log; now if None.
        message: goes into the log.

    Returns: pk of the publish log; None if every item had the wanted version already.
    """
    with integrity_explained(), transaction.atomic():
        package = lock_package(learning_package_pk)
        log = PublishLog(
            learning_package=package,
            message=message,
            published_at=at or datetime.now(UTC),
            published_by_id=author_pk,
        )
        return publish_versions(log, versions)


def _insert_versions(
    package: LearningPackage, sources: Mapping[int, int], *, author_pk: int | None, at: datetime
) -> dict[int, PublishableEntityVersion]:
    """Insert the next version of each entity, with the title of its earlier version. Returns earlier pk -> version."""
    titles: dict[int, str] = {}
    numbers: dict[int, int] = {}
    for part in in_parts(sources):
        found = PublishableEntityVersion.objects.filter(id__in=part, entity__learning_package=package)
        rows = found.values_list("id", "entity_id", "title")
        titles.update((pk, title) for pk, entity_pk, title in rows if sources[pk] == entity_pk)
    if titles.keys() != sources.keys():
        raise InvalidInputError(_("A version that should come back exists no more. Choose a later one."))
    for part in in_parts(sources.values()):
        newest = PublishableEntityVersion.objects.filter(entity_id__in=part).order_by().values("entity_id")
        numbers.update(newest.annotate(newest=Max("version_num")).values_list("entity_id", "newest"))
    new = {
        source_pk: PublishableEntityVersion(
            entity_id=entity_pk,
            title=titles[source_pk],
            version_num=numbers[entity_pk] + 1,
            created=at,
            created_by_id=author_pk,
        )
        for source_pk, entity_pk in sources.items()
    }
    insert_with_uuid(list(new.values()))
    return new


def _copy_component_versions(copies: Mapping[int, int]) -> None:
    """Copy the versions that are components, with their OLX and files. Media are shared."""
    rows: list[tuple[int, int]] = []
    media: list[tuple[int, str, int]] = []
    for part in in_parts(copies):
        found = ComponentVersion.objects.filter(publishable_entity_version_id__in=part)
        rows += [(copies[pk], entity_pk) for pk, entity_pk in found.values_list("pk", "component_id")]
        used = ComponentVersionMedia.objects.filter(component_version_id__in=part).order_by("pk")
        media += [
            (copies[pk], path, media_pk)
            for pk, path, media_pk in used.values_list("component_version_id", "path", "media_id")
        ]
    insert_values(ComponentVersion, ("publishable_entity_version_id", "component_id"), rows)
    insert_values(ComponentVersionMedia, ("component_version_id", "path", "media_id"), media)


def _copy_container_versions(copies: Mapping[int, int]) -> None:
    """Copy the versions that are containers. A copy shares the list of children, which never changes."""
    rows: list[tuple[int, int, int]] = []
    dependencies: list[tuple[int, int]] = []
    by_type: dict[str, list[int]] = {}
    for part in in_parts(copies):
        found = ContainerVersion.objects.filter(publishable_entity_version_id__in=part)
        for pk, entity_pk, list_pk, type_code in found.values_list("pk", "container_id", "entity_list_id", _TYPE):
            rows.append((copies[pk], entity_pk, list_pk))
            by_type.setdefault(type_code, []).append(copies[pk])
        needed = PublishableEntityVersionDependency.objects.filter(referring_version_id__in=part).order_by("pk")
        dependencies += [
            (copies[pk], entity_pk)
            for pk, entity_pk in needed.values_list("referring_version_id", "referenced_entity_id")
        ]
    insert_values(ContainerVersion, ("publishable_entity_version_id", "container_id", "entity_list_id"), rows)
    for type_code, pks in by_type.items():
        insert_multi_table_children(VERSION_CLASSES[type_code], pks)
    insert_values(PublishableEntityVersionDependency, ("referring_version_id", "referenced_entity_id"), dependencies)
