"""Conversions of legacy blocks in the Django admin: staff see their results, cancel, retry and undo them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...admin_base.jobs import JobActionsAdmin
from ...admin_base.staff import StaffAdmin
from ...errors import ContentLibrariesError
from ..models import LegacyConversion
from .jobs import cancel_conversion, retry_conversion
from .undoing import undo_conversion


@admin.register(LegacyConversion)
class LegacyConversionAdmin(JobActionsAdmin, StaffAdmin):
    """Shows conversions. Authors of courses and a command start them; the admin does not."""

    cancel = staticmethod(cancel_conversion)
    retry = staticmethod(retry_conversion)
    list_display = ("course_key", "state", "block_count", "worker", "user", "created", "finished", "undone")
    list_filter = (*JobActionsAdmin.list_filter, "undone")
    search_fields = ("uuid", "course_key", "user__username")
    ordering = ("-pk",)
    actions = ("cancel_selected", "retry_selected", "undo_selected")
    fields = ("uuid", "course_key", "user", "state", "error", "report", "publish", "created", "finished", "undone")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LegacyConversion]:
        conversions: QuerySet[LegacyConversion] = super().get_queryset(request)
        return conversions.defer("changes")

    @admin.display(description=gettext_lazy("Blocks"))
    def block_count(self, conversion: LegacyConversion) -> int:
        return len(conversion.report)

    @admin.action(description=gettext_lazy("Undo the selected"))
    def undo_selected(self, request: HttpRequest, conversions: QuerySet[LegacyConversion]) -> None:
        for conversion in conversions:
            try:
                undo_conversion(conversion.uuid, user=request.user)
            except ContentLibrariesError as error:
                text = _("Conversion %(conversion)s: %(error)s")
                messages.error(request, text % {"conversion": conversion, "error": error.message})
            else:
                messages.info(request, _("Undone: %(conversion)s.") % {"conversion": conversion})
