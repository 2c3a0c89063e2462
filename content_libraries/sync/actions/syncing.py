"""Actions of users on links: create a linked block, sync, link, unlink. Each runs in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...block_types.api import DISPLAY_NAME
from ...courses.api import (
    Block,
    Change,
    CoursePermission,
    CoursePlan,
    UpdateBlock,
    course_store,
    lock_course,
    require_in_course,
    write_course_plan,
)
from ...errors import MalformedKeyError
from ...keys import ItemKey, LibraryContainerLocator, library_key_of
from ...learning_core.api import ChangeKind, named
from ...libraries.api import author_pk
from ...olx.api import with_attributes
from ...plan_basis import refuse_outdated
from ...tagging.api import announce_tags, copy_tags, release_copied_tags
from ..data import FileNotices, LinkState, SyncAction, SyncPlan
from ..errors import (
    BadDownstreamError,
    BadUpstreamError,
    NotLinkedError,
    NotTopLevelError,
    SyncOutdatedError,
    WouldDeleteError,
)
from ..guard.edits import refuse_linked_parents
from ..guard.reuse import refuse_unsupported_type
from ..link.access import access_block, may_view_library, require_may_see_state, require_may_sync
from ..link.attributes import LinkSettings, short_key, upstream_key
from ..link.explanations import explain, require_matching_types
from ..link.rows import tops_of
from ..link.upstreams import read_contents, read_upstreams
from ..plan.block_olx import link_without_sync
from ..plan.files import bytes_of
from ..plan.planning import plan_creation, plan_sync


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of a sync: the plan that was applied, and its change set; None if no block or file changed."""

    plan: SyncPlan
    change_set: int | str | None

    @property
    def notices(self) -> FileNotices:
        return self.plan.notices


def preview_sync(
    usage_key: UsageKey, *, user: Actor, override: bool = False, keep: frozenset[str] = frozenset()
) -> SyncPlan:
    """
    Plan the sync of a linked block with everything in it, and write nothing. See ``sync_block``.

    The user needs VIEW_LIBRARY_UPDATES in the course, or VIEW there and VIEW in the library.
    """
    block = access_block(user, usage_key, manage=False)
    _require_syncable(block, user, manage=False)
    return plan_sync(usage_key.course_key, [usage_key], override=override, keep=keep)


def sync_block(
    usage_key: UsageKey,
    *,
    user: Actor,
    override: bool = False,
    keep: frozenset[str] = frozenset(),
    fingerprint: str | None = None,
) -> Synced:
    """
    Sync a linked block, and everything in it, with the published version of its library item (wire: sync-component,
    sync-structure).

    Titles and bodies of Texts that were changed in the course stay (``keep_local``).

    Args:
        usage_key: the linked block; no part of a linked structure.
        user: needs MANAGE_LIBRARY_UPDATES in the course, or EDIT there and VIEW in the library.
        override: replace local changes of the block itself by the library's values, if the block is a component
            (``take_upstream``).
        keep: names of fields whose local changes stay in spite of ``override``.
        fingerprint: fingerprint of the preview that the user has seen; the sync is refused if it would do something
            else.

    Raises NotFoundError, UpstreamNotAllowedError, LinkError (NotTopLevelError for a part of a linked structure), and
    SyncOutdatedError. On an error the course is not changed.
    """
    with transaction.atomic():
        lock_course(usage_key.course_key)
        block = access_block(user, usage_key, manage=True)
        _require_syncable(block, user, manage=True)
        plan = plan_sync(usage_key.course_key, [usage_key], override=override, keep=keep)
        refuse_outdated(fingerprint, plan.basis, SyncOutdatedError)
        return apply_sync(plan, user=user)


def apply_sync(plan: SyncPlan, *, user: Actor) -> Synced:
    """Apply a plan in one change set. Checks no permission. The caller has locked the course."""
    change_set = None
    written: set[str] = set()
    with named(ChangeKind.SYNC, source_key=_source_of(plan)):
        if plan.changes.changes:
            applied = write_course_plan(
                plan.course_key,
                plan.changes,
                author_pk=author_pk(user),
                file_bytes=bytes_of(plan.byte_sources, plan.made_bytes),
            )
            change_set, written = applied.change_set, set(map(str, applied.versions))
        retagged = [key for key in copy_tags(plan.tag_sources) if key not in written]
    transaction.on_commit(partial(_announce, retagged))
    return Synced(plan, change_set)


def _source_of(plan: SyncPlan) -> str:
    """Return the key of the library item that a plan syncs with; blank for a plan with several, or without any."""
    sources = {step.upstream for step in plan.steps if step.usage_key in plan.tops}
    return str(sources.pop() or "") if len(sources) == 1 else ""


def _announce(retagged: Sequence[str]) -> None:
    """Send events for blocks of which only the tags changed. For other blocks, the change set causes events."""
    for key in retagged:
        announce_tags(key)


def create_linked_block(
    parent_key: UsageKey, *, user: Actor, upstream: str, block_type: str | None = None, index: int | None = None
) -> tuple[Block, Synced]:
    """
    Create a course block that is linked to a library item, with everything in it.

    Args:
        parent_key: the block that holds the new one.
        user: needs EDIT in the course and VIEW in the library.
        upstream: key of the library item, which has to be published.
        block_type: the type that the caller expects the new block to have; any type if None.
        index: place among the children of the parent; the end if None.

    Raises NotFoundError for the parent, NotAllowedError, UpstreamNotAllowedError, LinkError, and LinkedStructureError
    for a place inside of a linked structure.
    """
    course_key = parent_key.course_key
    require_in_course(user, course_key, CoursePermission.EDIT)
    key = _parsed(upstream, parent_key)
    _require_view(user, key, parent_key)
    refuse_unsupported_type(key)
    if block_type is not None:
        require_matching_types(key, course_key.make_usage_key(block_type, "new"))
    with transaction.atomic():
        lock_course(course_key)
        refuse_linked_parents([parent_key], course_store().structure(course_key))
        plan, usage_key = plan_creation(parent_key, key, index=index)
        synced = apply_sync(plan, user=user)
    return course_store().blocks(course_key, [usage_key])[usage_key], synced


def link_block(
    usage_key: UsageKey, *, user: Actor, upstream: str, sync: bool = False, fingerprint: str | None = None
) -> Synced | None:
    """
    Link an existing block to a library item, in place of the item that it was linked to.

    Args:
        usage_key: the block; no part of a linked structure.
        user: needs the permissions of ``sync_block``, and VIEW in the library.
        upstream: key of the library item, which has to be published.
        sync: also sync the block; otherwise its content stays, and an update is offered.
        fingerprint: fingerprint of the plan that a WouldDeleteError has shown.

    Returns: the result of the sync; None without a sync. Raises NotFoundError, UpstreamNotAllowedError, LinkError,
    SyncOutdatedError, and WouldDeleteError for a sync that would delete blocks and whose plan was not shown yet. On an
    error the earlier link stays.
    """
    with transaction.atomic():
        lock_course(usage_key.course_key)
        block = access_block(user, usage_key, manage=True)
        _refuse_part(block)
        key = _parsed(upstream, usage_key)
        _require_view(user, key, usage_key)
        _apply_link(block, key, user)
        if not sync:
            return None
        plan = plan_sync(usage_key.course_key, [usage_key])
        if fingerprint is None and any(step.action == SyncAction.DELETE for step in plan.steps):
            raise WouldDeleteError(plan)
        refuse_outdated(fingerprint, plan.basis, SyncOutdatedError)
        return apply_sync(plan, user=user)


def unlink_block(usage_key: UsageKey, *, user: Actor) -> None:
    """
    Remove the link of a block. Its content stays, and the linked blocks in it stay linked.

    The outermost linked blocks in it become top-level. Does nothing for a block that is not linked. Needs the
    permissions of ``sync_block`` in the course, but none in the library.

    Raises NotFoundError, and NotTopLevelError for a part of a linked structure.
    """
    course_key = usage_key.course_key
    # The name makes an undo give the tags back to the library, together with the link.
    with transaction.atomic(), named(ChangeKind.EDIT):
        lock_course(course_key)
        block = access_block(user, usage_key, manage=True)
        link = LinkSettings.of(usage_key, block.settings)
        if link.upstream is None:
            return
        _refuse_part(block)
        blocks = blocks_in(usage_key)
        links = {key: LinkSettings.of(key, found.settings) for key, found in blocks.items()}
        changed = dict(_below_unlinked(usage_key, links))
        changed[usage_key] = link.without_link()
        _write_links(course_key, blocks, changed, user)
        release_copied_tags([str(usage_key)])


def _below_unlinked(top: UsageKey, links: Mapping[UsageKey, LinkSettings]) -> Iterator[tuple[UsageKey, LinkSettings]]:
    """
    Yield new link settings for the linked blocks below a block that is unlinked.

    Each block names as its top the outermost linked block around it; the outermost blocks become top-level.
    """
    children = course_store().structure(top.course_key).children
    pending: list[tuple[UsageKey, UsageKey | None]] = [(child, None) for child in children.get(top, ())]
    while pending:
        key, above = pending.pop()
        link = links[key]
        if link.upstream is not None:
            yield key, link.as_part_of(None if above is None else short_key(above))
        outermost = above or (key if link.upstream is not None else None)
        pending += [(child, outermost) for child in children.get(key, ())]


def _write_links(
    course_key: CourseKey, blocks: Mapping[UsageKey, Block], links: Mapping[UsageKey, LinkSettings], user: Actor
) -> None:
    """Write the link settings of blocks, and no other changes."""
    olx = {key: with_attributes(blocks[key].olx, link.attributes()) for key, link in links.items()}
    changes: list[Change] = [UpdateBlock(key, text) for key, text in olx.items() if text != blocks[key].olx]
    if changes:
        write_course_plan(course_key, CoursePlan(tuple(changes)), author_pk=author_pk(user))


def _apply_link(block: Block, key: ItemKey, user: Actor) -> None:
    usage_key = block.usage_key
    require_matching_types(key, usage_key)
    if block.children and not isinstance(key, LibraryContainerLocator):
        raise BadDownstreamError(usage_key)
    upstreams = read_upstreams([key])
    if (broken := upstreams.problem_of(key)) is not None:
        raise BadUpstreamError(explain(broken, str(key), usage_key), field="upstream_ref")
    item = upstreams.items[key]
    olx = read_contents([item.version_pk]).olx.get(item.version_pk)
    known = LinkSettings.of(usage_key, block.settings)
    link = link_without_sync(item, olx, usage_key=usage_key, link=known.linked_to(str(key)).as_part_of(None))
    title = block.settings.get(DISPLAY_NAME)
    if known.upstream is None and title and title != link.upstream_title:
        link = replace(link, customized=(DISPLAY_NAME,))
    _write_links(usage_key.course_key, {usage_key: block}, {usage_key: link}, user)


def blocks_in(usage_key: UsageKey) -> Mapping[UsageKey, Block]:
    """Read a block and all blocks below it."""
    store = course_store()
    keys = [key for key, _depth in store.structure(usage_key.course_key).walk(usage_key)]
    return store.blocks(usage_key.course_key, keys)


def _require_syncable(block: Block, user: Actor, *, manage: bool) -> None:
    key = own_upstream(block)
    _refuse_part(block)
    if manage:
        require_may_sync(user, block.usage_key, key)
    else:
        require_may_see_state(user, block.usage_key, key)


def own_upstream(block: Block) -> ItemKey:
    """
    Return the library item that a block is linked to.

    Raises LinkError for a block that is not linked, a malformed key, and an item of another type.
    """
    link = LinkSettings.of(block.usage_key, block.settings)
    if link.upstream is None:
        raise NotLinkedError(block.usage_key)
    key = _parsed(link.upstream, block.usage_key)
    require_matching_types(key, block.usage_key)
    return key


def _refuse_part(block: Block) -> None:
    tops = tops_of([block.usage_key])
    if tops:
        raise NotTopLevelError(block.usage_key, tops[block.usage_key])


def _require_view(user: Actor, key: ItemKey, usage_key: UsageKey) -> None:
    if not may_view_library(user, library_key_of(key)):
        raise BadUpstreamError(explain(LinkState.INACCESSIBLE, str(key), usage_key), field="upstream_ref")


def _parsed(upstream: str, usage_key: UsageKey) -> ItemKey:
    try:
        return upstream_key(upstream)
    except MalformedKeyError:
        raise BadUpstreamError(explain(LinkState.MALFORMED, upstream, usage_key), field="upstream_ref") from None
