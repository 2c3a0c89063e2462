"""Takes snapshots of the library or course that a copy is from, and reads its files for users who may copy."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..courses.api import CoursePermission, course_store, require_in_course
from ..errors import NotFoundError
from ..keys import ItemKey, LibraryContainerLocator, LibraryUsageLocatorV2, library_key_of
from ..learning_core import api as learning_core
from ..libraries.api import get_library, package_pk, require
from .course_blocks import block_snapshot
from .data import Snapshot
from .library_items import copying_permission, item_snapshot

type SourceKey = ItemKey | UsageKey
"""Key of an item of a library, or of a block of a course."""


@dataclass(frozen=True, slots=True)
class Files:
    """Digests of the wanted files that a source still has, and a function that reads their bytes."""

    digests: Collection[str] = frozenset()
    file_bytes: learning_core.FileBytes | None = None


def take_snapshot(key: SourceKey, *, user: Actor) -> Snapshot:
    """
    Read the draft of an item or a block, with everything below it, as a snapshot.

    Needs REUSE for a component of a library, VIEW for a container, and VIEW of the course for a block of a course.

    Raises NotFoundError, NotAllowedError, InvalidInputError if the item or block is too large to be copied at once, and
    OlxError if its stored OLX is unsafe.
    """
    if isinstance(key, LibraryContainerLocator | LibraryUsageLocatorV2):
        return item_snapshot(key, user=user)
    return block_snapshot(key, user=user)


def files_of_source(key: SourceKey, digests: Collection[str], *, user: Actor) -> Files:
    """
    Find the files with the given digests that a library or course still has.

    The user needs the same rights as for ``take_snapshot``.

    Returns: no files if the library or course is deleted. Raises NotAllowedError.
    """
    if isinstance(key, LibraryContainerLocator | LibraryUsageLocatorV2):
        return _files_of_library(key, digests, user=user)
    return _files_of_course(key.course_key, digests, user=user)


def _files_of_library(key: ItemKey, digests: Collection[str], *, user: Actor) -> Files:
    try:
        library = get_library(library_key_of(key))
    except NotFoundError:
        return Files()
    require(user, library, copying_permission(key))
    learning_package_pk = package_pk(library)
    return Files(
        learning_core.stored_digests(learning_package_pk, digests), learning_core.stored_bytes(learning_package_pk)
    )


def _files_of_course(course_key: CourseKey, digests: Collection[str], *, user: Actor) -> Files:
    store = course_store()
    try:
        files = store.files(course_key)
    except NotFoundError:
        return Files()
    require_in_course(user, course_key, CoursePermission.VIEW)
    paths = {file.digest: path for path, file in files.items() if file.digest in digests}

    def file_bytes(wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
        for path, data in store.read_files(course_key, [paths[digest] for digest in wanted if digest in paths]):
            yield files[path].digest, data

    return Files(paths.keys(), file_bytes)
