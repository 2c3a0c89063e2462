"""What components and containers have in common: pages, publishing, deleting with where-used, undo."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ...content import api as content
from ...history import api as history
from ...keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ...libraries.api import Permission
from ...sync import api as sync
from ..decorators import action, form_page, page
from ..navigation import Link, library_page
from ..rendering import render_page, tell
from ..returns import back
from ..undoing import undo_url
from .components import component_page
from .containers import container_page


@page
def item(request: HttpRequest, item_key: ItemKey) -> HttpResponse:
    """Show a component or a container."""
    if isinstance(item_key, LibraryContainerLocator):
        return container_page(request, item_key)
    return component_page(request, item_key)


@action
def publish(request: HttpRequest, item_key: ItemKey) -> HttpResponse:
    """Publish an item, and everything below it."""
    published = content.publish_item(item_key, user=request.user)
    tell(request, _("It is published.") if published else _("There was nothing to publish."))
    return back(request, default=reverse("workbench:item", args=[item_key]))


@form_page
def delete(request: HttpRequest, item_key: ItemKey) -> HttpResponse:
    """Show where an item is used, and delete it."""
    library_key = library_key_of(item_key)
    shown = library_page(request, library_key, tab="library", permission=Permission.EDIT)
    if request.method == "POST":
        content.delete_item(item_key, user=request.user)
        text = _("It is deleted. Its published version stays until you publish.")
        tell(request, text, undo_url=undo_url(request, item_key))
        return redirect("workbench:library", library_key)
    around = content.get_hierarchy(item_key, user=request.user)
    found = content.get_item(item_key, user=request.user)
    context = {
        "item": found,
        "holders": [
            member
            for level in (around.units, around.subsections, around.sections)
            for member in level
            if member.key != item_key and _is_above(member.key, item_key)
        ],
        "usages": sync.usages_of(item_key, user=request.user),
    }
    crumbs = (Link(found.display_name, reverse("workbench:item", args=[item_key])),)
    return render_page(request, "items/delete.html", context, library=shown, crumbs=crumbs)


@action
def undo(request: HttpRequest, library_key: LibraryLocatorV2, change_set: UUID) -> HttpResponse:
    """Take a change set back."""
    history.undo_change_set(change_set, user=request.user)
    tell(request, _("The change is undone."))
    return back(request, default=reverse("workbench:library", args=[library_key]))


def _is_above(key: ItemKey, item_key: ItemKey) -> bool:
    """Return whether a container in the hierarchy around an item is above the item."""
    if not isinstance(item_key, LibraryContainerLocator):
        return True
    ranks = ("unit", "subsection", "section")
    assert isinstance(key, LibraryContainerLocator)  # noqa: S101 - levels of containers
    return ranks.index(key.container_type) > ranks.index(item_key.container_type)
