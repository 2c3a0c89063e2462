"""Where frontends find the pages about one block of a course."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import CourseLocator

from content_libraries import api
from content_libraries.errors import MalformedKeyError, NotFoundError

from ..frontend.configuration import frontend_url

_IN_OUTLINE: Final = frozenset({"course", "chapter", "sequential"})
_SHOWN_BESIDES: Final = frozenset({"display_name"})
"""Local changes that a preview does not show."""


class NoPreviewError(NotFoundError):
    """There is nothing to show of a block; the message says why, in a frame."""

    code = "no_preview"


def block_key(text: str) -> UsageKey:
    """Parse the usage key of a course block; a branch in it makes no difference. Raises MalformedKeyError."""
    try:
        key: UsageKey = UsageKey.from_string(text)
    except InvalidKeyError as error:
        raise MalformedKeyError(gettext("“%(value)s” is not the key of a block.") % {"value": text}) from error
    course_key = key.context_key
    if not isinstance(course_key, CourseLocator) or course_key.run is None:
        raise MalformedKeyError(gettext("“%(value)s” is not the key of a block of a course.") % {"value": text})
    return key.map_into_course(course_key.for_branch(None))


def frontend_page(key: UsageKey) -> str:
    """The frontend's page about a block: that of a unit, or the outline for what is above. "" without a frontend."""
    base = frontend_url()
    if not base:
        return ""
    if key.block_type in _IN_OUTLINE:
        return f"{base}/course/{key.course_key}?{urlencode({'show': str(key)})}"
    return f"{base}/course/{key.course_key}/container/{key}"


def preview_url(user: User | AnonymousUser, key: UsageKey) -> str:
    """
    A page that shows a linked component as the course has it: the version of the library that it was synced with.

    Raises NotFoundError; NoPreviewError for what is no linked component, and for one that was edited in the course.
    """
    link = api.get_link(key, user=user)
    if not (link.upstream or "").startswith("lb:") or not link.version_synced:
        raise NoPreviewError(gettext("There is no preview of this block: it is linked to no component of a library."))
    if set(link.customized) - _SHOWN_BESIDES:
        raise NoPreviewError(gettext("There is no preview of this block: it was edited in this course. Open its unit."))
    query = urlencode({"version": link.version_synced, "course_id": str(key.course_key)})
    return f"{reverse('xblock-embed', args=[api.component_key(link.upstream or ''), 'student_view'])}?{query}"
