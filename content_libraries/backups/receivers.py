"""Gives restored content its tags when a library is made of it."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import receiver
from openedx_events.content_authoring.data import ContentLibraryData
from openedx_events.content_authoring.signals import CONTENT_LIBRARY_CREATED

from ..errors import NotFoundError
from ..libraries.api import get_library
from .models import RestoreJob
from .restoring.staging import give_staged_tags


@receiver(CONTENT_LIBRARY_CREATED, dispatch_uid="content_libraries.backups.library_created")
def library_created(*, content_library: ContentLibraryData, **_kwargs: object) -> None:
    """
    Give a library of restored content the tags of the archive.

    Tags belong to keys, and the content has keys only since it has a library.
    """
    try:
        library = get_library(content_library.library_key)
    except NotFoundError:  # deleted meanwhile
        return
    with transaction.atomic():
        restored = RestoreJob.objects.select_for_update().filter(
            learning_package_pk=library.learning_package_id, tags__isnull=False
        )
        for job in restored:
            give_staged_tags(library, job.tags or ())
            RestoreJob.objects.filter(pk=job.pk).update(tags=None)
