"""Sets drafts back to published versions: of one item and everything below it, or of one author."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db import transaction
from openedx_content.models_api import Draft, DraftChangeLogRecord, EntityListRow, PublishableEntity

from .publish import changed_drafts, lock_package, move_drafts
from .rows import in_parts
from .structure import VERSIONS_OF_ROW, children_of


def discard_within(
    learning_package_pk: int, entity_pk: int, *, author_pk: int | None, at: datetime | None = None
) -> int | None:
    """
    Set the draft of an item, and of everything in it as draft or as published, back to the published version.

    The item itself becomes softly deleted if it was never published. Its contents become softly deleted only if they
    were never published, were made inside of a container, and are in no other container.

    Returns: pk of the draft change log; None when no draft differed.
    """
    with transaction.atomic():
        lock_package(learning_package_pk)
        within = {entity_pk, *_below(entity_pk)}
        published = changed_drafts(learning_package_pk, within)
        created = {pk for pk, version_pk in published.items() if version_pk is None and pk != entity_pk}
        for kept in _there_for_themselves(created, within):
            del published[kept]
        return move_drafts(learning_package_pk, published, author_pk=author_pk, at=at)


def discard_own(learning_package_pk: int, *, author_pk: int, at: datetime | None = None) -> int | None:
    """
    Set drafts back to their published versions if only one author has changed them since.

    Returns: pk of the draft change log; None if there were no such drafts.
    """
    with transaction.atomic():
        lock_package(learning_package_pk)
        published = changed_drafts(learning_package_pk)
        for entity_pk in _changed_by_others(published, author_pk):
            del published[entity_pk]
        return move_drafts(learning_package_pk, published, author_pk=author_pk, at=at)


def _below(entity_pk: int) -> set[int]:
    """Return the entity pks of everything in a container, at any depth, as draft or as published."""
    found: set[int] = set()
    level = {entity_pk}
    while level:
        places = children_of(_versions(level))
        level = {child.entity_pk for children in places.values() for child in children} - found
        found |= level
    return found


def _versions(entity_pks: Collection[int]) -> Iterator[int]:
    """Yield the pks of the draft and published versions of some entities."""
    for part in in_parts(entity_pks):
        drafts = Draft.objects.filter(entity_id__in=part)
        for row in drafts.values_list("version_id", "entity__published__version_id"):
            yield from (version_pk for version_pk in row if version_pk is not None)


def _there_for_themselves(created: Collection[int], within: Collection[int]) -> set[int]:
    """
    Return the new items that stay.

    Such an item can stand alone, or is in a container that stays or is not in ``within``.
    """
    parents: dict[int, set[int]] = {}
    kept: set[int] = set()
    for part in in_parts(created):
        kept.update(
            PublishableEntity.objects.filter(id__in=part, can_stand_alone=True).values_list("id", flat=True),
        )
        rows = EntityListRow.objects.filter(**{"entity_id__in": part, f"{VERSIONS_OF_ROW}__draft__isnull": False})
        for child_pk, parent_pk in rows.values_list("entity_id", f"{VERSIONS_OF_ROW}__draft__entity_id"):
            parents.setdefault(child_pk, set()).add(parent_pk)
    going = set(created) - kept
    while stays := {
        pk for pk in going if any(parent in kept or parent not in within for parent in parents.get(pk, ()))
    }:
        kept |= stays
        going -= stays
    return kept


def _changed_by_others(published: Mapping[int, int | None], author_pk: int) -> set[int]:
    """Return the changed drafts that another user has changed since they were published."""
    others: set[int] = set()
    settled: set[int] = set()
    for part in in_parts(published):
        records = DraftChangeLogRecord.objects.filter(entity_id__in=part).order_by("-pk")
        fields = ("entity_id", "old_version_id", "new_version_id", "draft_change_log__changed_by_id")
        for entity_pk, old_pk, new_pk, changed_by in records.values_list(*fields).iterator():
            if new_pk is not None and new_pk == published[entity_pk]:
                settled.add(entity_pk)  # older changes have been published
            elif old_pk != new_pk and changed_by != author_pk and entity_pk not in settled:
                others.add(entity_pk)
    return others
