"""
The errors of this app.

Each error has a ``code`` that stays the same over releases, and a message that an author can act on.
``content_libraries.rest.errors`` decides what an error means over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from .server_paths import without_server_paths


class ContentLibrariesError(Exception):
    """
    Base of all errors that this app raises on purpose, with a message for the user.

    (``JobCanceledError`` and ``LeaseLostError`` of ``jobs`` are for workers only: they end a job without a message.)

    ``message`` is for the author. ``str(error)`` may also name folders of the server, and is for its operators.
    """

    code: ClassVar[str] = "content_libraries_error"

    @property
    def message(self) -> str:
        return without_server_paths(str(self))


class NotFoundError(ContentLibrariesError):
    """A named object does not exist, or must look to the caller as if it did not."""

    code = "not_found"


class MalformedKeyError(NotFoundError):
    """A string is not a key of the wanted kind. Over HTTP it is a 404, like the key of an unknown object."""

    code = "malformed_key"


class NotAllowedError(ContentLibrariesError):
    """The user lacks a permission."""

    code = "not_allowed"


class InvalidInputError(ContentLibrariesError):
    """
    The input breaks a rule.

    Args:
        message: the error, and what the author can do.
        field: name of the offending input field; None if the rule is about the request as a whole.
        as_list: whether clients get the message of a field in a list. The wire format has a different shape for each
            rule (wire: errors), and frontends depend on it.
    """

    code = "invalid_input"

    def __init__(self, message: str, *, field: str | None = None, as_list: bool = False) -> None:
        super().__init__(message)
        self.field = field
        self.as_list = as_list


class BusyError(ContentLibrariesError):
    """The site has too much to do at the moment. The same request may succeed a little later."""

    code = "busy"


class UnavailableError(BusyError):
    """A part of the site does not work, and its operators have to repair it."""

    code = "unavailable"


class ConflictError(ContentLibrariesError):
    """Another user changed the same object at the same time. The author can look at it and try again."""

    code = "conflict"


class VersionConflictError(ConflictError):
    """
    An object was changed after the version that an edit started from. Nothing is written.

    Args:
        key: the object.
        base_version: the version that the edit started from.
        current_version: the current version of the draft; None if the object was deleted.
        changed_by, changed_at: who made the current version, and when; None where that is not known.
        difference: the difference from the base to the current version, ready for JSON; None where it is not known.
    """

    code = "version_conflict"

    def __init__(
        self,
        message: str,
        *,
        key: object,
        base_version: int,
        current_version: int | None,
        changed_by: str | None = None,
        changed_at: datetime | None = None,
        difference: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.key = key
        self.base_version = base_version
        self.current_version = current_version
        self.changed_by = changed_by
        self.changed_at = changed_at
        self.difference = difference


class PlanOutdatedError(ConflictError):
    """A plan would do something else now than when it was made. The author can look at a new one."""


class InvalidValueError(ContentLibrariesError):
    """A setting or file that should hold JSON or YAML cannot be read."""

    code = "invalid_value"


class OversizedValueError(InvalidValueError):
    """A setting or file holds JSON or YAML that expands to an unreasonably large value."""

    code = "oversized_value"


class StorageError(ContentLibrariesError):
    """The storage of files fails. Nothing is written; the author can try again later."""

    code = "storage_failed"


class StorageFullError(StorageError):
    """The storage has no space left. Staff of the site can make room."""

    code = "storage_full"


class DamagedFileError(StorageError):
    """A stored file is lost, or does not match its row. The author can upload it again."""

    code = "file_damaged"
