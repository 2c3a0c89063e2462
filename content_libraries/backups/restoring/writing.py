"""Writes items and collections of an archive into a learning package, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ...content.api import ContainerSettingsData, write_settings
from ...learning_core import api as learning_core
from ...learning_core.api import restored
from ..format.data import CollectionRecord, EntityRecord, VersionRecord
from .media import MediaPks, media_type_in


def _restored_item(entity: EntityRecord, media: MediaPks, *, keeps_draft: bool) -> restored.RestoredItem:
    """Return an item as Learning Core is to write it: all versions of the record, with their numbers."""
    return restored.RestoredItem(
        entity_ref=entity.key,
        namespace=entity.namespace,
        item_type=entity.item_type,
        code=entity.code,
        can_stand_alone=entity.can_stand_alone,
        created=entity.created,
        versions=[_restored_version(entity, version, media) for version in entity.versions.values()],
        draft=entity.draft,
        published=entity.published,
        keeps_draft=keeps_draft,
    )


def _restored_version(entity: EntityRecord, version: VersionRecord, media: MediaPks) -> restored.RestoredVersion:
    return restored.RestoredVersion(
        version_num=version.version_num,
        title=version.title,
        created=version.created,
        media={medium.path: media[medium.member, media_type_in(entity, medium)] for medium in version.media},
        children=[(child.key, child.pinned) for child in version.children],
    )


def settings_in(version: VersionRecord) -> ContainerSettingsData:
    """Return the preserved settings and the own license of a version."""
    return ContainerSettingsData(version.settings, version.license, version.license_holder, version.copyright_notice)


def write_entities(
    learning_package_pk: int,
    entities: Sequence[EntityRecord],
    media: MediaPks,
    *,
    author_pk: int | None,
    deleted_pks: Collection[int] = (),
    keeping: Collection[str] = (),
) -> restored.RestoredRows:
    """
    Write items with the preserved settings of containers.

    Args:
        entities: the items, with the versions that are to be written.
        media: see ``store_archive_media``.
        deleted_pks: entities to delete (softly) in the same log.
        keeping: keys of items whose draft stays what it is.
    """
    rows = restored.write_restored(
        learning_package_pk,
        [_restored_item(entity, media, keeps_draft=entity.key in keeping) for entity in entities],
        author_pk=author_pk,
        deleted_pks=deleted_pks,
    )
    write_settings(
        {
            rows.version_pks[entity.key, number]: settings_in(version)
            for entity in entities
            for number, version in entity.versions.items()
        }
    )
    return rows


def write_collections(
    learning_package_pk: int,
    collections: Iterable[CollectionRecord],
    entity_pks: Mapping[str, int],
    *,
    author_pk: int | None,
) -> dict[str, str]:
    """
    Create collections with their items. A code that is taken gets a number.

    Args:
        entity_pks: key of an item -> pk. Items that are not named are left out.

    Returns: code in the archive -> code of the collection.
    """
    codes: dict[str, str] = {}
    for collection in collections:
        created = learning_core.create_collection(
            learning_package_pk,
            wanted_code=collection.code,
            title=collection.title,
            description=collection.description,
            author_pk=author_pk,
        )
        codes[collection.code] = created.code
        members = [entity_pks[key] for key in collection.keys if key in entity_pks]
        if members:
            learning_core.add_to_collection(learning_package_pk, created.code, members, author_pk=author_pk)
        if not collection.enabled:
            learning_core.delete_collection(learning_package_pk, created.code)
    return codes


def update_collection(
    learning_package_pk: int, collection: CollectionRecord, entity_pks: Mapping[str, int], *, author_pk: int | None
) -> None:
    """
    Give a collection the title, the description and the items of the archive. A deleted collection comes back.

    Args:
        entity_pks: key of an item -> pk. Items that are not named are left out.
    """
    code = collection.code
    learning_core.restore_collection(learning_package_pk, code)
    learning_core.update_collection(
        learning_package_pk, code, title=collection.title, description=collection.description
    )
    there = set(learning_core.find_collection(learning_package_pk, code).entity_pks)
    wanted = {entity_pks[key] for key in collection.keys if key in entity_pks}
    if gone := there - wanted:
        learning_core.remove_from_collection(learning_package_pk, code, gone)
    if new := wanted - there:
        learning_core.add_to_collection(learning_package_pk, code, new, author_pk=author_pk)
