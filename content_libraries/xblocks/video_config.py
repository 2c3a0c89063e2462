"""
The service ``video_config``, from which video blocks get transcripts, and switches of courses.

Transcripts of a component are among its files, so they are versioned, published, copied and backed up with it. The
site's store of videos (``edxval``) is read if a component names a video of it, and never written: its videos belong
to courses as well, and no id is invented for a video without an id (ADR 0024).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO, Any, Final, cast

from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from edxval.exceptions import TranscriptsGenerationException as UnreadableTranscript
from edxval.transcript_utils import Transcript
from pysrt import SubRipFile  # type: ignore[import-untyped]
from xblock.core import XBlock
from xblocks_contrib.video.exceptions import TranscriptNotFoundError, TranscriptsGenerationException
from xblocks_contrib.video.video_transcripts_utils import TranscriptExtensions, subs_filename
from xblocks_contrib.video.video_utils import get_edxval_api

from ..errors import InvalidInputError, InvalidValueError, NotFoundError
from ..values import file_budget, read_json
from .version_files import VersionFiles

_ENGLISH: Final = "en"
_FOLDER: Final = "static/"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_SRT: Final = TranscriptExtensions.SRT
_SJSON: Final = TranscriptExtensions.SJSON
MAX_TRANSCRIPT: Final = 2 * 1024 * 1024
"""Largest transcript, in bytes. It is converted in two seconds. A film of three hours has a tenth of it."""


class VideoConfig:
    """
    The service of one video.

    Args:
        files: the files of its version.

    Methods are called by the block, with these names and arguments.
    """

    def __init__(self, files: VersionFiles) -> None:
        self._files = files

    def available_translations(
        self,
        block: XBlock,
        transcripts: Mapping[str, Any],
        verify_assets: bool | None = None,
        is_bumper: bool = False,
    ) -> list[str]:
        """
        List the languages in which the video has a transcript, sorted.

        With ``verify_assets``, the transcript must be stored, too.
        """
        named = dict(transcripts["transcripts"])
        if transcripts["sub"]:
            named.setdefault(_ENGLISH, subs_filename(transcripts["sub"]))
        if not verify_assets:
            return sorted(named)
        in_store = set(_store_languages(block))
        return sorted(
            language for language, name in named.items() if _path(name) in self._files or language in in_store
        )

    def get_transcript(
        self,
        block: XBlock,
        lang: str | None = None,
        output_format: str = _SRT,
        youtube_id: str | None = None,
        is_bumper: bool = False,
    ) -> tuple[str, str, str]:
        """
        Read a transcript.

        Returns: text, file name, media type. Raises TranscriptNotFoundError, also if the transcript cannot be read.
        """
        language = lang or block.get_default_transcript_language(block.get_transcripts_info())
        name, data = self._own(block, language) or _in_store(block, language)
        try:
            text = _converted(name, data, output_format)
        except (UnreadableTranscript, InvalidValueError, ValueError, KeyError, TypeError) as error:
            raise TranscriptNotFoundError(_("“%(name)s” is no transcript.") % {"name": name}) from error
        file_name = get_valid_filename(f"{PurePosixPath(name.removesuffix('.sjson')).stem}.{output_format}")
        return text, file_name, TranscriptExtensions.mime_types[output_format]

    def upload_transcript(
        self,
        *,
        video_block: XBlock,
        edx_video_id: str | None,
        language_code: str,
        new_language_code: str,
        transcript_file: IO[bytes],
    ) -> None:
        """
        Save a transcript as a file of the component, and replace the present transcript in ``language_code``.

        Raises InvalidInputError for a wrong language or a file that is too large, UnicodeDecodeError,
        TranscriptsGenerationException if the file is not SRT, and NotAllowedError.
        """
        if not _LANGUAGE.fullmatch(new_language_code):
            raise InvalidInputError(
                _("“%(code)s” is not the code of a language, such as “en” or “pt-BR”.") % {"code": new_language_code}
            )
        data = transcript_file.read(MAX_TRANSCRIPT + 1)
        if len(data) > MAX_TRANSCRIPT:
            raise InvalidInputError(_("The transcript is larger than 2 MiB. Choose a smaller one."))
        text = data.decode("utf-8-sig")
        try:
            captions = json.loads(Transcript.convert(text.encode(), _SRT, _SJSON))
        except UnreadableTranscript as error:
            raise TranscriptsGenerationException(str(error)) from error
        if not captions["start"]:
            raise TranscriptsGenerationException(_("There are no captions in this file."))
        name = f"transcript-{new_language_code}.srt"
        self._forget(video_block, language_code)
        self._files.write(_path(name), text.encode())
        video_block.transcripts = {**video_block.transcripts, new_language_code: name}

    def delete_transcript(self, *, video_block: XBlock, edx_video_id: str | None, language_code: str) -> None:
        """
        Remove a transcript of the component.

        Raises InvalidInputError for a transcript of the site's store, and NotAllowedError.
        """
        if not self._forget(video_block, language_code) and language_code in _store_languages(video_block):
            raise InvalidInputError(_("This transcript belongs to the site's video store, and is deleted there."))

    def is_hls_playback_enabled(self, course_key: object) -> bool:
        """Return True: videos of the store are offered in every format that they have."""
        return True

    def is_youtube_deprecated(self, course_key: object) -> bool:
        return False

    def is_youtube_blocked_for_course(self, course_key: object) -> bool:
        return False

    def is_transcript_feedback_enabled(self, course_key: object) -> bool:
        return False

    def get_public_sharing_context(self, block: XBlock, course_key: object) -> dict[str, object]:
        """Return an empty context, because videos of libraries have no public page."""
        return {}

    def get_public_video_url(self, block: XBlock) -> str:
        return ""

    def _own(self, block: XBlock, language: str) -> tuple[str, bytes] | None:
        name = _own_name(block, language)
        if not name or _path(name) not in self._files:
            return None
        try:
            return name, self._files.read(_path(name))
        except NotFoundError as error:
            raise TranscriptNotFoundError(str(error)) from error

    def _forget(self, block: XBlock, language: str) -> bool:
        """
        Remove the transcript of a language; return whether there was one.

        The file is deleted, too, unless another language uses it.
        """
        name = _own_name(block, language)
        if not name:
            return False
        others = {code: other for code, other in block.transcripts.items() if code != language}
        if language in block.transcripts:
            block.transcripts = others
        if language == _ENGLISH and block.sub:
            block.sub = ""
        if name not in others.values() and _path(name) in self._files:
            self._files.write(_path(name), None)
        return True


def _own_name(block: XBlock, language: str) -> str:
    """Return the name of the transcript file that the OLX gives for a language, or ""."""
    name = block.transcripts.get(language) or (subs_filename(block.sub) if language == _ENGLISH and block.sub else "")
    return cast(str, name)


def _path(name: str) -> str:
    """Return the path of a transcript file. The OLX may name the file with or without its folder."""
    return f"{_FOLDER}{name.removeprefix('/').removeprefix(_FOLDER)}"


def _store_languages(block: XBlock) -> list[str]:
    video_id = (block.edx_video_id or "").strip()
    return list(get_edxval_api().get_available_transcript_languages(video_id=video_id)) if video_id else []


def _in_store(block: XBlock, language: str) -> tuple[str, bytes]:
    video_id = (block.edx_video_id or "").strip()
    found = get_edxval_api().get_video_transcript_data(video_id, language) if video_id else None
    if not found:
        raise TranscriptNotFoundError(_("There is no transcript in “%(language)s”.") % {"language": language})
    return str(found["file_name"]), bytes(found["content"])


def _converted(name: str, data: bytes, output_format: str) -> str:
    if len(data) > MAX_TRANSCRIPT:
        raise ValueError(name)
    is_sjson = name.endswith(".sjson")
    if is_sjson:
        read_json(data, file_budget())  # refuses JSON that nests too deeply
    srt = str(Transcript.convert(data, _SJSON if is_sjson else _SRT, _SRT))  # fails for invalid SJSON
    if output_format == _SRT:
        return srt
    if output_format == _SJSON:
        return data.decode("utf-8-sig") if is_sjson else str(Transcript.convert(srt.encode(), _SRT, _SJSON))
    return str(SubRipFile.from_string(srt).text)
