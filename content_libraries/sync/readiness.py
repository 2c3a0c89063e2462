"""
How links stand: the one definition that list, summary, badge, detail and runs go by (wire: sync-readiness).

An author is asked about a link when a sync would write something because of what the library has published: another
version, or other children than the block holds. Everything is computed in memory, from the rows of links and from what
libraries have published, in a number of queries that does not grow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from django.db.models import ExpressionWrapper, F, Q, QuerySet, TextField
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..learning_core import api as learning_core
from ..learning_core.api import Child, NamedItem
from .data import READY_STATES, WORKING_STATES, LinkState
from .models import CourseLink
from .settings import children_name


class LinkRow(NamedTuple):
    """A row of ``CourseLink`` with keys as texts: reading keys costs more than all the rest."""

    pk: int
    course_key: str
    downstream_key: str
    top_level_parent_key: str | None
    upstream_key: str
    is_container: bool
    library_key: str
    upstream_ref: str
    container_type: str
    fault: str
    version_synced: int | None
    version_declined: int | None
    deletion_declined: bool
    children_declined: str
    block_children: list[str]
    downstream_customized: list[str]
    downstream_edited: bool
    created: datetime
    updated: datetime

    @property
    def usage_key(self) -> UsageKey:
        key: UsageKey = UsageKey.from_string(self.downstream_key)
        return key

    @property
    def top(self) -> str:
        """The block that is synced with this one in it, as far as the row tells; may be this one."""
        return self.top_level_parent_key or self.downstream_key


_KEYS: Final = ("course_key", "downstream_key", "top_level_parent_key")


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How a link stands.

    Args:
        state: by itself; never INACCESSIBLE, which depends on who asks.
        available: number of the published version; None where the link is broken.
        top_level: usage key of the link that it is part of; None for one that is not.
        has_ready_parts: whether something below is ready; always False for a component.
    """

    row: LinkRow
    state: LinkState
    available: int | None
    top_level: str | None
    has_ready_parts: bool

    @property
    def is_ready(self) -> bool:
        """
        Whether there is something to take, in the block or below it.

        It does not matter whether the link is top-level; those that are have no ``top_level``.
        """
        works = self.state in WORKING_STATES and self.available is not None
        return self.state == LinkState.UPDATE or (works and self.has_ready_parts)

    @property
    def top_key(self) -> UsageKey:
        """The linked block that is synced with this one in it; may be the block itself."""
        key: UsageKey = UsageKey.from_string(self.top_level or self.row.downstream_key)
        return key


def standings_in(course_key: CourseKey) -> dict[str, Standing]:
    """Usage key -> how it stands, of all links of a course, in the order of their pks."""
    rows = _rows(CourseLink.objects.filter(course_key=course_key))
    return _Readiness(rows).standings(rows)


def standings_of(links: QuerySet[CourseLink]) -> dict[str, Standing]:
    """Usage key -> how it stands, of some links, in the order of their pks."""
    wanted = _rows(links)
    return _Readiness(_with_structures(wanted)).standings(wanted)


def _rows(links: QuerySet[CourseLink]) -> list[LinkRow]:
    texts = {f"{name}_text": ExpressionWrapper(F(name), output_field=TextField()) for name in _KEYS}
    names = [f"{name}_text" if name in _KEYS else name for name in LinkRow._fields]
    return list(map(LinkRow._make, links.annotate(**texts).order_by("pk").values_list(*names)))


def _with_structures(wanted: Sequence[LinkRow]) -> list[LinkRow]:
    """The same rows with all that how they stand depends on: the structures that they are part of."""
    tops = {row.top for row in wanted if row.is_container or row.top_level_parent_key}
    links = CourseLink.objects
    rows = {row.pk: row for row in wanted}
    for part in learning_core.in_parts(tops):
        found = _rows(links.filter(Q(downstream_key__in=part) | Q(top_level_parent_key__in=part)))
        rows |= {row.pk: row for row in found}
    known = {row.downstream_key for row in rows.values()}
    missing = {key for row in rows.values() for key in row.block_children} - known
    for part in learning_core.in_parts(missing):
        rows |= {row.pk: row for row in _rows(links.filter(downstream_key__in=part))}
    return list(rows.values())


@dataclass
class _Readiness:
    """What libraries have published of the items that rows of links name."""

    rows: Sequence[LinkRow]
    packages: Mapping[str, learning_core.PackageName] = field(init=False)
    items: Mapping[int, NamedItem] = field(init=False)
    children: Mapping[int, Sequence[Child]] = field(init=False)

    def __post_init__(self) -> None:
        self.packages = learning_core.packages_named({row.library_key for row in self.rows if row.library_key})
        names = {
            row.pk: (self.packages[row.library_key].pk, row.upstream_ref)
            for row in self.rows
            if row.library_key in self.packages
        }
        found = learning_core.named_items(set(names.values()))
        of_type = {row.pk: row.container_type for row in self.rows}
        self.items = {
            pk: found[name] for pk, name in names.items() if name in found and found[name].container_type == of_type[pk]
        }
        shown = {item.pk for item in self.items.values() if item.container_type and item.published_num is not None}
        self.children = learning_core.published_places_in(shown)

    def standings(self, wanted: Iterable[LinkRow]) -> dict[str, Standing]:
        ready = {row.top_level_parent_key for row in self.rows if self.states[row.pk] in READY_STATES}
        return {
            row.downstream_key: Standing(
                row,
                self.states[row.pk],
                self._available(row),
                row.top_level_parent_key if row.top_level_parent_key in self.by_key else None,
                row.downstream_key in ready,
            )
            for row in wanted
        }

    @cached_property
    def states(self) -> Mapping[int, LinkState]:
        """Pk of each row -> how its link stands by itself."""
        return {row.pk: self._state(row) for row in self.rows}

    @cached_property
    def by_key(self) -> Mapping[str, LinkRow]:
        return {row.downstream_key: row for row in self.rows}

    @cached_property
    def left_behind(self) -> Collection[int]:
        """
        Pks of rows whose block has a version that its library has left for one with a lower number.

        Either the library went back to that one, or it does not have the block's, as after a restore from an archive.
        Versions that never were published do not count: a draft was copied, and nothing newer is published.
        """
        pairs = {
            row.pk: (self.items[row.pk].pk, row.version_synced)
            for row in self.rows
            if row.version_synced is not None and (self._available(row) or row.version_synced) < row.version_synced
        }
        versions = learning_core.numbered_versions(pairs.values()) if pairs else {}
        published = learning_core.ever_published(versions.values()) if versions else set()
        return {pk for pk, pair in pairs.items() if pair not in versions or versions[pair] in published}

    def _available(self, row: LinkRow) -> int | None:
        item = self.items.get(row.pk)
        return None if item is None else item.published_num

    def _state(self, row: LinkRow) -> LinkState:
        if row.fault:
            return LinkState(row.fault)
        if row.library_key not in self.packages:
            return LinkState.UNKNOWN_LIBRARY
        available = self._available(row)
        if available is None:
            return self._broken(row)
        is_newer = available > (row.version_synced or 0)
        is_left_behind = row.pk in self.left_behind
        has_others = self._has_other_children(row)
        if is_newer and available > (row.version_declined or 0):
            return LinkState.UPDATE
        if is_left_behind and available != row.version_declined:
            return LinkState.UPDATE
        is_declined = (is_newer or is_left_behind) and not row.children_declined
        if has_others and not is_declined and row.children_declined != self._children_name(row):
            return LinkState.UPDATE
        return LinkState.DECLINED if is_newer or is_left_behind or has_others else LinkState.OK

    def _broken(self, row: LinkRow) -> LinkState:
        """The state of a link to what is not published. A draft that is restored takes no deletion back."""
        item = self.items.get(row.pk)
        if item is not None and item.has_draft and not item.was_published:
            return LinkState.UNPUBLISHED
        return LinkState.DECLINED if row.deletion_declined else LinkState.DELETED

    def _children_name(self, row: LinkRow) -> str:
        return children_name(child.entity_ref for child in self._published(row))

    def _published(self, row: LinkRow) -> Sequence[Child]:
        return self.children.get(self.items[row.pk].pk, ())

    def _has_other_children(self, row: LinkRow) -> bool:
        """
        Whether a block holds others than its library container shows, or in another order.

        What is added in the course is not counted, nor are parts whose items are not published: each of those is asked
        about by itself.
        """
        if not row.is_container:
            return False
        shown = [child.entity_pk for child in self._published(row)]
        return [pk for key in row.block_children for pk in self._counted(key, row, shown)] != shown

    def _counted(self, key: str, holder: LinkRow, shown: Collection[int]) -> Iterable[int]:
        child = self.by_key.get(key)
        item = None if child is None else self.items.get(child.pk)
        if child is None or child.fault or item is None or item.published_num is None:
            return ()
        return (item.pk,) if item.pk in shown or child.top_level_parent_key == holder.top else ()
