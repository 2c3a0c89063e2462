"""Every face has all settings of a library."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from content_libraries import api
from content_libraries.libraries.admin import ContentLibraryAdmin
from content_libraries.libraries.models import ContentLibrary
from content_libraries.libraries.rest.serializers import (
    LibraryCreateSerializer,
    LibrarySerializer,
    LibraryUpdateSerializer,
)

SETTINGS = set(ContentLibrary.SETTINGS)
IN_THE_LEARNING_PACKAGE = {"title", "description"}


def keywords(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters)


def test_the_api_and_rest_have_every_setting() -> None:
    assert keywords(api.update_library) == {"library_key", "user"} | IN_THE_LEARNING_PACKAGE | SETTINGS
    assert keywords(api.create_library) >= IN_THE_LEARNING_PACKAGE | SETTINGS
    assert set(LibraryUpdateSerializer().fields) == IN_THE_LEARNING_PACKAGE | SETTINGS
    assert set(LibraryCreateSerializer().fields) >= IN_THE_LEARNING_PACKAGE | SETTINGS
    assert set(LibrarySerializer().fields) >= IN_THE_LEARNING_PACKAGE | SETTINGS


@pytest.mark.django_db
def test_the_admin_has_every_setting(library: ContentLibrary, admin_user: User, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = admin_user
    libraries = ContentLibraryAdmin(ContentLibrary, admin.site)
    form: Any = libraries.get_form(request, library, change=True)
    assert set(form.base_fields) == IN_THE_LEARNING_PACKAGE | SETTINGS
    new_form: Any = libraries.get_form(request, None, change=False)
    assert set(new_form.base_fields) == {"organization", "slug"} | IN_THE_LEARNING_PACKAGE | SETTINGS
