"""Student states in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from ..admin_base.staff import StaffAdmin
from ..libraries.api import is_global_staff
from .models import StudentState


@admin.register(StudentState)
class StudentStateAdmin(StaffAdmin):
    """What users did in components. Staff may only look at a state or delete it; then the user begins anew."""

    list_display = ("usage_key", "user", "modified")
    search_fields = ("usage_key", "user__username")
    list_select_related = ("user",)
    ordering = ("-modified",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_global_staff(request.user)
