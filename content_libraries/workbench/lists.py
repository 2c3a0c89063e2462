"""Pages of long lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE: Final = 50
_LAST_PAGE: Final = 1_000


def page_of[RowT](
    request: HttpRequest, found: QuerySet[Any, RowT] | Sequence[RowT], *, size: int = PAGE_SIZE
) -> Page[RowT]:
    """Return the page of a list that ``?page=`` names. A number that is no page means the nearest page."""
    return Paginator(found, size).get_page(request.GET.get("page"))


def page_number(request: HttpRequest) -> int:
    """Return the number that ``?page=`` names, for searches, which need an offset; 1 for a text that is no number."""
    text = request.GET.get("page", "")
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() else 1


def page_of_total(request: HttpRequest, total: int) -> Page[int]:
    """Return the page of a search that found so many, for the links to other pages."""
    return Paginator(range(total), PAGE_SIZE).get_page(page_number(request))


class Countable[T](Protocol):
    """A list that is counted, and read one part at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sequence[T]: ...


@dataclass(frozen=True, slots=True)
class ListedPage[T]:
    """
    A page of a list that is no queryset.

    Args:
        rows: the rows of the page.
        page_obj: the numbers of the page, for ``pagination.html``.
    """

    rows: Sequence[T]
    page_obj: Page[int]


def page_of_list[T](request: HttpRequest, found: Countable[T], *, size: int = PAGE_SIZE) -> ListedPage[T]:
    """Return the page of a list that ``?page=`` names. Only its rows are read."""
    numbers = Paginator(range(len(found)), size).get_page(request.GET.get("page"))
    start = (numbers.number - 1) * size
    return ListedPage(found[start : start + size], numbers)
