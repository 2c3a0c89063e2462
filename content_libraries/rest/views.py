"""Base classes of the views. Their responses have the shapes that clients know (wire: conventions)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.validators import ProhibitNullCharactersValidator
from django.db import DataError, transaction
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotFound, ParseError, ValidationError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .. import conf
from ..errors import ContentLibrariesError
from ..storage_errors import storage_full
from .converters import MalformedKey
from .errors import RequestTooLarge, api_exception
from .parsers import TextJSONParser
from .query import without_blanks
from .renderers import TextJSONRenderer

logger = logging.getLogger(__name__)


class ErrorsMixin(APIView):
    """
    A mixin that presents this app's errors as the contract wants them, even if the host has set an exception handler.

    A key, code or name with a NUL is not found, and a query with a NUL is refused. Errors for which Django would send
    an HTML page get the form of all other errors. Blank query parameters are removed before views read them.
    """

    parameters_without_value: ClassVar[frozenset[str]] = frozenset()
    """Query parameters that have a meaning without a value."""

    def initialize_request(self, request: HttpRequest, *args: object, **kwargs: object) -> Request:
        query = without_blanks(request.GET, keep=self.parameters_without_value)
        request.GET = query  # type: ignore[assignment]  # its type is one of the stubs alone
        return super().initialize_request(request, *args, **kwargs)

    def get_parsers(self) -> list[BaseParser]:
        return [TextJSONParser() if type(parser) is JSONParser else parser for parser in super().get_parsers()]

    def get_renderers(self) -> list[BaseRenderer]:
        return [
            TextJSONRenderer() if type(renderer) is JSONRenderer else renderer for renderer in super().get_renderers()
        ]

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse a caller who is not logged in; then a malformed key or query; then a user without the permission."""
        super().initial(request, *args, **kwargs)
        # No key, code or name has a NUL, and PostgreSQL refuses queries with one. Views of files check their paths.
        if any("\0" in str(value) for name, value in kwargs.items() if name != "path"):
            raise NotFound
        for name, values in request.query_params.lists():
            if any("\0" in value for value in values):
                raise ValidationError({name: [ProhibitNullCharactersValidator.message]})
        if self.has_handler(request):
            for value in kwargs.values():
                if isinstance(value, MalformedKey):
                    raise self.refusal_of_key(value)
            self.check_access(request)

    def check_access(self, request: Request) -> None:
        """Raise NotAllowedError for a user without the permission, before the view reads the query or the body."""

    def has_handler(self, request: Request) -> bool:
        """Return whether the view has a handler for the method: not for OPTIONS, and not for a method with a 405."""
        name = str(request.method).lower()
        return name != "options" and name in self.http_method_names and hasattr(self, name)

    def refusal_of_key(self, key: MalformedKey) -> Exception:
        """Return the error for a text in the URL that should be a key."""
        return key.error

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, SuspiciousOperation):
            _log_suspicious(exc, self.request)
        error = _named_if_full(exc)
        response = super().handle_exception(self._over_http(error))
        response.data = self.error_body(error, response.data)
        return response

    def _over_http(self, error: Exception) -> Exception:
        match error:
            case ContentLibrariesError():
                return self.api_exception(error)
            case RequestDataTooBig():
                return RequestTooLarge()
            case SuspiciousOperation():
                return ParseError()
            case DataError():
                logger.warning("The database refused a value that should have been refused before.", exc_info=error)
                return ValidationError([_("A text is too long, or has characters that cannot be stored.")])
            case _:
                return error

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        """Return the HTTP error for an error of this app. Some views override this for their clients."""
        return api_exception(error, anonymous=not self.request.user.is_authenticated)

    def error_body(self, error: Exception, data: object) -> object:
        """Return the body for an error whose usual body is ``data``. Some views override this for their clients."""
        return data


def declared_method(request: Request) -> str:
    """Return the method for which a view declares permissions: HEAD needs what GET needs."""
    return "GET" if request.method == "HEAD" else str(request.method)


def _named_if_full(error: Exception) -> Exception:
    """
    Return StorageFullError for any exception that comes from a lack of space.

    Uploads are written to temporary files, and databases grow, so any code may run out of space.
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
    events fire after commit, and that must be before the response (wire: events-transactions).
    """

    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated,)


class FramedMixin(APIView):
    """
    A mixin for responses, errors included, that the site's frontends may show in frames.

    A response without a policy of its own may load and run nothing, and only these frontends may frame it.
    """

    def finalize_response(self, request: Request, response: Response, *args: object, **kwargs: object) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.xframe_options_exempt = True  # frame-ancestors says who may
        answer.headers.setdefault("Content-Security-Policy", f"{conf.frame_ancestors()}; default-src 'none'")
        return answer
