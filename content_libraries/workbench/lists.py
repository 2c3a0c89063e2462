"""Pages of long lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PAGE_SIZE: Final = 50


def page_of[M: Model](request: HttpRequest, found: QuerySet[M], *, size: int = PAGE_SIZE) -> Page[M]:
    """Return the page of a list that ``?page=`` names. A number that is no page means the nearest page."""
    return Paginator(found, size).get_page(request.GET.get("page"))


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
