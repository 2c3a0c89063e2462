"""Tells which blocks of courses would be offered an update if a library published other versions of its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...courses.api import viewable_courses
from ...keys import ItemKey, LibraryLocatorV2
from ...libraries.api import Permission, access_library
from ..models import CourseLink

_FEW: Final = 1_000
"""Links of so few items are looked up by item; with more, all links of the library are read."""


@dataclass(frozen=True, slots=True)
class OfferedUpdate:
    """
    A block of a course that would be offered an update.

    Args:
        course_key, usage_key: the block.
        upstream: the item that it is linked to.
        version_synced: number of the version that the block has; None if it is not known.
        version_offered: number of the version that would be offered; None if the item would be deleted.
        customized: names of the fields that the course has changed.
        edited: whether the course changed what the next sync takes back.
        top_level: the outermost linked block that the block is part of; None for a block that stands for itself.
    """

    course_key: CourseKey
    usage_key: UsageKey
    upstream: ItemKey
    version_synced: int | None
    version_offered: int | None
    customized: tuple[str, ...]
    edited: bool
    top_level: UsageKey | None


@dataclass(frozen=True, slots=True)
class Offers:
    """
    The blocks that would be offered an update.

    Args:
        updates: blocks in courses that the user may view, ordered by course.
        hidden_courses, hidden_blocks: numbers of other courses, and of blocks in them.
    """

    updates: tuple[OfferedUpdate, ...]
    hidden_courses: int
    hidden_blocks: int


def updates_offered(library_key: LibraryLocatorV2, versions: Mapping[ItemKey, int | None], *, user: Actor) -> Offers:
    """
    Find the course blocks that would be offered an update. Needs VIEW in the library.

    Takes two queries, whatever the number of items and blocks. Blocks in courses that the user may not view are only
    counted. A block whose course has declined the version already is not offered it again.

    Args:
        library_key: the library.
        versions: the items that would get another published version -> its number; None for a deletion.

    Raises NotFoundError and NotAllowedError.
    """
    access_library(user, library_key, Permission.VIEW)
    if not versions:
        return Offers((), 0, 0)
    by_text = {str(key): key for key in versions}
    viewable = set(viewable_courses(user).values_list("id", flat=True))
    updates: list[OfferedUpdate] = []
    hidden: list[CourseKey] = []
    for link in _links(library_key, by_text):
        item = by_text.get(link.upstream_key)
        if item is None or not _is_offered(link, versions[item]):
            continue
        if link.course_key in viewable:
            updates.append(_offered(link, item, versions[item]))
        else:
            hidden.append(link.course_key)
    return Offers(tuple(updates), len(set(hidden)), len(hidden))


def _links(library_key: LibraryLocatorV2, by_text: Mapping[str, ItemKey]) -> QuerySet[CourseLink]:
    links = CourseLink.objects.filter(library_key=str(library_key), fault="").order_by("course_key", "pk")
    return links.filter(upstream_key__in=list(by_text)) if len(by_text) <= _FEW else links


def _is_offered(link: CourseLink, version: int | None) -> bool:
    """Return whether a version is new to a block, and was not declined there (see ``link.readiness``)."""
    if version is None:
        return not link.deletion_declined
    synced, declined = link.version_synced or 0, link.version_declined or 0
    return version > max(synced, declined) if version >= synced else version != declined


def _offered(link: CourseLink, item: ItemKey, version: int | None) -> OfferedUpdate:
    return OfferedUpdate(
        course_key=link.course_key,
        usage_key=link.downstream_key,
        upstream=item,
        version_synced=link.version_synced,
        version_offered=version,
        customized=tuple(link.downstream_customized),
        edited=link.downstream_edited,
        top_level=link.top_level_parent_key,
    )
