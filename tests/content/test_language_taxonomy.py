"""The language of content is a tag of a taxonomy that every site has."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from openedx_tagging.models import Taxonomy
from rest_framework.test import APIClient

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory
from tests.content.client import LibraryClient

pytestmark = pytest.mark.django_db

TAGGING = "/api/content_tagging/v1/"


def create(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("create_language_taxonomy", "--json", stdout=out, **options)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


@pytest.fixture
def lib(library: ContentLibrary, author: User, api_client: ClientFactory) -> LibraryClient:
    return LibraryClient(library, api_client(author))


@pytest.fixture
def http(lib: LibraryClient) -> APIClient:
    return lib.http


def test_authors_of_every_organization_choose_from_it(http: APIClient) -> None:
    pk = create()["taxonomy"]
    (listed,) = http.get(f"{TAGGING}taxonomies/?enabled=true&org=CL-TEST").json()["results"]
    assert (listed["id"], listed["name"], listed["export_id"]) == (pk, "Languages", "languages-v1")
    assert (listed["all_orgs"], listed["enabled"], listed["can_tag_object"]) == (True, True, True)
    tags = http.get(f"{TAGGING}taxonomies/{pk}/tags/?full_depth_threshold=1000").json()["results"]
    assert {tag["external_id"]: tag["value"] for tag in tags}.items() >= {"fr": "French", "sw": "Swahili"}.items()


def test_the_language_of_a_component_is_a_tag(lib: LibraryClient, http: APIClient) -> None:
    pk = create()["taxonomy"]
    lib.create("html:h1")
    key = "lb:CL-TEST:lib1:html:h1"
    body = {"tagsData": [{"taxonomy": pk, "tags": ["French"]}]}
    assert http.put(f"{TAGGING}object_tags/{key}/", body, format="json").status_code == 200
    (tagged,) = http.get(f"{TAGGING}object_tags/{key}/").json()[key]["taxonomies"]
    assert (tagged["name"], [tag["value"] for tag in tagged["tags"]]) == ("Languages", ["French"])


def test_nobody_edits_the_languages(staff: User, api_client: ClientFactory) -> None:
    created = create()
    url = f"{TAGGING}taxonomies/{created['taxonomy']}/tags/"
    response = api_client(staff).post(url, {"tag": "Nonsense"}, format="json")
    assert (response.status_code, "read-only" in response.content.decode()) == (400, True)
    assert create() == created


def test_a_second_time_only_what_is_missing_is_added(staff: User, api_client: ClientFactory) -> None:
    first = create()
    taxonomy = Taxonomy.objects.get(pk=first["taxonomy"])
    taxonomy.tag_set.get(external_id="fr").delete()
    german = taxonomy.tag_set.get(external_id="de")
    german.value = "Deutsch"
    german.save()
    Taxonomy.objects.filter(pk=taxonomy.pk).update(name="Sprachen")
    assert create() == {**first, "name": "Sprachen"}
    assert set(taxonomy.tag_set.filter(external_id__in=["fr", "de"]).values_list("value", flat=True)) == {
        "French",
        "Deutsch",
    }


def test_only_the_staff_of_the_site_creates_it(author: User) -> None:
    with pytest.raises(CommandError, match="staff"):
        create(user=author.username)
