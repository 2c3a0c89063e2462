"""The state of the search index in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from .models import SearchCheckpoint


@admin.register(SearchCheckpoint)
class SearchCheckpointAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """How far the index has followed each library, and what went wrong last. Only to be looked at."""

    list_display = ("context_key", "title", "draft_change_log_pk", "publish_log_pk", "updated", "last_error")
    search_fields = ("context_key", "title")
    ordering = ("context_key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SearchCheckpoint | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SearchCheckpoint | None = None) -> bool:
        return False
