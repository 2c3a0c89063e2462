"""
Pages of the lists in previews.

A preview is computed as a whole, and an answer shows one page of each of its lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request

from ...rest.query import without_blanks

LISTED: Final = 1_000
"""How many entries of each list an answer shows, at most and by default. The counts are of all."""


class PreviewPageSerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters of a preview."""

    page = serializers.IntegerField(
        required=False, default=1, min_value=1, help_text="The page that all lists show; empty after the last one."
    )
    page_size = serializers.IntegerField(
        required=False, default=LISTED, min_value=1, max_value=LISTED, help_text="Entries of each list on a page."
    )


class PreviewPagesSerializer(serializers.Serializer[Any]):
    """Says which page of each list a preview shows."""

    page = serializers.IntegerField(help_text="The page that all lists show.")
    num_pages = serializers.IntegerField(help_text="Number of pages of the longest list.")


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One page of the lists of a preview; the first one by default."""

    number: int = 1
    size: int = LISTED

    @property
    def part(self) -> slice:
        """Return the indices of the entries that are on the page."""
        start = (self.number - 1) * self.size
        return slice(start, start + self.size)

    def of[EntryT](self, entries: Sequence[EntryT]) -> Sequence[EntryT]:
        """Return the entries of a list that are on the page."""
        return entries[self.part]

    def place(self, *lengths: int) -> dict[str, int]:
        """Return the fields of ``PreviewPagesSerializer`` for lists of some lengths."""
        return {"page": self.number, "num_pages": max(1, -(-max(lengths) // self.size))}


FIRST_PAGE: Final = PreviewPage()


def wanted_page(request: Request) -> PreviewPage:
    """Read the page that a request asks for. Raises ValidationError."""
    query = PreviewPageSerializer(data=without_blanks(request.query_params))
    query.is_valid(raise_exception=True)
    return PreviewPage(query.validated_data["page"], query.validated_data["page_size"])
