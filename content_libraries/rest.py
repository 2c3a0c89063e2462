"""
What all REST packages of this app share: error bodies, pages, dates.

The shapes are those of the libraries-rest contract, sections 0.3 to 0.7.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import QueryDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from edx_rest_framework_extensions.paginators import DefaultPagination
from rest_framework import serializers
from rest_framework.exceptions import (
    APIException,
    NotAuthenticated,
    NotFound,
    ParseError,
    PermissionDenied,
    ValidationError,
)
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .errors import (
    BusyError,
    ContentLibrariesError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    UnavailableError,
)
from .keys import CourseKey, course_key

SECONDS_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
"""Dates of libraries, components, containers and history: UTC, whole seconds, a literal Z."""


def utc_seconds(moment: datetime | None) -> str | None:
    """A moment as ``YYYY-MM-DDTHH:MM:SSZ`` in UTC; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime(SECONDS_FORMAT)


class SecondsDateTimeField(serializers.DateTimeField):
    """A read-only date in the format of ``utc_seconds``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format=SECONDS_FORMAT, default_timezone=UTC, read_only=True, **kwargs)


RETRY_SECONDS: Final = 5
"""After how long clients may try again what the site was too busy for."""


def busy_status(error: BusyError) -> HTTPStatus:
    """Which status says that nothing was done. A site that fails is in the logs as an error, a busy one is not."""
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, UnavailableError) else HTTPStatus.TOO_MANY_REQUESTS


class SiteBusy(APIException):
    """Nothing was done. The answer tells when to try again."""

    wait = RETRY_SECONDS  # becomes the header Retry-After

    def __init__(self, error: BusyError) -> None:
        super().__init__(error.message)
        self.status_code = busy_status(error)


def api_exception(error: ContentLibrariesError, *, anonymous: bool = False) -> APIException:
    """
    What an error of ours means over HTTP (libraries-rest contract, section 0.4).

    Args:
        anonymous: whether the caller is nobody. Lacking a permission then means "log in first" (401).
    """
    match error:
        case NotFoundError():
            return NotFound()
        case NotAllowedError():
            return NotAuthenticated() if anonymous else PermissionDenied()
        case BusyError():
            return SiteBusy(error)
        case InvalidInputError(field=str(field)):
            return ValidationError({field: [error.message] if error.as_list else error.message})
        case _:
            return ValidationError([error.message])


def request_body(request: Request) -> Any:
    """The parsed body. Fields of a form count as in JSON: a blank one was given, a missing flag was not."""
    return request.data.dict() if isinstance(request.data, QueryDict) else request.data


def course_parameter(request: Request) -> CourseKey | None:
    """
    The course in the query on whose behalf something is read; None without one. Raises NotFoundError.

    A plus sign that a client has not encoded arrives as a space.
    """
    text = request.query_params.get("course_id", "").replace(" ", "+")
    if not text:
        return None
    key = course_key(text)
    if not key.is_course:
        raise NotFoundError(_("“%(text)s” is not the key of a course.") % {"text": text})
    return key


COURSE_PARAMETER: Final = OpenApiParameter(
    "course_id",
    str,
    description="Key of a course. Whoever may view library updates there may read this, whatever the roles in the"
    " library.",
    examples=[OpenApiExample("A course", value="course-v1:CL-TEST+Chemistry+2026")],
)


class TextJSONParser(JSONParser):
    """
    JSON that consists of text.

    The parser of Django REST framework lets half a pair of surrogates through, which fails wherever it is encoded, even
    for the answer that refuses it, and fails itself at what nests too deep.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Parse a body. Raises ParseError."""
        body = stream.read()
        try:
            parsed = super().parse(BytesIO(body), media_type, parser_context)
            if b"\\u" in body:
                json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError(_("JSON parse error - half a pair of surrogates is no text.")) from error
        except RecursionError as error:
            raise ParseError(_("JSON parse error - this nests too deep.")) from error
        return parsed


class RequestTooLarge(APIException):
    """A body, without files, that has more bytes than ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        text = _("The request is larger than the %(limit)s bytes that this site takes.")
        super().__init__(text % {"limit": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"})


class ErrorsMixin(APIView):
    """
    Answers errors of ours as the contract wants them, whatever exception handler the host has set.

    A key, code or name with a NUL is not found. What Django answers with a page is answered as other errors are.
    """

    def get_parsers(self) -> list[BaseParser]:
        return [TextJSONParser() if type(parser) is JSONParser else parser for parser in super().get_parsers()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # None has a NUL, and PostgreSQL refuses to look for one. Paths are checked where files are.
        if any("\0" in str(value) for name, value in kwargs.items() if name != "path"):
            raise NotFound

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, SuspiciousOperation):
            _log_suspicious(exc, self.request)
        if isinstance(exc, ContentLibrariesError):
            exc = api_exception(exc, anonymous=not self.request.user.is_authenticated)
        elif isinstance(exc, RequestDataTooBig):
            exc = RequestTooLarge()
        elif isinstance(exc, SuspiciousOperation):
            exc = ParseError()
        return super().handle_exception(exc)


def _log_suspicious(error: SuspiciousOperation, request: Request) -> None:
    """Log what Django would log if it answered: operators watch these loggers."""
    logger = logging.getLogger(f"django.security.{type(error).__name__}")
    logger.error(str(error), exc_info=error, extra={"request": request._request})


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class LibraryAPIView(ErrorsMixin):
    """
    Base of the app's views.

    Authentication is the host's (JWT, session, ...). The view never runs in one transaction per request:
    events fire after commit, and that must be before the answer (events contract, section 5).
    """

    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated,)


class LibraryPagination(DefaultPagination):
    """Pages of 10, or of ``page_size`` up to 100, in the envelope of the contract's section 0.7."""

    page_size = 10
    max_page_size = 100

    def get_paginated_response(self, data: object) -> Response:
        response: Response = super().get_paginated_response(data)
        return response


def page_serializer(item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """Describes one page of items to the OpenAPI schema. It serializes nothing itself."""
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
