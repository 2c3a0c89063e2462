"""Courses in the Django admin. Staff can look at courses and publish them, but not edit them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from opaque_keys import InvalidKeyError

from ..admin_base.confirming import Effect, ask, is_confirmed
from ..errors import ContentLibrariesError
from ..learning_core import api as learning_core
from ..libraries.admin import PackageAdmin, UnpublishedFilter, WithFigures, add_figures, sizes
from . import api
from .course_reader import FILE_NAMESPACE
from .models import Course

_KINDS: Final = {
    learning_core.BLOCK_GROUP: ngettext_lazy("%(count)d container", "%(count)d containers", "count"),
    learning_core.COMPONENT_NAMESPACE: ngettext_lazy("%(count)d component", "%(count)d components", "count"),
    FILE_NAMESPACE: ngettext_lazy("%(count)d file", "%(count)d files", "count"),
}


@admin.register(Course)
class CourseAdmin(PackageAdmin):
    """Lists courses with their size and their unpublished changes. Rooms above add actions to it."""

    actions: Any = ("publish",)
    list_display = ("name", "size", "unpublished", "last_published", "created")
    list_filter = ("org", UnpublishedFilter)
    search_fields = ("id", "display_name")
    date_hierarchy = "created"
    fields = (
        "id",
        "display_name",
        "org",
        "created",
        "learning_package",
        "size",
        "unpublished",
        "last_published",
    )
    readonly_fields = fields

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        try:
            return super().get_object(request, object_id, from_field)
        except InvalidKeyError:  # an invalid key is the key of no course
            return None

    @admin.display(description=gettext_lazy("Course"), ordering="id")
    def name(self, course: Course) -> str:
        return format_html("{}<br><code>{}</code>", course.display_name, course)

    @admin.display(description=gettext_lazy("Size"))
    def size(self, course: WithFigures) -> str:
        return sizes(course, _KINDS)

    @admin.action(description=gettext_lazy("Publish all changes of the selected courses"))
    def publish(self, request: HttpRequest, courses: QuerySet[Course]) -> HttpResponse | None:
        """
        Publish all changes of the selected courses, after a page that says how many changes each course has.

        Each course is published on its own: an error in one does not keep the others from being published.
        """
        if not is_confirmed(request):
            title, yes = _("Publish all changes of these courses?"), _("Yes, publish")
            return ask(request, self, _effects(courses), action="publish", title=title, yes=yes)
        for course in courses:
            try:
                log = api.publish_course(course.id, user=request.user)
            except ContentLibrariesError as error:
                messages.error(request, error.message)
            else:
                done = _("Published %(key)s.") if log else _("Nothing was to be published in %(key)s.")
                messages.success(request, done % {"key": course})
        return None


def _effects(courses: Iterable[Course]) -> list[Effect]:
    courses = list(courses)
    add_figures(courses)
    return [_effect(course, course.figures.unpublished) for course in courses]  # type: ignore[attr-defined]


def _effect(course: Course, count: int) -> Effect:
    text = ngettext("%(count)d change is published", "%(count)d changes are published", count) % {"count": count}
    return Effect(f"{course.display_name} ({course})", course.pk, [text] if count else [])
