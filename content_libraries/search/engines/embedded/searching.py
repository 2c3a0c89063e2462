"""Reads from an index of the embedded engine: the wanted hits in their order, and the values of facets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import tantivy
from tantivy import Occur, Order

from ...engine import FILTERABLE_TEXTS, NumberRange, SearchQuery, Sort
from ...words import fold
from .queries import has_value
from .schema import NUMBERS, TITLE_ORDER, from_row


def find_addresses(
    searcher: tantivy.Searcher, schema: tantivy.Schema, asked: tantivy.Query, query: SearchQuery
) -> tuple[int, Sequence[tantivy.DocAddress]]:
    """Count all hits, and find the wanted part of them."""
    limit = min(query.limit, searcher.num_docs - query.offset)
    if limit <= 0:
        return _count(searcher.search(asked, limit=1)), ()
    if query.sort:
        total, addresses = _first_sorted(searcher, schema, asked, query.sort, query.offset + limit)
        return total, addresses[query.offset :]
    found = searcher.search(asked, limit=limit, offset=query.offset)
    return _count(found), [address for _score, address in found.hits]


def _first_sorted(
    searcher: tantivy.Searcher, schema: tantivy.Schema, asked: tantivy.Query, sorts: Sequence[Sort], limit: int
) -> tuple[int, list[tantivy.DocAddress]]:
    """
    Count all hits, and find the first ones in the wanted order.

    tantivy sorts by one attribute only. The hits that share the last place's value of this attribute are asked for
    again, in the order of the other attributes. The hits before them are few enough to be sorted here.
    """
    field, order = _order_field(sorts[0]), Order.Desc if sorts[0].descending else Order.Asc
    found = searcher.search(asked, limit=limit, order_by_field=field, order=order)
    total, hits = _count(found), list(found.hits)
    if len(sorts) == 1 or not hits:
        return total, [address for _value, address in hits]
    last_value = hits[-1][0]
    before = [(value, address) for value, address in hits if value != last_value]
    tied = tantivy.Query.boolean_query([(Occur.Must, asked), (Occur.Must, has_value(schema, field, last_value))])
    _total, last = _first_sorted(searcher, schema, tied, sorts[1:], limit - len(before))
    return total, [*_in_order(searcher, before, sorts[1:]), *last]


def _in_order(
    searcher: tantivy.Searcher, hits: Sequence[tuple[object, tantivy.DocAddress]], sorts: Sequence[Sort]
) -> list[tantivy.DocAddress]:
    """Sort hits that have the same value, and so stand next to each other, by other attributes."""
    ordered: list[tantivy.DocAddress] = []
    for _value, group in groupby(hits, key=itemgetter(0)):
        addresses = [address for _value, address in group]
        for sort in reversed(sorts if len(addresses) > 1 else ()):
            addresses = _sorted(searcher, addresses, sort)
        ordered.extend(addresses)
    return ordered


def _sorted(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress], sort: Sort) -> list[tantivy.DocAddress]:
    column = list(zip(_column(searcher, sort.attribute, addresses), addresses, strict=True))
    present = sorted((row for row in column if row[0] is not None), key=itemgetter(0), reverse=sort.descending)
    return [address for _value, address in (*present, *(row for row in column if row[0] is None))]


def _column(searcher: tantivy.Searcher, attribute: str, addresses: list[tantivy.DocAddress]) -> list[Any]:
    if attribute == "display_name":
        return [fold(from_row(searcher.doc(address)).get("display_name") or "") for address in addresses]
    return searcher.fast_field_values(attribute, addresses)


def _order_field(sort: Sort) -> str:
    return TITLE_ORDER if sort.attribute == "display_name" else sort.attribute


def _count(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # left out of tantivy's stubs
    return count


def count_facets(
    searcher: tantivy.Searcher, asked: tantivy.Query, query: SearchQuery
) -> tuple[dict[str, dict[str, int]], dict[str, NumberRange]]:
    """Count the values of facets, and find the range of numeric ones."""
    counted = [facet for facet in query.facets if facet in FILTERABLE_TEXTS or facet in NUMBERS]
    wanted: dict[str, object] = {facet: {"terms": {"field": facet, "size": query.facet_limit}} for facet in counted}
    wanted |= {f"range of {facet}": {"stats": {"field": facet}} for facet in counted if facet in NUMBERS}
    answer = searcher.aggregate(asked, wanted) if wanted else {}
    values = {
        facet: {_facet_value(bucket["key"]): bucket["doc_count"] for bucket in answer[facet]["buckets"]}
        for facet in counted
    }
    stats = {facet: answer[f"range of {facet}"] for facet in counted if facet in NUMBERS}
    ranges = {facet: NumberRange(found["min"], found["max"]) for facet, found in stats.items() if found["count"]}
    return {facet: values.get(facet, {}) for facet in query.facets}, ranges


def _facet_value(key: str | float) -> str:
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
