"""Courses in the Django admin, to look at: they change through the room's api."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from ..libraries.api import is_global_staff
from .models import Course


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which courses there are, and how large."""

    list_display = ("id", "display_name", "org", "block_count", "created")
    list_filter = ("org",)
    search_fields = ("id", "display_name")
    date_hierarchy = "created"
    fields = ("id", "display_name", "org", "created", "learning_package", "block_count")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        courses: QuerySet[Course] = super().get_queryset(request)
        return courses.annotate(num_blocks=Count("blocks"))

    @admin.display(description="Blocks, deleted ones too", ordering="num_blocks")
    def block_count(self, course: Course) -> int:
        return int(course.num_blocks)  # type: ignore[attr-defined]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_global_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Course | None = None) -> bool:
        return is_global_staff(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Course | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Course | None = None) -> bool:
        return False
