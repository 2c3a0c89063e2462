"""What all pages of the workbench have in common: login, policy, CSRF, navigation, and errors in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from content_libraries.content import api as content
from content_libraries.libraries.models import ContentLibrary
from content_libraries.workbench.policy import POLICY

from .conftest import BOOSTED, HTMX, Browse

pytestmark = pytest.mark.django_db

KEYS = {
    "library_key": "lib:CL-TEST:lib1",
    "component_key": "lb:CL-TEST:lib1:html:c1",
    "exact_component_key": "lb:CL-TEST:lib1:html:c1",
    "exact_container_key": "lct:CL-TEST:lib1:unit:u1",
    "collection_code": "c1",
    "course_key": "course-v1:DemoX+C+R",
    "block_key": "block-v1:DemoX+C+R+type@html+block@b1",
    "exact_block_key": "block-v1:DemoX+C+R+type@html+block@b1",
    "int": "1",
    "uuid": "6f1b8a51-6cd5-4c34-9f0f-0f6b0d0a7a11",
    "slug": "x",
    "str": "x",
}
"""A value for each converter in URLs of the workbench."""

PUBLIC = {""}
"""Pages that need no login."""


def urls() -> list[str]:
    """All URLs of the workbench, with keys in them."""
    return [re.sub(r"<(\w+):\w+>", lambda found: KEYS[found[1]], route) for route in _routes(get_resolver(URLS), "")]


URLS = "content_libraries.workbench.urls"


def _routes(resolver: URLResolver, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^/")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern, route)


@pytest.mark.parametrize("url", urls())
def test_whoever_is_not_logged_in_is_sent_to_the_login_page_and_back(client: Client, url: str) -> None:
    for method in (client.get, client.post):
        response = method(f"/{url}")
        if url in PUBLIC or response.status_code == 405:
            continue
        assert response.status_code == 302
        assert response["Location"].startswith("/login?next=/")


@pytest.mark.parametrize("url", urls())
def test_no_action_works_without_a_csrf_token(staff: User, library: ContentLibrary, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert client.post(f"/{url}").status_code in {403, 405}


@pytest.mark.parametrize("url", urls())
def test_each_page_serves_the_policy_and_keeps_it(
    staff: User, library: ContentLibrary, browse: Browse, url: str
) -> None:
    key = library.library_key
    content.create_component(key, user=staff, block_type="html", component_code="c1")
    content.create_container(key, user=staff, container_type="unit", title="U", container_code="u1")
    content.create_collection(key, user=staff, title="c1")
    response = browse(staff).get(f"/{url}", follow=True)
    if response.status_code == 405:
        return
    assert response["Content-Security-Policy"] == POLICY
    page = response.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []
    if "children" not in url:  # a part of a page
        assert page.count("<main") == page.count("<h1") == 1


def test_the_policy_allows_only_files_of_the_site() -> None:
    assert "script-src 'self'" in POLICY
    assert "style-src 'self'" in POLICY
    assert "unsafe" not in POLICY


def test_a_library_that_is_not_there_is_a_page_in_words(staff: User, browse: Browse) -> None:
    response = browse(staff).get("/libraries/lib:CL-TEST:none/")
    assert response.status_code == 404
    assert "There is no library “lib:CL-TEST:none”" in response.content.decode()


def test_a_text_that_is_no_key_is_a_page_in_words(staff: User, browse: Browse) -> None:
    response = browse(staff).get("/libraries/nonsense/")
    assert response.status_code == 404
    assert "nonsense" in response.content.decode()


def test_who_has_no_role_is_told_who_can_help(stranger: User, library: ContentLibrary, browse: Browse) -> None:
    response = browse(stranger).get("/libraries/lib:CL-TEST:lib1/")
    assert response.status_code == 403
    assert "An administrator of the library can give it." in response.content.decode()


def test_htmx_gets_a_message_for_the_page_that_stays(stranger: User, library: ContentLibrary, browse: Browse) -> None:
    response = browse(stranger).get("/libraries/lib:CL-TEST:lib1/", headers=HTMX)
    assert response.status_code == 403
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#toasts", "beforeend")
    assert 'role="alert"' in response.content.decode()
    assert "<html" not in response.content.decode()


def test_htmx_gets_a_part_and_history_gets_the_page(staff: User, library: ContentLibrary, browse: Browse) -> None:
    client = browse(staff)
    assert "<html" not in client.get("/libraries/?q=One", headers=HTMX).content.decode()
    for headers in (BOOSTED, {**HTMX, "HX-History-Restore-Request": "true"}):
        response = client.get("/libraries/?q=One", headers=headers)
        assert "<html" in response.content.decode()
        assert "HX-Request" in response["Vary"]


def test_a_session_that_has_ended_leads_htmx_to_the_login_page(client: Client) -> None:
    at = {**HTMX, "HX-Current-URL": "http://testserver/libraries/?q=One"}
    response = client.post("/libraries/new/", headers=at)
    assert response["HX-Redirect"] == "/login?next=/libraries/%3Fq%3DOne"


def test_a_host_may_set_the_header_of_a_view_first() -> None:
    """A view that shows what needs more sets its own policy."""
    from content_libraries.workbench.decorators import public_page

    @public_page
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    request = HttpRequest()
    request.method = "GET"
    assert view(request)["Content-Security-Policy"] == "default-src 'none'"
