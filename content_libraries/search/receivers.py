"""
Updates the index when events arrive, at once if possible.

The write that caused an event is committed already, and nothing here can make it fail. Work that cannot be done at once
is sent to a worker. If that fails too, the next write or the sweep finds the work at the checkpoint.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from kombu.exceptions import OperationalError
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from openedx_events.content_authoring.data import ContentObjectChangedData
from openedx_events.content_authoring.signals import CONTENT_OBJECT_ASSOCIATIONS_CHANGED
from openedx_tagging.models import Tag, Taxonomy

from .. import keys, site_language
from ..content.api import register_finder
from ..courses import api as courses
from ..errors import NotFoundError
from ..learning_core import api as learning_core
from ..learning_core.api import (
    CollectionChangeData,
    DraftChangeLogEventData,
    LearningPackageEventData,
    LogMark,
    PublishLogEventData,
)
from ..libraries import api as libraries
from .affected import NO_CHANGE, Change
from .checkpoints import start_over
from .engine import MAX_BATCH, SearchEngineError
from .finding import found_keys
from .models import SearchCheckpoint
from .retagging import trace_of
from .tasks import catch_up_search, retag_search
from .upkeep import catch_up
from .waiting import waiting_at_most

logger = logging.getLogger(__name__)

WAITING_SECONDS: Final = 0.5
"""Seconds that the response to a write waits for the index, for any reason."""

register_finder(found_keys)


@receiver(learning_core.ENTITIES_DRAFT_CHANGED)
def follow_draft_changes(
    learning_package: LearningPackageEventData, change_log: DraftChangeLogEventData, **_kwargs: object
) -> None:
    _follow(learning_package.id, Change(log=LogMark(draft_change_log_pk=change_log.draft_change_log_id)))


@receiver(learning_core.ENTITIES_PUBLISHED)
def follow_publish(
    learning_package: LearningPackageEventData, change_log: PublishLogEventData, **_kwargs: object
) -> None:
    _follow(learning_package.id, Change(log=LogMark(publish_log_pk=change_log.publish_log_id)))


@receiver(learning_core.COLLECTION_CHANGED)
def follow_collection(
    learning_package: LearningPackageEventData, change: CollectionChangeData, **_kwargs: object
) -> None:
    members: set[int] = {*change.entities_added, *change.entities_removed}
    if change.metadata_modified:
        members |= learning_core.member_pks_of(learning_package.id, change.collection_code)
    _follow(
        learning_package.id,
        Change(entity_pks=frozenset(members), collection_codes=frozenset({change.collection_code})),
    )


@receiver(learning_core.LEARNING_PACKAGE_UPDATED)
@receiver(learning_core.LEARNING_PACKAGE_DELETED)
def follow_learning_package(learning_package: LearningPackageEventData, **_kwargs: object) -> None:
    _follow(learning_package.id, NO_CHANGE)


@receiver(post_save, sender=libraries.ContentLibrary, dispatch_uid="content_libraries.search.library_saved")
def follow_license(
    instance: libraries.ContentLibrary,
    *,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **_kwargs: object,
) -> None:
    """Make the documents of a library anew when it may have another license, which its items inherit."""
    pk = instance.learning_package_id
    if pk is not None and not created and (update_fields is None or "license" in update_fields):
        start_over(SearchCheckpoint.objects.filter(learning_package_pk=pk))
        transaction.on_commit(partial(_follow, pk, NO_CHANGE))


@receiver(CONTENT_OBJECT_ASSOCIATIONS_CHANGED)
def follow_tags(content_object: ContentObjectChangedData, **_kwargs: object) -> None:
    """
    Update the documents of an object whose tags have changed.

    Tags are kept outside of Learning Core. All other associations have events of their own.
    """
    if content_object.changes and "tags" not in content_object.changes:
        return
    try:
        if content_object.object_id.startswith("lib-collection:"):
            _follow_collection_tags(keys.collection_key(content_object.object_id))
        elif content_object.object_id.startswith(("lb:", "lct:")):
            _follow_item_tags(keys.item_key(content_object.object_id))
        else:
            _follow_block_tags(content_object.object_id)
    except NotFoundError:
        return  # tags can be given to objects that do not exist any more


@receiver(post_save, sender=Tag, dispatch_uid="content_libraries.search.tag_saved")
@receiver(post_save, sender=Taxonomy, dispatch_uid="content_libraries.search.taxonomy_saved")
def follow_taxonomy(instance: Tag | Taxonomy, *, created: bool, **_kwargs: object) -> None:
    """Update documents when a tag or taxonomy changes. A new one is on no object yet."""
    if not created:
        transaction.on_commit(partial(_retag, trace_of(instance, is_deleted=False)))


@receiver(post_delete, sender=Tag, dispatch_uid="content_libraries.search.tag_deleted")
@receiver(post_delete, sender=Taxonomy, dispatch_uid="content_libraries.search.taxonomy_deleted")
def follow_deleted_taxonomy(instance: Tag | Taxonomy, origin: object = None, **_kwargs: object) -> None:
    """
    Update documents when a tag or taxonomy is deleted.

    Tags that are deleted with their taxonomy are covered by the update for the taxonomy.
    """
    if isinstance(instance, Tag) and _model_of(origin) is Taxonomy:
        return
    transaction.on_commit(partial(_retag, trace_of(instance, is_deleted=True)))


def _model_of(origin: object) -> type[object]:
    """Return the model of the object or queryset that a deletion began with."""
    return origin.model if isinstance(origin, QuerySet) else type(origin)


def _retag(trace: dict[str, object]) -> None:
    """Let a worker update the documents with certain tags, because there may be many."""
    try:
        retag_search.delay(trace)
    except (OperationalError, OSError) as error:
        logger.warning("No worker can be told to index the objects with tags of %s: %s", trace, error)


def _follow_collection_tags(key: keys.LibraryCollectionLocator) -> None:
    library = libraries.get_library(keys.library_key_of(key))
    _follow(library.learning_package_id, Change(collection_codes=frozenset({key.collection_id})))


def _follow_item_tags(key: keys.ItemKey) -> None:
    library = libraries.get_library(keys.library_key_of(key))
    item = learning_core.find_item(library.learning_package_id, key)
    _follow(library.learning_package_id, Change(entity_pks=frozenset({item.pk})))


def _follow_block_tags(object_id: str) -> None:
    """
    Update the document of a course block whose tags have changed.

    Other objects are ignored: libraries, courses, and blocks that this site does not keep have no documents.
    """
    try:
        usage_key = UsageKey.from_string(object_id)
    except InvalidKeyError:
        return
    for learning_package_pk, entity_pks in courses.find_block_entities([usage_key]).items():
        _follow(learning_package_pk, Change(entity_pks=frozenset(entity_pks)))


def _follow(learning_package_pk: int, change: Change) -> None:
    """Catch up now, with one batch at most, or let a worker do it. The response to a write waits for this function."""
    try:
        with site_language.active(), waiting_at_most(WAITING_SECONDS):  # errors are kept at the checkpoint
            if not catch_up(learning_package_pk, change=change, at_most=MAX_BATCH).postponed:
                return
    except SearchEngineError as error:
        logger.warning("The index of learning package %s lags behind: %s", learning_package_pk, error)
    try:
        catch_up_search.delay(learning_package_pk)
    except (OperationalError, OSError) as error:
        logger.warning("No worker can be told to index learning package %s: %s", learning_package_pk, error)
