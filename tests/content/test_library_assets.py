"""Downloading files of components (wire: components-download; ADR 0012)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import MemberFactory

from .client import LibraryClient
from .conftest import ActingAs
from .test_assets_rest import NAME, PIC, html, shared_html, upload

__all__ = ["html", "shared_html"]

UNICODE = "static/größe.png"


def draft_url(lib: LibraryClient, path: str = PIC, name: str = NAME) -> str:
    return f"/library_assets/blocks/{quote(lib.key(name))}/{quote(path)}"


@pytest.fixture
def version_url(html: LibraryClient) -> str:
    """The URL of ``static/pic.png`` of ``html:h``, in the version that has it."""
    asset_url: str = upload(html, data=b"PNG bytes")["url"]
    return asset_url


def body_of(response: Any) -> bytes:
    assert response.status_code == 200
    assert response.streaming
    return b"".join(response.streaming_content)


def test_a_file_comes_with_its_headers(html: LibraryClient, version_url: str) -> None:
    response = html.http.get(version_url)
    assert body_of(response) == b"PNG bytes"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == "9"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["Content-Security-Policy"] == "frame-ancestors 'self';"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == 'inline; filename="pic.png"'
    assert response["ETag"].startswith('"')
    assert "X-Frame-Options" not in response


def test_the_draft_url_follows_the_draft_and_is_asked_again(html: LibraryClient, version_url: str) -> None:
    first = html.http.get(draft_url(html))
    assert body_of(first) == b"PNG bytes"
    assert first["Cache-Control"] == "private, no-cache"
    upload(html, data=b"new")
    again = html.http.get(draft_url(html), HTTP_IF_NONE_MATCH=first["ETag"])
    assert body_of(again) == b"new"
    assert body_of(html.http.get(version_url)) == b"PNG bytes"


@pytest.mark.parametrize("kind", ["version", "draft"])
def test_head_has_the_same_headers_and_no_body(html: LibraryClient, version_url: str, kind: str) -> None:
    url = version_url if kind == "version" else draft_url(html)
    head, get = html.http.head(url), html.http.get(url)
    assert (head.status_code, head.content) == (200, b"")
    own_to_each = {"X-Request-ID"}
    assert head.headers.keys() == get.headers.keys()
    assert {name: head[name] for name in head.headers.keys() - own_to_each} == {
        name: get[name] for name in get.headers.keys() - own_to_each
    }


def test_what_the_client_has_is_not_sent_again(html: LibraryClient, version_url: str) -> None:
    for url in (version_url, draft_url(html)):
        response = html.http.get(url)
        cached = html.http.get(url, HTTP_IF_NONE_MATCH=response["ETag"])
        assert (cached.status_code, cached.content) == (304, b"")
        assert (cached["ETag"], cached["Cache-Control"]) == (response["ETag"], response["Cache-Control"])
        assert html.http.get(url, HTTP_IF_NONE_MATCH='"other"').status_code == 200


def test_frontends_of_the_site_may_frame_files(html: LibraryClient, version_url: str, settings: Settings) -> None:
    settings.CORS_ORIGIN_WHITELIST = ["https://old.example.com"]
    settings.CORS_ALLOWED_ORIGINS = ["https://apps.example.com"]
    policy = html.http.get(version_url)["Content-Security-Policy"]
    assert policy == "frame-ancestors 'self' https://apps.example.com https://old.example.com;"


@pytest.mark.parametrize(
    ("path", "is_sandboxed"),
    [
        ("static/x.html", True),
        ("static/x.svg", True),
        ("static/x.js", True),
        ("static/x.xml", True),
        ("static/x.xhtml", True),
        ("static/x.unknown", True),
        ("static/x.jpg", False),
        ("static/x.mp4", False),
        ("static/x.mp3", False),
        ("static/x.pdf", False),
    ],
)
def test_what_could_run_is_in_a_sandbox(html: LibraryClient, path: str, is_sandboxed: bool) -> None:
    response = html.http.get(upload(html, path)["url"])
    assert response.status_code == 200
    directives = [directive.strip() for directive in response["Content-Security-Policy"].split(";")]
    assert ("sandbox" in directives) == is_sandboxed


@pytest.mark.parametrize("accept", ["image/avif", "text/html", "application/json"])
def test_files_are_served_whatever_type_is_asked_for(html: LibraryClient, version_url: str, accept: str) -> None:
    assert html.http.get(version_url, HTTP_ACCEPT=accept).status_code == 200
    assert html.http.get(version_url + "x", HTTP_ACCEPT=accept).status_code == 404


def test_names_may_be_unicode(html: LibraryClient) -> None:
    asset = upload(html, UNICODE, b"x")
    assert quote(UNICODE) in asset["url"]
    for url in (asset["url"], draft_url(html, UNICODE)):
        assert body_of(html.http.get(url)) == b"x"


@pytest.mark.parametrize(
    "path",
    [
        "block.xml",
        "pic.png",
        "static/Pic.png",
        "static/unknown.png",
        "static/../static/pic.png",
        "static//pic.png",
        "/static/pic.png",
        "../../../../etc/passwd",
        "static/pic.png/",
        "static/pic.png\x00",
    ],
)
def test_only_the_exact_path_of_a_file_is_found(html: LibraryClient, version_url: str, path: str) -> None:
    for url in (version_url.replace(PIC, quote(path)), draft_url(html, path)):
        response = html.http.get(url)
        assert (response.status_code, response.json()) == (404, {"detail": "Not found."})
        assert html.http.head(url).status_code == 404


def test_the_olx_is_not_downloadable_even_where_it_is_long(html: LibraryClient, version_url: str) -> None:
    html.set_olx(NAME, f"<html>{'x' * 60_000}</html>")
    version = html.get(NAME, f"assets/{PIC}")["url"]
    assert html.http.get(version.replace(PIC, "block.xml")).status_code == 404
    assert html.http.get(draft_url(html, "block.xml")).status_code == 404


def test_unknown_versions_and_components(html: LibraryClient, version_url: str) -> None:
    assert html.http.get(f"/library_assets/component_versions/{uuid4()}/{PIC}").status_code == 404
    assert html.http.get(f"/library_assets/component_versions/nonsense/{PIC}").status_code == 404
    assert html.http.get(draft_url(html, name="html:unknown")).status_code == 404
    assert html.http.get(f"/library_assets/blocks/nonsense/{PIC}").status_code == 404
    html.delete(NAME)
    assert html.http.get(draft_url(html)).status_code == 404
    assert html.http.get(version_url).status_code == 200


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("anonymous", 401),
        ("stranger", 403),
        ("library_user", 200),
        ("library_contributor", 200),
        ("library_author", 200),
        ("library_admin", 200),
        ("read", 200),
        ("author", 200),
        ("admin", 200),
        ("staff", 200),
    ],
)
def test_who_may_download(
    caller: str,
    status: int,
    html: LibraryClient,
    version_url: str,
    library: ContentLibrary,
    acting_as: ActingAs,
    staff: User,
    stranger: User,
    make_member: MemberFactory,
) -> None:
    users = {"anonymous": None, "stranger": stranger, "staff": staff}
    client = acting_as(users[caller] if caller in users else make_member(library, caller))
    for url in (version_url, draft_url(html)):
        for method in (client.http.get, client.http.head):
            assert method(url).status_code == status
    if status != 200:
        assert client.http.get(draft_url(html, name="html:unknown")).status_code == status
        assert client.http.get(version_url, HTTP_IF_NONE_MATCH="*").status_code == status


def test_a_download_costs_the_same_queries_for_any_number_of_files(html: LibraryClient, version_url: str) -> None:
    costs = []
    for number in range(0, 20, 10):
        for extra in range(number):
            upload(html, f"static/{extra}.png")
        with CaptureQueriesContext(connection) as queries:
            body_of(html.http.get(draft_url(html)))
        costs.append(len(queries))
    assert costs[0] == costs[1]
