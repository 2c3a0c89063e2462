"""Reads links for users: one link, lists, summaries, and the places where library items are used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, overload

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor, is_operator
from ...courses.api import Block, CourseStructure, course_store, get_structure, viewable_courses
from ...errors import NotAllowedError, NotFoundError
from ...keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...libraries.api import Permission, access_library
from ..data import READY_STATES, WORKING_STATES, LinkDetail, LinkState, LinkSummary, Usages
from ..errors import UnsupportedTypeError
from ..guard.reuse import is_supported_type
from ..link.access import access_block, libraries_with_hidden_states, require_links_of_course
from ..link.attributes import key_or_none, link_settings_of
from ..link.explanations import explain
from ..link.readiness import Standing, standings_in, standings_of
from ..models import CourseLink

_ORDER: Final = ("is_container", "pk")


class ItemType(StrEnum):
    """Filters of a list of links by the type of their items."""

    ALL = "all"
    COMPONENTS = "components"
    CONTAINERS = "containers"


@dataclass(frozen=True, slots=True)
class ReadyPart:
    """A part of a linked structure that is ready on its own."""

    usage_key: UsageKey
    title: str
    upstream: str
    customized: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkedChildren:
    """
    A block and its children, with their links.

    Args:
        blocks: the block, then its children in order.
        links: usage key -> link, of all of these blocks.
        parts: the linked blocks below the block that are ready on their own.
    """

    blocks: Sequence[Block]
    links: Mapping[UsageKey, LinkDetail]
    parts: Sequence[ReadyPart]


@dataclass(frozen=True, slots=True)
class LinkTimes:
    """When a link was made, and when one of its values last changed."""

    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Standings(Sequence[Standing]):
    """The standings of the links of a query, as a sequence. Only the standings of the requested page are computed."""

    links: QuerySet[CourseLink]

    def __len__(self) -> int:
        return self.links.count()

    @overload
    def __getitem__(self, index: int) -> Standing: ...

    @overload
    def __getitem__(self, index: slice) -> list[Standing]: ...

    def __getitem__(self, index: int | slice) -> Standing | list[Standing]:
        part = index if isinstance(index, slice) else slice(index, index + 1)
        pks = self.links.order_by(*_ORDER).values_list("pk", flat=True)[part]
        found = _ordered(standings_of(CourseLink.objects.filter(pk__in=list(pks))).values())
        return found if isinstance(index, slice) else found[0]

    def __iter__(self) -> Iterator[Standing]:
        return iter(_ordered(standings_of(self.links).values()))


def get_link(usage_key: UsageKey, *, user: Actor) -> LinkDetail:
    """
    Read the link of a block. Needs VIEW in the course.

    A broken link, and a block without a link, have states too (``LinkState``). Raises NotFoundError for a block that
    does not exist, or that the user may not see.
    """
    block = access_block(user, usage_key, manage=False)
    return link_details([block], user=user)[usage_key]


def link_details(
    blocks: Iterable[Block], *, user: Actor, standings: Mapping[str, Standing] | None = None
) -> dict[UsageKey, LinkDetail]:
    """
    Read the links of blocks of one course, in a constant number of queries. Checks no permission in the course.

    Args:
        standings: the standings of the course's links, if the caller has read them.

    Returns: usage key -> link; blocks that are not linked have an entry too.
    """
    blocks = list(blocks)
    if not blocks:
        return {}
    course_key = blocks[0].usage_key.course_key
    if standings is not None:
        found = standings
    elif len(blocks) == 1:
        found = standings_of(CourseLink.objects.filter(downstream_key=blocks[0].usage_key))
    else:
        found = standings_in(course_key)  # costs less than looking for each block
    names = {standing.row.library_key for standing in found.values() if standing.row.library_key}
    closed = libraries_with_hidden_states(user, course_key, names)
    is_supported = cache(is_supported_type)
    return {block.usage_key: _detail(block, found.get(str(block.usage_key)), closed, is_supported) for block in blocks}


def get_link_and_parts(usage_key: UsageKey, *, user: Actor) -> tuple[LinkDetail, list[ReadyPart]]:
    """
    Read the link of a block as ``get_link`` does, and the parts below it that are ready.

    Returns: the link; and the linked blocks at any depth below the block that are ready on their own, in document
    order. The list is empty for a block that is not linked to a container.
    """
    block = access_block(user, usage_key, manage=False)
    standings = standings_in(usage_key.course_key) if block.state.holds_blocks else None
    link = link_details([block], user=user, standings=standings)[usage_key]
    if standings is None or not (link.upstream or "").startswith("lct:"):
        return link, []
    return link, _ready_parts(usage_key, standings)


def get_linked_children(usage_key: UsageKey, *, user: Actor, with_parts: bool = False) -> LinkedChildren:
    """
    Read a block and its children with their links. Needs VIEW in the course.

    Args:
        with_parts: also list the linked blocks below the block that are ready on their own.

    Raises NotFoundError and NotAllowedError.
    """
    structure = get_structure(usage_key.course_key, user=user)
    keys = [usage_key, *structure.children.get(usage_key, ())]
    found = course_store().blocks(usage_key.course_key, keys)
    if usage_key not in found:
        raise NotFoundError(_("There is no “%(block)s”.") % {"block": usage_key})
    standings = standings_in(usage_key.course_key)
    links = link_details(found.values(), user=user, standings=standings)
    parts = _ready_parts(usage_key, standings, structure) if with_parts else []
    return LinkedChildren([found[key] for key in keys], links, parts)


def _ready_parts(
    usage_key: UsageKey, standings: Mapping[str, Standing], structure: CourseStructure | None = None
) -> list[ReadyPart]:
    ready = {one.row.usage_key: one.row for one in standings.values() if one.state in READY_STATES}
    if not ready:
        return []
    structure = structure or course_store().structure(usage_key.course_key)
    return [
        ReadyPart(key, structure.blocks[key].title, ready[key].upstream_key, tuple(ready[key].customized))
        for key, depth in structure.walk(usage_key)
        if depth and key in ready
    ]


def list_links(
    *,
    user: Actor,
    course_key: CourseKey | None = None,
    upstream: ItemKey | None = None,
    ready: bool | None = None,
    item_type: ItemType = ItemType.ALL,
    top_level_only: bool = False,
) -> Sequence[Standing]:
    """
    List links with their states, links to components before links to containers.

    Args:
        user: with a course, needs VIEW in it. With an upstream only, needs VIEW in its library, and sees the links in
            courses that the user may view. With neither, only superusers and the operator may list links.
        course_key: list only links of this course.
        upstream: list only links to this item.
        ready: list only links that are ready, on their own or because of their parts (True), or that are not (False).
        item_type: list only links to components, or to containers.
        top_level_only: list the top of a linked structure in place of each of its parts.

    Raises NotAllowedError, and NotFoundError for an unknown library.
    """
    links = _visible_links(user, course_key, upstream)
    if course_key is not None and upstream is None:
        found: Iterable[Standing] = standings_in(course_key).values()
    elif ready is None and not top_level_only:
        return Standings(_of_type(links, item_type))
    else:
        found = standings_of(links).values()
    wanted = [
        one
        for one in found
        if item_type == ItemType.ALL or one.row.is_container == (item_type == ItemType.CONTAINERS)
        if ready is None or one.is_ready == ready
    ]
    if not top_level_only:
        return _ordered(wanted)
    # A structure whose own link is broken is not ready, even if parts of it are.
    return [one for one in top_level_links(wanted) if ready is None or one.is_ready == ready]


def summarize_course(course_key: CourseKey, *, user: Actor) -> list[LinkSummary]:
    """
    Count the links of a course for each library; a whole linked structure counts once. Needs VIEW in the course.

    Returns: one summary for each library, ordered by key. Links that name no library are counted in a summary with an
        empty key, which comes first. Raises NotAllowedError.
    """
    require_links_of_course(user, course_key)
    counts: dict[str, list[Any]] = {}
    for one in top_level_links(standings_in(course_key).values()):
        entry = counts.setdefault(one.row.library_key, [0, 0, []])
        entry[0] += one.is_ready
        entry[1] += 1
        entry[2].append(one.row.upstream_ref)
    packages = learning_core.packages_named([name for name in counts if name])
    published = _last_published(packages, {name: entry[2] for name, entry in counts.items()})
    return [
        LinkSummary(name, packages[name].title if name in packages else "", entry[0], entry[1], published.get(name))
        for name, entry in sorted(counts.items())
    ]


def library_titles(links: Iterable[Standing]) -> dict[str, str]:
    """Return the titles of the libraries that links lead to, by library key; unknown libraries are left out."""
    packages = learning_core.packages_named({link.row.library_key for link in links if link.row.library_key})
    return {name: package.title for name, package in packages.items()}


def link_times(links: Iterable[Standing]) -> dict[int, LinkTimes]:
    """Return the times of links by their pks. Links that were removed meanwhile are left out."""
    return {
        pk: LinkTimes(*times)
        for part in learning_core.in_parts(link.row.pk for link in links)
        for pk, *times in CourseLink.objects.filter(pk__in=part).values_list("pk", "created", "updated")
    }


def usages_of(upstream: ItemKey, *, user: Actor) -> Usages:
    """
    Find the course blocks that are linked to a library item. Needs VIEW in the library.

    Blocks in courses that the user may not view are only counted. Raises NotFoundError and NotAllowedError.
    """
    access_library(user, library_key_of(upstream), Permission.VIEW)
    links = CourseLink.objects.filter(upstream_key=str(upstream))
    viewable = viewable_courses(user).values("id")
    courses: dict[str, list[str]] = {}
    shown = links.filter(course_key__in=viewable).order_by("course_key", "pk")
    for course_key, usage_key in shown.values_list("course_key", "downstream_key"):
        courses.setdefault(str(course_key), []).append(str(usage_key))
    hidden = links.exclude(course_key__in=viewable).aggregate(
        courses=Count("course_key", distinct=True), blocks=Count("pk")
    )
    return Usages(courses, hidden["courses"], hidden["blocks"])


def usage_counts(library_key: LibraryLocatorV2, *, user: Actor) -> dict[str, int]:
    """
    Count the course blocks that are linked to each item of a library. Needs VIEW in the library.

    Blocks in courses that the user may not view count too. Returns: key of the item -> number of blocks. Items that are
    not used are left out.
    """
    access_library(user, library_key, Permission.VIEW)
    links = CourseLink.objects.filter(library_key=str(library_key)).order_by()
    return dict(links.values("upstream_key").annotate(blocks=Count("pk")).values_list("upstream_key", "blocks"))


def _visible_links(user: Actor, course_key: CourseKey | None, upstream: ItemKey | None) -> QuerySet[CourseLink]:
    links = CourseLink.objects.all()
    if course_key is None and upstream is None:
        if not is_operator(user) and not (user.is_active and user.is_superuser):
            raise NotAllowedError(_("Only superusers see the links of all courses. Name a course or a library item."))
        return links
    if course_key is not None:
        require_links_of_course(user, course_key)
        links = links.filter(course_key=course_key)
    if upstream is not None:
        access_library(user, library_key_of(upstream), Permission.VIEW)
        links = links.filter(upstream_key=str(upstream))
        if course_key is None:
            links = links.filter(course_key__in=viewable_courses(user).values("id"))
    return links


def _of_type(links: QuerySet[CourseLink], item_type: ItemType) -> QuerySet[CourseLink]:
    return links if item_type == ItemType.ALL else links.filter(is_container=item_type == ItemType.CONTAINERS)


def _ordered(links: Iterable[Standing]) -> list[Standing]:
    return sorted(links, key=lambda one: (one.row.is_container, one.row.pk))


def top_level_links(links: Collection[Standing]) -> list[Standing]:
    """
    Replace each part of a linked structure by the top of the structure, and drop repetitions.

    Returns: top-level links. Components, and structures that a component in ``links`` is part of, come first; then
    other containers.
    """
    found = {one.row.downstream_key: one for one in links}
    missing = {one.top_level for one in links if one.top_level is not None} - found.keys()
    for part in learning_core.in_parts(missing):
        found |= standings_of(CourseLink.objects.filter(downstream_key__in=part))
    of_components = {one.top_level for one in links if not one.row.is_container}
    tops = {one.top_level or one.row.downstream_key for one in links}

    def rank(key: str) -> tuple[int, int]:
        row = found[key].row
        return (0 if key in of_components else 1 + row.is_container, row.pk)

    return [found[key] for key in sorted(tops, key=rank)]


def _detail(
    block: Block, found: Standing | None, closed: Collection[str], is_supported: Callable[[str], bool]
) -> LinkDetail:
    key = block.usage_key
    link = link_settings_of(block)
    state = LinkState.NOT_LINKED if found is None else found.state
    if found is not None and found.row.library_key in closed:
        state = LinkState.INACCESSIBLE
    works = found is not None and state in WORKING_STATES
    is_kept = found is not None and works and found.available is None  # the item is deleted, the author keeps the block
    top_level = None if found is None or found.top_level is None else found.top_key
    item = key_or_none(link.upstream)
    error = explain(LinkState.DELETED if is_kept else state, link.upstream or "", key, top=top_level)
    return LinkDetail(
        usage_key=key,
        block_type=key.block_type,
        title=block.title,
        upstream=link.upstream,
        item=item,
        upstream_title=link.upstream_title,
        version_synced=link.version_synced,
        version_declined=link.version_declined if works and not is_kept else None,
        version_available=found.available if found is not None and works else None,
        customized=link.customized,
        top_level=top_level,
        state=state,
        error=error,
        ready=found is not None and works and top_level is None and found.is_ready,
        ready_itself=state in READY_STATES,
        reuse_problem=_reuse_problem(item, state, is_supported),
    )


def _reuse_problem(item: ItemKey | None, state: LinkState, is_supported: Callable[[str], bool]) -> str | None:
    """Return the code of the problem that keeps the item of a link from being reused once more, or None."""
    if state not in WORKING_STATES:
        return None if state == LinkState.NOT_LINKED else state
    works = item is None or isinstance(item, LibraryContainerLocator) or is_supported(item.block_type)
    return None if works else UnsupportedTypeError.code


def _last_published(
    packages: Mapping[str, learning_core.PackageName], refs: Mapping[str, Collection[str]]
) -> dict[str, datetime]:
    """Return for each library when one of the given items was published last, by library key."""
    found = learning_core.last_published(
        {package.pk: list(refs[name]) for name, package in packages.items() if name in refs}
    )
    return {name: found[package.pk] for name, package in packages.items() if package.pk in found}
