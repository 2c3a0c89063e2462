"""The three answers to an update by their names: keep what is local, take the library's, or decline."""

from __future__ import annotations

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..actors import Actor
from ..errors import InvalidInputError
from ..keys import LibraryContainerLocator
from .access import access_block
from .data import SyncOutcome, SyncPlan
from .declining import decline_update, preview_decline
from .syncing import own_upstream, preview_sync, sync_block


def preview_outcome(
    usage_key: UsageKey, outcome: SyncOutcome, *, user: Actor, keep: frozenset[str] = frozenset()
) -> SyncPlan:
    """
    Plan what an answer to an update does, and write nothing. See ``settle_update``.
    """
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
    Answer an update that a library offers.

    Args:
        usage_key: the linked block, which is no part of another one.
        outcome: ``TAKE_UPSTREAM`` only for a component: inside of a structure, titles and texts of the course stay.
        user: needs what ``sync_block`` needs.
        keep: names of fields whose local changes stay when the library's values are taken.
        fingerprint: of the preview that the user has seen.

    Returns: what was done. Raises what ``sync_block`` raises, and InvalidInputError for an answer that cannot be given.
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
