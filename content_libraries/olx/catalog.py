"""Reads an archive for the first time. Keeps texts; of every other file, only path, size and digest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Final

from ..translation import gettext
from .archives import members_of
from .data import Limits, StaticFile
from .entries import LINKS
from .errors import ArchiveTooLargeError, MissingFileError, NotACourseError
from .links import Steps, follow, steps_of
from .static_links import NameCollector, may_name_files
from .tags import TAGS_FILE

__all__ = ["Catalog", "folder_of", "read_catalog", "read_files"]

_TEXT_SUFFIXES: Final = (".xml", ".html", ".json")
_STATIC: Final = "static"
_ROOTS: Final = ("course.xml", "library.xml")


@dataclass(frozen=True, slots=True)
class Catalog:
    """
    The content of an archive. Paths are relative to ``folder``, which contains course.xml or library.xml.

    Files that links stand for are there under the paths of the links, too. ``skipped_links`` are the paths of links
    that stand for nothing in the archive, from its top. ``names`` has, for static files that may name other files, what
    looks like a name in them.
    """

    folder: str
    files: Mapping[str, StaticFile]
    texts: Mapping[str, bytes]
    skipped_links: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_catalog(source: Path, limits: Limits) -> Catalog:
    """Read a whole archive once. Memory grows only with its texts, whose size is limited."""
    files: dict[str, StaticFile] = {}
    texts: dict[str, bytes] = {}
    links: dict[str, Steps] = {}
    names: dict[str, tuple[str, ...]] = {}
    left = limits.total_text_bytes
    for member in members_of(source, limits):
        path = member.name
        if member.kind in LINKS:
            links[path] = steps_of(path, member)
        elif _is_text(path):
            texts[path] = _kept(path, member.chunks, min(left, limits.text_bytes))
            left -= len(texts[path])
            files[path] = _noted(path, [texts[path]])
        elif may_name_files(path):
            collector = NameCollector()
            files[path] = _noted(path, collector.through(member.chunks))
            names[path] = collector.names()
        else:
            files[path] = _noted(path, member.chunks)
    followed = follow(links, files, limits, source.name)
    folder = _root_folder(files, followed.files, source.name)
    texts |= _texts_behind_links(source, followed.files, texts, left, limits)
    files |= {path: files[target] for path, target in followed.files.items()}
    below = {path: file for name, file in files.items() if (path := _below(folder, name))}
    return Catalog(
        folder,
        {path: replace(file, path=path) for path, file in below.items()},
        {path: text for name, text in texts.items() if (path := _below(folder, name))},
        followed.skipped,
        {path: found for name, found in names.items() if found and (path := _below(folder, name))},
    )


def folder_of(source: Path, limits: Limits) -> str:
    """Return the folder of course.xml or library.xml, by looking at names only."""
    files: list[str] = []
    links: dict[str, Steps] = {}
    for member in members_of(source, limits):
        if member.kind in LINKS:
            links[member.name] = steps_of(member.name, member)
        else:
            files.append(member.name)
    return _root_folder(files, follow(links, files, limits, source.name).files, source.name)


def read_files(
    source: Path, folder: str, wanted: Iterable[str], limits: Limits
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Yield path (relative to ``folder``) and content of the wanted files, in the order of the archive.

    Files that links stand for come last. Raises MissingFileError at the end if one was not there.
    """
    missing = set(wanted)
    files: list[str] = []
    links: dict[str, Steps] = {}
    for member in members_of(source, limits):
        if not missing:
            return
        if member.kind in LINKS:
            links[member.name] = steps_of(member.name, member)
            continue
        files.append(member.name)
        path = _below(folder, member.name)
        if path in missing:
            missing.discard(path)
            yield path, member.chunks
    followed = follow(links, files, limits, source.name).files if missing else {}
    behind = {name: target for name, target in followed.items() if _below(folder, name) in missing}
    for name, content in _read_behind_links(source, behind, limits, limits.member_bytes):
        missing.discard(_below(folder, name))
        yield _below(folder, name), iter([content])
    if missing:
        path = min(missing)
        raise MissingFileError(
            gettext("%(archive)s holds no file %(path)s: read the archive again.")
            % {"archive": source.name, "path": path},
            path,
        )


def _texts_behind_links(
    source: Path, followed: Mapping[str, str], texts: Mapping[str, bytes], left: int, limits: Limits
) -> dict[str, bytes]:
    """Return the texts that links lead to, by the paths of the links. A text counts once for each link to it."""
    wanted = {name: target for name, target in followed.items() if _is_text(name)}
    known = ((name, texts[target]) for name, target in wanted.items() if target in texts)
    unread = {name: target for name, target in wanted.items() if target not in texts}
    found: dict[str, bytes] = {}
    for name, content in chain(known, _read_behind_links(source, unread, limits, limits.text_bytes)):
        found[name] = _kept(name, [content], min(left, limits.text_bytes))
        left -= len(content)
    return found


def _read_behind_links(
    source: Path, wanted: Mapping[str, str], limits: Limits, most: int
) -> Iterator[tuple[str, bytes]]:
    """Yield the content of regular files, under the names (keys) of the links to them."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, target in wanted.items():
        names[target].append(name)
    for member in members_of(source, limits) if names else ():
        if member.name in names:
            content = _kept(member.name, member.chunks, most)
            yield from ((name, content) for name in names[member.name])


def _is_text(path: str) -> bool:
    *folders, name = path.split("/")
    return (name == TAGS_FILE or name.endswith(_TEXT_SUFFIXES)) and _STATIC not in folders


def _kept(path: str, chunks: Iterable[bytes], most: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise ArchiveTooLargeError(
                gettext(
                    "%(path)s brings the texts of the archive above their limit: move large files to static/,"
                    " or split the course."
                )
                % {"path": path},
                path,
            )
    return bytes(content)


def _noted(path: str, chunks: Iterable[bytes]) -> StaticFile:
    digest = blake2b(digest_size=20)
    size = 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return StaticFile(path, size, digest.hexdigest())


def _root_folder(files: Iterable[str], followed: Mapping[str, str], archive: str) -> str:
    """
    Return the folder of the root file that is nearest to the top. There must be exactly one such folder.

    Args:
        files: paths of the regular files of the archive.
        followed: paths of files that links stand for -> the regular files.
        archive: the name of the archive, for messages.
    """
    roots = {
        path: target
        for path, target in (*followed.items(), *((path, path) for path in files))
        if path.rsplit("/", 1)[-1] in _ROOTS
    }
    nearest = min((path.count("/") for path in roots), default=0)
    # Of a root file and links to it, the file counts.
    candidates = sorted({target: path for path, target in roots.items() if path.count("/") == nearest}.values())
    if len(candidates) != 1:
        if candidates:
            text = gettext("%(archive)s holds %(found)s: pack one course or one legacy library as Studio exports it.")
        else:
            text = gettext(
                "%(archive)s holds neither a course.xml nor a library.xml: pack one course or one legacy library as"
                " Studio exports it."
            )
        raise NotACourseError(text % {"archive": archive, "found": ", ".join(candidates)}, archive)
    return candidates[0].rpartition("/")[0]


def _below(folder: str, path: str) -> str:
    """Return the path relative to the folder; "" if it is outside."""
    if not folder:
        return path
    return path.removeprefix(folder + "/") if path.startswith(folder + "/") else ""
