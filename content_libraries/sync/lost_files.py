"""Files that a library has by name only, because its storage lost their bytes: a sync goes on without them."""

from __future__ import annotations

import logging
from dataclasses import replace

from ..courses.api import CoursePlan, PutFile
from ..learning_core import api as learning_core
from .data import FileNotices, SyncAction, SyncPlan, SyncReason

logger = logging.getLogger(__name__)


def without_lost_files(plan: SyncPlan) -> SyncPlan:
    """
    The same plan without the files that cannot be read, which it then names as errors (sync contract, section 7).

    Only files that the plan would copy are looked at.
    """
    by_package: dict[int, list[str]] = {}
    for digest, package_pk in plan.byte_sources.items():
        by_package.setdefault(package_pk, []).append(digest)
    lost = {
        digest
        for package_pk, digests in by_package.items()
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
