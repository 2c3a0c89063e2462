"""The pages of a component: preview, fields, OLX, files and versions."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...content import api as content
from ...content.api import ItemSummary
from ...errors import InvalidInputError
from ...history import api as history
from ...history.api import Action, HistoryEntry, ItemVersion
from ...keys import LibraryUsageLocatorV2, library_key_of
from ...libraries import api as libraries
from ...libraries.api import Permission
from ...xblocks import api as xblocks
from ..block_fields import VersionedForm, editable_fields, edited_fields, fields_form, initial_values
from ..decorators import action, form_page, page
from ..forms import TextField, WorkbenchForm, posted
from ..labels import STATUS_NAMES, STATUS_TONES, status_of, type_label
from ..navigation import LibraryPage, Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, tell
from ..undoing import undo_url

_ACTION_NAMES = {
    Action.CREATED: gettext_lazy("Created"),
    Action.DELETED: gettext_lazy("Deleted"),
    Action.RENAMED: gettext_lazy("Renamed"),
    Action.EDITED: gettext_lazy("Edited"),
}


class OlxForm(VersionedForm):
    """The source of a component."""

    olx = TextField(
        label=gettext_lazy("OLX"),
        widget=forms.Textarea({"rows": 24, "class": "wb-code", "spellcheck": "false"}),
    )


class FileForm(WorkbenchForm):
    """A file to upload."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("The component refers to it as /static/NAME. A file of the same name is replaced."),
    )


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a component since its last publication."""

    entry: HistoryEntry
    what: str


def component_page(request: HttpRequest, key: LibraryUsageLocatorV2) -> HttpResponse:
    """Show the preview of a component: the draft, the published version, or the version with a number."""
    shown, found = _open(request, key)
    wanted = request.GET.get("version", "draft")
    if wanted not in {"draft", "published"} and not (wanted.isascii() and wanted.isdigit()):
        raise InvalidInputError(_("“%(version)s” is no version.") % {"version": wanted[:100]}, field="version")
    frame_url = reverse("xblock-embed", args=[key, "student_view"])
    context = {"version": wanted, "frame_url": f"{frame_url}?version={wanted}", "is_number": wanted.isdigit()}
    return _render(request, "preview", shown, found, context)


@form_page
def fields(request: HttpRequest, item_key: LibraryUsageLocatorV2) -> HttpResponse:
    """Show the fields that the type of a component declares, and save them."""
    shown, found = _open(request, item_key)
    declared = xblocks.get_declared_fields(item_key, user=request.user)
    edited = editable_fields(declared.fields)
    initial = {**initial_values(edited), "version": found.version_num}
    form = fields_form(edited)(posted(request), initial=initial)
    if form.is_valid():
        values = edited_fields(form, edited)
        with errors_in(form):
            xblocks.save_fields(
                item_key,
                user=request.user,
                data=values.data,
                metadata=values.metadata,
                expected_version=form.cleaned_data["version"],
            )
            return _saved(request, item_key, "workbench:component-fields")
    context = {"form": form, "notice": declared.notice, "preserved": declared.preserved}
    return _render(request, "fields", shown, found, context, status=form.status)


@form_page
def olx(request: HttpRequest, item_key: LibraryUsageLocatorV2) -> HttpResponse:
    """Show the OLX of a component, and save it if it is valid."""
    shown, found = _open(request, item_key)
    saved = content.get_saved_olx(item_key, user=request.user)
    form = OlxForm(posted(request), initial={"olx": saved.olx, "version": saved.version_num})
    if form.is_valid():
        values = form.cleaned_data
        with errors_in(form):
            content.set_olx(item_key, user=request.user, olx=values["olx"], expected_version=values["version"])
            return _saved(request, item_key, "workbench:component-olx")
    return _render(request, "olx", shown, found, {"form": form}, status=form.status)


@form_page
def files(request: HttpRequest, item_key: LibraryUsageLocatorV2) -> HttpResponse:
    """List the files of a component, and upload one."""
    shown, found = _open(request, item_key)
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        with errors_in(form):
            content.set_asset(item_key, user=request.user, path=f"static/{file.name}", file=file)
            return _saved(request, item_key, "workbench:component-files")
    context = {"form": form, "files": content.list_assets(item_key, user=request.user)}
    return _render(request, "files", shown, found, context, status=form.status)


@action
def delete_file(request: HttpRequest, item_key: LibraryUsageLocatorV2) -> HttpResponse:
    """Delete a file of a component, in a new version."""
    path = request.POST.get("path", "")
    content.get_asset(item_key, user=request.user, path=path)
    content.delete_asset(item_key, user=request.user, path=path)
    return _saved(request, item_key, "workbench:component-files")


@page
def versions(request: HttpRequest, item_key: LibraryUsageLocatorV2) -> HttpResponse:
    """List the changes since the last publication, and the publications."""
    shown, found = _open(request, item_key)
    entries = history.draft_history(item_key, user=request.user)
    context = {
        "rows": [VersionRow(entry, str(_ACTION_NAMES[entry.action])) for entry in entries],
        "groups": history.publish_history(item_key, user=request.user),
    }
    return _render(request, "versions", shown, found, context)


@action
def bring_back(request: HttpRequest, item_key: LibraryUsageLocatorV2) -> HttpResponse:
    """Make a new version with the content of an earlier one."""
    number = request.POST.get("version", "")
    if not (number.isascii() and number.isdigit()):
        raise InvalidInputError(_("“%(version)s” is no version.") % {"version": number[:100]}, field="version")
    history.restore_versions(ItemVersion(item_key, int(number)), user=request.user)
    return _saved(request, item_key, "workbench:component-versions")


def _open(request: HttpRequest, key: LibraryUsageLocatorV2) -> tuple[LibraryPage, ItemSummary]:
    shown = library_page(request, library_key_of(key), tab="library")
    return shown, content.get_item(key, user=request.user)


def _saved(request: HttpRequest, key: LibraryUsageLocatorV2, name: str) -> HttpResponse:
    """Tell that a change is saved, with a button that takes it back, and show the page again."""
    tell(request, _("It is saved, as a draft."), undo_url=undo_url(request, key))
    return redirect(name, key)


def _tabs(key: LibraryUsageLocatorV2, current: str) -> tuple[Link, ...]:
    names = {
        "preview": ("workbench:item", _("Preview")),
        "fields": ("workbench:component-fields", _("Fields")),
        "olx": ("workbench:component-olx", _("OLX")),
        "files": ("workbench:component-files", _("Files")),
        "versions": ("workbench:component-versions", _("Versions")),
    }
    return tuple(Link(label, reverse(name, args=[key]), tab == current) for tab, (name, label) in names.items())


def _render(
    request: HttpRequest,
    tab: str,
    shown: LibraryPage,
    found: ItemSummary,
    context: dict[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    assert isinstance(found.key, LibraryUsageLocatorV2)  # noqa: S101 - pages of components
    frame = {
        "item": found,
        "kind": type_label(found.item_type),
        "status": STATUS_NAMES[status_of(found)],
        "tone": STATUS_TONES[status_of(found)],
        "component_tabs": _tabs(found.key, tab),
        "may_edit": libraries.may(request.user, shown.library, Permission.EDIT),
        "may_publish": libraries.may(request.user, shown.library, Permission.PUBLISH),
    }
    return render_page(request, f"component/{tab}.html", {**frame, **context}, library=shown, status=status)
