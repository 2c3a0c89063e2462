"""Reads one component or container, or the children of a container: the draft, or the published version."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import NotFoundError
from ..keys import CourseKey, ItemKey, LibraryContainerLocator, library_key_of
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, access_library, get_library, package_pk
from .container_settings import settings_of
from .data import ChildrenList, ContainerSettingsData, ItemSummary
from .for_courses import reads_for_course
from .items import item_summaries, item_summary
from .licensing import with_licensing


def get_item(key: ItemKey, *, user: Actor, for_course: CourseKey | None = None) -> ItemSummary:
    """
    Read the draft of a component or container, with its collections and its license. Needs VIEW.

    Args:
        key: the item.
        user: the user who asks.
        for_course: a course. Users who may view library updates in it may read the published version of an item that
            the course is linked to, and of the containers around it (``reads_for_course``).

    Raises NotFoundError (also if the item is softly deleted) and NotAllowedError.
    """
    library = get_library(library_key_of(key))
    for_course_only = reads_for_course(user, library, key, Permission.VIEW, course_key=for_course, inside=False)
    item = learning_core.find_item(package_pk(library), key, deleted_too=for_course_only)
    if for_course_only:
        for summary in _published_only(library, [item.pk]):
            return with_licensing(library, item.pk, summary, published=True)
        raise _not_published(key)
    summary = replace(item_summary(library, item.pk), collections=learning_core.collections_of(item.pk))
    return with_licensing(library, item.pk, summary, published=False)


def get_container_settings(
    key: LibraryContainerLocator, *, user: Actor, published: bool = False
) -> ContainerSettingsData:
    """
    Read the settings that a container has kept from its original course, in draft or published. Needs VIEW.

    Raises NotFoundError, also for a container that is deleted (softly) or not published; and NotAllowedError.
    """
    library = access_library(user, library_key_of(key), Permission.VIEW)
    item = learning_core.find_item(package_pk(library), key, deleted_too=published)
    version_pk = item.published_version_pk if published else item.draft_version_pk
    if version_pk is None:
        raise _not_published(key)
    return settings_of([version_pk]).get(version_pk, ContainerSettingsData())


def get_children(
    key: LibraryContainerLocator, *, user: Actor, published: bool = False, for_course: CourseKey | None = None
) -> list[ItemSummary]:
    """Read the children of a container; see ``get_children_list``."""
    return get_children_list(key, user=user, published=published, for_course=for_course).children


def get_children_list(
    key: LibraryContainerLocator, *, user: Actor, published: bool = False, for_course: CourseKey | None = None
) -> ChildrenList:
    """
    Read the children of a container, in order, with repetitions.

    Needs VIEW.

    Args:
        key: the container.
        user: the user who asks.
        published: whether to read the published version, with published titles; otherwise the draft.
        for_course: a course. Users who may view library updates in it may read the published version of a container
            that the course is linked to, and of its descendants (``reads_for_course``).

    Returns: the number of the version of the container, and the children that have such a version. Raises
    NotAllowedError, and NotFoundError, also if the container has no such version.
    """
    library = get_library(library_key_of(key))
    for_course_only = reads_for_course(user, library, key, Permission.VIEW, course_key=for_course, inside=True)
    published = published or for_course_only
    container = learning_core.find_item(package_pk(library), key, deleted_too=published)
    # Read before the children: an edit between the two makes the number too old, and an edit with it is refused.
    version_pk = container.published_version_pk if published else container.draft_version_pk
    if version_pk is None:
        raise _not_published(key)
    version_num = learning_core.version_nums([version_pk])[version_pk]
    branch: learning_core.BranchName = "published" if published else "draft"
    children = learning_core.current_children_of([container.pk], branch=branch).get(container.pk, ())
    if for_course_only:
        return ChildrenList(version_num, _published_only(library, children))
    return ChildrenList(version_num, item_summaries(library, children, published=published))


def _published_only(library: ContentLibrary, entity_pks: list[int] | tuple[int, ...]) -> list[ItemSummary]:
    """Summarize published versions, without anything about drafts."""
    return [
        replace(
            summary,
            last_draft_created=None,
            last_draft_created_by=None,
            has_unpublished_changes=False,
            last_change_set=None,
        )
        for summary in item_summaries(library, entity_pks, published=True)
    ]


def _not_published(key: ItemKey) -> NotFoundError:
    return NotFoundError(_("“%(key)s” is not published.") % {"key": key})
