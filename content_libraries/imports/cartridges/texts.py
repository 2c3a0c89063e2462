"""Makes the names and URLs by which texts refer to files of cartridges."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Mapping
from typing import Final
from urllib.parse import quote, unquote

WEB_RESOURCES: Final = "web_resources/"


def static_name(path: str, paths: Container[str]) -> str:
    """
    Return the name of a file of a cartridge below ``/static/``: its path without the folder that Canvas adds.

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
    """Return the path of the file that a manifest refers to; "" if there is none. References may be percent-encoded."""
    candidates = (href, unquote(href), posixpath.normpath(unquote(href)))
    return next((path for path in candidates if path in files), "")
