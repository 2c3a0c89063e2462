"""Syncs a whole course: all blocks that are ready, in one change set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from django.db import transaction
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...courses.api import CourseStructure, course_store, lock_course
from ...keys import LibraryLocatorV2
from ...plan_basis import refuse_outdated
from ..data import WORKING_STATES, LinkState, SkippedLink, SyncPlan
from ..errors import SyncOutdatedError
from ..link.access import libraries_closed_to_syncs, require_links_of_course, require_syncs_of_course
from ..link.explanations import explain
from ..link.readiness import Standing, standings_in
from ..plan.planning import plan_sync
from ..read.links import top_level_links
from .syncing import Synced, apply_sync


def preview_course(course_key: CourseKey, *, user: Actor, only_library: LibraryLocatorV2 | None = None) -> SyncPlan:
    """
    Plan the sync of all blocks of a course that are ready, and write nothing.

    Args:
        course_key: the course.
        user: needs VIEW_LIBRARY_UPDATES or VIEW.
        only_library: sync only blocks that are linked to this library.

    Returns: the plan; blocks with broken links are in ``skipped``. Raises NotFoundError and NotAllowedError.
    """
    require_links_of_course(user, course_key)
    return _plan(course_key, user, only_library)


def sync_course(
    course_key: CourseKey,
    *,
    user: Actor,
    only_library: LibraryLocatorV2 | None = None,
    fingerprint: str | None = None,
    settle: Callable[[Synced], None] | None = None,
) -> Synced:
    """
    Sync all blocks of a course that are ready, in one change set.

    Args:
        course_key: the course.
        user: needs MANAGE_LIBRARY_UPDATES, or EDIT and VIEW in the libraries.
        only_library: sync only blocks that are linked to this library.
        fingerprint: fingerprint of the preview that the user has seen; the sync is refused if it would do something
            else.
        settle: a function that is called at the end of the transaction; an exception from it undoes everything.

    Raises NotFoundError, NotAllowedError and SyncOutdatedError.
    """
    require_syncs_of_course(user, course_key)
    with transaction.atomic():
        lock_course(course_key)
        plan = _plan(course_key, user, only_library)
        refuse_outdated(fingerprint, plan.basis, SyncOutdatedError)
        synced = apply_sync(plan, user=user)
        if settle is not None:
            settle(synced)
    return synced


def course_report(synced: Synced) -> dict[str, object]:
    """Report the changes of a sync of a course, ready for JSON."""
    plan = synced.plan
    return {
        "course_key": str(plan.course_key),
        "change_set": synced.change_set,
        **plan_counts(plan),
    }


def plan_counts(plan: SyncPlan) -> Mapping[str, object]:
    """Summarize a plan: the synced blocks, the number of steps of each kind, and the blocks that are skipped."""
    return {
        "blocks": [str(key) for key in plan.tops],
        "steps": dict(Counter(step.action.value for step in plan.steps)),
        "conflicting_files": list(plan.notices.conflicting_files),
        "skipped": [
            {"usage_key": str(skipped.usage_key), "state": skipped.state, "message": skipped.message}
            for skipped in plan.skipped
        ],
    }


def _plan(course_key: CourseKey, user: Actor, only_library: LibraryLocatorV2 | None) -> SyncPlan:
    found = standings_in(course_key).values()
    wanted = [one for one in found if only_library is None or one.row.library_key == str(only_library)]
    tops = top_level_links(wanted)
    names = {one.row.library_key for one in tops if one.is_ready}
    closed_names = libraries_closed_to_syncs(user, course_key, names)
    ready = [one.row.usage_key for one in tops if one.is_ready and one.row.library_key not in closed_names]
    structure = course_store().structure(course_key)
    plan = plan_sync(course_key, _outermost(ready, structure), skip_broken=True, structure=structure)
    broken = tuple(_skipped(one, one.state) for one in tops if one.state not in WORKING_STATES)
    closed = tuple(
        _skipped(one, LinkState.INACCESSIBLE) for one in tops if one.is_ready and one.row.library_key in closed_names
    )
    return replace(plan, skipped=plan.skipped + broken + closed)


def _skipped(one: Standing, state: LinkState) -> SkippedLink:
    key = one.row.usage_key
    return SkippedLink(key, state, explain(state, one.row.upstream_key, key))


def _outermost(tops: list[UsageKey], structure: CourseStructure) -> list[UsageKey]:
    """Return the blocks in document order, without blocks that are inside of another given block."""
    wanted, inside, found = set(tops), set[UsageKey](), []
    for key, _depth in structure.walk():
        if key in wanted and key not in inside:
            found.append(key)
            inside.update(below for below, _level in structure.walk(key))
    return found
