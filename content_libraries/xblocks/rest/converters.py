"""Versions of components in URLs."""

from __future__ import annotations

from typing import cast

from django.urls import register_converter

from ..data import Version


class VersionConverter:
    """Matches ``draft``, ``published`` and numbers."""

    regex = r"draft|published|\d{1,9}"

    def to_python(self, value: str) -> Version:
        return parse_version(value)

    def to_url(self, value: Version) -> str:
        return str(value)


def parse_version(text: str) -> Version:
    """Parse a text that the converter matches. Raises ValueError for any other text."""
    return cast(Version, text) if text in {"draft", "published"} else _number(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(text)
    return int(text)


register_converter(VersionConverter, "component_version")
