"""Errors in Meilisearch's shape (wire: search-http)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import JsonResponse

from ...errors import ContentLibrariesError

_LINK: Final = "https://docs.meilisearch.com/errors"
_TYPES: Final = {
    HTTPStatus.UNAUTHORIZED: "auth",
    HTTPStatus.FORBIDDEN: "auth",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.SERVICE_UNAVAILABLE: "internal",
}


class FacadeError(ContentLibrariesError):
    """
    An error with the status and the code of Meilisearch: the request is invalid, or the engine fails.

    Args:
        message: the reason.
        error_code: Meilisearch's name of the error.
    """

    def __init__(self, message: str, error_code: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.status = status

    def inside(self, place: str) -> FacadeError:
        """Return the same error with the part of the request that it is about."""
        return FacadeError(f"Inside `{place}`: {self.message}", self.error_code, self.status)

    def response(self) -> JsonResponse:
        return JsonResponse(
            {
                "message": self.message,
                "code": self.error_code,
                "type": _TYPES.get(self.status, "invalid_request"),
                "link": f"{_LINK}#{self.error_code}",
            },
            status=self.status,
        )
