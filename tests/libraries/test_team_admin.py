"""Teams in the Django admin: roles and levels in one list, and roles given, changed and taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openedx_authz.models.core import RoleAssignmentAudit

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.api import Permission, Role
from content_libraries.libraries.models import ContentLibrary
from tests.catalogs import add_catalog
from tests.conftest import CommitRunner, UserFactory, give_role

URL = "/admin/content_libraries/contentlibrarypermission/"
LIBRARY = "lib:CL-TEST:lib1"


@pytest.fixture
def client(make_user: UserFactory) -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def amy(make_user: UserFactory) -> User:
    return make_user("amy", email="amy@example.com")


def test_both_kinds_are_listed_with_what_they_allow(client: Client, library: ContentLibrary, contributor: User) -> None:
    page = client.get(URL, {"library": str(library.library_key)}).content.decode()
    for text in ("Library contributor", "Library administrator", "Administer", "view, edit, view the team<"):
        assert text in page


def test_they_are_narrowed(client: Client, library: ContentLibrary, contributor: User) -> None:
    page = client.get(URL, {"role": "library_contributor"})
    assert [entry.member for entry in page.context["entries"]] == ["library_contributor"]
    assert not client.get(URL, {"q": "nobody"}).context["entries"]
    assert "“x” is not" in client.get(URL, {"library": "x"}).content.decode()


def test_pages_cost_the_same(client: Client, library: ContentLibrary, make_user: UserFactory) -> None:
    counts = []
    for total in (3, 130):
        for number in range(library.permission_grants.count(), total):
            library.permission_grants.create(user=make_user(f"user{number}"), access_level="read")
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(URL).context["entries"]
        counts.append(len(queries))
    assert len(shown) == 100
    assert counts[0] == counts[1]


def test_nothing_is_written_here(client: Client, library: ContentLibrary) -> None:
    grant = library.permission_grants.get()
    assert client.get(f"{URL}add/").status_code == 403
    assert client.post(f"{URL}{grant.pk}/change/", {"access_level": "read"}).status_code == 403
    assert client.post(f"{URL}{grant.pk}/delete/", {"post": "yes"}).status_code == 403


class TestRoles:
    """The page where a role is given, changed or taken."""

    def send(self, client: Client, held: str = "", **data: str) -> Any:
        query = f"?library={LIBRARY}&member=amy&role={held}" if held else ""
        return client.post(f"{URL}role/{query}", data, follow=True)

    def listed(self, page: Any) -> list[str]:
        return [entry.name for entry in page.context["entries"] if entry.member == "amy"]

    @pytest.mark.parametrize("member", ["amy", "AMY@example.com"])
    def test_it_is_given(self, client: Client, library: ContentLibrary, amy: User, member: str) -> None:
        page = self.send(client, library=LIBRARY, member=member, role="library_author")
        assert "Gave amy the role Library author." in page.content.decode()
        assert self.listed(page) == ["library_author"]
        assert api.may(amy, library, Permission.PUBLISH)

    def test_it_is_changed_and_taken_where_it_is_listed(
        self, client: Client, library: ContentLibrary, amy: User
    ) -> None:
        give_role(amy, "library_author", LIBRARY)
        page = client.get(URL, {"q": "amy"}).content.decode()
        assert f'href="{URL}role/?library=lib%3ACL-TEST%3Alib1&amp;member=amy&amp;role=library_author"' in page
        assert self.listed(self.send(client, "library_author", role="library_user")) == ["library_user"]
        assert not api.may(amy, library, Permission.PUBLISH)
        assert self.listed(self.send(client, "library_user", role="library_user", _take="Take away")) == []
        assert not api.may(amy, library, Permission.VIEW)

    def test_a_role_of_the_organization_is_only_listed(
        self, client: Client, library: ContentLibrary, amy: User
    ) -> None:
        give_role(amy, "library_author", "lib:CL-TEST:*")
        page = client.get(URL, {"q": "amy"})
        assert self.listed(page) == ["library_author"]
        assert f"{URL}role/?" not in page.content.decode()
        assert "does not have the role" in self.send(client, "library_author", role="library_user").content.decode()

    def test_the_only_administrator_keeps_it(
        self, client: Client, library: ContentLibrary, staff: User, amy: User
    ) -> None:
        give_role(amy, "library_admin", LIBRARY)
        library.permission_grants.all().delete()
        api.take_role(library.library_key, user=OPERATOR, member=staff, role=Role.ADMIN)
        for data in ({"role": "library_user"}, {"role": "library_admin", "_take": "Take away"}):
            page = self.send(client, "library_admin", **data)
            assert "the only admin" in page.content.decode()
        assert api.may(amy, library, Permission.EDIT_TEAM)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"member": "nobody"}, "There is no user “nobody”."),
            ({"member": "shared@example.com"}, "Several users have the address"),
            ({"member": ""}, "This field is required."),
            ({"library": "x"}, "“x” is not the key of a library: it has to look like lib:ORG:SLUG."),
            ({"library": "lib:CL-TEST:none"}, "lib:CL-TEST:none"),
            ({"role": "library_owner"}, "Select a valid choice."),
        ],
    )
    def test_what_cannot_be_given_is_said(
        self,
        client: Client,
        library: ContentLibrary,
        amy: User,
        make_user: UserFactory,
        data: dict[str, str],
        message: str,
    ) -> None:
        for name in ("ann", "bea"):
            make_user(name, email="shared@example.com")
        page = self.send(client, **({"library": LIBRARY, "member": "amy", "role": "library_user"} | data))
        assert message in page.content.decode()
        assert "errornote" in page.content.decode()
        assert not api.may(amy, library, Permission.VIEW)

    def test_an_unknown_role_in_the_address_is_an_error_of_the_form(
        self, client: Client, library: ContentLibrary, amy: User
    ) -> None:
        assert "There is no role “x”." in self.send(client, "x", role="library_user").content.decode()

    def test_it_is_in_the_history_of_the_library_and_in_the_audit_log(
        self, client: Client, library: ContentLibrary, amy: User, run_on_commit: CommitRunner
    ) -> None:
        with run_on_commit():
            self.send(client, library=LIBRARY, member="amy", role="library_author")
        history = client.get(f"/admin/content_libraries/contentlibrary/{library.pk}/history/").content.decode()
        assert "Gave amy the role Library author." in history
        logged = RoleAssignmentAudit.objects.get(subject="user^amy")
        assert (logged.operation, logged.role_display) == ("created", "library_author")

    def test_the_history_is_in_the_language_of_the_site(
        self, client: Client, library: ContentLibrary, amy: User, tmp_path: Path, settings: Any
    ) -> None:
        texts = {"Gave %(member)s the role %(role)s.": "%(member)s hat die Rolle %(role)s.", "Library user": "Nutzer"}
        add_catalog(settings, tmp_path, "de", texts)
        for site, reader, role, said in (
            ("de", "en", "library_user", "amy hat die Rolle Nutzer."),
            ("en", "de", "library_author", "Gave amy the role Library author."),
        ):
            settings.LANGUAGE_CODE = site
            client.post(
                f"{URL}role/", {"library": LIBRARY, "member": "amy", "role": role}, headers={"accept-language": reader}
            )
            assert LogEntry.objects.latest("pk").get_change_message() == said

    def test_only_the_staff_of_the_site_gets_there(self, library: ContentLibrary, author: User, amy: User) -> None:
        pages = Client()
        pages.force_login(author)
        answer = pages.post(f"{URL}role/", {"library": LIBRARY, "member": "amy", "role": "library_admin"})
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")
        assert not api.may(amy, library, Permission.VIEW)
