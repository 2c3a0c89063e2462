"""Explains the states of links to authors (wire: sync-link-states)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy
from opaque_keys.edx.keys import UsageKey

from ...keys import ItemKey
from ...translation import LazyText
from ..data import LinkState, SyncReason
from ..errors import BadUpstreamError
from .attributes import course_type_of

_TEXTS: Final[Mapping[LinkState, LazyText]] = {
    LinkState.NOT_LINKED: gettext_lazy("“%(block)s” is not linked to a library."),
    LinkState.MALFORMED: gettext_lazy(
        "The reference “%(upstream)s” is malformed: it is not the key of a library component or container."
    ),
    LinkState.TYPE_MISMATCH: gettext_lazy(
        "Content type mismatch: a %(block_type)s cannot be linked to “%(upstream)s”."
    ),
    LinkState.UNKNOWN_LIBRARY: gettext_lazy("The library of “%(upstream)s” was not found in the system."),
    LinkState.DELETED: gettext_lazy(
        "“%(upstream)s” was not found in the system. Unlink the block to keep it as it is."
    ),
    LinkState.UNPUBLISHED: gettext_lazy(
        "“%(upstream)s” could not be loaded: it is not published. Publish it in its library."
    ),
    LinkState.INACCESSIBLE: gettext_lazy(
        "“%(upstream)s” could not be loaded: you may not view its library. Its team can give you access."
    ),
}
_DELETED_PART: Final = gettext_lazy(
    "“%(upstream)s” was not found in the system. The next update of “%(top)s” removes this block. To keep it, decline"
    " the update, or unlink “%(top)s”: a part cannot be unlinked by itself."
)


def explain(state: LinkState, upstream: str, usage_key: UsageKey, *, top: UsageKey | None = None) -> str:
    """
    Explain the problem of a link, and what to do about it, in the language of the request; "" without a problem.

    Args:
        top: the top of the linked structure that the block is part of; None if it is not a part.
    """
    if state not in _TEXTS:
        return ""
    names = {"upstream": upstream, "block": usage_key, "block_type": usage_key.block_type, "top": top}
    is_deleted_part = state == LinkState.DELETED and top is not None
    return str((_DELETED_PART if is_deleted_part else _TEXTS[state]) % names)


_REASONS: Final[Mapping[SyncReason, LazyText]] = {
    SyncReason.NEW_VERSION: gettext_lazy("The library has a new version."),
    SyncReason.SAME_VERSION: gettext_lazy("The library has the same version."),
    SyncReason.EARLIER_VERSION: gettext_lazy("The library has published an earlier version again."),
    SyncReason.LOCAL_EDIT: gettext_lazy("It was changed in the course."),
    SyncReason.LIBRARY_STRUCTURE: gettext_lazy("The library has other content in this place."),
    SyncReason.REMOVED_UPSTREAM: gettext_lazy("The library has removed it from this place."),
    SyncReason.DELETED_UPSTREAM: gettext_lazy("The library has deleted it."),
    SyncReason.UNPUBLISHED_UPSTREAM: gettext_lazy("The library has not published it."),
    SyncReason.LOCAL_ADDITION: gettext_lazy("It was added in the course."),
    SyncReason.OTHER_LINK: gettext_lazy("It is linked to another item."),
    SyncReason.NEW_FILE: gettext_lazy("The course does not have the file."),
    SyncReason.CHANGED_FILE: gettext_lazy("The library has another file of this name."),
    SyncReason.AUTHORS_FILE: gettext_lazy("The course has a file of its own with this name."),
    SyncReason.LOST_FILE: gettext_lazy("The storage has lost the file."),
    SyncReason.LIBRARY_TAGS: gettext_lazy("The tags of the library item have changed."),
}


def reason_text(reason: SyncReason) -> str:
    """Return the reason for a step of a sync as a sentence, in the language of the request."""
    return str(_REASONS[reason])


def require_matching_types(key: ItemKey, usage_key: UsageKey) -> None:
    """Raise BadUpstreamError unless a block has the type that a library item needs."""
    if course_type_of(key) != usage_key.block_type:
        raise BadUpstreamError(explain(LinkState.TYPE_MISMATCH, str(key), usage_key), field="upstream_ref")
