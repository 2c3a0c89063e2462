"""Helpers of the admin classes of this room."""

from __future__ import annotations

from typing import Final, TypedDict
from urllib.parse import urlencode

from django.urls import reverse

PREFIX: Final = "admin:content_libraries_import"


class WithLeftOut(TypedDict):
    """A row of a list of imports, annotated with whether blocks were left out."""

    left_out: bool


def page_url(name: str, **query: object) -> str:
    """Return the URL of a page that ImportJobAdmin adds, such as ``new``."""
    return f"{reverse(f'{PREFIX}_{name}')}?{urlencode(query, doseq=True)}"
