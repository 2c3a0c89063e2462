"""Licenses of components and containers over REST (wire: own-licenses)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import DraftChangeLog
from pytest_django import Settings

from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.libraries import api as libraries_api

from .client import LibraryClient
from .conftest import ActingAs

OWN = "/api/content_library/v1/"
CC_BY = "CC:4.0:BY"
ALL = "all-rights-reserved"
FIELDS = ("license", "license_text", "license_holder", "copyright_notice")


def change(lib: LibraryClient, name: str, **body: Any) -> Any:
    """Change a license at the endpoint of licenses."""
    return lib.http.patch(license_url(lib, name), body, format="json")


def license_url(lib: LibraryClient, name: str) -> str:
    key = lib.key(name)
    return f"{OWN}{'containers' if key.startswith('lct') else 'components'}/{key}/license/"


def own(lib: LibraryClient, name: str) -> dict[str, str]:
    """Return the own license of an item, without blank fields."""
    shown = lib.get(name)
    return {field: shown[field] for field in FIELDS if shown[field]}


def effective(lib: LibraryClient, name: str) -> tuple[str, str]:
    """Return the code of the license that counts, and what it comes from."""
    found = lib.get(name)["effective_license"]
    source = found["source"]
    return found["license"], source.split(":", 3)[3] if source.count(":") > 2 else "library"


@pytest.fixture(scope="module", autouse=True)
def shared_course(shared_lib: LibraryClient) -> None:
    """``html:h`` in ``unit:u`` in ``subsection:ss`` in ``section:s``; ``html:h`` also in ``unit:v``."""
    shared_lib.create("html:h")
    shared_lib.create("unit:u", children=["html:h"])
    shared_lib.create("unit:v", children=["html:h"])
    shared_lib.create("subsection:ss", children=["unit:u"])
    shared_lib.create("section:s", children=["subsection:ss"])


@pytest.fixture
def course(lib: LibraryClient) -> LibraryClient:
    """The library of all tests of this module, with what is nested there."""
    return lib


class TestEditing:
    @pytest.mark.parametrize("name", ["unit:u", "section:s", "html:h"])
    def test_a_license_makes_a_new_version_in_one_change_set(self, course: LibraryClient, name: str) -> None:
        logs, before = DraftChangeLog.objects.count(), course.get(name)["version_num"]
        body = {"license": "CC:3.0:BY:NC", "license_holder": "ACME", "copyright_notice": "© ACME"}
        answer = course.ok(change(course, name, **body))
        assert (answer["version_num"], DraftChangeLog.objects.count()) == (before + 1, logs + 1)
        assert own(course, name) == body
        assert answer == course.ok(course.http.get(license_url(course, name)))
        assert answer["effective_license"] == {
            **body,
            "license_text": "",
            "name": "Creative Commons Attribution-NonCommercial 3.0",
            "source": course.key(name),
        }
        assert course.is_changed(name)

    def test_the_container_endpoint_changes_title_and_license_together(self, course: LibraryClient) -> None:
        before = course.get("unit:u")["version_num"]
        body = {"display_name": "New", "license": CC_BY, "license_holder": "ACME"}
        answer = course.ok(course.http.patch(course.url("unit:u"), body, format="json"))
        assert (answer["display_name"], answer["license"], answer["version_num"]) == ("New", CC_BY, before + 1)
        answer = course.ok(course.http.patch(course.url("unit:u"), {"license": ""}, format="json"))
        assert (answer["display_name"], answer["license"], answer["license_holder"]) == ("New", "", "ACME")

    def test_a_patch_that_says_nothing_is_refused(self, course: LibraryClient) -> None:
        answer = course.http.patch(course.url("unit:u"), {}, format="json")
        assert (answer.status_code, answer.json()) == (400, {"display_name": ["This field is required."]})

    def test_spellings_of_courses_are_understood(self, course: LibraryClient) -> None:
        assert (
            course.ok(change(course, "unit:u", license="creative-commons: ver=4.0 BY SA"))["license"] == "CC:4.0:BY:SA"
        )

    def test_another_license_needs_a_text(self, course: LibraryClient) -> None:
        answer = change(course, "html:h", license="other")
        assert (answer.status_code, answer.json()) == (400, {"license_text": ["Say which license it is."]})
        course.ok(change(course, "html:h", license="other", license_text="Only on Mondays."))
        assert own(course, "html:h") == {"license": "other", "license_text": "Only on Mondays."}
        course.ok(change(course, "html:h", license_holder="ACME"))
        assert own(course, "html:h")["license_text"] == "Only on Mondays."
        assert change(course, "html:h", license=CC_BY, license_text="x").status_code == 400
        course.ok(change(course, "html:h", license=CC_BY))
        assert own(course, "html:h") == {"license": CC_BY, "license_holder": "ACME"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("license", "MIT"), ("license", "CC:4.0:NC"), ("license_holder", "x" * 501), ("copyright_notice", "x" * 5001)],
    )
    def test_bad_values_are_refused_and_nothing_is_written(self, course: LibraryClient, field: str, value: str) -> None:
        for name in ("unit:u", "html:h"):
            before = course.get(name)
            answer = change(course, name, **{field: value})
            assert (answer.status_code, list(answer.json())) == (400, [field])
            assert course.get(name) == before

    def test_unknown_fields_are_refused(self, course: LibraryClient) -> None:
        assert list(change(course, "unit:u", licence=CC_BY).json()) == ["licence"]

    def test_the_host_decides_which_licenses_there_are(self, course: LibraryClient, settings: Settings) -> None:
        settings.CONTENT_LIBRARIES_LICENSES = ("all-rights-reserved", "other")
        assert change(course, "unit:u", license=CC_BY).status_code == 400
        listed = course.ok(course.http.get(f"{OWN}licenses/"))
        assert listed == [
            {"license": "all-rights-reserved", "name": "All rights reserved"},
            {"license": "other", "name": "Another license"},
        ]

    def test_an_edit_of_an_older_version_is_a_conflict_with_the_difference(self, course: LibraryClient) -> None:
        base = course.get("html:h")["version_num"]
        course.ok(change(course, "html:h", license=CC_BY, base_version=base))
        answer = change(course, "html:h", license=ALL, base_version=base)
        assert answer.status_code == 409
        assert {"name": "license", "before": None, "after": CC_BY} in answer.json()["difference"]["settings"]
        assert own(course, "html:h") == {"license": CC_BY}

    def test_readers_read_and_only_editors_change(
        self, course: LibraryClient, acting_as: ActingAs, reader: User, stranger: User
    ) -> None:
        for name in ("unit:u", "html:h"):
            assert acting_as(reader).http.get(license_url(course, name)).status_code == 200
            assert change(acting_as(reader), name, license=CC_BY).status_code == 403
            assert acting_as(stranger).http.get(license_url(course, name)).status_code == 403
            assert own(course, name) == {}

    def test_a_deleted_item_has_to_be_restored_first(self, course: LibraryClient) -> None:
        course.delete("html:h")
        assert change(course, "html:h", license=CC_BY).status_code == 404


class TestVersions:
    def test_every_edit_of_a_component_keeps_its_license(self, course: LibraryClient) -> None:
        course.ok(change(course, "html:h", license=CC_BY, license_holder="ACME"))
        expected = {"license": CC_BY, "license_holder": "ACME"}
        course.set_olx("html:h", "<html>New</html>")
        assert own(course, "html:h") == expected
        asset = course.url("html:h", "assets/static/a.txt")
        course.ok(course.http.put(asset, {"content": SimpleUploadedFile("a.txt", b"a")}, format="multipart"))
        assert own(course, "html:h") == expected
        course.ok(course.http.delete(asset), 204)
        assert own(course, "html:h") == expected
        write = content.ComponentWrite("html", "h", "Imported", "<html>Imported</html>")
        content.write_items(OPERATOR, course.library, components=[write])
        assert own(course, "html:h") == expected
        course.delete("html:h")
        course.restore("html:h")
        assert own(course, "html:h") == expected

    def test_a_license_keeps_title_olx_and_children(self, course: LibraryClient) -> None:
        course.set_olx("html:h", '<html display_name="Title">Text</html>')
        course.ok(change(course, "html:h", license=CC_BY))
        course.ok(change(course, "unit:u", license=CC_BY))
        assert course.get("html:h", "olx/")["olx"] == '<html display_name="Title">Text</html>'
        assert course.get("html:h")["display_name"] == "Title"
        assert course.children("unit:u") == ["html:h"]

    @pytest.mark.parametrize("name", ["unit:u", "html:h"])
    def test_a_discard_brings_the_published_license_back(self, course: LibraryClient, name: str) -> None:
        course.ok(change(course, name, license=CC_BY))
        course.publish_all()
        course.ok(change(course, name, license=ALL))
        course.discard_all()
        assert own(course, name) == {"license": CC_BY}

    @pytest.mark.parametrize("name", ["unit:u", "html:h"])
    def test_undo_and_restore_bring_licenses_back(self, course: LibraryClient, name: str) -> None:
        course.ok(change(course, name, license=CC_BY, license_holder="ACME"))
        first = course.get(name)
        course.ok(change(course, name, license=ALL, license_holder=""))
        last = course.get(name)["last_change_set"]["uuid"]
        undone = course.http.post(f"{OWN}change_sets/{last}/undos/", {"on_conflict": "refuse"}, format="json")
        assert undone.status_code in (200, 201), undone.content
        assert own(course, name) == {"license": CC_BY, "license_holder": "ACME"}
        course.ok(change(course, name, license=ALL, license_holder=""))
        body = {"item_key": course.key(name), "version_num": first["version_num"]}
        restored = course.http.post(f"{OWN}version_restores/", body, format="json")
        assert restored.status_code in (200, 201), restored.content
        assert own(course, name) == {"license": CC_BY, "license_holder": "ACME"}

    @pytest.mark.parametrize("name", ["unit:u", "html:h"])
    def test_comparisons_show_licenses(self, course: LibraryClient, name: str) -> None:
        course.publish_all()
        course.ok(change(course, name, license=CC_BY, copyright_notice="© ACME"))
        body = {
            "item_key": course.key(name),
            "before": {"version": "published"},
            "after": {"version": "draft"},
        }
        answer = course.http.post(f"{OWN}comparisons/", body, format="json")
        assert answer.status_code == 200, answer.content
        assert answer.json()["difference"]["settings"] == [
            {"name": "copyright_notice", "before": None, "after": "© ACME"},
            {"name": "license", "before": None, "after": CC_BY},
        ]


class TestInheritance:
    def test_the_license_of_the_library_counts_where_nothing_else_is_said(self, course: LibraryClient) -> None:
        assert effective(course, "html:h") == (ALL, "library")
        libraries_api.update_library(course.library.library_key, user=OPERATOR, license=CC_BY)
        assert effective(course, "html:h") == (CC_BY, "library")
        assert effective(course, "section:s") == (CC_BY, "library")

    def test_the_nearest_license_above_counts(self, course: LibraryClient) -> None:
        course.ok(change(course, "section:s", license=CC_BY, license_holder="ACME"))
        assert effective(course, "html:h") == (CC_BY, "section:s")
        course.ok(change(course, "unit:u", license="CC0:1.0"))
        assert effective(course, "html:h") == ("CC0:1.0", "unit:u")
        assert effective(course, "subsection:ss") == (CC_BY, "section:s")
        course.ok(change(course, "html:h", license=ALL))
        assert effective(course, "html:h") == (ALL, "html:h")

    def test_the_strictest_license_counts_where_containers_disagree(self, course: LibraryClient) -> None:
        course.ok(change(course, "unit:u", license="CC:4.0:BY:NC:ND"))
        course.ok(change(course, "unit:v", license=CC_BY))
        assert effective(course, "html:h") == ("CC:4.0:BY:NC:ND", "unit:u")
        course.ok(change(course, "unit:u", license="CC0:1.0"))
        assert effective(course, "html:h") == (CC_BY, "unit:v")

    def test_holder_and_notice_belong_to_the_license(self, course: LibraryClient) -> None:
        course.ok(change(course, "section:s", license=CC_BY, license_holder="ACME", copyright_notice="© ACME"))
        course.ok(change(course, "unit:u", license_holder="Jo"))
        found = course.get("html:h")["effective_license"]
        assert (found["license"], found["license_holder"], found["copyright_notice"]) == (CC_BY, "Jo", "© ACME")
        course.ok(change(course, "html:h", license="CC0:1.0"))
        found = course.get("html:h")["effective_license"]
        assert (found["license"], found["license_holder"], found["copyright_notice"]) == ("CC0:1.0", "", "")

    def test_deleted_containers_say_nothing(self, course: LibraryClient) -> None:
        course.ok(change(course, "section:s", license=CC_BY))
        course.delete("section:s")
        assert effective(course, "html:h") == (ALL, "library")

    @pytest.mark.parametrize("count", [1, 30])
    def test_the_number_of_queries_does_not_depend_on_the_number_of_containers(
        self, course: LibraryClient, count: int
    ) -> None:
        for number in range(count):
            course.create(f"unit:u{number}", children=["html:h"])
            course.ok(change(course, f"unit:u{number}", license=CC_BY))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert effective(course, "html:h")[0] == CC_BY
        assert len(queries) <= 45


class TestOwnFields:
    """Types of blocks that have a license among their own fields keep it there."""

    def test_the_license_of_a_video_is_in_its_olx(self, lib: LibraryClient) -> None:
        lib.create("video:v")
        lib.set_olx("video:v", '<video display_name="V" license="creative-commons: ver=4.0 BY"/>')
        assert own(lib, "video:v") == {"license": CC_BY}
        lib.ok(change(lib, "video:v", license="CC:4.0:BY:NC", license_holder="ACME"))
        assert 'license="creative-commons: ver=4.0 BY NC"' in lib.get("video:v", "olx/")["olx"]
        assert own(lib, "video:v") == {"license": "CC:4.0:BY:NC", "license_holder": "ACME"}
        lib.ok(change(lib, "video:v", license=""))
        assert "license" not in lib.get("video:v", "olx/")["olx"]
        assert own(lib, "video:v") == {"license_holder": "ACME"}

    def test_a_license_in_the_olx_of_another_type_counts_until_it_is_changed(self, lib: LibraryClient) -> None:
        lib.set_olx("html:h", '<html license="all-rights-reserved">Text</html>')
        assert own(lib, "html:h") == {"license": ALL}
        lib.ok(change(lib, "html:h", license=CC_BY))
        assert lib.get("html:h", "olx/")["olx"] == "<html>Text</html>"
        assert own(lib, "html:h") == {"license": CC_BY}
