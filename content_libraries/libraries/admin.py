"""Libraries in the Django admin. Changes and deletions go through the room's api, as everywhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from . import api
from .models import ContentLibrary, ContentLibraryPermission


class GrantInline(admin.TabularInline):  # type: ignore[type-arg]
    """The older grants of a library."""

    model = ContentLibraryPermission
    extra = 0
    autocomplete_fields = ("user", "group")


@admin.register(ContentLibrary)
class ContentLibraryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """
    Libraries: found, opened to the public, given to a team, deleted.

    They are created by authors, or by the ``create_library`` command.
    """

    list_display = ("library_key", "title", "license", "allow_public_learning", "allow_public_read")
    list_filter = (("org", admin.RelatedOnlyFieldListFilter), "allow_public_learning", "allow_public_read")
    list_select_related = ("org", "learning_package")
    search_fields = ("slug", "org__short_name", "learning_package__title")
    ordering = ("org__short_name", "slug")
    fields = ("library_key", "title", "license", "allow_public_learning", "allow_public_read")
    readonly_fields = ("library_key", "title")
    inlines = (GrantInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ContentLibrary, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        api.update_library(obj.library_key, user=request.user, **changes)

    def delete_model(self, request: HttpRequest, obj: ContentLibrary) -> None:
        api.delete_library(obj.library_key, user=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ContentLibrary]) -> None:
        for library in queryset.select_related("org"):
            api.delete_library(library.library_key, user=request.user)
