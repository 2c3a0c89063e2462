"""Resolves the links in the texts of a cartridge: links to its files and pages, and links of Canvas."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final
from urllib.parse import quote, unquote

from ...site_language import gettext as _
from .texts import WEB_RESOURCES, file_at, static_url

_REFERENCE: Final = re.compile(
    r"""(\b(?:src|href|data|poster)\s{0,9}=\s{0,9})(["'])([^"'<>]{1,2048})\2""", re.IGNORECASE
)
_FILE_BASE: Final = re.compile(r"^\$IMS[-_]CC[-_]FILEBASE\$/?", re.IGNORECASE)
_CANVAS: Final = re.compile(r"^\$(WIKI|CANVAS_OBJECT|CANVAS_COURSE)_REFERENCE\$/?", re.IGNORECASE)
_OF_COURSE: Final = re.compile(r"^(?:https?://[^/]{1,255})?/courses/(?:\d{1,20}|\$CANVAS_COURSE_REFERENCE\$)/")
_FOLDER: Final = re.compile(r"^file_contents/(?:course files/)?", re.IGNORECASE)
_OF_FILE: Final = re.compile(r"^(?:file_ref|files)/([\w.-]{1,200})")
_PAGE: Final = re.compile(r"^(?:pages|wiki)/([^/]{1,500})")
_OBJECT: Final = re.compile(r"^(?:quizzes|assignments|external_tools|discussion_topics|modules/items)/([\w.-]{1,200})")
_MODULE: Final = re.compile(r"^modules/([\w.-]{1,200})")
_PAGES_FOLDER: Final = "wiki_content/"
_ON_THE_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_NO_TARGETS: Final = (".xml", ".qti")
"""Suffixes of files that become several blocks, or that learners cannot read."""
_SHOWN_LINKS: Final = 10


@dataclass(frozen=True, slots=True)
class Rewritten:
    """
    A text whose links have been resolved.

    Args:
        text: HTML.
        files: paths of the files that it refers to.
        unresolved: links that lead into the course that the cartridge was exported from.
    """

    text: str
    files: frozenset[str]
    unresolved: tuple[str, ...] = ()


@dataclass(slots=True)
class Links:
    """
    Resolves links.

    Args:
        files: paths of all files.
        paths: identifier of a resource, or of an item that shows it -> path of its main file.
        names: path of a page -> ``url_name`` of its Text; filled before texts are read.
        containers: identifier of a folder, of an item or of the resource that it shows -> ``url_name`` of the section,
            subsection or unit that it becomes; filled before texts are read.
    """

    files: Mapping[str, object]
    paths: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)
    containers: dict[str, str] = field(default_factory=dict)

    def rewritten(self, text: str, folder: str) -> Rewritten:
        """
        Rewrite links to files to ``/static/``, and Canvas's links to pages, modules and quizzes to ``/jump_to_id/``.

        Other links stay as they are.

        Args:
            text: HTML.
            folder: the folder of the text in the cartridge, to resolve relative links.
        """
        files: set[str] = set()
        unresolved: dict[str, None] = {}

        def replaced(match: re.Match[str]) -> str:
            link = unescape(match[3])
            path, is_of_platform = self._resolved(link, folder)
            is_readable = not (is_of_platform and path.lower().endswith(_NO_TARGETS))
            name = self.names.get(path, "") if is_of_platform else ""
            if not path or not is_readable:
                name = self._container(link)
                if not name:
                    if is_of_platform and not _ON_THE_WEB.match(link):
                        unresolved[link] = None
                    return match[0]
            if name:
                url = f"/jump_to_id/{quote(name)}"
            else:
                files.add(path)
                url = static_url(path, self.files)
            return f"{match[1]}{match[2]}{escape(url)}{match[2]}"

        result = _REFERENCE.sub(replaced, text)
        return Rewritten(result, frozenset(files), tuple(unresolved))

    def _resolved(self, link: str, folder: str) -> tuple[str, bool]:
        """Return the path that a link leads to ("" for none), and whether it has a form that its platform writes."""
        plain = unquote(re.split(r"[?#]", link, maxsplit=1)[0])
        if _FILE_BASE.match(plain):
            bare = _FILE_BASE.sub("", plain)
            return self._among(WEB_RESOURCES + bare, bare, posixpath.join(folder, bare)), True
        if of_canvas := _CANVAS.match(plain):
            return self._of_canvas(plain[of_canvas.end() :]), True
        if of_course := _OF_COURSE.match(plain):
            return self._of_canvas(plain[of_course.end() :]), True
        return self._among(posixpath.join(folder, plain), plain), False

    def _container(self, link: str) -> str:
        """Return the name of the section, subsection or unit that a link of Canvas leads to; "" for other links."""
        plain = unquote(re.split(r"[?#]", link, maxsplit=1)[0])
        prefix = _CANVAS.match(plain) or _OF_COURSE.match(plain)
        rest = plain[prefix.end() :] if prefix else ""
        found = (_OBJECT.match(rest) or _MODULE.match(rest)) if rest else None
        return self.containers.get(found[1], "") if found else ""

    def _of_canvas(self, rest: str) -> str:
        if _FOLDER.match(rest):
            below = _FOLDER.sub("", rest)
            return self._among(WEB_RESOURCES + below, f"{WEB_RESOURCES}Course Files/{below}", below)
        for pattern in (_OF_FILE, _OBJECT):
            if found := pattern.match(rest):
                return self.paths.get(found[1], "")
        if found := _PAGE.match(rest):
            page = f"{_PAGES_FOLDER}{found[1]}"
            return self._among(f"{page}.html", page) or self.paths.get(found[1], "")
        return ""

    def _among(self, *candidates: str) -> str:
        return next((path for each in candidates if (path := file_at(posixpath.normpath(each), self.files))), "")


def note_on(unresolved: Iterable[str]) -> str:
    """Return a note that names links without a target; "" if there are none."""
    links = list(unresolved)
    if not links:
        return ""
    shown = ", ".join(link[:200] for link in links[:_SHOWN_LINKS])
    return _("Links that the cartridge does not resolve: %(links)s.") % {"links": shown}
