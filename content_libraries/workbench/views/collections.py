"""Collections of a library, and the collections of an item."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...content import api as content
from ...keys import ItemKey, LibraryCollectionLocator, LibraryLocatorV2, library_key_of
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..decorators import action, form_page, page
from ..forms import TextField, WorkbenchForm, posted
from ..lists import page_of
from ..navigation import Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, tell

MOST_COLLECTIONS: Final = 500
"""How many collections are offered for an item."""


class CollectionForm(WorkbenchForm):
    """The texts of a collection."""

    title = forms.CharField(label=gettext_lazy("Title"))
    description = TextField(label=gettext_lazy("Description"), required=False)


class ItemCollectionsForm(WorkbenchForm):
    """The collections of an item."""

    collections = forms.MultipleChoiceField(
        label=gettext_lazy("Collections"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Set the collections to choose from."""
        self.fields["collections"] = forms.MultipleChoiceField(
            label=self.fields["collections"].label, required=False, widget=forms.CheckboxSelectMultiple, choices=choices
        )


@page
def collection_list(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """List the collections of a library."""
    shown = library_page(request, library_key, tab="library-collections")
    context = {
        "page_obj": page_of(request, content.list_collections(library_key, user=request.user)),
        "may_create": libraries.may(request.user, shown.library, Permission.CREATE_COLLECTION),
    }
    return render_page(request, "collections/list.html", context, library=shown)


@form_page
def new_collection(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Create a collection."""
    shown = library_page(request, library_key, tab="library-collections", permission=Permission.CREATE_COLLECTION)
    form = CollectionForm(posted(request))
    if form.is_valid():
        with errors_in(form):
            made = content.create_collection(library_key, user=request.user, **form.cleaned_data)
            tell(request, _("“%(title)s” is created.") % {"title": made.title})
            return redirect("workbench:collection", library_key, made.code)
    return render_page(request, "collections/new.html", {"form": form}, library=shown, status=form.status)


@form_page
def collection(request: HttpRequest, library_key: LibraryLocatorV2, code: str) -> HttpResponse:
    """Show a collection, and change its texts."""
    shown = library_page(request, library_key, tab="library-collections")
    key = LibraryCollectionLocator(library_key, code)
    found = content.get_collection(key, user=request.user)
    texts = {"title": found.title, "description": found.description}
    form = CollectionForm(posted(request), initial=texts)
    if form.is_valid():
        with errors_in(form):
            content.update_collection(key, user=request.user, **form.cleaned_data)
            tell(request, _("The collection is saved."))
            return redirect("workbench:collection", library_key, code)
    context = {
        "form": form,
        "collection": found,
        "may_edit": libraries.may(request.user, shown.library, Permission.EDIT_COLLECTION),
        "may_delete": libraries.may(request.user, shown.library, Permission.DELETE_COLLECTION),
    }
    crumbs = (Link(_("Collections"), reverse("workbench:library-collections", args=[library_key])),)
    return render_page(
        request, "collections/collection.html", context, library=shown, crumbs=crumbs, status=form.status
    )


@action
def delete(request: HttpRequest, library_key: LibraryLocatorV2, code: str) -> HttpResponse:
    """Delete a collection. Its items stay in the library."""
    content.delete_collection(LibraryCollectionLocator(library_key, code), user=request.user)
    undo_url = reverse("workbench:collection-restore", args=[library_key, code])
    tell(request, _("The collection is deleted. Its items stay in the library."), undo_url=undo_url)
    return redirect("workbench:library-collections", library_key)


@action
def restore(request: HttpRequest, library_key: LibraryLocatorV2, code: str) -> HttpResponse:
    """Bring a deleted collection back, with its items."""
    content.restore_collection(LibraryCollectionLocator(library_key, code), user=request.user)
    tell(request, _("The collection is back."))
    return redirect("workbench:collection", library_key, code)


@form_page
def item_collections(request: HttpRequest, item_key: ItemKey) -> HttpResponse:
    """Choose the collections that an item is in."""
    library_key = library_key_of(item_key)
    shown = library_page(request, library_key, tab="library", permission=Permission.EDIT)
    found = content.get_item(item_key, user=request.user)
    listed = content.list_collections(library_key, user=request.user)
    form = ItemCollectionsForm(posted(request), initial={"collections": [label.code for label in found.collections]})
    form.offer([(each.code, each.title) for each in listed[:MOST_COLLECTIONS]])
    if form.is_valid():
        with errors_in(form):
            codes = form.cleaned_data["collections"]
            content.set_collections(item_key, user=request.user, collection_codes=codes)
            tell(request, _("The collections are saved."))
            return redirect("workbench:item", item_key)
    context = {"form": form, "item": found}
    crumbs = (Link(found.display_name, reverse("workbench:item", args=[item_key])),)
    return render_page(request, "collections/of_item.html", context, library=shown, crumbs=crumbs, status=form.status)
