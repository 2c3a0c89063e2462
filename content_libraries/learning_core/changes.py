"""Reads the changes that a draft change log or a publish log has recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from openedx_content.api import signals
from openedx_content.models_api import Draft, DraftChangeLogRecord, PublishLogRecord

from ..keys import ItemKey, LibraryLocatorV2
from .lookups import NAME_FIELDS, key_of

LearningPackageEventData = signals.LearningPackageEventData
DraftChangeLogEventData = signals.DraftChangeLogEventData
PublishLogEventData = signals.PublishLogEventData

ENTITIES_DRAFT_CHANGED = signals.ENTITIES_DRAFT_CHANGED
"""Learning Core's event after each draft change log; ``change_log.draft_change_log_id`` says which."""

ENTITIES_PUBLISHED = signals.ENTITIES_PUBLISHED
"""Learning Core's event after each publish log; ``change_log.publish_log_id`` says which."""


@dataclass(frozen=True, slots=True)
class ItemChange:
    """
    The change of one item in one log.

    Args:
        key, entity_pk: the item.
        old_version_pk, old_title: version and title before; None if the item did not exist then.
        new_version_pk, new_title: version and title afterwards; None if the item is deleted. The same version as before
            means that an item below it changed.
        was_restored: whether a draft came back from a deletion. Always False in a publish log.
    """

    key: ItemKey
    entity_pk: int
    old_version_pk: int | None
    old_title: str | None
    new_version_pk: int | None
    new_title: str | None
    was_restored: bool

    @property
    def title(self) -> str:
        """Return the title afterwards, or the last title of a deleted item."""
        return self.new_title or self.old_title or ""

    @property
    def action(self) -> str:
        """Return ``create``, ``update`` or ``delete``."""
        if self.new_version_pk is None:
            return "delete"
        return "create" if self.old_version_pk is None else "update"

    @property
    def is_direct(self) -> bool:
        """Return whether the item itself changed, and not only something below it."""
        return self.old_version_pk != self.new_version_pk


type _Fields = tuple[str, str, str, str, str]
"""Name the fields that hold the entity, and version and title before and after."""

_OF_RECORDS: _Fields = ("entity_id", "old_version_id", "old_version__title", "new_version_id", "new_version__title")
_OF_DRAFTS: _Fields = (
    "entity_id",
    "entity__published__version_id",
    "entity__published__version__title",
    "version_id",
    "version__title",
)
_ENTITY_NAME_FIELDS = tuple(f"entity__{name}" for name in NAME_FIELDS)


def draft_changes(draft_change_log_pk: int, *, library_key: LibraryLocatorV2) -> list[ItemChange]:
    """
    Return the changes of a draft change log, in their order.

    Changes that only come from below an item are included.
    """
    earlier = DraftChangeLogRecord.objects.filter(
        entity=OuterRef("entity"), draft_change_log__lt=OuterRef("draft_change_log")
    )
    records = DraftChangeLogRecord.objects.filter(draft_change_log_id=draft_change_log_pk)
    return _changes(records.annotate(is_known=Exists(earlier)), library_key, "is_known")


def publish_changes(publish_log_pk: int, *, library_key: LibraryLocatorV2) -> list[ItemChange]:
    """Return the changes of a publish log, in their order. Changes that only come from below an item are included."""
    return _changes(PublishLogRecord.objects.filter(publish_log_id=publish_log_pk), library_key)


def unpublished_changes(learning_package_pk: int, *, library_key: LibraryLocatorV2) -> list[ItemChange]:
    """
    Return the changes that a publish of the whole package would make now, oldest items first.

    Items of which only the contents changed are left out.
    """
    drafts = Draft.objects.filter(entity__learning_package_id=learning_package_pk)
    changed: QuerySet[Any, Any] = drafts.with_unpublished_changes()  # type: ignore[no-untyped-call]
    return _changes(changed.select_related(None), library_key, fields=_OF_DRAFTS)


def _changes(
    records: QuerySet[Any, Any], library_key: LibraryLocatorV2, *annotations: str, fields: _Fields = _OF_RECORDS
) -> list[ItemChange]:
    entity, old_version, old_title, new_version, new_title = fields
    changes = []
    for row in records.order_by("pk").values(*fields, *_ENTITY_NAME_FIELDS, *annotations):
        key = key_of(library_key, *(row[name] for name in _ENTITY_NAME_FIELDS))
        if key is None:
            continue
        appears = row[old_version] is None and row[new_version] is not None
        was_restored = appears and row.get("is_known", False)
        changes.append(
            ItemChange(
                key=key,
                entity_pk=row[entity],
                old_version_pk=row[old_version],
                old_title=row[old_title],
                new_version_pk=row[new_version],
                new_title=row[new_title],
                was_restored=was_restored,
            )
        )
    return changes
