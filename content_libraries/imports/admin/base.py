"""What the admin classes of this room share."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from ...libraries.api import is_global_staff

PREFIX: Final = "admin:content_libraries_import"


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """
    For whom the API takes as staff of the site, to look at. Changes go through the room's api, which asks again.

    Django's permissions of the models are not looked at: they would be a second answer to the same question.
    """

    actions: Any = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_global_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_global_staff(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def page_url(name: str, **query: object) -> str:
    """The address of one of the pages that ImportJobAdmin adds, such as ``new``."""
    return f"{reverse(f'{PREFIX}_{name}')}?{urlencode(query, doseq=True)}"
