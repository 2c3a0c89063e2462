"""Restores an archive as a learning package, of which its user then makes a library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from ...content.api import check_limit, set_templates
from ...learning_core import api as learning_core
from ...learning_core.api import StagedPackage
from ...libraries.api import ContentLibrary
from ...tagging import api as tagging
from ..verifying.data import Archive
from .media import store_archive_media
from .tags import collection_object_id, object_id_of
from .writing import write_collections, write_entities


def restore_staged(archive: Archive, path: Path, *, user: User) -> StagedPackage:
    """
    Restore an archive as a learning package without a library, in one transaction.

    Args:
        archive, path: the archive.
        user: the owner of the package, and the author of everything in it.

    Raises InvalidInputError, StorageFullError and StorageError; then nothing is written, and no file is left.
    """
    package = archive.package
    with learning_core.leaving_no_files(), transaction.atomic():
        staged = learning_core.create_staged_package(
            package.key, title=package.title, description=package.description, user=user
        )
        write_everything(staged.pk, archive, path, author_pk=user.pk)
    return staged


def staged_tags(archive: Archive) -> list[list[object]]:
    """Return the tags of an archive for a column of JSON: kind, type and code of the object, and its tags."""
    found: list[list[object]] = []
    for record in archive.tags:
        entity = archive.entities.get(record.key)
        if record.kind == "item" and entity is None:
            continue
        item_type, code = (entity.item_type, entity.code) if entity else ("", record.key)
        found.append([record.kind, item_type, code, [list(tag) for tag in record.tags]])
    return found


def give_staged_tags(library: ContentLibrary, tags: Iterable[Sequence[Any]]) -> None:
    """Give the objects of a library the tags that ``staged_tags`` has returned, in the caller's transaction."""
    wanted: dict[str, list[tuple[str, str]]] = {}
    for kind, item_type, code, pairs in tags:
        if kind == "library":
            object_id = str(library.library_key)
        elif kind == "collection":
            object_id = collection_object_id(library.library_key, code)
        else:
            object_id = object_id_of(library.library_key, item_type, code)
        wanted[object_id] = [(taxonomy, value) for taxonomy, value in pairs]
    tagging.add_tags(library, wanted, announced=list(wanted))


def write_everything(learning_package_pk: int, archive: Archive, path: Path, *, author_pk: int | None) -> None:
    """Write all items and collections of an archive into an empty learning package, in the caller's transaction."""
    entities = list(archive.entities.values())
    check_limit(learning_package_pk, new_components=sum(not entity.is_deleted for entity in entities))
    media = store_archive_media(learning_package_pk, archive, path, entities)
    rows = write_entities(learning_package_pk, entities, media, author_pk=author_pk)
    templates = [rows.entity_pks[entity.key] for entity in entities if entity.is_template]
    set_templates(templates, (), author_pk=author_pk)
    write_collections(learning_package_pk, archive.collections, rows.entity_pks, author_pk=author_pk)
