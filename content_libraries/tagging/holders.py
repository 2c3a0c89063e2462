"""The holders of objects with tags, libraries and courses, which decide who may see and edit the tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.utils.translation import gettext as _

from .. import keys
from ..actors import Actor
from ..errors import MalformedKeyError, NotAllowedError
from ..keys import ItemKey, LibraryCollectionLocator, LibraryLocatorV2
from ..libraries.api import ContentLibrary, Permission, get_library, may, require

type ObjectKey = LibraryLocatorV2 | ItemKey | LibraryCollectionLocator
"""Key of anything in a library that can have tags, or of the library itself."""

_PARSERS: Final[dict[str, Callable[[str], ObjectKey]]] = {
    "lib": keys.library_key,
    "lb": keys.component_key,
    "lct": keys.container_key,
    "lib-collection": keys.collection_key,
}
NAMESPACES: Final = frozenset(_PARSERS)
"""Prefixes of ids of objects in libraries, before the colon."""


class TagHolder(Protocol):
    """The library or course that an object with tags belongs to."""

    @property
    def organization(self) -> str:
        """Return the short name of the organization whose taxonomies the object gets tags from."""

    @property
    def organization_pks(self) -> Sequence[int]:
        """Return the pk of the organization as a list; an empty list if the site does not know the organization."""

    def require_view(self, user: Actor) -> None:
        """
        Raise NotAllowedError unless the user may see the tags of the object; NotFoundError if there is no such object.
        """

    def may_tag(self, user: Actor) -> bool:
        """Return whether the user may edit the tags of the object."""

    def require_may_tag(self, user: Actor) -> None:
        """
        Raise NotAllowedError unless the user may edit the tags of the object; NotFoundError if there is no such object.
        """


@dataclass(frozen=True, slots=True)
class LibraryOfTags:
    """A library as the holder of its own tags and the tags of its content. Objects in it need not exist."""

    library: ContentLibrary

    @property
    def organization(self) -> str:
        return str(self.library.org.short_name)

    @property
    def organization_pks(self) -> Sequence[int]:
        return [self.library.org_id]

    def require_view(self, user: Actor) -> None:
        require(user, self.library, Permission.VIEW)

    def may_tag(self, user: Actor) -> bool:
        return may_tag(user, self.library)

    def require_may_tag(self, user: Actor) -> None:
        require_may_tag(user, self.library)


_holders: dict[str, Callable[[str], TagHolder]] = {}


def register_tag_holder(namespace: str, find: Callable[[str], TagHolder]) -> None:
    """
    Register a kind of objects outside of libraries that can have tags.

    Args:
        namespace: the beginning of ids of these objects, before the colon.
        find: id of an object -> its library or course. Raises MalformedKeyError and NotFoundError.
    """
    _holders[namespace] = find


def holder_of(object_id: str) -> TagHolder:
    """Find the holder of an object with tags. Checks no permission. Raises NotFoundError."""
    find = _holders.get(_namespace(object_id))
    return LibraryOfTags(library_of(object_id)) if find is None else find(object_id)


def is_library_object(object_id: str) -> bool:
    """Return whether an object id has the form of a key of a library or of something in a library."""
    return _namespace(object_id) in _PARSERS


def object_key(object_id: str) -> ObjectKey:
    """Parse the id of an object in a library. Raises MalformedKeyError."""
    if not is_library_object(object_id):
        raise MalformedKeyError(
            _("“%(object_id)s” is not the key of a library or of something in a library.") % {"object_id": object_id}
        )
    return _PARSERS[_namespace(object_id)](object_id)


def library_of(object_id: str) -> ContentLibrary:
    """Find the library of an object with tags. Checks no permission. Raises NotFoundError."""
    key = object_key(object_id)
    return get_library(key if isinstance(key, LibraryLocatorV2) else keys.library_key_of(key))


def may_tag(user: Actor, library: ContentLibrary) -> bool:
    """Return whether a user may edit tags in a library, by MANAGE_TAGS or EDIT."""
    return may(user, library, Permission.MANAGE_TAGS) or may(user, library, Permission.EDIT)


def require_may_tag(user: Actor, library: ContentLibrary) -> None:
    """Raise NotAllowedError unless the user may edit tags in the library."""
    if not may_tag(user, library):
        raise NotAllowedError(
            _("“%(user)s” may not give tags in %(library)s. An administrator of the library can allow it.")
            % {"user": user, "library": library.library_key}
        )


def _namespace(object_id: str) -> str:
    return object_id.partition(":")[0]
