"""Settles an update by the name of an outcome: keep local changes, take the library's values, or decline."""

from __future__ import annotations

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...errors import InvalidInputError
from ...keys import LibraryContainerLocator
from ..data import SyncOutcome, SyncPlan
from ..link.access import access_block
from .declining import decline_update, preview_decline
from .syncing import own_upstream, preview_sync, sync_block


def preview_outcome(
    usage_key: UsageKey, outcome: SyncOutcome, *, user: Actor, keep: frozenset[str] = frozenset()
) -> SyncPlan:
    """Plan ``settle_update``, and write nothing. Takes the same arguments."""
    if outcome == SyncOutcome.DECLINE:
        return preview_decline(usage_key, user=user)
    override = outcome == SyncOutcome.TAKE_UPSTREAM
    if override:
        _require_component(usage_key, user, manage=False)
    return preview_sync(usage_key, user=user, override=override, keep=keep)


def settle_update(
    usage_key: UsageKey,
    outcome: SyncOutcome,
    *,
    user: Actor,
    keep: frozenset[str] = frozenset(),
    fingerprint: str | None = None,
) -> SyncPlan:
    """
    Settle an update that a library offers, as the author has decided.

    Args:
        usage_key: the linked block; no part of a linked structure.
        outcome: the author's decision. ``TAKE_UPSTREAM`` is possible for a component only: inside of a structure,
            titles and texts of the course stay.
        user: needs the permissions of ``sync_block``.
        keep: names of fields whose local changes stay when the library's values are taken.
        fingerprint: fingerprint of the preview that the user has seen.

    Returns: the plan that was applied. Raises the errors of ``sync_block``, and InvalidInputError for an outcome that
    is impossible for the block.
    """
    if outcome == SyncOutcome.DECLINE:
        return decline_update(usage_key, user=user, fingerprint=fingerprint)
    override = outcome == SyncOutcome.TAKE_UPSTREAM
    if override:
        _require_component(usage_key, user, manage=True)
    return sync_block(usage_key, user=user, override=override, keep=keep, fingerprint=fingerprint).plan


def _require_component(usage_key: UsageKey, user: Actor, *, manage: bool) -> None:
    if isinstance(own_upstream(access_block(user, usage_key, manage=manage)), LibraryContainerLocator):
        raise InvalidInputError(
            _("“%(block)s” is a structure, in which titles and texts of the course stay. Keep them, or decline.")
            % {"block": usage_key},
            field="outcome",
        )
