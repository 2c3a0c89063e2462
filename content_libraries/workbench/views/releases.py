"""Pages of releases: the list, making one, and what is possible with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import ContentLibrariesError, NotFoundError
from ...history import api as history
from ...history.api import PublishPreview, Release, ReleaseAction, ReleaseState
from ...keys import LibraryLocatorV2
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..components import Plan, Tone
from ..decorators import form_page, page
from ..forms import WorkbenchForm
from ..lists import page_of
from ..navigation import Link, library_page
from ..publish_plans import others_in_words, publish_counts, publish_rows
from ..refusals import errors_in
from ..release_forms import ACTS, ApproveForm, ReleaseForm
from ..rendering import render_page, tell
from .publishing import chosen_items

TAB: Final = "library-releases"
MOST_SHOWN: Final = 50
"""How many items and events a page shows."""

_TONES: Final = {
    ReleaseState.REQUESTED: Tone.WARNING,
    ReleaseState.APPROVED: Tone.INFO,
    ReleaseState.SCHEDULED: Tone.INFO,
    ReleaseState.PUBLISHED: Tone.GOOD,
    ReleaseState.DECLINED: Tone.BAD,
    ReleaseState.HELD: Tone.BAD,
}
_ENDED: Final = {ReleaseState.PUBLISHED, ReleaseState.CANCELED, ReleaseState.REVERTED}


class ReleaseFilters(WorkbenchForm):
    """The filter of the list."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=lambda: [("", _("All states")), *Release._meta.get_field("state").flatchoices],
    )


@dataclass(frozen=True, slots=True)
class OfferedAct:
    """An action that the user may do with a release, with its form. It is open after an error."""

    name: str
    label: str
    form: WorkbenchForm
    is_open: bool


@page
def release_list(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """List the releases of a library."""
    shown = library_page(request, library_key, tab=TAB)
    filters = ReleaseFilters(request.GET)
    state = filters.cleaned_data["state"] if filters.is_valid() else ""
    found = history.list_releases(
        user=request.user, library_key=library_key, state=ReleaseState(state) if state else None
    )
    listed = page_of(request, found)
    context = {
        "filters": filters,
        "is_filtered": bool(state),
        "may_edit": libraries.may(request.user, shown.library, Permission.EDIT),
        "page_obj": listed,
        "rows": [(each, _tone(each)) for each in listed.object_list],
    }
    return render_page(request, "releases/list.html", context, library=shown, part="releases/results.html")


@form_page
def new_release(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Make a release of ``item_keys``, or of all unpublished changes."""
    shown = library_page(request, library_key, tab=TAB, permission=Permission.EDIT)
    chosen = chosen_items(request)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with errors_in(form):
            made = history.create_release(library_key, user=request.user, item_keys=chosen, **form.cleaned_data)
            tell(request, _("The release “%(title)s” is made.") % {"title": made.title})
            return redirect("workbench:release", made.uuid)
    preview = history.preview_publish(library_key, user=request.user, item_keys=chosen)
    context = {"form": form, "chosen": chosen, "plan": _plan(preview), "is_empty": preview.is_empty}
    return render_page(
        request, "releases/new.html", context, library=shown, crumbs=[_list_link(library_key)], status=form.status
    )


@page
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a release: its state, what it would publish, what was said, and what the user may do."""
    return _show(request, history.get_release(uuid, user=request.user))


@form_page
def change_release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change the title and description of a release."""
    found = history.get_release(uuid, user=request.user)
    shown = library_page(request, found.key, tab=TAB, permission=Permission.EDIT)
    initial = {"title": found.title, "description": found.description}
    form = ReleaseForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with errors_in(form):
            history.change_release(uuid, user=request.user, **form.cleaned_data)
            tell(request, _("The release is changed."))
            return redirect("workbench:release", uuid)
    crumbs = [_list_link(found.key), Link(found.title, reverse("workbench:release", args=[uuid]))]
    context = {"form": form, "release": found}
    return render_page(request, "releases/change.html", context, library=shown, crumbs=crumbs, status=form.status)


@form_page
def act(request: HttpRequest, uuid: UUID, action: str) -> HttpResponse:
    """Do something with a release. Shows the release again, with the form, after an error."""
    if action not in ACTS:
        raise NotFoundError(_("Releases have no action “%(action)s”.") % {"action": action})
    if request.method != "POST":
        return redirect("workbench:release", uuid)
    wanted = ACTS[ReleaseAction(action)]
    form = wanted.form(request.POST, auto_id=_ids(action))
    if form.is_valid():
        with errors_in(form):
            wanted.do(uuid, request, form.cleaned_data)
            done = history.get_release(uuid, user=request.user)
            tell(request, _("“%(title)s”: %(state)s") % {"title": done.title, "state": done.get_state_display()})
            return redirect("workbench:release", uuid)
    return _show(request, history.get_release(uuid, user=request.user), ReleaseAction(action), form)


def _show(
    request: HttpRequest, found: Release, failed: ReleaseAction | None = None, form: WorkbenchForm | None = None
) -> HttpResponse:
    shown = library_page(request, found.key, tab=TAB)
    preview, problem = None, ""
    if found.current_state not in _ENDED:
        try:
            preview = history.preview_release(found.uuid, user=request.user)
        except ContentLibrariesError as error:
            problem = error.message
    allowed = history.allowed_actions(found, user=request.user)
    offered = [name for name in ACTS if name in allowed and (name is not ReleaseAction.APPROVE or preview is not None)]
    forms_of = {name: ACTS[name].form(initial=_initial(name, preview), auto_id=_ids(name)) for name in offered}
    if failed in forms_of and form is not None:
        forms_of[failed] = form
    if form is not None and isinstance(form, ApproveForm) and preview is not None:
        form.data = {**form.data, "fingerprint": preview.fingerprint}  # of what is shown now
    events = list(history.release_events(found.uuid, user=request.user).reverse()[:MOST_SHOWN])
    context = {
        "release": found,
        "tone": _tone(found),
        "problem": problem,
        "plan": None if preview is None else _plan(preview),
        "others": () if preview is None else others_in_words(preview),
        "items": history.release_items(found.uuid, user=request.user)[:MOST_SHOWN] if preview is None else (),
        "events": events[::-1],
        "acts": [OfferedAct(str(name), str(ACTS[name].label), forms_of[name], name is failed) for name in offered],
        "failed_elsewhere": form if failed is not None and failed not in allowed else None,
        "may_change": ReleaseAction.CHANGE in allowed,
    }
    status = form.status if form is not None else 200
    return render_page(
        request, "releases/release.html", context, library=shown, crumbs=[_list_link(found.key)], status=status
    )


def _ids(action: str) -> str:
    """Return the format of the ids of a form's fields, which several forms of the page have."""
    return f"id_{action}_%s"


def _initial(name: ReleaseAction, preview: PublishPreview | None) -> dict[str, str]:
    if name is ReleaseAction.APPROVE and preview is not None:
        return {"fingerprint": preview.fingerprint, "when": ApproveForm.NOW}
    return {}


def _plan(preview: PublishPreview) -> Plan:
    hidden = max(0, len(preview.items) - MOST_SHOWN)
    return Plan(publish_counts(preview), tuple(publish_rows(preview.items[:MOST_SHOWN])), hidden)


def _tone(found: Release) -> Tone:
    return _TONES.get(found.current_state, Tone.NEUTRAL)


def _list_link(library_key: LibraryLocatorV2) -> Link:
    return Link(_("Releases"), reverse("workbench:library-releases", args=[library_key]))
