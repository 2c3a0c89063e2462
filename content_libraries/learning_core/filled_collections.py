"""Makes and fills many collections of a learning package at once, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from openedx_content.api import signals
from openedx_content.models_api import LearningPackage, PublishableEntity

from ..errors import InvalidInputError
from ..upstream.openedx_core import Collection, CollectionPublishableEntity
from .conflicts import integrity_explained
from .data import EffectKind
from .effects import Effect, record_effects
from .ids import entity_id
from .publish import lock_package
from .rows import in_parts

type _Members = Mapping[str, AnyCollection[int]]
"""Code of a collection -> pks of entities."""


@dataclass(frozen=True, slots=True)
class CollectionFill:
    """
    Items for a collection.

    Args:
        code: the code of the collection.
        title: its title if it is made; an existing collection keeps its own.
        description: its description if it is made.
        entity_pks: the items to put into it.
    """

    code: str
    title: str
    description: str
    entity_pks: AnyCollection[int]


def fill_collections(learning_package_pk: int, fills: Sequence[CollectionFill], *, author_pk: int | None) -> None:
    """
    Put items into collections, in one transaction. Collections that do not exist are made.

    Items of other learning packages are left out. Each collection that changes is announced by one
    ``COLLECTION_CHANGED`` signal after the transaction.

    Args:
        fills: at most one for each code.
        author_pk: the user who makes the collections, and adds the items.

    Raises NotFoundError, ConflictError, and InvalidInputError for a disabled collection or an invalid code or title.
    """
    if not fills:
        return
    with integrity_explained(), transaction.atomic():
        package = lock_package(learning_package_pk)
        there = _existing(package, [fill.code for fill in fills])
        made = _make(package, [fill for fill in fills if fill.code not in there], author_pk=author_pk)
        collections = {**there, **made}
        added = _add(package, collections, {fill.code: fill.entity_pks for fill in fills}, author_pk=author_pk)
        _touch([there[code] for code, pks in added.items() if pks and code in there])
        record_effects(
            [Effect(EffectKind.COLLECTION, code, [], [True]) for code in made]
            + [Effect(EffectKind.MEMBERS, code, [], pks) for code, pks in added.items() if pks]
        )
        for code, collection in collections.items():
            if code in made or added[code]:
                _announce(package, collection, added[code], is_new=code in made, author_pk=author_pk)


def _existing(package: LearningPackage, codes: Iterable[str]) -> dict[str, Collection]:
    found = {
        collection.collection_code: collection
        for part in in_parts(list(codes))
        for collection in Collection.objects.filter(learning_package=package, collection_code__in=part)
    }
    for code, collection in found.items():
        if not collection.enabled:
            raise InvalidInputError(_("The collection “%(code)s” is deleted. Restore it first.") % {"code": code})
    return found


def _make(package: LearningPackage, fills: Iterable[CollectionFill], *, author_pk: int | None) -> dict[str, Collection]:
    now = datetime.now(UTC)
    new = [
        Collection(
            learning_package=package,
            collection_code=fill.code,
            title=fill.title,
            description=fill.description,
            created_by_id=author_pk,
            created=now,
            modified=now,
        )
        for fill in fills
    ]
    for collection in new:
        try:
            collection.clean_fields(exclude=("learning_package", "created_by"))
        except ValidationError as error:
            raise InvalidInputError(" ".join(error.messages)) from error
    Collection.objects.bulk_create(new)
    # MySQL does not return the pks of several new rows.
    return _existing(package, [collection.collection_code for collection in new])


def _add(
    package: LearningPackage, collections: Mapping[str, Collection], wanted: _Members, *, author_pk: int | None
) -> dict[str, list[int]]:
    """Add the members that are missing. Returns: code -> pks of the entities that were added."""
    every = {entity_id(pk) for pks in wanted.values() for pk in pks}
    own = {
        pk
        for part in in_parts(every)
        for pk in PublishableEntity.objects.filter(learning_package=package, id__in=part).values_list("id", flat=True)
    }
    members = {
        (collection_pk, entity_pk)
        for part in in_parts([collection.pk for collection in collections.values()])
        for collection_pk, entity_pk in CollectionPublishableEntity.objects.filter(collection_id__in=part).values_list(
            "collection_id", "entity_id"
        )
    }
    missing = {
        code: sorted(pk for pk in {*wanted[code]} & own if (collection.pk, pk) not in members)
        for code, collection in collections.items()
    }
    CollectionPublishableEntity.objects.bulk_create(
        CollectionPublishableEntity(
            collection=collections[code], entity_id=entity_id(pk), created_by_id=author_pk, created=datetime.now(UTC)
        )
        for code, pks in missing.items()
        for pk in pks
    )
    return missing


def _touch(collections: Sequence[Collection]) -> None:
    """Set the time of the last change."""
    now = datetime.now(UTC)
    for collection in collections:
        collection.modified = now
    Collection.objects.bulk_update(collections, ["modified"], batch_size=100)


def _announce(
    package: LearningPackage, collection: Collection, added: Sequence[int], *, is_new: bool, author_pk: int | None
) -> None:
    transaction.on_commit(
        partial(
            signals.COLLECTION_CHANGED.send_event,
            time=collection.modified,
            learning_package=signals.LearningPackageEventData(id=package.id, title=package.title),
            changed_by=signals.UserAttributionEventData(user_id=author_pk),
            change=signals.CollectionChangeData(
                collection_id=collection.pk,
                collection_code=collection.collection_code,
                created=is_new,
                entities_added=[entity_id(pk) for pk in added],
            ),
        )
    )
