"""
Creates, changes, approves, schedules, publishes and reverts releases.

Each action locks the row of the release. Of two actions at the same time, the second therefore waits, and finds the
state that the first one left. Actions that look at content lock the learning package first, as every
set-wise writer does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ...actors import Actor
from ...errors import InvalidInputError
from ...keys import ItemKey, LibraryLocatorV2
from ...learning_core import api as learning_core
from ...learning_core.api import PublishPlan
from ...libraries import api as libraries
from ...libraries.api import Permission
from ...plan_basis import refuse_outdated
from ..models import Release, ReleaseEvent, ReleaseItem
from ..publish_preview.previewing import named, require_items
from ..release_data import RULES, ReleaseAction, ReleaseEventKind, ReleaseState, possible_actions
from ..release_moves import move_release, record_event
from ..undo.data import OnConflict
from ..undo.errors import NothingToUndoError, UndoConflictError
from ..undo.undoing import undo_change_set
from .errors import ContentChangedError, NothingToPublishError, NotRevertibleError, TooManyEventsError, WrongStateError
from .queries import access_release, get_release, package_pk_of, plan_of, require_items_there

MAX_EVENTS: Final = 1_000
"""How many comments on a release, and changes of its state, there may be before it takes only actions that end it."""

ENDS: Final = frozenset({ReleaseAction.PUBLISH, ReleaseAction.CANCEL, ReleaseAction.REVERT})
"""Actions that are possible however many events a release has."""


def create_release(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    title: str,
    description: str = "",
    item_keys: Collection[ItemKey] | None = None,
) -> Release:
    """
    Make a release, which is a draft at first. Needs EDIT.

    Args:
        library_key: the library.
        user: the user who makes it.
        title: title of the release.
        description: for those who decide about it.
        item_keys: its items, each with everything in it. Deleted items stand for the publication of their deletion.
            None for all items that have unpublished changes now.

    Raises NotFoundError, NotAllowedError, and InvalidInputError for an empty selection, items of other libraries,
    unknown items, and items that were deleted before they were ever published.
    """
    library = libraries.access_library(user, library_key, Permission.EDIT)
    learning_package_pk = libraries.package_pk(library)
    items = _chosen(learning_package_pk, library_key, item_keys)
    with transaction.atomic():
        release = Release.objects.create(
            library_key=str(library_key),
            learning_package_id=learning_package_pk,
            title=title,
            description=description,
            created_by_id=libraries.author_pk(user),
        )
        _set_items(release, items)
        record_event(release, ReleaseEventKind.CREATED, user)
    return get_release(release.uuid, user=user)


def change_release(
    uuid: UUID,
    *,
    user: Actor,
    title: str | None = None,
    description: str | None = None,
    item_keys: Collection[ItemKey] | None = None,
) -> Release:
    """
    Change a release that is a draft, or that was declined or held. It is a draft then. Needs EDIT.

    Args:
        uuid: the release.
        user: the user who changes it.
        title, description, item_keys: new values, as for ``create_release``; None leaves the old one.

    Raises NotFoundError, NotAllowedError, InvalidInputError, and WrongStateError.
    """
    with _acting(uuid, user, ReleaseAction.CHANGE) as release:
        if item_keys is not None:
            items = _chosen(package_pk_of(release), release.key, item_keys)
            ReleaseItem.objects.filter(release=release).delete()
            _set_items(release, items)
        release.title = release.title if title is None else title
        release.description = release.description if description is None else description
        _forget_approval(release)
        move_release(release, ReleaseState.DRAFT, ReleaseEventKind.CHANGED, user)
    return get_release(uuid, user=user)


def request_release(uuid: UUID, *, user: Actor, reason: str) -> Release:
    """
    Ask for the publication of a release. Needs EDIT.

    Args:
        uuid: the release.
        user: the user who asks.
        reason: for those who decide.

    Raises NotFoundError, NotAllowedError, WrongStateError, ItemsDeletedError, and NothingToPublishError.
    """
    with _acting(uuid, user, ReleaseAction.REQUEST) as release:
        _require_changes(release, _planned(release))
        release.requested_by_id = libraries.author_pk(user)
        _forget_approval(release)
        move_release(release, ReleaseState.REQUESTED, ReleaseEventKind.REQUESTED, user, reason)
    return get_release(uuid, user=user)


def comment_release(uuid: UUID, *, user: Actor, text: str) -> Release:
    """
    Comment on a release, in any state. Needs EDIT.

    Raises NotFoundError, NotAllowedError, and TooManyEventsError for a release with ``MAX_EVENTS`` events.
    """
    with _acting(uuid, user, ReleaseAction.COMMENT) as release:
        record_event(release, ReleaseEventKind.COMMENTED, user, text)
    return get_release(uuid, user=user)


def approve_release(uuid: UUID, *, user: Actor, fingerprint: str, comment: str = "") -> Release:
    """
    Approve the content of a release. Needs PUBLISH.

    Publishers may approve what they requested themselves, because they may publish it anyway.

    Args:
        uuid: the release.
        user: the user who approves it. A scheduled release is published on behalf of this user.
        fingerprint: fingerprint of the preview that the user has seen. Only exactly this content is published later.
        comment: for the team; may be blank.

    Raises NotFoundError, NotAllowedError, WrongStateError, ItemsDeletedError, NothingToPublishError, and
    ContentChangedError if the content is not what the user has seen.
    """
    with _acting(uuid, user, ReleaseAction.APPROVE, with_content=True) as release:
        plan = _planned(release)
        _require_changes(release, plan)
        text = _("The content of the release has changed since the preview. Look at a new preview, and approve that.")
        _refuse_changed(release, plan, fingerprint, text)
        _forget_approval(release)
        release.approved_by_id = libraries.author_pk(user)
        release.fingerprint = fingerprint
        move_release(release, ReleaseState.APPROVED, ReleaseEventKind.APPROVED, user, comment)
    return get_release(uuid, user=user)


def decline_release(uuid: UUID, *, user: Actor, reason: str) -> Release:
    """
    Decline a release. It can be changed and requested again. Needs PUBLISH.

    Raises NotFoundError, NotAllowedError and WrongStateError.
    """
    with _acting(uuid, user, ReleaseAction.DECLINE) as release:
        _forget_approval(release)
        move_release(release, ReleaseState.DECLINED, ReleaseEventKind.DECLINED, user, reason)
    return get_release(uuid, user=user)


def schedule_release(uuid: UUID, *, user: Actor, publish_at: datetime) -> Release:
    """
    Set, or change, the time when an approved release is published. Needs PUBLISH.

    It is checked again at that time, and published on behalf of the user who approved it.

    Raises NotFoundError, NotAllowedError, WrongStateError, and InvalidInputError for a time in the past, and for a
    release that no user has approved.
    """
    with _acting(uuid, user, ReleaseAction.SCHEDULE) as release:
        if publish_at <= datetime.now(UTC):
            raise InvalidInputError(_("This time has passed. Choose a time in the future."), field="publish_at")
        if release.approved_by_id is None:
            raise InvalidInputError(_("A user has to approve the release, on whose behalf it is published later."))
        release.publish_at = publish_at
        release.attempts = 0
        move_release(release, ReleaseState.SCHEDULED, ReleaseEventKind.SCHEDULED, user, publish_at.isoformat())
    return get_release(uuid, user=user)


def publish_release(uuid: UUID, *, user: Actor) -> Release:
    """
    Publish an approved release now, in one publish log. Needs PUBLISH.

    Raises NotFoundError, NotAllowedError, WrongStateError, ItemsDeletedError, NothingToPublishError, and
    ContentChangedError if the content is not what was approved. Nothing is written then.
    """
    with _acting(uuid, user, ReleaseAction.PUBLISH, with_content=True) as release:
        publish_locked(release, user=user)
    return get_release(uuid, user=user)


def cancel_release(uuid: UUID, *, user: Actor, reason: str = "") -> Release:
    """
    Cancel a release for good. Needs EDIT for one's own release, and PUBLISH for others.

    Raises NotFoundError, NotAllowedError and WrongStateError.
    """
    with _acting(uuid, user, ReleaseAction.CANCEL) as release:
        author_pk = libraries.author_pk(user)
        if author_pk is None or author_pk != release.created_by_id:
            libraries.access_library(user, release.key, Permission.PUBLISH)
        move_release(release, ReleaseState.CANCELED, ReleaseEventKind.CANCELED, user, reason)
    return get_release(uuid, user=user)


def revert_release(uuid: UUID, *, user: Actor, on_conflict: OnConflict = OnConflict.REFUSE) -> Release:
    """
    Publish the versions from before a release again, in one publish log. Drafts stay. Needs PUBLISH.

    Args:
        uuid: the release.
        user: the user who reverts it.
        on_conflict: whether to refuse if items were published again since, or to leave these items out.

    Raises NotFoundError, NotAllowedError, WrongStateError, and NotRevertibleError.
    """
    with _acting(uuid, user, ReleaseAction.REVERT, with_content=True) as release:
        if release.publish_log_uuid is None:
            raise NotRevertibleError(_("It is not known what the release has published."), state=release.current_state)
        try:
            # It also moves the release.
            undo_change_set(release.publish_log_uuid, user=user, on_conflict=on_conflict)
        except (UndoConflictError, NothingToUndoError) as error:
            raise NotRevertibleError(error.message, state=release.current_state) from error
    return get_release(uuid, user=user)


def publish_locked(release: Release, *, user: Actor) -> None:
    """
    Publish an approved release whose row and learning package are locked, in one publish log.

    The user is one who may publish. Raises ItemsDeletedError, ContentChangedError and NothingToPublishError.
    """
    plan = _planned(release)
    text = _("The content of the release has changed since it was approved. Look at a new preview, and approve that.")
    _refuse_changed(release, plan, release.fingerprint, text)
    _require_changes(release, plan)
    with learning_core.named(learning_core.ChangeKind.PUBLISH, source_key=f"release:{release.uuid}"):
        log_pk = learning_core.publish_planned(plan, author_pk=libraries.author_pk(user), message=release.title)
    log = learning_core.find_publish_log(pk=log_pk)
    release.publish_log_uuid = None if log is None else log.uuid
    move_release(release, ReleaseState.PUBLISHED, ReleaseEventKind.PUBLISHED, user)


def hold(release: Release, reason: str) -> None:
    """Hold a release that is due and cannot be published. The row is locked."""
    move_release(release, ReleaseState.HELD, ReleaseEventKind.HELD, None, reason)


def cancel_orphan(release: Release, reason: str) -> None:
    """Cancel a release whose library is gone. The row is locked."""
    move_release(release, ReleaseState.CANCELED, ReleaseEventKind.CANCELED, None, reason)


@contextmanager
def _acting(uuid: UUID, user: Actor, action: ReleaseAction, *, with_content: bool = False) -> Iterator[Release]:
    """
    Check that a user may do something with a release now, and lock its row until the end of the block.

    Args:
        with_content: whether to keep others from changing the content meanwhile.

    Raises NotFoundError, NotAllowedError, WrongStateError, and TooManyEventsError.
    """
    found = access_release(uuid, user, RULES[action].permission)
    if action not in ENDS and ReleaseEvent.objects.filter(release=found).count() >= MAX_EVENTS:
        raise TooManyEventsError(
            _(
                "The release has %(count)s comments and changes, and takes no more. Publish or cancel it, and make"
                " another one."
            )
            % {"count": f"{MAX_EVENTS:,}"},
            state=found.current_state,
        )
    with transaction.atomic():
        if with_content:
            learning_core.lock_package(package_pk_of(found))
        release = Release.objects.select_for_update().get(pk=found.pk)
        if release.current_state not in RULES[action].states:
            raise WrongStateError(
                _("The release is %(state)s now. What is possible: %(actions)s.")
                % {
                    "state": release.get_state_display().lower(),
                    "actions": ", ".join(possible_actions(release.current_state)),
                },
                state=release.current_state,
            )
        yield release


def _planned(release: Release) -> PublishPlan:
    require_items_there(release)
    return plan_of(release)


def _require_changes(release: Release, plan: PublishPlan) -> None:
    if plan.is_empty:
        raise NothingToPublishError(
            _("Nothing in the release has unpublished changes. Choose other items, or cancel it."),
            state=release.current_state,
        )


def _refuse_changed(release: Release, plan: PublishPlan, fingerprint: str, text: str) -> None:
    """Raise ContentChangedError with a text if the fingerprint belongs to other content."""
    refuse_outdated(fingerprint, plan.basis, lambda _changes: ContentChangedError(text, state=release.current_state))


def _forget_approval(release: Release) -> None:
    release.approved_by_id, release.fingerprint, release.publish_at = None, "", None


def _chosen(
    learning_package_pk: int, library_key: LibraryLocatorV2, item_keys: Collection[ItemKey] | None
) -> list[ReleaseItem]:
    """Return unsaved rows for the chosen items."""
    if item_keys is None:
        changes = learning_core.unpublished_changes(learning_package_pk, library_key=library_key)
        if not changes:
            raise InvalidInputError(_("The library has no unpublished changes."), field="item_keys")
        return [_item(change.key, change.entity_pk, deleted=change.new_version_pk is None) for change in changes]
    found = require_items(learning_package_pk, library_key, item_keys)
    gone = [key for key, item in found.items() if item.is_deleted and item.published_version_pk is None]
    if gone:
        raise InvalidInputError(
            _("These items are deleted, and not published: %(items)s. Restore them, or leave them out.")
            % {"items": named(gone)},
            field="item_keys",
        )
    return [_item(key, item.pk, deleted=item.is_deleted) for key, item in found.items()]


def _item(key: ItemKey, entity_pk: int, *, deleted: bool) -> ReleaseItem:
    return ReleaseItem(item_key=str(key), entity_pk=entity_pk, as_deletion=deleted)


def _set_items(release: Release, items: Collection[ReleaseItem]) -> None:
    for item in items:
        item.release = release
    ReleaseItem.objects.bulk_create(items)
