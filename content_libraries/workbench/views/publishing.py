"""Publishes and discards changes of a library, after a preview."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ...content import api as content
from ...history import api as history
from ...history.api import PreviewItem, PublishReason
from ...keys import ItemKey, LibraryLocatorV2, item_key
from ...learning_core import api as learning_core
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..components import PlanRow
from ..decorators import action, form_page
from ..drawings import draw_publish_state
from ..forms import WorkbenchForm
from ..lists import page_of_list
from ..navigation import library_page
from ..publish_plans import others_in_words, publish_counts, publish_rows
from ..refusals import errors_in
from ..rendering import render_page, tell

MOST_OFFERS = 20
"""How many blocks of courses that are offered an update are named."""


class PublishForm(WorkbenchForm):
    """Names the preview that is published."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class PublishRow:
    """An item of the preview. ``is_choosable`` if users can choose it."""

    item: PreviewItem
    row: PlanRow
    is_choosable: bool


@form_page
def publish(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Show what publishing all changes, or those of ``item_keys``, would do; or publish them."""
    shown = library_page(request, library_key, tab="library-publish")
    chosen = chosen_items(request)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with errors_in(form):
            made = history.publish_previewed(
                library_key, user=request.user, fingerprint=form.cleaned_data["fingerprint"], item_keys=chosen
            )
            tell(request, made.summary, undo_url=reverse("workbench:change-undo", args=[made.uuid]))
            return redirect("workbench:library-publish", library_key)
    preview = history.preview_publish(library_key, user=request.user, item_keys=chosen)
    listed = page_of_list(request, preview.items)
    rows = zip(listed.rows, publish_rows(listed.rows), strict=True)
    context = {
        "form": form,
        "preview": preview,
        "chosen": chosen,
        "counts": publish_counts(preview),
        "rows": [PublishRow(item, row, item.reason is PublishReason.ASKED_FOR) for item, row in rows],
        "page_obj": listed.page_obj,
        "others": others_in_words(preview),
        "offers": preview.offers.updates[:MOST_OFFERS],
        "more_offers": len(preview.offers.updates[MOST_OFFERS:]) + preview.offers.hidden_blocks,
        "may_publish": libraries.may(request.user, shown.library, Permission.PUBLISH),
        "may_edit": libraries.may(request.user, shown.library, Permission.EDIT),
        "state": draw_publish_state(history.publish_figures(library_key, user=request.user)),
    }
    return render_page(request, "publish/publish.html", context, library=shown, status=form.status)


@action
def discard(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Discard the changes of the library, or of the one item of ``item_keys`` and what is in it."""
    chosen = chosen_items(request)
    if chosen is None:
        log_pk = content.discard_all(library_key, user=request.user)
    else:
        log_pk = content.discard_item(chosen[0], user=request.user)
    uuid = learning_core.change_sets.change_set_uuid(log_pk)
    if uuid is None:
        tell(request, _("There was nothing to discard."))
    else:
        tell(request, _("The changes are discarded."), undo_url=reverse("workbench:change-undo", args=[uuid]))
    return redirect("workbench:library-publish", library_key)


def chosen_items(request: HttpRequest) -> list[ItemKey] | None:
    """Return the items that the form or the address names; None for all. Raises MalformedKeyError."""
    texts = (request.POST if request.method == "POST" else request.GET).getlist("item_keys")
    return [item_key(text) for text in dict.fromkeys(texts)] or None
