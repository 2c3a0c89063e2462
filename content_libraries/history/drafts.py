"""Reads the unpublished changes of an item, and how the item was created."""

from __future__ import annotations

from collections.abc import Iterable

from ..actors import Actor
from ..keys import ItemKey, LibraryContainerLocator, LibraryUsageLocatorV2, item_type_of, library_key_of
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, access_library, package_pk
from .data import Action, Contributor, HistoryEntry
from .windows import windows_of


def draft_history(key: ItemKey, *, user: Actor) -> list[HistoryEntry]:
    """
    Read the changes since the last publish, newest first. Needs VIEW.

    For an item that was never published, all changes are read.

    Args:
        key: a component, deleted (softly) or not; or a container that is not deleted, for the changes of itself and of
            all components below it, deleted ones too.
        user: the user who asks.

    Raises NotFoundError and NotAllowedError.
    """
    library, item = access_history(user, key, deleted_too=isinstance(key, LibraryUsageLocatorV2))
    statuses = learning_core.item_statuses(package_pk(library), scope_pks(item), library_key=library.library_key)
    # The edits of an item whose draft is the published version need not be read.
    keys = {
        pk: status.key
        for pk, status in statuses.items()
        if is_in_scope(status.key, key) and (status.has_unpublished_changes or status.last_published is None)
    }
    windows = windows_of(keys, learning_core.publications(keys, library_key=library.library_key))
    return newest_first(entry_of(edit, keys[pk]) for pk, edits in windows.items() for edit in reversed(edits.waiting))


def creation_entry(key: ItemKey, *, user: Actor) -> HistoryEntry | None:
    """
    Describe the first version of a component or container, which may be deleted (softly). Needs VIEW.

    Later edits never change this entry. Returns None for an item without versions. Raises NotFoundError and
    NotAllowedError.
    """
    _library, item = access_history(user, key)
    version = learning_core.first_version(item.pk)
    if version is None:
        return None
    return HistoryEntry(
        contributor=contributor(version.created_by),
        changed_at=version.created,
        title=version.title,
        item_type=item_type_of(key),
        action=Action.CREATED,
        old_version=0,
        new_version=version.version_num,
    )


def access_history(
    user: Actor, key: ItemKey, *, deleted_too: bool = True
) -> tuple[ContentLibrary, learning_core.FoundItem]:
    """
    Find an item for a user who wants to see its history.

    Raises NotFoundError if the library or item is unknown, and NotAllowedError, whether the item exists or not.
    """
    library = access_library(user, library_key_of(key), Permission.VIEW)
    return library, learning_core.find_item(package_pk(library), key, deleted_too=deleted_too)


def scope_pks(item: learning_core.FoundItem) -> set[int]:
    """Return the entities that the history of an item may be about: the item, and everything below it in draft."""
    below = learning_core.descendant_pks(item.pk) if isinstance(item.key, LibraryContainerLocator) else set()
    return below | {item.pk}


def is_in_scope(key: ItemKey, scope_key: ItemKey) -> bool:
    """
    Return whether the history of ``scope_key`` includes ``key``, an item below it.

    Containers between them are left out.
    """
    return key == scope_key or isinstance(key, LibraryUsageLocatorV2)


def newest_first(entries: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Sort entries by time, and entries of the same moment by title, both descending."""
    return sorted(entries, key=lambda entry: (entry.changed_at, entry.title), reverse=True)


def entry_of(edit: learning_core.DraftEdit, key: ItemKey) -> HistoryEntry:
    """Convert an edit of an item to a history entry."""
    title = edit.old_title if edit.new_title is None else edit.new_title
    return HistoryEntry(
        contributor=contributor(edit.changed_by),
        changed_at=edit.changed_at,
        title=title or "",
        item_type=item_type_of(key),
        action=_action(edit),
        old_version=edit.old_version_num or 0,
        new_version=edit.new_version_num,
    )


def contributor(username: str | None) -> Contributor | None:
    """Return a contributor for a username; None for None."""
    return None if username is None else Contributor(username)


def _action(edit: learning_core.DraftEdit) -> Action:
    if edit.new_version_pk is None:
        return Action.DELETED
    if edit.old_version_pk is None:
        return Action.CREATED
    return Action.EDITED if edit.old_title == edit.new_title else Action.RENAMED
