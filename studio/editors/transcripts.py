"""Which transcript of a video its editor can offer."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.contrib.auth.models import AnonymousUser, User

from content_libraries import api

_ENGLISH: Final = "en"


class TranscriptCommand(StrEnum):
    """
    What the editor shall do about the English transcript. The values are the platform's.

    There is no ``import`` here, at which the editor offers to fetch one from YouTube: this site fetches nothing.
    """

    FOUND = "found"
    NOT_FOUND = "not_found"


def transcript_command(key: api.LibraryUsageLocatorV2, *, user: User | AnonymousUser) -> TranscriptCommand:
    """Look for the English transcript of a component's draft. Raises NotFoundError, NotAllowedError."""
    settings = api.get_fields(key, user=user).metadata
    found = _ENGLISH in (settings.get("transcripts") or {}) or settings.get("sub")
    return TranscriptCommand.FOUND if found else TranscriptCommand.NOT_FOUND
