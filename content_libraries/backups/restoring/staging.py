"""Restores an archive as a learning package that its user then makes a library of."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from ...learning_core import api as learning_core
from ...learning_core.api import StagedPackage
from ..verifying.data import Archive
from .media import store_archive_media
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


def write_everything(learning_package_pk: int, archive: Archive, path: Path, *, author_pk: int | None) -> None:
    """Write all items and collections of an archive into an empty learning package, in the caller's transaction."""
    entities = list(archive.entities.values())
    media = store_archive_media(learning_package_pk, archive, path, entities)
    rows = write_entities(learning_package_pk, entities, media, author_pk=author_pk)
    write_collections(learning_package_pk, archive.collections, rows.entity_pks, author_pk=author_pk)
