"""
The link settings of a course block, and which of its other settings a sync changes (wire: sync-state,
sync-customizable).

Link settings are OLX attributes of the block. The rows in ``models`` only repeat them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Self

from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from ... import conf
from ...block_types.api import TAGS_OF_CONTAINERS, block_type
from ...courses.api import Block, UpstreamSettings
from ...errors import InvalidValueError, MalformedKeyError
from ...keys import ItemKey, LibraryContainerLocator, stored_item_key
from ...learning_core.api import component_ref
from ...olx.api import body_of, settings_in
from ...values import read_json

MAX_KEY: Final = 255
"""How many characters of a key are stored."""

MAX_NAME: Final = 64
"""How many characters of a ``children_name`` are stored."""


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """
    The link settings of a block. Objects are immutable; methods return changed copies.

    Args:
        upstream: the library item as the block names it, which need not be a valid key; None for a block that is not
            linked.
        version_synced: number of the version that was synced last; None if the link was never synced.
        version_declined: number of the version that the author declined.
        deletion_declined: whether the author keeps a block whose library item was deleted.
        children_declined: ``children_name`` of the published children that the author declined, or "".
        upstream_title, upstream_body: title and body of the library item when the block was last synced or linked.
        customized: names of fields that the author changed, and whose values a sync keeps.
        edited: whether the author changed values that the next sync undoes.
        top_level: ``TYPE:BLOCK_ID`` of the top of the linked structure that the block is part of; None if it is not a
            part.
        copied_from: key of the item or block that the block was copied from without being linked to it.
        moved_files: name -> digest of files that come neither from the synced version nor from an author: they are from
            the library that the block was linked to before, or from a pasted draft. The next sync clears them.
    """

    upstream: str | None = None
    version_synced: int | None = None
    version_declined: int | None = None
    deletion_declined: bool = False
    children_declined: str = ""
    upstream_title: str | None = None
    upstream_body: str | None = None
    customized: tuple[str, ...] = ()
    edited: bool = False
    top_level: str | None = None
    copied_from: str | None = None
    moved_files: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, usage_key: UsageKey, settings: Mapping[str, str]) -> Self:
        """Read the link settings from the attributes of a block. Values that cannot be parsed count as missing."""
        stored = UpstreamSettings.of(usage_key, settings)
        return cls(
            upstream=stored.upstream,
            version_synced=stored.upstream_version,
            version_declined=stored.upstream_version_declined,
            deletion_declined=settings.get("upstream_deletion_declined") == "true",
            children_declined=settings.get("upstream_children_declined", "")[:MAX_NAME],
            upstream_title=stored.upstream_display_name,
            upstream_body=settings.get("upstream_data"),
            customized=stored.downstream_customized,
            edited=settings.get("downstream_edited") == "true",
            top_level=stored.top_level_parent,
            copied_from=stored.copied_from_block,
            moved_files=_texts(settings.get("upstream_moved_files")),
        )

    def attributes(self) -> dict[str, str | None]:
        """Return the link settings as OLX attributes; None for attributes that the block must not have."""
        return {
            "upstream": self.upstream,
            "upstream_version": _text(self.version_synced),
            "upstream_version_declined": _text(self.version_declined),
            "upstream_deletion_declined": "true" if self.deletion_declined else None,
            "upstream_children_declined": self.children_declined or None,
            "upstream_display_name": self.upstream_title,
            "upstream_data": self.upstream_body,
            "upstream_moved_files": json.dumps(self.moved_files) if self.moved_files else None,
            "downstream_customized": json.dumps(list(self.customized)) if self.customized else None,
            "downstream_edited": "true" if self.edited else None,
            "top_level_downstream_parent_key": self.top_level,
            "copied_from_block": self.copied_from,
        }

    def top_level_key(self, course_key: CourseKey) -> UsageKey | None:
        """
        Return the key of the block that ``top_level`` names; None if it names none.

        The named block need not contain this block: ``CourseLink.top_level_parent_key`` tells whether it does.
        """
        return None if self.top_level is None else full_key(course_key, self.top_level)

    def without_link(self) -> LinkSettings:
        """Return these settings without the link; ``copied_from`` names the item that the block was linked to."""
        return LinkSettings(copied_from=self.upstream)

    def linked_to(self, upstream: str) -> LinkSettings:
        """Return these settings linked to ``upstream``; a different item resets versions and local changes."""
        if upstream == self.upstream:
            return self
        return LinkSettings(upstream=upstream, copied_from=self.copied_from, top_level=self.top_level)

    def as_part_of(self, top_level: str | None) -> LinkSettings:
        """Return these settings for a part of the structure named ``top_level``; None makes the block top-level."""
        return replace(self, top_level=top_level)

    def without_local_changes(self, *, keep: frozenset[str]) -> LinkSettings:
        """Return these settings without recorded local changes, except for fields in ``keep``."""
        return replace(self, customized=tuple(name for name in self.customized if name in keep))


def link_settings_of(block: Block) -> LinkSettings:
    """Read the link settings of a block, with a cache for short OLX: lists and outlines read many blocks each time."""
    if len(block.olx) > _SHORT:
        return LinkSettings.of(block.usage_key, block.settings)
    return _link_settings_in_short(block.usage_key, block.olx)


_SHORT: Final = 1_000


@lru_cache(maxsize=10_000)
def _link_settings_in_short(usage_key: UsageKey, olx: str) -> LinkSettings:
    return LinkSettings.of(usage_key, settings_in(olx))


def short_key(usage_key: UsageKey) -> str:
    """Name a block as ``TYPE:BLOCK_ID``, which stays valid in a copy of the course."""
    return f"{usage_key.block_type}:{usage_key.block_id}"


def full_key(course_key: CourseKey, short: str) -> UsageKey | None:
    """Make the usage key of a block from its ``short_key``; None for an invalid name."""
    block_type, colon, block_id = short.partition(":")
    if not (block_type and colon and block_id):
        return None
    try:
        key: UsageKey = course_key.make_usage_key(block_type, block_id)
    except InvalidKeyError:
        return None
    return key


def course_type_of(key: ItemKey) -> str:
    """Return the type that a course block linked to a library item has."""
    if isinstance(key, LibraryContainerLocator):
        return TAGS_OF_CONTAINERS[key.container_type]
    block_type: str = key.block_type
    return block_type


def upstream_key(text: str) -> ItemKey:
    """Parse the key of a library item. Raises MalformedKeyError, also for a text that is too long for a key."""
    if len(text) > MAX_KEY:
        raise MalformedKeyError(
            _("“%(beginning)s…” is too long for the key of a library item.") % {"beginning": text[:MAX_KEY]}
        )
    return stored_item_key(text)


def children_name(refs: Iterable[str]) -> str:
    """
    Make a digest that names a list of children of a library container. It is the same on all sites.

    Args:
        refs: ``entity_ref`` of each child, in order.
    """
    return blake2b("\n".join(refs).encode(), digest_size=12).hexdigest()


def ref_of(key: ItemKey) -> str:
    """Return the ``entity_ref`` of a library item in Learning Core."""
    if isinstance(key, LibraryContainerLocator):
        container_id: str = key.container_id
        return container_id
    return component_ref(key.block_type, key.usage_id)


def key_or_none(text: str | None) -> ItemKey | None:
    """Parse the key of a library item; None if the text is not a key."""
    try:
        return None if text is None else upstream_key(text)
    except MalformedKeyError:
        return None


def course_settings_of(type_name: str) -> frozenset[str]:
    """Return the settings of a block type that no sync changes. Sites can add settings of other block types."""
    return block_type(type_name).course_settings.union(conf.COURSE_SETTINGS_OF_BLOCKS.value.get(type_name, ()))


def customizable_body(type_name: str, olx: str | None) -> str | None:
    """Return the body of a library item if courses may change it, as for a Text; None if not, or without OLX."""
    return body_of(olx) if olx is not None and block_type(type_name).has_customizable_body else None


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _texts(text: str | None) -> Mapping[str, str]:
    """Read the names and texts of a JSON object; other values are left out. Empty if the text is not an object."""
    if not text:
        return {}
    try:
        found = read_json(text)
    except InvalidValueError:
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
