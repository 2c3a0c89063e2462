"""Decides which process rebuilds the index: one at a time, and another one if that process dies."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import conf
from ..errors import ConflictError
from .models import SearchAccess, SearchCheckpoint, SearchRebuild

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=2)
"""How long a process counts as alive after it last renewed the ownership. One step takes a small part of this time."""

_ATTEMPTS: Final = 5


class RebuildRunningError(ConflictError):
    """The index is being rebuilt by another process."""

    code = "search_rebuild_running"


@dataclass(slots=True)
class Ownership:
    """
    The right to rebuild the index.

    Args:
        owner: a unique name of the owner.
        index_id: the index that is being filled; "" if no index was begun.
    """

    owner: str
    index_id: str

    def renew(self, *, index_id: str | None = None) -> None:
        """
        Record that this process is alive, and has done a step or begun a new index.

        Raises RebuildRunningError if the process was thought dead and another one has gone on.

        Args:
            index_id: the index to fill from now on.
        """
        done = {} if index_id else {"attempts": 0}
        self.index_id = self.index_id if index_id is None else index_id
        mine = SearchRebuild.objects.filter(owner=self.owner)
        if not mine.update(owned_until=timezone.now() + LEASE, index_id=self.index_id, **done):
            raise RebuildRunningError(_("Another process goes on with this rebuild, because this one was too slow."))


@contextmanager
def owning_the_rebuild() -> Iterator[Ownership]:
    """
    Begin a rebuild, or continue an interrupted one, while no other process does.

    Raises RebuildRunningError if another process is rebuilding.
    """
    owner = uuid.uuid4().hex
    now = timezone.now()
    rebuild, is_new = SearchRebuild.objects.get_or_create(
        pk=SearchRebuild.THE_ONLY, defaults={"owner": owner, "owned_until": now + LEASE, "attempts": 1}
    )
    if not is_new:
        free = SearchRebuild.objects.filter(owner="") | SearchRebuild.objects.filter(owned_until__lt=now)
        if not free.update(owner=owner, owned_until=now + LEASE, attempts=F("attempts") + 1):
            raise RebuildRunningError(
                _(
                    "The index is being rebuilt already, since %(started)s. Wait until that is done. If its"
                    " process was killed, another can go on with it %(seconds)s seconds later."
                )
                % {"started": f"{rebuild.started:%Y-%m-%d %H:%M:%S}", "seconds": LEASE.seconds}
            )
        rebuild.refresh_from_db()
    try:
        yield Ownership(owner, rebuild.index_id)
    finally:
        SearchRebuild.objects.filter(owner=owner).update(owner="")


def is_interrupted() -> bool:
    """
    Return whether the sweep has to continue an interrupted rebuild.

    After too many attempts the sweep leaves it to people, and logs an error.
    """
    rebuild = SearchRebuild.objects.first()
    if rebuild is None or (rebuild.owner and rebuild.owned_until >= timezone.now()):
        return False
    if rebuild.attempts < conf.JOB_ATTEMPTS.value:
        return True
    logger.error(
        "The rebuild of the search index broke off %s times without doing a step, and is not gone on with by itself."
        " Find the reason in the log, and run “reindex_studio --full”.",
        rebuild.attempts,
    )
    return False


def finish_rebuild() -> None:
    """Record that the spare index is in use now: its checkpoints replace the others."""
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                _use_spare_checkpoints()
            return
        except IntegrityError:
            # A process that was catching up in the old index may have created a checkpoint again.
            if attempt == _ATTEMPTS - 1:
                raise


def _use_spare_checkpoints() -> None:
    spare = SearchCheckpoint.objects.filter(is_spare=True)
    known = set(spare.values_list("context_key", flat=True))
    in_use = SearchCheckpoint.objects.filter(is_spare=False)
    # Nothing else would remove the rows of deleted libraries.
    gone = [key for key in in_use.values_list("context_key", flat=True) if key not in known]
    SearchAccess.objects.filter(context_key__in=gone).delete()
    in_use.delete()
    spare.update(is_spare=False, turn="")
    SearchRebuild.objects.all().delete()
