"""Checks the names of archive members."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from ..translation import gettext as _
from .errors import UnsafeMemberError

__all__ = ["MemberNames", "can_be_packed", "cannot_be_packed", "is_junk", "refuse_unsafe_name"]

_MAX_PATH_BYTES: Final = 1024
_MAX_SEGMENT_BYTES: Final = 255
_MAX_SEGMENTS: Final = 32
_LONGEST_FOLDER: Final = f"entities/xblock.v1/{'x' * 100}/{'x' * 255}/component_versions/v1000000/"
"""An archive of a library puts a folder like this one, with the longest type and code, before a path."""
_TOML: Final = ".toml"
"""Ending of the files that describe components in an archive. Learning Core reads every such file as a description."""

_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_UPLOADS: Final = re.compile(r"(?:^|/)static/")


class MemberNames:
    """
    The names that an archive has used so far.

    Names are compared without regard to case and Unicode forms, as some file systems do, so that an archive unpacks to
    the same files on every system, and no member can hide another. Names below ``static/`` are compared exactly,
    because authors gave them to uploads: Studio treats ``a.png`` and ``A.PNG`` as two files, and exports both.
    """

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def add_file(self, name: str) -> None:
        """Add the name of a file, or raise UnsafeMemberError if the name is taken."""
        folded = _folded(name)
        for parent in _folders_above(folded):
            if parent in self._folders:
                break  # the folders above it are known, too
            self._refuse_twin(name, self._files.get(parent))
            self._folders[parent] = name
        self._refuse_twin(name, self._files.get(folded) or self._folders.get(folded))
        self._files[folded] = name

    def _refuse_twin(self, name: str, other: str | None) -> None:
        if other is not None:
            raise UnsafeMemberError(
                _(
                    "The archive holds both %(other)r and %(name)r, which mean the same place on some"
                    " systems: rename or remove one."
                )
                % {"other": other, "name": name},
                name,
            )


def refuse_unsafe_name(name: str) -> None:
    """Raise UnsafeMemberError unless the name is a plain relative path that every file system accepts."""
    problem = _problem(name)
    if problem is not None:
        shown = name if len(name) <= 100 else name[:100] + "…"
        raise UnsafeMemberError(problem % {"name": shown}, shown)


def can_be_packed(path: str, *, beside: Iterable[str]) -> bool:
    """
    Return whether an archive with a file at this path can be read again.

    Args:
        path: the path in its component. The folders that the component has in an archive come before it.
        beside: paths of other files of the component, which must not mean the same place.
    """
    try:
        refuse_unsafe_name(_LONGEST_FOLDER + path)
        for other in beside:
            names = MemberNames()
            names.add_file(other)
            names.add_file(path)
    except UnsafeMemberError:
        return False
    return _DRIVE.match(path) is None and not path.endswith(_TOML)


def cannot_be_packed(paths: Iterable[str]) -> list[str]:
    """
    Find the files of a component with which no archive can be read.

    Args:
        paths: of all files of the component. Of two that mean the same place the second one is named.
    """
    names, found = MemberNames(), []
    for path in paths:
        try:
            names.add_file(path)
        except UnsafeMemberError:
            found.append(path)
        else:
            if not can_be_packed(path, beside=()):
                found.append(path)
    return found


def is_junk(name: str) -> bool:
    """Return whether macOS left this file in the archive."""
    *folders, base = name.split("/")
    return base.startswith("._") or base == ".DS_Store" or "__MACOSX" in folders


def _problem(name: str) -> str | None:
    """Describe the problem with a name, with ``%(name)r`` in place of the name; None if there is no problem."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return _("The archive member %(name)r has a name that is not UTF-8: rename it and pack the archive again.")
    segments = name.split("/")
    if len(encoded) > _MAX_PATH_BYTES or any(len(part.encode()) > _MAX_SEGMENT_BYTES for part in segments):
        return _("The archive member %(name)r has a name that is too long: rename it and pack the archive again.")
    if len(segments) > _MAX_SEGMENTS:
        return _("The archive member %(name)r lies in too many folders: rename it and pack the archive again.")
    if _FORBIDDEN.search(name):
        return _(
            "The archive member %(name)r has a backslash or a control character in its name: rename"
            " it and pack the archive again."
        )
    if name.startswith("/") or _DRIVE.match(name):
        return _("The archive member %(name)r has an absolute path: rename it and pack the archive again.")
    if any(part in {"", ".", ".."} for part in segments):
        return _(
            "The archive member %(name)r has an empty part, '.' or '..' in its path: rename"
            " it and pack the archive again."
        )
    if any(part.endswith((".", " ")) for part in segments):
        return _(
            "The archive member %(name)r has a dot or a space at the end of a name: rename"
            " it and pack the archive again."
        )
    return None


def _folders_above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _folded(name: str) -> str:
    uploads = _UPLOADS.search(name)
    place = uploads.end() if uploads else len(name)
    folded = name[:place].lower() if name.isascii() else unicodedata.normalize("NFC", name[:place].casefold())
    return folded + name[place:]
