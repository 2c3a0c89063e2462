"""Tags of components, containers, collections and libraries: who may give them, giving them, removing them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from openedx_events.content_authoring.data import ContentObjectChangedData, ContentObjectData
from openedx_events.content_authoring.signals import (
    CONTENT_OBJECT_ASSOCIATIONS_CHANGED,
    CONTENT_OBJECT_TAGS_CHANGED,
)
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag, Taxonomy

from ... import keys
from ...errors import ConflictError, InvalidInputError, MalformedKeyError, NotAllowedError
from ...keys import ItemKey, LibraryCollectionLocator, LibraryLocatorV2
from ...libraries.api import Actor, Permission, get_library, may
from ...libraries.models import ContentLibrary
from .taxonomies import taxonomies_for

type ObjectKey = LibraryLocatorV2 | ItemKey | LibraryCollectionLocator
"""Key of anything in a library that can have tags, or of the library itself."""

_PARSERS: Final[Mapping[str, Callable[[str], ObjectKey]]] = {
    "lib": keys.library_key,
    "lb": keys.component_key,
    "lct": keys.container_key,
    "lib-collection": keys.collection_key,
}


def is_library_object(object_id: str) -> bool:
    """Whether an object id looks like that of something in a library, and not like that of a course, say."""
    return _namespace(object_id) in _PARSERS


def object_key(object_id: str) -> ObjectKey:
    """Parse the id of an object with tags. Raises MalformedKeyError."""
    if not is_library_object(object_id):
        raise MalformedKeyError(
            _("“%(object_id)s” is not the key of a library or of something in a library.") % {"object_id": object_id}
        )
    return _PARSERS[_namespace(object_id)](object_id)


def library_of(object_id: str) -> ContentLibrary:
    """Find the library of an object with tags, without any check of permissions. Raises NotFoundError."""
    key = object_key(object_id)
    return get_library(key if isinstance(key, LibraryLocatorV2) else keys.library_key_of(key))


def may_tag(user: Actor, library: ContentLibrary) -> bool:
    """Whether a user may give tags in a library: MANAGE_TAGS, or else EDIT."""
    return may(user, library, Permission.MANAGE_TAGS) or may(user, library, Permission.EDIT)


def require_may_tag(user: Actor, library: ContentLibrary) -> None:
    """Raise NotAllowedError unless the user may give tags in the library."""
    if not may_tag(user, library):
        raise NotAllowedError(
            _("“%(user)s” may not give tags in %(library)s. An administrator of the library can allow it.")
            % {"user": user, "library": library.library_key}
        )


def set_object_tags(object_id: str, tags: Sequence[tuple[Taxonomy, list[str]]], *, user: Actor) -> None:
    """
    Replace the tags that an object has from some taxonomies, all or none. Needs MANAGE_TAGS or EDIT.

    It does not matter whether the object exists: a deleted one keeps its tags, and comes back with them.

    Args:
        object_id: key of a component, container, collection or library.
        tags: taxonomies with the values to have from them. Tags of other taxonomies stay.
        user: who does it.

    Raises NotFoundError, NotAllowedError, ConflictError; InvalidInputError for a taxonomy that is not for the
    organization of the library, and for values that the taxonomy does not allow.
    """
    library = library_of(object_id)
    require_may_tag(user, library)
    _check_available([taxonomy for taxonomy, _values in tags], library)
    try:
        with transaction.atomic():
            before = _stored_tags(object_id)
            for taxonomy, values in tags:
                _replace_tags(object_id, taxonomy, values)
            if _stored_tags(object_id) != before:
                transaction.on_commit(partial(announce_tags, object_id))
    except IntegrityError as error:
        raise ConflictError(
            _("Somebody else changed these tags at the same time. Look at them and try again.")
        ) from error


def delete_tags_of_library(library_key: LibraryLocatorV2) -> None:
    """Remove the tags of a library and of everything in it, in one statement."""
    ObjectTag.objects.filter(in_library(library_key)).delete()


def in_library(library_key: LibraryLocatorV2) -> Q:
    """A condition on object tags: those of a library and of everything in it."""
    condition = Q(object_id=str(library_key))
    for namespace in _PARSERS.keys() - {"lib"}:
        condition |= Q(object_id__startswith=f"{namespace}:{library_key.org}:{library_key.slug}:")
    return condition


def _namespace(object_id: str) -> str:
    return object_id.partition(":")[0]


def _check_available(taxonomies: Collection[Taxonomy], library: ContentLibrary) -> None:
    available = taxonomies_for([library.org_id]).filter(enabled=True, pk__in=[taxonomy.pk for taxonomy in taxonomies])
    available_pks = set(available.values_list("pk", flat=True))
    for taxonomy in taxonomies:
        if taxonomy.pk not in available_pks:
            raise InvalidInputError(
                _("The taxonomy “%(taxonomy)s” is not available to “%(organization)s”. Choose another one.")
                % {"taxonomy": taxonomy.name, "organization": library.org.short_name}
            )


def _stored_tags(object_id: str) -> set[tuple[int | None, str]]:
    return set(ObjectTag.objects.filter(object_id=object_id).values_list("taxonomy_id", "_value"))


def _replace_tags(object_id: str, taxonomy: Taxonomy, values: list[str]) -> None:
    try:
        tagging_api.tag_object(object_id, taxonomy, values)
    except tagging_api.TagDoesNotExist as error:
        raise InvalidInputError(
            _("A tag of %(values)s is not in the taxonomy “%(taxonomy)s”.")
            % {"values": values, "taxonomy": taxonomy.name}
        ) from error
    except ValidationError as error:
        raise InvalidInputError(error.messages[0]) from error
    except ValueError as error:
        raise InvalidInputError(str(error)) from error


def announce_tags(object_id: str) -> None:
    """Tell everybody that the tags of an object are others now."""
    changed = ContentObjectChangedData(object_id=object_id, changes=["tags"])
    # .. event_implemented_name: CONTENT_OBJECT_ASSOCIATIONS_CHANGED
    # .. event_type: org.openedx.content_authoring.content.object.associations.changed.v1
    CONTENT_OBJECT_ASSOCIATIONS_CHANGED.send_event(content_object=changed)
    # .. event_implemented_name: CONTENT_OBJECT_TAGS_CHANGED
    # .. event_type: org.openedx.content_authoring.content.object.tags.changed.v1
    CONTENT_OBJECT_TAGS_CHANGED.send_event(content_object=ContentObjectData(object_id=object_id))
