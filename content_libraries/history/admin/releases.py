"""Releases in the Django admin: staff look at previews and comments, and approve, decline, schedule and publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ...admin_base.staff import StaffAdmin
from ...errors import ContentLibrariesError
from .. import api
from ..api import ReleaseAction
from ..models import Release

_MOST_SHOWN: Final = 100
"""How many items, blocks and events a page shows."""


class _ActForm(forms.Form):
    """Reads an action on a release, with its text, fingerprint or time."""

    action = forms.ChoiceField(choices=[(action.value, action.value) for action in ReleaseAction])
    text = forms.CharField(required=False, max_length=10_000)
    fingerprint = forms.CharField(required=False)
    publish_at = forms.DateTimeField(required=False)


type _Act = Callable[[Release, User, Mapping[str, Any]], Release]

_ACTS: Final[Mapping[ReleaseAction, _Act]] = {
    ReleaseAction.COMMENT: lambda release, user, said: api.comment_release(release.uuid, user=user, text=said["text"]),
    ReleaseAction.REQUEST: lambda release, user, said: api.request_release(
        release.uuid, user=user, reason=said["text"]
    ),
    ReleaseAction.APPROVE: lambda release, user, said: api.approve_release(
        release.uuid, user=user, fingerprint=said["fingerprint"], comment=said["text"]
    ),
    ReleaseAction.DECLINE: lambda release, user, said: api.decline_release(
        release.uuid, user=user, reason=said["text"]
    ),
    ReleaseAction.SCHEDULE: lambda release, user, said: api.schedule_release(
        release.uuid, user=user, publish_at=said["publish_at"]
    ),
    ReleaseAction.PUBLISH: lambda release, user, said: api.publish_release(release.uuid, user=user),
    ReleaseAction.CANCEL: lambda release, user, said: api.cancel_release(release.uuid, user=user, reason=said["text"]),
    ReleaseAction.REVERT: lambda release, user, said: api.revert_release(release.uuid, user=user),
}
"""Action -> the function of the api that does it, with the fields of the form."""

_NEEDS: Final[Mapping[ReleaseAction, str]] = {
    ReleaseAction.COMMENT: "text",
    ReleaseAction.REQUEST: "text",
    ReleaseAction.DECLINE: "text",
    ReleaseAction.SCHEDULE: "publish_at",
}
"""Action -> the field that may not be blank."""


@admin.register(Release)
class ReleaseAdmin(StaffAdmin):
    """Admin of releases. They are made over REST, because their items are chosen there."""

    change_form_template = "content_libraries/history/release.html"
    list_display = ("title", "library_key", "state", "size", "created_by", "approved_by", "publish_at", "created")
    list_filter = ("state", "created")
    list_select_related = ("created_by", "approved_by")
    search_fields = ("uuid", "title", "library_key", "created_by__username")
    exclude = ("fingerprint", "attempts", "learning_package")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        releases: QuerySet[Release] = super().get_queryset(request)
        return releases.annotate(item_count=Count("items"))

    @admin.display(description=gettext_lazy("Items"))
    def size(self, release: Release) -> int:
        count: int = getattr(release, "item_count", 0)
        return count

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        return [path("<int:pk>/act/", act, name="content_libraries_release_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a release with its preview, its comments, and the actions that are possible."""
        release = self.get_object(request, object_id)
        shown = {} if release is None or not self.has_view_permission(request) else _shown(release, request)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the form asks for, and return to the page of the release."""
        if not self.has_view_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        release = Release.objects.filter(pk=pk).first()
        if release is None:
            raise Http404
        form = _ActForm(request.POST)
        if form.is_valid():
            _act(request, release, ReleaseAction(form.cleaned_data["action"]), form.cleaned_data)
        else:
            for errors in form.errors.values():
                messages.error(request, " ".join(str(error) for error in errors))
        return HttpResponseRedirect(reverse("admin:content_libraries_release_change", args=[pk]))


def _act(request: HttpRequest, release: Release, action: ReleaseAction, said: Mapping[str, Any]) -> None:
    if action in _NEEDS and not said[_NEEDS[action]]:
        text = _("Choose a time.") if action is ReleaseAction.SCHEDULE else _("Write a text.")
        messages.error(request, text)
        return
    user = request.user
    if action not in _ACTS or user.is_anonymous:
        raise Http404
    try:
        done = _ACTS[action](release, user, said)
    except ContentLibrariesError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The release is %(state)s.") % {"state": done.get_state_display().lower()})


def _shown(release: Release, request: HttpRequest) -> dict[str, Any]:
    preview, problem = None, ""
    if release.is_orphan:
        possible: set[str] = set()
        problem = _("The library is gone.")
    else:
        possible = {action.value for action in api.possible_actions(release.current_state) if action in _ACTS}
        try:
            preview = api.preview_release(release.uuid, user=request.user)
        except ContentLibrariesError as error:
            problem = error.message
    newest = list(release.events.select_related("user").order_by("-pk")[:_MOST_SHOWN])
    items = () if preview is None else preview.items
    return {
        "preview": preview,
        "problem": problem,
        "changes": [(item, api.PUBLISH_CHANGE_NAMES[item.change]) for item in items[:_MOST_SHOWN]],
        "more_changes": max(0, len(items) - _MOST_SHOWN),
        "updates": () if preview is None else preview.offers.updates[:_MOST_SHOWN],
        "events": newest[::-1],
        "possible": possible,
    }
