"""Adds publishing to the list of libraries in the Django admin, with a preview."""

from __future__ import annotations

from typing import Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..admin_base.confirming import Effect, ask, is_confirmed
from ..errors import ContentLibrariesError
from ..libraries.admin import ContentLibraryAdmin
from ..libraries.api import ContentLibrary
from . import api
from .wording import change_in_words

_MOST_ITEMS: Final = 100


@admin.action(description=gettext_lazy("Publish all changes of the selected libraries"))
def publish_libraries(
    model_admin: ContentLibraryAdmin, request: HttpRequest, libraries: QuerySet[ContentLibrary]
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
    shown = changes[:_MOST_ITEMS]
    lines = [change_in_words(change.action, key=change.key, title=change.title) for change in shown]
    return Effect(f"{library.title} ({library})", library.pk, lines, max(0, len(changes) - _MOST_ITEMS))


# The room of libraries does not know of content.
ContentLibraryAdmin.actions = (*ContentLibraryAdmin.actions, publish_libraries)
