"""The list of libraries, and creating one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.content import api as content
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import LibraryFactory

from .conftest import BOOSTED, Browse, Cost

pytestmark = pytest.mark.django_db


def shown(client: Client, query: str = "") -> str:
    response = client.get(f"/libraries/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_member_sees_their_libraries_with_sizes(
    library: ContentLibrary, make_library: LibraryFactory, staff: User, reader: User, browse: Browse
) -> None:
    make_library("other", title="Not for readers")
    for code in ("one", "two"):
        content.create_component(library.library_key, user=staff, block_type="html", component_code=code)
    page = shown(browse(reader))
    assert "Library One" in page
    assert '<td class="wb-number">2</td>' in page
    assert "Not for readers" not in page
    assert "New library" not in page


def test_the_list_is_searched_filtered_and_ordered(make_library: LibraryFactory, staff: User, browse: Browse) -> None:
    make_library("b", title="Algebra")
    make_library("a", title="Botany", org="OTHER")
    client = browse(staff)
    assert "Botany" not in shown(client, "?q=algebra")
    assert "Algebra" not in shown(client, "?org=OTHER")
    by_title = shown(client, "?order=title")
    assert by_title.index("Algebra") < by_title.index("Botany")
    assert "No library matches" in shown(client, "?q=nothing")
    assert "Algebra" in shown(client, "?order=nonsense")


def test_the_search_is_kept_on_the_page(make_library: LibraryFactory, staff: User, browse: Browse) -> None:
    make_library(title="Algebra")
    assert 'value="algebra"' in shown(browse(staff), "?q=algebra")


def test_who_has_no_library_is_told_what_to_do(stranger: User, browse: Browse) -> None:
    assert "The administrator of a library can give you one." in shown(browse(stranger))


def test_titles_are_text(make_library: LibraryFactory, staff: User, browse: Browse) -> None:
    make_library(title="<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in shown(browse(staff))


def test_a_library_is_created_and_shown(staff: User, browse: Browse) -> None:
    given = {"title": "Chemistry", "org": "CL-TEST", "slug": "chem", "license": "CC:4.0:BY"}
    response = browse(staff).post("/libraries/new/", given, headers=BOOSTED, follow=True)
    assert response.redirect_chain == [("/libraries/lib:CL-TEST:chem/", 302)]
    page = response.content.decode()
    assert "“Chemistry” is created." in page
    assert ContentLibrary.objects.get(slug="chem").license == "CC:4.0:BY"


@pytest.mark.parametrize(
    ("given", "field"), [({"slug": "not a slug"}, "slug"), ({"title": ""}, "title"), ({"slug": "lib1"}, "slug")]
)
def test_an_input_that_breaks_a_rule_is_kept_with_words_at_its_field(
    library: ContentLibrary, staff: User, browse: Browse, given: dict[str, str], field: str
) -> None:
    values = {"title": "Kept title", "org": "CL-TEST", "slug": "fresh"} | given
    response = browse(staff).post("/libraries/new/", values, headers=BOOSTED)
    assert response.status_code == 400
    page = response.content.decode()
    assert f'id="id_{field}_error"' in page
    assert f'value="{values["slug"]}"' in page
    assert ContentLibrary.objects.count() == 1


def test_who_may_not_create_is_told_so(stranger: User, browse: Browse) -> None:
    response = browse(stranger).post("/libraries/new/", {"title": "T", "org": "CL-TEST", "slug": "s"})
    assert response.status_code == 403
    assert "may not create libraries" in response.content.decode()
    assert not ContentLibrary.objects.exists()


def test_the_number_of_queries_does_not_depend_on_the_number_of_libraries(
    make_library: LibraryFactory, staff: User, browse: Browse, cost: Cost
) -> None:
    client = browse(staff)
    make_library("a")
    few = cost(client, "/libraries/")
    for number in range(60):
        make_library(f"b{number}")
    assert cost(client, "/libraries/") == few
    assert "Page 2 of 2" in shown(client, "?page=2")
