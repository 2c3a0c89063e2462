"""Catalogs of translations, as sites bring them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def add_catalog(settings: Any, locale: Path, language: str, texts: Mapping[str, str]) -> None:
    """Make the site of a test speak another language."""
    _write(locale, language, texts)
    settings.LOCALE_PATHS = [str(locale)]
    settings.LANGUAGES = [*settings.LANGUAGES, (language, language)]


def _write(locale: Path, language: str, texts: Mapping[str, str]) -> None:
    """Write the compiled catalog that msgfmt would write: sorted texts, behind tables of lengths and places."""
    header = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    entries = [(key.encode(), text.encode()) for key, text in sorted({"": header, **texts}.items())]
    columns = list(zip(*entries, strict=True))
    place = 7 * 4 + len(columns) * len(entries) * 8
    tables, data = b"", b""
    for column in columns:
        for text in column:
            tables += struct.pack("<2I", len(text), place + len(data))
            data += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    folder = locale / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(head + tables + data)
