"""Courses and their blocks as objects with tags. Viewers of a course see the tags, editors may change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey
from organizations.models import Organization

from ..actors import Actor
from ..errors import MalformedKeyError, NotFoundError
from ..keys import course_key
from ..tagging.api import TagHolder
from .course_reader import root_key
from .data import CoursePermission
from .permissions import may_in_course, require_in_course
from .store import course_store


@dataclass(frozen=True, slots=True)
class TaggedInCourse:
    """
    A course or a block of it, which may have tags.

    Callers without the permission do not learn whether the course or block exists.

    Attributes:
        course_key: the course.
        shown_by: the block whose existence is checked; the root, for the course itself.
    """

    course_key: CourseKey
    shown_by: UsageKey

    @property
    def organization(self) -> str:
        return str(self.course_key.org)

    @property
    def organization_pks(self) -> Sequence[int]:
        return list(Organization.objects.filter(short_name=self.organization).values_list("pk", flat=True))

    def require_view(self, user: Actor) -> None:
        self._require(user, CoursePermission.VIEW)

    def may_tag(self, user: Actor) -> bool:
        return may_in_course(user, self.course_key, CoursePermission.EDIT)

    def require_may_tag(self, user: Actor) -> None:
        self._require(user, CoursePermission.EDIT)

    def _require(self, user: Actor, permission: CoursePermission) -> None:
        require_in_course(user, self.course_key, permission)
        if self.shown_by not in course_store().blocks(self.course_key, [self.shown_by]):
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": self.shown_by})


def holder_of_course(object_id: str) -> TagHolder:
    """Return the holder of the tags of a course as a whole. Raises MalformedKeyError."""
    key = course_key(object_id)
    # Tags are looked up by the exact id, so only one spelling of a key may be used.
    if str(key) != object_id:
        raise MalformedKeyError(
            _("“%(text)s” is not the key of a course: it has to look like course-v1:ORG+COURSE+RUN.")
            % {"text": object_id}
        )
    return TaggedInCourse(key, root_key(key))


def holder_of_block(object_id: str) -> TagHolder:
    """Return the holder of a block's tags. Raises MalformedKeyError."""
    try:
        key = UsageKey.from_string(object_id)
    except InvalidKeyError:
        key = None
    if key is None or not isinstance(key.context_key, CourseKey) or str(key) != object_id:
        raise MalformedKeyError(_("“%(key)s” is not the key of a course block.") % {"key": object_id})
    return TaggedInCourse(key.course_key, key)
