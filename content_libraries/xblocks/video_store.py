"""
The site's store of videos (``edxval``), as blocks see it.

Video blocks import it and call its functions. In a process of blocks, which has no database, functions that read are
forwarded to the site, and other functions are refused: blocks never write to the store (ADR 0024).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from django.utils.translation import gettext as _
from edxval import api as edxval_api
from edxval.exceptions import ValVideoNotFoundError

from ..errors import NotAllowedError
from ..upstream.edxval import replace_functions

READS: Final = frozenset(
    {
        "get_available_transcript_languages",
        "get_course_video_image_url",
        "get_url_for_profile",
        "get_urls_for_profiles",
        "get_video_info",
        "get_video_info_for_course_and_profiles",
        "get_video_transcript",
        "get_video_transcript_data",
        "get_video_transcript_url",
        "is_transcript_available",
        "is_video_available",
    }
)


class AskedSite(Protocol):
    """The part of the site that can be asked for videos."""

    def ask_video_store(self, question: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object: ...


def ask(question: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
    """
    Read something from the store.

    Raises NotAllowedError for functions that do not read, and the store's own errors.
    """
    if question not in READS:
        raise NotAllowedError(_("The site's store of videos can only be read from here."))
    return getattr(edxval_api, question)(*arguments, **keywords)


def ask_at(site: AskedSite) -> None:
    """Replace the functions of the store in this process, so that they ask the site."""
    replace_functions(lambda name: _exported if name == "export_to_xml" else partial(_asked, site, name))


def _asked(site: AskedSite, name: str, *arguments: object, **keywords: object) -> object:
    """Ask the site's video store. The key of a course becomes a text, because the store knows texts only."""
    texts = {keyword: str(value) if keyword == "course_id" else value for keyword, value in keywords.items()}
    return site.ask_video_store(name, arguments, texts)


def _exported(*_arguments: object, **_keywords: object) -> None:
    """Raise ValVideoNotFoundError, so that a block writes nothing about the store's video into its OLX."""
    raise ValVideoNotFoundError
