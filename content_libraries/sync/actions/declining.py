"""Declines an update: the block stays unchanged, and no update is offered until the library has a newer version."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...courses.api import Block, Change, CoursePlan, UpdateBlock, lock_course
from ...keys import ItemKey, LibraryContainerLocator
from ...olx.api import with_attributes
from ...plan_basis import refuse_outdated
from ..data import READY_STATES, FileNotices, LinkState, SkippedLink, SyncAction, SyncPlan, SyncReason, SyncStep
from ..errors import BadUpstreamError, SyncOutdatedError
from ..link.access import access_block, require_may_see_state, require_may_sync
from ..link.attributes import LinkSettings, children_name, course_type_of, key_or_none, ref_of
from ..link.explanations import explain
from ..link.readiness import standings_of
from ..link.upstreams import Upstreams, read_upstreams
from ..models import CourseLink
from .syncing import apply_sync, blocks_in, own_upstream


def preview_decline(usage_key: UsageKey, *, user: Actor) -> SyncPlan:
    """Plan ``decline_update``, and write nothing. Needs the permissions of ``preview_sync``."""
    block = access_block(user, usage_key, manage=False)
    require_may_see_state(user, usage_key, own_upstream(block))
    return _plan(usage_key)


def decline_update(usage_key: UsageKey, *, user: Actor, fingerprint: str | None = None) -> SyncPlan:
    """
    Decline the current update of a linked block and of everything linked in it.

    Each block records the published version of its item, or that its item was deleted. A newer version is offered
    again. Parts with a broken link are left out. Needs the permissions of ``sync_block``.

    Args:
        fingerprint: fingerprint of the preview that the user has seen; nothing is declined if the library has
            something newer.

    Returns: the plan that was applied. Raises NotFoundError, UpstreamNotAllowedError, LinkError and SyncOutdatedError.
    """
    with transaction.atomic():
        lock_course(usage_key.course_key)
        block = access_block(user, usage_key, manage=True)
        require_may_sync(user, usage_key, own_upstream(block))
        plan = _plan(usage_key)
        refuse_outdated(fingerprint, plan.basis, SyncOutdatedError)
        apply_sync(plan, user=user)
    return plan


def _plan(usage_key: UsageKey) -> SyncPlan:
    blocks = blocks_in(usage_key)
    links = {key: LinkSettings.of(key, block.settings) for key, block in blocks.items()}
    items = {
        key: item
        for key, link in links.items()
        if (item := key_or_none(link.upstream)) and course_type_of(item) == key.block_type
    }
    upstreams = read_upstreams(items.values())
    own = items[usage_key]
    if (broken := upstreams.broken.get(own)) is not None:
        raise BadUpstreamError(explain(broken, str(own), usage_key), field="upstream_ref")
    standings = standings_of(CourseLink.objects.filter(downstream_key__in=list(items)))
    offered = {key for key in items if str(key) in standings and standings[str(key)].state in READY_STATES}
    declined = list(_decline_each(blocks, links, items, upstreams, offered))
    return SyncPlan(
        course_key=usage_key.course_key,
        tops=(usage_key,),
        steps=tuple(one.step for one in declined if one.step),
        skipped=tuple(
            SkippedLink(key, upstreams.broken[item], explain(upstreams.broken[item], str(item), key))
            for key, item in items.items()
            if upstreams.broken.get(item, LinkState.DELETED) != LinkState.DELETED
        ),
        changes=CoursePlan(tuple(one.change for one in declined if one.change)),
        byte_sources={},
        tag_sources={},
        notices=FileNotices(),
    )


@dataclass(frozen=True, slots=True)
class _Declined:
    """
    One declined block.

    Args:
        step: None if the library offers nothing for the block.
        change: None if the block has recorded the same already.
    """

    step: SyncStep | None
    change: Change | None


def _decline_each(
    blocks: Mapping[UsageKey, Block],
    links: Mapping[UsageKey, LinkSettings],
    items: Mapping[UsageKey, ItemKey],
    upstreams: Upstreams,
    offered: Collection[UsageKey],
) -> Iterator[_Declined]:
    for key, item in items.items():
        block, link = blocks[key], links[key]
        if item in upstreams.items:
            published = upstreams.items[item]
            after = replace(link, version_declined=published.version_num)
            if key in offered and isinstance(item, LibraryContainerLocator):
                after = replace(after, children_declined=children_name(map(ref_of, published.children)))
            reason, title = SyncReason.NEW_VERSION, published.title
        elif upstreams.broken[item] == LinkState.DELETED:
            after = replace(link, deletion_declined=True)
            reason, title = SyncReason.DELETED_UPSTREAM, link.upstream_title or ""
        else:
            continue
        olx = with_attributes(block.olx, after.attributes())
        detail = {"version": after.version_declined} if reason == SyncReason.NEW_VERSION else {}
        yield _Declined(
            SyncStep(SyncAction.DECLINE, reason, key, block.title, str(item), title, detail)
            if key in offered
            else None,
            UpdateBlock(key, olx) if olx != block.olx else None,
        )
