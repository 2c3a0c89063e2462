"""Files of library items on their way into courses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from ..courses.api import PutFile
from ..learning_core import api as learning_core
from .data import SyncAction, SyncPlan

logger = logging.getLogger(__name__)


def without_lost_files(plan: SyncPlan) -> SyncPlan:
    """The plan without files that the storage has lost. They are named in its notices; the rest is synced."""
    lost = {
        digest
        for package_pk, digests in _by_package(plan.byte_sources, plan.byte_sources).items()
        for digest in learning_core.lost_files(package_pk, digests)
    }
    paths = {change.path for change in plan.changes.changes if isinstance(change, PutFile) and change.digest in lost}
    if not paths:
        return plan
    logger.error("The storage has lost files of libraries, which a sync of %s needs: %s", plan.tops, sorted(paths))
    left = tuple(
        change for change in plan.changes.changes if not (isinstance(change, PutFile) and change.path in paths)
    )
    return replace(
        plan,
        changes=replace(plan.changes, changes=left),
        steps=tuple(
            step for step in plan.steps if step.action != SyncAction.ASSET or step.detail.get("path") not in paths
        ),
        notices=replace(
            plan.notices,
            new_files=tuple(path for path in plan.notices.new_files if path not in paths),
            error_files=tuple(sorted(paths)),
        ),
    )


def bytes_of(sources: Mapping[str, int]) -> Callable[[Collection[str]], Iterator[tuple[str, bytes]]]:
    """Gives the bytes of files from the libraries that have them."""

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        for package_pk, wanted in _by_package(sources, digests).items():
            yield from learning_core.stored_bytes(package_pk)(wanted)

    return read


def _by_package(sources: Mapping[str, int], digests: Collection[str]) -> dict[int, list[str]]:
    by_package: dict[int, list[str]] = {}
    for digest in digests:
        by_package.setdefault(sources[digest], []).append(digest)
    return by_package
