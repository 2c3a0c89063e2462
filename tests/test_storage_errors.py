"""A lack of space is told apart from other failures, whoever says it and however."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from django.db import DataError, OperationalError

from content_libraries.storage_errors import storage_full


def of_postgresql() -> BaseException:
    psycopg = pytest.importorskip("psycopg")
    error: BaseException = psycopg.errors.DiskFull("could not extend file: No space left on device")
    return error


def of_mysql(number: int) -> BaseException:
    pymysql = pytest.importorskip("pymysql")
    error: BaseException = pymysql.err.OperationalError(number, "The table 'x' is full")
    return error


def of_an_object_store(code: str, status: int) -> BaseException:
    exceptions = pytest.importorskip("botocore.exceptions")
    answer: dict[str, Any] = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error: BaseException = exceptions.ClientError(answer, "PutObject")
    return error


def wrapped(error: BaseException) -> BaseException:
    """As Django raises what the driver of a database raised."""
    outer = OperationalError(str(error))
    outer.__cause__ = error
    return outer


def test_a_lack_of_space() -> None:
    for error in (
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        wrapped(of_postgresql()),
        wrapped(of_mysql(1114)),
        wrapped(of_mysql(1021)),
        of_an_object_store("XMinioStorageFull", 507),
        of_an_object_store("QuotaExceeded", 403),
    ):
        full = storage_full(error)
        assert full is not None, error
        assert "no space left" in full.message


def test_other_failures() -> None:
    for error in (
        OSError(errno.EACCES, "Permission denied"),
        FileNotFoundError("x"),
        wrapped(of_mysql(2006)),
        of_an_object_store("AccessDenied", 403),
        of_an_object_store("SlowDown", 503),
        DataError("value too long"),
        ValueError(errno.ENOSPC),
    ):
        assert storage_full(error) is None, error
