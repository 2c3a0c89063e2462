"""What the admin classes of all rooms share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ..errors import ContentLibrariesError
from .permissions import is_global_staff


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """
    For whom the API takes as staff of the site, to look at. Changes go through the room's api, which asks again.

    Django's permissions of the models are not looked at: they would be a second answer to the same question.
    """

    actions: Any = ()

    class Media:
        css: ClassVar = {"all": ("content_libraries/admin.css",)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_global_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_global_staff(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return _or_message(super().changelist_view, request, extra_context)

    def changeform_view(self, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponse:
        return _or_message(super().changeform_view, request, *arguments, **more)

    def delete_view(self, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponse:
        return _or_message(super().delete_view, request, *arguments, **more)


def _or_message(view: Any, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponse:
    """Django rolls back what a form has begun when the api refuses it; then the page is shown anew, with the reason."""
    try:
        response: HttpResponse = view(request, *arguments, **more)
    except ContentLibrariesError as error:
        if request.method != "POST":
            raise
        messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())
    return response
