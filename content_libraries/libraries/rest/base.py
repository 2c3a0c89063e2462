"""The base of views whose URL names a library, or something in a library (ADR 0043)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request

from ...keys import (
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
    library_key_of,
)
from ...rest.views import LibraryAPIView, declared_method
from ..access import access_library
from ..data import Permission
from ..models import ContentLibrary


class LibraryScopedView(LibraryAPIView):
    """
    Base of views whose URL names a library, or something in a library.

    It checks the permissions of ``perms_map`` before the view reads the query or the body, so that a user without them
    gets a 403 and not a 400. Afterwards ``library`` is the library.
    """

    perms_map: ClassVar[Mapping[str, Sequence[Permission]]]
    """
    Method -> all permissions in the library that it needs.

    An empty list leaves the check to the api function, which may allow users outside of the team of the library.
    """

    library: ContentLibrary

    def check_access(self, request: Request) -> None:
        for permission in self.perms_map[declared_method(request)]:
            self.library = access_library(request.user, self.library_key(), permission)

    def library_key(self) -> LibraryLocatorV2:
        for value in self.kwargs.values():
            match value:
                case LibraryLocatorV2():
                    return value
                case LibraryUsageLocatorV2() | LibraryContainerLocator():
                    return library_key_of(value)
        raise ImproperlyConfigured(f"The URL of {type(self).__name__} names no library.")
