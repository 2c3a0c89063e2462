"""Files of components over HTTP (wire: components-files, events)."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries.content.assets import MAX_FILE_SIZE
from content_libraries.keys import component_key
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import MemberFactory

from .client import LibraryClient
from .conftest import ActingAs
from .recorder import Record, once

PIC = "static/pic.png"
NAME = "html:h"


def url(lib: LibraryClient, path: str, name: str = NAME) -> str:
    return lib.url(name, f"assets/{quote(path)}")


def put(lib: LibraryClient, path: str = PIC, data: bytes = b"PNG", name: str = NAME) -> Any:
    body = {"content": SimpleUploadedFile("upload.bin", data)}
    return lib.http.put(url(lib, path, name), body, format="multipart")


def upload(lib: LibraryClient, path: str = PIC, data: bytes = b"PNG", name: str = NAME) -> Any:
    return lib.ok(put(lib, path, data, name))


def paths(lib: LibraryClient, name: str = NAME) -> list[str]:
    return [file["path"] for file in lib.get(name, "assets/")["files"]]


def content_of(lib: LibraryClient, asset: Any) -> bytes:
    response: Any = lib.http.get(asset["url"])
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.fixture(scope="module")
def shared_html(shared_lib: LibraryClient) -> None:
    shared_lib.create(NAME)


@pytest.fixture
def html(shared_html: None, lib: LibraryClient) -> LibraryClient:
    """The library, with the component ``html:h``, as all tests begin with it."""
    return lib


def test_an_uploaded_file_is_described_with_an_absolute_url_of_its_version(html: LibraryClient) -> None:
    asset = upload(html, data=b"12345")
    assert (asset["path"], asset["size"]) == (PIC, 5)
    root, _, rest = asset["url"].partition("/component_versions/")
    uuid, _, path = rest.partition("/")
    assert (root, path) == ("http://testserver/library_assets", PIC)
    assert str(UUID(uuid)) == uuid
    assert html.get(NAME, f"assets/{PIC}") == asset
    assert html.get(NAME, "assets/") == {"files": [asset]}


def test_files_are_listed_by_path_and_the_olx_is_no_file(html: LibraryClient) -> None:
    assert html.get(NAME, "assets/") == {"files": []}
    for path in ("static/b.png", "other.txt", "static/a.png"):
        upload(html, path)
    assert paths(html) == ["other.txt", "static/a.png", "static/b.png"]
    assert html.status_of(NAME, "assets/block.xml") == 404


@pytest.mark.parametrize("path", ["static/größe-ꜟ.png", "static/sub/folder/x.png", "top.txt", "a&b#c?d%e+f.txt"])
def test_any_other_path_works(html: LibraryClient, path: str) -> None:
    asset = upload(html, path, b"bytes")
    assert asset["path"] == path
    assert html.ok(html.http.get(url(html, path))) == asset
    assert content_of(html, asset) == b"bytes"


def test_spaces_become_underscores_on_upload_only(html: LibraryClient) -> None:
    assert upload(html, "static/my pic.png")["path"] == "static/my_pic.png"
    assert html.http.get(url(html, "static/my pic.png")).status_code == 404
    html.ok(html.http.delete(url(html, "static/my pic.png")), 204)
    assert paths(html) == ["static/my_pic.png"]


def test_an_encoded_slash_is_a_slash(html: LibraryClient) -> None:
    encoded = html.url(NAME, "assets/static%2Fpic.png")
    body = {"content": SimpleUploadedFile("x", b"PNG")}
    assert html.ok(html.http.put(encoded, body, format="multipart"))["path"] == PIC
    assert html.ok(html.http.get(encoded))["path"] == PIC
    html.ok(html.http.delete(encoded), 204)
    assert paths(html) == []


@pytest.mark.parametrize(
    "path",
    [
        "/static/x.png",
        "static/x/",
        "static//x.png",
        "static/../x.png",
        "..",
        "../../etc/passwd",
        "static/x.png\t",
        "static\\x.png",
        "static/\x00.png",
        "block.xml",
        "Block.xml",
        "block.xml/x.png",
        "static/ends with a dot.",
        "static/folder./x.png",
        "static/" + "x" * 256,
        "é" * 255 + "/" + "x" * 200,
        "/".join("x" * 27),
        "x" * 501,
    ],
)
def test_paths_that_are_not_allowed(html: LibraryClient, path: str) -> None:
    olx = html.get(NAME, "olx/")
    response = put(html, path)
    assert (response.status_code, response.json()) == (400, ["Invalid file path"])
    assert (paths(html), html.get(NAME, "olx/")) == ([], olx)


@pytest.mark.parametrize("path", ["data:a/b/c,", "data:a+b+c/d,x", "static/data:a+b+c,", "x.tar.gz", "noextension"])
def test_a_name_cannot_choose_a_strange_media_type(html: LibraryClient, path: str) -> None:
    asset = upload(html, path)
    assert html.http.get(asset["url"])["Content-Type"] in {"application/octet-stream", "text/plain"}


@pytest.mark.parametrize("too_many", [1, 3 * 1024 * 1024])
def test_a_file_that_is_too_big(html: LibraryClient, too_many: int) -> None:
    response = put(html, data=bytes(MAX_FILE_SIZE + too_many))
    assert (response.status_code, response.json()) == (400, ["File too big"])
    assert paths(html) == []


@pytest.mark.parametrize("size", [0, MAX_FILE_SIZE])
def test_the_smallest_and_the_largest_file(html: LibraryClient, size: int) -> None:
    assert upload(html, data=bytes(size))["size"] == size


def test_the_file_is_required_in_a_form(html: LibraryClient) -> None:
    response = html.http.put(url(html, PIC), {}, format="multipart")
    assert (response.status_code, response.json()) == (400, {"content": ["No file was submitted."]})
    assert html.http.put(url(html, PIC), {"content": "text"}, format="multipart").status_code == 400
    response = html.http.put(url(html, PIC), {"content": "x"}, format="json")
    assert response.status_code == 415
    assert response.json() == {"detail": 'Unsupported media type "application/json" in request.'}


def test_an_upload_overwrites_and_keeps_the_rest(html: LibraryClient) -> None:
    html.set_olx(NAME, '<html display_name="Title">text</html>')
    upload(html, "static/other.png", b"other")
    first = upload(html, data=b"first")
    html.publish(NAME)
    second = upload(html, data=b"second")
    assert first["url"] != second["url"]
    assert (content_of(html, first), content_of(html, second)) == (b"first", b"second")
    assert paths(html) == ["static/other.png", PIC]
    assert html.get(NAME)["display_name"] == "Title"
    assert html.get(NAME, "olx/") == {"olx": '<html display_name="Title">text</html>'}
    assert html.is_changed(NAME)


def test_each_edit_changes_the_urls_and_older_urls_keep_working(html: LibraryClient) -> None:
    asset = upload(html, data=b"bytes")
    html.set_olx(NAME, "<html>new</html>")
    after_edit = html.get(NAME, f"assets/{PIC}")
    html.ok(html.http.delete(url(html, PIC)), 204)
    assert asset["url"] != after_edit["url"]
    assert content_of(html, asset) == content_of(html, after_edit) == b"bytes"


def test_an_upload_starts_from_the_draft_and_not_from_what_was_discarded(html: LibraryClient) -> None:
    upload(html, "static/kept.png")
    html.publish_all()
    upload(html, "static/discarded.png")
    html.set_olx(NAME, "<html>discarded</html>")
    html.discard_all()
    upload(html, "static/new.png")
    assert paths(html) == ["static/kept.png", "static/new.png"]
    assert html.get(NAME, "olx/") == {"olx": "<html />"}


def test_deleting_makes_a_version_even_where_there_is_no_such_file(html: LibraryClient) -> None:
    upload(html)
    upload(html, "static/other.png")
    for path in (PIC, PIC, "static/../x", "block.xml"):
        html.publish(NAME)
        response = html.http.delete(url(html, path))
        assert (response.status_code, response.content) == (204, b"")
        assert html.is_changed(NAME)
        assert paths(html) == ["static/other.png"]
    assert html.get(NAME, "olx/") == {"olx": "<html />"}


def test_a_deleted_component_has_no_files_and_an_edit_brings_it_back(html: LibraryClient) -> None:
    upload(html)
    html.delete(NAME)
    assert html.get(NAME, "assets/") == {"files": []}
    assert html.status_of(NAME, f"assets/{PIC}") == 404
    upload(html, "static/new.png")
    assert paths(html) == ["static/new.png", PIC]
    assert html.status_of(NAME) == 200


@pytest.mark.parametrize("name", ["html:unknown", "problem:h"])
def test_an_unknown_component(html: LibraryClient, name: str) -> None:
    not_found = {"detail": "Not found."}
    for response in (
        html.http.get(html.url(name, "assets/")),
        html.http.get(url(html, PIC, name)),
        put(html, name=name),
        html.http.delete(url(html, PIC, name)),
    ):
        assert (response.status_code, response.json()) == (404, not_found)


def test_uploads_that_began_at_the_same_time_both_survive(html: LibraryClient, library: ContentLibrary) -> None:
    package_pk = library.learning_package_id
    assert package_pk is not None
    seen_by_both = learning_core.find_item(package_pk, component_key(html.key(NAME)))
    for path in ("static/one.png", "static/two.png"):
        learning_core.save_files(package_pk, seen_by_both.pk, {path: b"x"}, author_pk=None)
    assert paths(html) == ["static/one.png", "static/two.png"]


def test_each_edit_announces_the_component_and_what_contains_it_once(html: LibraryClient, record: Record) -> None:
    html.create("unit:u", children=[NAME])
    html.create("subsection:s", children=["unit:u"])
    updated = once("block updated", NAME) + once("container updated", "unit:u", "subsection:s")
    assert record(lambda: upload(html)) == updated
    assert record(lambda: html.http.delete(url(html, PIC))) == updated
    assert record(lambda: html.http.delete(url(html, PIC))) == updated
    assert record(lambda: put(html, "..")) == Counter()
    assert record(lambda: put(html, data=bytes(MAX_FILE_SIZE + 1))) == Counter()


def test_listing_costs_the_same_queries_for_any_number_of_files(html: LibraryClient) -> None:
    costs = []
    for count in (1, 6):
        for number in range(count):
            upload(html, f"static/{number}.png")
        with CaptureQueriesContext(connection) as queries:
            assert len(paths(html)) == count
        costs.append(len(queries))
    assert costs[0] == costs[1]


READ = {"list": 200, "get": 200, "put": 403, "delete": 403}
NOTHING = dict.fromkeys(READ, 403)
EVERYTHING = {"list": 200, "get": 200, "put": 200, "delete": 204}


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("anonymous", dict.fromkeys(READ, 401)),
        ("stranger", NOTHING),
        ("library_user", READ),
        ("library_contributor", EVERYTHING),
        ("library_author", EVERYTHING),
        ("library_admin", EVERYTHING),
        ("read", READ),
        ("author", EVERYTHING),
        ("admin", EVERYTHING),
        ("staff", EVERYTHING),
    ],
)
def test_who_may_do_what(
    caller: str,
    expected: dict[str, int],
    html: LibraryClient,
    library: ContentLibrary,
    acting_as: ActingAs,
    staff: User,
    stranger: User,
    make_member: MemberFactory,
) -> None:
    upload(html)
    users = {"anonymous": None, "stranger": stranger, "staff": staff}
    client = acting_as(users[caller] if caller in users else make_member(library, caller))
    answers = {
        "list": client.status_of(NAME, "assets/"),
        "get": client.status_of(NAME, f"assets/{PIC}"),
        "put": put(client).status_code,
        "delete": client.http.delete(url(client, PIC)).status_code,
    }
    assert answers == expected
    unknown = put(client, name="html:unknown").status_code
    assert unknown == (404 if expected is EVERYTHING else expected["put"])
