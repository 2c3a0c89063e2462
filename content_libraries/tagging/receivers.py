"""Removes the tags of deleted libraries."""

from __future__ import annotations

from django.dispatch import receiver
from openedx_events.content_authoring.data import ContentLibraryData
from openedx_events.content_authoring.signals import CONTENT_LIBRARY_DELETED

from . import api


@receiver(CONTENT_LIBRARY_DELETED, dispatch_uid="content_libraries.tagging.library_deleted")
def library_deleted(*, content_library: ContentLibraryData, **_kwargs: object) -> None:
    """Remove the tags of a deleted library, because a new library with the same key must not have them."""
    api.delete_tags_of_library(content_library.library_key)
