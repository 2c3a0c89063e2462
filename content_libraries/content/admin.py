"""Adds publishing to the list of libraries in the Django admin, with a preview of what would be published."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..admin_base.confirming import Effect, ask, is_confirmed
from ..errors import ContentLibrariesError
from ..learning_core.api import ItemChange
from ..libraries.admin import ContentLibraryAdmin
from ..libraries.api import ContentLibrary
from . import api

_MOST_ITEMS: Final = 100
_CHANGES: Final = {
    "create": gettext_lazy("new: “%(title)s” (%(key)s)"),
    "update": gettext_lazy("changed: “%(title)s” (%(key)s)"),
    "delete": gettext_lazy("deleted: “%(title)s” (%(key)s)"),
}


@admin.action(description=gettext_lazy("Publish all changes of the selected libraries"))
def publish_libraries(
    model_admin: Any, request: HttpRequest, libraries: QuerySet[ContentLibrary]
) -> HttpResponse | None:
    """
    Show what would be published, and publish it after a confirmation.

    Each library is published on its own: an error in one does not keep the others from being published.
    """
    chosen = libraries.select_related("org", "learning_package")
    if not is_confirmed(request):
        effects = [_effect(library, request) for library in chosen]
        title, yes = _("Publish all changes of these libraries?"), _("Yes, publish")
        return ask(request, model_admin, effects, action="publish_libraries", title=title, yes=yes)
    for library in chosen:
        key = library.library_key
        try:
            log = api.publish_all(key, user=request.user)
        except ContentLibrariesError as error:
            messages.error(request, error.message)
        else:
            done = _("Published %(key)s.") if log else _("Nothing was to be published in %(key)s.")
            messages.success(request, done % {"key": key})
    return None


def _effect(library: ContentLibrary, request: HttpRequest) -> Effect:
    changes = api.unpublished_changes(library.library_key, user=request.user)
    lines = [_in_words(change) for change in changes[:_MOST_ITEMS]]
    return Effect(f"{library.title} ({library})", library.pk, lines, max(0, len(changes) - _MOST_ITEMS))


def _in_words(change: ItemChange) -> str:
    return str(_CHANGES[change.action]) % {"title": change.title, "key": change.key}


# The room of libraries does not know of content.
ContentLibraryAdmin.actions = (*ContentLibraryAdmin.actions, publish_libraries)
