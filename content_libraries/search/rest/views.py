"""Views of search."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from ...rest.pages import LibraryPagination
from ...rest.views import LibraryAPIView
from .. import api
from .serializers import FACETS, SearchHitSerializer, SearchQuerySerializer, search_page_serializer

logger = logging.getLogger(__name__)


class SearchUnavailable(APIException):
    """The search engine does not respond."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = gettext_lazy("Search is not available at the moment. Try again later.")
    default_code = "search_unavailable"


class SearchKeyView(LibraryAPIView):
    """The key with which the browser of the caller queries the search engine directly (wire: search-key)."""

    @extend_schema(
        summary="Get a search key",
        description="Where to search, and a key that finds what the caller may view. It is valid for an hour.",
        responses={
            200: inline_serializer(
                "SearchKey",
                {
                    "url": serializers.URLField(help_text="Base URL of an HTTP API as Meilisearch has it."),
                    "index_name": serializers.CharField(),
                    "api_key": serializers.CharField(help_text="A tenant token."),
                },
            ),
            404: OpenApiResponse(description="Browsers cannot search on this site."),
        },
    )
    def get(self, request: Request) -> Response:
        try:
            key = api.browser_key(request.user)
        except api.SearchEngineError as error:
            logger.warning("Browsers get no search key: %s", error)
            raise SearchUnavailable from error
        if key is None:
            raise NotFound(_("Search is not enabled on this site."))
        return Response(
            {
                "url": request.build_absolute_uri(key.url),
                "index_name": key.index_name,
                "api_key": key.token,
            },
            headers={"Cache-Control": "no-store"},
        )


class SearchView(LibraryAPIView):
    """Search in the content of all libraries that the caller may view."""

    @extend_schema(
        summary="Search in libraries",
        description="Finds components, containers and collections in the libraries that the caller may view.",
        parameters=[
            SearchQuerySerializer,
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
        ],
        responses=search_page_serializer(),
    )
    def get(self, request: Request) -> Response:
        query = SearchQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        find = partial(
            api.search,
            request.user,
            q=wanted["q"],
            library_key=wanted.get("library"),
            types=sorted(wanted.get("type", ())),
            block_types=wanted.get("block_type", ()),
            publish_statuses=sorted(wanted.get("publish_status", ())),
            collections=wanted.get("collection", ()),
            licenses=wanted.get("license", ()),
            tags=wanted.get("tag", ()),
            sort=wanted.get("ordering", ()),
            facets=[name for name in FACETS if name in wanted.get("facet", ())],
        )
        pagination, found = LibraryPagination(), _Hits(find)
        try:
            hits = pagination.paginate_queryset(found, request, view=self)
        except api.SearchEngineError as error:
            raise SearchUnavailable from error
        page = pagination.get_paginated_response(SearchHitSerializer(hits, many=True, context={"q": wanted["q"]}).data)
        if wanted.get("facet"):
            page.data["facets"] = found.counted.facets
        return page


class _Find(Protocol):
    def __call__(self, *, offset: int, limit: int, facets: Sequence[str] = ...) -> api.SearchResult: ...


class _Hits:
    """The hits of a search, for the paginator: counted, and read one page at a time."""

    def __init__(self, find: _Find) -> None:
        self._find = find

    @cached_property
    def counted(self) -> api.SearchResult:
        return self._find(offset=0, limit=0)

    def count(self) -> int:
        return self.counted.total

    def __getitem__(self, part: slice) -> Sequence[Mapping[str, Any]]:
        return self._find(offset=part.start, limit=part.stop - part.start, facets=()).hits
