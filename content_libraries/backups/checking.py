"""Checks an archive before it is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from ..olx.api import DEFAULT_LIMITS, MEDIA_LIMIT_BYTES, OlxError, files_of

MAX_TOML_BYTES: Final = 2 * 1024 * 1024
"""Limit of a file about one item. A container with 10,000 children needs a third of it."""

_MAX_KEY_PARTS: Final = 100
_TOML: Final = ".toml"


def check_archive(path: Path) -> None:
    """
    Unpack all members of an archive in order to check them, without storing them.

    Raises OlxError if a path is unsafe, if a member unpacks to too many bytes, and if the archive is damaged. Learning
    Core reads members as a whole and refuses files larger than 50 MB, so they are refused here too. Its readers of TOML
    take a second for 100 KB, and much longer for keys of thousands of parts.
    """
    for name, chunks in files_of(path, DEFAULT_LIMITS):
        limit = MAX_TOML_BYTES if name.endswith(_TOML) else MEDIA_LIMIT_BYTES
        size, toml = 0, bytearray()
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise OlxError(
                    _("%(name)s is larger than %(limit)s MB.") % {"name": name, "limit": limit // 1_000_000}, name
                )
            if name.endswith(_TOML):
                toml += chunk
        if any(line.partition(b"=")[0].count(b".") > _MAX_KEY_PARTS for line in toml.splitlines()):
            raise OlxError(_("%(name)s has a key of too many parts.") % {"name": name}, name)
        _check_toml(name, bytes(toml))


def _check_toml(name: str, data: bytes) -> None:
    """Raise OlxError if the data is not TOML. The error of Learning Core would not name the file."""
    try:
        tomllib.loads(data.decode())
    except RecursionError as error:
        raise OlxError(_("%(name)s is nested too deeply.") % {"name": name}, name) from error
    except ValueError as error:
        text = _("%(name)s is not a TOML file: %(problem)s")
        raise OlxError(text % {"name": name, "problem": error}, name) from error
