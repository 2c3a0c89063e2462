"""
Stores files completely or not at all, and reads them.

``Storage.save`` writes directly to the final name. If it fails in the middle, for example because the disk is full,
part of the file stays under the name at which others look for it. Here, a folder gets the file under another name
first, which is renamed when the file is complete. Object stores write files completely or not at all, and are asked for
the size.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from .errors import DamagedFileError, StorageError
from .storage_errors import storage_faults, storage_faults_named

PART: Final = ".part"
"""Suffix of the names of incomplete files."""


def store(storage: Storage, name: str, content: File[bytes]) -> str:
    """
    Store a file completely, and replace a file with the same name.

    Returns the name of the stored file, which is another one if the storage does not replace files. Raises
    StorageFullError and StorageError. Then an existing file is unchanged, and no part of the new one is left.

    Returns: the name under which it is, which is another one where the storage does not replace files.

    Raises StorageFullError and StorageError. Then a file that was there is there still, and no part of the new one.
    """
    with storage_faults_named():
        if isinstance(storage, FileSystemStorage):
            return _store_aside(storage, name, content)
        return _store_at_once(storage, name, content)


def store_exactly(storage: Storage, name: str, content: File[bytes]) -> None:
    """
    Store a file completely under exactly this name, in place of a damaged one.

    Raises StorageFullError and StorageError, also if another process is about to store a file with this name.
    """
    with storage_faults_named():
        if not isinstance(storage, FileSystemStorage):
            storage.delete(name)
        stored = store(storage, name, content)
        if posixpath.normpath(stored) == posixpath.normpath(name):
            return
        storage.delete(stored)
        if size_of(storage, name) != content.size:
            raise StorageError(_("Somebody else is storing the same file. Try again."))


def store_in_field(file: FieldFile, name: str, content: File[bytes]) -> None:
    """
    Store a file completely for a FileField, like ``FieldFile.save``. The row is not saved.

    Raises StorageFullError and StorageError; then the row keeps its old file.
    """
    wanted = file.field.generate_filename(file.instance, name)
    with storage_faults_named():
        free = file.storage.get_available_name(wanted, max_length=file.field.max_length)
    setattr(file.instance, file.field.attname, store(file.storage, free, content))


def size_of(storage: Storage, name: str) -> int | None:
    """
    Return the size of a stored file in bytes; None if it does not exist.

    Raises StorageError if the storage fails.
    """
    with storage_faults_named():
        try:
            return storage.size(name)
        except FileNotFoundError:
            return None


def open_field_file(file: FieldFile) -> File[bytes]:
    """Open the file of a FileField for reading. Raises DamagedFileError if it is lost, and StorageError."""
    with storage_faults_named():
        try:
            return file.storage.open(str(file.name), "rb")
        except FileNotFoundError as error:
            raise _lost() from error


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """
    Yield the path of a stored file in a local storage, or of a temporary copy of a file in another storage.

    Raises DamagedFileError if the file is lost, StorageFullError and StorageError.
    """
    if size_of(file.storage, str(file.name)) is None:
        raise _lost()
    if isinstance(file.storage, FileSystemStorage):
        yield Path(file.path)
        return
    suffix = "".join(Path(str(file.name)).suffixes[-2:])
    with NamedTemporaryFile(suffix=suffix) as copy:
        with storage_faults_named(), file.storage.open(str(file.name)) as stored:
            for chunk in stored.chunks():
                copy.write(chunk)
            copy.flush()
        yield Path(copy.name)


def _store_aside(storage: FileSystemStorage, name: str, content: File[bytes]) -> str:
    aside = f"{name}.{uuid4().hex}{PART}"
    try:
        storage.save(aside, content)
        path = Path(storage.path(aside))
        _check_size(path.stat().st_size, content)
        _sync(path)
        path.replace(storage.path(name))
        _sync(path.parent)
    finally:
        storage.delete(aside)
    return name


def _store_at_once(storage: Storage, name: str, content: File[bytes]) -> str:
    was_there, is_stored = storage.exists(name), False
    try:
        stored = storage.save(name, content)
        _check_size(storage.size(stored), content)
        is_stored = True
    finally:
        if not (is_stored or was_there):
            with suppress(*storage_faults()):
                storage.delete(name)
    return stored


def _check_size(size: int, content: File[bytes]) -> None:
    if size != content.size:
        raise StorageError(
            _("The storage of files of this site has kept %(size)s of %(wanted)s bytes. Try again.")
            % {"size": f"{size:,}", "wanted": f"{content.size:,}"}
        )


def _lost() -> DamagedFileError:
    return DamagedFileError(_("The storage of files of this site has lost the file. Upload it, or make it, again."))


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
