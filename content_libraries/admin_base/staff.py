"""Base classes of the admin classes of all rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ..actors import is_global_staff
from ..errors import ContentLibrariesError
from ..translation import LazyText


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """
    A read-only admin for users whom the API regards as staff of the site.

    Changes go through the room's api, which checks again.

    Django's permissions of the models are ignored, because they could disagree with the API.
    """

    actions: Any = ()

    class Media:
        css: ClassVar = {"all": ("content_libraries/admin.css",)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_global_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_global_staff(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Show rows of other apps as links if the user may open them, and as plain names otherwise."""
        closed = {key.name: key for key in self.opts.fields if key.is_relation and not self._may_open(key, request)}
        return [_name_of(closed[name]) if name in closed else name for name in super().get_fields(request, obj)]

    def _may_open(self, key: Field[Any, Any], request: HttpRequest) -> bool:
        site, model = self.admin_site, key.related_model
        if model is None or not site.is_registered(model):
            return False
        return site.get_model_admin(model).has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return _or_message(super().changelist_view, request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return _or_message(super().changeform_view, request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return _or_message(super().delete_view, request, object_id, extra_context)


class ChoiceFilter(admin.SimpleListFilter):
    """Filters rows by a boolean field, in words. ``field`` is its name; ``words`` are for true and for false."""

    field: ClassVar[str]
    words: ClassVar[tuple[LazyText, LazyText]]

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, LazyText]]:
        return tuple(zip(("yes", "no"), self.words, strict=True))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value() == "yes"}) if self.value() in ("yes", "no") else queryset


def _name_of(key: Field[Any, Any]) -> Callable[[Model], str]:
    """Make a field that shows a related row by its name, without a link."""

    @admin.display(description=key.verbose_name)
    def name(row: Model) -> str:
        return str(getattr(row, key.name) or "-")

    return name


def _or_message(view: Callable[..., HttpResponse], request: HttpRequest, *arguments: object) -> HttpResponse:
    """
    Call an admin view; if the api refuses a form, show the page again with the reason.

    Django has rolled back the changes of the form.
    """
    try:
        return view(request, *arguments)
    except ContentLibrariesError as error:
        if request.method != "POST":
            raise
        messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())
