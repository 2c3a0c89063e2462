"""Pages of the admin that undo change sets and restore earlier versions, each after a preview."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...courses.api import holds_blocks
from ...errors import ContentLibrariesError, MalformedKeyError, NotFoundError
from ...keys import LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2, any_item_key, library_key
from .. import api
from ..change_sets import AnyItemKey
from .set_pages import MOST_SHOWN, RESTORE_PAGE, SET_PAGE, UNDO_PAGE, ChangeSetPages, shown_set


class _UndoForm(forms.Form):
    """Asks whether an undo leaves out items that were changed since."""

    on_conflict = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in api.OnConflict])


class _RestoreForm(forms.Form):
    """An item and its version, or a library and a publish log, as links to the page name them."""

    item_key = forms.CharField(required=False)
    version_num = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    with_children = forms.BooleanField(required=False)
    library_key = forms.CharField(required=False)
    publish_log = forms.UUIDField(required=False)


class ChangeSetActions(ChangeSetPages):
    """Pages that undo a change set and restore an earlier version. A GET shows what a POST does."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("sets/<uuid:uuid>/undo/", view(self.undo_view), name=UNDO_PAGE),
            path("restore/", view(self.restore_view), name=RESTORE_PAGE),
            *super().get_urls(),
        ]

    def undo_view(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show what the undo of a change set would do, with its conflicts; or undo it."""
        self.require_staff(request)
        try:
            change_set = api.get_change_set(uuid, user=request.user)
        except NotFoundError as error:
            raise Http404(error.message) from error
        if request.method == "POST":
            return _undo(request, change_set)
        plan, problem = None, ""
        try:
            plan = api.preview_undo(uuid, user=request.user)
        except ContentLibrariesError as error:
            problem = error.message
        context = {
            "title": _("Undo “%(summary)s”") % {"summary": change_set.summary},
            "shown": shown_set(change_set),
            "plan": plan,
            "problem": problem,
            "steps": []
            if plan is None
            else [(step, api.UNDO_ACTION_NAMES[step.action]) for step in plan.steps[:MOST_SHOWN]],
            "conflicts": () if plan is None else plan.conflicts[:MOST_SHOWN],
        }
        return self.render_page(request, "undo", context)

    def restore_view(self, request: HttpRequest) -> HttpResponse:
        """Show what the restore of an item or a library would do; or restore it."""
        self.require_staff(request)
        target = _target(request)
        if request.method == "POST":
            return _restore(request, target)
        plan, problem = None, ""
        try:
            plan = api.preview_restore(target, user=request.user)
        except NotFoundError as error:
            raise Http404(error.message) from error
        except ContentLibrariesError as error:
            problem = error.message
        context = {
            "title": _title(target),
            "target": target,
            "other_url": _other_url(target),
            "plan": plan,
            "problem": problem,
            "steps": []
            if plan is None
            else [(each, api.RESTORE_ACTION_NAMES[each.action]) for each in plan.steps[:MOST_SHOWN]],
        }
        return self.render_page(request, "restore", context)


def restore_url(target: api.RestoreTarget) -> str:
    """Return the address of the page that shows a restore, and does it."""
    query: dict[str, Any]
    if isinstance(target, api.LibraryState):
        query = {"library_key": target.key, "publish_log": target.publish_log}
    else:
        query = {"item_key": target.key, "version_num": target.version_num}
        if target.with_children:
            query["with_children"] = "on"
    return f"{reverse(f'admin:{RESTORE_PAGE}')}?{urlencode(query)}"


def restore_urls(key: AnyItemKey, *version_nums: int | None) -> list[tuple[int, str]]:
    """Return the numbers of versions of an item or a block of a course, and the pages that restore them."""
    return [(number, restore_url(api.ItemVersion(key, number))) for number in dict.fromkeys(version_nums) if number]


def publish_restore_url(change_set: api.ChangeSet) -> str:
    """Return the page that sets the draft of a library back to a publish; "" for other change sets."""
    key = change_set.context_key
    if change_set.kind is not api.ChangeKind.PUBLISH or not isinstance(key, LibraryLocatorV2):
        return ""
    return restore_url(api.LibraryState(key, change_set.uuid))


def _undo(request: HttpRequest, change_set: api.ChangeSet) -> HttpResponse:
    form = _UndoForm(request.POST)
    page = reverse(f"admin:{UNDO_PAGE}", args=(change_set.uuid,))
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["on_conflict"])))
        return HttpResponseRedirect(page)
    try:
        undone = api.undo_change_set(
            change_set.uuid, user=request.user, on_conflict=api.OnConflict(form.cleaned_data["on_conflict"])
        )
    except api.UndoConflictError:
        messages.error(request, _("Nothing was undone, because items were changed since. They are listed below."))
        return HttpResponseRedirect(page)
    except ContentLibrariesError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(page)
    count = len(undone.plan.steps)
    text = ngettext("Undid the changes of %(count)s item.", "Undid the changes of %(count)s items.", count)
    messages.success(request, text % {"count": count})
    return HttpResponseRedirect(reverse(f"admin:{SET_PAGE}", args=(undone.change_set.uuid,)))


def _restore(request: HttpRequest, target: api.RestoreTarget) -> HttpResponse:
    try:
        restored = api.restore_versions(target, user=request.user)
    except NotFoundError as error:
        raise Http404(error.message) from error
    except ContentLibrariesError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(restore_url(target))
    if restored.change_set is None:
        messages.info(request, _("Nothing was restored: everything is as it was then."))
        return HttpResponseRedirect(restore_url(target))
    count = len(restored.plan.steps)
    text = ngettext("Restored %(count)s item.", "Restored %(count)s items.", count)
    messages.success(request, text % {"count": count})
    return HttpResponseRedirect(reverse(f"admin:{SET_PAGE}", args=(restored.change_set.uuid,)))


def _target(request: HttpRequest) -> api.RestoreTarget:
    """Return what the address of the page names. Raises Http404 if it names nothing."""
    form = _RestoreForm(request.GET)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    try:
        if said["library_key"] and said["publish_log"]:
            return api.LibraryState(library_key(said["library_key"]), said["publish_log"])
        if said["item_key"] and said["version_num"]:
            return api.ItemVersion(any_item_key(said["item_key"]), said["version_num"], said["with_children"])
    except MalformedKeyError as error:
        raise Http404(error.message) from error
    raise Http404


def _title(target: api.RestoreTarget) -> str:
    if isinstance(target, api.LibraryState):
        return _("Set the draft of %(key)s back to a publish") % {"key": target.key}
    return _("Restore version %(number)s of %(key)s") % {"number": target.version_num, "key": target.key}


def _is_container(key: AnyItemKey) -> bool:
    if isinstance(key, LibraryContainerLocator | LibraryUsageLocatorV2):
        return isinstance(key, LibraryContainerLocator)
    return holds_blocks(key.block_type)


def _other_url(target: api.RestoreTarget) -> str:
    """Return the page that restores a container with its children, or without them again; "" for other items."""
    if not isinstance(target, api.ItemVersion) or not _is_container(target.key):
        return ""
    return restore_url(api.ItemVersion(target.key, target.version_num, not target.with_children))
