"""URLs of files of components and of block packages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import escape
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from opaque_keys.edx.keys import UsageKey

_BEFORE: Final = (
    r"""(?<![\w./:%-])/static/|(?<=["'])static/|(?<![\w./:%-])/?asset-v1:[^\s"'()<>@\\]{1,255}@asset\+block@"""
)
"""Prefixes of links to files. Texts that were imported from a course use the last one for files of the course."""

_AFTER: Final = r"""(?=["'()<>\s\\?#&]|$)"""
_FOLDER: Final = "static/"


def static_replacer(file_paths: Collection[str], url_of: Callable[[str], str]) -> Callable[[str], str]:
    """
    Make a function that replaces links to files in HTML by the files' URLs.

    Links have the form ``/static/x``, or are asset keys of a course with the file ``x``. They lead to the file
    ``static/x``.

    Args:
        file_paths: paths of the files that the shown version has. Other links stay unchanged.
        url_of: path -> URL.
    """
    by_name = {path.removeprefix(_FOLDER): path for path in file_paths if path.startswith(_FOLDER)}
    by_name |= {spelled: path for name, path in by_name.items() for spelled in (quote(name), escape(name, quote=False))}
    if not by_name:
        return _plain
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    reference = re.compile(f"(?:{_BEFORE})({names}){_AFTER}")

    def replace(html: str) -> str:
        return reference.sub(lambda match: url_of(by_name[match[1]]), _plain(html))

    return replace


def _plain(html: str) -> str:
    """
    Return the text without Django's mark that it is safe HTML.

    Blocks put the text into attributes, and templates escape only unmarked texts there.
    """
    return str.__str__(html)


def version_file_url(version_uuid: UUID, path: str) -> str:
    """Return the URL of a file of a version on this site. Users who may VIEW the library may load it."""
    return reverse("library-version-file", args=(version_uuid, path))


def course_block_file_url(key: UsageKey, path: str) -> str:
    """Return the URL of a file that a course block refers to. Users who may edit the course may load it."""
    return reverse("course-xblock-file", args=(key, path))
