"""What this room adds to the list of libraries in the Django admin: publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..errors import ContentLibrariesError
from ..libraries.admin import ContentLibraryAdmin
from ..libraries.models import ContentLibrary
from . import api


@admin.action(description=gettext_lazy("Publish all changes of the selected libraries"))
def publish_libraries(_model_admin: Any, request: HttpRequest, libraries: QuerySet[ContentLibrary]) -> None:
    """Each library on its own: what one is refused for does not keep the others from being published."""
    for library in libraries.select_related("org"):
        key = library.library_key
        try:
            log = api.publish_all(key, user=request.user)
        except ContentLibrariesError as error:
            messages.error(request, error.message)
        else:
            done = _("Published %(key)s.") if log else _("Nothing was to be published in %(key)s.")
            messages.success(request, done % {"key": key})


# The room of libraries does not know of content.
ContentLibraryAdmin.actions = (*ContentLibraryAdmin.actions, publish_libraries)
