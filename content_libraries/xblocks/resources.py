"""Files that packages of XBlocks bring for browsers."""

from __future__ import annotations

import importlib.resources
import mimetypes
import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

from django.utils.translation import gettext as _

from ..content.api import block_class
from ..errors import NotFoundError
from .stylesheets import of_this_site

_SAFE: Final = re.compile(r"(?:[\w@+-][\w.@+-]*/)*[\w@+-][\w.@+-]*")
STYLES: Final = "text/css"
_PUBLIC_FOLDERS: Final = frozenset({"public", "static"})


@dataclass(frozen=True, slots=True)
class BlockResource:
    """A file of a block's package."""

    media_type: str
    data: bytes


def read_resource(block_type: str, path: str) -> BlockResource:
    """
    Read a file of the package that a block type is in.

    Args:
        block_type: an XBlock type.
        path: from the folder of the class's module, or from the top of its distribution package, as blocks of
            ``xblocks_contrib`` write it (``problem/public/js/x.js``). A folder on the way has to be public.

    Raises NotFoundError.
    """
    missing = NotFoundError(
        _("There is no file “%(path)s” for “%(block_type)s”.") % {"path": path, "block_type": block_type}
    )
    cls = block_class(block_type)
    parts = path.split("/")
    if cls is None or not _SAFE.fullmatch(path) or not _PUBLIC_FOLDERS.intersection(parts[:-1]):
        raise missing
    for package in dict.fromkeys((cls.__module__.rpartition(".")[0], cls.__module__.partition(".")[0])):
        file = _file(package, parts) if package else None
        if file is not None:
            return _resource(path, file.read_bytes())
    raise missing


def _resource(path: str, data: bytes) -> BlockResource:
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if media_type == STYLES:
        data = of_this_site(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    return BlockResource(media_type, data)


def _file(package: str, parts: list[str]) -> Traversable | None:
    file = importlib.resources.files(package).joinpath(*parts)
    return file if file.is_file() else None
