"""Moves releases to other states, records what happened to them, and announces it after the commit."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from ..actors import Actor
from ..libraries.api import author_pk
from .models import Release, ReleaseEvent
from .release_data import ReleaseEventKind, ReleaseState
from .signals import SIGNALS, ReleaseData


def move_release(
    release: Release, state: ReleaseState, kind: ReleaseEventKind, user: Actor | None, text: str = ""
) -> None:
    """Save a release, whose row is locked, in another state, and record what happened."""
    release.state = state.value
    release.save()
    record_event(release, kind, user, text)


def record_event(release: Release, kind: ReleaseEventKind, user: Actor | None, text: str = "") -> None:
    """Record what happened to a release, and announce it after the commit. The site itself has no user."""
    pk = None if user is None else author_pk(user)
    event = ReleaseEvent.objects.create(release=release, kind=kind.value, user_id=pk, text=text)
    if kind not in SIGNALS:
        return
    data = ReleaseData(
        library_key=release.key,
        release_uuid=str(release.uuid),
        title=release.title,
        state=str(release.state),
        username=_username(event.user),
        created_by=_username(release.created_by),
        requested_by=_username(release.requested_by),
        approved_by=_username(release.approved_by),
        text=text,
    )
    transaction.on_commit(partial(SIGNALS[kind].send_event, time=event.created, release=data))


def follow_undo_of_publish(undone: UUID, *, undoes: UUID | None, undone_by: UUID, user: Actor) -> None:
    """
    Move the releases that an undo of a publish concerns, in the caller's transaction.

    The release that the undone change set published is reverted. If the undone change set had itself undone the
    publish of a release, that release is published again, by the new change set.

    Args:
        undone: the change set that was undone.
        undoes: the change set that it had undone; None if it was no undo.
        undone_by: the new change set.
        user: the user who undoes it.
    """
    releases = Release.objects.select_for_update().order_by("pk")
    for release in releases.filter(publish_log_uuid=undone, state=ReleaseState.PUBLISHED.value):
        move_release(release, ReleaseState.REVERTED, ReleaseEventKind.REVERTED, user)
    if undoes is None:
        return
    for release in releases.filter(publish_log_uuid=undoes, state=ReleaseState.REVERTED.value):
        release.publish_log_uuid = undone_by
        move_release(release, ReleaseState.PUBLISHED, ReleaseEventKind.PUBLISHED, user)


def _username(user: User | None) -> str:
    return "" if user is None else user.username
