"""Courses in the Django admin, to look at and to publish: they change through the room's api."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from ..errors import ContentLibrariesError
from ..learning_core import api as learning_core
from ..libraries.admin import PackageAdmin, UnpublishedFilter
from . import api
from .models import Course
from .reading import FILE_NAMESPACE


@admin.register(Course)
class CourseAdmin(PackageAdmin):
    """Which courses there are, how large, and what of them is not published. Rooms above add their actions."""

    actions: Any = ("publish",)
    list_display = (
        "id",
        "display_name",
        "org",
        "containers",
        "components",
        "files",
        "unpublished",
        "last_published",
        "created",
    )
    list_filter = ("org", UnpublishedFilter)
    search_fields = ("id", "display_name")
    date_hierarchy = "created"
    fields = (
        "id",
        "display_name",
        "org",
        "created",
        "learning_package",
        "containers",
        "components",
        "files",
        "unpublished",
        "last_published",
    )
    readonly_fields = fields

    @admin.display(description="Blocks with blocks in them")
    def containers(self, course: Any) -> int:
        return int(course.figures.live.get(learning_core.BLOCK_GROUP, 0))

    @admin.display(description="Components")
    def components(self, course: Any) -> int:
        return int(course.figures.live.get(learning_core.COMPONENT_NAMESPACE, 0))

    @admin.display(description="Files")
    def files(self, course: Any) -> int:
        return int(course.figures.live.get(FILE_NAMESPACE, 0))

    @admin.action(description="Publish all changes of the selected courses")
    def publish(self, request: HttpRequest, courses: QuerySet[Course]) -> None:
        """Each course on its own: what one is refused for does not keep the others from being published."""
        for course in courses:
            try:
                log = api.publish_course(course.id, user=request.user)
            except ContentLibrariesError as error:
                messages.error(request, error.message)
            else:
                done = f"Published {course}." if log else f"Nothing was to be published in {course}."
                messages.success(request, done)
