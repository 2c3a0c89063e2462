"""Chooses and fills the collection of an import (wire: imports-options)."""

from __future__ import annotations

from collections.abc import Collection as AnyCollection
from datetime import UTC, datetime
from typing import Final

from django.utils.text import slugify
from django.utils.translation import gettext as _
from opaque_keys.edx.locator import LibraryLocator

from ... import site_language
from ...errors import InvalidInputError
from ...keys import CourseKey
from ...learning_core.api import CollectionSummary, collection_summaries, create_collection, enabled_collection_pks
from ...learning_core.api import add_to_collection as add_entities
from ..data import ImportOptions, OnRepeat, PlannedCollection
from ..records.mapping import earlier_collection_code
from .codes import code_from_id
from .titles import free_title

_MAX_CODE: Final = 140


def plan_collection(
    learning_package_pk: int,
    options: ImportOptions,
    *,
    source_key: CourseKey,
    source_title: str,
    made_before: AnyCollection[PlannedCollection] = (),
) -> PlannedCollection | None:
    """
    Choose the collection of an import; None if the import fills no collection.

    A repeated import that skips or updates uses the collection of the earlier import, if the options ask for a
    collection. Imports that name the same new collection share it: the first one that succeeds makes it.

    Args:
        made_before: new collections of plans that are applied before this one.

    Raises InvalidInputError if a named collection does not exist and may not be made, and for an invalid code.
    """
    if not (options.collection_code or options.make_collection):
        return None
    existing = _collections_by_code(learning_package_pk)
    code = options.collection_code
    if not code and options.on_repeat != OnRepeat.FORK:
        code = earlier_collection_code(source_key, learning_package_pk)
    if code in existing:
        return PlannedCollection(code)
    if not options.make_collection:
        raise InvalidInputError(
            _("There is no collection “%(code)s” in the library. Create it first, or choose another.") % {"code": code},
            field="target_collection_slug",
            as_list=True,
        )
    _require_code(options.collection_code)
    if shared := next((made for made in made_before if made.code == options.collection_code), None):
        return shared
    return PlannedCollection(
        code=options.collection_code or slugify(source_title)[:_MAX_CODE] or _code_of_key(source_key),
        title=free_title(source_title, {row.title for row in existing.values()} | {row.title for row in made_before}),
        description=_description(source_key, source_title),
        is_new=True,
    )


def fill_collection(
    learning_package_pk: int,
    collection: PlannedCollection,
    entity_pks: AnyCollection[int],
    *,
    is_named: bool,
    author_pk: int | None,
) -> int | None:
    """
    Put items into the planned collection, in the caller's transaction; make the collection if it is new.

    A collection that has all items already is not changed.

    Args:
        is_named: whether the options name its code. Then a collection of this code that was made meanwhile is filled.

    Returns: pk of the collection; None if it was deleted meanwhile. The import does without a collection then.
    """
    code = collection.code
    filled = _collections_by_code(learning_package_pk).get(code)
    if collection.is_new and not (is_named and filled):
        filled = create_collection(
            learning_package_pk,
            wanted_code=code,
            title=collection.title,
            description=collection.description,
            author_pk=author_pk,
        )
    if filled is None:
        return None
    if missing := set(entity_pks) - set(filled.entity_pks):
        add_entities(learning_package_pk, filled.code, missing, author_pk=author_pk)
    return filled.pk


def _require_code(code: str) -> None:
    """Raise InvalidInputError for a code that a collection cannot have. An empty code is accepted."""
    if code != code_from_id(code, is_ascii=True)[:_MAX_CODE]:
        raise InvalidInputError(
            _("“%(code)s” cannot be the code of a collection: use unaccented letters, digits, “-”, “_” and “.”.")
            % {"code": code},
            field="target_collection_slug",
            as_list=True,
        )


def _collections_by_code(learning_package_pk: int) -> dict[str, CollectionSummary]:
    return {row.code: row for row in collection_summaries(enabled_collection_pks(learning_package_pk))}


def _code_of_key(source_key: CourseKey) -> str:
    """Make the code of a collection from the key of its source, for titles without letters for a code."""
    return code_from_id(str(source_key), is_ascii=True)[:_MAX_CODE]


def _description(source_key: CourseKey, source_title: str) -> str:
    today = datetime.now(UTC).date()
    if isinstance(source_key, LibraryLocator):
        return site_language.gettext("This collection contains content migrated from a legacy library on: %(date)s") % {
            "date": today
        }
    return site_language.gettext("This collection contains content imported from the course %(title)s on: %(date)s") % {
        "title": source_title,
        "date": today,
    }
