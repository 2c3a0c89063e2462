"""
Finds out which draft edits of an item went into which publish operation, and which are unpublished.

Learning Core keeps drafts and publish operations in two logs without a common numbering. Only time connects them, and
time misleads: an edit may be stamped before a publish and committed after it. But a publish operation records the
version that it published, and the digest of everything below it. Some edit made exactly this state, so the edits are
cut behind it. Time only decides if several edits made the same state: in a draft that went back and forth, or in a
container of which a publish took some contents but not all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..learning_core import api as learning_core
from ..learning_core.api import DraftEdit, Publication


@dataclass(frozen=True, slots=True)
class Windows:
    """
    The edits of one item, oldest first.

    Args:
        published: publish log pk -> the edits that it published; edits that were discarded before are left out.
        waiting: the edits since the last publish of the item; all edits if it was never published.
    """

    published: Mapping[int, Sequence[DraftEdit]]
    waiting: Sequence[DraftEdit]


def windows_of(entity_pks: Collection[int], publications: Iterable[Publication]) -> dict[int, Windows]:
    """
    Read the edits of items, and cut them by the items' publications.

    Args:
        entity_pks: the items.
        publications: all publications of these items, oldest first; publications of other items are ignored.

    Returns: entity pk -> its edits, for each item.
    """
    edits = learning_core.draft_edits(entity_pks)
    by_entity: dict[int, list[Publication]] = {}
    for publication in publications:
        by_entity.setdefault(publication.entity_pk, []).append(publication)
    return {pk: cut(edits.get(pk, ()), by_entity.get(pk, ())) for pk in entity_pks}


def cut(edits: Sequence[DraftEdit], publications: Sequence[Publication]) -> Windows:
    """Cut the edits of one item by its publications. Both have to be complete, oldest first."""
    published: dict[int, Sequence[DraftEdit]] = {}
    start = 0
    base: Publication | None = None
    for publication in publications:
        end = _end_of(publication, edits, start)
        published[publication.log_pk] = _without_discarded(edits[start:end], base)
        start, base = end, publication
    return Windows(published, _without_discarded(edits[start:], base))


def _end_of(publication: Publication, edits: Sequence[DraftEdit], start: int) -> int:
    """
    Return how many edits had been made when a publication was made.

    The first ``start`` of them went into earlier publications.
    """
    made_version = [
        number
        for number in range(max(start, 1), len(edits) + 1)
        if edits[number - 1].new_version_pk == publication.new_version_pk
    ]
    made_all = [number for number in made_version if edits[number - 1].digest == publication.digest]
    candidates = made_all or made_version or range(start, len(edits) + 1)
    in_time = [
        number for number in candidates if number <= start or edits[number - 1].changed_at <= publication.published_at
    ]
    return max(in_time, default=candidates[0])


def _without_discarded(edits: Sequence[DraftEdit], base: Publication | None) -> Sequence[DraftEdit]:
    """
    Leave out edits that were undone: everything up to the last return to the published state.

    Discarding returns to the published state, and so does restoring an item that was deleted since. An item that was
    never published has no such state: the history of its draft stays whole (wire: history).
    """
    if base is None:
        return edits
    returns = [
        number
        for number, edit in enumerate(edits, start=1)
        if edit.new_version_pk == base.new_version_pk and edit.digest == base.digest
    ]
    return edits[max(returns, default=0) :]
