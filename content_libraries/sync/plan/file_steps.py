"""Plans the files of linked blocks. Pure: everything is in the facts."""

from __future__ import annotations

from ...courses.api import CourseFile, PutFile
from ...learning_core.data import FileMedia
from ..data import SyncAction, SyncReason
from .block_olx import own_files
from .gathering import PlanFacts, course_path
from .matching import Place
from .parts import PlanParts


def add_files(facts: PlanFacts, parts: PlanParts, place: Place) -> None:
    """
    Add the files that the block of a place gets from its library item.

    A file that an author put under the same name stays, and is named as a conflict. For example, the course and the
    published item have different files ``a.png``. If the synced version of the item had the file of the course, the
    new file replaces it. Otherwise an author of the course has put it there.
    """
    for name, file in own_files(facts.contents.files.get(place.item.version_pk, ())).items():
        path = course_path(place, name)
        there = facts.course_files.get(path)
        if there is not None and there.digest == file.digest:
            continue
        if there is not None and not _is_from_library(facts, place, name, file, there):
            parts.conflicting_files[path] = None
            parts.add_step(SyncAction.ASSET, SyncReason.AUTHORS_FILE, place, path=path)
            continue
        reason = SyncReason.NEW_FILE if there is None else SyncReason.CHANGED_FILE
        parts.new_files[path] = None
        parts.changes.append(PutFile(path, file.digest, file.size))
        parts.byte_sources[file.digest] = place.item.package_pk
        parts.add_step(SyncAction.ASSET, reason, place, path=path)


def _is_from_library(facts: PlanFacts, place: Place, name: str, file: FileMedia, there: CourseFile) -> bool:
    """Return whether a file of the course came from the library item, now or with an earlier version."""
    synced = facts.files_from_library(place)
    if name in synced:
        return synced[name] == there.digest
    return (place.item.pk, file.path, there.digest) in facts.earlier_files
