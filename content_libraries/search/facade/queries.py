"""Reads request bodies as Meilisearch does, into frozen data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..conditions import Condition
from ..engine import FILTERABLE, FILTERABLE_OBJECTS, SEARCHABLE, SORTABLE, SearchQuery, Sort
from ..filters import FilterBudget, FilterError, parse_filter
from .errors import FacadeError

MAX_QUERIES: Final = 50
"""How many queries one request may hold."""

MAX_HITS: Final = 1_000
"""How many hits one query gives at most."""

MAX_HITS_AT_ONCE: Final = 2_000
"""How many hits all queries of one request may ask for together."""

MAX_OFFSET: Final = 100_000
MAX_FACET_VALUES: Final = 100
MAX_COUNTED_VALUES: Final = 10_000
"""How many values of a facet are searched: the most frequent ones."""

MAX_WORDS_LENGTH: Final = 10_000
"""How many characters of ``q`` are looked at."""

MAX_MARK_LENGTH: Final = 100
"""Maximal length of the tags around found words, and of the mark of a cut, because responses repeat them."""

type Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Formatting:
    """
    The form in which hits are shown.

    Args:
        highlight: attributes whose found words are put between the tags; ``*`` for all.
        crop: attribute -> how many words of it are shown; ``*`` for all others.
        retrieve: the attributes that a hit has; None for all.
    """

    highlight: frozenset[str]
    crop: Mapping[str, int]
    retrieve: frozenset[str] | None
    pre_tag: str
    post_tag: str
    crop_marker: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The requested part of the hits, which the response repeats: by pages, or by offset and limit."""

    offset: int
    limit: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class FacadeQuery:
    """One query of a request."""

    search: SearchQuery
    formatting: Formatting
    paging: Paging
    has_facets: bool


@dataclass(frozen=True, slots=True)
class FacetQuery:
    """A search among the values of a facet. ``text`` is None to return all values."""

    search: SearchQuery
    name: str
    text: str | None


_KNOWN: Final = frozenset(
    {
        "q",
        "filter",
        "facets",
        "sort",
        "offset",
        "limit",
        "page",
        "hitsPerPage",
        "attributesToHighlight",
        "attributesToCrop",
        "attributesToRetrieve",
        "attributesToSearchOn",
        "highlightPreTag",
        "highlightPostTag",
        "cropLength",
        "cropMarker",
        "matchingStrategy",
    }
)
_STRATEGIES: Final = ("last", "all", "frequency")


def index_of(query: Body) -> str:
    """Return the index of one query in a request for several."""
    if not isinstance(query, dict):
        raise FacadeError("Invalid value type: expected an object.", "bad_request")
    if "indexUid" not in query:
        raise FacadeError("Missing field `indexUid`.", "missing_index_uid")
    return _text(query, "indexUid", "", "invalid_index_uid")


def queries_of(body: Body) -> list[Body]:
    """Return the queries of a request for several."""
    _refuse_unknown(body, {"queries", "federation"})
    if body.get("federation") is not None:
        raise FacadeError("Hits of several queries are not put together here.", "invalid_multi_search_federation")
    queries = body.get("queries")
    if queries is None:
        raise FacadeError("Missing field `queries`.", "bad_request")
    if not isinstance(queries, list):
        raise FacadeError("Invalid value type at `.queries`: expected an array.", "invalid_multi_search_queries")
    if len(queries) > MAX_QUERIES:
        raise FacadeError(f"At most {MAX_QUERIES} queries a request are allowed.", "invalid_multi_search_queries")
    return queries


def refuse_too_many_hits(queries: Iterable[FacadeQuery]) -> None:
    """
    Raise FacadeError when all queries of a request together ask for too many hits, each of which has to be formatted.
    """
    if sum(query.search.limit for query in queries) > MAX_HITS_AT_ONCE:
        raise FacadeError(
            f"The queries of a request may ask for {MAX_HITS_AT_ONCE:,} hits together.", "invalid_multi_search_queries"
        )


def read_query(body: Body, rule: Condition, budget: FilterBudget) -> FacadeQuery:
    """
    Read one query.

    Args:
        rule: a condition for documents that the owner of the token may find. It applies in addition to the filter of
            the query.
        budget: the remaining size of the filters of the request.

    Raises FacadeError if the query is invalid or not allowed.
    """
    _refuse_unknown(body, _KNOWN)
    paging = _paging(body)
    facets = _texts(body, "facets", "invalid_search_facets")
    strategy = _text(body, "matchingStrategy", "last", "invalid_search_matching_strategy")
    if strategy not in _STRATEGIES:
        raise FacadeError(
            f"Unknown value `{strategy}` at `.matchingStrategy`: expected one of {_listed(_STRATEGIES)}",
            "invalid_search_matching_strategy",
        )
    search = SearchQuery(
        q=_words(body, "q", "invalid_search_q") or "",
        may_drop_words=strategy != "all",
        search_on=_search_on(body),
        conditions=(rule, *_filter(body, "invalid_search_filter", budget)),
        sort=_sort(body),
        offset=paging.offset,
        limit=paging.limit,
        facets=_facets(facets or ()),
        facet_limit=MAX_FACET_VALUES,
    )
    return FacadeQuery(search, _formatting(body), paging, has_facets=facets is not None)


def read_facet_query(body: Body, rule: Condition) -> FacetQuery:
    """
    Read a search among the values of a facet, like ``read_query``.

    Clients send all parameters of the search that the facet belongs to. Parameters without a meaning here are ignored.
    """
    if not isinstance(body, dict):
        raise FacadeError("Invalid value type: expected an object.", "bad_request")
    if "facetName" not in body:
        raise FacadeError("Missing field `facetName`.", "missing_facet_search_facet_name")
    name = _text(body, "facetName", "", "invalid_facet_search_facet_name")
    if name not in FILTERABLE or name in FILTERABLE_OBJECTS:
        raise FacadeError(
            f"Attribute `{name}` is not facet-searchable. Available facet-searchable attributes patterns are:"
            f" {_listed(_FACETS)}.",
            "invalid_facet_search_facet_name",
        )
    search = SearchQuery(
        q=_words(body, "q", "invalid_search_q") or "",
        may_drop_words=body.get("matchingStrategy") != "all",
        search_on=_search_on(body),
        conditions=(rule, *_filter(body, "invalid_search_filter", FilterBudget())),
        limit=0,
        facets=(name,),
        facet_limit=MAX_COUNTED_VALUES,
    )
    return FacetQuery(search, name, _words(body, "facetQuery", "invalid_facet_search_facet_query"))


_FACETS: Final = tuple(sorted(name for name in FILTERABLE if name not in FILTERABLE_OBJECTS))


def _refuse_unknown(body: object, known: Collection[str]) -> None:
    if not isinstance(body, dict):
        raise FacadeError("Invalid value type: expected an object.", "bad_request")
    if unknown := body.keys() - known:
        raise FacadeError(f"Unknown field `{min(unknown)}`: expected one of {_listed(sorted(known))}", "bad_request")


def _filter(body: Body, code: str, budget: FilterBudget) -> list[Condition]:
    try:
        condition = parse_filter(body.get("filter"), FILTERABLE, budget)
    except FilterError as error:
        raise FacadeError(error.message, code) from error
    return [] if condition is None else [condition]


def _sort(body: Body) -> list[Sort]:
    """Read the sort order. Only the first mention of an attribute counts, because later ones decide nothing."""
    sorts: dict[str, Sort] = {}
    for text in _texts(body, "sort", "invalid_search_sort") or ():
        sort = _one_sort(text)
        sorts.setdefault(sort.attribute, sort)
    return list(sorts.values())


def _one_sort(text: str) -> Sort:
    attribute, _colon, direction = text.rpartition(":")
    if direction not in ("asc", "desc"):
        raise FacadeError(
            f"Invalid syntax for the sort parameter: expected expression ending by `:asc` or `:desc`, found `{text}`.",
            "invalid_search_sort",
        )
    if attribute not in SORTABLE:
        raise FacadeError(
            f"Attribute `{attribute}` is not sortable. Available sortable attributes are: {_listed(sorted(SORTABLE))}.",
            "invalid_search_sort",
        )
    return Sort(attribute, descending=direction == "desc")


def _facets(names: Sequence[str]) -> tuple[str, ...]:
    """Return the attributes to count: ``*`` means all of them, and an object means all attributes in it."""
    facets: dict[str, None] = {}
    for name in names:
        inside = [facet for facet in _FACETS if name in ("*", facet) or facet.startswith(f"{name}.")]
        if not inside or not (name == "*" or name in FILTERABLE):
            raise FacadeError(
                f"Invalid facet distribution: Attribute `{name}` is not filterable. Available filterable attributes"
                f" patterns are: {_listed(_FACETS)}.",
                "invalid_search_facets",
            )
        facets.update(dict.fromkeys(inside))
    return tuple(facets)


def _search_on(body: Body) -> tuple[str, ...] | None:
    code = "invalid_search_attributes_to_search_on"
    names = _texts(body, "attributesToSearchOn", code)
    if names is None or "*" in names:
        return None
    for name in names:
        if name.split(".")[0] not in SEARCHABLE:
            raise FacadeError(f"Attribute `{name}` is not searchable.", code)
    return tuple(names)


def _paging(body: Body) -> Paging:
    offset = _number(body, "offset", 0, "invalid_search_offset")
    limit = _number(body, "limit", 20, "invalid_search_limit")
    if body.get("page") is None and body.get("hitsPerPage") is None:
        return Paging(min(offset, MAX_OFFSET), min(limit, MAX_HITS))
    page = _number(body, "page", 1, "invalid_search_page")
    limit = min(_number(body, "hitsPerPage", 20, "invalid_search_hits_per_page"), MAX_HITS)
    # The page before the first one is empty.
    return Paging(min(max(page - 1, 0) * limit, MAX_OFFSET), limit if page else 0, page)


def _formatting(body: Body) -> Formatting:
    default_length = _number(body, "cropLength", 10, "invalid_search_crop_length")
    retrieve = _texts(body, "attributesToRetrieve", "invalid_search_attributes_to_retrieve")
    return Formatting(
        highlight=frozenset(_texts(body, "attributesToHighlight", "invalid_search_attributes_to_highlight") or ()),
        crop=dict(
            _crop(name, default_length)
            for name in _texts(body, "attributesToCrop", "invalid_search_attributes_to_crop") or ()
        ),
        retrieve=None if retrieve is None or "*" in retrieve else frozenset(retrieve),
        pre_tag=_mark(body, "highlightPreTag", "<em>", "invalid_search_highlight_pre_tag"),
        post_tag=_mark(body, "highlightPostTag", "</em>", "invalid_search_highlight_post_tag"),
        crop_marker=_mark(body, "cropMarker", "…", "invalid_search_crop_marker"),
    )


def _crop(text: str, default_length: int) -> tuple[str, int]:
    name, colon, length = text.partition(":")
    return (name, int(length)) if colon and length.isdecimal() and len(length) < 9 else (name, default_length)


def _text(body: Body, name: str, default: str, code: str) -> str:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise _wrong_type(name, "a string", code)
    return value


def _mark(body: Body, name: str, default: str, code: str) -> str:
    mark = _text(body, name, default, code)
    if len(mark) > MAX_MARK_LENGTH:
        raise FacadeError(f"The value at `.{name}` is too long: {MAX_MARK_LENGTH} characters are allowed.", code)
    return mark


def _words(body: Body, name: str, code: str) -> str | None:
    return None if body.get(name) is None else _text(body, name, "", code)[:MAX_WORDS_LENGTH]


def _number(body: Body, name: str, default: int, code: str) -> int:
    value = body.get(name)
    if value is None:
        return default
    if type(value) is not int or not 0 <= value < 2**63:
        raise _wrong_type(name, "a positive integer", code)
    return value


def _texts(body: Body, name: str, code: str) -> list[str] | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(name, "an array of strings", code)
    return value


def _wrong_type(name: str, expected: str, code: str) -> FacadeError:
    return FacadeError(f"Invalid value type at `.{name}`: expected {expected}.", code)


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
