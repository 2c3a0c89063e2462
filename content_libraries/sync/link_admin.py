"""Links of courses to libraries in the Django admin: how each stands, and syncs of what is ready."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import ngettext

from ..errors import ContentLibrariesError
from ..imports.admin.base import StaffAdmin
from . import api
from .data import LinkState
from .models import CourseLink
from .readiness import readiness_of

_NEVER_STORED = {LinkState.INACCESSIBLE, LinkState.NOT_LINKED}


class StateFilter(admin.SimpleListFilter):
    """How links stand, as one counts that is looked at without a user."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            (state.value, state.value.replace("_", " ").capitalize())
            for state in LinkState
            if state not in _NEVER_STORED
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class ReadyFilter(admin.SimpleListFilter):
    """Whether an author is asked about a link."""

    title = "ready to sync"
    parameter_name = "ready"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("yes", "Yes"), ("no", "No"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_ready=self.value() == "yes") if self.value() else queryset


class LevelFilter(admin.SimpleListFilter):
    """Blocks with a link of their own, and parts of linked structures."""

    title = "level"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("top", "Top-level"), ("part", "Part of a linked structure"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(parent_pk__isnull=self.value() == "top") if self.value() else queryset


@admin.register(CourseLink)
class CourseLinkAdmin(StaffAdmin):
    """What course blocks say of their links, to look at: it changes with the blocks."""

    list_display = (
        "downstream_key",
        "upstream_key",
        "state",
        "is_ready",
        "version_synced",
        "available",
        "is_customized",
        "updated",
    )
    list_filter = (StateFilter, ReadyFilter, LevelFilter, "is_container", "updated")
    search_fields = ("downstream_key", "upstream_key", "course_key", "library_key")
    ordering = ("course_key", "pk")
    show_full_result_count = False
    actions = ("sync_selected", "sync_courses")
    fields = (
        "course_key",
        "downstream_key",
        "top_level_parent_key",
        "upstream_key",
        "library_key",
        "state",
        "is_ready",
        "version_synced",
        "available",
        "version_declined",
        "deletion_declined",
        "downstream_customized",
        "created",
        "updated",
        "uuid",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        links: QuerySet[Any] = super().get_queryset(request)
        return readiness_of(links)

    @admin.display(ordering="state")
    def state(self, link: Any) -> str:
        return str(link.state).replace("_", " ")

    @admin.display(boolean=True, description="Ready", ordering="is_ready")
    def is_ready(self, link: Any) -> bool:
        return bool(link.is_ready)

    @admin.display(description="Published version", ordering="available")
    def available(self, link: Any) -> int | None:
        version: int | None = link.available
        return version

    @admin.display(boolean=True, description="Local changes")
    def is_customized(self, link: CourseLink) -> bool:
        return bool(link.downstream_customized)

    @admin.action(description="Sync the selected, as far as something is ready")
    def sync_selected(self, request: HttpRequest, links: QuerySet[Any]) -> None:
        """Of a part of a linked structure, the structure is synced. Each is synced by itself, or named."""
        ready = [link for link in links if link.is_ready]
        tops = dict.fromkeys(link.top_level_parent_key if link.parent_pk else link.downstream_key for link in ready)
        done = 0
        for key in tops:
            try:
                api.sync_block(key, user=request.user)
            except ContentLibrariesError as error:
                messages.error(request, f"Block {key}: {error.message}")
            else:
                done += 1
        if done or not tops:
            count = ngettext("%d linked block was synced.", "%d linked blocks were synced.", done) % done
            text = count if tops else "Nothing of the selected is ready to be synced."
            messages.info(request, text)

    @admin.action(description="Sync the courses of the selected in the background")
    def sync_courses(self, request: HttpRequest, links: QuerySet[Any]) -> None:
        courses = list(dict.fromkeys(link.course_key for link in links))
        try:
            run = api.start_run(user=request.user, courses=courses)
        except ContentLibrariesError as error:
            messages.error(request, error.message)
        else:
            started = ngettext("%d course is", "%d courses are", len(courses)) % len(courses)
            messages.info(request, f"{started} being synced in the background, as run {run.uuid}.")
