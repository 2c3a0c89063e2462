"""Copies an item of a library, or a block of a course, to the clipboard, and reads the clipboard."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from ..actors import Actor, is_operator
from ..errors import NotAllowedError, NotFoundError
from . import tasks
from .data import Snapshot
from .models import CLIPBOARD, StagedContent, StagedFile, StagedStatus
from .sources import SourceKey, take_snapshot

logger = logging.getLogger(__name__)

MAX_FILE_SIZE: Final = 10 * 1024**2
"""Larger files are recorded without their data, and a paste leaves them out (wire: clipboard-copy)."""


def copy_to_clipboard(key: SourceKey, *, user: Actor) -> StagedContent:
    """
    Put the draft of an item or block, with everything below it, on the clipboard of a user.

    The copy replaces the previous content of the clipboard.

    Needs REUSE of a component of a library, VIEW of a container, and VIEW of the course for a block of a course.

    Raises NotFoundError, also if the item is softly deleted; NotAllowedError, also for the operator, who has no
    clipboard; and InvalidInputError if the item or block is too large to be copied at once.
    """
    owner_pk = _owner_pk(user)
    snapshot = take_snapshot(key, user=user)
    with transaction.atomic():
        staged = StagedContent.objects.create(
            user_id=owner_pk,
            block_type=snapshot.tag,
            olx=snapshot.olx,
            display_name=snapshot.title,
            suggested_url_name=snapshot.code,
            tags=snapshot.tags,
            container_settings={
                item_key: asdict(settings) | {"settings": dict(settings.settings)}
                for item_key, settings in snapshot.settings.items()
            },
            source_key=str(key),
            context_title=snapshot.context_title,
            unit_key=snapshot.unit_key,
        )
        StagedFile.objects.bulk_create(_files(staged, snapshot))
        older = StagedContent.objects.filter(user_id=owner_pk, purpose=CLIPBOARD, pk__lt=staged.pk)
        if older.exclude(status=StagedStatus.EXPIRED).update(status=StagedStatus.EXPIRED):
            transaction.on_commit(_clean_up_later)
    return staged


def get_clipboard(user: Actor) -> StagedContent | None:
    """
    Return the content of a user's clipboard; None if the clipboard is empty.

    The OLX, the tags and the settings are loaded only when they are accessed.
    """
    return (
        StagedContent.objects.filter(user_id=_owner_pk(user), purpose=CLIPBOARD)
        .exclude(status=StagedStatus.EXPIRED)
        .defer("olx", "tags", "container_settings")
        .order_by("-pk")
        .first()
    )


def get_staged(staged_pk: int, *, user: Actor) -> StagedContent:
    """
    Return staged content to its owner.

    The text is a snapshot that the owner was allowed to take. So the owner can still read it after losing the rights
    in the library or course; pasting checks those rights again.

    Raises NotFoundError if the content is unknown or not ready, NotAllowedError if it belongs to another user.
    """
    staged = StagedContent.objects.filter(pk=staged_pk).first()
    if staged is None:
        raise NotFoundError(_("There is no copy %(pk)s.") % {"pk": staged_pk})
    if staged.user_id != _owner_pk(user):
        raise NotAllowedError(_("The copy %(pk)s belongs to somebody else.") % {"pk": staged_pk})
    if not staged.is_ready:
        raise NotFoundError(_("The copy %(pk)s is not there any more. Copy the item again.") % {"pk": staged_pk})
    return staged


def _owner_pk(user: Actor) -> int:
    if is_operator(user) or user.pk is None:
        raise NotAllowedError(_("Only users have a clipboard."))
    return user.pk


def _files(staged: StagedContent, snapshot: Snapshot) -> list[StagedFile]:
    return [
        StagedFile(
            content=staged,
            source_key=key,
            path=file.path,
            media_type=file.media_type,
            digest=file.digest if file.size <= MAX_FILE_SIZE else "",
            size=file.size,
        )
        for key, files in snapshot.files.items()
        for file in files
    ]


def _clean_up_later() -> None:
    """Let a worker delete expired copies. If the broker does not respond, the next run deletes them."""
    try:
        tasks.clean_up_staged_content.apply_async(retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker does not answer; expired copies are deleted later.", exc_info=True)
