"""Staged content in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from ..admin_base.staff import StaffAdmin
from ..libraries.api import is_global_staff
from .models import StagedContent


@admin.register(StagedContent)
class StagedContentAdmin(StaffAdmin):
    """Shows the copies of users. Staff can look at a copy and delete it, but not change it."""

    list_display = ("source_key", "block_type", "user", "created", "status")
    list_filter = ("status",)
    search_fields = ("source_key", "user__username")
    list_select_related = ("user",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StagedContent]:
        """Leave the texts out of the query: each may hold a whole section."""
        contents: QuerySet[StagedContent] = super().get_queryset(request)
        return contents.defer("olx", "tags", "container_settings")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_global_staff(request.user)
