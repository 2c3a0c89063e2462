"""Files of library items on their way into courses."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ..courses.api import CoursePlan, PutFile
from ..learning_core import api as learning_core
from ..learning_core.api import FileBytes
from .data import FileNotices, SyncAction, SyncPlan, SyncReason

logger = logging.getLogger(__name__)


def bytes_of(sources: Mapping[str, int], made: Mapping[str, bytes]) -> FileBytes:
    """Gives the bytes of files: those that were made for a plan, and others from the libraries that have them."""

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        for package_pk, wanted in _by_package(sources, digests).items():
            yield from learning_core.stored_bytes(package_pk)(wanted)

    return with_made(made, read)


def with_made(made: Mapping[str, bytes], stored: FileBytes | None) -> FileBytes:
    """Gives the bytes of files: those that were made, and others from where they are stored."""

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((digest, made[digest]) for digest in digests if digest in made)
        if stored is not None:
            yield from stored([digest for digest in digests if digest not in made])

    return read


def without_lost_files(plan: SyncPlan) -> SyncPlan:
    """
    The same plan without files whose bytes the storage of a library has lost, which it then names as errors (wire:
    sync-files). Only files that the plan would copy are looked at.
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
        changes=CoursePlan(kept, plan.changes.expected),
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
