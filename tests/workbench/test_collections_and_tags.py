"""Collections of a library, and the collections and tags of an item."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from openedx_tagging import api as tagging_api

from content_libraries.content import api as content
from content_libraries.keys import LibraryCollectionLocator, item_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging

from .conftest import BOOSTED, Browse, Cost

pytestmark = pytest.mark.django_db

COLLECTIONS = "/libraries/lib:CL-TEST:lib1/collections/"
ITEM = item_key("lb:CL-TEST:lib1:html:c1")


@pytest.fixture(autouse=True)
def _item(library: ContentLibrary, staff: User) -> None:
    content.create_component(library.library_key, user=staff, block_type="html", component_code="c1")


def test_a_collection_is_created_changed_deleted_and_restored(
    library: ContentLibrary, contributor: User, browse: Browse
) -> None:
    client = browse(contributor)
    assert "No collections yet" in client.get(COLLECTIONS).content.decode()
    given = {"title": "Biology", "description": "Of cells"}
    page = client.post(f"{COLLECTIONS}new/", given, headers=BOOSTED, follow=True).content.decode()
    assert "“Biology” is created." in page
    client.post(f"{COLLECTIONS}biology/", {"title": "Botany", "description": ""}, headers=BOOSTED)
    assert "Botany" in client.get(COLLECTIONS).content.decode()
    page = client.post(f"{COLLECTIONS}biology/delete/", follow=True).content.decode()
    assert "No collections yet" in page
    assert f'action="{COLLECTIONS}biology/restore/"' in page
    client.post(f"{COLLECTIONS}biology/restore/")
    assert "Botany" in client.get(COLLECTIONS).content.decode()


def test_a_blank_title_is_explained_and_the_rest_kept(contributor: User, browse: Browse) -> None:
    response = browse(contributor).post(f"{COLLECTIONS}new/", {"title": " ", "description": "Kept"}, headers=BOOSTED)
    assert response.status_code == 400
    assert 'id="id_title_error"' in response.content.decode()
    assert "Kept" in response.content.decode()


def test_an_item_is_put_into_collections(library: ContentLibrary, contributor: User, browse: Browse) -> None:
    for title in ("One", "Two"):
        content.create_collection(library.library_key, user=contributor, title=title)
    client = browse(contributor)
    client.post(f"/items/{ITEM}/collections/", {"collections": ["two"]})
    assert [label.code for label in content.get_item(ITEM, user=contributor).collections] == ["two"]
    page = client.get(f"/items/{ITEM}/collections/").content.decode()
    assert page.count("checked") == 1
    client.post(f"/items/{ITEM}/collections/", {})
    assert content.get_item(ITEM, user=contributor).collections == ()


def test_tags_are_given_by_taxonomy(library: ContentLibrary, contributor: User, browse: Browse) -> None:
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    tagging.set_organizations(taxonomy, all_orgs=True)
    for value in ("Algebra", "Botany"):
        tagging_api.add_tag_to_taxonomy(taxonomy, value)
    client = browse(contributor)
    url = f"/items/{ITEM}/tags/"
    assert "Subjects" in client.get(url).content.decode()
    client.post(url, {"taxonomy-subjects": "Algebra\nBotany\n"})
    assert tagging.named_tags_of([str(ITEM)]) == {str(ITEM): {"subjects": ("Algebra", "Botany")}}
    refused = client.post(url, {"taxonomy-subjects": "Chemistry"}, headers=BOOSTED)
    assert refused.status_code == 400
    assert "Chemistry" in refused.content.decode()
    client.post(url, {"taxonomy-subjects": ""})
    assert tagging.named_tags_of([str(ITEM)]) == {}


def test_an_organization_without_taxonomies_is_told(contributor: User, browse: Browse) -> None:
    assert "No taxonomies yet" in browse(contributor).get(f"/items/{ITEM}/tags/").content.decode()


def test_readers_change_nothing(library: ContentLibrary, staff: User, reader: User, browse: Browse) -> None:
    content.create_collection(library.library_key, user=staff, title="One")
    client = browse(reader)
    assert client.post(f"{COLLECTIONS}new/", {"title": "Mine"}).status_code == 403
    assert client.post(f"{COLLECTIONS}one/", {"title": "Mine"}).status_code == 403
    assert client.post(f"{COLLECTIONS}one/delete/").status_code == 403
    assert client.post(f"/items/{ITEM}/collections/", {"collections": ["one"]}).status_code == 403
    assert client.post(f"/items/{ITEM}/tags/", {}).status_code == 403
    one = content.get_collection(LibraryCollectionLocator(library.library_key, "one"), user=staff)
    assert (one.title, one.entity_pks) == ("One", ())


def test_the_number_of_queries_does_not_depend_on_the_number_of_collections(
    library: ContentLibrary, staff: User, browse: Browse, cost: Cost
) -> None:
    urls = (COLLECTIONS, f"/items/{ITEM}/collections/")
    content.create_collection(library.library_key, user=staff, title="One")
    few = [cost(browse(staff), url) for url in urls]
    for number in range(20):
        content.create_collection(library.library_key, user=staff, title=f"More {number}")
    assert [cost(browse(staff), url) for url in urls] == few
