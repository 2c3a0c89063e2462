"""Names the files that texts of Moodle bring or refer to."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from html import escape
from itertools import chain, count
from typing import Final
from urllib.parse import quote, unquote

from ...olx.api import StaticFile

_PLACE: Final = re.compile(r"""@@PLUGINFILE@@/([^"'<>\s?#]{1,1000})(\?[^"'<>\s#]{0,200})?""")


@dataclass(slots=True)
class StaticFiles:
    """
    Names files, and keeps those that come with a text.

    Attributes:
        files: the files, by name.
        contents: name -> content.
    """

    files: dict[str, StaticFile] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def name(self, wanted: str, digest: str, size: int) -> str:
        """Return the name of a file: the wanted name, with a part of the file's digest if another file has the name."""
        wanted = posixpath.basename(wanted.strip("/")) or "file"
        stem, suffix = posixpath.splitext(wanted)
        numbered = (f"{stem}-{digest}-{number}{suffix}" for number in count(2))
        names = chain((wanted, f"{stem}-{digest[:8]}{suffix}", f"{stem}-{digest}{suffix}"), numbered)
        free = (name for name in names if name not in self.files or self.files[name].digest == digest)
        name = next(free)
        self.files[name] = StaticFile(name, size, digest)
        return name

    def add(self, name: str, content: bytes) -> str:
        """Add a file that comes with a text. Returns: its name."""
        digest = blake2b(content, digest_size=20).hexdigest()
        own = self.name(name, digest, len(content))
        self.contents[own] = content
        return own

    def all(self) -> tuple[StaticFile, ...]:
        """Return all files, by name."""
        return tuple(self.files[name] for name in sorted(self.files))


def path_in_links(folder: str, name: str) -> str:
    """Return the path of a file as links in texts spell it."""
    return posixpath.join(folder.strip("/"), name)


def with_links(text: str, names: dict[str, str]) -> str:
    """
    Replace the links in a text by links to static files.

    Args:
        names: path of a file as links spell it -> name of the static file. Other links stay.
    """

    def replaced(found: re.Match[str]) -> str:
        name = names.get(unquote(found[1]).replace("&amp;", "&"))
        return f"/static/{escape(quote(name))}" if name else found[0]

    return _PLACE.sub(replaced, text)
