"""The state of the search index in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import SearchCheckpoint, SearchRebuild


class OnlyToBeLookedAt(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the app writes for itself."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SearchCheckpoint)
class SearchCheckpointAdmin(OnlyToBeLookedAt):
    """How far the index has followed each library, and what went wrong last."""

    list_display = (
        "context_key",
        "is_spare",
        "title",
        "draft_change_log_pk",
        "publish_log_pk",
        "updated",
        "last_error",
    )
    search_fields = ("context_key", "title")
    ordering = ("context_key",)


@admin.register(SearchRebuild)
class SearchRebuildAdmin(OnlyToBeLookedAt):
    """The rebuild of the index that is running, or that was interrupted."""

    list_display = ("started", "owner", "owned_until", "index_id")
