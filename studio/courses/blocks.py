"""Addresses of the pages about one block of a course."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.errors import NotFoundError

from ..frontend.configuration import frontend_url

_IN_OUTLINE: Final = frozenset({"course", "chapter", "sequential"})
_SHOWN_BESIDES: Final = frozenset({"display_name"})
"""Fields whose local changes a preview does not show."""


class NoPreviewError(NotFoundError):
    """A block has no preview; the message says why, in a frame."""

    code = "no_preview"


def frontend_page(key: UsageKey) -> str:
    """
    Return the URL of the frontend's page about a block; "" without a frontend.

    For blocks above units it is the outline.
    """
    base = frontend_url()
    if not base:
        return ""
    if key.block_type in _IN_OUTLINE:
        return f"{base}/course/{key.course_key}?{urlencode({'show': str(key)})}"
    return f"{base}/course/{key.course_key}/container/{key}"


def preview_url(user: User | AnonymousUser, key: UsageKey) -> str:
    """
    Return the URL of a page that shows a block from the draft of its course, for users who may edit the course.

    Other users who may see the links of a course get the version of the library that a linked component was synced
    with, if the course has this version. Raises NotFoundError; NoPreviewError if the course has something else.
    """
    try:
        api.access_course_draft(key, user=user)
    except NotFoundError:
        return _library_preview_url(user, key)
    return reverse("course-xblock-embed", args=[key])


def _library_preview_url(user: User | AnonymousUser, key: UsageKey) -> str:
    link = api.get_link(key, user=user)
    if not (link.upstream or "").startswith("lb:") or not link.version_synced:
        raise NoPreviewError(gettext("To see this block, you need to be allowed to edit the course."))
    if set(link.customized) - _SHOWN_BESIDES:
        raise NoPreviewError(
            gettext("This block was edited here. To see it, you need to be allowed to edit the course.")
        )
    query = urlencode({"version": link.version_synced, "course_id": str(key.course_key)})
    return f"{reverse('xblock-embed', args=[api.component_key(link.upstream or ''), 'student_view'])}?{query}"
