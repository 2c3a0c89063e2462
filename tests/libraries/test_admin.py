"""Libraries in the Django admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import LibraryFactory, UserFactory

URL = "/admin/content_libraries/contentlibrary/"


@pytest.fixture
def client(make_user: UserFactory) -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def form(library: ContentLibrary, **values: str) -> dict[str, str]:
    """The change form as it is sent back, with the grants as they are."""
    grants = list(library.permission_grants.all())
    data = {
        "license": library.license,
        "permission_grants-TOTAL_FORMS": str(len(grants)),
        "permission_grants-INITIAL_FORMS": str(len(grants)),
    }
    for number, grant in enumerate(grants):
        data |= {
            f"permission_grants-{number}-id": str(grant.pk),
            f"permission_grants-{number}-library": str(library.pk),
            f"permission_grants-{number}-user": str(grant.user_id or ""),
            f"permission_grants-{number}-access_level": grant.access_level,
        }
    return data | values


def test_libraries_are_found_and_listed_in_a_constant_number_of_queries(
    client: Client, make_library: LibraryFactory
) -> None:
    counts = []
    for total in (2, 12):
        for number in range(ContentLibrary.objects.count(), total):
            make_library(f"lib{number}", org=f"Org{number % 2}", title=f"Title {number}")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(URL).content.decode()
        assert page.count('class="field-library_key"') == total
        counts.append(len(queries))

    assert counts[0] == counts[1]
    found = client.get(URL, {"q": "Title 7"}).content.decode()
    assert "lib:Org1:lib7" in found
    assert "lib:Org1:lib9" not in found
    assert client.get(URL, {"org__id__exact": "0"}).content.decode().count('class="field-library_key"') == 0


def test_flags_and_grants_can_be_changed_but_not_the_key(
    client: Client, library: ContentLibrary, stranger: User
) -> None:
    url = f"{URL}{library.pk}/change/"
    answer = client.post(
        url,
        form(
            library,
            **{
                "slug": "other",
                "license": "CC:4.0:BY",
                "allow_public_read": "on",
                "permission_grants-TOTAL_FORMS": "2",
                "permission_grants-1-library": str(library.pk),
                "permission_grants-1-user": str(stranger.pk),
                "permission_grants-1-access_level": "author",
            },
        ),
    )

    assert answer.status_code == 302
    library.refresh_from_db()
    assert (library.slug, library.license, library.allow_public_read) == ("lib1", "CC:4.0:BY", True)
    assert library.permission_grants.get(user=stranger).access_level == "author"


def test_libraries_are_not_created_here(client: Client) -> None:
    assert client.get(f"{URL}add/").status_code == 403


def test_deleting_one_or_several_deletes_their_content(client: Client, make_library: LibraryFactory) -> None:
    one, two, three = (make_library(slug) for slug in ("one", "two", "three"))

    assert client.get(f"{URL}{one.pk}/delete/").status_code == 200
    client.post(f"{URL}{one.pk}/delete/", {"post": "yes"})
    client.post(URL, {"action": "delete_selected", "_selected_action": [two.pk, three.pk], "post": "yes"})

    assert not ContentLibrary.objects.exists()
    package_model = ContentLibrary._meta.get_field("learning_package").related_model
    assert not package_model._default_manager.exists()
