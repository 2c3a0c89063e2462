"""Shared parts of the admin pages of change sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ...admin_base.staff import StaffAdmin
from .. import api

SET_PAGE: Final = "content_libraries_changesetname_set"
UNDO_PAGE: Final = "content_libraries_changesetname_undo"
RESTORE_PAGE: Final = "content_libraries_changesetname_restore"
MOST_SHOWN: Final = 100
"""How many items, and conflicts, a plan shows. The counts tell of all."""


@dataclass(frozen=True, slots=True)
class ShownSet:
    """A change set in a page, with the name of its kind and the address of its page."""

    change_set: api.ChangeSet
    kind: str
    url: str


class ChangeSetPages(StaffAdmin):
    """Base of the admin pages of change sets."""

    def require_staff(self, request: HttpRequest) -> None:
        """Raise PermissionDenied unless the user is staff of the site."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def render_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Render a template of this room within the admin."""
        query = request.GET.copy()
        query.pop("page", None)
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "query": query.urlencode()}
        return render(request, f"content_libraries/history/{template}.html", {**shared, **context})


def shown_set(change_set: api.ChangeSet) -> ShownSet:
    """Return a change set as pages show it."""
    kind = str(api.KIND_NAMES[change_set.kind])
    return ShownSet(change_set, kind, reverse(f"admin:{SET_PAGE}", args=(change_set.uuid,)))
