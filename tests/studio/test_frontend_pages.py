"""A built frontend below ``/authoring/``."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db

SCRIPT = "app.0123456789abcdef0123.js"


@pytest.fixture(autouse=True)
def _build(tmp_path: Path, settings: Any) -> None:
    """A small stand-in for what the frontend's build writes, and a file beside it that is nobody's business."""
    dist = tmp_path / "dist"
    (dist / "static").mkdir(parents=True)
    (dist / "index.html").write_text(f'<!doctype html><div id="root"></div><script src="/authoring/{SCRIPT}"></script>')
    (dist / SCRIPT).write_text(
        f'start(); footer("https://logos.openedx.org/open-edx-logo-tag.png"); {"more(); " * 500}'
    )
    (dist / "app.css").write_text("body {}")
    (dist / "static" / "logo.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    settings.MFE_DIST = str(dist)
    settings.FRONTEND_COPIES = tmp_path / "copies"


def bytes_of(response: Any) -> bytes:
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return content


def body_of(response: Any) -> str:
    return bytes_of(response).decode()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "home",
        "libraries",
        "library/lib:DemoX:welcome",
        "library/lib:DemoX:welcome/components/lb:DemoX:welcome:html:a.b",
        "course/course-v1:DemoX+Reuse101+2026/libraries",
        "course/course-v1:DemoX+Scripting+node.js",
    ],
)
def test_every_page_gets_the_index_which_is_never_kept(client: Client, path: str) -> None:
    response = client.get(f"/authoring/{path}")
    assert response.status_code == 200
    assert 'id="root"' in body_of(response)
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "content_type"),
    [(SCRIPT, "text/javascript"), ("app.css", "text/css"), ("static/logo.svg", "image/svg+xml")],
)
def test_files_have_their_types(client: Client, path: str, content_type: str) -> None:
    response = client.get(f"/authoring/{path}")
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == content_type


def test_what_has_a_digest_in_its_name_is_kept_for_ever_and_the_rest_is_not(client: Client) -> None:
    assert "immutable" in client.get(f"/authoring/{SCRIPT}")["Cache-Control"]
    assert "immutable" not in client.get("/authoring/app.css")["Cache-Control"]


@pytest.mark.parametrize("ending", ["js", "mjs", "css", "json", "ttf", "woff2", "jpeg", "png", "webp", "webmanifest"])
def test_a_file_of_an_older_build_is_not_found(client: Client, ending: str) -> None:
    assert client.get(f"/authoring/app.ffffffffffffffffffff.{ending}").status_code == 404


def test_its_pages_may_be_framed_by_this_site_and_its_frontends_only(client: Client, settings: Any) -> None:
    """Pages of courses open the picker of library content in a frame."""
    settings.CORS_ALLOWED_ORIGINS = ["https://apps.example.com"]
    response = client.get("/authoring/component-picker?variant=published")
    assert response["Content-Security-Policy"] == "frame-ancestors 'self' https://apps.example.com"
    assert "X-Frame-Options" not in response


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "static/../../secret.txt",
        "//etc/passwd",
        "..\\secret.txt",
    ],
)
def test_nothing_outside_of_the_build_is_served(client: Client, path: str) -> None:
    response = client.get(f"/authoring/{path}")
    assert "secret" not in body_of(response).replace("secret.txt", "")
    assert response.status_code in {200, 404}


def test_a_site_without_a_frontend_says_so(client: Client, settings: Any) -> None:
    settings.MFE_DIST = ""
    assert client.get("/authoring/home").status_code == 404
    assert client.get(f"/authoring/{SCRIPT}").status_code == 404


def test_the_configuration_can_be_changed_by_the_site(client: Client, settings: Any) -> None:
    settings.FRONTEND_CONFIG = {"ADMIN_CONSOLE_URL": "https://console.example.com"}
    configuration = client.get("/api/mfe_config/v1?mfe=authoring").json()
    assert configuration["ADMIN_CONSOLE_URL"] == "https://console.example.com"
    assert configuration["STUDIO_BASE_URL"] == "http://testserver"


SWITCHES = ["ENABLE_COURSE_IMPORT_IN_LIBRARY", "ENABLE_TAGGING_TAXONOMY_PAGES", "ENABLE_GRADING_METHOD_IN_PROBLEMS"]


@pytest.mark.parametrize("switch", SWITCHES)
def test_what_the_site_can_do_is_switched_on(client: Client, switch: str) -> None:
    assert client.get("/api/mfe_config/v1?mfe=authoring").json()[switch] == "true"


@pytest.mark.parametrize("name", ["LOGO_URL", "LOGO_WHITE_URL", "LOGO_TRADEMARK_URL", "FAVICON_URL"])
def test_pictures_of_every_page_are_files_of_this_site(client: Client, name: str) -> None:
    url = client.get("/api/mfe_config/v1").json()[name]
    assert url.startswith("http://testserver/static/")
    assert finders.find(url.removeprefix("http://testserver/static/"))
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"


def test_basic_types_that_are_not_installed_are_named(client: Client, settings: Any) -> None:
    settings.BASIC_BLOCKS = ["html", "no-such-type", "problem"]
    assert client.get("/api/mfe_config/v1").json()["LIBRARY_UNSUPPORTED_BLOCKS"] == ["no-such-type"]


def test_this_site_has_all_basic_types(client: Client) -> None:
    assert client.get("/api/mfe_config/v1").json()["LIBRARY_UNSUPPORTED_BLOCKS"] == []


class TestCompression:
    """Files of a build are read by browsers in less than a third of their size."""

    def test_browsers_that_can_get_compressed_files(self, client: Client) -> None:
        plain = body_of(client.get(f"/authoring/{SCRIPT}"))
        answer = client.get(f"/authoring/{SCRIPT}", headers={"accept-encoding": "gzip, br"})
        packed = bytes_of(answer)
        assert answer["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer["Vary"]
        assert int(answer["Content-Length"]) == len(packed) < len(plain) / 3
        assert gzip.decompress(packed).decode() == plain
        assert "immutable" in answer["Cache-Control"]

    def test_others_get_them_as_they_are(self, client: Client) -> None:
        answer = client.get(f"/authoring/{SCRIPT}")
        assert "Content-Encoding" not in answer
        assert body_of(answer).startswith("start();")

    def test_the_build_itself_is_left_alone(self, client: Client, settings: Any) -> None:
        client.get(f"/authoring/{SCRIPT}")
        assert sorted(path.name for path in Path(settings.MFE_DIST).iterdir()) == [
            "app.0123456789abcdef0123.js",
            "app.css",
            "index.html",
            "static",
        ]

    def test_old_copies_are_removed(self, client: Client, settings: Any, tmp_path: Path) -> None:
        settings.FRONTEND_COPIES = tmp_path / "copies"
        for number in range(5):
            (Path(settings.MFE_DIST) / "app.css").write_text("a" * number)
            Client().get("/authoring/app.css")
        assert len(list(settings.FRONTEND_COPIES.iterdir())) == 3

    def test_a_new_build_is_served_after_the_next_start(self, client: Client, settings: Any) -> None:
        client.get(f"/authoring/{SCRIPT}")
        (Path(settings.MFE_DIST) / "app.css").write_text("body { color: black; }")
        assert body_of(Client().get("/authoring/app.css")) == "body { color: black; }"


def test_pictures_that_a_build_asks_of_another_site_come_from_this_one(client: Client) -> None:
    script = body_of(client.get(f"/authoring/{SCRIPT}"))
    assert "logos.openedx.org" not in script
    picture = script.partition('footer("')[2].partition('"')[0]
    assert client.get(picture)["Content-Type"] == "image/svg+xml"
