"""Where something on the clipboard was copied from: who may still take it, and the bytes of its files."""

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
    """Those files of a source that it still has, by digest, and a way to get at their bytes."""

    digests: Collection[str] = frozenset()
    file_bytes: learning_core.FileBytes | None = None


def take_snapshot(key: SourceKey, *, user: Actor) -> Snapshot:
    """
    Read the draft of an item or a block. Needs REUSE of a component, VIEW of a container, VIEW of a course.

    Raises NotFoundError, NotAllowedError, InvalidInputError for what is too large to be copied at once, and OlxError
    for what is stored as unsafe OLX.
    """
    if isinstance(key, LibraryContainerLocator | LibraryUsageLocatorV2):
        return item_snapshot(key, user=user)
    return block_snapshot(key, user=user)


def files_of_source(key: SourceKey, digests: Collection[str], *, user: Actor) -> Files:
    """
    Find files of a source that somebody may still copy from: the rights are the same as for ``take_snapshot``.

    Returns: none for a source that is gone. Raises NotAllowedError.
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
