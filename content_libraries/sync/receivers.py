"""Connects the room to changes of courses and libraries."""

from __future__ import annotations

from django.dispatch import receiver
from openedx_events.content_authoring.data import LibraryBlockData, LibraryContainerData
from openedx_events.content_authoring.signals import LIBRARY_BLOCK_DELETED, LIBRARY_CONTAINER_DELETED

from ..content.api import register_links
from ..courses.api import register_course_hook
from .guard.edits import LinkKeeper
from .link.rows import is_linked, release_tags_of

register_course_hook(LinkKeeper())
register_links(is_linked)


@receiver(LIBRARY_BLOCK_DELETED, dispatch_uid="content_libraries.sync.component_deleted")
def component_deleted(*, library_block: LibraryBlockData, **_kwargs: object) -> None:
    """Let authors of courses edit the tags that came from a component."""
    release_tags_of(str(library_block.usage_key))


@receiver(LIBRARY_CONTAINER_DELETED, dispatch_uid="content_libraries.sync.container_deleted")
def container_deleted(*, library_container: LibraryContainerData, **_kwargs: object) -> None:
    """Let authors of courses edit the tags that came from a container."""
    release_tags_of(str(library_container.container_key))
