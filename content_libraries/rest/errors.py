"""Maps errors of this app to HTTP errors (wire: errors)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import (
    APIException,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ValidationError,
)

from ..errors import (
    BusyError,
    ContentLibrariesError,
    DamagedFileError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    StorageError,
    StorageFullError,
    VersionConflictError,
)
from .dates import SecondsDateTimeField, utc_seconds
from .differences import DifferenceSerializer

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 5
"""How long clients should wait before they repeat a request for which the site was too busy."""


class SiteBusy(APIException):
    """An HTTP error for a request that changed nothing. Its response tells when to try again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    wait = RETRY_SECONDS  # becomes the header Retry-After


def api_exception(error: ContentLibrariesError, *, anonymous: bool = False) -> APIException:
    """
    Return the HTTP error for an error of this app (wire: errors).

    Args:
        anonymous: whether the caller is not logged in. A missing permission then means "log in first" (401).
    """
    match error:
        case NotFoundError():
            return NotFound()
        case NotAllowedError():
            return NotAuthenticated() if anonymous else PermissionDenied()
        case VersionConflictError():
            return VersionConflict(error)
        case BusyError():
            return SiteBusy(error.message)
        case InvalidInputError(field=str(field)):
            return ValidationError({field: [error.message] if error.as_list else error.message})
        case StorageError():
            logger.error("The storage failed: %s", error.message, exc_info=error)
            return StorageFailed(error)
        case _:
            return ValidationError([error.message])


class VersionConflictSerializer(serializers.Serializer[VersionConflictError]):
    """The answer to an edit that started from an older version than the current one. Nothing was written."""

    detail = serializers.CharField(source="message")
    error_code = serializers.CharField(source="code")
    item_key = serializers.CharField(source="key")
    base_version = serializers.IntegerField(help_text="The version that the edit started from.")
    current_version = serializers.IntegerField(allow_null=True, help_text="Null if the item was deleted.")
    changed_by = serializers.CharField(allow_null=True, help_text="Who made the current version.")
    changed_at = SecondsDateTimeField(allow_null=True)
    difference = DifferenceSerializer(
        allow_null=True, help_text="From the base to the current version; null where no history is kept."
    )


class VersionConflict(APIException):
    """An edit that started from an older version. The body has both versions and their difference."""

    status_code = HTTPStatus.CONFLICT

    def __init__(self, error: VersionConflictError) -> None:
        super().__init__(error.message)
        shown: dict[str, Any] = {
            "detail": error.message,
            "error_code": error.code,
            "item_key": str(error.key),
            "base_version": error.base_version,
            "current_version": error.current_version,
            "changed_by": error.changed_by,
            "changed_at": utc_seconds(error.changed_at),
            "difference": error.difference,
        }
        # Set here, because the base class would make texts of the numbers.
        self.detail = shown


class RequestTooLarge(APIException):
    """A body, without files, that has more bytes than ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        text = _("The request is larger than the %(limit)s bytes that this site takes.")
        super().__init__(text % {"limit": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"})


def _storage_status(error: StorageError) -> HTTPStatus:
    """Return the HTTP status for a failing storage: full, with a damaged file, or out of order for now."""
    match error:
        case StorageFullError():
            return HTTPStatus.INSUFFICIENT_STORAGE
        case DamagedFileError():
            return HTTPStatus.INTERNAL_SERVER_ERROR
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE


class StorageFailed(APIException):
    """The site cannot write or read its storage. This is not the client's fault. See ``_storage_status``."""

    def __init__(self, error: StorageError) -> None:
        self.status_code = _storage_status(error)
        super().__init__(error.message)
