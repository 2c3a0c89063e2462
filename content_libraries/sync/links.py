"""Keeping the rows of links equal to what course blocks say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..content.tagging.api import release_copied_tags
from ..courses.api import Block, course_store, lock_course
from ..courses.models import Course
from ..errors import MalformedKeyError, NotFoundError
from ..findings import Finding
from ..keys import LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ..learning_core import api as learning_core
from .data import LinkState
from .models import CourseLink
from .settings import LinkSettings, course_type_of, upstream_key

_MIRRORED: Final = (
    "course_key",
    "upstream_key",
    "is_container",
    "library_key",
    "upstream_ref",
    "container_type",
    "fault",
    "top_level_parent_key",
    "version_synced",
    "version_declined",
    "deletion_declined",
    "downstream_customized",
)
_MAX_KEY: Final = 255


def row_of(usage_key: UsageKey, link: LinkSettings) -> CourseLink:
    """The row, not saved, of a block that is linked."""
    text = (link.upstream or "")[:_MAX_KEY]
    row = CourseLink(
        course_key=usage_key.course_key,
        downstream_key=usage_key,
        upstream_key=text,
        is_container=text.startswith("lct:"),
        top_level_parent_key=link.top_level_key(usage_key.course_key),
        version_synced=link.version_synced,
        version_declined=link.version_declined,
        deletion_declined=link.deletion_declined,
        downstream_customized=list(link.customized),
    )
    try:
        key = upstream_key(text)
    except MalformedKeyError:
        row.fault = LinkState.MALFORMED
        return row
    row.library_key = str(library_key_of(key))
    row.fault = "" if course_type_of(key) == usage_key.block_type else LinkState.TYPE_MISMATCH
    if isinstance(key, LibraryContainerLocator):
        row.container_type, row.upstream_ref = key.container_type, key.container_id
    else:
        row.upstream_ref = learning_core.component_ref(key.block_type, key.usage_id)
    return row


def follow_blocks(course_key: CourseKey, changed: Iterable[UsageKey], deleted: Iterable[UsageKey]) -> None:
    """Bring the rows of blocks up to date after a change of the course, in its transaction."""
    changed = list(changed)
    blocks = course_store().blocks(course_key, changed) if changed else {}
    wanted = _rows(blocks)
    touched = {*changed, *deleted}
    _make_equal(_stored(course_key, touched), wanted)


def rebuild_links(course_key: CourseKey) -> int:
    """
    Make the rows of a course anew from its blocks. Returns how many rows had to change.

    Checks no permission. A constant number of queries.
    """
    with transaction.atomic():
        lock_course(course_key)
        return _make_equal(_stored(course_key), _rows(_linked_blocks(course_key)))


def forget_links(course_key: CourseKey) -> None:
    """Delete the rows of a course."""
    CourseLink.objects.filter(course_key=course_key).delete()


def release_tags_of(upstream: str) -> None:
    """Make the tags that blocks got from a library item their own (sync contract, section 8)."""
    linked = CourseLink.objects.filter(upstream_key=upstream).values_list("downstream_key", flat=True)
    release_copied_tags([str(key) for key in linked])


def check_links(library_key: LibraryLocatorV2 | None, *, repair: bool) -> list[Finding]:
    """
    Compare the rows of links with what the blocks of courses say.

    Args:
        library_key: look only at links to this library, in all courses; at all links if None.
        repair: put the rows right.

    Returns: a finding for each row that is missing, left over or different.
    """
    findings: list[Finding] = []
    course_keys: list[CourseKey] = [course.id for course in Course.objects.only("id")]
    for course_key in course_keys:
        differences = list(_differences(course_key, library_key))
        if differences and repair:
            rebuild_links(course_key)
        findings += [Finding("links", str(key), message, repair) for key, message in differences]
    courses = Course.objects.values("id")
    orphans = CourseLink.objects.exclude(course_key__in=courses)
    for key in list(orphans.values_list("downstream_key", flat=True)):
        findings.append(
            Finding("links", str(key), _("The row of this link is left over from a deleted course."), repair)
        )
    if repair:
        orphans.delete()
    return findings


def _differences(course_key: CourseKey, library_key: LibraryLocatorV2 | None) -> Iterable[tuple[UsageKey, str]]:
    stored = _stored(course_key)
    try:
        wanted = _rows(_linked_blocks(course_key))
    except NotFoundError:  # the site knows the course, and its store does not have it
        wanted = {}
    for key in sorted(stored.keys() | wanted.keys()):
        row, right = stored.get(key), wanted.get(key)
        named = {found.library_key for found in (row, right) if found is not None}
        if library_key is not None and str(library_key) not in named:
            continue
        if row is None:
            yield key, _("There is no row for the link of this block.")
        elif right is None:
            yield key, _("There is a row for this block, which is not linked.")
        elif fields := _different(row, right):
            yield key, _("The row of this link is not what the block says: %(fields)s.") % {"fields": ", ".join(fields)}


def _linked_blocks(course_key: CourseKey) -> Mapping[UsageKey, Block]:
    return course_store().blocks_saying(course_key, "upstream")


def _rows(blocks: Mapping[UsageKey, Block]) -> dict[UsageKey, CourseLink]:
    links = {key: LinkSettings.of(key, block.settings) for key, block in blocks.items()}
    return {key: row_of(key, link) for key, link in links.items() if link.upstream}


def _stored(course_key: CourseKey, keys: Iterable[UsageKey] | None = None) -> dict[UsageKey, CourseLink]:
    rows = CourseLink.objects.filter(course_key=course_key)
    if keys is None:
        return {row.downstream_key: row for row in rows}
    return {
        row.downstream_key: row for part in learning_core.in_parts(keys) for row in rows.filter(downstream_key__in=part)
    }


def _make_equal(stored: Mapping[UsageKey, CourseLink], wanted: Mapping[UsageKey, CourseLink]) -> int:
    """Insert, update and delete rows; those that are right already keep their ``updated``."""
    now = datetime.now(UTC)
    gone = [row.pk for key, row in stored.items() if key not in wanted]
    for part in learning_core.in_parts(gone):
        CourseLink.objects.filter(pk__in=part).delete()
    new, changed = [], []
    for key, right in wanted.items():
        right.updated = now
        row = stored.get(key)
        if row is None:
            new.append(right)
        elif fields := _different(row, right):
            for name in fields:
                setattr(row, name, getattr(right, name))
            row.updated = now
            changed.append(row)
    CourseLink.objects.bulk_create(new, batch_size=500)
    CourseLink.objects.bulk_update(changed, (*_MIRRORED, "updated"), batch_size=500)
    return len(gone) + len(new) + len(changed)


def _different(row: CourseLink, right: CourseLink) -> list[str]:
    values: list[tuple[str, Any, Any]] = [(name, getattr(row, name), getattr(right, name)) for name in _MIRRORED]
    return [name for name, stored, wanted in values if stored != wanted]
