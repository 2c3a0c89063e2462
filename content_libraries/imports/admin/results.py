"""Results of imports in the admin: blocks, imports and sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ... import conf
from ...admin_base.staff import ChoiceFilter, StaffAdmin
from ...content.api import frontend_url
from ...keys import ItemKey, LibraryContainerLocator, library_key
from ...learning_core.api import NAME_FIELDS, key_of
from ...translation import LazyText
from ..models import ModulestoreBlockMigration, ModulestoreMigration, ModulestoreSource
from ..wording import error_in_words
from .base import WithLeftOut
from .pages import csv_response

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

_COLUMNS: Final = {
    "source_key": gettext_lazy("Block"),
    "title": gettext_lazy("Title"),
    "outcome": gettext_lazy("What happened"),
    "when": gettext_lazy("When"),
    "library": gettext_lazy("Library"),
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
    """Filters blocks by the action of the import."""

    title = gettext_lazy("what happened")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, LazyText]]:
        return _OUTCOMES.items()

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ModulestoreBlockMigration]
    ) -> QuerySet[ModulestoreBlockMigration]:
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
    """Filters blocks by the type of the component that they became."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("type of component")


@admin.register(ModulestoreBlockMigration)
class BlockMigrationAdmin(StaffAdmin):
    """Lists the results of imports block by block; the filtered list can be downloaded as CSV."""

    change_list_template = "content_libraries/imports/block_list.html"
    list_display = ("block", "outcome", "when", "library", "item", "version", "reason")
    list_display_links = None
    list_filter = (
        OutcomeFilter,
        ("target__component__component_type__name", TypeFilter),
        "overall_migration__source",
    )
    list_select_related = (
        "source",
        "overall_migration__target",
        "target__draft__version",
        "change_log_record__old_version",
        "change_log_record__new_version",
    )
    search_fields = ("source__key", "target__entity_ref", "unsupported_reason", "change_log_record__new_version__title")
    ordering = ("-overall_migration_id", "pk")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModulestoreBlockMigration]:
        """Add the fields that item keys are made of, so that the list needs no query for each row."""
        blocks: QuerySet[ModulestoreBlockMigration] = super().get_queryset(request)
        return blocks.annotate(**{f"name_{number}": F(f"target__{name}") for number, name in enumerate(NAME_FIELDS)})

    def get_urls(self) -> list[URLPattern]:
        name = "content_libraries_import_blocks_csv"
        return [path("csv/", self.admin_site.admin_view(self.csv_view), name=name), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """Return the whole filtered list as CSV."""
        rows = self.get_changelist_instance(request).get_queryset(request) if self.has_view_permission(request) else ()
        table = [
            {
                "source_key": self.source_key(row),
                "title": self.title(row),
                "outcome": self.outcome(row),
                "when": self.when(row),
                "library": self.library(row),
                "target": _item_key(row),
                "version": self.version(row),
                "reason": self.reason(row),
            }
            for row in rows
        ]
        return csv_response("imported-blocks.csv", _COLUMNS, table)

    @admin.display(description=_COLUMNS["source_key"], ordering="source__key")
    def block(self, row: ModulestoreBlockMigration) -> str:
        return format_html("{}<br><code>{}</code>", self.title(row), row.source.key)

    def source_key(self, row: ModulestoreBlockMigration) -> str:
        return str(row.source.key)

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

    @admin.display(description=_COLUMNS["when"], ordering="overall_migration__finished")
    def when(self, row: ModulestoreBlockMigration) -> str:
        when = row.overall_migration.finished or row.overall_migration.created
        return date_format(localtime(when), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_COLUMNS["library"], ordering="overall_migration__target__title")
    def library(self, row: ModulestoreBlockMigration) -> str:
        return str(row.overall_migration.target.title)

    @admin.display(description=_COLUMNS["target"], ordering="target__entity_ref")
    def item(self, row: ModulestoreBlockMigration) -> str:
        """Return the key of the item as a link to the frontend or, without one, to the preview of a component."""
        key = _item_key(row)
        url = _address(key) if key else ""
        return format_html('<a href="{}"><code>{}</code></a>' if url else "<code>{1}</code>", url, key or "")

    @admin.display(description=_COLUMNS["version"])
    def version(self, row: ModulestoreBlockMigration) -> int | None:
        version = row.change_log_record.new_version if row.change_log_record else None
        return version.version_num if version else None

    @admin.display(description=_COLUMNS["reason"], ordering="unsupported_reason")
    def reason(self, row: ModulestoreBlockMigration) -> str:
        return row.unsupported_reason or ""


class FailedFilter(ChoiceFilter):
    """Filters imports by whether they failed."""

    title = gettext_lazy("outcome")
    parameter_name = "failed"
    field = "is_failed"
    words = (gettext_lazy("Failed"), gettext_lazy("Not failed"))


def _item_key(row: ModulestoreBlockMigration) -> ItemKey | None:
    """Return the key of the item that a row's block became; None if it was not imported."""
    if row.target is None:
        return None
    names = [getattr(row, f"name_{number}") for number in range(len(NAME_FIELDS))]
    return key_of(library_key(row.overall_migration.target.package_ref), *names)


def _address(key: ItemKey) -> str:
    if conf.AUTHORING_FRONTEND_URL.value:
        return frontend_url(key)
    return "" if isinstance(key, LibraryContainerLocator) else reverse("xblock-embed", args=[key, "student_view"])


@admin.register(ModulestoreMigration)
class MigrationAdmin(StaffAdmin):
    """Lists the imports of sources, with the outcome of each in words."""

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
        left_out = ModulestoreBlockMigration.objects.filter(overall_migration=OuterRef("pk"), target__isnull=True)
        return migrations.defer("fingerprints", "report").annotate(left_out=Exists(left_out))

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
    def outcome(self, migration: WithAnnotations[ModulestoreMigration, WithLeftOut]) -> str:
        if migration.finished is None:
            return _("Under way")
        if not migration.is_failed:
            return _("Done in part") if migration.left_out else _("Succeeded")
        return _("Failed: %(error)s") % {"error": error_in_words(migration.error)}


@admin.register(ModulestoreSource)
class SourceAdmin(StaffAdmin):
    """Lists the imported sources, each with the library to which references to it lead."""

    list_display = ("key", "forwards_to")
    list_select_related = ("forwarded__target",)
    search_fields = ("key",)
    ordering = ("key",)
    fields = ("key", "forwards_to")

    @admin.display(description=gettext_lazy("References lead to"))
    def forwards_to(self, source: ModulestoreSource) -> str:
        return source.forwarded.target.title if source.forwarded else ""
