"""Recognizes archives of legacy (v1) libraries, which are imported and not restored."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.base import File

_GZIP: Final = b"\x1f\x8b"


def is_legacy_archive(file: File[Any]) -> bool:
    """Return whether an uploaded file is compressed with gzip, as archives of legacy libraries are. It is rewound."""
    file.seek(0)
    start = file.read(len(_GZIP))
    file.seek(0)
    return bool(start == _GZIP)
