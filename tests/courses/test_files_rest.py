"""Files of courses over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import ComponentVersionMedia
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses import edits
from tests.conftest import ClientFactory

from .building import COURSE_KEY

pytestmark = pytest.mark.django_db

FILES = f"/api/content_library/v1/courses/{COURSE_KEY}/files/"
SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture
def client(course: None, make_course_member: Callable[..., User], api_client: ClientFactory) -> APIClient:
    return api_client(make_course_member("course_staff"))


def put(client: APIClient, path: str, data: bytes = b"data", **fields: str) -> Any:
    body = {"content": SimpleUploadedFile("upload", data), **fields}
    return client.put(FILES + path, body, format="multipart")


def paths(*, published: bool = False) -> set[str]:
    return set(api.list_course_files(COURSE_KEY, user=OPERATOR, published=published))


def test_a_file_is_added_listed_read_and_deleted(client: APIClient) -> None:
    added = put(client, "static/a b/ü.txt", b"one")
    file = {"path": "static/a b/ü.txt", "media_type": "text/plain", "size": 3}
    assert (added.status_code, {**added.json(), **file}) == (200, added.json())
    listed = client.get(FILES).json()
    assert (listed["count"], listed["results"]) == (1, [added.json()])

    answer = client.get(FILES + "static/a b/ü.txt")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"one", "text/plain")
    assert answer["ETag"] == f'"{added.json()["digest"]}"'
    again = client.get(FILES + "static/a b/ü.txt", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    assert put(client, "static/a b/ü.txt", b"two").json()["digest"] != added.json()["digest"]
    assert client.get(FILES + "static/a b/ü.txt").content == b"two"
    assert [client.delete(FILES + "static/a b/ü.txt").status_code for _ in range(2)] == [204, 204]
    assert client.get(FILES + "static/a b/ü.txt").status_code == 404


def test_the_published_version_of_files(client: APIClient) -> None:
    put(client, "static/a.txt", b"old")
    api.publish_course(COURSE_KEY, user=OPERATOR)
    put(client, "static/a.txt", b"new")
    put(client, "static/b.txt")
    assert client.get(FILES + "static/a.txt?version=published").content == b"old"
    assert client.get(FILES + "static/b.txt?version=published").status_code == 404
    assert client.get(FILES + "?version=published").json()["count"] == 1
    assert client.get(FILES + "?version=old").status_code == 400


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.js"])
def test_no_file_is_a_page_of_the_site(client: APIClient, name: str) -> None:
    put(client, f"static/{name}", SCRIPT)
    answer = client.get(FILES + f"static/{name}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    "path", ["a.png", "static/", "static//a", "static/a%00b", "static/a%09b", "static/a%5Cb", "static/" + "a" * 500]
)
def test_paths_that_are_refused(client: APIClient, path: str) -> None:
    answer = put(client, path)
    assert (answer.status_code, list(answer.json())) == (400, ["path"])
    assert client.get(FILES + path).status_code == 404
    assert client.delete(FILES + path).status_code == 204
    assert paths() == set()


def test_what_is_no_upload(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "content": client.put(FILES + "static/a", {}, format="multipart"),
        "surprise": put(client, "static/a", surprise="1"),
        "data": put(client, "policies/policy.json", b"[]"),
    }
    assert {name: (answer.status_code, list(answer.json())) for name, answer in answers.items()} == {
        name: (400, [name]) for name in answers
    }
    monkeypatch.setattr(edits, "MEDIA_LIMIT_BYTES", 3)
    too_large = put(client, "static/a", b"1234")
    assert (too_large.status_code, list(too_large.json())) == (400, ["content"])
    assert put(client, "static/empty", b"").json()["size"] == 0
    assert paths() == {"static/empty"}


def test_lists_are_pages_of_a_constant_number_of_queries(client: APIClient) -> None:
    costs: list[list[int]] = []
    for size in (2, 30):
        for number in range(size):
            api.write_course_file(COURSE_KEY, f"static/{number:02}.txt", b"%d" % number, user=OPERATOR)
        client.get(FILES)
        costs.append([])
        for address in (FILES, FILES + "static/01.txt"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            costs[-1].append(len(queries))
    assert costs[0] == costs[1]
    assert max(costs[0]) < 15
    page = client.get(FILES + "?page=2&page_size=20").json()
    assert [file["path"] for file in page["results"]] == [f"static/{number}.txt" for number in range(20, 30)]


def test_a_download_lists_the_files_of_the_course_once(client: APIClient) -> None:
    api.write_course_file(COURSE_KEY, "static/a.txt", b"a", user=OPERATOR)
    for published in (False, True):
        query = "?version=published" if published else ""
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{FILES}static/a.txt{query}").content == b"a"
        lists = [query["sql"] for query in queries if ComponentVersionMedia._meta.db_table in query["sql"]]
        assert len(lists) == 1
        api.publish_course(COURSE_KEY, user=OPERATOR)


@pytest.mark.parametrize("role", ["course_editor", "course_auditor", "stranger", "anonymous"])
def test_who_may_do_what(
    course: None, role: str, stranger: User, make_course_member: Callable[..., User], api_client: ClientFactory
) -> None:
    api.write_course_file(COURSE_KEY, "static/a", b"a", user=OPERATOR)
    people = {"stranger": stranger, "anonymous": None}
    user = people[role] if role in people else make_course_member(role)
    client = api_client(user)
    reads = [client.get(FILES).status_code, client.get(FILES + "static/a").status_code]
    writes = [put(client, "static/b").status_code, client.delete(FILES + "static/a").status_code]
    assert (reads, writes) == {
        "course_editor": ([200, 200], [200, 204]),
        "course_auditor": ([200, 200], [403, 403]),
        "stranger": ([403, 403], [403, 403]),
        "anonymous": ([401, 401], [401, 401]),
    }[role]
    assert client.get(FILES.replace("+Run", "+None")).status_code == (401 if user is None else 403)
