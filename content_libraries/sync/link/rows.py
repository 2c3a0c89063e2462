"""Keeps the rows of links equal to the link settings of course blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...courses.api import Block, Course, CourseStructure, course_store, lock_course
from ...errors import MalformedKeyError, NotFoundError
from ...findings import Finding
from ...keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...tagging.api import release_copied_tags
from ..data import LinkState
from ..models import CourseLink
from .attributes import MAX_KEY, LinkSettings, course_type_of, ref_of, upstream_key

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
    "children_declined",
    "block_children",
    "downstream_customized",
    "downstream_edited",
)


def row_of(block: Block, link: LinkSettings, *, top_level: UsageKey | None) -> CourseLink:
    """Make the unsaved row of a linked block; ``top_level`` is the outermost linked block that it is part of."""
    usage_key, text = block.usage_key, link.upstream or ""
    row = CourseLink(
        course_key=usage_key.course_key,
        downstream_key=usage_key,
        upstream_key=text[:MAX_KEY],
        is_container=text.startswith("lct:"),
        top_level_parent_key=top_level,
        version_synced=link.version_synced,
        version_declined=link.version_declined,
        deletion_declined=link.deletion_declined,
        children_declined=link.children_declined,
        downstream_customized=list(link.customized),
        downstream_edited=link.edited,
    )
    try:
        key = upstream_key(text)
    except MalformedKeyError:
        row.fault = LinkState.MALFORMED
        return row
    row.library_key = str(library_key_of(key))
    row.fault = "" if course_type_of(key) == usage_key.block_type else LinkState.TYPE_MISMATCH
    row.upstream_ref = ref_of(key)
    if isinstance(key, LibraryContainerLocator):
        row.container_type = key.container_type
        row.block_children = [str(child) for child in block.children]
    return row


def follow_blocks(course_key: CourseKey, changed: Iterable[UsageKey], deleted: Iterable[UsageKey]) -> None:
    """
    Update the rows of changed and deleted blocks, in the transaction of the change.

    If a container becomes linked, or stops being linked, the rows of all linked blocks below it are updated too.
    """
    changed, deleted = set(changed), set(deleted)
    store = course_store()
    blocks = dict(store.blocks(course_key, list(changed))) if changed else {}
    links = _links(blocks)
    stored = _stored(course_key, changed | deleted)
    if not stored and not links:
        return
    linked_or_unlinked = links.keys() ^ (stored.keys() & changed)
    parts = {key: row for key, row in _rows_of_parts(course_key, deleted).items() if key not in stored}
    if not linked_or_unlinked and not parts and not any(link.top_level for link in links.values()):
        # Edits of top-level linked blocks, by far the most edits, need no structure.
        _save_rows(stored, {key: row_of(blocks[key], link, top_level=None) for key, link in links.items()})
        return
    structure = store.structure(course_key)
    tops = [key for key in linked_or_unlinked if structure.children.get(key)]
    below = {key for top in tops for key, _depth in structure.walk(top)} - blocks.keys()
    parts |= _stored(course_key, below) if below else {}
    blocks |= store.blocks(course_key, list(parts)) if parts else {}
    _save_rows(stored | parts, _rows(course_key, blocks, structure))


def rebuild_links(course_key: CourseKey) -> int:
    """
    Make the rows of a course equal to the link settings of all its blocks.

    Checks no permission. Needs a constant number of queries. Changes through the app, and ``check_libraries --repair``,
    do this themselves; hosts call it after they have changed a course behind the app's back.

    Returns: how many rows had to change.
    """
    with transaction.atomic():
        lock_course(course_key)
        return _save_rows(_stored(course_key), _all_rows(course_key))


def tops_of(usage_keys: Collection[UsageKey]) -> dict[UsageKey, UsageKey]:
    """Return for each of the blocks that is part of a linked structure the top of that structure."""
    rows = CourseLink.objects.filter(downstream_key__in=usage_keys)
    named = {row.downstream_key: top for row in rows if (top := row.top_level_parent_key) is not None}
    parents = CourseLink.objects.filter(downstream_key__in=set(named.values()))
    linked = set(parents.values_list("downstream_key", flat=True))
    return {key: top for key, top in named.items() if top in linked}


def linked_courses(library_keys: Collection[LibraryLocatorV2]) -> dict[str, dict[str, int]]:
    """
    Count the linked blocks of courses for each library. Parts of linked structures are not counted.

    Returns: library key -> course key -> number of blocks.
    """
    rows = CourseLink.objects.filter(library_key__in=[str(key) for key in library_keys], top_level_parent_key=None)
    counts: dict[str, dict[str, int]] = {}
    grouped = rows.values_list("library_key", "course_key").annotate(Count("pk")).order_by("library_key", "course_key")
    for library_key, course_key, count in grouped:
        counts.setdefault(library_key, {})[str(course_key)] = count
    return counts


def is_linked(course_key: CourseKey, keys: Collection[ItemKey]) -> bool:
    """Return whether a course has a link without a fault to one of these library items."""
    links = CourseLink.objects.filter(course_key=course_key, fault="")
    return any(links.filter(upstream_key__in=part).exists() for part in learning_core.in_parts(map(str, keys)))


def tops_by_blocks(course_key: CourseKey) -> dict[UsageKey, UsageKey | None]:
    """Return for each linked block of a course the linked block that it is part of, read from blocks and not rows."""
    store = course_store()
    links = _links(store.blocks_saying(course_key, "upstream"))
    return _tops(course_key, links, store.structure(course_key), {})


def delete_links(course_key: CourseKey) -> None:
    """Delete all rows of a course."""
    CourseLink.objects.filter(course_key=course_key).delete()


def release_tags_of(upstreams: Iterable[ItemKey]) -> None:
    """Make tags that blocks got from library items editable in the courses (wire: sync-tags)."""
    for part in learning_core.in_parts(map(str, upstreams)):
        linked = CourseLink.objects.filter(upstream_key__in=part).values_list("downstream_key", flat=True)
        release_copied_tags([str(key) for key in linked])


def check_links(library_key: LibraryLocatorV2 | None, *, repair: bool) -> list[Finding]:
    """
    Compare the rows of links with the link settings of course blocks.

    Args:
        library_key: check only links to this library, in all courses; all links if None.
        repair: correct the rows.

    Returns: a finding for each row that is missing, left over or different.
    """
    findings: list[Finding] = []
    course_keys: list[CourseKey] = [course.id for course in Course.objects.only("id")]
    for course_key in course_keys:
        differences = list(_differences(course_key, library_key))
        if differences and repair:
            rebuild_links(course_key)
        findings += [
            Finding("links", str(key), message, repaired=repair, repairable=True) for key, message in differences
        ]
    courses = Course.objects.values("id")
    orphans = CourseLink.objects.exclude(course_key__in=courses)
    for key in list(orphans.values_list("downstream_key", flat=True)):
        findings.append(
            Finding(
                "links",
                str(key),
                _("The row of this link is left over from a deleted course."),
                repaired=repair,
                repairable=True,
            )
        )
    if repair:
        orphans.delete()
    return findings


def _differences(course_key: CourseKey, library_key: LibraryLocatorV2 | None) -> Iterable[tuple[UsageKey, str]]:
    stored = _stored(course_key)
    try:
        wanted = _all_rows(course_key)
    except NotFoundError:  # the site has a row for the course, but the course store does not have the course
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
        elif fields := _differing_fields(row, right):
            yield key, _("The row of this link is not what the block says: %(fields)s.") % {"fields": ", ".join(fields)}


def _all_rows(course_key: CourseKey) -> dict[UsageKey, CourseLink]:
    store = course_store()
    return _rows(course_key, store.blocks_saying(course_key, "upstream"), store.structure(course_key))


def _links(blocks: Mapping[UsageKey, Block]) -> dict[UsageKey, LinkSettings]:
    links = {key: LinkSettings.of(key, block.settings) for key, block in blocks.items()}
    return {key: link for key, link in links.items() if link.upstream}


def _rows(
    course_key: CourseKey, blocks: Mapping[UsageKey, Block], structure: CourseStructure
) -> dict[UsageKey, CourseLink]:
    links = _links(blocks)
    named = {top for key, link in links.items() if (top := link.top_level_key(course_key)) and top not in links}
    elsewhere = {key: row.top_level_parent_key for key, row in _stored(course_key, named).items()} if named else {}
    tops = _tops(course_key, links, structure, elsewhere)
    return {key: row_of(blocks[key], link, top_level=tops[key]) for key, link in links.items()}


def _tops(
    course_key: CourseKey,
    links: Mapping[UsageKey, LinkSettings],
    structure: CourseStructure,
    elsewhere: Mapping[UsageKey, UsageKey | None],
) -> dict[UsageKey, UsageKey | None]:
    """
    Return for each linked block the outermost linked block that it is part of; None for a top-level block.

    A part names the top of its structure in its settings. The name counts only while the top contains the part: other
    sites let authors move parts out of their structures. Other sites also let a part name another part (wire:
    sync-structure), so names are followed to the outermost block.

    Args:
        links: usage key -> link settings.
        elsewhere: the results for linked blocks that are named in ``links`` but are not keys of it.
    """
    named = {key: link.top_level_key(course_key) for key, link in links.items()}
    above = {key: structure.above(key) for key, top in named.items() if top is not None}
    tops = dict(elsewhere)
    for key in sorted(links, key=lambda key: len(above.get(key, ()))):  # blocks above others come first
        top = named[key]
        tops[key] = (tops[top] or top) if top in tops and top in above[key] else None
    return tops


def _stored(course_key: CourseKey, keys: Iterable[UsageKey] | None = None) -> dict[UsageKey, CourseLink]:
    rows = CourseLink.objects.filter(course_key=course_key)
    if keys is None:
        return {row.downstream_key: row for row in rows}
    return {
        row.downstream_key: row for part in learning_core.in_parts(keys) for row in rows.filter(downstream_key__in=part)
    }


def _rows_of_parts(course_key: CourseKey, tops: Collection[UsageKey]) -> dict[UsageKey, CourseLink]:
    """Return the rows of parts of linked structures. A part with a second place outlives its structure."""
    rows = CourseLink.objects.filter(course_key=course_key)
    found = (rows.filter(top_level_parent_key__in=part) for part in learning_core.in_parts(tops))
    return {row.downstream_key: row for part in found for row in part}


def _save_rows(stored: Mapping[UsageKey, CourseLink], wanted: Mapping[UsageKey, CourseLink]) -> int:
    """
    Insert, update and delete rows so that the stored rows equal the wanted ones. Returns: how many rows changed.

    Rows that are equal already keep their ``updated``.
    """
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
        elif fields := _differing_fields(row, right):
            for name in fields:
                setattr(row, name, getattr(right, name))
            row.updated = now
            changed.append(row)
    CourseLink.objects.bulk_create(new, batch_size=500)
    CourseLink.objects.bulk_update(changed, (*_MIRRORED, "updated"), batch_size=500)
    return len(gone) + len(new) + len(changed)


def _differing_fields(row: CourseLink, right: CourseLink) -> list[str]:
    values: list[tuple[str, object, object]] = [(name, getattr(row, name), getattr(right, name)) for name in _MIRRORED]
    return [name for name, stored, wanted in values if stored != wanted]
