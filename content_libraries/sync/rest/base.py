"""Helpers of the views of links: error bodies, flags, pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from edx_rest_framework_extensions.paginators import DefaultPagination
from rest_framework import serializers
from rest_framework.response import Response

from ...errors import ContentLibrariesError, InvalidInputError, NotAllowedError
from ...rest.converters import MalformedKey
from ...rest.pages import page_serializer
from ...rest.views import LibraryAPIView

TAGS = ["sync"]


class LinkPagination(DefaultPagination):
    """Pages of 100 links, or ``page_size`` up to 1000, with the numbers of their neighbours (wire: sync-list)."""

    page_size = 100
    max_page_size = 1000

    def get_paginated_response(self, data: object) -> Response:
        response: Response = super().get_paginated_response(data)
        page: Any = self.page
        neighbours = {
            "next_page_num": page.next_page_number() if page.has_next() else None,
            "previous_page_num": page.previous_page_number() if page.has_previous() else None,
        }
        return Response({**response.data, **neighbours})


def link_page_serializer[RowT](item: type[serializers.BaseSerializer[RowT]]) -> serializers.Serializer[object]:
    """Make a serializer that describes one page of links in the OpenAPI schema. It is not used to serialize."""
    page = page_serializer(item)
    page.fields["next_page_num"] = serializers.IntegerField(allow_null=True)
    page.fields["previous_page_num"] = serializers.IntegerField(allow_null=True)
    return page


class DeveloperErrorsView(LibraryAPIView):
    """
    Base of views whose errors say ``developer_message``: a string, a list, or an object by field.

    These views treat a malformed key in the URL as bad input (400) and not as an unknown URL (404).
    """

    def refusal_of_key(self, key: MalformedKey) -> Exception:
        return InvalidInputError(key.error.message)

    def error_body(self, error: Exception, data: object) -> object:
        if not isinstance(error, ContentLibrariesError):
            return {"developer_message": _flat(data)}
        message: Any = self.message_of(error)
        if isinstance(error, InvalidInputError) and error.field:
            message = {error.field: error.message}
        elif type(error) is NotAllowedError:
            message = _flat(data)
        return {"developer_message": message, "error_code": error.code}

    def message_of(self, error: ContentLibrariesError) -> str | list[str]:
        """Return the ``developer_message`` of an error that concerns no single field."""
        return error.message


def flag(value: object, *, field: str) -> bool:
    """Parse a boolean, or the text of one in upper or lower case. Raises InvalidInputError."""
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise InvalidInputError(_("“%(value)s” is neither true nor false.") % {"value": value}, field=field)
    return text == "true"


def _flat(data: object) -> object:
    return data["detail"] if isinstance(data, dict) and data.keys() == {"detail"} else data
