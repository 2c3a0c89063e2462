"""
Views of the facade. They are plain Django views, because they share nothing with the rest of the REST API.

Callers are known by their token alone, never by a session, so that requests cannot be forged and no database query is
needed. The host's CORS settings decide which origins may call.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial, wraps
from http import HTTPStatus
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from ... import conf
from ...errors import OversizedValueError
from ...values import ValueBudget, look_through_json
from ..conditions import Condition
from ..engine import SearchEngineError, SearchResult, current_engine, index_name
from ..filters import FilterBudget
from ..tokens import InvalidTokenError, read_rule
from ..words import query_terms, words
from . import keys
from .errors import FacadeError
from .formatting import format_hit
from .queries import (
    MAX_FACET_VALUES,
    Body,
    FacadeQuery,
    FacetQuery,
    index_of,
    queries_of,
    read_facet_query,
    read_query,
    refuse_too_many_hits,
)
from .shortening import ResponseBudget

VERSION: Final = "1.12.0"
"""The version of Meilisearch whose responses the facade imitates."""

type _View = Callable[..., HttpResponse]


def _answering(method: str) -> Callable[[_View], _View]:
    """Make a view of a function that serves one HTTP method and raises FacadeError."""

    def decorate(answer: _View) -> _View:
        @csrf_exempt
        @wraps(answer)
        def view(request: HttpRequest, **parts: str) -> HttpResponse:
            if request.method != method:
                refused = FacadeError(f"Ask with {method}.", "method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED)
                return HttpResponseNotAllowed([method], refused.response().content, content_type="application/json")
            try:
                return answer(request, **parts)
            except FacadeError as error:
                return error.response()
            except SearchEngineError as error:
                return FacadeError(error.message, "internal", HTTPStatus.SERVICE_UNAVAILABLE).response()

        return view

    return decorate


@_answering("GET")
def root(request: HttpRequest) -> HttpResponse:
    """Tell clients that Meilisearch's API is served here."""
    return JsonResponse({"status": "Meilisearch is running"})


@_answering("GET")
def health(request: HttpRequest) -> HttpResponse:
    """Report the engine as available, or fail if it does not respond."""
    current_engine().count()
    return JsonResponse({"status": "available"})


@_answering("GET")
def version(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"commitSha": "", "commitDate": "", "pkgVersion": VERSION})


@_answering("POST")
def multi_search(request: HttpRequest) -> HttpResponse:
    """Return the results of several queries, or an error if one of them is invalid."""
    token = _token(request)
    queries = []
    budget = FilterBudget()
    for number, body in enumerate(queries_of(_body(request))):
        try:
            uid = index_of(body)
            rest = {name: value for name, value in body.items() if name != "indexUid"}
            queries.append((uid, read_query(rest, _rule(token, uid), budget)))
        except FacadeError as error:
            raise error.inside(f".queries[{number}]") from error
    refuse_too_many_hits(query for _uid, query in queries)
    answers = _answers([query for _uid, query in queries])
    return JsonResponse(
        {"results": [{"indexUid": uid, **answer} for (uid, _query), answer in zip(queries, answers, strict=True)]}
    )


@_answering("POST")
def search(request: HttpRequest, uid: str) -> HttpResponse:
    rule = _rule(_token(request), uid)
    (answer,) = _answers([read_query(_body(request), rule, FilterBudget())])
    return JsonResponse(answer)


@_answering("POST")
def facet_search(request: HttpRequest, uid: str) -> HttpResponse:
    rule = _rule(_token(request), uid)
    started = time.perf_counter()
    query = read_facet_query(_body(request), rule)
    return JsonResponse(
        {
            "facetHits": _facet_hits(query),
            "facetQuery": query.text,
            "processingTimeMs": _milliseconds_since(started),
        }
    )


def not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """Refuse everything that is not a part of the facade, such as writing."""
    return FacadeError(f"`/{path}` is not served here.", "not_found", HTTPStatus.NOT_FOUND).response()


def _token(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise FacadeError(
            "The Authorization header is missing. It must use the bearer authorization method.",
            "missing_authorization_header",
            HTTPStatus.UNAUTHORIZED,
        )
    return token.strip()


def _rule(token: str, uid: str) -> Condition:
    """Return the condition for documents of an index that the owner of the token may find."""
    try:
        rule = read_rule(token, uid, keys=keys.valid(), key_uid=keys.UID)
    except InvalidTokenError as error:
        raise FacadeError(error.message, error.code, HTTPStatus.FORBIDDEN) from error
    if uid != index_name():
        raise FacadeError(f"Index `{uid}` not found.", "index_not_found", HTTPStatus.NOT_FOUND)
    return rule


def _body(request: HttpRequest) -> Body:
    if request.content_type != "application/json":
        raise FacadeError(
            "The Content-Type has to be `application/json`.",
            "invalid_content_type" if request.content_type else "missing_content_type",
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    try:
        text = request.body.decode()
        look_through_json(text, ValueBudget(nodes=conf.REQUEST_MAX_VALUES.value))
        body: Body = json.loads(text)
        if "\\u" in text:  # a lone surrogate is not a text, although JSON can write it
            json.dumps(body, ensure_ascii=False).encode()
        return body
    except RequestDataTooBig as error:
        raise FacadeError(
            "The payload is too large.", "payload_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        ) from error
    except OversizedValueError as error:
        raise FacadeError(f"The json payload is too large: {error.message}", "malformed_payload") from error
    except (ValueError, RecursionError) as error:
        raise FacadeError("The json payload provided is malformed.", "malformed_payload") from error


def _answers(queries: Sequence[FacadeQuery]) -> list[dict[str, object]]:
    """Return the results of the queries of a request. All hits share the bytes that the response may have."""
    found = [_find(query) for query in queries]
    budget = ResponseBudget(sum(len(result.hits) for result, _milliseconds in found))
    return [
        _answer(query, result, budget) | {"processingTimeMs": milliseconds}
        for query, (result, milliseconds) in zip(queries, found, strict=True)
    ]


def _find(query: FacadeQuery) -> tuple[SearchResult, int]:
    """Return the results of a query, and how many milliseconds it took."""
    started = time.perf_counter()
    result = current_engine().search(query.search)
    return result, _milliseconds_since(started)


def _answer(query: FacadeQuery, result: SearchResult, budget: ResponseBudget) -> dict[str, object]:
    show = partial(format_hit, formatting=query.formatting, terms=query_terms(query.search.q))
    answer: dict[str, object] = {
        "hits": [budget.fitted(document, show) for document in result.hits],
        "query": query.search.q,
    }
    paging = query.paging
    if paging.page is None:
        answer |= {"limit": paging.limit, "offset": paging.offset, "estimatedTotalHits": result.total}
    else:
        answer |= {
            "hitsPerPage": query.search.limit,
            "page": paging.page,
            "totalPages": -(-result.total // query.search.limit) if query.search.limit else 0,
            "totalHits": result.total,
        }
    if query.has_facets:
        ranges = {name: {"min": found.min, "max": found.max} for name, found in result.ranges.items()}
        counted = {name: dict(sorted(values.items())) for name, values in result.facets.items()}
        answer |= {"facetDistribution": counted, "facetStats": ranges}
    return answer


def _facet_hits(query: FacetQuery) -> list[dict[str, object]]:
    """Find the values in which every word of the text begins a word, in alphabetical order."""
    counts = current_engine().search(query.search).facets[query.name]
    values = sorted(value for value in counts if _has_words(value, query.text or ""))
    return [{"value": value, "count": counts[value]} for value in values[:MAX_FACET_VALUES]]


def _has_words(value: str, text: str) -> bool:
    beginnings = words(text)
    return not beginnings or all(any(word.startswith(wanted) for word in words(value)) for wanted in beginnings)


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
