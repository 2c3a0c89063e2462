"""Finds content that a user may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..actors import Actor, is_operator
from ..keys import CourseKey, LibraryLocatorV2
from ..libraries import api as libraries
from .conditions import Condition, Not, OneOf
from .course_documents import COURSE_BLOCK
from .engine import SearchQuery, SearchResult, Sort, current_engine
from .tags import attribute_of_tag

_OF_LIBRARIES: Final = Not(OneOf("type", (COURSE_BLOCK,)))
_LATEST_FIRST: Final = (Sort("modified", descending=True),)


def search(
    user: Actor,
    *,
    q: str = "",
    library_key: LibraryLocatorV2 | None = None,
    types: Sequence[str] = (),
    block_types: Sequence[str] = (),
    publish_statuses: Sequence[str] = (),
    collections: Sequence[str] = (),
    licenses: Sequence[str] = (),
    tags: Sequence[str] = (),
    sort: Sequence[Sort] = (),
    offset: int = 0,
    limit: int = 20,
    facets: Sequence[str] = (),
) -> SearchResult:
    """
    Find content of the libraries that the user may view.

    Args:
        user: the user who asks. The operator finds everything.
        q: words to find; blank for everything.
        library_key: the library to look in; all of them if None. Nothing is found in a library that does not
            exist, or that the user may not view.
        types: any of ``library_block``, ``library_container``, ``collection``.
        block_types: any of these block types: ``html``, ``unit``, ...
        publish_statuses: any of ``never``, ``published``, ``modified``.
        collections: in any of these collections, by code.
        licenses: any of these licenses counts, by code.
        tags: taxonomies, or taxonomy and lineage, ``Location > Europe``, down to the fourth level. A document needs
            all of them; a tag below a given tag counts as the given tag.
        sort: the order. By default the best matches come first, or the latest changes if ``q`` is blank.
        offset, limit: the part of the hits to return.
        facets: attributes whose values are counted.

    Raises SearchEngineError if the engine fails.
    """
    any_of = {
        "type": types,
        "block_type": block_types,
        "publish_status": publish_statuses,
        "collections.key": collections,
        "license": licenses,
    }
    conditions: list[Condition] = [OneOf(attribute, values) for attribute, values in any_of.items() if values]
    conditions.extend(OneOf(attribute_of_tag(tag), (tag,)) for tag in tags)
    if is_operator(user):  # whose query is not restricted to libraries
        conditions.append(_OF_LIBRARIES)
    return current_engine().search(
        SearchQuery(
            q=q,
            context_keys=_viewable_keys(user, library_key),
            conditions=conditions,
            sort=sort or (() if q.strip() else _LATEST_FIRST),
            offset=offset,
            limit=limit,
            facets=facets,
        )
    )


def _viewable_keys(user: Actor, library_key: LibraryLocatorV2 | None) -> frozenset[str] | None:
    """Return the keys of the libraries to look in. None means no restriction at all, which only the operator has."""
    if is_operator(user) and library_key is None:
        return None
    viewable = libraries.viewable_libraries(user)
    if library_key is not None:
        viewable = viewable.filter(org__short_name=library_key.org, slug=library_key.slug)
    return frozenset(_key_strings(viewable.order_by().values_list("org__short_name", "slug").iterator()))


def _key_strings(names: Iterator[tuple[str, str]]) -> Iterator[str]:
    return (f"{LibraryLocatorV2.CANONICAL_NAMESPACE}:{org}:{slug}" for org, slug in names)


def found_keys(context_key: LibraryLocatorV2 | CourseKey, query: str, *, limit: int) -> list[str]:
    """
    Find the components and containers of a library, or the blocks of a course, that have all words of a query.

    Checks no permission.

    Returns: the keys of at most ``limit`` of them, the best first. Raises SearchEngineError if the engine fails.
    """
    is_library = isinstance(context_key, LibraryLocatorV2)
    result = current_engine().search(
        SearchQuery(
            q=query,
            context_keys=frozenset({str(context_key)}),
            conditions=[OneOf("type", ("library_block", "library_container") if is_library else (COURSE_BLOCK,))],
            limit=limit,
        )
    )
    return [str(hit["usage_key"]) for hit in result.hits]
