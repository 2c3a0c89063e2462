"""Data classes of publish previews."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from ...keys import ItemKey, LibraryLocatorV2, item_type_of
from ...sync.api import Offers


class PublishChange(StrEnum):
    """Describes the change of one item in a publish."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    CONTENTS = "contents"
    UNCHANGED = "unchanged"


class PublishReason(StrEnum):
    """Names reasons why an item would be published."""

    ASKED_FOR = "asked_for"
    NEEDED = "needed"
    AFFECTED = "affected"


@dataclass(frozen=True, slots=True)
class DraftAuthor:
    """
    A user whose unpublished changes would be published.

    Args:
        username: None for the site itself, or for a user who is gone.
        changed_at: time of the user's last unpublished change.
    """

    username: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """
    Describes what a publish would do to one item. The publish log would have one record for it.

    Args:
        key: the item.
        title: title of the version that would be published; the published title of an item that would be deleted.
        change: what would happen to it. ``contents``: only something below it would change.
        reason: ``asked_for``; ``needed`` for an item that is published with its container; ``affected`` for a published
            container that is not published itself, and below which something would change.
        needed_by: the containers that hold a needed item.
        old_version, new_version: numbers of the published version before and after; None for no version.
        authors: the users whose unpublished changes would be published, the latest first.
    """

    key: ItemKey
    title: str
    change: PublishChange
    reason: PublishReason
    needed_by: tuple[ItemKey, ...]
    old_version: int | None
    new_version: int | None
    authors: tuple[DraftAuthor, ...]

    @property
    def item_type(self) -> str:
        """Return the XBlock type of a component, or the type of a container."""
        return item_type_of(self.key)


@dataclass(frozen=True, slots=True)
class DraftLeftOut:
    """An item with unpublished changes that would stay a draft."""

    key: ItemKey
    title: str

    @property
    def item_type(self) -> str:
        """Return the XBlock type of a component, or the type of a container."""
        return item_type_of(self.key)


@dataclass(frozen=True)
class PublishPreview:
    """
    Describes what publishing some items would do.

    Args:
        library_key: the library.
        fingerprint: names the content that would be published: the draft versions of all items, and of everything in
            them. It changes with each edit of one of them.
        items: one entry for each record that the publish log would have.
        left_out: items of the library with unpublished changes that would stay drafts; only the oldest of many.
        left_out_count: how many there are.
        offers: the blocks of courses that would be offered an update, with their local changes.
        others: users other than the one who asks whose unpublished changes would be published, by name, with the time
            of their last change.
    """

    library_key: LibraryLocatorV2
    fingerprint: str
    items: tuple[PreviewItem, ...]
    left_out: tuple[DraftLeftOut, ...]
    left_out_count: int
    offers: Offers
    others: tuple[DraftAuthor, ...]

    @cached_property
    def counts(self) -> Counter[PublishChange]:
        """Count the items by what would happen to them."""
        return Counter(item.change for item in self.items)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to publish."""
        return not any(item.old_version != item.new_version for item in self.items)
