"""Finds the files of a backup that belong to a text, and names them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final
from urllib.parse import quote

from ...olx.api import StaticFile
from ..questions import xml
from ..questions.static_files import StaticFiles, with_links

FILES: Final = "files.xml"
_FOLDER: Final = "files/"
_OF_COURSES: Final = ("mod_", "question", "qtype_", "course")

type _Place = tuple[str, str]
"""The component of a file, and its context or its item."""


@dataclass(slots=True)
class BackupFiles:
    """
    The files that belong to contents of a course; files of users are left out.

    Attributes:
        static: the names of the files.
        paths: name -> path in the archive.
    """

    static: StaticFiles = field(default_factory=StaticFiles)
    paths: dict[str, str] = field(default_factory=dict)
    _of_context: defaultdict[_Place, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _of_item: defaultdict[_Place, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def read(cls, texts: Mapping[str, bytes], files: Mapping[str, StaticFile]) -> BackupFiles:
        """Read the list of files. A file that the archive does not hold is not among them."""
        found = cls()
        root = xml.parse(texts[FILES], FILES) if FILES in texts else None
        for element in xml.children(root, "file"):
            name, component = xml.text(element, "filename"), xml.text(element, "component")
            digest = xml.text(element, "contenthash")
            stored = files.get(f"{_FOLDER}{digest[:2]}/{digest}") or files.get(f"{_FOLDER}{digest}")
            if stored is None or name in {"", "."} or not component.startswith(_OF_COURSES):
                continue
            own = found.static.name(name, stored.digest, stored.size)
            found.paths[own] = stored.path
            path = posixpath.join(xml.text(element, "filepath").strip("/"), name)
            found._of_context[component, xml.text(element, "contextid")][path] = own
            found._of_item[component, xml.text(element, "itemid")][path] = own
        return found

    def linked(self, text: str, component: str, context: str) -> str:
        """Replace the links in a text of an activity by links to its static files."""
        return with_links(text, self._of_context.get((component, context), {}))

    def linked_of_item(self, text: str, component: str, item: str) -> str:
        """Replace the links in a text by links to the static files of an item, such as a question."""
        return with_links(text, self._of_item.get((component, item), {}))

    def as_list(self, component: str, context: str) -> str:
        """Return links to the files of an activity as HTML; "" without files. No other activity gets these files."""
        links = [
            f'<p><a href="/static/{escape(quote(name))}" target="_blank">{escape(path)}</a></p>'
            for path, name in sorted(self._of_context.pop((component, context), {}).items())
        ]
        return "".join(links)
