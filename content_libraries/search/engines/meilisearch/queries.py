"""Translates queries for the Meilisearch engine, and reads its responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...conditions import AllOf, Condition, OneOf
from ...engine import NumberRange, SearchQuery, SearchResult
from ...filters import filter_text

_OWN_FIELDS = ("_formatted", "_rankingScore", "_matchesPosition")


def search_parameters(query: SearchQuery) -> dict[str, object]:
    """Translate a query into parameters of ``POST /indexes/{uid}/search``, except for its words."""
    parameters: dict[str, object] = {
        "filter": list(_filters(query)),
        "sort": [f"{sort.attribute}:{'desc' if sort.descending else 'asc'}" for sort in query.sort],
        "offset": query.offset,
        "limit": query.limit,
        "facets": list(query.facets),
        "attributesToSearchOn": query.search_on,
        "matchingStrategy": "last" if query.may_drop_words else "all",
    }
    return {name: value for name, value in parameters.items() if value not in ([], None)}


def equals(attribute: str, value: str | float) -> str:
    """Write a condition in Meilisearch's filter language."""
    return f"{attribute} = {_literal(value)}"


def search_result(answer: Mapping[str, Any], query: SearchQuery) -> SearchResult:
    """Convert a response of Meilisearch to a search result."""
    counted = answer.get("facetDistribution") or {}
    return SearchResult(
        hits=[{name: value for name, value in hit.items() if name not in _OWN_FIELDS} for hit in answer["hits"]],
        total=answer["estimatedTotalHits"],
        facets={facet: dict(counted.get(facet, {})) for facet in query.facets},
        ranges={
            facet: NumberRange(ends["min"], ends["max"]) for facet, ends in (answer.get("facetStats") or {}).items()
        },
    )


def _filters(query: SearchQuery) -> Iterator[str]:
    if query.context_keys is not None:
        yield _condition(OneOf("context_key", sorted(query.context_keys)))
    yield from (_condition(condition) for condition in query.conditions if condition != AllOf(()))


def _condition(condition: Condition) -> str:
    if not isinstance(condition, OneOf):
        return filter_text(condition)
    return f"{condition.attribute} IN [{', '.join(map(_literal, condition.values))}]"


def _literal(value: str | float) -> str:
    """
    Quote a value. Meilisearch compares quoted numbers with numbers, too.

    Meilisearch unescapes quotes, but leaves other backslashes, and pairs of them, unchanged.
    """
    text = str(value)
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + text.replace(quote, f"\\{quote}") + quote
