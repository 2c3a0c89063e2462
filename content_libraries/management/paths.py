"""Paths in arguments of commands, and errors about the files there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError

from ..errors import ContentLibrariesError
from ..olx.api import OlxError


def whole_path(text: str) -> str:
    """Return the absolute path of a file without symbolic links, in the form that errors of commands show."""
    return str(Path(text).resolve())


@contextmanager
def whole_path_named(text: str, *errors: type[ContentLibrariesError]) -> Iterator[None]:
    """
    Put the whole path of an archive or folder in front of errors that name only a part of the path, or a file in it.

    Args:
        text: the path, as it was given.
        errors: classes of errors about the archive or folder, besides OlxError.
    """
    about_it: tuple[type[ContentLibrariesError], ...] = (OlxError, *errors)
    try:
        yield
    except about_it as error:
        path, message = whole_path(text), str(error)
        raise CommandError(message if path in message else f"{path}: {message}") from error
