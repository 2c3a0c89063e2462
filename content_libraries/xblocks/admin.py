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
    """Admin of the states of users in components. Staff may only view or delete a state; then the user starts anew."""

    list_display = ("usage_key", "user", "modified")
    search_fields = ("usage_key", "user__username")
    list_select_related = ("user",)
    ordering = ("-modified",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_global_staff(request.user)
