"""Finds the source of a key: a course of the course store, or an uploaded archive (ADR 0025)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from django.utils.translation import gettext as _
from opaque_keys.edx.locator import CourseLocator, LibraryLocator

from ...actors import OPERATOR, Actor, is_operator
from ...courses.api import CoursePermission, may_in_course, require_in_course, viewable_courses
from ...errors import NotAllowedError, NotFoundError
from ...keys import CourseKey, course_key
from ...libraries.api import ContentLibrary, Permission, is_global_staff, may
from ..models import SourceUpload
from ..records.forwarding import get_forwarding
from .base import Source
from .registry import as_source, open_source
from .uploads import UploadedSource, available_uploads, readable

_KEYS: Final = (CourseLocator.CANONICAL_NAMESPACE + ":", LibraryLocator.CANONICAL_NAMESPACE + ":")


class UnknownSourceError(NotFoundError):
    """The site knows no source of this key."""

    code: ClassVar[str] = "unknown_source"


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A source that a user may read. ``upload`` is None for a course of the course store."""

    key: CourseKey
    title: str
    upload: SourceUpload | None = None

    def open(self) -> Source:
        """Return an object that reads the source. Raises UnknownSourceError for an archive whose file was deleted."""
        if self.upload is None:
            return open_source(self.key)
        if not self.upload.file:
            raise UnknownSourceError(
                _("The archive of %(source)s was deleted meanwhile. Upload it again.") % {"source": self.key}
            )
        return UploadedSource(self.upload)


def find_source(
    key: CourseKey, *, user: Actor, upload_uuid: UUID | None = None, is_forwarded: bool = False
) -> FoundSource:
    """
    Find the source of a key that the user may read: the course in the course store, otherwise the newest upload.

    Args:
        upload_uuid: find this upload, even if the course store has a course of the same key.
        is_forwarded: also check that the user may let references to the source lead elsewhere (``require_forwarding``).

    Raises UnknownSourceError, and NotAllowedError if the user may read neither course nor upload.
    """
    if is_forwarded:
        require_forwarding(key, user=user)
    uploads = available_uploads().filter(key=key)
    if upload_uuid is not None:
        uploads = uploads.filter(uuid=upload_uuid)
    elif _may_read_course(key, user):
        return FoundSource(key, _course_titles([key]).get(str(key), str(key)))
    upload = readable(uploads, user).order_by("-pk").first()
    if upload is not None:
        return FoundSource(key, upload.title, upload)
    if uploads.exists() or _is_course(key):
        raise NotAllowedError(
            _("“%(user)s” may not read %(source)s. Its authors, whoever uploaded it, or staff can import it.")
            % {"user": user, "source": key}
        )
    raise UnknownSourceError(_("There is no source %(source)s. Upload its archive first.") % {"source": key})


def require_forwarding(key: CourseKey, *, user: Actor) -> None:
    """
    Raise NotAllowedError unless a user may let references to a source lead to another library.

    Any user can make an archive with any key, so having an archive is not enough. If the course store has a course of
    the key, the user needs EDIT in it; if references lead to a library already, EDIT in that library (ADR 0025).
    """
    if _is_course(key):
        require_in_course(user, key, CoursePermission.EDIT)
    forwarding = get_forwarding(key)
    leads_to = ContentLibrary.objects.filter(learning_package=forwarding.target_id) if forwarding else ()
    if not all(may(user, library, Permission.EDIT) for library in leads_to):
        raise NotAllowedError(
            _("“%(user)s” may not edit the library that references to %(source)s lead to.")
            % {"user": user, "source": key}
        )


def is_path(name: str) -> bool:
    """Return whether ``named_source`` reads a name as a path, rather than as the key of a course or library."""
    return not name.startswith(_KEYS)


def named_source(name: str, *, user: Actor, is_forwarded: bool = False) -> Source:
    """
    Return the source that a typed name stands for: a key of this site, or the path of an archive or folder.

    Raises the errors of ``find_source``. A missing path is only noticed when the source is read.
    """
    if is_path(name):
        return as_source(name)
    return find_source(course_key(name), user=user, is_forwarded=is_forwarded).open()


def find_again(key: CourseKey, upload: SourceUpload | None, *, user: Actor) -> FoundSource:
    """
    Find the source that a job was started with, if its user may still read it.

    Raises UnknownSourceError for a course that was deleted, and NotAllowedError.
    """
    if upload is None:
        if not _is_course(key):
            raise UnknownSourceError(_("%(source)s was deleted meanwhile.") % {"source": key})
        require_in_course(user, key, CoursePermission.VIEW)
        return FoundSource(key, str(key))
    if not readable(SourceUpload.objects.filter(pk=upload.pk), user).exists():
        raise NotAllowedError(_("“%(user)s” may not read %(source)s any more.") % {"user": user, "source": key})
    return FoundSource(key, upload.title, upload)


def readable_keys(keys: Collection[CourseKey], *, user: Actor) -> list[CourseKey]:
    """Return the keys whose sources the user may read; uploads whose file was deleted count. Needs two queries."""
    if is_operator(user) or is_global_staff(user):
        return list(keys)
    mine = readable(SourceUpload.objects.filter(key__in=list(keys)), user).values_list("key", flat=True)
    courses = viewable_courses(user).filter(pk__in=_course_keys(keys)).values_list("pk", flat=True)
    known = {str(key) for key in (*mine, *courses)}
    return [key for key in keys if str(key) in known]


def titles_of(keys: Collection[CourseKey]) -> dict[str, str]:
    """Return the titles of sources by key: of the course, otherwise of the newest upload. Needs two queries."""
    uploads = SourceUpload.objects.filter(key__in=list(keys)).order_by("pk").values_list("key", "title")
    return {str(key): title for key, title in uploads} | _course_titles(keys)


def _course_titles(keys: Collection[CourseKey]) -> dict[str, str]:
    courses = viewable_courses(OPERATOR).filter(pk__in=_course_keys(keys)).values_list("pk", "display_name")
    return {str(key): title or str(key) for key, title in courses}


def _may_read_course(key: CourseKey, user: Actor) -> bool:
    return _is_course(key) and may_in_course(user, key, CoursePermission.VIEW)


def _is_course(key: CourseKey) -> bool:
    return isinstance(key, CourseLocator) and viewable_courses(OPERATOR).filter(pk=key).exists()


def _course_keys(keys: Collection[CourseKey]) -> list[CourseKey]:
    return [key for key in keys if isinstance(key, CourseLocator)]
