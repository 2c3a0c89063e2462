"""Looking through an archive before it is read."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from ..olx.api import DEFAULT_LIMITS, MEDIA_LIMIT_BYTES, OlxError, files_of


def check_archive(path: Path) -> None:
    """
    Pass over all that an archive unpacks to, and keep nothing.

    Raises OlxError for unsafe paths, for what unpacks to too much, and for damage. Learning Core reads members as a
    whole and does not take files larger than 50 MB, so those are refused too.
    """
    for name, chunks in files_of(path, DEFAULT_LIMITS):
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > MEDIA_LIMIT_BYTES:
                raise OlxError(
                    _("%(name)s is larger than %(limit)s MB.")
                    % {"name": name, "limit": MEDIA_LIMIT_BYTES // 1_000_000},
                    name,
                )
