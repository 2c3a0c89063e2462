"""Errors in archives. Each problem has a code and a sentence that names the member of the archive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ...errors import ContentLibrariesError
from ...translation import gettext as _


class ProblemCode(StrEnum):
    """Names the problems that an archive can have. The values stay the same over releases."""

    UNSAFE = "unsafe_member"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    NO_PACKAGE = "no_package"
    NEWER_FORMAT = "newer_format"
    NOT_TOML = "not_toml"
    NOT_JSON = "not_json"
    INVALID_FIELD = "invalid_field"
    FOREIGN_FIELD = "foreign_field"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_CHILD = "unknown_child"
    WRONG_CHILD = "wrong_child"
    UNKNOWN_MEMBER_OF_COLLECTION = "unknown_collection_item"
    MISSING_VERSION = "missing_version"
    MISSING_OLX = "missing_olx"
    BROKEN_OLX = "broken_olx"
    STRAY_MEMBER = "stray_member"
    MISSING_MEMBER = "missing_member"
    UNLISTED_MEMBER = "unlisted_member"
    WRONG_DIGEST = "wrong_digest"


@dataclass(frozen=True, slots=True)
class Problem:
    """
    A problem of an archive.

    Args:
        code: its kind.
        member: the member of the archive; blank if the problem is about the archive as a whole.
        message: a sentence for the user, which names the member.
    """

    code: ProblemCode
    member: str
    message: str


class ProblemError(Exception):
    """Carries a problem from the function that finds it to the caller that collects the problems of the archive."""

    def __init__(self, code: ProblemCode, member: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, member, message)


class BrokenArchiveError(ContentLibrariesError):
    """
    An archive cannot be restored.

    Args:
        problems: the problems of the archive; at least one.
    """

    code = "archive_unreadable"

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(_("The archive cannot be read. See the error log for what is wrong with it."))
        self.problems = tuple(problems)

    @property
    def log(self) -> str:
        """Return all problems, one a line."""
        return "\n".join(problem.message for problem in self.problems)


class TooLargeToArchiveError(ContentLibrariesError):
    """A library has more content than an archive may hold. The user can back up parts of it."""

    code = "too_large_to_archive"
