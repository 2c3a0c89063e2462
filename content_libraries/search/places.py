"""
The libraries and courses that are indexed, each of which is a learning package.

The rest of the room follows the logs of learning packages, and asks here how to index them. A course that the site
keeps elsewhere has no learning package, and is indexed by the software that keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched

from ..actors import OPERATOR
from ..courses import api as courses
from ..keys import CourseKey, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..libraries import api as libraries
from .affected import Affected
from .course_documents import CoursePlace, course_block_documents
from .documents import Documents, LibraryPlace, collection_documents, item_documents
from .engine import MAX_BATCH
from .fitting import fitted
from .models import SearchAccess

type ContextKey = LibraryLocatorV2 | CourseKey
type Place = LibraryPlace | CoursePlace


def titles() -> dict[int, str]:
    """Map the learning packages of all libraries and courses to their titles, in two queries."""
    of_libraries = libraries.viewable_libraries(OPERATOR).filter(learning_package__isnull=False).order_by()
    of_courses = courses.viewable_courses(OPERATOR).filter(learning_package__isnull=False).order_by()
    return {
        **dict(of_libraries.values_list("learning_package_id", "learning_package__title")),
        **dict(of_courses.values_list("learning_package_id", "display_name")),
    }


def package_of(context_key: ContextKey) -> int:
    """Return the learning package of a library or course. Raises NotFoundError."""
    if isinstance(context_key, LibraryLocatorV2):
        return libraries.get_library(context_key).learning_package_id
    return courses.package_of_course(context_key)


def place_of(learning_package_pk: int) -> Place | None:
    """Return the library or course that a learning package belongs to, or None."""
    library = libraries.viewable_libraries(OPERATOR).filter(learning_package__id=learning_package_pk).first()
    if library is not None and library.learning_package is not None:
        return LibraryPlace(
            learning_package_pk=learning_package_pk,
            library_key=library.library_key,
            title=library.learning_package.title,
            access_id=_access_id(library.library_key),
            license=library.license,
        )
    course = courses.viewable_courses(OPERATOR).filter(learning_package__id=learning_package_pk).first()
    if course is not None:
        return CoursePlace(
            learning_package_pk=learning_package_pk,
            course_key=course.id,
            title=course.display_name,
            access_id=_access_id(course.id),
        )
    return None


def documents_of(place: Place, affected: Affected) -> Iterator[Documents]:
    """Make documents, ``MAX_BATCH`` at a time."""
    for documents in _uncut_documents(place, affected):
        yield Documents([fitted(document) for document in documents.live], documents.gone)


def _uncut_documents(place: Place, affected: Affected) -> Iterator[Documents]:
    for pks in batched(sorted(affected.entity_pks), MAX_BATCH):
        yield course_block_documents(place, pks) if isinstance(place, CoursePlace) else item_documents(place, pks)
    if isinstance(place, LibraryPlace):
        for codes in batched(sorted(affected.collection_codes), MAX_BATCH):
            yield collection_documents(place, codes)


def all_documents(place: Place) -> Iterator[Documents]:
    """Make all documents of a library or course, ``MAX_BATCH`` at a time."""
    after = 0
    while pks := learning_core.entity_pks_after(place.learning_package_pk, after, limit=MAX_BATCH):
        yield from documents_of(place, Affected(frozenset(pks), frozenset()))
        after = pks[-1]
    codes = learning_core.collection_codes_of(place.learning_package_pk)
    yield from documents_of(place, Affected(frozenset(), frozenset(codes)))


def _access_id(context_key: ContextKey) -> int:
    access, _created = SearchAccess.objects.get_or_create(context_key=context_key)
    return access.pk
