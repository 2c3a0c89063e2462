"""Sets and removes tags of objects: components, containers, collections, libraries, and blocks of courses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

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

from ..actors import Actor
from ..errors import ConflictError, InvalidInputError
from ..keys import LibraryLocatorV2
from ..upstream.openedx_tagging import VALUE
from .holders import NAMESPACES, TagHolder, holder_of
from .taxonomies import taxonomies_for


def set_object_tags(object_id: str, tags: Sequence[tuple[Taxonomy, list[str]]], *, user: Actor) -> None:
    """
    Replace the tags that an object has from some taxonomies, all or none. Needs MANAGE_TAGS or EDIT.

    The object need not exist in its library: a deleted one keeps its tags, and is restored with them. Tags that were
    copied from another object stay in any case.

    Args:
        object_id: key of a component, container, collection, library, course, or block of a course.
        tags: taxonomies with the values to have from them. Tags of other taxonomies stay.
        user: the user who changes the tags.

    Raises NotFoundError, NotAllowedError, ConflictError; InvalidInputError for a taxonomy that is not for the
    organization of the object, and for values that the taxonomy does not allow.
    """
    holder = holder_of(object_id)
    holder.require_may_tag(user)
    _check_available([taxonomy for taxonomy, _values in tags], holder)
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
    """Return a filter for object tags of a library and of everything in it."""
    condition = Q(object_id=str(library_key))
    for namespace in NAMESPACES - {"lib"}:
        condition |= Q(object_id__startswith=f"{namespace}:{library_key.org}:{library_key.slug}:")
    return condition


def _check_available(taxonomies: Collection[Taxonomy], holder: TagHolder) -> None:
    available = taxonomies_for(holder.organization_pks).filter(
        enabled=True, pk__in=[taxonomy.pk for taxonomy in taxonomies]
    )
    available_pks = set(available.values_list("pk", flat=True))
    for taxonomy in taxonomies:
        if taxonomy.pk not in available_pks:
            raise InvalidInputError(
                _("The taxonomy “%(taxonomy)s” is not available to “%(organization)s”. Choose another one.")
                % {"taxonomy": taxonomy.name, "organization": holder.organization}
            )


def _stored_tags(object_id: str) -> set[tuple[int | None, str]]:
    return set(ObjectTag.objects.filter(object_id=object_id).values_list("taxonomy_id", VALUE))


def _replace_tags(object_id: str, taxonomy: Taxonomy, values: list[str]) -> None:
    copied = ObjectTag.objects.filter(object_id=object_id, taxonomy=taxonomy, is_copied=True)
    try:
        tagging_api.tag_object(object_id, taxonomy, [*(tag.value for tag in copied), *values])
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
    """Send the event that the tags of an object have changed."""
    changed = ContentObjectChangedData(object_id=object_id, changes=["tags"])
    # .. event_implemented_name: CONTENT_OBJECT_ASSOCIATIONS_CHANGED
    # .. event_type: org.openedx.content_authoring.content.object.associations.changed.v1
    CONTENT_OBJECT_ASSOCIATIONS_CHANGED.send_event(content_object=changed)
    # .. event_implemented_name: CONTENT_OBJECT_TAGS_CHANGED
    # .. event_type: org.openedx.content_authoring.content.object.tags.changed.v1
    CONTENT_OBJECT_TAGS_CHANGED.send_event(content_object=ContentObjectData(object_id=object_id))
