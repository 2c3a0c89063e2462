"""Finds, summarizes, deletes and restores components and containers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import NotFoundError
from ..keys import ItemKey, library_key_of
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, access_library, author_pk, package_pk
from . import events
from .data import ItemSummary
from .expected_versions import expecting


def access_item(
    user: Actor,
    key: ItemKey,
    permission: Permission,
    *,
    deleted_too: bool = False,
) -> tuple[ContentLibrary, learning_core.FoundItem]:
    """
    Find an item for a user who needs a permission.

    Raises NotFoundError if the library or item is unknown, or deleted unless ``deleted_too``; NotAllowedError if the
    user does not have the permission, whether the item exists or not.
    """
    library = access_library(user, library_key_of(key), permission)
    return library, learning_core.find_item(package_pk(library), key, deleted_too=deleted_too)


def delete_item(key: ItemKey, *, user: Actor, expected_version: int | None = None) -> None:
    """
    Delete a component or container softly. Needs EDIT.

    Its published version stays until the deletion is published; containers keep its place among their children; its
    own children are not deleted.

    Args:
        expected_version: the version that the user has seen; any version if None.

    Raises NotAllowedError, VersionConflictError, and NotFoundError if the item is unknown or deleted already. Even then
    the event of a deletion is sent, so that receivers can remove what they have stored of it (wire: events).
    """
    library = access_library(user, library_key_of(key), Permission.EDIT)
    try:
        item = learning_core.find_item(package_pk(library), key)
    except NotFoundError:
        events.send_deleted(key)
        raise
    with expecting(library, key, item.pk, expected_version):
        learning_core.delete_item(package_pk(library), item.pk, author_pk=author_pk(user))


def restore_item(key: ItemKey, *, user: Actor) -> None:
    """
    Set the draft of a component or container to its latest version. Needs EDIT.

    Does nothing if the draft is the latest version already. Raises NotFoundError for an item that never existed, and
    NotAllowedError.
    """
    library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
    with learning_core.named(learning_core.ChangeKind.RESTORE):
        learning_core.restore_item(package_pk(library), item.pk, author_pk=author_pk(user))


def item_summary(library: ContentLibrary, entity_pk: int) -> ItemSummary:
    """Summarize one item; see ``item_summaries``. Raises NotFoundError if it has just been deleted."""
    for summary in item_summaries(library, [entity_pk]):
        return summary
    raise NotFoundError(_("This was deleted while it was read. Restore it to go on."))


def item_summaries(library: ContentLibrary, entity_pks: Iterable[int], *, published: bool = False) -> list[ItemSummary]:
    """
    Summarize items of a library, in a constant number of queries. Checks no permission.

    Args:
        library: the library of the items.
        entity_pks: pks of publishable entities; repetitions are repeated.
        published: whether to show the published versions instead of the drafts.

    Returns: the summaries in the given order, without items that have no such version.
    """
    pks = list(entity_pks)
    statuses = learning_core.item_statuses(package_pk(library), pks, library_key=library.library_key)
    tags = learning_core.tag_counts([str(status.key) for status in statuses.values()])
    shown = {
        pk: item
        for pk, status in statuses.items()
        if (item := _summary(status, tags.get(str(status.key), 0), published=published)) is not None
    }
    return [shown[pk] for pk in pks if pk in shown]


def _summary(status: learning_core.ItemStatus, tags_count: int, *, published: bool) -> ItemSummary | None:
    version = status.published if published else status.draft
    if version is None:
        return None
    return ItemSummary(
        key=status.key,
        display_name=version.title,
        published_display_name=status.published.title if status.published else None,
        tags_count=tags_count,
        last_published=status.last_published,
        published_by=status.last_published_by,
        last_draft_created=status.draft.created if status.draft else None,
        last_draft_created_by=status.draft.created_by if status.draft else None,
        has_unpublished_changes=status.has_unpublished_changes,
        created=status.created,
        created_by=status.created_by,
        modified=version.created,
        can_stand_alone=status.can_stand_alone,
        version_num=version.version_num,
        last_change_set=status.last_change_set,
    )
