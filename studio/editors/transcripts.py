"""Finds the transcript of a video that the editor can offer, and imports transcripts from the site's source."""

from __future__ import annotations

import re
from enum import StrEnum
from http import HTTPStatus
from time import monotonic
from typing import Final

import requests
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext
from urllib3.exceptions import HTTPError

from content_libraries import api
from content_libraries.errors import ContentLibrariesError, InvalidInputError

_ENGLISH: Final = "en"
_YOUTUBE_ID: Final = re.compile(r"[A-Za-z0-9_-]{11}")
MAX_BYTES: Final = 2 * 1024 * 1024
"""Much more than the transcript of a long film."""
MAX_SECONDS: Final = 10.0
"""An author waits for it, and so does a thread of the web server."""
_CHUNK: Final = 64 * 1024


class TranscriptSourceError(ContentLibrariesError):
    """The source of transcripts fails; the author may try again."""

    code = "transcript_source_failed"


class TranscriptCommand(StrEnum):
    """Instructions to the editor about the English transcript. The platform defines the values."""

    FOUND = "found"
    IMPORT = "import"
    NOT_FOUND = "not_found"


def transcript_command(
    key: api.LibraryUsageLocatorV2, *, youtube_id: str, user: User | AnonymousUser
) -> TranscriptCommand:
    """
    Find out whether a component's draft has an English transcript, without asking the source for one.

    Args:
        key: the component.
        youtube_id: the video on YouTube that the editor shows; "" for none.
        user: the user who edits it.

    Raises NotFoundError, NotAllowedError.
    """
    values = api.get_fields(key, user=user).metadata
    if _ENGLISH in (values.get("transcripts") or {}) or values.get("sub"):
        return TranscriptCommand.FOUND
    return TranscriptCommand.IMPORT if settings.TRANSCRIPT_SOURCE and youtube_id else TranscriptCommand.NOT_FOUND


def import_transcript(key: api.LibraryUsageLocatorV2, *, youtube_id: str, user: User | AnonymousUser) -> str:
    """
    Fetch the English transcript of a YouTube video and store it with a component.

    An existing transcript is replaced.

    Args:
        key: the component.
        youtube_id: the video, or "".
        user: needs EDIT in the library. Nothing is fetched for other users.

    Returns: the ``edx_video_id`` of the component. Raises NotFoundError, NotAllowedError, ConflictError,
    TranscriptSourceError, and InvalidInputError if the source or the transcript does not exist.
    """
    api.access_version(key, user=user, permission=api.Permission.EDIT)
    srt = fetched_transcript(youtube_id)
    return str(api.save_transcript(key, _ENGLISH, srt, user=user).metadata.get("edx_video_id", ""))


def fetched_transcript(youtube_id: str) -> bytes:
    """
    Fetch the English transcript of a video, always from ``settings.TRANSCRIPT_SOURCE``.

    Only the id of the video goes into the URL, and redirects are not followed. Raises the same errors as
    ``import_transcript``.
    """
    if not settings.TRANSCRIPT_SOURCE:
        raise _refused(gettext("This site imports no transcripts. Upload a file with the transcript instead."))
    if not _YOUTUBE_ID.fullmatch(youtube_id):
        raise _refused(gettext("Give the video a YouTube ID of 11 characters first."))
    url = settings.TRANSCRIPT_SOURCE.replace("{video}", youtube_id).replace("{language}", _ENGLISH)
    unavailable = gettext("The source of transcripts does not answer. Try again later, or upload a file instead.")
    try:
        with requests.get(url, timeout=MAX_SECONDS, stream=True, allow_redirects=False) as response:
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise TranscriptSourceError(unavailable)
            content = _read(response) if response.status_code == HTTPStatus.OK else b""
    except (requests.RequestException, HTTPError) as error:
        raise TranscriptSourceError(unavailable) from error
    if not content.strip():
        raise _refused(gettext("There is no English transcript of this video. Upload a file instead."))
    return content


def _read(response: requests.Response) -> bytes:
    """Read the body of a response. Raises TranscriptSourceError if it is too long or too slow."""
    until = monotonic() + MAX_SECONDS
    content = b""
    while chunk := response.raw.read1(_CHUNK, decode_content=True):  # does not wait for a whole chunk
        content += chunk
        if len(content) > MAX_BYTES:
            raise _refused(gettext("The transcript of this video is too long. Upload a shorter file instead."))
        if monotonic() > until:
            raise TranscriptSourceError(gettext("The source of transcripts is too slow. Upload a file instead."))
    return content


def _refused(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="videos", as_list=True)
