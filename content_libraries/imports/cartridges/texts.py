"""Converts HTML of cartridges: its body, and its references to files of the cartridge."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import quote, unquote

from lxml import etree, html

from ...olx.api import xml_safe

WEB_RESOURCES: Final = "web_resources/"
_FILE_BASE: Final = re.compile(r"^(?:\$|%24)IMS-CC-FILEBASE(?:\$|%24)/?", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    r"""(\b(?:src|href|data|poster)\s{0,9}=\s{0,9})(["'])([^"'<>]{1,2048})\2""", re.IGNORECASE
)
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_BODY: Final = re.compile(r"<body\b[^<>]{0,9999}>(.*?)(?:</body\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def static_name(path: str, paths: Container[str]) -> str:
    """
    Return the name of a cartridge's file below ``/static/``: its path without the folder that Canvas adds.

    The folder is kept if another file has the shorter name.

    Args:
        paths: paths of all files.
    """
    short = path.removeprefix(WEB_RESOURCES)
    return path if short != path and short in paths else short


def static_url(path: str, paths: Container[str]) -> str:
    """Return the URL by which texts refer to a file of a cartridge; see :func:`static_name`."""
    return f"/static/{quote(static_name(path, paths))}"


def file_at(href: str, files: Mapping[str, object]) -> str:
    """Return the path of the file that a manifest refers to, also if spelled with ``%20``; "" if there is no file."""
    candidates = (href, unquote(href), posixpath.normpath(unquote(href)))
    return next((path for path in candidates if path in files), "")


def body_of(page: str) -> str:
    """Return the content of the ``<body>`` of a page; the whole page if it has no body."""
    match = _BODY.search(page)
    return (match[1] if match else page).strip()


def with_static_urls(text: str, folder: str, files: Mapping[str, object]) -> str:
    """
    Rewrite references to files of the cartridge to ``/static/``; other references stay.

    Args:
        text: HTML.
        folder: where the text is in the cartridge, for relative references.
        files: paths of all files.
    """

    def replaced(match: re.Match[str]) -> str:
        path = _path(unescape(match[3]), folder, files)
        return f"{match[1]}{match[2]}{escape(static_url(path, files))}{match[2]}" if path else match[0]

    return _REFERENCE.sub(replaced, text)


def linked_files(text: str, folder: str, files: Mapping[str, object]) -> set[str]:
    """Return the paths of the cartridge's files that a text refers to; see :func:`with_static_urls`."""
    found = {_path(unescape(match[3]), folder, files) for match in _REFERENCE.finditer(text)}
    return found - {""}


def as_xml(text: str) -> str:
    """
    Convert HTML to well-formed XML, for the inside of a problem.

    Comments are removed. Elements whose names XML without namespaces cannot have, such as Word's ``<o:p>``, become
    ``<span>``; attributes with such names are removed.
    """
    parser = html.HTMLParser(huge_tree=True)  # otherwise attributes of ten megabytes, and all text after them, are lost
    container = html.fragment_fromstring(xml_safe(text) or " ", create_parent="div", parser=parser)
    for element in list(container.iterdescendants()):
        if not isinstance(element.tag, str):
            element.drop_tree()
            continue
        if not _NAME.fullmatch(element.tag):
            element.tag = "span"
        for name in [name for name in element.attrib if not _NAME.fullmatch(str(name))]:
            del element.attrib[name]
    inner = escape(container.text or "", quote=False)
    return inner + "".join(etree.tostring(child, encoding="unicode", method="xml") for child in container)


def _path(reference: str, folder: str, files: Mapping[str, object]) -> str:
    plain = unquote(re.split(r"[?#]", reference, maxsplit=1)[0])
    bare = _FILE_BASE.sub("", plain)
    relative = posixpath.normpath(posixpath.join(folder, bare))
    candidates = (WEB_RESOURCES + bare, bare, relative) if bare != plain else (relative, bare)
    return next((path for path in candidates if path in files), "")
