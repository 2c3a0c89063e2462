"""What imports did, block by block."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...libraries.staff_admin import ChoiceFilter
from ..models import ModulestoreBlockMigration, ModulestoreMigration, ModulestoreSource
from ..wording import error_in_words
from .base import StaffAdmin
from .pages import csv_response

_COLUMNS: Final = {
    "source_key": gettext_lazy("Block"),
    "title": gettext_lazy("Title"),
    "outcome": gettext_lazy("What happened"),
    "target": gettext_lazy("Item of the library"),
    "version": gettext_lazy("Version"),
    "reason": gettext_lazy("Reason"),
}
CREATED: Final = "created"
UPDATED: Final = "updated"
UNTOUCHED: Final = "untouched"
LEFT_OUT: Final = "left_out"

_OUTCOMES: Final = {
    CREATED: gettext_lazy("Created"),
    UPDATED: gettext_lazy("Updated"),
    UNTOUCHED: gettext_lazy("Left as it was"),
    LEFT_OUT: gettext_lazy("Not imported"),
}


class OutcomeFilter(admin.SimpleListFilter):
    """What happened to the block."""

    title = gettext_lazy("what happened")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return _OUTCOMES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        has_record = Q(change_log_record__isnull=False)
        is_new = Q(change_log_record__old_version__isnull=True)
        conditions = {
            CREATED: has_record & is_new,
            UPDATED: has_record & ~is_new,
            UNTOUCHED: ~has_record & Q(target__isnull=False),
            LEFT_OUT: Q(target__isnull=True),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


class TypeFilter(admin.AllValuesFieldListFilter):
    """The type of the component that a block became."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("type of component")


@admin.register(ModulestoreBlockMigration)
class BlockMigrationAdmin(StaffAdmin):
    """The result of imports per block; the list as it is filtered can be taken along as CSV."""

    change_list_template = "content_libraries/imports/block_list.html"
    list_display = ("source_key", "title", "outcome", "target_ref", "version", "reason")
    list_display_links = None
    list_filter = (
        OutcomeFilter,
        ("target__component__component_type__name", TypeFilter),
        "overall_migration__source",
    )
    list_select_related = (
        "source",
        "target",
        "target__draft__version",
        "change_log_record__old_version",
        "change_log_record__new_version",
    )
    search_fields = ("source__key", "target__entity_ref", "unsupported_reason", "change_log_record__new_version__title")
    ordering = ("-overall_migration_id", "pk")
    show_full_result_count = False

    def get_urls(self) -> list[Any]:
        name = "content_libraries_import_blocks_csv"
        return [path("csv/", self.admin_site.admin_view(self.csv_view), name=name), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The list with the filters of the address, without its pages."""
        rows = self.get_changelist_instance(request).get_queryset(request) if self.has_view_permission(request) else ()
        table = [
            {
                "source_key": self.source_key(row),
                "title": self.title(row),
                "outcome": self.outcome(row),
                "target": self.target_ref(row),
                "version": self.version(row),
                "reason": self.reason(row),
            }
            for row in rows
        ]
        return csv_response("imported-blocks.csv", _COLUMNS, table)

    @admin.display(description=_COLUMNS["source_key"], ordering="source__key")
    def source_key(self, row: ModulestoreBlockMigration) -> str:
        return str(row.source.key)

    @admin.display(description=_COLUMNS["title"])
    def title(self, row: ModulestoreBlockMigration) -> str:
        version = row.change_log_record.new_version if row.change_log_record else None
        if version is None and row.target is not None:
            version = row.target.draft.version
        return version.title if version else ""

    @admin.display(description=_COLUMNS["outcome"])
    def outcome(self, row: ModulestoreBlockMigration) -> str:
        record = row.change_log_record
        if row.target is None:
            return str(_OUTCOMES[LEFT_OUT])
        if record is None:
            return str(_OUTCOMES[UNTOUCHED])
        return str(_OUTCOMES[UPDATED if record.old_version_id else CREATED])

    @admin.display(description=_COLUMNS["target"], ordering="target__entity_ref")
    def target_ref(self, row: ModulestoreBlockMigration) -> str:
        return row.target.entity_ref if row.target else ""

    @admin.display(description=_COLUMNS["version"])
    def version(self, row: ModulestoreBlockMigration) -> int | None:
        version = row.change_log_record.new_version if row.change_log_record else None
        return version.version_num if version else None

    @admin.display(description=_COLUMNS["reason"], ordering="unsupported_reason")
    def reason(self, row: ModulestoreBlockMigration) -> str:
        return row.unsupported_reason or ""


class FailedFilter(ChoiceFilter):
    """Imports that came to nothing."""

    title = gettext_lazy("outcome")
    parameter_name = "failed"
    field = "is_failed"
    words = (gettext_lazy("Failed"), gettext_lazy("Not failed"))


@admin.register(ModulestoreMigration)
class MigrationAdmin(StaffAdmin):
    """Each import of each source, with what came of it in words."""

    list_display = ("source_key", "target_title", "outcome", "composition_level", "repeat_handling_strategy", "created")
    list_filter = (FailedFilter, "composition_level", "repeat_handling_strategy", "created")
    list_select_related = ("source", "target")
    search_fields = ("source__key", "target__title", "target__package_ref")
    ordering = ("-pk",)
    fields = (
        "source",
        "target",
        "outcome",
        "composition_level",
        "repeat_handling_strategy",
        "preserve_url_slugs",
        "collection",
        "source_version",
        "created_by",
        "created",
        "finished",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModulestoreMigration]:
        migrations: QuerySet[ModulestoreMigration] = super().get_queryset(request)
        return migrations.defer("fingerprints", "report")

    @admin.display(description=gettext_lazy("Source"), ordering="source__key")
    def source_key(self, migration: ModulestoreMigration) -> str:
        return str(migration.source.key)

    @admin.display(description=gettext_lazy("Library"), ordering="target__title")
    def target_title(self, migration: ModulestoreMigration) -> str:
        return str(migration.target.title)

    @admin.display(description=gettext_lazy("Collection"))
    def collection(self, migration: ModulestoreMigration) -> str:
        return migration.target_collection.title if migration.target_collection else ""

    @admin.display(description=gettext_lazy("Outcome"))
    def outcome(self, migration: ModulestoreMigration) -> str:
        if migration.finished is None:
            return _("Under way")
        if not migration.is_failed:
            return _("Succeeded")
        return _("Failed: %(error)s") % {"error": error_in_words(migration.error)}


@admin.register(ModulestoreSource)
class SourceAdmin(StaffAdmin):
    """Courses and legacy libraries that something was imported from, and where references to them lead."""

    list_display = ("key", "forwards_to")
    list_select_related = ("forwarded__target",)
    search_fields = ("key",)
    ordering = ("key",)
    fields = ("key", "forwards_to")

    @admin.display(description=gettext_lazy("References lead to"))
    def forwards_to(self, source: ModulestoreSource) -> str:
        return source.forwarded.target.title if source.forwarded else ""
