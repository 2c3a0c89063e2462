"""Staged content in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from .models import StagedContent


@admin.register(StagedContent)
class StagedContentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What users have copied. Only to be looked at, or deleted."""

    list_display = ("source_key", "block_type", "user", "created", "status")
    list_filter = ("status",)
    search_fields = ("source_key", "user__username")
    list_select_related = ("user",)
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StagedContent | None = None) -> bool:
        return False
