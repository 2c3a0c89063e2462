"""Pages of long lists."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PAGE_SIZE: Final = 50


def page_of[M: Model](request: HttpRequest, found: QuerySet[M], *, size: int = PAGE_SIZE) -> Page[M]:
    """Return the page of a list that ``?page=`` names. A number that is no page means the nearest page."""
    return Paginator(found, size).get_page(request.GET.get("page"))
