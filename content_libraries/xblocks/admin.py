"""Student states in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from .models import StudentState


@admin.register(StudentState)
class StudentStateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What users did in components. Only to be looked at, or deleted, which lets the user begin anew."""

    list_display = ("usage_key", "user", "modified")
    search_fields = ("usage_key", "user__username")
    list_select_related = ("user",)
    ordering = ("-modified",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StudentState | None = None) -> bool:
        return False
