"""What users do with links: create, sync, decline, unlink. Each is one change set of the course, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..content.tagging.api import announce_tags, copy_tags, release_copied_tags
from ..courses.api import (
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
from ..errors import ConflictError, MalformedKeyError
from ..keys import ItemKey, LibraryContainerLocator, library_key_of
from ..libraries.api import author_pk
from ..olx.api import with_attributes
from .access import access_block, may_view_library, require_follow, require_state
from .data import FileNotices, LinkState, SyncAction, SyncPlan
from .errors import BadDownstreamError, BadUpstreamError, NotLinkedError, NotTopLevelError
from .files import bytes_of
from .guarding import refuse_linked_parents
from .links import tops_of
from .planning import plan_creation, plan_sync
from .reuse import refuse_unsupported_type
from .settings import DISPLAY_NAME, LinkSettings, short_key, upstream_key
from .states import explain, require_matching_types
from .taking import looked_up
from .upstreams import read_contents, read_upstreams


class SyncOutdatedError(ConflictError):
    """What a preview showed is not what the sync would do now."""

    code = "preview_outdated"

    def __init__(self) -> None:
        super().__init__(_("The library or the course changed since this was shown. Look at it again, then sync."))


class WouldDeleteError(ConflictError):
    """A sync would delete blocks that a block has of its own, which nobody was shown (wire: sync-link-set)."""

    code = "would_delete"

    def __init__(self, plan: SyncPlan) -> None:
        super().__init__(_("Blocks would be deleted. Look at them, then ask again with the fingerprint."))
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did: the plan that was applied, and the change set that it made, None where nothing changed."""

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
    Take what the library has published, into a linked block and everything in it (wire: sync-component,
    sync-structure).

    Titles and bodies of Texts that were changed in the course stay (``keep_local``).

    Args:
        usage_key: the linked block. It must not be a part of another one.
        user: needs MANAGE_LIBRARY_UPDATES in the course, or EDIT there and VIEW in the library.
        override: take the library's values also for local changes of the block itself, if it is a component
            (``take_upstream``); the changes are lost.
        keep: names of fields whose local changes stay all the same.
        fingerprint: of the preview that the user has seen; the sync is refused if it would do something else.

    Raises NotFoundError, UpstreamNotAllowedError, LinkError (NotTopLevelError for a part of a linked structure), and
    SyncOutdatedError. The course is untouched then.
    """
    with transaction.atomic():
        lock_course(usage_key.course_key)
        block = access_block(user, usage_key, manage=True)
        _require_syncable(block, user, manage=True)
        plan = plan_sync(usage_key.course_key, [usage_key], override=override, keep=keep)
        if fingerprint is not None and fingerprint != plan.fingerprint:
            raise SyncOutdatedError
        return apply_sync(plan, user=user)


def apply_sync(plan: SyncPlan, *, user: Actor) -> Synced:
    """Do what a plan says, in one change set. Checks no permission. The caller has locked the course."""
    change_set = None
    written: set[str] = set()
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


def _announce(retagged: Sequence[str]) -> None:
    """Tell of blocks of which only the tags are others; the change set tells of what was written."""
    for key in retagged:
        announce_tags(key)


def create_linked_block(
    parent_key: UsageKey, *, user: Actor, upstream: str, block_type: str | None = None, index: int | None = None
) -> tuple[Block, Synced]:
    """
    Create a course block from a library item, with everything in it, linked to it.

    Args:
        parent_key: where.
        user: needs EDIT in the course and VIEW in the library.
        upstream: key of the library item, which has to be published.
        block_type: what the caller expects it to become; anything that fits if None.
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
    Link a block that is there to a library item, in place of what it was linked to.

    Args:
        usage_key: the block; no part of a linked structure.
        user: needs what ``sync_block`` needs, and VIEW in the library.
        upstream: key of the library item, which has to be published.
        sync: take its content too; otherwise only what the library calls it is noted, and an update is offered.
        fingerprint: of the plan that a WouldDeleteError has shown.

    Returns: what the sync did, None without one. Raises NotFoundError, LinkError, SyncOutdatedError, and
    WouldDeleteError for a sync that would delete blocks, until its plan was shown. The earlier link stays then.
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
        if fingerprint is not None and fingerprint != plan.fingerprint:
            raise SyncOutdatedError
        return apply_sync(plan, user=user)


def unlink_block(usage_key: UsageKey, *, user: Actor) -> None:
    """
    Cut the link of a block for good. Its content stays, and so do the links of what is in it, one level down.

    Nothing happens to a block that is not linked. Needs what ``sync_block`` needs, without the library.

    Raises NotFoundError, and NotTopLevelError for a part of a linked structure.
    """
    course_key = usage_key.course_key
    with transaction.atomic():
        lock_course(course_key)
        block = access_block(user, usage_key, manage=True)
        link = LinkSettings.of(usage_key, block.settings)
        if link.upstream is None:
            return
        _refuse_part(block)
        blocks = blocks_in(usage_key)
        links = {key: LinkSettings.of(key, found.settings) for key, found in blocks.items()}
        changed = dict(_below_unlinked(usage_key, links))
        changed[usage_key] = link.severed()
        _write_links(course_key, blocks, changed, user)
        release_copied_tags([str(usage_key)])


def _below_unlinked(top: UsageKey, links: Mapping[UsageKey, LinkSettings]) -> Iterator[tuple[UsageKey, LinkSettings]]:
    """What linked blocks below one that is unlinked say then: each names the outermost linked block above it."""
    children = course_store().structure(top.course_key).children
    pending: list[tuple[UsageKey, UsageKey | None]] = [(child, None) for child in children.get(top, ())]
    while pending:
        key, above = pending.pop()
        link = links[key]
        if link.upstream is not None:
            yield key, link.within(None if above is None else short_key(above))
        outermost = above or (key if link.upstream is not None else None)
        pending += [(child, outermost) for child in children.get(key, ())]


def _write_links(
    course_key: CourseKey, blocks: Mapping[UsageKey, Block], links: Mapping[UsageKey, LinkSettings], user: Actor
) -> None:
    """Let blocks say something else of their links, and nothing else."""
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
    link = looked_up(item, olx, usage_key=usage_key, link=known.linked_to(str(key)).within(None))
    title = block.settings.get(DISPLAY_NAME)
    if known.upstream is None and title and title != link.upstream_title:
        link = replace(link, customized=(DISPLAY_NAME,))
    _write_links(usage_key.course_key, {usage_key: block}, {usage_key: link}, user)


def blocks_in(usage_key: UsageKey) -> Mapping[UsageKey, Block]:
    """A block and everything in it."""
    store = course_store()
    keys = [key for key, _depth in store.structure(usage_key.course_key).walk(usage_key)]
    return store.blocks(usage_key.course_key, keys)


def _require_syncable(block: Block, user: Actor, *, manage: bool) -> None:
    key = own_upstream(block)
    _refuse_part(block)
    if manage:
        require_follow(user, block.usage_key, key)
    else:
        require_state(user, block.usage_key, key)


def own_upstream(block: Block) -> ItemKey:
    """What a block is linked to, if anything can be. Raises LinkError."""
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
