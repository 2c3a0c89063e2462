"""Copying, and reading the clipboard (wire: containers-publish, clipboard-read, clipboard-copy, clipboard-olx)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_tagging import api as tagging_api

from content_libraries.clipboard.api import StagedStatus
from content_libraries.clipboard.models import StagedContent
from content_libraries.olx.api import parse_block
from tests.conftest import CommitRunner, MemberFactory
from tests.content.client import LibraryClient
from tests.content.conftest import ActingAs

CLIPBOARD = "/api/content-staging/v1/clipboard/"
EMPTY = {"content": None, "source_usage_key": "", "source_context_title": "", "source_edit_url": ""}
FORBIDDEN = {"detail": "You do not have permission to perform this action."}


def copy(client: LibraryClient, name: str) -> Any:
    if client.key(name).startswith("lct"):
        return client.http.post(client.url(name, "copy/"))
    return client.http.post(CLIPBOARD, {"usage_key": client.key(name)}, format="json")


def clipboard(client: LibraryClient) -> Any:
    return client.ok(client.http.get(CLIPBOARD))


def olx_of(client: LibraryClient) -> str:
    response = client.http.get(clipboard(client)["content"]["olx_url"])
    assert response.status_code == 200
    return str(response.content.decode())


def test_an_empty_clipboard(lib: LibraryClient) -> None:
    assert clipboard(lib) == EMPTY


def test_the_clipboard_needs_a_user(acting_as: ActingAs) -> None:
    nobody = acting_as(None)
    assert nobody.http.get(CLIPBOARD).status_code == 401
    assert copy(nobody, "problem:p1").status_code == 401
    assert nobody.http.get("/api/content-staging/v1/staged-content/1/olx").status_code == 401


def test_a_copied_component(lib: LibraryClient, staff: User) -> None:
    lib.create("problem:p1")
    lib.set_olx("problem:p1", '<problem display_name="My problem"><![CDATA[1 < 2]]></problem>')
    answer = lib.ok(copy(lib, "problem:p1"))
    content = dict(answer["content"])
    assert content.pop("created").endswith("Z")
    number = content.pop("id")
    assert content == {
        "user_id": staff.pk,
        "purpose": "clipboard",
        "status": "ready",
        "block_type": "problem",
        "block_type_display": "Problem",
        "olx_url": f"http://testserver/api/content-staging/v1/staged-content/{number}/olx",
        "display_name": "My problem",
    }
    assert {name: answer[name] for name in EMPTY if name != "content"} == {
        "source_usage_key": "lb:CL-TEST:lib1:problem:p1",
        "source_context_title": "lib:CL-TEST:lib1",
        "source_edit_url": "",
    }
    assert clipboard(lib) == answer


def test_the_olx_of_a_copy(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.set_olx("problem:p1", '<?xml version="1.0"?>\n<problem display_name="P"><![CDATA[1 < 2]]></problem>')
    copy(lib, "problem:p1")
    response = lib.http.get(clipboard(lib)["content"]["olx_url"])
    assert response.headers["Content-Type"] == "application/vnd.openedx.xblock.v1.problem+xml"
    assert response.headers["Content-Disposition"] == 'attachment; filename="p1.xml"'
    assert response.content.decode() == (
        '<problem display_name="P" url_name="p1" copied_from_block="lb:CL-TEST:lib1:problem:p1"'
        ' copied_from_version="2"><![CDATA[1 < 2]]></problem>'
    )


def test_a_copy_is_a_snapshot(lib: LibraryClient) -> None:
    lib.create("html:h1")
    copy(lib, "html:h1")
    before = olx_of(lib)
    lib.set_olx("html:h1", "<html>later</html>")
    lib.delete("html:h1")
    assert olx_of(lib) == before


def test_a_copied_container_nests_all_that_is_below_it(lib: LibraryClient) -> None:
    for name in ("problem:p1", "html:h1", "html:gone"):
        lib.create(name)
    lib.create("unit:u1", "Unit & one", children=["problem:p1", "html:gone", "html:h1", "problem:p1"])
    lib.create("subsection:s1", "Subsection", children=["unit:u1"])
    lib.create("section:t1", "Section", children=["subsection:s1", "subsection:s1"])
    lib.delete("html:gone")
    assert lib.ok(copy(lib, "section:t1")) == {}
    content = clipboard(lib)["content"]
    assert (content["block_type"], content["block_type_display"], content["display_name"]) == (
        "chapter",
        "Section",
        "Section",
    )
    section = parse_block(olx_of(lib))
    assert section.attributes == {
        "display_name": "Section",
        "copied_from_block": "lct:CL-TEST:lib1:section:t1",
        "copied_from_version": "2",
    }
    assert [child.tag for child in section.children] == ["sequential", "sequential"]
    (unit,) = section.children[0].children
    assert (unit.tag, unit.attributes["display_name"]) == ("vertical", "Unit & one")
    assert [child.attributes["copied_from_block"] for child in unit.children] == [
        lib.key("problem:p1"),
        lib.key("html:h1"),
        lib.key("problem:p1"),
    ]
    assert [child.url_name for child in unit.children] == ["p1", "h1", ""]


def test_tags_are_kept_with_the_copy(lib: LibraryClient) -> None:
    lib.create("html:h1")
    lib.create("html:h2")
    lib.create("unit:u1", children=["html:h1", "html:h2"])
    taxonomy = tagging_api.create_taxonomy("Subjects")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Maths")
    tagging_api.tag_object(lib.key("html:h1"), taxonomy, ["Maths"])
    copy(lib, "unit:u1")
    assert StagedContent.objects.get().tags == {
        lib.key("html:h1"): {str(taxonomy.pk): ["Maths"]},
        lib.key("html:h2"): {},
    }


def test_the_next_copy_lets_the_last_one_expire(lib: LibraryClient, run_on_commit: CommitRunner) -> None:
    lib.create("html:h1")
    lib.create("unit:u1")
    first = lib.ok(copy(lib, "html:h1"))["content"]["olx_url"]
    with run_on_commit():
        copy(lib, "unit:u1")
        assert list(StagedContent.objects.order_by("pk").values_list("status", flat=True)) == [
            StagedStatus.EXPIRED,
            StagedStatus.READY,
        ]
        assert lib.http.get(first).status_code == 404
    assert clipboard(lib)["content"]["block_type"] == "vertical"
    assert StagedContent.objects.count() == 1
    assert lib.http.get(first).status_code == 404


def test_each_user_has_a_clipboard(lib: LibraryClient, acting_as: ActingAs, author: User) -> None:
    lib.create("html:h1")
    url = lib.ok(copy(lib, "html:h1"))["content"]["olx_url"]
    other = acting_as(author)
    assert clipboard(other) == EMPTY
    response = other.http.get(url)
    assert (response.status_code, response.json()) == (403, FORBIDDEN)
    lib.ok(copy(other, "html:h1"))
    assert lib.http.get(url).status_code == 200


def test_staged_content_that_is_unknown_or_not_ready(lib: LibraryClient) -> None:
    lib.create("html:h1")
    url = lib.ok(copy(lib, "html:h1"))["content"]["olx_url"]
    assert lib.http.get("/api/content-staging/v1/staged-content/999999/olx").status_code == 404
    StagedContent.objects.update(status=StagedStatus.LOADING)
    assert lib.http.get(url).status_code == 404
    assert clipboard(lib)["content"]["status"] == "loading"


@pytest.mark.parametrize(
    ("key", "status", "answer"),
    [
        ("nonsense", 400, ["Invalid usage key"]),
        ("lct:CL-TEST:lib1:unit:u1", 400, ["Invalid usage key"]),
        ("block-v1:a+b+c+type@chapter+block@x", 400, ["Requested XBlock tree is too large"]),
        ("block-v1:a+b+c+type@sequential+block@x", 400, ["Requested XBlock tree is too large"]),
        ("block-v1:a+b+c+type@course+block@course", 400, ["Requested XBlock tree is too large"]),
        ("lib-block-v1:a+b+type@html+block@x", 400, ["Invalid usage_key for the content."]),
        ("block-v1:a+b+c+type@html+block@x", 404, {"detail": "Not found."}),
        ("lb:CL-TEST:lib1:html:unknown", 404, {"detail": "Not found."}),
        ("lb:CL-TEST:unknown:html:h1", 404, {"detail": "Not found."}),
    ],
)
def test_what_cannot_be_copied(lib: LibraryClient, key: str, status: int, answer: Any) -> None:
    response = lib.http.post(CLIPBOARD, {"usage_key": key}, format="json")
    assert (response.status_code, response.json()) == (status, answer)


def test_a_copy_has_to_say_what(lib: LibraryClient) -> None:
    response = lib.http.post(CLIPBOARD, {}, format="json")
    assert (response.status_code, response.json()) == (400, {"usage_key": ["This field is required."]})


def test_what_is_deleted_or_unknown_is_not_copied(lib: LibraryClient) -> None:
    for name in ("html:h1", "unit:u1"):
        lib.create(name)
        lib.delete(name)
        assert copy(lib, name).status_code == 404
    assert copy(lib, "unit:unknown").status_code == 404
    assert clipboard(lib) == EMPTY


def test_who_may_copy(lib: LibraryClient, acting_as: ActingAs, stranger: User, make_member: MemberFactory) -> None:
    lib.create("html:h1")
    lib.create("unit:u1", children=["html:h1"])
    for role in ("library_user", "library_contributor", "read"):
        member = acting_as(make_member(lib.library, role))
        for name in ("html:h1", "unit:u1"):
            lib.ok(copy(member, name))
    for name in ("html:h1", "unit:u1", "html:unknown", "unit:unknown"):
        response = copy(acting_as(stranger), name)
        assert (response.status_code, response.json()) == (403, FORBIDDEN)


@pytest.mark.parametrize("count", [3, 20])
def test_copying_a_section_takes_a_constant_number_of_queries(
    lib: LibraryClient, count: int, django_assert_max_num_queries: Any
) -> None:
    names = [f"html:h{number}" for number in range(count)]
    for name in names:
        lib.create(name)
    lib.create("unit:u1", children=names)
    lib.create("subsection:s1", children=["unit:u1"])
    lib.create("section:t1", children=["subsection:s1"])
    with django_assert_max_num_queries(32):
        lib.ok(copy(lib, "section:t1"))
