"""
Converts the transcripts of older videos for courses: SJSON files become SRT files, named for each language.

Older videos name an English transcript by ``sub``, an ID from which the name of a file of the course is made. The files
of a linked block are in a folder of its own, so the file name has to be written out (wire: sync-files).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from edxval.transcript_utils import Transcript

from ...block_types.api import VIDEO, with_renamed_files
from ...errors import InvalidValueError
from ...learning_core import api as learning_core
from ...learning_core.api import FileMedia
from ...olx.api import root_tag, settings_in, with_attributes
from ...values import file_budget, read_json
from ..link.upstreams import Contents

logger = logging.getLogger(__name__)

_SJSON: Final = ".sjson"
_STATIC: Final = "static/"
MAX_TRANSCRIPT: Final = 2 * 1024 * 1024
"""Largest SJSON file that is converted, in bytes: converting takes a second for each megabyte."""


type Files = tuple[FileMedia, ...]


def with_srt_transcripts(contents: Contents, packages: Mapping[int, int]) -> Contents:
    """
    Return contents in which the SJSON transcripts of videos are SRT files. Other contents stay unchanged.

    Args:
        packages: pk of a version -> pk of its learning package.
    """
    found = {pk: _sjson_files(contents.olx[pk], files) for pk, files in contents.files.items() if pk in contents.olx}
    videos = {pk: files for pk, files in found.items() if files and pk in packages}
    if not videos:
        return contents
    wanted: dict[int, set[str]] = {}
    for pk, files in videos.items():
        wanted.setdefault(packages[pk], set()).update(file.digest for file in files)
    made = srt_of(stored for package_pk, digests in wanted.items() for stored in _stored(package_pk, digests))
    renamed = {pk: with_srt_files(contents.olx[pk], contents.files[pk], made) for pk in videos}
    return replace(
        contents,
        olx={**contents.olx, **{pk: olx for pk, (olx, _files) in renamed.items()}},
        files={**contents.files, **{pk: files for pk, (_olx, files) in renamed.items()}},
        made_bytes=by_digest(made),
    )


def is_sjson(file: FileMedia) -> bool:
    """Return whether a file of a component is a transcript in SJSON, judged by its name."""
    return file.path.startswith(_STATIC) and file.path.endswith(f".srt{_SJSON}")


def srt_of(stored: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """
    Convert SJSON files to SRT. Files that cannot be converted are left out.

    Returns: digest of the SJSON file -> bytes of the SRT file.
    """
    made: dict[str, bytes] = {}
    for digest, data in stored:
        try:
            made[digest] = _srt(data)
        except (InvalidValueError, ValueError, KeyError, TypeError, IndexError):
            logger.warning("A transcript with the digest %s is no SJSON, and goes into a course as it is.", digest)
    return made


def _srt(sjson: bytes) -> bytes:
    if len(sjson) > MAX_TRANSCRIPT:
        raise ValueError(len(sjson))
    read_json(sjson, file_budget())  # refuses JSON that is nested too deeply
    return str(Transcript.convert(sjson, input_format="sjson", output_format="srt")).encode()


def by_digest(made: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the SRT files that ``srt_of`` made by their own digests."""
    return {learning_core.media_digest(data): data for data in made.values()}


def with_srt_files(olx: str, files: Files, made: Mapping[str, bytes]) -> tuple[str, Files]:
    """
    Replace the SJSON files of a video by SRT files. Returns: OLX and files of the component.

    Args:
        made: the result of ``srt_of``.
    """
    names = {file.path: file.path.removesuffix(_SJSON) for file in _sjson_files(olx, files) if file.digest in made}
    if not names:
        return olx, files
    return _with_renamed_transcripts(olx, names), tuple(_as_srt_file(file, names, made) for file in files)


def _sjson_files(olx: str, files: Files) -> Files:
    found = tuple(filter(is_sjson, files))
    return found if found and root_tag(olx) == VIDEO else ()


def _stored(package_pk: int, digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
    there = set(digests) - learning_core.lost_digests(package_pk, digests)
    return learning_core.stored_bytes(package_pk)(there)


def _as_srt_file(file: FileMedia, names: Mapping[str, str], made: Mapping[str, bytes]) -> FileMedia:
    if file.path not in names:
        return file
    data = made[file.digest]
    path = names[file.path]
    return FileMedia(path, learning_core.media_type_of(path), learning_core.media_digest(data), len(data))


def _with_renamed_transcripts(olx: str, names: Mapping[str, str]) -> str:
    """Return the OLX of a video with the new names of its transcripts. The file of ``sub`` becomes the English one."""
    short = {old.removeprefix(_STATIC): new.removeprefix(_STATIC) for old, new in names.items()}
    olx = with_renamed_files(olx, short)
    settings = settings_in(olx)
    english = short.get(f"subs_{settings.get('sub', '')}.srt{_SJSON}")
    if english is None:
        return olx
    transcripts = {"en": english, **_transcripts(settings)}
    return with_attributes(olx, {"sub": None, "transcripts": json.dumps(transcripts)})


def _transcripts(settings: Mapping[str, str]) -> dict[str, object]:
    """Return the transcript file of each language of a video; empty if its setting cannot be parsed."""
    try:
        found = read_json(settings.get("transcripts") or "{}")
    except InvalidValueError:
        return {}
    return found if isinstance(found, dict) else {}
