"""Base classes of the admin classes of all rooms."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ..actors import is_global_staff
from ..errors import ContentLibrariesError


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """
    A read-only admin for users whom the API regards as staff of the site.

    Changes go through the room's api, which checks again.

    Django's permissions of the models are ignored: they would be a second answer to the same question.
    """

    actions: Any = ()

    class Media:
        css: ClassVar = {"all": ("content_libraries/admin.css",)}

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

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show rows of other apps as links if the user may open them, and as plain names otherwise."""
        closed = {key.name: key for key in self.opts.fields if key.is_relation and not self._may_open(key, request)}
        return [_name_of(closed[name]) if name in closed else name for name in super().get_fields(request, obj)]

    def _may_open(self, key: Any, request: HttpRequest) -> bool:
        site, model = self.admin_site, key.related_model
        return site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return _or_message(super().changelist_view, request, extra_context)

    def changeform_view(self, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponse:
        return _or_message(super().changeform_view, request, *arguments, **more)

    def delete_view(self, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponse:
        return _or_message(super().delete_view, request, *arguments, **more)


class ChoiceFilter(admin.SimpleListFilter):
    """Filters rows by a boolean field, in words. ``field`` is its name; ``words`` are for true and for false."""

    field: ClassVar[str]
    words: ClassVar[tuple[Any, Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return tuple(zip(("yes", "no"), self.words, strict=True))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value() == "yes"}) if self.value() in ("yes", "no") else queryset


def _name_of(key: Any) -> Any:
    """Make a field that shows a related row by its name, without a link."""

    @admin.display(description=key.verbose_name)
    def name(row: Any) -> str:
        return str(getattr(row, key.name) or "-")

    return name


def _or_message(view: Any, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponse:
    """
    Call an admin view; if the api refuses a form, show the page again with the reason.

    Django has rolled back the changes of the form.
    """
    try:
        response: HttpResponse = view(request, *arguments, **more)
    except ContentLibrariesError as error:
        if request.method != "POST":
            raise
        messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())
    return response
