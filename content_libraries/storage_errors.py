"""Explains exceptions of storages and databases: no space is left, or the storage fails."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.utils.translation import gettext as _

from .errors import StorageError, StorageFullError

_OF_SYSTEM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_OF_POSTGRESQL: Final = "53100"
_OF_MYSQL: Final = frozenset({1021, 1114})
"""ER_DISK_FULL and ER_RECORD_FILE_FULL."""

_OF_OBJECT_STORES: Final = frozenset({"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"})
"""Error codes of Ceph and MinIO; other stores answer with the status 507."""

_INSUFFICIENT_STORAGE: Final = 507

_FAULTS_OF_CLIENTS: Final = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "boto3.exceptions": ("Boto3Error",),
    "google.api_core.exceptions": ("GoogleAPIError",),
    "azure.core.exceptions": ("AzureError",),
}
"""Exceptions, apart from OSError, of the clients that django-storages uses for object stores."""


def storage_full(error: BaseException) -> StorageFullError | None:
    """
    Return the error to answer with if an exception comes from a lack of space; None otherwise.

    Space may lack on a disk, in a quota, a database or an object store.

    Returns: the error to answer with; None if it has another reason.
    """
    if isinstance(error, StorageFullError):
        return error
    if not any(_is_full(each) for each in _chain(error)):
        return None
    return StorageFullError(_("There is no space left on this site. Ask its staff to make room, and try again."))


@contextmanager
def storage_faults_named() -> Iterator[None]:
    """Turn exceptions of a storage in the block into StorageFullError or StorageError."""
    try:
        yield
    except storage_faults() as error:
        raise named(error) from error


def named(error: BaseException) -> StorageError:
    """Return the error of this app for an exception of a storage."""
    return storage_full(error) or StorageError(
        _("The storage of files of this site does not work at the moment. Try again later.")
    )


def storage_faults() -> tuple[type[BaseException], ...]:
    """
    Return the exceptions that storages raise when they fail: exceptions of the system and of imported storage clients.
    """
    return (
        OSError,
        *(
            getattr(module, name)
            for module_name, names in _FAULTS_OF_CLIENTS.items()
            if (module := sys.modules.get(module_name)) is not None
            for name in names
        ),
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and the exceptions that led to it."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _OF_SYSTEM
    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(error, "sqlstate", "") == _OF_POSTGRESQL:
        return True
    if type(error).__module__.partition(".")[0] in {"MySQLdb", "pymysql"}:
        return bool(error.args) and error.args[0] in _OF_MYSQL
    response: Any = getattr(error, "response", None)
    return isinstance(response, Mapping) and _is_full_object_store(response)


def _is_full_object_store(response: Mapping[str, Any]) -> bool:
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == _INSUFFICIENT_STORAGE or response.get("Error", {}).get("Code") in _OF_OBJECT_STORES
