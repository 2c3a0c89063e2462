"""
Base classes and helpers of all REST packages of this app: error bodies, pages, dates.

Their shapes are those that clients know (wire: conventions).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence, Sized
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import DataError, transaction
from django.http import HttpRequest, QueryDict
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
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import conf
from .errors import (
    BusyError,
    ContentLibrariesError,
    DamagedFileError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    StorageError,
    StorageFullError,
)
from .keys import CourseKey, course_key
from .rest_json import TextJSONParser, TextJSONRenderer
from .storage_errors import storage_full

logger = logging.getLogger(__name__)

SECONDS_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
"""Dates of libraries, components, containers and history: UTC, whole seconds, a literal Z."""


def utc_seconds(moment: datetime | None) -> str | None:
    """Format a moment as ``YYYY-MM-DDTHH:MM:SSZ`` in UTC; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime(SECONDS_FORMAT)


class SecondsDateTimeField(serializers.DateTimeField):
    """A read-only date in the format of ``utc_seconds``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format=SECONDS_FORMAT, default_timezone=UTC, read_only=True, **kwargs)


RETRY_SECONDS: Final = 5
"""After how long clients may try again what the site was too busy for."""


class SiteBusy(APIException):
    """Nothing was done. The answer tells when to try again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    wait = RETRY_SECONDS  # becomes the header Retry-After


def api_exception(error: ContentLibrariesError, *, anonymous: bool = False) -> APIException:
    """
    Return the HTTP error for an error of this app (wire: errors).

    Args:
        anonymous: whether the caller is nobody. Lacking a permission then means "log in first" (401).
    """
    match error:
        case NotFoundError():
            return NotFound()
        case NotAllowedError():
            return NotAuthenticated() if anonymous else PermissionDenied()
        case BusyError():
            return SiteBusy(error.message)
        case InvalidInputError(field=str(field)):
            return ValidationError({field: [error.message] if error.as_list else error.message})
        case StorageError():
            logger.error("The storage failed: %s", error.message, exc_info=error)
            return StorageFailed(error)
        case _:
            return ValidationError([error.message])


def request_body(request: Request) -> Any:
    """
    Return the parsed body.

    Fields of a form count as in JSON: a blank field has a value, and a missing flag has none.
    """
    return request.data.dict() if isinstance(request.data, QueryDict) else request.data


MAX_NAMED: Final = 20
"""How many fields an error names. A body may have any number of them."""


class StrictSerializer(serializers.Serializer[Any]):
    """A body in which every field is read: one that is not known is an error with its name (wire: unknown-fields)."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [str(name) for name in data if name not in self.fields]):
            message = _("This field is not known here.")
            raise serializers.ValidationError({name: [message] for name in unknown[:MAX_NAMED]})
        return super().to_internal_value(data)


def refuse_fields(request: Request) -> None:
    """Raise ValidationError if the request has a body with fields, although its view reads none."""
    StrictSerializer(data=request_body(request) or {}).is_valid(raise_exception=True)


def course_parameter(request: Request) -> CourseKey | None:
    """
    Return the course in the query on whose behalf something is read; None without one.

    A plus sign that a client has not encoded arrives as a space. Raises NotFoundError.
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
    description="Key of a course. Whoever may view library updates there reads, without a role in the library, what"
    " is published of the items that the course is linked to.",
    examples=[OpenApiExample("A course", value="course-v1:CL-TEST+Chemistry+2026")],
)


class RequestTooLarge(APIException):
    """A body, without files, that has more bytes than ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        text = _("The request is larger than the %(limit)s bytes that this site takes.")
        super().__init__(text % {"limit": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"})


def without_blanks(query: QueryDict, *, keep: Collection[str] = ()) -> QueryDict:
    """
    Return a query without blank values. A parameter with blank values only is removed.

    Frontends send every parameter of a list, also ``text_search=``, and a blank one is no filter.

    Args:
        keep: names of parameters that are on or off, and need no value.
    """
    said = [(name, value) for name, values in query.lists() for value in values if value.strip() or name in keep]
    return QueryDict(urlencode(said), encoding="utf-8")


def storage_status(error: StorageError) -> HTTPStatus:
    """Return the HTTP status for a failing storage: full, with a damaged file, or out of order for now."""
    match error:
        case StorageFullError():
            return HTTPStatus.INSUFFICIENT_STORAGE
        case DamagedFileError():
            return HTTPStatus.INTERNAL_SERVER_ERROR
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE


class StorageFailed(APIException):
    """The site cannot write or read what it should, through no fault of the client. See ``storage_status``."""

    def __init__(self, error: StorageError) -> None:
        self.status_code = storage_status(error)
        super().__init__(error.message)


class ErrorsMixin(APIView):
    """
    Answers errors of ours as the contract wants them, whatever exception handler the host has set.

    A key, code or name with a NUL is not found, and a query with one is refused. What Django answers with a page is
    answered as other errors are. Blank query parameters are left out before anybody reads them.
    """

    parameters_without_value: ClassVar[frozenset[str]] = frozenset()
    """Query parameters that say something by being there."""

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        query = without_blanks(request.GET, keep=self.parameters_without_value)
        request.GET = query  # type: ignore[assignment]  # its type is one of the stubs alone
        return super().initialize_request(request, *args, **kwargs)

    def get_parsers(self) -> list[BaseParser]:
        return [TextJSONParser() if type(parser) is JSONParser else parser for parser in super().get_parsers()]

    def get_renderers(self) -> list[BaseRenderer]:
        return [
            TextJSONRenderer() if type(renderer) is JSONRenderer else renderer for renderer in super().get_renderers()
        ]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # None has a NUL, and PostgreSQL refuses to look for one. Paths are checked where files are.
        if any("\0" in str(value) for name, value in kwargs.items() if name != "path"):
            raise NotFound
        for name, values in request.query_params.lists():
            if any("\0" in value for value in values):
                raise ValidationError({name: [ProhibitNullCharactersValidator.message]})

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, SuspiciousOperation):
            _log_suspicious(exc, self.request)
        exc = _named_if_full(exc)
        if isinstance(exc, ContentLibrariesError):
            exc = api_exception(exc, anonymous=not self.request.user.is_authenticated)
        elif isinstance(exc, RequestDataTooBig):
            exc = RequestTooLarge()
        elif isinstance(exc, SuspiciousOperation):
            exc = ParseError()
        elif isinstance(exc, DataError):
            logger.warning("The database refused a value that should have been refused before.", exc_info=exc)
            exc = ValidationError([_("A text is too long, or has characters that cannot be stored.")])
        return super().handle_exception(exc)


def _named_if_full(error: Exception) -> Exception:
    """
    Return StorageFullError for any exception that comes from a lack of space.

    Uploads are written to temporary files, and databases grow, so that it may come from anywhere.
    """
    full = storage_full(error)
    if full is None or full is error:
        return error
    full.__cause__ = error
    return full


def _log_suspicious(error: SuspiciousOperation, request: Request) -> None:
    """Log a refused request in the same way as Django, because operators watch its loggers."""
    logger = logging.getLogger(f"django.security.{type(error).__name__}")
    logger.error(str(error), exc_info=error, extra={"request": request._request})


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class LibraryAPIView(ErrorsMixin):
    """
    Base of the app's views.

    Authentication is the host's (JWT, session, ...). The view never runs in one transaction per request:
    events fire after commit, and that must be before the answer (wire: events-transactions).
    """

    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated,)


class KeyListField(serializers.ListField):
    """
    A list in a request: of keys, names, or tags. One that is too long is refused before anybody looks into it.

    Args:
        most: the setting that says how many members there may be.
    """

    def __init__(self, *, most: conf.Setting[int] = conf.REQUEST_MAX_ITEMS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most
        # It is never asked about more than ``to_internal_value`` has let through; the description of the API shows it.
        self.validators.append(MaxLengthValidator(lambda: most.value))

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, Sized):
            require_few(len(data), most=self.most)
        return super().to_internal_value(data)


def require_few(count: int, *, most: conf.Setting[int] = conf.REQUEST_MAX_ITEMS, field: str | None = None) -> None:
    """Raise ValidationError if a request names more at once than a setting allows."""
    if count > most.value:
        text = _("This is too much at once: %(count)s, and at most %(limit)s are allowed.")
        message = text % {"count": count, "limit": most.value}
        raise ValidationError({field: [message]} if field else [message])


class FramedMixin(APIView):
    """
    Answers that the site's frontends may show in frames, refusals too.

    What an answer has no policy for loads and runs nothing, and is what it is everywhere: frames of others stay empty.
    """

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.xframe_options_exempt = True  # frame-ancestors says who may
        answer.headers.setdefault("Content-Security-Policy", f"{conf.frame_ancestors()}; default-src 'none'")
        return answer


class LibraryPagination(DefaultPagination):
    """Pages of 10, or of ``page_size`` up to 100, in the envelope that clients know (wire: pages)."""

    page_size = 10
    max_page_size = 100

    def get_paginated_response(self, data: object) -> Response:
        response: Response = super().get_paginated_response(data)
        return response


def page_serializer(item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
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
