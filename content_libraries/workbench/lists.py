"""Pages of long lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE: Final = 50


def page_of[RowT](
    request: HttpRequest, found: QuerySet[Any, RowT] | Sequence[RowT], *, size: int = PAGE_SIZE
) -> Page[RowT]:
    """Return the page of a list that ``?page=`` names. A number that is no page means the nearest page."""
    return Paginator(found, size).get_page(request.GET.get("page"))
