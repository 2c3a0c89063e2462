"""Files of components: listing, reading, uploading, deleting (wire: components-files, components-download)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError, NotFoundError
from ..keys import LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import FileMedia
from ..libraries.api import ContentLibrary, Permission, access_library, author_pk, package_pk
from ..olx import api as olx_api
from .container_settings import carry_over
from .events import library_key_of_package
from .expected_versions import expecting
from .items import access_item

MAX_FILE_SIZE: Final = 20 * 1024 * 1024
MAX_PATH: Final = 500
_UNSAFE: Final = re.compile(r"^[/\s]|[/\s]$|//|\.\.|[\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Asset:
    """
    A file of a component's draft.

    Args:
        path: where the component finds it; OLX says ``/static/x.png`` for ``static/x.png``.
        size: in bytes.
        version_uuid: the draft version; with the path it names these bytes for ever.
    """

    path: str
    size: int
    version_uuid: UUID


def list_assets(key: LibraryUsageLocatorV2, *, user: Actor) -> tuple[Asset, ...]:
    """
    List the files of a component's draft by path; empty if the component is softly deleted. Needs VIEW.

    Raises NotFoundError and NotAllowedError.
    """
    _library, item = access_item(user, key, Permission.VIEW, deleted_too=True)
    if item.draft_version_pk is None:
        return ()
    files = learning_core.files_of([item.draft_version_pk]).get(item.draft_version_pk, ())
    version_uuid = learning_core.version_uuid(item.draft_version_pk)
    return tuple(Asset(file.path, file.size, version_uuid) for file in sorted(files, key=lambda file: file.path))


def get_asset(key: LibraryUsageLocatorV2, *, user: Actor, path: str) -> Asset:
    """Describe one file of a component's draft. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    _library, item = access_item(user, key, Permission.VIEW)
    return _asset(item.draft_version_pk, path)


def set_asset(
    key: LibraryUsageLocatorV2, *, user: Actor, path: str, file: File[bytes], expected_version: int | None = None
) -> Asset:
    """
    Upload a file as part of the component's next draft version. Needs EDIT.

    A file with the same path is replaced; spaces in the path become ``_``. A deleted component is restored.

    Args:
        expected_version: the version of the component that the edit started from; any version if None.

    Raises NotFoundError, NotAllowedError, ConflictError, VersionConflictError, and InvalidInputError for a path that is
    not allowed or a file of more than 20 MiB.
    """
    library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
    path = path.replace(" ", "_")
    check_file(path, file.size, beside=paths_of(item.draft_version_pk))
    data = file.read()
    with expecting(library, key, item.pk, expected_version):
        version_pk = _save_files(library, item.pk, {path: data}, user=user)
    return _asset(version_pk, path)


def delete_asset(key: LibraryUsageLocatorV2, *, user: Actor, path: str, expected_version: int | None = None) -> None:
    """
    Make the component's next draft version without a file. It does not matter whether the file exists. Needs EDIT.

    A deleted component is restored.

    Args:
        expected_version: the version of the component that the edit started from; any version if None.

    Raises NotFoundError, NotAllowedError, ConflictError and VersionConflictError.
    """
    library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
    with expecting(library, key, item.pk, expected_version):
        _save_files(library, item.pk, {path: None}, user=user)


def open_asset(source: UUID | LibraryUsageLocatorV2, path: str, *, user: Actor) -> learning_core.StoredFile:
    """
    Find a file to download. Needs VIEW.

    Args:
        source: the uuid of a version of a component, or the key of a component, for its draft.
        path: exactly the path of the file.

    Raises NotFoundError and NotAllowedError.
    """
    if isinstance(source, UUID):
        return _file(_access_version(source, user=user), path)
    _library, item = access_item(user, source, Permission.VIEW)
    return _file(item.draft_version_pk, path)


def open_version_file(version_uuid: UUID, path: str) -> learning_core.StoredFile:
    """Find a file of a version for the holder of a token. Checks no permission. Raises NotFoundError."""
    place = learning_core.find_version(version_uuid)
    return _file(place.version_pk if place else None, path)


def check_file(path: str, size: int, *, beside: Collection[str] = ()) -> None:
    """
    Raise InvalidInputError for a path that is not allowed, or a file that is too large.

    Args:
        path, size: path and size of the file. A backup of the library has to be restorable with a new path.
        beside: paths of the files that the component has.
    """
    if _UNSAFE.search(path) or path == learning_core.BLOCK_PATH or len(path) > MAX_PATH:
        raise InvalidInputError(_("Invalid file path"))
    if path not in beside and not olx_api.can_be_packed(path, beside=(learning_core.BLOCK_PATH, *beside)):
        raise InvalidInputError(_("Invalid file path"))
    check_file_size(size)


def paths_of(version_pk: int | None) -> frozenset[str]:
    """Return the paths of the files of a version of a component."""
    files = () if version_pk is None else learning_core.files_of([version_pk]).get(version_pk, ())
    return frozenset(file.path for file in files)


def check_file_size(size: int) -> None:
    """Raise InvalidInputError if a file has too many bytes for a component."""
    if size > MAX_FILE_SIZE:
        raise InvalidInputError(_("File too big"))


def _save_files(library: ContentLibrary, entity_pk: int, files: Mapping[str, bytes | None], *, user: Actor) -> int:
    """Change files of a component in its next version, which keeps its license. Returns the pk of the version."""
    with transaction.atomic():
        version = learning_core.save_files(package_pk(library), entity_pk, files, author_pk=author_pk(user))
        carry_over({version.base_pk: version.pk})
    return version.pk


def _access_version(version_uuid: UUID, *, user: Actor) -> int:
    place = learning_core.find_version(version_uuid)
    library_key = library_key_of_package(place.learning_package_pk) if place else None
    if place is None or library_key is None:
        raise NotFoundError(_("There is no version “%(version)s”.") % {"version": version_uuid})
    access_library(user, library_key, Permission.VIEW)
    return place.version_pk


def _file(version_pk: int | None, path: str) -> learning_core.StoredFile:
    file = None if version_pk is None else learning_core.find_file(version_pk, path)
    if file is None:
        raise NotFoundError(_("There is no file “%(path)s”.") % {"path": path})
    return file


def _asset(version_pk: int | None, path: str) -> Asset:
    media: FileMedia = _file(version_pk, path).media
    return Asset(media.path, media.size, learning_core.version_uuid(version_pk or 0))
