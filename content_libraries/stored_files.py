"""Files in a storage of Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """A stored file as a path: its own where the storage is local, else a copy that is deleted at the end."""
    if isinstance(file.storage, FileSystemStorage):
        yield Path(file.path)
        return
    suffix = "".join(Path(str(file.name)).suffixes[-2:])
    with NamedTemporaryFile(suffix=suffix) as copy, file.storage.open(str(file.name)) as stored:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
