"""Finds a version of a component that a user may see."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..actors import Actor
from ..content.api import reads_for_course
from ..errors import NotAllowedError, NotFoundError
from ..keys import CourseKey, LibraryLocatorV2, LibraryUsageLocatorV2, library_key_of
from ..learning_core import api as learning_core
from ..libraries.api import Permission, access_library, get_library, may, package_pk
from .data import BlockVersion, Version


def access_version(
    key: LibraryUsageLocatorV2,
    *,
    user: Actor,
    permission: Permission,
    version: Version | None = None,
    for_course: CourseKey | None = None,
) -> BlockVersion:
    """
    Read a version of a component.

    Args:
        key: the component.
        user: the user who asks; may be anonymous.
        permission: the permission that the user needs in the library.
        version: the version; None for the draft.
        for_course: a course. Users who may view library updates in it may read present and former published versions
            of items that the course is linked to (``reads_for_course``). The default is the published version then.

    Raises NotFoundError if the library, component or version is unknown or softly deleted, and NotAllowedError. The
    messages are part of the contract with clients (wire: blocks-errors).
    """
    library_key = library_key_of(key)
    try:
        library = get_library(library_key)
        for_course_only = reads_for_course(user, library, key, permission, course_key=for_course, inside=True)
    except NotFoundError as error:
        raise _no_library(library_key) from error
    except NotAllowedError as error:
        raise _not_allowed(key) from error
    if for_course_only and version == "draft":
        raise _not_allowed(key)
    try:
        item = learning_core.find_item(package_pk(library), key, deleted_too=for_course_only)
    except NotFoundError as error:
        raise NotFoundError(_("The component '%(key)s' does not exist.") % {"key": key}) from error
    version_pk = _version_pk(item, version or ("published" if for_course_only else "draft"))
    if version_pk is None or (for_course_only and not learning_core.was_published(version_pk)):
        raise NotFoundError(_("The requested version of component '%(key)s' does not exist.") % {"key": key})
    stored = learning_core.version_statuses([version_pk])[version_pk]
    files = learning_core.files_of([version_pk]).get(version_pk, ())
    return BlockVersion(
        key=key,
        library_pk=library.pk,
        version=version,
        version_pk=version_pk,
        version_uuid=learning_core.version_uuid(version_pk),
        title=stored.title,
        olx=learning_core.olx_of([version_pk]).get(version_pk, f"<{key.block_type}/>"),
        file_paths=frozenset(file.path for file in files),
        can_edit=may(user, library, Permission.EDIT),
        version_num=stored.version_num,
    )


def require_in_library(key: LibraryUsageLocatorV2, *, user: Actor, permission: Permission) -> None:
    """Check a permission in the library of a component. Raises the errors that ``access_version`` raises for it."""
    library_key = library_key_of(key)
    try:
        access_library(user, library_key, permission)
    except NotFoundError as error:
        raise _no_library(library_key) from error
    except NotAllowedError as error:
        raise _not_allowed(key) from error


def _no_library(library_key: LibraryLocatorV2) -> NotFoundError:
    return NotFoundError(_("Content Library '%(library)s' does not exist") % {"library": library_key})


def _not_allowed(key: LibraryUsageLocatorV2) -> NotAllowedError:
    return NotAllowedError(_("You don't have permission to access the component '%(key)s'.") % {"key": key})


def _version_pk(item: learning_core.FoundItem, version: Version) -> int | None:
    if version == "draft":
        return item.draft_version_pk
    if version == "published":
        return item.published_version_pk
    return learning_core.numbered_version(item.pk, version)
