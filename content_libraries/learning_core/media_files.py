"""
Reads and writes the files of media in the storage of Learning Core, where digests are their names.

Learning Core does not write a file if one of the same name and size exists, damaged or not. So everything that this app
stores is stored here first, completely; and everything that it reads is read here, and compared with its row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from openedx_content.models_api import ComponentVersionMedia, LearningPackage

from ..errors import DamagedFileError
from ..storage_errors import storage_faults, storage_faults_named
from ..stored_files import size_of, store_exactly
from ..upstream.openedx_core import Media, get_storage


def media_digest(data: bytes) -> str:
    """Return the identity of bytes in Learning Core: BLAKE2b, 20 bytes, in hex."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def store_bytes(package: LearningPackage, data: bytes) -> None:
    """
    Make sure that bytes are stored completely in a learning package. A damaged file is replaced.

    Raises StorageFullError and StorageError.
    """
    medium = Media(learning_package=package, hash_digest=media_digest(data), size=len(data), has_file=True)
    if damage_of(medium, digests=True):
        write_file(medium, data)


def write_file(medium: Media, data: bytes) -> None:
    """
    Store the file of a medium, and replace an existing file.

    Raises StorageFullError and StorageError; and DamagedFileError if the bytes do not match the medium.
    """
    if problem := _difference(medium, len(data)) or _other_bytes(medium, data):
        raise _damaged(medium, problem)
    store_exactly(get_storage(), medium.path, ContentFile(data))


def has_right_size(medium: Media) -> bool:
    """Return whether the stored file of a medium has as many bytes as it should. Raises StorageError."""
    return size_of(get_storage(), medium.path) == medium.size


def damage_of(medium: Media, *, digests: bool) -> str:
    """
    Compare the file of a medium with its row.

    Args:
        digests: whether to read the file, instead of only asking for its size.

    Returns: a description of the damage, as a part of a sentence; "" if there is no damage. Raises StorageError.
    """
    problem = _difference(medium, size_of(get_storage(), medium.path))
    if problem or not digests:
        return problem
    file = _opened(medium)
    if file is None:
        return _difference(medium, None)
    with storage_faults_named(), file:
        return _other_bytes(medium, file.read())


def open_file(medium: Media) -> IO[bytes]:
    """
    Open the file of a medium for reading. The caller closes it.

    Raises DamagedFileError for a file that is lost or has another size than its row says, and StorageError.
    """
    file = _opened(medium)
    if file is None:
        raise _damaged(medium, _difference(medium, None))
    with storage_faults_named():
        size = file.size
    if problem := _difference(medium, size):
        file.close()
        raise _damaged(medium, problem)
    opened: IO[bytes] = file
    return opened


def read_file(medium: Media) -> bytes:
    """Read the file of a medium. Raises the errors of ``open_file``, also if the bytes do not match."""
    with storage_faults_named(), open_file(medium) as file:
        data = bytes(file.read())
    if problem := _other_bytes(medium, data):
        raise _damaged(medium, problem)
    return data


def read_in_pieces(medium: Media, *, piece: int = 256 * 1024) -> Iterator[bytes]:
    """
    Yield the bytes of the file of a medium, piece by piece.

    Raises the errors of ``open_file``, also if the bytes do not match, which is known after the last piece.
    """
    digest = hashlib.blake2b(digest_size=20)
    with storage_faults_named(), open_file(medium) as file:
        while data := file.read(piece):
            digest.update(data)
            yield data
    if digest.hexdigest() != medium.hash_digest:
        raise _damaged(medium, _other())


def remove_files(media: Iterable[Media]) -> None:
    """Delete files that nothing refers to, to free space. Files that the storage cannot delete stay."""
    for medium in media:
        with suppress(*storage_faults()):
            get_storage().delete(medium.path)


def _opened(medium: Media) -> File[bytes] | None:
    """Open the file of a medium; return None if the storage does not have it."""
    with storage_faults_named():
        try:
            file: File[bytes] = medium.read_file()
        except FileNotFoundError:
            return None
    return file


def _difference(medium: Media, size: int | None) -> str:
    if size == medium.size:
        return ""
    if size is None:
        return _("the storage has lost it")
    return _("it has %(size)s of %(wanted)s bytes") % {"size": f"{size:,}", "wanted": f"{medium.size:,}"}


def _other_bytes(medium: Media, data: bytes) -> str:
    return "" if media_digest(data) == medium.hash_digest else _other()


def _other() -> str:
    return _("its bytes are other ones than those that were stored")


def _damaged(medium: Media, problem: str) -> DamagedFileError:
    uses = ComponentVersionMedia.objects.filter(media_id=medium.id)
    name = uses.values_list("path", flat=True).first() or medium.hash_digest
    return DamagedFileError(
        _("The file “%(name)s” is damaged: %(problem)s. Upload it again, or ask the staff of the site to repair it.")
        % {"name": name, "problem": problem}
    )
