"""Restores archives into libraries, in one transaction and one change set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ...actors import Actor
from ...content.api import check_limit, set_templates
from ...errors import PlanOutdatedError
from ...keys import LibraryLocatorV2
from ...learning_core import api as learning_core
from ...learning_core.api import ChangeKind
from ...libraries.api import (
    ContentLibrary,
    LibraryFields,
    Permission,
    author_pk,
    create_library,
    package_pk,
    require,
    update_changed_fields,
)
from ...plan_basis import refuse_outdated
from ...tagging import api as tagging
from ..format.data import EntityRecord, LibraryRecord, TagsRecord
from ..verifying.data import Archive
from .choosing import partial_archive
from .data import WRITTEN, Action, RestoreOptions, RestorePlan
from .media import store_archive_media
from .planning import plan_restore
from .staging import write_everything
from .tags import collection_object_id, give_tags, item_object_id
from .writing import update_collection, write_collections, write_entities


class RestoreOutdatedError(PlanOutdatedError):
    """The library has changed since the restore was planned."""

    code = "restore_outdated"


def restore_as_new(
    library_key: LibraryLocatorV2,
    archive: Archive,
    path: Path,
    options: RestoreOptions,
    *,
    user: Actor,
    job_uuid: UUID | None = None,
) -> ContentLibrary:
    """
    Restore an archive as a new library, with its title, description, license and flags.

    Args:
        library_key: the key of the library.
        archive, path: the archive.
        user: has to be allowed to create the library; becomes its administrator, and the author of everything.
        job_uuid: the job that restores.

    Raises NotAllowedError, InvalidInputError, StorageFullError and StorageError; then nothing is written.
    """
    archive = partial_archive(archive, options)
    about = archive.package.library or LibraryRecord()
    with (
        learning_core.leaving_no_files(),
        transaction.atomic(),
        learning_core.named(ChangeKind.RESTORE, source_key=archive.package.key, job_uuid=job_uuid),
    ):
        library = create_library(
            user=user,
            org=library_key.org,
            slug=library_key.slug,
            title=archive.package.title,
            description=archive.package.description,
            license=about.license,
            allow_public_learning=about.allow_public_learning,
            allow_public_read=about.allow_public_read,
        )
        write_everything(package_pk(library), archive, path, author_pk=author_pk(user))
        give_all_tags(library, archive)
    return library


def give_all_tags(library: ContentLibrary, archive: Archive) -> None:
    """Give a new library, and what is in it, the tags of the archive, in the caller's transaction."""

    def object_id_of(record: TagsRecord) -> str | None:
        return tagged_object(library.library_key, record, archive.entities.get(record.key))

    give_tags(library, archive.tags, object_id_of, new=True)


def tagged_object(library_key: LibraryLocatorV2, record: TagsRecord, entity: EntityRecord | None) -> str | None:
    """Return the object with the tags of a record in a library with everything that the archive holds."""
    if record.kind == "library":
        return str(library_key)
    if record.kind == "collection":
        return collection_object_id(library_key, record.key)
    return None if entity is None else item_object_id(library_key, entity, code=entity.code)


def restore_into(
    library: ContentLibrary,
    archive: Archive,
    path: Path,
    options: RestoreOptions,
    *,
    user: Actor,
    fingerprint: str | None = None,
    job_uuid: UUID | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> RestorePlan:
    """
    Restore an archive into a library, in one draft change log and, if published versions change, one publish log.

    Args:
        archive, path: the archive.
        options: the parts to restore, and the mode; not RestoreMode.NEW.
        user: needs EDIT, and PUBLISH if published versions change; is the author of all new versions.
        fingerprint: fingerprint of the plan that the user has seen; None to apply any plan.
        job_uuid: the job that restores.
        after_each: is called after each file.

    Returns: the plan that was applied. Raises NotAllowedError, InvalidInputError, StorageFullError and StorageError;
    and RestoreOutdatedError if another plan would be applied now. Then nothing is written.
    """
    require(user, library, Permission.EDIT)
    pk, author = package_pk(library), author_pk(user)
    with (
        transaction.atomic(),
        learning_core.named(ChangeKind.RESTORE, source_key=archive.package.key, job_uuid=job_uuid),
    ):
        learning_core.lock_package(pk)
        plan = plan_restore(pk, archive, options)
        refuse_outdated(fingerprint, plan.basis, _outdated)
        if plan.publications:
            require(user, library, Permission.PUBLISH)
        created = {Action.CREATE, Action.RENAME, Action.RESTORE}
        check_limit(pk, new_components=sum(item.action in created for item in plan.items))
        media = store_archive_media(pk, archive, path, plan.writes, after_each=after_each)
        write_entities(pk, plan.writes, media, author_pk=author, deleted_pks=plan.deleted_pks, keeping=plan.keeping)
        _publish(pk, plan, author)
        _write_collections(pk, plan, author)
        _mark_templates(pk, archive, options, plan, author)
        _give_tags(library, archive, options, plan)
        if options.replaces_everything:
            _restore_fields(library, archive, user)
    return plan


def _outdated(_changes: object) -> RestoreOutdatedError:
    return RestoreOutdatedError(_("The library has changed since the restore was planned. Look at a new plan."))


def _publish(pk: int, plan: RestorePlan, author: int | None) -> None:
    """Set the published versions of the plan, in one publish log."""
    if not plan.publications:
        return
    entity_pks = learning_core.entity_pks_of(pk, plan.published)
    wanted = {(entity_pks[key], number) for key, number in plan.published.items() if number is not None}
    stored = learning_core.numbered_versions(wanted)
    versions: dict[int, int | None] = dict.fromkeys(plan.unpublished_pks)
    for key, number in plan.published.items():
        versions[entity_pks[key]] = None if number is None else stored[entity_pks[key], number]
    learning_core.move_published(pk, versions, author_pk=author)


def _mark_templates(pk: int, archive: Archive, options: RestoreOptions, plan: RestorePlan, author: int | None) -> None:
    """Mark units as templates, as the archive does. Where items are replaced, the others are templates no more."""
    present = {
        item.target: archive.entities[item.key].is_template
        for item in plan.items
        if item.key in archive.entities
        and (item.action in WRITTEN or (options.replaces and item.action is Action.UNCHANGED))
    }
    if archive.package.library is None:
        return
    pks = learning_core.entity_pks_of(pk, present)
    marked = {pks[key] for key, is_template in present.items() if is_template}
    unmarked = set(pks.values()) - marked if options.replaces else set()
    set_templates(marked, unmarked, author_pk=author)


def _restore_fields(library: ContentLibrary, archive: Archive, user: Actor) -> None:
    """Give the library title, description, license and flags of the archive."""
    fields = LibraryFields(title=archive.package.title, description=archive.package.description)
    if own := archive.package.library:
        fields["license"] = own.license
        fields["allow_public_learning"] = own.allow_public_learning
        fields["allow_public_read"] = own.allow_public_read
    update_changed_fields(library.library_key, user=user, **fields)


def _write_collections(pk: int, plan: RestorePlan, author: int | None) -> None:
    records = {record.code: record for record in plan.memberships}
    keys = {key for record in records.values() for key in record.keys}
    entity_pks = learning_core.entity_pks_of(pk, keys)
    for collection in plan.collections:
        match collection.action:
            case Action.CREATE | Action.RENAME:
                write_collections(pk, [records[collection.target]], entity_pks, author_pk=author)
            case Action.UPDATE | Action.RESTORE:
                update_collection(pk, records[collection.target], entity_pks, author_pk=author)
            case Action.DELETE:
                learning_core.delete_collection(pk, collection.target)


def _give_tags(library: ContentLibrary, archive: Archive, options: RestoreOptions, plan: RestorePlan) -> None:
    """
    Give tags to the items and collections that were written, and to the library itself if everything is replaced.

    What is replaced loses the tags that it does not have in the archive. Archives of openedx-core know nothing of tags.
    """
    replaces = options.replaces and archive.package.library is not None
    shown = {*WRITTEN, Action.UNCHANGED} if replaces else WRITTEN
    items = {item.key: item.target for item in plan.items if item.action in shown and item.key in archive.entities}
    collections = {each.code: each.target for each in plan.collections if each.action in shown}
    objects: dict[tuple[str, str], str] = {}
    if options.replaces_everything:
        objects["library", ""] = str(library.library_key)
    for code, target in collections.items():
        objects["collection", code] = collection_object_id(library.library_key, target)
    for key, target in items.items():
        object_id = item_object_id(library.library_key, archive.entities[key], code=target.rpartition(":")[2])
        if object_id is not None:
            objects["item", key] = object_id
    if replaces:
        own = {objects[name]: record.tags for record in archive.tags if (name := (record.kind, record.key)) in objects}
        tagging.remove_other_tags({object_id: own.get(object_id, ()) for object_id in objects.values()})
    give_tags(library, archive.tags, lambda record: objects.get((record.kind, record.key)), new=False)
