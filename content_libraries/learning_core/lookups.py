"""
Finds entities by keys and keys by entities, for many items at once.

Learning Core names an item inside one learning package; Open edX names it with a key that begins with the library. All
functions here stay inside the learning package that they are given: items of other packages are not found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from openedx_content.models_api import (
    Component,
    Container,
    Draft,
    PublishableEntity,
    PublishableEntityVersion,
)

from ..errors import NotFoundError
from ..keys import (
    CONTAINER_TYPES,
    ItemKey,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
)
from .data import COMPONENT_NAMESPACE
from .ids import package_id
from .rows import in_parts


class ItemDeletedError(NotFoundError):
    """The item exists, but its draft is deleted (softly): it can be restored."""

    code = "item_deleted"


@dataclass(frozen=True, slots=True)
class FoundItem:
    """
    An item of a learning package.

    Args:
        key: the key that it was found by.
        pk: pk of the publishable entity, which is also the pk of the component or container.
        entity_ref: its name in Learning Core.
        draft_version_pk: its draft version; None if it is softly deleted.
        published_version_pk: its published version; None if it is not published.
        published_pk: None if it was never published.
    """

    key: ItemKey
    pk: int
    entity_ref: str
    draft_version_pk: int | None
    published_version_pk: int | None
    published_pk: int | None = None

    @property
    def is_deleted(self) -> bool:
        return self.draft_version_pk is None

    @property
    def is_gone(self) -> bool:
        """Return whether the item is unpublished because it was deleted. Restoring the draft does not change that."""
        return self.published_version_pk is None and (self.published_pk is not None or self.is_deleted)


NAME_FIELDS = (
    "component__component_type__namespace",
    "component__component_type__name",
    "component__component_code",
    "container__container_type__type_code",
    "container__container_code",
)
"""Fields of ``PublishableEntity`` that hold an entity's name; ``key_of`` takes their values."""

_POINTER_FIELDS = (
    "publishable_entity_id",
    "publishable_entity__entity_ref",
    "publishable_entity__draft__version_id",
    "publishable_entity__published__version_id",
    "publishable_entity__published__entity_id",
)


def find_items(learning_package_pk: int, keys: Iterable[ItemKey]) -> dict[ItemKey, FoundItem]:
    """
    Find items by their keys, deleted ones too.

    Args:
        learning_package_pk: the learning package to search. The library part of the keys is ignored.
        keys: keys of components and containers.

    Returns: the items that exist, by key. A container is found only under its own type.
    """
    components: set[LibraryUsageLocatorV2] = set()
    containers: set[LibraryContainerLocator] = set()
    for key in keys:
        if isinstance(key, LibraryContainerLocator):
            containers.add(key)
        else:
            components.add(key)
    return {
        **_find_components(learning_package_pk, components),
        **_find_containers(learning_package_pk, containers),
    }


def _find_components(learning_package_pk: int, keys: Collection[LibraryUsageLocatorV2]) -> dict[ItemKey, FoundItem]:
    names = {(key.block_type, key.usage_id): key for key in keys}
    found: dict[ItemKey, FoundItem] = {}
    for part in in_parts({code for _block_type, code in names}):
        rows = Component.objects.filter(
            learning_package_id=package_id(learning_package_pk),
            component_type__namespace=COMPONENT_NAMESPACE,
            component_code__in=part,
        ).values_list("component_type__name", "component_code", *_POINTER_FIELDS)
        for block_type, code, *pointers in rows:
            if key := names.get((block_type, code)):
                found[key] = FoundItem(key, *pointers)
    return found


def _find_containers(learning_package_pk: int, keys: Collection[LibraryContainerLocator]) -> dict[ItemKey, FoundItem]:
    names = {(key.container_type, key.container_id): key for key in keys}
    found: dict[ItemKey, FoundItem] = {}
    for part in in_parts({code for _container_type, code in names}):
        rows = Container.objects.filter(
            learning_package_id=package_id(learning_package_pk), container_code__in=part
        ).values_list("container_type__type_code", "container_code", *_POINTER_FIELDS)
        for container_type, code, *pointers in rows:
            if key := names.get((container_type, code)):
                found[key] = FoundItem(key, *pointers)
    return found


def find_item(learning_package_pk: int, key: ItemKey, *, deleted_too: bool = False) -> FoundItem:
    """
    Find one item by its key.

    Raises NotFoundError for an item that never existed, and its subclass ItemDeletedError for a deleted (soft) item,
    unless ``deleted_too``.
    """
    item = find_items(learning_package_pk, [key]).get(key)
    if item is None:
        raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
    if item.is_deleted and not deleted_too:
        raise ItemDeletedError(_("“%(key)s” is deleted. Restore it first.") % {"key": key})
    return item


def draft_versions(learning_package_pk: int, entity_refs: Iterable[str]) -> dict[str, int]:
    """Map ``entity_ref`` to the pk of the draft version, for items that exist and are not deleted."""
    return {
        entity_ref: version_pk
        for part in in_parts(set(entity_refs))
        for entity_ref, version_pk in PublishableEntity.objects.filter(
            learning_package_id=package_id(learning_package_pk), entity_ref__in=part
        ).values_list("entity_ref", "draft__version_id")
        if version_pk is not None
    }


def entity_pks_of(learning_package_pk: int, entity_refs: Iterable[str]) -> dict[str, int]:
    """Map ``entity_ref`` to the entity pk, for items that exist, also deleted ones."""
    return {
        entity_ref: pk
        for part in in_parts(set(entity_refs))
        for entity_ref, pk in PublishableEntity.objects.filter(
            learning_package_id=package_id(learning_package_pk), entity_ref__in=part
        ).values_list("entity_ref", "id")
    }


def item_keys(
    learning_package_pk: int,
    entity_pks: Iterable[int],
    *,
    library_key: LibraryLocatorV2,
    live_only: bool = False,
) -> dict[int, ItemKey]:
    """
    Return the keys of entities.

    Args:
        learning_package_pk: the learning package of the entities; entities of other packages are left out.
        entity_pks: pks of publishable entities.
        library_key: the library that owns the learning package.
        live_only: whether to leave out softly deleted items.

    Returns: entity pk -> key. Entities that are neither XBlocks nor containers of a library are left out.
    """
    keys: dict[int, ItemKey] = {}
    for part in in_parts(entity_pks):
        rows = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk), id__in=part)
        if live_only:
            rows = rows.filter(draft__version__isnull=False)
        for pk, *name in rows.values_list("id", *NAME_FIELDS):
            if (key := key_of(library_key, *name)) is not None:
                keys[pk] = key
    return keys


def key_of(
    library_key: LibraryLocatorV2,
    namespace: str | None,
    block_type: str,
    component_code: str,
    container_type: str | None,
    container_code: str,
) -> ItemKey | None:
    """
    Return the key of an entity, from the values of ``NAME_FIELDS``; None if it is not an item of a library.

    Component values are None for a container, and container values are None for a component.
    """
    if namespace == COMPONENT_NAMESPACE:
        # The key library implements the attribute in a way that type checkers do not see.
        return LibraryUsageLocatorV2(library_key, block_type, component_code)  # type: ignore[abstract]
    if container_type in CONTAINER_TYPES:
        return LibraryContainerLocator(library_key, container_type, container_code)
    return None


def live_component_pks(
    learning_package_pk: int, *, text_search: str = "", block_types: Collection[str] = ()
) -> QuerySet[PublishableEntity, int]:
    """
    Return a query for the components whose drafts are not deleted, in the order of their creation.

    Args:
        learning_package_pk: the learning package to search.
        text_search: part of the draft title or of the code, in upper or lower case; all if blank.
        block_types: XBlock types; all if empty.

    Returns: a queryset of entity pks.
    """
    # From the entities: their index by learning package is in the order of creation, so that a page of a large
    # library is found without sorting the library.
    components = PublishableEntity.objects.filter(
        learning_package_id=package_id(learning_package_pk),
        component__isnull=False,
        draft__version__isnull=False,
    )
    if block_types:
        components = components.filter(component__component_type__name__in=block_types)
    if text_search:
        # Codes are case-sensitive columns, for which MySQL's LIKE is case-sensitive too.
        components = components.alias(lower_code=Lower("component__component_code")).filter(
            Q(draft__version__title__icontains=text_search) | Q(lower_code__contains=text_search.lower())
        )
    return components.order_by("id").values_list("id", flat=True)


def count_live_items(learning_package_pk: int) -> int:
    """Count the components and containers whose drafts are not deleted."""
    return Draft.objects.filter(
        entity__learning_package_id=package_id(learning_package_pk), version__isnull=False
    ).count()


def live_pks(learning_package_pk: int) -> list[int]:
    """Return the pks of the entities whose drafts are not deleted, in the order of their creation."""
    drafts = Draft.objects.filter(entity__learning_package_id=package_id(learning_package_pk), version__isnull=False)
    return list(drafts.order_by("entity_id").values_list("entity_id", flat=True))


def latest_versions(entity_pks: Collection[int]) -> dict[int, int]:
    """Map entity pks to the pk of the newest version, which need not be the draft or the published version."""
    newest_first = PublishableEntityVersion.objects.filter(entity=OuterRef("id")).order_by("-version_num")
    return {
        entity_pk: version_pk
        for part in in_parts(entity_pks)
        for entity_pk, version_pk in PublishableEntity.objects.filter(id__in=part).values_list(
            "id", Subquery(newest_first.values("id")[:1])
        )
        if version_pk is not None
    }


def versions_at(entity_pks: Collection[int], moment: datetime) -> dict[int, int]:
    """
    Map entity pks to the pk of the version that was the newest at a moment.

    Items that had no version then are left out.
    """
    newest_first = PublishableEntityVersion.objects.filter(entity=OuterRef("id"), created__lte=moment)
    return {
        entity_pk: version_pk
        for part in in_parts(entity_pks)
        for entity_pk, version_pk in PublishableEntity.objects.filter(id__in=part).values_list(
            "id", Subquery(newest_first.order_by("-version_num").values("id")[:1])
        )
        if version_pk is not None
    }


def numbered_version(entity_pk: int, version_num: int) -> int | None:
    """Return the pk of the version with this number in an item's history, or None."""
    return (
        PublishableEntityVersion.objects.filter(entity_id=entity_pk, version_num=version_num)
        .values_list("id", flat=True)
        .first()
    )
