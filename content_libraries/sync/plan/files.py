"""Copies files of library items into courses."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ...courses.api import CoursePlan, PutFile
from ...learning_core import api as learning_core
from ...learning_core.api import FileBytes
from ..data import FileNotices, SyncAction, SyncPlan, SyncReason

logger = logging.getLogger(__name__)


def bytes_of(sources: Mapping[str, int], made: Mapping[str, bytes]) -> FileBytes:
    """
    Return a function that reads the bytes of files by their digests.

    Args:
        sources: digest -> pk of the learning package that has the file.
        made: digest -> bytes of files that were made for a plan.
    """

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        for package_pk, wanted in _by_package(sources, digests).items():
            yield from learning_core.stored_bytes(package_pk)(wanted)

    return made_or_stored(made, read)


def made_or_stored(made: Mapping[str, bytes], stored: FileBytes | None) -> FileBytes:
    """Return a function that reads the bytes of files: from ``made`` if they are there, otherwise from ``stored``."""

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((digest, made[digest]) for digest in digests if digest in made)
        if stored is not None:
            yield from stored([digest for digest in digests if digest not in made])

    return read


def without_lost_files(plan: SyncPlan) -> SyncPlan:
    """
    Return a plan without the files whose bytes the storage of a library has lost (wire: sync-files).

    The plan names these files as errors instead. Only files that the plan would copy are checked.
    """
    lost = {
        digest
        for package_pk, digests in _by_package(plan.byte_sources, plan.byte_sources).items()
        for digest in learning_core.lost_digests(package_pk, digests)
    }
    if not lost:
        return plan
    changes = plan.changes.changes
    paths = [change.path for change in changes if isinstance(change, PutFile) and change.digest in lost]
    logger.warning("The storage of a library has lost files that %s needs: %s", plan.course_key, ", ".join(paths))
    kept = tuple(change for change in changes if not (isinstance(change, PutFile) and change.digest in lost))
    return replace(
        plan,
        changes=CoursePlan(kept, plan.changes.basis),
        steps=tuple(
            replace(step, reason=SyncReason.LOST_FILE)
            if step.action == SyncAction.ASSET and step.detail["path"] in paths
            else step
            for step in plan.steps
        ),
        byte_sources={digest: pk for digest, pk in plan.byte_sources.items() if digest not in lost},
        notices=FileNotices(
            tuple(path for path in plan.notices.new_files if path not in paths),
            plan.notices.conflicting_files,
            tuple(paths),
        ),
    )


def _by_package(sources: Mapping[str, int], digests: Collection[str]) -> dict[int, list[str]]:
    by_package: dict[int, list[str]] = {}
    for digest in digests:
        if digest in sources:
            by_package.setdefault(sources[digest], []).append(digest)
    return by_package
