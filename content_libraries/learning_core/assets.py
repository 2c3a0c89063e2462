"""Finds versions of components and their files, and opens the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO
from uuid import UUID

from openedx_content.models_api import ComponentVersionMedia, Media, PublishableEntityVersion

from .data import BLOCK_PATH, FileMedia
from .media_files import open_file


@dataclass(frozen=True, slots=True)
class StoredFile:
    """
    A file of a version of a component.

    Args:
        open: opens it for reading; the caller closes it. Raises DamagedFileError if the file is lost or has another
            size than ``media`` says, and StorageError.
    """

    media: FileMedia
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class VersionPlace:
    """The pk of a version, and the pk of its learning package."""

    version_pk: int
    learning_package_pk: int


def find_version(version_uuid: UUID) -> VersionPlace | None:
    """Find a version of any item in any learning package. Returns None if it does not exist."""
    row = (
        PublishableEntityVersion.objects.filter(uuid=version_uuid)
        .values_list("id", "entity__learning_package_id")
        .first()
    )
    return None if row is None else VersionPlace(*row)


def version_uuid(version_pk: int) -> UUID:
    """Return the public id of a version."""
    uuid: UUID = PublishableEntityVersion.objects.values_list("uuid", flat=True).get(id=version_pk)
    return uuid


def find_file(version_pk: int, path: str) -> StoredFile | None:
    """
    Find the file with exactly this path in a version of a component.

    Returns: None if there is no such file. The OLX of a component does not count as a file.
    """
    if "\0" in path:  # PostgreSQL refuses a query with NUL
        return None
    row = (
        ComponentVersionMedia.objects.filter(component_version_id=version_pk, path=path)
        .exclude(path=BLOCK_PATH)
        .select_related("media__media_type", "media__learning_package")
        .first()
    )
    if row is None:
        return None
    medium = row.media
    return StoredFile(FileMedia(row.path, medium.mime_type, medium.hash_digest, medium.size), _opener(medium))


def _opener(medium: Media) -> Callable[[], IO[bytes]]:
    """
    Return a function that opens a file.

    Files are in the storage, but small texts that other software wrote may be in the database only.
    """
    if medium.has_file:
        return partial(open_file, medium)
    return lambda: BytesIO((medium.text or "").encode())
