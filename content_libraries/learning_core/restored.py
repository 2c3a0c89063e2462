"""
Writes items from an archive, set-wise, with the numbers of their versions, and with what was draft and published.

The rows are those that the set-wise writer (``bulk``) writes for new versions. Only numbers, times and pins come from
the archive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from openedx_content.models_api import LearningPackage

from ..errors import ConflictError
from ..upstream.openedx_core import DraftChangeLog, EntityRow, PublishableEntity, PublishableEntityVersion
from .conflicts import integrity_explained
from .data import FileMedia
from .item_rows import (
    ContainerVersionRow,
    insert_component_versions,
    insert_components,
    insert_container_versions,
    insert_containers,
)
from .media import FileBytes, Medium, file_medium, get_or_create_media, olx_medium
from .publish import lock_package, publish, write_draft_records
from .rows import in_parts, insert_with_uuid


@dataclass(frozen=True, slots=True)
class RestoredVersion:
    """
    A version to write.

    Args:
        media: path -> pk of the medium, for a component.
        children: ``entity_ref``, and number of the version that the place is pinned to or None, for a container.
    """

    version_num: int
    title: str
    created: datetime
    media: Mapping[str, int] = field(default_factory=dict)
    children: Sequence[tuple[str, int | None]] = ()


@dataclass(frozen=True, slots=True)
class RestoredItem:
    """
    An item to write: it is created, or gets more versions.

    Args:
        namespace: of the type of a component; blank for a container.
        versions: new versions, which have other numbers than the versions that the item has already.
        draft: number of the version that becomes the draft; None if the draft is to be deleted (softly).
        published: number of the version that becomes the published one; None if the item is not to be published, or if
            its published version is to stay.
        keeps_draft: whether the draft of an item that exists stays what it is; ``draft`` is ignored then.
    """

    entity_ref: str
    namespace: str
    item_type: str
    code: str
    can_stand_alone: bool
    created: datetime
    versions: Sequence[RestoredVersion]
    draft: int | None
    published: int | None = None
    keeps_draft: bool = False


@dataclass(frozen=True, slots=True)
class RestoredRows:
    """
    The rows of a restore.

    Args:
        draft_change_log_pk: the last draft change log; None if no draft changed.
        entity_pks: ``entity_ref`` -> pk, of written items.
        version_pks: ``entity_ref`` and number -> pk, of written versions.
    """

    draft_change_log_pk: int | None
    entity_pks: Mapping[str, int]
    version_pks: Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item that is in the learning package already."""

    pk: int
    draft_version_pk: int | None
    draft_version_num: int | None
    published_version_pk: int | None
    last_version_num: int
    container_type: str | None
    block_type: str | None


@dataclass(slots=True)
class _Work:
    package: LearningPackage
    items: Sequence[RestoredItem]
    author_pk: int | None
    at: datetime
    known: Mapping[str, KnownItem]
    entity_pks: dict[str, int] = field(default_factory=dict)
    version_pks: dict[tuple[str, int], int] = field(default_factory=dict)


def store_media(
    learning_package_pk: int, files: Iterable[FileMedia], texts: Iterable[tuple[str, str]], *, file_bytes: FileBytes
) -> Mapping[tuple[str, str], int]:
    """
    Store files and OLX in a learning package, for ``write_restored``. Equal media are stored once.

    Args:
        files: files of components.
        texts: block type and OLX of components.
        file_bytes: gives the bytes of the files and of OLX that is too long for the database.

    Returns: (media type, digest) -> pk. Raises InvalidInputError, StorageFullError and StorageError.
    """
    media: list[Medium] = [file_medium(file) for file in files]
    media += [olx_medium(block_type, olx) for block_type, olx in texts]
    package = LearningPackage.objects.get(id=learning_package_pk)
    return get_or_create_media(package, media, created=datetime.now(UTC), file_bytes=file_bytes)


def known_items(learning_package_pk: int, entity_refs: Collection[str]) -> dict[str, KnownItem]:
    """Find items of a learning package by name, also deleted ones."""
    found: dict[str, KnownItem] = {}
    for part in in_parts(entity_refs):
        rows = (
            PublishableEntity.objects.filter(learning_package_id=learning_package_pk, entity_ref__in=part)
            .annotate(last_version_num=Max("versions__version_num"))
            .order_by()
            .values_list(
                "entity_ref",
                "id",
                "draft__version_id",
                "draft__version__version_num",
                "published__version_id",
                "last_version_num",
                "container__container_type__type_code",
                "component__component_type__name",
            )
        )
        for ref, pk, draft_pk, draft_num, published_pk, last, container_type, block_type in rows:
            found[ref] = KnownItem(pk, draft_pk, draft_num, published_pk, last or 0, container_type, block_type)
    return found


def write_restored(
    learning_package_pk: int, items: Sequence[RestoredItem], *, author_pk: int | None, deleted_pks: Collection[int] = ()
) -> RestoredRows:
    """
    Write items from an archive.

    Drafts change in one draft change log. If items are published, too, the log sets their drafts to the published
    versions; then they are published; and a second log sets the drafts that differ.

    Args:
        items: the items; children may be among them or in the learning package already.
        author_pk: the user of the logs, items and versions; None for the site itself.
        deleted_pks: entities to delete (softly) in the same log; none of the items.

    Returns: the rows. Raises ConflictError if somebody else has just written the same items. On an error nothing is
    written.
    """
    with integrity_explained(), transaction.atomic():
        package = lock_package(learning_package_pk)
        refs = {item.entity_ref for item in items}
        children = {ref for item in items for version in item.versions for ref, _pin in version.children}
        known = known_items(learning_package_pk, refs | children)
        work = _Work(package, items, author_pk, datetime.now(UTC), known)
        _write_entities(work)
        _write_versions(work)
        log_pk = _write_logs(work, deleted_pks)
    return RestoredRows(log_pk, {ref: work.entity_pks[ref] for ref in refs}, work.version_pks)


def _write_entities(work: _Work) -> None:
    new = [item for item in work.items if item.entity_ref not in work.known]
    rows = [
        EntityRow(
            learning_package=work.package,
            entity_ref=item.entity_ref,
            created=item.created,
            created_by_id=work.author_pk,
            can_stand_alone=item.can_stand_alone,
        )
        for item in new
    ]
    insert_with_uuid(rows)
    work.entity_pks.update({ref: item.pk for ref, item in work.known.items()})
    work.entity_pks.update({row.entity_ref: row.id for row in rows})
    pks = work.entity_pks
    insert_components(
        work.package,
        [(pks[item.entity_ref], item.namespace, item.item_type, item.code) for item in new if item.namespace],
    )
    insert_containers(
        work.package, [(pks[item.entity_ref], item.item_type, item.code) for item in new if not item.namespace]
    )


def _write_versions(work: _Work) -> None:
    rows = {
        (item.entity_ref, version.version_num): PublishableEntityVersion(
            entity_id=work.entity_pks[item.entity_ref],
            title=version.title,
            version_num=version.version_num,
            created=version.created,
            created_by_id=work.author_pk,
        )
        for item in work.items
        for version in sorted(item.versions, key=lambda version: version.version_num)
    }
    insert_with_uuid(list(rows.values()))
    work.version_pks = {name: row.id for name, row in rows.items()}
    pinned = _pinned_versions(work)
    components, media, containers = [], [], []
    for item in work.items:
        entity_pk = work.entity_pks[item.entity_ref]
        for version in item.versions:
            pk = work.version_pks[item.entity_ref, version.version_num]
            if item.namespace:
                components.append((pk, entity_pk))
                media += [(pk, path, media_pk) for path, media_pk in version.media.items()]
            else:
                children = [
                    (work.entity_pks[ref], None if pin is None else pinned[ref, pin]) for ref, pin in version.children
                ]
                containers.append(ContainerVersionRow(pk, entity_pk, item.item_type, children))
    insert_component_versions(components, media)
    insert_container_versions(containers)


def _pinned_versions(work: _Work) -> Mapping[tuple[str, int], int]:
    """Map name and number of the versions that places are pinned to, to pks. They may be older than the write."""
    wanted = {
        (ref, pin)
        for item in work.items
        for version in item.versions
        for ref, pin in version.children
        if pin is not None
    }
    found = {name: work.version_pks[name] for name in wanted if name in work.version_pks}
    missing = {ref for ref, _pin in wanted - found.keys()}
    for part in in_parts(missing):
        rows = PublishableEntityVersion.objects.filter(
            entity__learning_package_id=work.package.id, entity__entity_ref__in=part
        ).order_by()
        for ref, number, pk in rows.values_list("entity__entity_ref", "version_num", "id"):
            found.setdefault((ref, number), pk)
    if wanted - found.keys():
        raise ConflictError(_("A version that a container shows is not there any more. Try again."))
    return found


def _write_logs(work: _Work, deleted_pks: Collection[int]) -> int | None:
    """Write the logs. Returns the pk of the last draft change log."""
    first: dict[str, int] = {}
    for item in work.items:
        if item.published is not None:
            first[item.entity_ref] = item.published
        elif item.draft is None and item.versions and item.entity_ref not in work.known:
            first[item.entity_ref] = max(version.version_num for version in item.versions)
    final = {item.entity_ref: item.draft for item in work.items if not item.keeps_draft}
    published = [work.entity_pks[item.entity_ref] for item in work.items if item.published is not None]
    drafts = {ref: item.draft_version_pk for ref, item in work.known.items()}
    if first:
        unpublished = {ref: number for ref, number in final.items() if ref not in first}
        log_pk = _move(work, drafts, {**first, **unpublished}, deleted_pks)
        if published:
            publish(work.package.id, published, author_pk=work.author_pk, with_contents=False)
        again = {ref: number for ref, number in final.items() if ref in first}
        return _move(work, drafts, again, ()) or log_pk
    return _move(work, drafts, final, deleted_pks)


def _move(
    work: _Work, drafts: dict[str, int | None], targets: Mapping[str, int | None], deleted_pks: Collection[int]
) -> int | None:
    """Set drafts to versions in one log, and note it in ``drafts``. Returns the pk of the log, or None."""
    changes: list[tuple[int, int | None, int | None]] = []
    names = {pk: ref for ref, pk in work.entity_pks.items()}
    for ref, number in targets.items():
        new = None if number is None else work.version_pks[ref, number]
        old = drafts.get(ref)
        if new != old:
            changes.append((work.entity_pks[ref], old, new))
    for part in in_parts(deleted_pks):
        rows = PublishableEntity.objects.filter(id__in=part, draft__version__isnull=False)
        changes += [(pk, old, None) for pk, old in rows.order_by("id").values_list("id", "draft__version_id")]
    if not changes:
        return None
    log = DraftChangeLog.objects.create(learning_package=work.package, changed_at=work.at, changed_by_id=work.author_pk)
    write_draft_records(log, changes)
    drafts.update({names[pk]: new for pk, _old, new in changes if pk in names})
    return log.pk
