"""Publishes and discards changes."""

from __future__ import annotations

from ..actors import Actor
from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import ItemChange
from ..libraries.api import Permission, access_library, author_pk, may, package_pk
from .items import access_item


def publish_item(key: ItemKey, *, user: Actor, message: str = "") -> int | None:
    """
    Publish an item and everything below it. Needs PUBLISH.

    The deletion of a component is published, too. The deletion of a container is only published with the
    library (wire: containers-publish).

    Returns: pk of the publish log; None when there was nothing to publish. Raises NotFoundError,
    NotAllowedError.
    """
    is_component = not isinstance(key, LibraryContainerLocator)
    library, item = access_item(user, key, Permission.PUBLISH, deleted_too=is_component)
    return learning_core.publish(package_pk(library), [item.pk], author_pk=author_pk(user), message=message)


def unpublished_changes(library_key: LibraryLocatorV2, *, user: Actor) -> list[ItemChange]:
    """
    List the new, changed and deleted items that ``publish_all`` would publish now. Needs VIEW.

    Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.VIEW)
    return learning_core.unpublished_changes(package_pk(library), library_key=library_key)


def published_changes(library_key: LibraryLocatorV2, publish_log_pk: int, *, user: Actor) -> list[ItemChange]:
    """List the changes of a publish. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    access_library(user, library_key, Permission.VIEW)
    changes = learning_core.publish_changes(publish_log_pk, library_key=library_key)
    return [change for change in changes if change.is_direct]


def publish_all(library_key: LibraryLocatorV2, *, user: Actor, message: str = "") -> int | None:
    """
    Publish every difference between drafts and published versions of a library, deletions too. Needs PUBLISH.

    Returns: pk of the publish log; None when there was nothing to publish. Raises NotFoundError,
    NotAllowedError.
    """
    library = access_library(user, library_key, Permission.PUBLISH)
    return learning_core.publish(package_pk(library), None, author_pk=author_pk(user), message=message)


def discard_all(library_key: LibraryLocatorV2, *, user: Actor) -> int | None:
    """
    Set drafts of a library back to their published versions: with PUBLISH all of them, with EDIT the caller's own.

    The caller's own drafts are drafts that no other user has changed since they were published. Items that were never
    published become softly deleted; published items that were deleted come back. Returns: pk of the draft change log;
    None if there was nothing to discard. Raises NotFoundError, NotAllowedError.
    """
    library = access_library(user, library_key, Permission.EDIT)
    author = author_pk(user)
    with learning_core.named(learning_core.ChangeKind.DISCARD):
        if author is None or may(user, library, Permission.PUBLISH):
            return learning_core.discard(package_pk(library), author_pk=author)
        return learning_core.discard_own(package_pk(library), author_pk=author)


def discard_item(key: ItemKey, *, user: Actor) -> int | None:
    """
    Set the drafts of an item, and of all its descendants, back to the published versions. Needs EDIT.

    An item that was never published becomes softly deleted; a deleted item comes back. New items in a container become
    deleted only if they were made there and are in no other container. Returns: pk of the draft change log; None if
    there was nothing to discard. Raises NotFoundError, NotAllowedError.
    """
    library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
    with learning_core.named(learning_core.ChangeKind.DISCARD):
        return learning_core.discard_within(package_pk(library), item.pk, author_pk=author_pk(user))
