"""Errors of links. Their texts are for authors (wire: sync-link-states)."""

from __future__ import annotations

from django.utils.translation import gettext
from opaque_keys.edx.keys import UsageKey

from ..errors import ConflictError, InvalidInputError, NotAllowedError, PlanOutdatedError
from ..keys import ItemKey
from ..plan_basis import ChangedFact
from .data import SyncPlan


class LinkError(InvalidInputError):
    """A link, or the request to make one, is faulty. Nothing has changed."""

    code = "bad_link"


class NotLinkedError(LinkError):
    """A block has no upstream."""

    code = "not_linked"

    def __init__(self, usage_key: UsageKey) -> None:
        super().__init__(gettext("“%(block)s” is not linked to a library.") % {"block": usage_key})


class BadUpstreamError(LinkError):
    """The upstream of a link cannot be used."""

    code = "bad_upstream"


class UpstreamNotAllowedError(NotAllowedError):
    """The user may not see the library of an upstream."""

    code = "upstream_inaccessible"


class BadDownstreamError(LinkError):
    """A block that holds others cannot be linked to a component."""

    code = "bad_downstream"

    def __init__(self, usage_key: UsageKey) -> None:
        text = gettext("“%(block)s” holds other blocks, so it cannot be linked to a library component.")
        super().__init__(text % {"block": usage_key})


class UnsupportedTypeError(LinkError):
    """Courses of this site cannot have blocks of an item's type."""

    code = "unsupported_type"

    def __init__(self, key: ItemKey, block_type: str) -> None:
        text = gettext("“%(item)s” cannot be used: courses of this site have no blocks of the type “%(block_type)s”.")
        super().__init__(text % {"item": key, "block_type": block_type})


class UnfitParentError(LinkError):
    """A block cannot hold blocks of the item's type."""

    code = "unfit_parent"

    def __init__(self, parent_key: UsageKey, block_type: str) -> None:
        text = gettext("A %(block_type)s cannot be inside of “%(parent)s”. Choose another place.")
        super().__init__(text % {"block_type": block_type, "parent": parent_key})


class NotTopLevelError(LinkError):
    """A part of a linked structure was to be synced or unlinked, which is only possible for the whole structure."""

    code = "not_top_level"

    def __init__(self, usage_key: UsageKey, top_level: UsageKey) -> None:
        text = gettext("“%(block)s” is part of the linked block “%(top_level)s”. Sync or unlink that one first.")
        super().__init__(text % {"block": usage_key, "top_level": top_level})
        self.top_level = top_level


class LinkedStructureError(LinkError):
    """An edit inside of a linked structure is refused, because the next sync would undo it."""

    code = "linked_structure"


class SyncOutdatedError(PlanOutdatedError):
    """The sync would do something else than its preview showed."""

    code = "preview_outdated"

    def __init__(self, changes: tuple[ChangedFact[str], ...] = ()) -> None:
        super().__init__(
            gettext("The library or the course changed since this was shown. Look at it again, then sync.")
        )
        self.changes = changes


class WouldDeleteError(ConflictError):
    """A sync would delete blocks, and the user has not seen a preview of that (wire: sync-link-set)."""

    code = "would_delete"

    def __init__(self, plan: SyncPlan) -> None:
        super().__init__(gettext("Blocks would be deleted. Look at them, then ask again with the fingerprint."))
        self.plan = plan
