"""A frontend on another port: what its scripts send, and whether the browser lets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import prepared_site, running_site
from tests.sites import PASSWORD

from .content import LIBRARY

VIDEO: Final = "lb:DemoX:welcome:video:why-reuse"
TEXT: Final = "lb:DemoX:welcome:html:welcome-to-the-course"

FETCH: Final = """async ({method, url, headers, body, form}) => {
  if (form) {
    body = new FormData();
    for (const [name, value] of Object.entries(form)) body.append(name, value);
    body.append("file", new File(["1\\n00:00:00,000 --> 00:00:02,000\\nBonjour\\n"], "fr.srt"));
  }
  try {
    const answer = await fetch(url, {method, headers, body, credentials: "include"});
    return {status: answer.status, text: await answer.text()};
  } catch (error) {
    return {status: 0, text: String(error)};
  }
}"""
FRAME: Final = """url => new Promise(resolve => {
  addEventListener("message", event => { if (event.data.type === "plugin.resize") resolve(event.data.payload.height) });
  document.body.appendChild(Object.assign(document.createElement("iframe"), {src: url}));
})"""


class _EmptyPage(BaseHTTPRequestHandler):
    """The same page at every address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>Frontend</title><body></body>")

    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""


@contextmanager
def pages() -> Iterator[str]:
    """An origin of its own on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Scripts:
    """What scripts of a page can do on the site."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.headers = {"USE-JWT-COOKIE": "true"}

    def ask(self, method: str, url: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Status and text of an answer; status 0 if the browser does not let the script have it."""
        call = {"method": method, "url": url if url.startswith("http") else self.site + url, "headers": self.headers}
        if body is not None:
            call |= {"body": json.dumps(body), "headers": self.headers | {"Content-Type": "application/json"}}
        answer = self.page.evaluate(FETCH, call | more)
        return answer["status"], answer["text"]

    def ok(self, method: str, url: str, body: Any = None, **more: Any) -> Any:
        status, text = self.ask(method, url, body, **more)
        assert 200 <= status < 300, (url, status, text)
        return json.loads(text)


@pytest.fixture(scope="module")
def frontend() -> Iterator[str]:
    with pages() as origin:
        yield origin


@pytest.fixture(scope="module")
def other_site(frontend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that names the frontend's origin."""
    environment = prepared_site(
        tmp_path_factory.mktemp("site"),
        SECURE_COOKIES="false",
        FRONTEND_ORIGINS=frontend,
    )
    with running_site(environment) as address:
        yield address


@pytest.fixture
def scripts(browser: Browser, other_site: str, frontend: str) -> Iterator[Scripts]:
    """The author's window, back at the frontend after the login, with the tokens that calls need."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{other_site}/login?next={frontend}/libraries")
    page.get_by_label("Username").fill("author")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{frontend}/libraries")
    scripts = Scripts(page, other_site)
    scripts.ok("POST", "/login_refresh")
    scripts.headers["X-CSRFToken"] = scripts.ok("GET", "/csrf/api/v1/token")["csrfToken"]
    yield scripts
    context.close()


def test_who_is_not_logged_in_is_told(browser: Browser, other_site: str, frontend: str) -> None:
    page = browser.new_page()
    page.goto(frontend)
    assert Scripts(page, other_site).ask("POST", "/login_refresh")[0] == 401
    page.close()


def test_scripts_read_who_is_logged_in_and_nothing_secret(scripts: Scripts) -> None:
    cookies = scripts.page.evaluate("document.cookie")
    assert "edx-jwt-cookie-header-payload=" in cookies
    assert "signature" not in cookies
    assert "sessionid" not in cookies


def test_scripts_read_and_write(scripts: Scripts) -> None:
    assert scripts.ok("GET", "/api/contentstore/v1/home")["libraries_v2_enabled"] is True
    fields = f"/api/xblock/v2/xblocks/{TEXT}/fields/"
    saved = scripts.ok("POST", fields, {"metadata": {"display_name": "From the other port"}})
    assert saved["display_name"] == "From the other port"
    items = f"/api/libraries/v2/{LIBRARY}/collections/"
    collection = scripts.ok("POST", items, {"title": "Other", "description": ""})
    members = f"{items}{collection['key']}/items/"
    assert scripts.ok("PATCH", members, {"usage_keys": [TEXT]}) == {"count": 1}
    assert scripts.ok("DELETE", members, {"usage_keys": [TEXT]}) == {"count": 1}


def test_scripts_search(scripts: Scripts) -> None:
    key = scripts.ok("GET", "/api/content_search/v2/studio/")
    scripts.headers = {"Authorization": f"Bearer {key['api_key']}", "X-Meilisearch-Client": "Meilisearch JavaScript"}
    query = {"indexUid": key["index_name"], "q": "", "filter": [[], f'context_key = "{LIBRARY}"']}
    (result,) = scripts.ok("POST", f"{key['url']}/multi-search", {"queries": [query]})["results"]
    assert result["hits"]


def test_the_video_editor_keeps_a_transcript(scripts: Scripts) -> None:
    url = scripts.ok("GET", f"/api/xblock/v2/xblocks/{VIDEO}/handler_url/studio_transcript/")["handler_url"]
    form = {"edx_video_id": "", "language_code": "fr", "new_language_code": "fr"}
    scripts.ok("POST", f"{url}translation", form=form)
    status, text = scripts.ask("GET", f"{url}translation?language_code=fr")
    assert (status, "Bonjour" in text) == (200, True)
    assert scripts.ask("DELETE", f"{url}translation", {"lang": "fr", "edx_video_id": ""})[0] == 200


def test_previews_stand_in_frames_and_tell_their_height(scripts: Scripts) -> None:
    assert scripts.page.evaluate(FRAME, f"{scripts.site}/xblocks/v2/{TEXT}/embed/student_view/") > 0
    expect(scripts.page.frame_locator("iframe").locator("body")).to_contain_text("course")


def test_another_origin_gets_nothing(scripts: Scripts) -> None:
    with pages() as stranger:
        scripts.page.goto(stranger)
        assert scripts.ask("GET", "/api/contentstore/v1/home")[0] == 0
        assert scripts.ask("POST", "/login_refresh")[0] == 0
