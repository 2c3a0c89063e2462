"""Links of courses to libraries in the Django admin: shows their states, and syncs blocks that are ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ...admin_base.staff import ChoiceFilter, StaffAdmin
from ...errors import ContentLibrariesError
from ...keys import LibraryLocatorV2
from ...libraries.admin import ContentLibraryAdmin
from ...translation import LazyText
from .. import api
from ..data import LinkState
from ..link.readiness import Standing, standings_of
from ..models import CourseLink

_STATES: Final[Mapping[str, LazyText]] = {
    LinkState.OK: gettext_lazy("ok"),
    LinkState.UPDATE: gettext_lazy("update available"),
    LinkState.DECLINED: gettext_lazy("declined"),
    LinkState.DELETED: gettext_lazy("deleted"),
    LinkState.UNPUBLISHED: gettext_lazy("unpublished"),
    LinkState.UNKNOWN_LIBRARY: gettext_lazy("unknown library"),
    LinkState.MALFORMED: gettext_lazy("malformed"),
    LinkState.TYPE_MISMATCH: gettext_lazy("type mismatch"),
}
"""States that a row can have. ``INACCESSIBLE`` needs a user, and ``NOT_LINKED`` has no row."""


class WithStanding(Protocol):
    """A link in a list, with its state and whether it is ready to sync."""

    standing: Standing


class StateFilter(admin.SimpleListFilter):
    """Filters links by state, without regard to the user's permissions."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, LazyText]]:
        return [(state, capfirst(words)) for state, words in _STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CourseLink]) -> QuerySet[CourseLink]:
        return _filter_by_standing(queryset, lambda one: one.state == self.value()) if self.value() else queryset


class ReadyFilter(admin.SimpleListFilter):
    """Filters links by whether they are ready to sync."""

    title = gettext_lazy("ready to sync")
    parameter_name = "ready"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("yes", _("Yes")), ("no", _("No")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[CourseLink]) -> QuerySet[CourseLink]:
        return (
            _filter_by_standing(queryset, lambda one: one.is_ready == (self.value() == "yes"))
            if self.value()
            else queryset
        )


class LevelFilter(admin.SimpleListFilter):
    """Tells top-level linked blocks from parts of linked structures."""

    title = gettext_lazy("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("top", _("Top-level")), ("part", _("Part of a linked structure")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[CourseLink]) -> QuerySet[CourseLink]:
        return (
            _filter_by_standing(queryset, lambda one: (one.top_level is None) == (self.value() == "top"))
            if self.value()
            else queryset
        )


class LinkChangeList(ChangeList):
    """A page of links. Each link gets its ``standing``."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = _with_standings(list(self.result_list))


class KindFilter(ChoiceFilter):
    """Tells links to components from links to containers."""

    title = gettext_lazy("kind of library item")
    parameter_name = "kind"
    field = "is_container"
    words = (gettext_lazy("Section, subsection or unit"), gettext_lazy("Component"))


@admin.register(CourseLink)
class CourseLinkAdmin(StaffAdmin):
    """Shows links. They are read-only: a link changes only with its course block."""

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
    list_filter = (StateFilter, ReadyFilter, LevelFilter, KindFilter, "updated")
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

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return LinkChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        link = super().get_object(request, object_id, from_field)
        return link and _with_standings([link])[0]

    @admin.display(description=gettext_lazy("State"))
    def state(self, link: WithStanding) -> str:
        return str(_STATES[link.standing.state])

    @admin.display(boolean=True, description=gettext_lazy("Ready"))
    def is_ready(self, link: WithStanding) -> bool:
        return link.standing.is_ready

    @admin.display(description=gettext_lazy("Published version"))
    def available(self, link: WithStanding) -> int | None:
        return link.standing.available

    @admin.display(boolean=True, description=gettext_lazy("Local changes"))
    def is_customized(self, link: CourseLink) -> bool:
        return bool(link.downstream_customized)

    @admin.action(description=gettext_lazy("Sync the selected, as far as something is ready"))
    def sync_selected(self, request: HttpRequest, links: QuerySet[CourseLink]) -> None:
        """
        Sync the selected blocks that are ready. For a part of a linked structure, the structure is synced.

        Each block is synced on its own: an error is shown, and the other blocks are synced all the same.
        """
        tops = dict.fromkeys(one.top_key for one in standings_of(links).values() if one.is_ready)
        done = 0
        for key in tops:
            try:
                api.sync_block(key, user=request.user)
            except ContentLibrariesError as error:
                messages.error(request, _("Block %(block)s: %(error)s") % {"block": key, "error": error.message})
            else:
                done += 1
        if done or not tops:
            text = ngettext("%(count)s linked block was synced.", "%(count)s linked blocks were synced.", done)
            nothing = _("Nothing of the selected is ready to be synced.")
            messages.info(request, text % {"count": done} if tops else nothing)

    @admin.action(description=gettext_lazy("Sync the courses of the selected in the background"))
    def sync_courses(self, request: HttpRequest, links: QuerySet[CourseLink]) -> None:
        courses = list(dict.fromkeys(link.course_key for link in links))
        try:
            run = api.start_run(user=request.user, courses=courses)
        except ContentLibrariesError as error:
            messages.error(request, error.message)
        else:
            text = ngettext(
                "%(count)s course is being synced in the background, as run %(run)s.",
                "%(count)s courses are being synced in the background, as run %(run)s.",
                len(courses),
            )
            messages.info(request, text % {"count": len(courses), "run": run.uuid})


def _filter_by_standing(links: QuerySet[CourseLink], is_wanted: Callable[[Standing], bool]) -> QuerySet[CourseLink]:
    return links.filter(pk__in=[one.row.pk for one in standings_of(links).values() if is_wanted(one)])


def _with_standings(links: list[Any]) -> list[Any]:
    found = standings_of(CourseLink.objects.filter(pk__in=[link.pk for link in links]))
    for link in links:
        link.standing = found[str(link.downstream_key)]
    return links


def courses_in_words(library_keys: Sequence[LibraryLocatorV2]) -> dict[str, list[str]]:
    """Say for each library which courses have linked blocks that will get no more updates if it is deleted."""
    return {
        library: [
            ngettext(
                "%(count)d block of %(course)s is linked to it, and takes no updates any more",
                "%(count)d blocks of %(course)s are linked to it, and take no updates any more",
                count,
            )
            % {"count": count, "course": course}
            for course, count in courses.items()
        ]
        for library, courses in api.linked_courses(library_keys).items()
    }


# The libraries room must not import this room, so this room registers itself there.
ContentLibraryAdmin.users_of = (*ContentLibraryAdmin.users_of, courses_in_words)
