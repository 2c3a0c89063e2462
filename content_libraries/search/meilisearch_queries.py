"""How the Meilisearch engine asks, and reads the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .engine import OneOf, SearchQuery, SearchResult

_OWN_FIELDS = ("_formatted", "_rankingScore", "_matchesPosition")


def search_parameters(query: SearchQuery) -> dict[str, Any]:
    """Put a query into the words of ``POST /indexes/{uid}/search``, all but its words."""
    parameters: dict[str, Any] = {
        "filter": list(_filters(query)),
        "sort": [f"{sort.attribute}:{'desc' if sort.descending else 'asc'}" for sort in query.sort],
        "offset": query.offset,
        "limit": query.limit,
        "facets": list(query.facets),
        # As in the embedded engine: all words have to be found, and not only the first ones.
        "matchingStrategy": "all",
    }
    return {name: value for name, value in parameters.items() if value != []}


def equals(attribute: str, value: str | float) -> str:
    """A condition in the words of Meilisearch."""
    return f"{attribute} = {_literal(value)}"


def search_result(answer: Mapping[str, Any], query: SearchQuery) -> SearchResult:
    """Read an answer."""
    counted = answer.get("facetDistribution") or {}
    return SearchResult(
        hits=[{name: value for name, value in hit.items() if name not in _OWN_FIELDS} for hit in answer["hits"]],
        total=answer["estimatedTotalHits"],
        facets={facet: dict(counted.get(facet, {})) for facet in query.facets},
    )


def _filters(query: SearchQuery) -> Iterator[str]:
    if query.context_keys is not None:
        yield _condition(OneOf("context_key", sorted(query.context_keys)))
    yield from map(_condition, query.conditions)


def _condition(condition: OneOf) -> str:
    return f"{condition.attribute} IN [{', '.join(map(_literal, condition.values))}]"


def _literal(value: str | float) -> str:
    """
    A value in quotes. Numbers in quotes are compared with numbers, too.

    Meilisearch unescapes quotes, but leaves other backslashes, and pairs of them, as they are.
    """
    text = str(value)
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + text.replace(quote, f"\\{quote}") + quote
