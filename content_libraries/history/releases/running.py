"""
Publishes releases at their time.

A periodic task finds what is due and sends a message for each release. A message that is lost, or a worker that dies,
leaves the release due, so that the next turn sends it again. The row of the release is locked while it is published, so
that it is published once.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ... import conf, site_language
from ...errors import ContentLibrariesError, NotFoundError
from ...learning_core import api as learning_core
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..models import Release
from ..release_data import ReleaseState
from .acting import cancel_orphan, hold, publish_locked

logger = logging.getLogger(__name__)


def due_releases() -> list[UUID]:
    """Find the releases whose time has come, the oldest first."""
    due = Release.objects.filter(state=ReleaseState.SCHEDULED.value, publish_at__lte=datetime.now(UTC))
    return list(due.order_by("publish_at", "pk").values_list("uuid", flat=True))


def publish_due_release(uuid: UUID) -> bool:
    """
    Publish a release whose time has come, on behalf of the user who approved it.

    The release is checked again. It is held, with the reason, if its content is not what was approved, or if the user
    may not publish any more. It is canceled if its library is gone. Does nothing if it is not due, for example because
    it was canceled or published just now. Raises unexpected errors, and holds the release after too many of them.

    Returns: whether it was published.
    """
    due = Release.objects.filter(uuid=uuid, state=ReleaseState.SCHEDULED.value, publish_at__lte=datetime.now(UTC))
    # Outside of the transaction, so that attempts of workers that are killed count, too.
    if not due.update(attempts=F("attempts") + 1):
        return False
    with site_language.active(), transaction.atomic():
        release = _locked(uuid)
        if release is None:
            return False
        if release.attempts > conf.JOB_ATTEMPTS.value:
            hold(release, _("It broke off too often. Ask the staff of the site to look at it, and approve it again."))
            return False
        return _publish(release)


def _locked(uuid: UUID) -> Release | None:
    """Lock the learning package of a release, and then its row. Returns None if it is not due any more."""
    package_pk = Release.objects.filter(uuid=uuid).values_list("learning_package_id", flat=True).first()
    if package_pk is not None:
        try:
            learning_core.lock_package(package_pk)
        except NotFoundError:
            logger.info("The library of the release %s was deleted just now", uuid)
    due = Release.objects.select_for_update().filter(uuid=uuid, state=ReleaseState.SCHEDULED.value)
    return due.filter(publish_at__lte=datetime.now(UTC)).first()


def _publish(release: Release) -> bool:
    """Publish a locked release, or hold or cancel it. Returns whether it was published."""
    if release.is_orphan:
        cancel_orphan(release, _("The library was deleted."))
        return False
    if release.approved_by is None:
        hold(release, _("The user who approved it is gone. Somebody else has to approve it."))
        return False
    try:
        libraries.access_library(release.approved_by, release.key, Permission.PUBLISH)
        publish_locked(release, user=release.approved_by)
    except ContentLibrariesError as error:
        logger.info("The release %s is held: %s", release.uuid, error.message)
        hold(release, error.message)
        return False
    return True
