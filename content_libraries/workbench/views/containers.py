"""Sections, subsections and units: their children, in order."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ... import keys
from ...block_types.api import CONTAINERS
from ...content import api as content
from ...content.api import ItemSummary
from ...errors import InvalidInputError
from ...keys import ItemKey, LibraryContainerLocator, library_key_of
from ...libraries import api as libraries
from ...libraries.api import Permission
from ...search import api as search
from ..decorators import action, form_page, page
from ..forms import WorkbenchForm, posted
from ..labels import STATUS_NAMES, STATUS_TONES, status_of, type_label
from ..navigation import Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, render_part, tell, wants_part
from ..returns import back
from ..undoing import undo_url
from .content import component_types, create_item

_LIST_ID: Final = re.compile(r"[0-9a-f]{8}")
_MOVE: Final = re.compile(r"(\d{1,6}):(up|down|out)")
_MOST_OFFERED: Final = 50
_COMPONENT: Final = "component"
_CHILD_TYPES: Final = {
    container.container_type: CONTAINERS[container.rank - 2].container_type if container.rank > 1 else _COMPONENT
    for container in CONTAINERS
}
"""Type of a container -> type of its children."""


class TitleForm(WorkbenchForm):
    """A new title for a container."""

    title = forms.CharField(label=gettext_lazy("Title"))


@dataclass(frozen=True, slots=True)
class ChildRow:
    """
    A child in the list of a container.

    Args:
        item: the child.
        kind: the name of its type.
        status, tone: its publish status.
        is_container: whether it has children of its own.
        name: a name that stays the same while the list is reordered, so that the focus finds its button again.
    """

    item: ItemSummary
    kind: str
    status: str
    tone: str
    is_container: bool
    name: str


def container_page(request: HttpRequest, key: LibraryContainerLocator) -> HttpResponse:
    """Show a container with its children."""
    shown = library_page(request, library_key_of(key), tab="library")
    found = content.get_item(key, user=request.user)
    around = content.get_hierarchy(key, user=request.user)
    context = {
        "item": found,
        "kind": type_label(key.container_type),
        "status": STATUS_NAMES[status_of(found)],
        "tone": STATUS_TONES[status_of(found)],
        "may_publish": libraries.may(request.user, shown.library, Permission.PUBLISH),
        "holders": [member for level in (around.subsections, around.sections) for member in level if member.key != key]
        if key.container_type != "section"
        else [],
        "child_types": _new_types(key),
        "takes_components": key.container_type == "unit",
        **_children(request, key),
    }
    return render_page(request, "containers/container.html", context, library=shown)


@page
def children(request: HttpRequest, item_key: LibraryContainerLocator) -> HttpResponse:
    """Show the children of a container, below their container in a longer list."""
    library_page(request, library_key_of(item_key), tab="library")
    return render_part(request, "containers/children.html", _children(request, item_key))


@action
def reorder(request: HttpRequest, item_key: LibraryContainerLocator) -> HttpResponse:
    """Give a container its children in another order, or take one out."""
    ordered = [_key(text) for text in request.POST.getlist("child")]
    moved = _MOVE.fullmatch(request.POST.get("move", ""))
    announcement = _("The order is saved.")
    if moved is not None:
        position = int(moved[1])
        if position >= len(ordered):
            raise InvalidInputError(_("The list has changed. Reload the page."), field="move")
        announcement = _move(ordered, position, moved[2])
    version = request.POST.get("version", "")
    content.replace_children(
        item_key,
        user=request.user,
        child_keys=ordered,
        expected_version=int(version) if version.isascii() and version.isdigit() else None,
    )
    if moved is not None and moved[2] == "out":
        tell(request, announcement, undo_url=undo_url(request, item_key))
    if not wants_part(request):
        return back(request, default=reverse("workbench:item", args=[item_key]))
    context = {**_children(request, item_key), "announcement": announcement}
    return render_part(request, "containers/children.html", context)


@form_page
def rename(request: HttpRequest, item_key: LibraryContainerLocator) -> HttpResponse:
    """Rename a container where its title is."""
    shown = library_page(request, library_key_of(item_key), tab="library", permission=Permission.EDIT)
    found = content.get_item(item_key, user=request.user)
    form = TitleForm(posted(request), initial={"title": found.display_name})
    if form.is_valid():
        with errors_in(form):
            content.update_container(item_key, user=request.user, title=form.cleaned_data["title"])
            tell(request, _("It has a new title."), undo_url=undo_url(request, item_key))
            return redirect("workbench:item", item_key)
    return render_page(
        request, "containers/rename.html", {"form": form, "item": found}, library=shown, status=form.status
    )


@action
def add_new(request: HttpRequest, item_key: LibraryContainerLocator) -> HttpResponse:
    """Create an item, and add it at the end of a container."""
    child_type = request.POST.get("type", "")
    if child_type not in dict(_new_types(item_key)):
        raise InvalidInputError(_("A %(type)s does not go in here.") % {"type": child_type}, field="type")
    made = create_item(
        request,
        library_key_of(item_key),
        item_type=child_type,
        title=request.POST.get("title", "").strip() or type_label(child_type),
        can_stand_alone=False,
    )
    content.append_children(item_key, user=request.user, child_keys=[made])
    tell(request, _("It is added at the end."), undo_url=undo_url(request, item_key))
    return redirect("workbench:item", item_key)


@form_page
def add_existing(request: HttpRequest, item_key: LibraryContainerLocator) -> HttpResponse:
    """Find items of the library, and add them at the end of a container."""
    shown = library_page(request, library_key_of(item_key), tab="library", permission=Permission.EDIT)
    if request.method == "POST":
        chosen = [_key(text) for text in request.POST.getlist("child")]
        if chosen:
            content.append_children(item_key, user=request.user, child_keys=chosen)
            tell(request, _("They are added at the end."), undo_url=undo_url(request, item_key))
        return redirect("workbench:item", item_key)
    found = content.get_item(item_key, user=request.user)
    child_type = _CHILD_TYPES[item_key.container_type]
    result_of_search = search.search(
        request.user,
        q=request.GET.get("q", "")[:500],
        library_key=library_key_of(item_key),
        types=["library_block"] if child_type == _COMPONENT else ["library_container"],
        block_types=() if child_type == _COMPONENT else [child_type],
        limit=_MOST_OFFERED,
    )
    context = {
        "item": found,
        "q": request.GET.get("q", ""),
        "total": result_of_search.total,
        "offered": [
            {"key": hit["usage_key"], "title": hit["display_name"], "kind": type_label(str(hit["block_type"]))}
            for hit in result_of_search.hits
        ],
    }
    crumbs = (Link(found.display_name, reverse("workbench:item", args=[item_key])),)
    return render_page(
        request, "containers/add.html", context, library=shown, crumbs=crumbs, part="containers/offered.html"
    )


def _children(request: HttpRequest, key: LibraryContainerLocator) -> dict[str, object]:
    """Return the context of the list of children."""
    listed = content.get_children_list(key, user=request.user)
    library = libraries.access_library(request.user, library_key_of(key), Permission.VIEW)
    list_id = (request.POST or request.GET).get("list_id", "")
    return {
        "container_key": key,
        "version_num": listed.version_num,
        "rows": _rows(listed.children),
        "may_edit": libraries.may(request.user, library, Permission.EDIT),
        "list_id": list_id if _LIST_ID.fullmatch(list_id) else secrets.token_hex(4),
    }


def _rows(listed: Sequence[ItemSummary]) -> list[ChildRow]:
    seen: Counter[str] = Counter()
    rows = []
    for item in listed:
        key = str(item.key)
        seen[key] += 1
        status = status_of(item)
        rows.append(
            ChildRow(
                item=item,
                kind=type_label(item.item_type),
                status=str(STATUS_NAMES[status]),
                tone=STATUS_TONES[status],
                is_container=isinstance(item.key, LibraryContainerLocator),
                name=f"{key}-{seen[key]}",
            )
        )
    return rows


def _move(ordered: list[ItemKey], position: int, direction: str) -> str:
    """Move a child, or take it out, and describe the result. A move beyond the ends of the list changes nothing."""
    child = ordered.pop(position)
    if direction == "out":
        return _("It is taken out of the list. It stays in the library.")
    target = max(0, position - 1) if direction == "up" else min(len(ordered), position + 1)
    ordered.insert(target, child)
    return _("Now at place %(place)s of %(total)s.") % {"place": target + 1, "total": len(ordered)}


def _new_types(key: LibraryContainerLocator) -> list[tuple[str, str]]:
    child_type = _CHILD_TYPES[key.container_type]
    return component_types() if child_type == _COMPONENT else [(child_type, type_label(child_type))]


def _key(text: str) -> ItemKey:
    return keys.item_key(text)
