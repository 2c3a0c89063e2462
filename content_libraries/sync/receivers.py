"""Connects the room to changes of courses and libraries."""

from __future__ import annotations

from django.dispatch import receiver

from ..content.api import library_key_of_package, register_links
from ..courses.api import register_course_hook
from ..learning_core import api as learning_core
from ..learning_core.api import DraftChangeLogEventData, LearningPackageEventData
from .guard.edits import LinkKeeper
from .link.rows import is_linked, release_tags_of

register_course_hook(LinkKeeper())
register_links(is_linked)


@receiver(learning_core.ENTITIES_DRAFT_CHANGED, dispatch_uid="content_libraries.sync.items_deleted")
def items_deleted(
    *, learning_package: LearningPackageEventData, change_log: DraftChangeLogEventData, **_kwargs: object
) -> None:
    """Let authors of courses edit the tags that came from deleted items of a library."""
    deleted = [change.entity_id for change in change_log.changes if change.new_version_id is None]
    if deleted and (library_key := library_key_of_package(learning_package.id)) is not None:
        release_tags_of(learning_core.item_keys(learning_package.id, deleted, library_key=library_key).values())
