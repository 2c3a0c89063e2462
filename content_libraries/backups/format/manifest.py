"""
Writes and parses the manifest, which lists every member of an archive with its size and its SHA-256.

It has one object of JSON in each line. The first one is about the archive, the others are about its members, so that
neither its writer nor its reader has to hold all of it. It lists every member but itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ...translation import gettext as _
from .data import EXTENSION_VERSION
from .errors import ProblemCode
from .fields import Fields, json_fields
from .rendering import json_line

NAME: Final = "content_libraries archive"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member of an archive: its size in bytes, and its SHA-256 in hex."""

    name: str
    size: int
    sha256: str


def head_line(*, created_at: datetime, origin: str, library: str, counts: Mapping[str, int]) -> bytes:
    """
    Return the first line.

    Args:
        origin: name of the site.
        library: key of the library.
        counts: numbers of things in the archive, by kind.
    """
    head: dict[str, Any] = {
        "format": NAME,
        "version": EXTENSION_VERSION,
        "created_at": created_at.isoformat(),
        "origin": origin,
        "library": library,
        "counts": dict(counts),
    }
    return json_line(head)


def member_line(member: MemberRecord) -> bytes:
    """Return the line about a member."""
    return json_line({"name": member.name, "size": member.size, "sha256": member.sha256})


def parse_head(member: str, line: bytes) -> None:
    """Check the first line. Raises ProblemError if its format is newer than this one, or unknown."""
    fields = json_fields(member, line)
    if fields.text("format") != NAME:
        raise fields.problem(_("“%(field)s” of %(member)s is not one that this site knows."), "format")
    if fields.number("version") > EXTENSION_VERSION:
        text = _("%(member)s says that the archive has a newer format (%(field)s). Update this site to read it.")
        raise fields.problem(text, "version", ProblemCode.NEWER_FORMAT)


def parse_member(member: str, line: bytes) -> MemberRecord:
    """Parse the line about a member. Raises ProblemError."""
    fields = json_fields(member, line)
    sha256 = fields.text("sha256")
    if not _SHA256.fullmatch(sha256):
        raise fields.problem(_("“%(field)s” of %(member)s has to be 64 hexadecimal digits."), "sha256")
    return MemberRecord(fields.text("name"), _size(fields), sha256)


def _size(fields: Fields) -> int:
    size = fields.value("size")
    if type(size) is not int or size < 0:
        raise fields.problem(_("“%(field)s” of %(member)s has to be a number of bytes."), "size")
    return size
