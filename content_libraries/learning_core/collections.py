"""
Collections: unversioned, named sets of items of one learning package.

Deleting is soft: a disabled collection keeps its code and its members. Each edit is one transaction, which waits for
other edits of the learning package, and is announced by one ``COLLECTION_CHANGED`` signal. If more items are added or
removed than one ``IN (…)`` can hold, each part of them has a signal.
"""

from __future__ import annotations

from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import Collection, CollectionPublishableEntity, LearningPackage, PublishableEntity

from ..errors import InvalidInputError, NotFoundError
from .conflicts import integrity_explained
from .data import EffectKind
from .effects import Effect, is_recording, record_effects
from .ids import entity_id, package_id
from .publish import lock_package
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """
    A collection.

    Args:
        code: its local slug, unique in the learning package, disabled collections included.
        enabled: False when it is deleted (softly).
        created_by_pk: the user; None for the site itself or a retired user.
        entity_pks: its members in the order of their creation, deleted ones too.
    """

    pk: int
    code: str
    title: str
    description: str
    enabled: bool
    created: datetime
    modified: datetime
    learning_package_pk: int
    created_by_pk: int | None
    entity_pks: tuple[int, ...]


def enabled_collection_pks(learning_package_pk: int) -> QuerySet[Collection, int]:
    """Return a query for the collections that are not deleted, in the order of their creation."""
    return content_api.get_collections(package_id(learning_package_pk)).values_list("pk", flat=True)


def collection_summaries(collection_pks: Iterable[int]) -> list[CollectionSummary]:
    """Read collections, also disabled ones, in the order of their creation."""
    collections: list[Collection] = []
    members: dict[int, list[int]] = {}
    for part in in_parts(sorted(collection_pks)):
        collections.extend(Collection.objects.filter(pk__in=part).order_by("pk"))
        memberships = CollectionPublishableEntity.objects.filter(collection_id__in=part).order_by("entity_id")
        for collection_pk, entity_pk in memberships.values_list("collection_id", "entity_id"):
            members.setdefault(collection_pk, []).append(entity_pk)
    return [_summary(collection, members.get(collection.pk, ())) for collection in collections]


def _summary(collection: Collection, entity_pks: Iterable[int]) -> CollectionSummary:
    return CollectionSummary(
        pk=collection.pk,
        code=collection.collection_code,
        title=collection.title,
        description=collection.description,
        enabled=collection.enabled,
        created=collection.created,
        modified=collection.modified,
        learning_package_pk=collection.learning_package_id,
        created_by_pk=collection.created_by_id,
        entity_pks=tuple(entity_pks),
    )


def find_collection(learning_package_pk: int, code: str) -> CollectionSummary:
    """Find a collection by its code, also a disabled one. Raises NotFoundError."""
    pks = Collection.objects.filter(learning_package_id=package_id(learning_package_pk), collection_code=code)
    for summary in collection_summaries(pks.values_list("pk", flat=True)):
        return summary
    raise NotFoundError(_("There is no collection “%(code)s”.") % {"code": code})


def create_collection(
    learning_package_pk: int, *, wanted_code: str, title: str, description: str, author_pk: int | None
) -> CollectionSummary:
    """
    Create an empty collection.

    Its code is ``wanted_code``, or the first free one of ``wanted_code-1``, ``wanted_code-2``, …. Raises ConflictError.
    """
    with _edit(learning_package_pk) as package:
        collection = content_api.create_collection(
            package.id,
            _free_code(package, wanted_code),
            title=title,
            description=description,
            created_by=author_pk,
        )
        record_effects([Effect(EffectKind.COLLECTION, collection.collection_code, [], [True])])
    return find_collection(learning_package_pk, collection.collection_code)


def update_collection(
    learning_package_pk: int, code: str, *, title: str | None = None, description: str | None = None
) -> None:
    """
    Change values of a collection. None leaves a value unchanged.

    The change is announced even if the values are the same. Raises NotFoundError and ConflictError.
    """
    with _edit(learning_package_pk) as package, _known(code):
        content_api.update_collection(package.id, code, title=title, description=description)


def delete_collection(learning_package_pk: int, code: str) -> None:
    """Disable a collection. Raises NotFoundError, also for a collection that is disabled already."""
    with _edit(learning_package_pk) as package, _known(code):
        if not content_api.get_collection(package.id, code).enabled:
            raise NotFoundError(_("The collection “%(code)s” is deleted already.") % {"code": code})
        content_api.delete_collection(package.id, code)
        record_effects([Effect(EffectKind.COLLECTION, code, [True], [])])


def restore_collection(learning_package_pk: int, code: str) -> None:
    """
    Enable a collection with its former members. Raises NotFoundError.

    Nothing is announced if the collection is enabled already.
    """
    with _edit(learning_package_pk) as package, _known(code):
        if not content_api.get_collection(package.id, code).enabled:
            content_api.restore_collection(package.id, code)
            record_effects([Effect(EffectKind.COLLECTION, code, [], [True])])


def add_to_collection(
    learning_package_pk: int, code: str, entity_pks: AnyCollection[int], *, author_pk: int | None
) -> None:
    """
    Add items of the learning package to a collection.

    Raises NotFoundError, ConflictError, and InvalidInputError for a disabled collection.
    """
    with _edit(learning_package_pk) as package, _known(code):
        if not content_api.get_collection(package.id, code).enabled:
            raise InvalidInputError(_("The collection “%(code)s” is deleted. Restore it first.") % {"code": code})
        _add(package, code, entity_pks, author_pk=author_pk)


def remove_from_collection(learning_package_pk: int, code: str, entity_pks: AnyCollection[int]) -> None:
    """Take items out of a collection. Items that are not in it are ignored. Raises NotFoundError."""
    with _edit(learning_package_pk) as package, _known(code):
        _remove(package, code, entity_pks)


def set_collections(
    learning_package_pk: int, entity_pk: int, codes: AnyCollection[str], *, author_pk: int | None
) -> None:
    """
    Put an item into exactly these enabled collections. Codes of other collections are ignored.

    The item stays in its disabled collections, for when they are restored. Raises ConflictError.
    """
    with _edit(learning_package_pk) as package:
        enabled = content_api.get_collections(package.id)
        wanted = [
            pk
            for part in in_parts(set(codes))
            for pk in enabled.filter(collection_code__in=part).values_list("pk", flat=True)
        ]
        remembered = CollectionPublishableEntity.objects.filter(
            entity_id=entity_id(entity_pk), collection__enabled=False
        ).values("collection_id")
        content_api.set_collections(
            PublishableEntity.objects.get(learning_package=package, id=entity_id(entity_pk)),
            Collection.objects.filter(Q(pk__in=wanted) | Q(pk__in=remembered)),
            created_by=author_pk,
        )


def without_vanished(entity_pks: Iterable[int]) -> list[int]:
    """Leave out the entities that have neither a draft nor a published version."""
    return [
        pk
        for part in in_parts(entity_pks)
        for pk in PublishableEntity.objects.filter(id__in=part)
        .filter(Q(draft__version__isnull=False) | Q(published__version__isnull=False))
        .values_list("id", flat=True)
    ]


def take_back_collections(
    learning_package_pk: int, effects: Iterable[Effect], *, author_pk: int | None, kept_pks: AnyCollection[int] = ()
) -> None:
    """
    Take back what a change set did to collections, as far as it is still there.

    A collection that the set made is deleted (softly) if it is empty afterwards.

    Args:
        effects: effects of the set; other kinds are ignored.
        author_pk: the user of new memberships.
        kept_pks: entities whose memberships stay as they are.
    """
    kept = frozenset(kept_pks)
    with _edit(learning_package_pk) as package:
        found = Collection.objects.filter(learning_package=package).values_list("collection_code", flat=True)
        there = set(found)  # the admin of Learning Core can delete collections for good
        known = [effect for effect in effects if effect.object_key in there]
        of_collections = [effect for effect in known if effect.kind is EffectKind.COLLECTION]
        for effect in of_collections:
            if effect.removed:
                restore_collection(learning_package_pk, effect.object_key)
        for effect in known:
            if effect.kind is EffectKind.MEMBERS:
                _remove(package, effect.object_key, set(effect.added) - kept)
                _add(package, effect.object_key, set(effect.removed) - kept, author_pk=author_pk)
        for effect in of_collections:
            collection = content_api.get_collection(package.id, effect.object_key)
            if effect.added and collection.enabled and not collection.entities.exists():
                delete_collection(learning_package_pk, effect.object_key)


def _add(package: LearningPackage, code: str, entity_pks: AnyCollection[int], *, author_pk: int | None) -> None:
    new = sorted(set(entity_pks) - _members(package, code, entity_pks)) if is_recording() else []
    for entities in _entities(package, entity_pks):
        content_api.add_to_collection(package.id, code, entities, created_by=author_pk)
    if new:
        record_effects([Effect(EffectKind.MEMBERS, code, [], new)])


def _remove(package: LearningPackage, code: str, entity_pks: AnyCollection[int]) -> None:
    gone = sorted(_members(package, code, entity_pks)) if is_recording() else []
    for entities in _entities(package, entity_pks):
        content_api.remove_from_collection(package.id, code, entities)
    if gone:
        record_effects([Effect(EffectKind.MEMBERS, code, gone, [])])


def _members(package: LearningPackage, code: str, entity_pks: AnyCollection[int]) -> set[int]:
    """Return which of these items are in a collection. Raises Collection.DoesNotExist."""
    collection = content_api.get_collection(package.id, code)
    return {
        pk
        for part in in_parts(set(entity_pks))
        for pk in CollectionPublishableEntity.objects.filter(collection=collection, entity_id__in=part).values_list(
            "entity_id", flat=True
        )
    }


@contextmanager
def _edit(learning_package_pk: int) -> Iterator[LearningPackage]:
    with integrity_explained(), transaction.atomic():
        yield lock_package(learning_package_pk)


@contextmanager
def _known(code: str) -> Iterator[None]:
    try:
        yield
    except Collection.DoesNotExist:
        raise NotFoundError(_("There is no collection “%(code)s”.") % {"code": code}) from None


def _free_code(package: LearningPackage, wanted: str) -> str:
    similar = Collection.objects.filter(learning_package=package, collection_code__startswith=wanted)
    taken = set(similar.values_list("collection_code", flat=True))
    if wanted not in taken:
        return wanted
    return next(code for number in count(1) if (code := f"{wanted}-{number}") not in taken)


def _entities(package: LearningPackage, entity_pks: AnyCollection[int]) -> Iterator[QuerySet[PublishableEntity]]:
    for part in in_parts(set(entity_pks)):
        yield PublishableEntity.objects.filter(learning_package=package, id__in=part)
