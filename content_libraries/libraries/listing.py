"""Reads libraries: lists, and the summaries that clients see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import F, OrderBy, Q, QuerySet
from django.db.models.functions import Lower

from ..actors import Actor
from ..learning_core import api as learning_core
from .access import may, viewable_libraries
from .data import LibrarySummary, Permission
from .models import ContentLibrary

_ORDERS: Final[Mapping[str, Lower | F]] = {
    "title": Lower("learning_package__title"),
    "created": F("learning_package__created"),
    "updated": F("learning_package__updated"),
}
_DEFAULT_ORDER: Final = ("org__short_name", "slug")


def list_libraries(
    user: Actor, *, org: str | None = None, text_search: str | None = None, order: str | None = None
) -> QuerySet[ContentLibrary]:
    """
    List the libraries that the user may VIEW.

    Args:
        org: exact short name of an organization.
        text_search: part of a slug, organization, title or description, in any case.
        order: ``title``, ``created`` or ``updated``, with a leading ``-`` for the opposite. Anything else
            means the default, by organization and slug (wire: libraries-list).

    Returns: a queryset of one query, with ``org`` and ``learning_package`` loaded (but not its description).
    """
    libraries = viewable_libraries(user).defer("learning_package__description")
    if org is not None:
        libraries = libraries.filter(org__short_name=org)
    if text_search is not None:
        libraries = libraries.filter(
            Q(slug__icontains=text_search)
            | Q(org__short_name__icontains=text_search)
            | Q(learning_package__title__icontains=text_search)
            | Q(learning_package__description__icontains=text_search)
        )
    order = order or ""
    key = _ORDERS.get(order.removeprefix("-"))
    first = () if key is None else (OrderBy(key, descending=order.startswith("-")),)
    return libraries.order_by(*first, *_DEFAULT_ORDER)


def listed_library(library: ContentLibrary) -> LibrarySummary:
    """
    Return the summary of a library for lists, without a query.

    Fields that would need a query have their defaults.
    """
    return LibrarySummary(library)


def library_sizes(libraries: Iterable[ContentLibrary]) -> dict[int, int]:
    """Count the live components and containers of each library, by pk of the library, in one query."""
    packages = {library.pk: library.learning_package_id for library in libraries}
    counts = learning_core.live_item_counts(pk for pk in packages.values() if pk is not None)
    return {pk: 0 if package_pk is None else counts.get(package_pk, 0) for pk, package_pk in packages.items()}


def library_summary(user: Actor, library: ContentLibrary) -> LibrarySummary:
    """
    Return the full summary of a library. Needs VIEW.

    Takes three queries, besides the queries of one permission check.
    """
    package = library.learning_package
    if package is None:
        return listed_library(library)
    figures = learning_core.package_statistics(package.id)
    return LibrarySummary(
        library,
        description=package.description,
        num_blocks=figures.live_items,
        last_published=figures.last_published,
        published_by=figures.published_by,
        last_draft_created=figures.last_draft_created,
        last_draft_created_by=figures.last_draft_created_by,
        has_unpublished_changes=figures.has_unpublished_changes,
        has_unpublished_deletes=figures.has_unpublished_deletes,
        can_edit_library=may(user, library, Permission.EDIT),
        created=package.created,
        updated=package.updated,
    )
