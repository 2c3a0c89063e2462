"""
Computes the states of links, and whether they are ready to sync (wire: sync-readiness).

Lists, summaries, badges, details and runs all use this one definition. A link is ready when a sync would write
something because the library has published another version, or other children than the block holds. States are
computed in memory from the rows of links and the published versions of items, in a constant number of queries.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from django.db.models import ExpressionWrapper, F, Q, QuerySet, TextField
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...keys import stored_usage_key
from ...learning_core import api as learning_core
from ...learning_core.api import Child, NamedItem
from ..data import READY_STATES, WORKING_STATES, LinkState
from ..models import CourseLink
from .attributes import children_name


class LinkRow(NamedTuple):
    """
    A row of ``CourseLink`` with keys and lists as texts, and without times.

    Parsing the keys and lists of all rows would take longer than everything else, and only few of them are used.
    """

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
    block_children: str
    downstream_customized: str
    downstream_edited: bool

    @property
    def children(self) -> list[str]:
        """Return the usage keys of all blocks in the block; empty for a component."""
        keys: list[str] = json.loads(self.block_children) if self.is_container else []
        return keys

    @property
    def customized(self) -> list[str]:
        """Return the names of the fields that the course has changed."""
        names: list[str] = json.loads(self.downstream_customized)
        return names

    @property
    def usage_key(self) -> UsageKey:
        return stored_usage_key(self.downstream_key)

    @property
    def top(self) -> str:
        """Return the top of the structure that the row names; the block itself for a top-level block."""
        return self.top_level_parent_key or self.downstream_key


_TEXTS: Final = ("course_key", "downstream_key", "top_level_parent_key", "block_children", "downstream_customized")


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A link's state, and whether it is ready.

    Args:
        state: the state of the link on its own; never INACCESSIBLE, which depends on the user.
        available: number of the published version; None if the link is broken.
        top_level: usage key of the top of the linked structure that the block is part of; None if it is not a part.
        has_ready_parts: whether a part below the block is ready; always False for a component.
    """

    row: LinkRow
    state: LinkState
    available: int | None
    top_level: str | None
    has_ready_parts: bool

    @property
    def is_ready(self) -> bool:
        """
        Return whether the block, or a part below it, is ready to sync.

        Parts of linked structures can be ready too. Whether a block can be synced by itself also depends on
        ``top_level``.
        """
        works = self.state in WORKING_STATES and self.available is not None
        return self.state == LinkState.UPDATE or (works and self.has_ready_parts)

    @property
    def top_key(self) -> UsageKey:
        """Return the key of the top of the linked structure; the block's own key for a top-level block."""
        return stored_usage_key(self.top_level or self.row.downstream_key)


def standings_in(course_key: CourseKey) -> dict[str, Standing]:
    """Compute the standings of all links of a course, by usage key, in the order of their pks."""
    rows = _rows(CourseLink.objects.filter(course_key=course_key))
    return _Readiness(rows).standings(rows)


def standings_of(links: QuerySet[CourseLink]) -> dict[str, Standing]:
    """Compute the standings of some links, by usage key, in the order of their pks."""
    wanted = _rows(links)
    return _Readiness(_with_structures(wanted)).standings(wanted)


def _rows(links: QuerySet[CourseLink]) -> list[LinkRow]:
    texts = {f"{name}_text": ExpressionWrapper(F(name), output_field=TextField()) for name in _TEXTS}
    names = [f"{name}_text" if name in _TEXTS else name for name in LinkRow._fields]
    return list(map(LinkRow._make, links.annotate(**texts).order_by("pk").values_list(*names)))


def _with_structures(wanted: Sequence[LinkRow]) -> list[LinkRow]:
    """Return the rows, and all other rows of their linked structures, because their standings depend on these."""
    tops = {row.top for row in wanted if row.is_container or row.top_level_parent_key}
    links = CourseLink.objects
    rows = {row.pk: row for row in wanted}
    for part in learning_core.in_parts(tops):
        found = _rows(links.filter(Q(downstream_key__in=part) | Q(top_level_parent_key__in=part)))
        rows |= {row.pk: row for row in found}
    known = {row.downstream_key for row in rows.values()}
    missing = {key for row in rows.values() for key in row.children} - known
    for part in learning_core.in_parts(missing):
        rows |= {row.pk: row for row in _rows(links.filter(downstream_key__in=part))}
    return list(rows.values())


@dataclass
class _Readiness:
    """
    Computes standings from rows of links and from the published versions of their items.

    ``rows`` must hold all rows that the standings depend on (``_with_structures``).
    """

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
        container_types = {row.pk: row.container_type for row in self.rows}
        self.items = {
            pk: found[name]
            for pk, name in names.items()
            if name in found and found[name].container_type == container_types[pk]
        }
        shown = {item.pk for item in self.items.values() if item.container_type and item.published_num is not None}
        self.children = learning_core.published_places_in(shown)

    def standings(self, wanted: Iterable[LinkRow]) -> dict[str, Standing]:
        ready = {row.top_level_parent_key for row in self.rows if self.states[row.pk] in READY_STATES}
        return {
            row.downstream_key: Standing(
                row,
                self.states[row.pk],
                self.available.get(row.pk),
                row.top_level_parent_key if row.top_level_parent_key in self.by_key else None,
                row.downstream_key in ready,
            )
            for row in wanted
        }

    @cached_property
    def states(self) -> Mapping[int, LinkState]:
        """Return the state of each row's link on its own, by pk."""
        return {row.pk: self._state(row) for row in self.rows}

    @cached_property
    def by_key(self) -> Mapping[str, LinkRow]:
        return {row.downstream_key: row for row in self.rows}

    @cached_property
    def outdated_pks(self) -> Collection[int]:
        """
        Return the pks of rows whose synced version has a higher number than the published one and counts as outdated.

        Either the library has published an earlier version again, or it does not have the synced version at all, as
        after a restore from an archive. A synced version that exists but was never published does not count: then a
        draft was copied, and the library has published nothing since.
        """
        pairs = {
            row.pk: (self.items[row.pk].pk, row.version_synced)
            for row in self.rows
            if row.version_synced is not None
            and (self.available.get(row.pk) or row.version_synced) < row.version_synced
        }
        versions = learning_core.numbered_versions(pairs.values()) if pairs else {}
        published = learning_core.ever_published(versions.values()) if versions else set()
        return {pk for pk, pair in pairs.items() if pair not in versions or versions[pair] in published}

    @cached_property
    def available(self) -> Mapping[int, int | None]:
        """Return the number of the published version of each row's item, by pk; no entry without an item."""
        return {pk: item.published_num for pk, item in self.items.items()}

    def _state(self, row: LinkRow) -> LinkState:
        if row.fault:
            return LinkState(row.fault)
        if row.library_key not in self.packages:
            return LinkState.UNKNOWN_LIBRARY
        available = self.available.get(row.pk)
        if available is None:
            return self._unpublished_state(row)
        is_newer = available > (row.version_synced or 0)
        is_outdated = row.pk in self.outdated_pks
        has_others = self._has_other_children(row)
        if is_newer and available > (row.version_declined or 0):
            return LinkState.UPDATE
        if is_outdated and available != row.version_declined:
            return LinkState.UPDATE
        is_declined = (is_newer or is_outdated) and not row.children_declined
        if has_others and not is_declined and row.children_declined != self._children_name(row):
            return LinkState.UPDATE
        return LinkState.DECLINED if is_newer or is_outdated or has_others else LinkState.OK

    def _unpublished_state(self, row: LinkRow) -> LinkState:
        """
        Return the state of a link whose item is not published.

        An item that was published before counts as deleted, even if it has a draft again.
        """
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
        Return whether a block holds other children than its published library container, or in another order.

        Blocks that were added in the course do not count. Parts whose items are not published do not count either:
        such a part has a state of its own.
        """
        if not row.is_container:
            return False
        shown = [child.entity_pk for child in self._published(row)]
        return [pk for key in row.children for pk in self._counted(key, row, shown)] != shown

    def _counted(self, key: str, holder: LinkRow, shown: Collection[int]) -> Iterable[int]:
        child = self.by_key.get(key)
        item = None if child is None else self.items.get(child.pk)
        if child is None or child.fault or item is None or item.published_num is None:
            return ()
        return (item.pk,) if item.pk in shown or child.top_level_parent_key == holder.top else ()
