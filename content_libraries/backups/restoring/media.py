"""Stores the files and the OLX of an archive in a learning package, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ...learning_core import api as learning_core
from ...learning_core.api import FileMedia, restored
from ...olx.api import files_of
from ..format.data import ARCHIVE_LIMITS, EntityRecord, MediaRecord
from ..verifying.data import Archive

_PART_BYTES: Final = 8 * 1024 * 1024
_PART_FILES: Final = 500

type MediaPks = Mapping[tuple[str, str], int]
"""Member of the archive and media type -> pk of the medium."""


def media_type_in(entity: EntityRecord, medium: MediaRecord) -> str:
    """Return the media type of a file or of the OLX of a component."""
    if _is_olx(entity, medium):
        return learning_core.block_media_type(entity.item_type)
    return medium.media_type or learning_core.media_type_of(medium.path)


def store_archive_media(
    learning_package_pk: int,
    archive: Archive,
    path: Path,
    entities: Iterable[EntityRecord],
    *,
    after_each: Callable[[], None] = lambda: None,
) -> MediaPks:
    """
    Store the files and the OLX of items, in the caller's transaction.

    Args:
        archive, path: the archive, which has not changed since it was read.
        entities: the items, with the versions that are to be written.
        after_each: is called after each file.

    Raises InvalidInputError, StorageFullError and StorageError.
    """
    wanted: dict[str, set[tuple[str, str]]] = {}
    for entity in entities:
        for version in entity.versions.values():
            for medium in version.media:
                block_type = entity.item_type if _is_olx(entity, medium) else ""
                wanted.setdefault(medium.member, set()).add((block_type, media_type_in(entity, medium)))
    pks: dict[tuple[str, str], int] = {}
    part = _Part()
    for name, chunks in files_of(path, ARCHIVE_LIMITS):
        if name in wanted:
            part.add(name, b"".join(chunks), archive.files[name].digest, wanted[name])
            if part.is_full:
                pks.update(part.store(learning_package_pk))
                part = _Part()
            after_each()
    pks.update(part.store(learning_package_pk))
    return pks


def _is_olx(entity: EntityRecord, medium: MediaRecord) -> bool:
    return medium.path == learning_core.BLOCK_PATH and entity.namespace == learning_core.COMPONENT_NAMESPACE


@dataclass(slots=True)
class _Part:
    """Some files, in memory."""

    data: dict[str, bytes] = field(default_factory=dict)
    files: list[FileMedia] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    names: list[tuple[str, str, str]] = field(default_factory=list)
    size: int = 0

    @property
    def is_full(self) -> bool:
        return self.size > _PART_BYTES or len(self.names) > _PART_FILES

    def add(self, name: str, data: bytes, digest: str, uses: Collection[tuple[str, str]]) -> None:
        """Add a member. ``uses`` are block type, blank for a file, and media type."""
        self.data[digest] = data
        self.size += len(data)
        for block_type, media_type in uses:
            self.names.append((name, media_type, digest))
            if block_type:
                self.texts.append((block_type, data.decode()))
            else:
                self.files.append(FileMedia(name, media_type, digest, len(data)))

    def store(self, learning_package_pk: int) -> dict[tuple[str, str], int]:
        """Store the members. Returns member and media type -> pk of the medium."""
        pks = restored.store_media(learning_package_pk, self.files, self.texts, file_bytes=self._bytes)
        return {(name, media_type): pks[media_type, digest] for name, media_type, digest in self.names}

    def _bytes(self, digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        for digest in digests:
            if digest in self.data:
                yield digest, self.data[digest]
