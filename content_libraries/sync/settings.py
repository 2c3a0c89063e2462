"""
What a course block says about its link, and which settings belong to whom (wire: sync-state, sync-customizable).

All of it is OLX attributes of the block. The rows in ``models`` only repeat it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final, Self

from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from .. import conf
from ..courses.api import UpstreamSettings
from ..errors import InvalidValueError, MalformedKeyError
from ..keys import ItemKey, LibraryContainerLocator, item_key
from ..learning_core.api import component_ref
from ..values import read_json

DISPLAY_NAME: Final = "display_name"
DATA: Final = "data"
"""Name of the body of a Text among customizable fields."""

MAX_KEY: Final = 255
"""How many characters keys are stored with."""

MAX_NAME: Final = 64
"""How many characters names of lists of children are stored with."""

TEXT: Final = "html"
VIDEO: Final = "video"
VIDEO_ID: Final = "edx_video_id"

COURSE_TYPES: Final[Mapping[str, str]] = {"section": "chapter", "subsection": "sequential", "unit": "vertical"}
"""Type of a library container -> type of the course block."""

PLACE_SETTINGS: Final = frozenset({"group_access", "hide_from_toc", "start", "visible_to_staff_only"})
"""Settings that only mean something where a block stands in a course: who sees it there, and from when."""

COURSE_SETTINGS: Final = PLACE_SETTINGS | {
    "attempts_before_showanswer_button",
    "due",
    "force_save_button",
    "graceperiod",
    "grading_method",
    "max_attempts",
    "show_correctness",
    "show_reset_button",
    "showanswer",
    "submission_wait_seconds",
    "weight",
}
"""Settings that come along when a block is created, and are the course's from then on."""

COURSE_SETTINGS_OF: Final[Mapping[str, frozenset[str]]] = {TEXT: PLACE_SETTINGS}
"""Types for which the course owns other settings."""

LINK_ATTRIBUTES: Final = frozenset(
    {
        "upstream",
        "upstream_version",
        "upstream_version_declined",
        "upstream_deletion_declined",
        "upstream_children_declined",
        "upstream_display_name",
        "upstream_data",
        "upstream_moved_files",
        "downstream_customized",
        "downstream_edited",
        "top_level_downstream_parent_key",
        "copied_from_block",
    }
)


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """
    What a block says about its link.

    Args:
        upstream: as it is written there, which need not be a key.
        version_synced: None for a link that was never synced.
        deletion_declined: whether the author wants to keep a block whose library item was deleted.
        children_declined: name of the list of children that the author declined (``children_name``); "" for none.
        upstream_title, upstream_body: of the library item when it was looked at last.
        customized: names of fields that the author changed, and may keep.
        edited: whether the author changed what the next sync takes back.
        top_level: ``TYPE:BLOCK_ID`` of the linked block that this one is part of; None for that block itself.
        copied_from: what the block came from without being linked to it.
        moved_files: name -> digest of the files that it has from elsewhere than the synced version, and not from an
            author: from a library that the link has moved away from, or from a draft that was pasted; until the next
            sync.
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
        """Read them from the settings of a block. What cannot be understood counts as not there."""
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
        """The attributes that say the same; None for those that must not be there."""
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
        """The usage key of the linked block that this one says to be part of; rows tell whether it is."""
        return None if self.top_level is None else full_key(course_key, self.top_level)

    def severed(self) -> LinkSettings:
        """Those of the block without its link; where it came from stays known."""
        return LinkSettings(copied_from=self.upstream)

    def linked_to(self, upstream: str) -> LinkSettings:
        """Those of the block with this link; of another one, nothing counts any more."""
        if upstream == self.upstream:
            return self
        return LinkSettings(upstream=upstream, copied_from=self.copied_from, top_level=self.top_level)

    def within(self, top_level: str | None) -> LinkSettings:
        """Those of the block as a part of another linked block; None makes it top-level."""
        return replace(self, top_level=top_level)

    def overridden(self, *, keep: frozenset[str]) -> LinkSettings:
        """Those of a block that gives up its local changes, but for some fields."""
        return replace(self, customized=tuple(name for name in self.customized if name in keep))


def short_key(usage_key: UsageKey) -> str:
    """Name a block as ``TYPE:BLOCK_ID``, which stays right when the course is copied."""
    return f"{usage_key.block_type}:{usage_key.block_id}"


def full_key(course_key: CourseKey, short: str) -> UsageKey | None:
    """Find the key that ``short_key`` shortened; None for a text that is no such name."""
    block_type, colon, block_id = short.partition(":")
    if not (block_type and colon and block_id):
        return None
    try:
        key: UsageKey = course_key.make_usage_key(block_type, block_id)
    except InvalidKeyError:
        return None
    return key


def course_type_of(key: ItemKey) -> str:
    """The type of a course block that is linked to a library item."""
    if isinstance(key, LibraryContainerLocator):
        return COURSE_TYPES[key.container_type]
    block_type: str = key.block_type
    return block_type


def upstream_key(text: str) -> ItemKey:
    """Parse the key of a library item. Raises MalformedKeyError, also for one that is longer than any can be."""
    if len(text) > MAX_KEY:
        raise MalformedKeyError(
            _("“%(beginning)s…” is too long for the key of a library item.") % {"beginning": text[:MAX_KEY]}
        )
    return item_key(text)


def children_name(refs: Iterable[str]) -> str:
    """
    Name a list of children of a library container, so that it is known again on other sites.

    Args:
        refs: what Learning Core calls the children, in order.
    """
    return blake2b("\n".join(refs).encode(), digest_size=12).hexdigest()


def ref_of(key: ItemKey) -> str:
    """What Learning Core calls a library item."""
    if isinstance(key, LibraryContainerLocator):
        container_id: str = key.container_id
        return container_id
    return component_ref(key.block_type, key.usage_id)


def key_or_none(text: str | None) -> ItemKey | None:
    """Parse the key of a library item; None for what is none."""
    try:
        return None if text is None else upstream_key(text)
    except MalformedKeyError:
        return None


def course_settings_of(block_type: str) -> frozenset[str]:
    """Settings of a type of component that no sync touches. Sites with more types of blocks may add to them."""
    more = conf.COURSE_SETTINGS_OF_BLOCKS.value.get(block_type, ())
    return COURSE_SETTINGS_OF.get(block_type, COURSE_SETTINGS).union(more)


def customizable_of(block_type: str) -> tuple[str, ...]:
    """Fields that an author may change in a linked block without losing the change."""
    return (DISPLAY_NAME, DATA) if block_type == TEXT else (DISPLAY_NAME,)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _texts(text: str | None) -> Mapping[str, str]:
    """Names and texts of a JSON object; none of what is no such object."""
    try:
        found = read_json(text or "null")
    except InvalidValueError:
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
