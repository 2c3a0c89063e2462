"""Gets or creates the media of many components at once."""

from __future__ import annotations

import mimetypes
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openedx_content import api as content_api
from openedx_content.models_api import LearningPackage

from ..errors import InvalidInputError, StorageFullError
from ..upstream.openedx_core import Media
from .data import FileMedia, block_media_type
from .media_files import has_right_size, media_digest, remove_files, write_file
from .rows import in_parts, insert

type FileBytes = Callable[[Collection[str]], Iterator[tuple[str, bytes]]]
"""
Gives the bytes of files: takes digests, yields (digest, bytes) one file at a time.

Files that it does not have are left out.
"""

type MediaKey = tuple[str, str]
"""Identity of a medium in a learning package: (media type, digest)."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium to store: text in the database, or a file in the storage (``text`` is None)."""

    media_type: str
    digest: str
    size: int
    text: str | None

    @property
    def key(self) -> MediaKey:
        return self.media_type, self.digest


def media_type_of(path: str) -> str:
    """Guess the media type from the name of a file; ``application/octet-stream`` if it cannot be guessed."""
    # The last part only: the standard library takes a path such as "data:a/b/c," for a URL that names its type.
    media_type, encoding = mimetypes.guess_type(posixpath.basename(path))
    return media_type if media_type and not encoding else "application/octet-stream"


def olx_medium(block_type: str, olx: str) -> Medium:
    """
    Return the medium of a component's OLX.

    OLX that is too long for a text medium becomes a file (see ``olx_files``).
    """
    data = olx.encode()
    fits = len(olx) <= Media.MAX_TEXT_LENGTH
    return Medium(block_media_type(block_type), media_digest(data), len(data), olx if fits else None)


def file_medium(file: FileMedia) -> Medium:
    """Return the medium of a component's file. Raises InvalidInputError if the file is too large for Learning Core."""
    if file.size > Media.MAX_FILE_SIZE:
        raise InvalidInputError(
            _(
                "The file “%(path)s” has %(size)s bytes; a library takes files of up to %(limit)s bytes."
                " Make it smaller, or link to it where it is hosted."
            )
            % {"path": file.path, "size": f"{file.size:,}", "limit": f"{Media.MAX_FILE_SIZE:,}"}
        )
    return Medium(file.media_type, file.digest, file.size, None)


def get_or_create_media(
    package: LearningPackage, media: Iterable[Medium], *, created: datetime, file_bytes: FileBytes
) -> Mapping[MediaKey, int]:
    """
    Make sure that media exist in a learning package.

    Equal media are stored once.

    Args:
        package: the learning package.
        media: the media to store; may contain repetitions.
        created: time of new rows.
        file_bytes: gives the bytes of files that are not in the learning package yet. It may also give the bytes of
            files whose stored size differs from their row.

    Returns: media key -> pk. Raises InvalidInputError if ``file_bytes`` lacks a new file, StorageFullError and
    StorageError.
    """
    wanted = {medium.key: medium for medium in media}
    existing = _existing(package, wanted)
    missing = [medium for key, medium in wanted.items() if key not in existing]
    type_pks = {name: content_api.get_or_create_media_type(name).id for name in {m.media_type for m in missing}}
    rows = [
        Media(
            learning_package=package,
            media_type_id=type_pks[medium.media_type],
            hash_digest=medium.digest,
            size=medium.size,
            text=medium.text,
            has_file=medium.text is None,
            created=created,
        )
        for medium in missing
    ]
    cut_short = [row for row in existing.values() if row.has_file and not has_right_size(row)]
    _store_files([row for row in rows if row.has_file], cut_short, file_bytes)
    insert(
        rows,
        read_back=Media.objects.filter(learning_package=package, hash_digest__in=[m.digest for m in missing]),
        natural_key=lambda row: (row.media_type_id, row.hash_digest),
    )
    pks = {medium.key: row.id for medium, row in zip(missing, rows, strict=True)}
    return {**{key: row.id for key, row in existing.items()}, **pks}


def _existing(package: LearningPackage, wanted: Collection[MediaKey]) -> dict[MediaKey, Media]:
    found: dict[MediaKey, Media] = {}
    for part in in_parts({digest for _type, digest in wanted}):
        for medium in Media.objects.filter(learning_package=package, hash_digest__in=part).defer("text"):
            key = (medium.mime_type, medium.hash_digest)
            if key in wanted:
                medium.learning_package = package  # the path of a file needs it, and each medium would take a query
                found[key] = medium
    return found


def _store_files(new: Sequence[Media], cut_short: Sequence[Media], file_bytes: FileBytes) -> None:
    """
    Write files before their rows, and write files again whose size differs from their rows.

    A file that a rollback leaves behind is harmless, because its name is its content. Only if the disk is full would it
    keep others from being written.
    """
    missing = {row.hash_digest: row for row in new}
    wanted = {row.hash_digest: row for row in cut_short} | missing
    if not wanted:
        return
    written: list[Media] = []
    try:
        for digest, data in file_bytes(tuple(wanted)):
            if digest in wanted:
                written.append(row := wanted.pop(digest))
                write_file(row, data)
    except StorageFullError:
        remove_files(row for row in written if row.hash_digest in missing)
        raise
    if not_given := wanted.keys() & missing.keys():
        text = ngettext(
            "%(count)d file could not be read from its source. Import it again.",
            "%(count)d files could not be read from their source. Import it again.",
            len(not_given),
        )
        raise InvalidInputError(text % {"count": len(not_given)})
