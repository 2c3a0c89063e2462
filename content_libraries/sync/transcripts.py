"""
Transcripts of older videos on their way into courses: SJSON files become SRT files, and all are named per language.

Older videos name an English transcript by ``sub``, an ID that stands for a file of the course. In a linked block
files have a folder of their own, so the name must be written out (wire: sync-files).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from edxval.transcript_utils import Transcript

from ..errors import InvalidValueError
from ..learning_core import api as learning_core
from ..learning_core.api import FileMedia
from ..olx.api import root_tag, settings_in, with_attributes, with_renamed_files
from ..values import file_budget, read_json
from .settings import VIDEO
from .upstreams import Contents

logger = logging.getLogger(__name__)

_SJSON: Final = ".sjson"
_STATIC: Final = "static/"
MAX_TRANSCRIPT: Final = 2 * 1024 * 1024
"""In bytes. Larger ones are left as they are: converting takes a second for each megabyte."""


type Files = tuple[FileMedia, ...]


def with_srt_transcripts(contents: Contents, packages: Mapping[int, int]) -> Contents:
    """
    The same versions of items with transcripts as courses have them. Versions of which none is SJSON stay as they are.

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
    """Whether a file of a component is a transcript in SJSON, by its name."""
    return file.path.startswith(_STATIC) and file.path.endswith(f".srt{_SJSON}")


def srt_of(stored: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Digest of each SJSON file that can be read -> the same as SRT."""
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
    read_json(sjson, file_budget())  # refuses what nests without end
    return str(Transcript.convert(sjson, input_format="sjson", output_format="srt")).encode()


def by_digest(made: Mapping[str, bytes]) -> dict[str, bytes]:
    """What ``srt_of`` made, by digests of its own."""
    return {learning_core.media_digest(data): data for data in made.values()}


def with_srt_files(olx: str, files: Files, made: Mapping[str, bytes]) -> tuple[str, Files]:
    """
    A component with its files; a video with SRT files in place of SJSON.

    Args:
        made: what ``srt_of`` made.
    """
    names = {file.path: file.path.removesuffix(_SJSON) for file in _sjson_files(olx, files) if file.digest in made}
    if not names:
        return olx, files
    return _named(olx, names), tuple(_renamed(file, names, made) for file in files)


def _sjson_files(olx: str, files: Files) -> Files:
    found = tuple(filter(is_sjson, files))
    return found if found and root_tag(olx) == VIDEO else ()


def _stored(package_pk: int, digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
    there = set(digests) - learning_core.lost_digests(package_pk, digests)
    return learning_core.stored_bytes(package_pk)(there)


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
    transcripts = {"en": english, **_transcripts(settings)}
    return with_attributes(olx, {"sub": None, "transcripts": json.dumps(transcripts)})


def _transcripts(settings: Mapping[str, str]) -> dict[str, object]:
    """The languages of a video and their files; none where nobody can read what it says of them."""
    try:
        found = read_json(settings.get("transcripts") or "{}")
    except InvalidValueError:
        return {}
    return found if isinstance(found, dict) else {}
