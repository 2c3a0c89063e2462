"""Libraries in the Django admin. Changes and deletions go through the room's api."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, Protocol

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from organizations.models import Organization

from ..admin_base.staff import StaffAdmin
from ..keys import LibraryLocatorV2
from ..learning_core import api as learning_core
from ..translation import LazyText
from . import api
from .admin_forms import GrantForm, GrantFormSet, LibraryForm, NewLibraryForm
from .models import AccessLevel, ContentLibrary, ContentLibraryPermission

_KINDS: Final = {
    "section": ngettext_lazy("%(count)d section", "%(count)d sections", "count"),
    "subsection": ngettext_lazy("%(count)d subsection", "%(count)d subsections", "count"),
    "unit": ngettext_lazy("%(count)d unit", "%(count)d units", "count"),
    learning_core.COMPONENT_NAMESPACE: ngettext_lazy("%(count)d component", "%(count)d components", "count"),
}
_MOST_PROPOSALS: Final = 20
type _Form = ModelForm[ContentLibrary]

type _Find = Callable[[HttpRequest, str], list[tuple[str, str]]]
"""Finds values for a text that a user types, each with its label."""

_NO_CONTENT: Final = learning_core.PackageFigures(live={})


class WithFigures(Protocol):
    """A library or a course, with the figures of its learning package."""

    figures: learning_core.PackageFigures


class UnpublishedFilter(admin.SimpleListFilter):
    """Filters libraries or courses by whether they have unpublished changes."""

    title = gettext_lazy("unpublished changes")
    parameter_name = "unpublished"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("yes", _("With unpublished changes")), ("no", _("Without")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        changed = learning_core.packages_with_unpublished_changes()
        if self.value() == "yes":
            return queryset.filter(learning_package__in=changed)
        return queryset.exclude(learning_package__in=changed) if self.value() == "no" else queryset


class PackageAdmin(StaffAdmin):
    """A list of libraries or courses with figures of their learning packages, in two queries for a page."""

    list_per_page = 50

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes = super().get_changelist_instance(request)
        add_figures(changes.result_list)
        return changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        found = super().get_object(request, object_id, from_field)
        add_figures([found] if found else [])
        return found

    @admin.display(description=gettext_lazy("Unpublished changes"))
    def unpublished(self, row: WithFigures) -> int:
        return row.figures.unpublished

    @admin.display(description=gettext_lazy("Last published"))
    def last_published(self, row: WithFigures) -> str:
        when = row.figures.last_published
        return date_format(localtime(when), "DATETIME_FORMAT") if when else _("never")


def sizes(row: WithFigures, kinds: Mapping[str, LazyText]) -> str:
    """
    Describe in words how many entities of each kind a library or a course has.

    Args:
        kinds: kind of an entity -> its wording for a ``count``.
    """
    counts = ((row.figures.live.get(kind, 0), told) for kind, told in kinds.items())
    return ", ".join(told % {"count": count} for count, told in counts if count) or _("empty")


def add_figures(rows: Iterable[Any]) -> None:
    """Give libraries or courses their ``figures``."""
    rows = list(rows)
    pks = [row.learning_package_id for row in rows if row.learning_package_id is not None]
    figures = learning_core.package_figures(pks)
    for row in rows:
        row.figures = figures.get(row.learning_package_id, _NO_CONTENT)


class GrantInline(admin.TabularInline):  # type: ignore[type-arg]
    """
    The older grants of a library.

    Roles of openedx-authz are given in the list of teams, which shows these grants, too.
    """

    model = ContentLibraryPermission
    form = GrantForm
    formset = GrantFormSet
    extra = 0
    verbose_name = gettext_lazy("level")
    verbose_name_plural = gettext_lazy("Levels of users and groups")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return api.is_global_staff(request.user)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContentLibraryPermission]:
        return super().get_queryset(request).select_related("user", "group")


@admin.register(ContentLibrary)
class ContentLibraryAdmin(PackageAdmin):
    """
    Libraries: staff can create and find them, change titles, open them to the public, change grants, and delete them.

    Rooms above add their actions.
    """

    change_list_template = "content_libraries/libraries/library_list.html"
    change_form_template = "content_libraries/libraries/library.html"
    list_display = (
        "name",
        "size",
        "unpublished",
        "last_published",
        "open_to",
        "team",
    )
    list_filter = (
        ("org", admin.RelatedOnlyFieldListFilter),
        UnpublishedFilter,
        "allow_public_learning",
        "allow_public_read",
    )
    list_select_related = ("org", "learning_package")
    search_fields = ("slug", "org__short_name", "learning_package__title")
    ordering = ("org__short_name", "slug")
    form = LibraryForm
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("library_key", "title", "description", "team")}),
        (gettext_lazy("Content"), {"fields": ("size", "unpublished", "last_published")}),
        (gettext_lazy("Who may use it"), {"fields": ContentLibrary.SETTINGS}),
    )
    add_fieldsets: ClassVar[Any] = (
        (None, {"fields": ("organization", "slug", "title", "description")}),
        fieldsets[-1],
    )
    readonly_fields = (
        "library_key",
        "team",
        "size",
        "unpublished",
        "last_published",
    )
    inlines = (GrantInline,)
    users_of: ClassVar[Sequence[Callable[[Sequence[LibraryLocatorV2]], Mapping[str, list[str]]]]] = ()
    """Functions that take keys of libraries, and return for each used library lines that say who uses it."""

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, find: _Find) -> URLPattern:
            view = self.admin_site.admin_view(partial(self._proposals, find))
            return path(f"proposals/{name}/", view, name=f"content_libraries_{name}_proposals")

        return [
            page("library", self._proposed_libraries),
            page("organization", self._proposed_organizations),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ContentLibrary], search_term: str
    ) -> tuple[QuerySet[ContentLibrary], bool]:
        """Find libraries by their key or a part of it, too."""
        words = search_term.strip().removeprefix("lib:").replace(":", " ")
        return super().get_search_results(request, queryset, words)

    def _proposals(self, find: _Find, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = find(request, request.GET.get("q", ""))
        return JsonResponse({"proposals": [{"value": value, "label": label} for value, label in found]})

    def _proposed_libraries(self, request: HttpRequest, text: str) -> list[tuple[str, str]]:
        libraries = self.get_queryset(request).select_related("org", "learning_package").order_by(*self.ordering)
        found, _duplicates = self.get_search_results(request, libraries, text)
        return [(str(library), library.title) for library in found[:_MOST_PROPOSALS]]

    def _proposed_organizations(self, _request: HttpRequest, text: str) -> list[tuple[str, str]]:
        named = Q(short_name__icontains=text) | Q(name__icontains=text)
        found = Organization.objects.filter(named, active=True).order_by("short_name")
        return list(found.values_list("short_name", "name")[:_MOST_PROPOSALS])

    @admin.display(description=gettext_lazy("Library"), ordering="learning_package__title")
    def name(self, library: ContentLibrary) -> str:
        return format_html("{}<br><code>{}</code>", library.title, library)

    @admin.display(description=gettext_lazy("Library key"))
    def library_key(self, library: ContentLibrary) -> str:
        return str(library.library_key)

    @admin.display(description=gettext_lazy("Size"))
    def size(self, library: WithFigures) -> str:
        return sizes(library, _KINDS)

    @admin.display(description=gettext_lazy("Open to"))
    def open_to(self, library: ContentLibrary) -> str:
        flags = ((_("learners"), library.allow_public_learning), (_("course authors"), library.allow_public_read))
        return ", ".join(name for name, is_set in flags if is_set)

    @admin.display(description=gettext_lazy("Team"))
    def team(self, library: ContentLibrary) -> str:
        url = reverse("admin:content_libraries_contentlibrarypermission_changelist")
        query = urlencode({"library": str(library.library_key)})
        link = _('<a href="{url}?{query}">Team<span class="visually-hidden"> of {library}</span></a>')
        return format_html(link, url=url, query=query, library=library)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return api.is_global_staff(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return api.is_global_staff(request.user)

    has_delete_permission = has_change_permission

    def get_fieldsets(self, request: HttpRequest, obj: ContentLibrary | None = None) -> list[Any] | tuple[Any, ...]:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_inlines(self, request: HttpRequest, obj: ContentLibrary | None) -> list[Any] | tuple[Any, ...]:
        return super().get_inlines(request, obj) if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[_Form]:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)

        class Form(NewLibraryForm):
            user = request.user

        return super().get_form(request, obj, change=change, form=Form, **kwargs)

    def save_model(self, request: HttpRequest, obj: ContentLibrary, form: _Form, change: bool) -> None:
        """Save changes of a library. A new one has been created by its form."""
        if not change:
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        api.update_library(obj.library_key, user=request.user, **changes)

    def save_formset(self, request: HttpRequest, form: _Form, formset: GrantFormSet, change: bool) -> None:
        formset.save(commit=False)
        key = form.instance.library_key
        for grant in formset.deleted_objects:
            _remove(grant, key, request.user)
        for grant in [*formset.new_objects, *(grant for grant, _fields in formset.changed_objects)]:
            _set_level(grant, key, request.user)

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """
        List the libraries that a deletion would remove.

        Related rows are not collected, because the api deletes them.
        """
        libraries = list(objs)
        add_figures(libraries)
        uses: dict[str, list[str]] = {}
        for users_of in self.users_of:
            for key, lines in users_of([library.library_key for library in libraries]).items():
                uses.setdefault(key, []).extend(lines)
        names: list[Any] = []
        for library in libraries:
            names += [_with_size(library, library.figures), *([uses[str(library)]] if str(library) in uses else [])]
        return names, {self.opts.verbose_name_plural: len(libraries)}, set(), []

    def delete_model(self, request: HttpRequest, obj: ContentLibrary) -> None:
        api.delete_library(obj.library_key, user=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ContentLibrary]) -> None:
        for library in queryset.select_related("org"):
            api.delete_library(library.library_key, user=request.user)


def _with_size(library: ContentLibrary, figures: learning_core.PackageFigures) -> str:
    count = figures.live_items
    text = ngettext("%(title)s (%(library)s): %(count)d item", "%(title)s (%(library)s): %(count)d items", count)
    return text % {"title": library.title, "library": library, "count": count}


def _remove(grant: ContentLibraryPermission, key: LibraryLocatorV2, user: User | AnonymousUser) -> None:
    if grant.user is not None:
        api.remove_user(key, user=user, member=grant.user)
    elif grant.group is not None:
        api.remove_group(key, user=user, group=grant.group)


def _set_level(grant: ContentLibraryPermission, key: LibraryLocatorV2, user: User | AnonymousUser) -> None:
    level = AccessLevel(grant.access_level)
    if grant.user is not None:
        api.set_user_level(key, user=user, member=grant.user, level=level)
    elif grant.group is not None:
        api.set_group_level(key, user=user, group=grant.group, level=level)
