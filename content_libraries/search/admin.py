"""The Django admin for the state of the search index. It can also start reindexing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celery import Task
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu.exceptions import OperationalError

from ..admin_base.staff import ChoiceFilter, StaffAdmin
from ..courses.admin import CourseAdmin
from ..libraries.admin import ContentLibraryAdmin
from ..translation import LazyText
from .lag import index_lag, lagging_packages
from .models import SearchCheckpoint, SearchRebuild
from .tasks import rebuild_search, reindex_search


class StateFilter(admin.SimpleListFilter):
    """Filters by whether the index is up to date, and by errors."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, LazyText]]:
        return (
            ("current", gettext_lazy("Up to date")),
            ("behind", gettext_lazy("Behind")),
            ("failed", gettext_lazy("Failed last")),
            ("refused", gettext_lazy("Some found by title only")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[SearchCheckpoint]) -> QuerySet[SearchCheckpoint]:
        if self.value() == "failed":
            return queryset.exclude(last_error="")
        if self.value() == "refused":
            return queryset.filter(refused_count__gt=0)
        if self.value() not in ("current", "behind"):
            return queryset
        behind, _error = lagging_packages()
        lagging = Q(learning_package_pk__in=behind, is_spare=False)
        return queryset.filter(lagging) if self.value() == "behind" else queryset.exclude(lagging)


class IndexFilter(ChoiceFilter):
    """Filters by index: the index in use, or the spare index that will replace it."""

    title = gettext_lazy("index")
    parameter_name = "index"
    field = "is_spare"
    words = (gettext_lazy("Being made"), gettext_lazy("In use"))


@admin.register(SearchCheckpoint)
class SearchCheckpointAdmin(StaffAdmin):
    """Shows how far the index has followed each library and course, and the last error; can reindex them."""

    list_display = (
        "context_key",
        "title",
        "is_up_to_date",
        "updated",
        "last_error",
        "refused_count",
        "is_spare",
    )
    list_filter = (StateFilter, IndexFilter)
    search_fields = ("context_key", "title")
    ordering = ("context_key",)
    actions = ("reindex", "rebuild_index")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET":
            _show_lag(request)
        return super().changelist_view(request, extra_context)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes = super().get_changelist_instance(request)
        behind, _error = lagging_packages()
        for row in changes.result_list:
            row.lags_behind = row.learning_package_pk in behind
        return changes

    @admin.display(boolean=True, description=gettext_lazy("up to date"))
    def is_up_to_date(self, row: SearchCheckpoint) -> bool | None:
        """
        Return whether all changes are in the index.

        None means unknown: for the spare index, and for a row that is shown alone.
        """
        return None if row.is_spare or not hasattr(row, "lags_behind") else not row.lags_behind

    @admin.action(description=gettext_lazy("Make all documents of the selected anew"))
    def reindex(self, request: HttpRequest, checkpoints: QuerySet[SearchCheckpoint]) -> None:
        for key in sorted({str(row.context_key) for row in checkpoints}):
            _send(request, reindex_search, key)

    @admin.action(description=gettext_lazy("Make the whole index anew, whatever is selected"))
    def rebuild_index(self, request: HttpRequest, _checkpoints: QuerySet[SearchCheckpoint]) -> None:
        _send(request, rebuild_search)


@admin.register(SearchRebuild)
class SearchRebuildAdmin(StaffAdmin):
    """The rebuild of the index that is running, or that was interrupted."""

    list_display = ("started", "owner", "owned_until", "index_id")


@admin.action(description=gettext_lazy("Make all search documents of the selected anew"))
def reindex_selected(_model_admin: object, request: HttpRequest, chosen: QuerySet[Any]) -> None:
    """Reindex the selected libraries or courses. Their lists are for staff only, and name the rows by key."""
    for row in chosen:
        _send(request, reindex_search, str(row))


# Libraries and courses are rooms below, which do not know the index.
for _listed in (ContentLibraryAdmin, CourseAdmin):
    _listed.actions = (*_listed.actions, reindex_selected)


def _show_lag(request: HttpRequest) -> None:
    lag = index_lag()
    if lag.error:
        messages.error(request, _("The search engine does not work: %s") % lag.error)
    if lag.behind:
        text = ngettext(
            "%(behind)s library or course has changes that are not found yet; the oldest waits for %(seconds)s"
            " seconds.",
            "%(behind)s libraries and courses have changes that are not found yet; the oldest waits for %(seconds)s"
            " seconds.",
            lag.behind,
        )
        messages.warning(request, text % {"behind": lag.behind, "seconds": round(lag.seconds)})
    elif not lag.error:
        messages.success(request, _("Everything is found as it is."))


def _send(request: HttpRequest, task: Task[Any, Any], *arguments: str) -> None:
    """Start a task, and tell the user that the list shows its progress."""
    name = " ".join(arguments) or _("the whole index")
    try:
        task.delay(*arguments)
    except (OperationalError, OSError) as error:
        messages.error(request, _("No worker can be told about it: %s") % error)
    else:
        messages.success(request, _("Indexing in the background: %s.") % name)
