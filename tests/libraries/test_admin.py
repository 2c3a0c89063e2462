"""Libraries in the Django admin."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from content_libraries.search.tasks import reindex_search
from tests.conftest import LibraryFactory, UserFactory, give_role

URL = "/admin/content_libraries/contentlibrary/"


def add_items(library: ContentLibrary, user: User) -> None:
    """A unit, a text ``h1`` and a problem ``p1``."""
    key = library.library_key
    api.create_component(key, user=user, block_type="html", component_code="h1")
    api.create_component(key, user=user, block_type="problem", component_code="p1")
    api.create_container(key, user=user, container_type="unit", title="Unit")


def columns(client: Client, *names: str) -> list[str]:
    """These columns of the only row of the list."""
    page = client.get(URL).content.decode()
    return [text for name in names for text in re.findall(rf'class="field-{name}[^"]*">(.*?)</td>', page)]


@pytest.fixture
def client(make_user: UserFactory) -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def form(library: ContentLibrary, **values: str) -> dict[str, str]:
    """The change form as it is sent back, with the grants as they are."""
    grants = list(library.permission_grants.all())
    data = {
        "title": library.title,
        "license": library.license,
        "permission_grants-TOTAL_FORMS": str(len(grants)),
        "permission_grants-INITIAL_FORMS": str(len(grants)),
    }
    for number, grant in enumerate(grants):
        data |= {
            f"permission_grants-{number}-id": str(grant.pk),
            f"permission_grants-{number}-library": str(library.pk),
            f"permission_grants-{number}-access_level": grant.access_level,
        }
    return data | values


def test_libraries_are_found_and_listed_in_a_constant_number_of_queries(
    client: Client, make_library: LibraryFactory, staff: User
) -> None:
    counts = []
    for total in (2, 6):
        for number in range(ContentLibrary.objects.count(), total):
            library = make_library(f"lib{number}", org=f"Org{number % 2}", title=f"Title {number}")
            add_items(library, staff)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(URL).content.decode()
        assert page.count('class="field-name"') == total
        counts.append(len(queries))

    assert counts[0] == counts[1]
    found = client.get(URL, {"q": "Title 3"}).content.decode()
    assert "lib:Org1:lib3" in found
    assert "lib:Org1:lib5" not in found
    assert client.get(URL, {"org__id__exact": "0"}).content.decode().count('class="field-name"') == 0


def test_sizes_by_kind_and_what_is_not_published(client: Client, library: ContentLibrary, staff: User) -> None:
    add_items(library, staff)
    assert columns(client, "size", "unpublished", "last_published") == ["1 unit, 2 components", "3", "never"]
    api.publish_all(library.library_key, user=staff)
    api.delete_item(api.component_key("lb:CL-TEST:lib1:html:h1"), user=staff)
    assert columns(client, "size", "unpublished") == ["1 unit, 1 component", "1"]


@pytest.mark.parametrize(("unpublished", "found"), [("yes", ["lib:CL-TEST:changed"]), ("no", ["lib:CL-TEST:clean"])])
def test_those_with_unpublished_changes_are_found(
    client: Client, make_library: LibraryFactory, staff: User, unpublished: str, found: list[str]
) -> None:
    clean, changed = make_library("clean"), make_library("changed")
    for library in (clean, changed):
        add_items(library, staff)
    api.publish_all(clean.library_key, user=staff)
    rows = client.get(URL, {"unpublished": unpublished}).context["cl"].result_list
    assert [str(row) for row in rows] == found


def test_several_are_published_each_on_its_own(client: Client, make_library: LibraryFactory, staff: User) -> None:
    full, empty = make_library("full"), make_library("empty")
    add_items(full, staff)
    action = {"action": "publish_libraries", "_selected_action": [full.pk, empty.pk], "post": "yes"}
    answer = client.post(URL, action, follow=True).content.decode()
    assert "Published lib:CL-TEST:full." in answer
    assert "Nothing was to be published in lib:CL-TEST:empty." in answer
    assert not api.library_summary(staff, full).has_unpublished_changes


def test_a_publish_shows_what_it_would_publish_and_asks(
    client: Client, make_library: LibraryFactory, staff: User
) -> None:
    full, empty = make_library("full"), make_library("empty")
    add_items(full, staff)
    api.publish_all(full.library_key, user=staff)
    text = api.component_key("lb:CL-TEST:full:html:h1")
    api.delete_item(api.component_key("lb:CL-TEST:full:problem:p1"), user=staff)
    api.set_olx(text, user=staff, olx='<html display_name="Cells">Tiny</html>')
    api.create_component(full.library_key, user=staff, block_type="html", component_code="h2")
    page = client.post(URL, {"action": "publish_libraries", "_selected_action": [full.pk, empty.pk]})
    nothing, shown = page.content.decode().split("</section>")[:2]
    for line in (
        "deleted: “Blank Problem” (lb:CL-TEST:full:problem:p1)",
        "changed: “Cells” (lb:CL-TEST:full:html:h1)",
        "new: “Text” (lb:CL-TEST:full:html:h2)",
    ):
        assert line in shown
    assert "Nothing is to be done." in nothing
    assert api.library_summary(staff, full).has_unpublished_changes
    assert re.findall(r'name="_selected_action" value="(\d+)"', page.content.decode()) == [str(full.pk)]


def test_documents_of_a_library_are_made_anew(
    client: Client, library: ContentLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(reindex_search, "delay", sent.append)
    client.post(URL, {"action": "reindex_selected", "_selected_action": [library.pk]})
    assert sent == ["lib:CL-TEST:lib1"]


def test_the_staff_of_the_api_is_the_staff_here(library: ContentLibrary, staff: User, author: User) -> None:
    pages = Client()
    pages.force_login(staff)
    assert pages.get(URL).status_code == 200
    assert pages.get(f"{URL}{library.pk}/change/").status_code == 200
    pages.force_login(author)
    assert pages.get(URL).status_code == 302


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
                "permission_grants-1-user": stranger.username,
                "permission_grants-1-access_level": "author",
            },
        ),
    )

    assert answer.status_code == 302
    library.refresh_from_db()
    assert (library.slug, library.license, library.allow_public_read) == ("lib1", "CC:4.0:BY", True)
    assert library.permission_grants.get(user=stranger).access_level == "author"


def test_members_are_shown_by_name_in_a_constant_number_of_queries(
    client: Client, library: ContentLibrary, make_user: UserFactory
) -> None:
    counts = []
    for names in (["kim", "lou"], ["mia", "ned", "oda", "pip", "quin"]):
        for name in names:
            library.permission_grants.create(user=make_user(name), access_level="read")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{URL}{library.pk}/change/").content.decode()
        assert all(f'value="{name}"' in page for name in names)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nothing_leads_where_staff_may_not_go(library: ContentLibrary, staff: User, client: Client) -> None:
    client.force_login(staff)
    assert "/admin/auth/" not in client.get(f"{URL}{library.pk}/change/").content.decode()


@pytest.mark.parametrize(("field", "message"), [("user", "no user of this name"), ("group", "no group of this name")])
def test_whom_nobody_knows_is_refused_at_the_field(
    client: Client, library: ContentLibrary, field: str, message: str
) -> None:
    new = {
        "permission_grants-TOTAL_FORMS": "2",
        "permission_grants-1-library": str(library.pk),
        f"permission_grants-1-{field}": "nobody",
        "permission_grants-1-access_level": "author",
    }
    page = client.post(f"{URL}{library.pk}/change/", form(library, **new)).content.decode()
    assert message in page
    assert "Choose either a user or a group." not in page


def test_blanks_around_a_name_do_not_count(client: Client, library: ContentLibrary, make_user: UserFactory) -> None:
    make_user("amy")
    new = {
        "permission_grants-TOTAL_FORMS": "2",
        "permission_grants-1-library": str(library.pk),
        "permission_grants-1-user": " amy ",
        "permission_grants-1-group": "  ",
        "permission_grants-1-access_level": "author",
    }
    assert client.post(f"{URL}{library.pk}/change/", form(library, **new)).status_code == 302
    assert library.permission_grants.get(user__username="amy").access_level == "author"


def test_a_group_gets_a_level(client: Client, library: ContentLibrary) -> None:
    group = Group.objects.create(name="Biology teachers")
    new = {
        "permission_grants-TOTAL_FORMS": "2",
        "permission_grants-1-library": str(library.pk),
        "permission_grants-1-group": group.name,
        "permission_grants-1-access_level": "read",
    }
    assert client.post(f"{URL}{library.pk}/change/", form(library, **new)).status_code == 302
    assert library.permission_grants.get(group=group).access_level == "read"
    assert f'value="{group.name}"' in client.get(f"{URL}{library.pk}/change/").content.decode()


def test_the_only_administrator_stays(client: Client, library: ContentLibrary) -> None:
    sent = form(library, **{"license": "CC:4.0:BY", "permission_grants-0-access_level": "read"})
    answer = client.post(f"{URL}{library.pk}/change/", sent, follow=True)
    assert "Cannot change or remove the access level for the only admin." in answer.content.decode()
    library.refresh_from_db()
    assert (library.license, library.permission_grants.get().access_level) == ("", "admin")


def test_who_is_removed_loses_the_roles_too(
    client: Client, library: ContentLibrary, staff: User, make_user: UserFactory
) -> None:
    amy = make_user("amy")
    api.set_user_level(library.library_key, user=staff, member=amy, level=AccessLevel.AUTHOR)
    give_role(amy, "library_author", str(library.library_key))
    number = [grant.user for grant in library.permission_grants.all()].index(amy)
    client.post(f"{URL}{library.pk}/change/", form(library, **{f"permission_grants-{number}-DELETE": "on"}))
    assert not api.may(amy, library, api.Permission.EDIT)


def test_a_grant_is_of_a_user_or_of_a_group(client: Client, library: ContentLibrary) -> None:
    new = {
        "permission_grants-TOTAL_FORMS": "2",
        "permission_grants-1-library": str(library.pk),
        "permission_grants-1-access_level": "author",
    }
    answer = client.post(f"{URL}{library.pk}/change/", form(library, **new))
    assert "Choose either a user or a group." in answer.content.decode()
    assert library.permission_grants.count() == 1


NEW = {"organization": "Bio", "slug": "cells", "title": "Cells", "description": "All about cells", "license": ""}


def test_a_library_is_created_with_title_and_description(client: Client) -> None:
    assert 'href="/admin/content_libraries/contentlibrary/add/"' in client.get(URL).content.decode()
    page = client.post(f"{URL}add/", {**NEW, "allow_public_read": "on", "_continue": "1"}, follow=True)
    library = ContentLibrary.objects.get()
    assert page.redirect_chain == [(f"{URL}{library.pk}/change/", 302)]
    summary = api.library_summary(OPERATOR, library)
    assert (str(library), library.title, summary.description) == ("lib:Bio:cells", "Cells", "All about cells")
    assert library.allow_public_read
    assert library.permission_grants.get().user == page.context["user"]


@pytest.mark.parametrize(("typed", "found"), [("lib:Org1:li", 1), ("plants", 1), ("lib", 2), ("nothing", 0)])
def test_keys_are_proposed_while_one_types(
    client: Client, make_library: LibraryFactory, typed: str, found: int
) -> None:
    make_library("lib1", org="Org1", title="Plants")
    make_library("lib2", org="Org2", title="Animals")
    proposals = client.get(f"{URL}proposals/library/", {"q": typed}).json()["proposals"]
    assert proposals[:1] == ([{"value": "lib:Org1:lib1", "label": "Plants"}] if found else [])
    assert len(proposals) == found


def test_organizations_are_proposed_and_proposals_are_for_staff(
    client: Client, library: ContentLibrary, author: User
) -> None:
    url = f"{URL}proposals/organization/"
    values = [proposal["value"] for proposal in client.get(url, {"q": "cl-t"}).json()["proposals"]]
    assert values == ["CL-TEST"]
    client.force_login(author)
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("slug", "lib1", "A library with that ID already exists."),
        ("slug", "no slug", "Enter a valid “slug”"),
        ("organization", "no org", "Enter a valid “slug”"),
        ("title", "  ", "This field is required."),
    ],
)
def test_what_no_library_can_have_is_said_at_the_field(
    client: Client, library: ContentLibrary, field: str, value: str, message: str
) -> None:
    page = client.post(f"{URL}add/", {**NEW, "organization": library.org.short_name, field: value})
    (error,) = page.context["adminform"].form.errors[field]
    assert message in error
    assert ContentLibrary.objects.get() == library


def test_title_and_description_are_edited(client: Client, library: ContentLibrary) -> None:
    url = f"{URL}{library.pk}/change/"
    assert f'value="{library.title}"' in client.get(url).content.decode()
    client.post(url, form(library, title="Plants", description="Green"))
    summary = api.library_summary(OPERATOR, api.get_library(library.library_key))
    assert (summary.library.title, summary.description) == ("Plants", "Green")


def test_deleting_one_or_several_deletes_their_content(client: Client, make_library: LibraryFactory) -> None:
    one, two, three = (make_library(slug) for slug in ("one", "two", "three"))

    assert client.get(f"{URL}{one.pk}/delete/").status_code == 200
    client.post(f"{URL}{one.pk}/delete/", {"post": "yes"})
    client.post(URL, {"action": "delete_selected", "_selected_action": [two.pk, three.pk], "post": "yes"})

    assert not ContentLibrary.objects.exists()
    package_model = ContentLibrary._meta.get_field("learning_package").related_model
    assert not package_model._default_manager.exists()
