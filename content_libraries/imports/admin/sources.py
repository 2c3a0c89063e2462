"""Chooses the sources of an import in the admin: actions of the lists of courses and of uploaded archives."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.files.base import File
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...actors import Actor
from ...admin_base.staff import StaffAdmin
from ...courses.admin import CourseAdmin
from ...courses.api import Course
from ...errors import ContentLibrariesError
from ...libraries.api import is_global_staff
from .. import api
from ..models import SourceUpload
from .base import page_url
from .forms import SourceKeyField


@admin.action(description=gettext_lazy("Import into library…"))
def import_courses(_model_admin: object, request: HttpRequest, queryset: QuerySet[Course]) -> HttpResponseRedirect:
    """Lead to the import of the selected courses. The following pages check the permission in each course."""
    return HttpResponseRedirect(page_url("new", course=[str(key) for key in queryset.values_list("pk", flat=True)]))


@admin.action(description=gettext_lazy("Import into library…"))
def import_uploads(
    _model_admin: object, request: HttpRequest, queryset: QuerySet[SourceUpload]
) -> HttpResponseRedirect:
    return HttpResponseRedirect(page_url("new", upload=[str(uuid) for uuid in queryset.values_list("uuid", flat=True)]))


@admin.action(description=gettext_lazy("Migrate legacy libraries…"))
def migrate_uploads(
    _model_admin: object, request: HttpRequest, queryset: QuerySet[SourceUpload]
) -> HttpResponseRedirect:
    uuids = [str(uuid) for uuid in queryset.values_list("uuid", flat=True)]
    return HttpResponseRedirect(page_url("legacy", upload=uuids))


def _names_of_archives() -> str:
    return _("Its name ends in one of these: %(suffixes)s") % {"suffixes": ", ".join(api.upload_suffixes())}


class UploadForm(forms.ModelForm):  # type: ignore[type-arg]
    """Uploads an archive of ``user``, which is read completely before it is stored."""

    user: ClassVar[Actor]

    archive = forms.FileField(label=gettext_lazy("Archive"), help_text=lazy(_names_of_archives, str)())
    source_key = SourceKeyField(
        label=gettext_lazy("Import under another key"),
        required=False,
        help_text=gettext_lazy("Such as course-v1:ORG+COURSE+RUN. If it is empty, the key is what the archive says."),
    )

    class Meta:
        model = SourceUpload
        fields = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        archive: File[bytes] | None = cleaned.get("archive")
        if archive is not None and not self.errors:
            try:
                self.instance = api.upload_source(None, user=self.user, file=archive, key=cleaned["source_key"])
            except ContentLibrariesError as error:
                self.add_error("archive", error.message)
        return cleaned


@admin.register(SourceUpload)
class UploadAdmin(StaffAdmin):
    """Lists uploaded archives. Only staff and the user who uploaded an archive can import it."""

    actions = (import_uploads, migrate_uploads)
    list_display = ("title", "key", "kind", "file_name", "user", "created", "is_available")
    list_filter = ("kind", "created")
    list_select_related = ("user",)
    search_fields = ("title", "key", "file_name", "user__username")
    ordering = ("-pk",)
    fields = ("title", "key", "kind", "file_name", "user", "created", "is_available")

    @admin.display(description=gettext_lazy("Kept"), boolean=True)
    def is_available(self, upload: SourceUpload) -> bool:
        return bool(upload.file)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_global_staff(request.user)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return ["archive", "source_key"] if obj is None else super().get_fields(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm[SourceUpload]]:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)

        class Form(UploadForm):
            user = request.user

        return Form

    def save_model(self, request: HttpRequest, obj: SourceUpload, form: UploadForm, change: bool) -> None:
        """Do nothing: the form has stored the upload already."""

    def response_add(
        self, request: HttpRequest, obj: SourceUpload, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(
            request, _("“%(title)s” (%(key)s) is ready to be imported.") % {"title": obj.title, "key": obj.key}
        )
        name = "legacy" if obj.kind == "library" else "new"
        return HttpResponseRedirect(page_url(name, upload=str(obj.uuid)))


# The courses room must not import this room, so this room adds its action there.
CourseAdmin.actions = (*CourseAdmin.actions, import_courses)
