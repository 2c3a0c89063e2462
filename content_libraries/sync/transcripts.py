"""
Transcripts of older videos on their way into courses: SJSON files become SRT files, and all are named per language.

Older videos name an English transcript by ``sub``, an ID that stands for a file of the course. In a linked block
files have a folder of their own, so the name must be written out (sync contract, section 7).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from edxval.transcript_utils import Transcript

from ..learning_core import api as learning_core
from ..learning_core.api import FileMedia
from ..olx.api import root_tag, settings_in, with_attributes, with_renamed_files
from .settings import VIDEO
from .upstreams import Contents

logger = logging.getLogger(__name__)

_SJSON: Final = ".sjson"
_STATIC: Final = "static/"


def with_srt_transcripts(contents: Contents, packages: Mapping[int, int]) -> Contents:
    """
    The same versions of items with transcripts as courses have them. Versions of which none is SJSON stay as they are.

    Args:
        packages: pk of a version -> pk of its learning package.
    """
    found = {pk: _sjson_files(files) for pk, files in contents.files.items() if pk in packages}
    videos = {pk: files for pk, files in found.items() if files and root_tag(contents.olx.get(pk, "<x/>")) == VIDEO}
    if not videos:
        return contents
    made = dict(_converted(videos, packages))
    olx, files = dict(contents.olx), dict(contents.files)
    for pk, old in videos.items():
        names = {file.path: file.path.removesuffix(_SJSON) for file in old if file.digest in made}
        files[pk] = tuple(_renamed(file, names, made) for file in contents.files[pk])
        olx[pk] = _named(contents.olx[pk], names)
    by_digest = {learning_core.media_digest(data): data for data in made.values()}
    return replace(contents, olx=olx, files=files, made_bytes=by_digest)


def _sjson_files(files: tuple[FileMedia, ...]) -> list[FileMedia]:
    return [file for file in files if file.path.startswith(_STATIC) and file.path.endswith(f".srt{_SJSON}")]


def _converted(videos: Mapping[int, Collection[FileMedia]], packages: Mapping[int, int]) -> Iterator[tuple[str, bytes]]:
    """Digest of each SJSON file that can be read -> the same as SRT."""
    wanted: dict[int, set[str]] = {}
    for pk, files in videos.items():
        wanted.setdefault(packages[pk], set()).update(file.digest for file in files)
    for package_pk, digests in wanted.items():
        there = digests - learning_core.lost_digests(package_pk, digests)
        for digest, data in learning_core.stored_bytes(package_pk)(there):
            try:
                yield digest, Transcript.convert(data, input_format="sjson", output_format="srt").encode()
            except (ValueError, KeyError, TypeError, IndexError):
                logger.warning("A transcript with the digest %s is no SJSON, and goes into a course as it is.", digest)


def _renamed(file: FileMedia, names: Mapping[str, str], made: Mapping[str, bytes]) -> FileMedia:
    if file.path not in names:
        return file
    data = made[file.digest]
    path = names[file.path]
    return FileMedia(path, learning_core.media_type_of(path), learning_core.media_digest(data), len(data))


def _named(olx: str, names: Mapping[str, str]) -> str:
    """A video that names its transcripts by their new names, the one that ``sub`` stands for too."""
    short = {old.removeprefix(_STATIC): new.removeprefix(_STATIC) for old, new in names.items()}
    olx = with_renamed_files(olx, short)
    settings = settings_in(olx)
    english = short.get(f"subs_{settings.get('sub', '')}.srt{_SJSON}")
    if english is None:
        return olx
    transcripts = {"en": english, **json.loads(settings.get("transcripts") or "{}")}
    return with_attributes(olx, {"sub": None, "transcripts": json.dumps(transcripts)})
