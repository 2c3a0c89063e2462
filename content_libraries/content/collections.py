"""Creates, changes, deletes and restores collections of a library, and puts items into them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError, NotFoundError, VersionConflictError
from ..keys import ItemKey, LibraryCollectionLocator, LibraryLocatorV2, library_key_of
from ..learning_core import api as learning_core
from ..learning_core.api import MAX_TITLE
from ..libraries.api import ContentLibrary, Permission, access_library, author_pk, package_pk, require
from .data import CollectionSummary
from .expected_versions import conflict_message, expecting
from .items import access_item
from .lazy import LazyList

MAX_DESCRIPTION: Final = 10_000
_MAX_CODE: Final = 150
"""Keys have to fit into 255 characters together with the library's part."""
_FALLBACK_CODE: Final = "collection"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def access_collections(library_key: LibraryLocatorV2, *, user: Actor, permission: Permission) -> ContentLibrary:
    """
    Find a library in order to change collections in it.

    Needs EDIT, and then the permission on collections (wire: permissions). Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.EDIT)
    require(user, library, permission)
    return library


def list_collections(library_key: LibraryLocatorV2, *, user: Actor) -> LazyList[CollectionSummary]:
    """
    List the collections of a library in the order of their creation, without deleted ones. Needs VIEW.

    Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.VIEW)
    pks = learning_core.enabled_collection_pks(package_pk(library))
    return LazyList(pks, learning_core.collection_summaries)


def get_collection(key: LibraryCollectionLocator, *, user: Actor) -> CollectionSummary:
    """Read a collection. Needs VIEW. Raises NotFoundError, also for a deleted one, and NotAllowedError."""
    library = access_library(user, library_key_of(key), Permission.VIEW)
    collection = _find(library, key)
    if not collection.enabled:
        raise NotFoundError(_("The collection “%(key)s” is deleted. Restore it first.") % {"key": key})
    return collection


def create_collection(
    library_key: LibraryLocatorV2, *, user: Actor, title: str, description: str = ""
) -> CollectionSummary:
    """
    Create an empty collection. Needs CREATE_COLLECTION.

    Args:
        library_key: the library that gets the collection.
        user: the user who creates it.
        title: not blank. The code is made from it, in ASCII; with ``-1``, ``-2``, … if the code is taken, also by a
            deleted collection.
        description: any text.

    Raises NotFoundError, NotAllowedError, ConflictError, and InvalidInputError for texts that are too long or
    blank.
    """
    library = access_collections(library_key, user=user, permission=Permission.CREATE_COLLECTION)
    _check_texts(title, description)
    return learning_core.create_collection(
        package_pk(library),
        wanted_code=slugify(title)[:_MAX_CODE] or _FALLBACK_CODE,
        title=title,
        description=description,
        author_pk=author_pk(user),
    )


def update_collection(
    key: LibraryCollectionLocator,
    *,
    user: Actor,
    title: str | None = None,
    description: str | None = None,
    expected_version: int | None = None,
) -> CollectionSummary:
    """
    Change some values of a collection, which may be deleted.

    Needs EDIT_COLLECTION.

    Args:
        expected_version: the version that the edit started from (``collection_version``); any version if None.

    Returns: the collection. Raises the same errors as ``create_collection``, and VersionConflictError.
    """
    library = access_collections(library_key_of(key), user=user, permission=Permission.EDIT_COLLECTION)
    _check_texts(title, description)
    with _expecting(library, key, expected_version):
        learning_core.update_collection(package_pk(library), key.collection_id, title=title, description=description)
    return _find(library, key)


def delete_collection(key: LibraryCollectionLocator, *, user: Actor, expected_version: int | None = None) -> None:
    """
    Delete a collection softly. Needs DELETE_COLLECTION.

    It keeps its code and its items.

    Args:
        expected_version: the version that the user has seen (``collection_version``); any version if None.

    Raises NotFoundError, also for a collection that is deleted already, NotAllowedError, ConflictError and
    VersionConflictError.
    """
    library = access_collections(library_key_of(key), user=user, permission=Permission.DELETE_COLLECTION)
    with _expecting(library, key, expected_version):
        learning_core.delete_collection(package_pk(library), key.collection_id)


def restore_collection(key: LibraryCollectionLocator, *, user: Actor) -> None:
    """
    Restore a deleted collection with its items. Needs EDIT_COLLECTION.

    Does nothing if the collection is not deleted. Raises NotFoundError, NotAllowedError and ConflictError.
    """
    library = access_collections(library_key_of(key), user=user, permission=Permission.EDIT_COLLECTION)
    learning_core.restore_collection(package_pk(library), key.collection_id)


def add_to_collection(
    key: LibraryCollectionLocator, *, user: Actor, item_keys: Sequence[ItemKey], expected_version: int | None = None
) -> None:
    """
    Put items of the same library into a collection. Needs EDIT_COLLECTION.

    Args:
        expected_version: the version that the edit started from (``collection_version``); any version if None.

    Raises NotFoundError (also for an item that is unknown, deleted, or in another library), NotAllowedError,
    ConflictError, VersionConflictError, and InvalidInputError for a deleted collection.
    """
    library = access_collections(library_key_of(key), user=user, permission=Permission.EDIT_COLLECTION)
    entity_pks = _find_all(library, key, item_keys)
    with _expecting(library, key, expected_version):
        learning_core.add_to_collection(package_pk(library), key.collection_id, entity_pks, author_pk=author_pk(user))


def remove_from_collection(
    key: LibraryCollectionLocator, *, user: Actor, item_keys: Sequence[ItemKey], expected_version: int | None = None
) -> None:
    """
    Take items out of a collection. Needs EDIT_COLLECTION.

    Deleted items can be removed, too; items that are not in the collection are ignored.

    Args:
        expected_version: the version that the edit started from (``collection_version``); any version if None.

    Raises NotFoundError (also for an item that is unknown or in another library), NotAllowedError, ConflictError and
    VersionConflictError.
    """
    library = access_collections(library_key_of(key), user=user, permission=Permission.EDIT_COLLECTION)
    entity_pks = _find_all(library, key, item_keys, deleted_too=True)
    with _expecting(library, key, expected_version):
        learning_core.remove_from_collection(package_pk(library), key.collection_id, entity_pks)


def set_collections(
    key: ItemKey, *, user: Actor, collection_codes: Collection[str], expected_version: int | None = None
) -> None:
    """
    Put an item into exactly these collections. Needs EDIT.

    Codes of unknown and of deleted collections are ignored. The item stays in deleted collections, for when they are
    restored.

    Args:
        expected_version: the version of the item that the edit started from; any version if None. Collections do not
            belong to the version of an item.

    Raises NotFoundError, NotAllowedError, ConflictError and VersionConflictError.
    """
    library, item = access_item(user, key, Permission.EDIT)
    with expecting(library, key, item.pk, expected_version):
        learning_core.set_collections(package_pk(library), item.pk, collection_codes, author_pk=author_pk(user))


def collection_version(collection: CollectionSummary) -> int:
    """
    Return a number that grows with each change of a collection or of its items: the microsecond of the last change.

    Learning Core counts no versions of collections. Edits of a learning package wait for each other, so two of them
    never end in the same microsecond.
    """
    return (collection.modified - _EPOCH) // timedelta(microseconds=1)


@contextmanager
def _expecting(library: ContentLibrary, key: LibraryCollectionLocator, version: int | None) -> Iterator[None]:
    """
    Do the writes of the block only if a collection is at the expected version, as ``expected_versions.expecting`` does.

    Raises VersionConflictError, without a difference: no history of collections is kept.
    """
    if version is None:
        yield
        return
    with transaction.atomic():
        learning_core.lock_package(package_pk(library))
        collection = _find(library, key)
        if collection_version(collection) == version:
            yield
            return
    raise VersionConflictError(
        conflict_message(key),
        key=key,
        base_version=version,
        current_version=collection_version(collection),
        changed_at=collection.modified,
    )


def _find(library: ContentLibrary, key: LibraryCollectionLocator) -> CollectionSummary:
    return learning_core.find_collection(package_pk(library), key.collection_id)


def _find_all(
    library: ContentLibrary,
    key: LibraryCollectionLocator,
    item_keys: Sequence[ItemKey],
    *,
    deleted_too: bool = False,
) -> list[int]:
    """Return the pks of items. Raises NotFoundError unless all of them are in the library of the collection."""
    found = learning_core.find_items(package_pk(library), item_keys)
    for item_key in item_keys:
        item = found.get(item_key) if library_key_of(item_key) == library_key_of(key) else None
        if item is None or (item.is_deleted and not deleted_too):
            raise NotFoundError(_("There is no “%(key)s” in the library.") % {"key": item_key})
    return [item.pk for item in found.values()]


def _check_texts(title: str | None, description: str | None) -> None:
    if title is not None and not (title.strip() and len(title) <= MAX_TITLE):
        raise InvalidInputError(
            _("Enter a title of up to %(limit)s characters.") % {"limit": MAX_TITLE}, field="title", as_list=True
        )
    if description is not None and len(description) > MAX_DESCRIPTION:
        raise InvalidInputError(
            _("Shorten this to %(limit)s characters.") % {"limit": f"{MAX_DESCRIPTION:,}"},
            field="description",
            as_list=True,
        )
