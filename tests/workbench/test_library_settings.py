"""Settings of a library, and deleting it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary

from .conftest import BOOSTED, Browse, Cost

pytestmark = pytest.mark.django_db

SETTINGS = "/libraries/lib:CL-TEST:lib1/settings/"
DELETE = "/libraries/lib:CL-TEST:lib1/delete/"


def test_settings_are_shown_and_saved(library: ContentLibrary, author: User, browse: Browse) -> None:
    client = browse(author)
    assert 'value="Library One"' in client.get(SETTINGS).content.decode()
    given = {"title": "Renamed", "description": "New", "license": "CC:4.0:BY", "allow_public_read": "on"}
    response = client.post(SETTINGS, given, headers=BOOSTED, follow=True)
    assert "The settings are saved." in response.content.decode()
    library = ContentLibrary.objects.get()
    assert (library.title, library.license) == ("Renamed", "CC:4.0:BY")
    assert (library.allow_public_read, library.allow_public_learning) == (True, False)


def test_a_title_that_is_too_long_is_kept_and_explained(library: ContentLibrary, author: User, browse: Browse) -> None:
    response = browse(author).post(SETTINGS, {"title": "x" * 1000}, headers=BOOSTED)
    assert response.status_code == 400
    assert 'id="id_title_error"' in response.content.decode()
    assert ContentLibrary.objects.get().title == "Library One"


def test_readers_change_nothing(library: ContentLibrary, reader: User, browse: Browse) -> None:
    client = browse(reader)
    assert client.get(SETTINGS).status_code == 403
    assert client.post(SETTINGS, {"title": "Mine"}).status_code == 403
    assert client.post(DELETE, {"repeated": "lib:CL-TEST:lib1"}).status_code == 403
    assert ContentLibrary.objects.get().title == "Library One"


def test_only_who_may_delete_is_offered_it(library: ContentLibrary, author: User, staff: User, browse: Browse) -> None:
    assert DELETE not in browse(author).get(SETTINGS).content.decode()
    assert DELETE in browse(staff).get(SETTINGS).content.decode()


def test_a_library_is_deleted_by_whoever_types_its_key(library: ContentLibrary, staff: User, browse: Browse) -> None:
    client = browse(staff)
    refused = client.post(DELETE, {"repeated": "lib:CL-TEST:other"}, headers=BOOSTED)
    assert refused.status_code == 400
    assert "Nothing was deleted." in refused.content.decode()
    assert ContentLibrary.objects.exists()
    response = client.post(DELETE, {"repeated": "lib:CL-TEST:lib1"}, headers=BOOSTED, follow=True)
    assert response.redirect_chain == [("/libraries/", 302)]
    assert "The library lib:CL-TEST:lib1 is deleted." in response.content.decode()
    assert not ContentLibrary.objects.exists()


def test_the_page_has_few_queries(library: ContentLibrary, staff: User, browse: Browse, cost: Cost) -> None:
    cost(browse(staff), SETTINGS)
