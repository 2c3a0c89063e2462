"""Responses with one page of a list (wire: pages)."""

from __future__ import annotations

from drf_spectacular.utils import inline_serializer
from edx_rest_framework_extensions.paginators import DefaultPagination
from rest_framework import serializers
from rest_framework.response import Response


class LibraryPagination(DefaultPagination):
    """Pages of 10, or of ``page_size`` up to 100, in the envelope that clients know (wire: pages)."""

    page_size = 10
    max_page_size = 100

    def get_paginated_response(self, data: object) -> Response:
        response: Response = super().get_paginated_response(data)
        return response


def page_serializer[RowT](item: type[serializers.BaseSerializer[RowT]]) -> serializers.Serializer[object]:
    """Describe one page of items for the OpenAPI schema. The serializer serializes nothing itself."""
    return inline_serializer(
        name=item.__name__.removesuffix("Serializer") + "Page",
        fields={
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "count": serializers.IntegerField(),
            "num_pages": serializers.IntegerField(),
            "current_page": serializers.IntegerField(),
            "start": serializers.IntegerField(),
            "results": item(many=True),
        },
    )
