"""Reads the members of an archive once, piece by piece, and keeps the descriptions of the library and its items."""

from __future__ import annotations

import hashlib
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ...olx.api import MEDIA_LIMIT_BYTES, ArchiveTooLargeError, OlxError, UnsafeMemberError, files_of, root_tag
from ...translation import gettext as _
from ..format import names
from ..format.data import (
    ARCHIVE_LIMITS,
    CollectionRecord,
    EntityRecord,
    PackageRecord,
    TagsRecord,
    VersionRecord,
)
from ..format.errors import Problem, ProblemCode, ProblemError
from ..format.fields import json_fields
from ..format.manifest import MemberRecord, parse_head, parse_member
from ..format.parsing import (
    MAX_PATH,
    parse_collection,
    parse_entity,
    parse_package,
    parse_tags_line,
    parse_version_line,
)
from .data import FileFacts

MAX_TOML_BYTES: Final = 2 * 1024 * 1024
"""Limit of a file about one item. A container with 10,000 children needs a third of it."""

MAX_PROBLEMS: Final = 100
_MAX_LINE_BYTES: Final = 16 * 1024 * 1024
_COMPONENT_PARTS: Final = 4
_BLOCK: Final = "block.xml"
_LINES: Final = frozenset(
    {
        names.MORE_VERSIONS,
        names.TAGS,
        names.TAXONOMIES,
        names.ROLES,
        names.DRAFT_LOGS,
        names.PUBLISH_LOGS,
    }
)


@dataclass(slots=True)
class Members:
    """
    Reads the members of an archive, and keeps what they say.

    Args:
        sums: name -> size and SHA-256 of each member.
        files: member -> facts of each file.
        folders: folder of a component -> version number -> (path, member) of each file in it.
        listed: the members that the manifest lists; None without a manifest.
        broken: members with OLX that is not well-formed -> the reason.
    """

    package: PackageRecord | None = None
    entities: list[tuple[str, EntityRecord]] = field(default_factory=list)
    collections: list[tuple[str, CollectionRecord]] = field(default_factory=list)
    more_versions: list[tuple[str, VersionRecord]] = field(default_factory=list)
    tags: list[TagsRecord] = field(default_factory=list)
    taxonomies: dict[str, str] = field(default_factory=dict)
    roles: int = 0
    logs: int = 0
    sums: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    files: dict[str, FileFacts] = field(default_factory=dict)
    folders: dict[str, dict[int, list[tuple[str, str]]]] = field(default_factory=dict)
    listed: list[MemberRecord] | None = None
    broken: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_complete: bool = False
    text_bytes: int = 0

    def read(self, path: Path, after_each: Callable[[], None]) -> None:
        """
        Read all members. Problems are collected. A problem of the archive as a whole ends the reading.

        Args:
            after_each: is called after each member.
        """
        try:
            for name, chunks in files_of(path, ARCHIVE_LIMITS):
                self._take(name, self._limited(name, chunks) if names.is_description(name) else chunks)
                after_each()
                if len(self.problems) >= MAX_PROBLEMS:
                    return
            self.is_complete = True
        except OlxError as error:
            self.problems.append(Problem(_code_of(error), error.path, error.message))

    def _limited(self, name: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the chunks of a member that describes items, up to the limit for all of these members together."""
        for chunk in chunks:
            self.text_bytes += len(chunk)
            if self.text_bytes > ARCHIVE_LIMITS.total_text_bytes:
                text = _("%(name)s brings what describes items above %(limit)s bytes: restore parts of the library.")
                values = {"name": name, "limit": f"{ARCHIVE_LIMITS.total_text_bytes:,}"}
                raise ArchiveTooLargeError(text % values, name)
            yield chunk

    def _take(self, name: str, chunks: Iterator[bytes]) -> None:
        sums = _Sums(chunks)
        try:
            self._parse(name, sums)
        except ProblemError as error:
            self.problems.append(error.problem)
        for _rest in sums:
            pass
        self.sums[name] = sums.size, sums.sha256.digest()

    def _parse(self, name: str, chunks: _Sums) -> None:
        if name == names.PACKAGE:
            self.package = parse_package(name, _whole(name, chunks, MAX_TOML_BYTES))
        elif name.startswith((names.COLLECTIONS, names.DELETED_COLLECTIONS)) and name.endswith(names.TOML):
            self.collections.append((name, parse_collection(name, _whole(name, chunks, MAX_TOML_BYTES))))
        elif name.startswith(names.ENTITIES):
            self._parse_below_entities(name, chunks)
        elif name.startswith(names.FILES):
            self._take_file(name, chunks)
        elif name == names.MANIFEST:
            self._parse_manifest(name, chunks)
        elif name in _LINES:
            for line in _lines(name, chunks):
                self._parse_line(name, line)

    def _parse_line(self, name: str, line: bytes) -> None:
        match name:
            case names.MORE_VERSIONS:
                self.more_versions.append(parse_version_line(name, line))
            case names.TAGS:
                self.tags.append(parse_tags_line(name, line))
            case names.TAXONOMIES:
                fields = json_fields(name, line)
                self.taxonomies[fields.text("taxonomy", limit=255)] = fields.text("name")
            case names.ROLES:
                self.roles += 1
            case _:
                json_fields(name, line).moment("at")
                self.logs += 1

    def _parse_below_entities(self, name: str, chunks: _Sums) -> None:
        parts = name.split("/")
        is_file = parts[_COMPONENT_PARTS : _COMPONENT_PARTS + 1] == [names.VERSIONS_FOLDER]
        if not is_file and name.endswith(names.TOML):
            is_container = len(parts) == 2
            data = _whole(name, chunks, MAX_TOML_BYTES)
            self.entities.append((name, parse_entity(name, data, is_container=is_container)))
            return
        number = _version_number(parts[_COMPONENT_PARTS + 1]) if is_file and len(parts) > _COMPONENT_PARTS + 2 else None
        if number is None:
            text = _("%(name)s is in no folder of a version of a component.")
            raise ProblemError(ProblemCode.STRAY_MEMBER, name, text % {"name": name})
        path = "/".join(parts[_COMPONENT_PARTS + 2 :])
        if len(path) > MAX_PATH:
            text = _("%(name)s has a path that is too long for a file of a component.")
            raise ProblemError(ProblemCode.INVALID_FIELD, name, text % {"name": name})
        folder = "/".join(parts[:_COMPONENT_PARTS])
        self.folders.setdefault(folder, {}).setdefault(number, []).append((path, name))
        if path == _BLOCK:
            self._take_olx(name, chunks)
        else:
            self._take_file(name, chunks)

    def _take_olx(self, name: str, chunks: _Sums) -> None:
        data = _whole(name, chunks, MEDIA_LIMIT_BYTES)
        text = _text(data)
        digest = hashlib.blake2b(data, digest_size=20).hexdigest()
        self.files[name] = FileFacts(len(data), digest, is_text=text is not None)
        if text is None:
            return
        try:
            root_tag(text)
        except OlxError as error:
            self.broken[name] = error.message

    def _take_file(self, name: str, chunks: _Sums) -> None:
        digest, decoder, is_text = hashlib.blake2b(digest_size=20), getincrementaldecoder("utf-8")(), True
        for chunk in chunks:
            digest.update(chunk)
            _check_size(name, chunks.size, MEDIA_LIMIT_BYTES)
            is_text = is_text and _is_text(decoder, chunk)
        is_text = is_text and _is_text(decoder, b"", final=True)
        self.files[name] = FileFacts(chunks.size, digest.hexdigest(), is_text=is_text)

    def _parse_manifest(self, name: str, chunks: _Sums) -> None:
        lines = _lines(name, chunks)
        parse_head(name, next(lines, b""))
        self.listed = [parse_member(name, line) for line in lines]


def _text(data: bytes) -> str | None:
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def _is_text(decoder: IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return b"\0" not in chunk


class _Sums:
    """The chunks of a member, counted and summed as they are taken."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.size = 0
        self.sha256 = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            self.sha256.update(chunk)
            yield chunk


def _whole(name: str, chunks: _Sums, limit: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        _check_size(name, chunks.size, limit)
        data += chunk
    return bytes(data)


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        text = _("%(name)s is larger than %(limit)s MB.")
        raise ProblemError(ProblemCode.TOO_LARGE, name, text % {"name": name, "limit": limit // 1_000_000})


def _lines(name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a member. A line that is too long for memory is refused."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line)
        if len(rest) > _MAX_LINE_BYTES:
            text = _("%(name)s has a line that is larger than %(limit)s MB.")
            values = {"name": name, "limit": _MAX_LINE_BYTES // 1_000_000}
            raise ProblemError(ProblemCode.TOO_LARGE, name, text % values)
    if rest:
        yield rest


def _version_number(folder: str) -> int | None:
    digits = folder.removeprefix("v")
    return int(digits) if folder != digits and digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _code_of(error: OlxError) -> ProblemCode:
    if isinstance(error, UnsafeMemberError):
        return ProblemCode.UNSAFE
    if isinstance(error, ArchiveTooLargeError):
        return ProblemCode.TOO_LARGE
    return ProblemCode.DAMAGED
