"""Bodies and addresses of requests that cost more than they weigh, before anybody asks what they want."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.exceptions import ParseError

from content_libraries.rest.parsers import TextJSONParser
from tests.conftest import ClientFactory
from tests.content.client import LibraryClient

pytestmark = pytest.mark.django_db

MUCH = 30_000_000
"""Bytes that no answer to a small request needs."""

type Post = Callable[[str, bytes, str], int]


@pytest.fixture
def post(author: User, api_client: ClientFactory) -> Post:
    """Sends a body, and tells the status of the answer; the memory that it took was not much."""
    client = api_client(author)
    client.get("/api/libraries/v2/")  # the first request of a process loads the site

    def send(path: str, body: bytes, content_type: str = "application/json") -> int:
        tracemalloc.start()
        try:
            answer = client.post(path, body, content_type=content_type)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < MUCH
        return answer.status_code

    return send


def nested(depth: int) -> bytes:
    return b'{"title": ' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [nested(100), nested(5_000), nested(1_000_000), b'{"title": [' + b"[]," * 1_000_000 + b"[]]}"],
    ids=["deep", "deeper", "deepest", "many"],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7"])
def test_json_that_nests_or_counts_without_end_is_refused(
    post: Post, lib: LibraryClient, body: bytes, charset: str
) -> None:
    encoded = body.decode().encode(charset)
    assert post(lib.library_url("collections/"), encoded, f"application/json; charset={charset}") == 400


@pytest.mark.parametrize("charset", ["punycode", "idna", "undefined", "unicode_escape", "hex", "rot13", "no-such\xff"])
def test_charsets_that_take_hours_or_fail_are_refused(post: Post, lib: LibraryClient, charset: str) -> None:
    """Forms of nobody were decoded, too: 150 KB took a second and a half, and 1.5 MB a hundred times as long."""
    much = "a" * 1_000_000
    form = f'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n{much}\r\n--x--\r\n'.encode()
    assert Client().get("/login", CONTENT_TYPE=f"text/plain; charset={charset}").status_code == 400
    multipart = f"multipart/form-data; boundary=x; charset={charset}"
    assert Client().generic("POST", "/login", form, multipart).status_code == 400
    json_ = f'{{"title": "{much}"}}'.encode()
    assert post(lib.library_url("collections/"), json_, f"application/json; charset={charset}") == 400
    form = f"title={much}".encode()
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert post(lib.library_url("collections/"), form, kind) == 400


@pytest.mark.parametrize("charset", ["punycode", "undefined"])
def test_other_hosts_read_no_json_in_them(charset: str) -> None:
    with pytest.raises(ParseError):
        TextJSONParser().parse(BytesIO(b'{"title": "a"}'), "application/json", {"encoding": charset})


def test_the_answer_names_the_limit(lib: LibraryClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_REQUEST_MAX_VALUES = 10
    collections = lib.library_url("collections/")
    answer = lib.http.post(collections, {"title": "x", "description": list(range(20))}, format="json")
    assert answer.status_code == 400
    assert "more than 10 values" in answer.json()["detail"]
    lib.ok(lib.http.post(collections, {"title": "x", "description": "y"}, format="json"))


def test_packages_that_are_mounted_read_bodies_in_the_same_way(post: Post) -> None:
    assert post("/api/authz/v1/permissions/validate/me", nested(5_000), "application/json") == 400


def test_thousands_of_parameters_are_refused(author: User, api_client: ClientFactory, lib: LibraryClient) -> None:
    client = api_client(author)
    many = "&".join(f"block_type=t{number}" for number in range(20_000))
    for url in (lib.library_url("blocks/"), "/api/content_library/v1/search/", "/api/authz/v1/users/"):
        assert client.get(f"{url}?{many}").status_code == 400
    assert (
        client.post(lib.library_url("collections/"), many, content_type="application/x-www-form-urlencoded").status_code
        == 400
    )
    assert client.get("/admin/login/?" + many).status_code == 400
