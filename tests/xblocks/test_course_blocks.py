"""Blocks of courses in frames: the draft, its files and its handlers, for whoever may edit the course."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.xblocks.models import StudentState
from tests.conftest import ClientFactory, UserFactory, give_role
from tests.courses.building import COURSE_KEY, PROBLEM, SECTION, TEXT, UNIT, make_course

pytestmark = pytest.mark.django_db

type Page = Callable[[UsageKey], str]

DAY = 24 * 60 * 60
CHOICE = (
    '<problem display_name="Capitals"><multiplechoiceresponse><label>Capital of France?</label><choicegroup>'
    '<choice correct="false">Lyon</choice><choice correct="true">Paris</choice></choicegroup>'
    '<img src="/static/map.png" alt="Map"/></multiplechoiceresponse></problem>'
)


@pytest.fixture
def editor(make_user: UserFactory) -> User:
    """Edits a course with a text and a problem, which both show a picture."""
    make_course()
    for name in ("map.png", "other.png"):
        api.write_course_file(COURSE_KEY, f"static/{name}", name.encode(), user=OPERATOR)
    api.edit_block(TEXT, user=OPERATOR, olx='<html><![CDATA[<p>Mine</p><img src="/static/map.png">]]></html>')
    api.edit_block(PROBLEM, user=OPERATOR, olx=CHOICE)
    user = make_user("editor")
    give_role(user, "course_editor", str(COURSE_KEY))
    return user


@pytest.fixture
def page(editor: User, api_client: ClientFactory) -> Page:
    """``page(key)`` is what the editor sees of a block."""

    def get(key: UsageKey) -> str:
        response = api_client(editor).get(embed(key))
        assert response.status_code == 200, response.content
        html: str = response.content.decode()
        return html

    return get


@pytest.fixture
def nobody(api_client: ClientFactory) -> Any:
    """A page without an origin, which has no cookies."""
    return api_client(None)


def embed(key: UsageKey) -> str:
    return f"/xblocks/v2/{key}/embed/student_view/"


def picture_in(html: str) -> str:
    """The address of a picture, without the site."""
    found = re.search(r'src="http://testserver(/[^"]+map\.png[^"]*)"', unescape(html))
    assert found, html
    return found[1]


def handler_in(html: str, name: str) -> str:
    found = re.search(r'data-handler-url="http://testserver([^"]+)handler_name/"', html)
    assert found, html
    return f"{found[1]}{name}/"


def test_an_edited_text_is_shown_with_its_picture(page: Page, nobody: Any) -> None:
    html = page(TEXT)
    assert "<p>Mine</p>" in html
    picture = nobody.get(picture_in(html))
    assert (picture.getvalue(), picture["Content-Type"]) == (b"map.png", "image/png")
    assert picture["Access-Control-Allow-Origin"] == "*"


def test_the_page_is_sandboxed_and_may_be_framed_by_frontends(
    editor: User, api_client: ClientFactory, settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://apps.example.com"]
    response = api_client(editor).get(embed(TEXT))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("frame-ancestors 'self' https://apps.example.com; sandbox ")
    assert "allow-same-origin" not in policy
    assert response["Cache-Control"] == "private, no-store"
    assert "X-Frame-Options" not in response


def test_an_edited_problem_asks_and_answers_and_keeps_nothing(page: Page, nobody: Any) -> None:
    handler = handler_in(page(PROBLEM), "xmodule_handler")
    html = nobody.post(f"{handler}problem_get").json()["html"]
    assert "Capital of France?" in html
    assert nobody.get(picture_in(html)).getvalue() == b"map.png"
    (name,) = set(re.findall(r'name="(input_[\w.:-]+?)"', html))
    for answer, verdict in (("choice_0", "incorrect"), ("choice_1", "correct")):
        checked = nobody.post(f"{handler}problem_check", {name: answer}).json()
        assert (checked["success"], checked["attempts_used"]) == (verdict, 1)
    assert not StudentState.objects.exists()


def test_a_key_with_a_branch_names_the_same_block(editor: User, api_client: ClientFactory) -> None:
    key = str(TEXT).replace("+type@", "+branch@draft-branch+type@")
    assert "<p>Mine</p>" in api_client(editor).get(f"/xblocks/v2/{key}/embed/student_view/").content.decode()


def test_what_a_block_is_not_is_told_to_its_editor(page: Page) -> None:
    api.edit_block(PROBLEM, user=OPERATOR, olx='<problem><script type="loncapa/python">x = 1</script></problem>')
    assert 'class="cl-notice"' in page(PROBLEM)


class TestContainers:
    def test_each_block_is_in_a_frame_in_order(self, page: Page) -> None:
        html = page(UNIT)
        frames = re.findall(r'<iframe class="cl-part" src="([^"]+)"', html)
        assert frames == [f"{embed(key)}?show_title=1" for key in (TEXT, PROBLEM)]
        assert "<p>Mine</p>" not in html

    def test_what_holds_blocks_gives_headings(self, page: Page) -> None:
        html = page(SECTION)
        assert re.findall(r"<(h\d)[^>]*>([^<]+)<", html) == [
            ("h1", "A section"),
            ("h2", "Sequential"),
            ("h3", "A unit"),
        ]
        assert html.count("<iframe") == 2

    def test_titles_are_text(self, page: Page) -> None:
        api.edit_block(UNIT, user=OPERATOR, settings={"display_name": "<script>x</script>"})
        for key in (UNIT, SECTION):
            assert "<script>x" not in page(key)

    def test_an_empty_one_says_so(self, page: Page) -> None:
        for key in (TEXT, PROBLEM):
            api.delete_block(key, user=OPERATOR)
        assert "There is nothing in it." in page(UNIT)


class TestWhoMayNot:
    def addresses(self, html: str, problem: str) -> list[str]:
        return [embed(TEXT), embed(UNIT), picture_in(html).partition("?")[0], handler_in(problem, "xmodule_handler")]

    @pytest.mark.parametrize("role", ["", "library_user", "course_auditor"])
    def test_nothing_is_shown_without_the_right_to_edit(
        self,
        role: str,
        page: Page,
        library: Any,
        make_user: UserFactory,
        api_client: ClientFactory,
    ) -> None:
        user = make_user("other")
        if role:
            give_role(user, role, str(library.library_key if role == "library_user" else COURSE_KEY))
        file = picture_in(page(TEXT)).partition("?")[0]
        absent = COURSE_KEY.make_usage_key("html", "none")
        for address in (embed(TEXT), embed(UNIT), embed(absent), file):
            assert api_client(user).get(address).status_code == 404
            assert api_client(None).get(address).status_code == 401

    def test_a_token_of_another_block_opens_nothing(self, page: Page, nobody: Any) -> None:
        text, problem = page(TEXT), page(PROBLEM)
        handler = handler_in(text, "xmodule_handler").replace(str(TEXT), str(PROBLEM))
        assert nobody.post(f"{handler}problem_get").status_code == 403
        of_text, of_problem = picture_in(text), picture_in(nobody_get(nobody, problem))
        token = of_text.partition("?")[2]
        assert nobody.get(f"{of_problem.partition('?')[0]}?{token}").status_code == 401
        assert nobody.get(of_problem).status_code == 200

    def test_a_token_opens_only_what_the_block_refers_to(self, page: Page, nobody: Any) -> None:
        assert nobody.get(picture_in(page(TEXT)).replace("map.png", "other.png")).status_code == 404

    def test_a_token_expires(self, page: Page, nobody: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        picture, handler = picture_in(page(TEXT)), handler_in(page(PROBLEM), "xmodule_handler")
        now = time.time()
        for later, answers in ((2 * DAY, [200, 200]), (4 * DAY, [401, 403])):
            monkeypatch.setattr(time, "time", lambda later=later: now + later)
            found = [nobody.get(picture).status_code, nobody.post(f"{handler}problem_get").status_code]
            assert found == answers

    def test_a_token_ends_with_the_right_to_edit(self, page: Page, editor: User, nobody: Any) -> None:
        picture, handler = picture_in(page(TEXT)), handler_in(page(PROBLEM), "xmodule_handler")
        User.objects.filter(pk=editor.pk).update(is_active=False)
        assert nobody.get(picture).status_code == 404
        assert nobody.post(f"{handler}problem_get").status_code == 404


def nobody_get(nobody: Any, problem: str) -> str:
    """The HTML of a problem, which its script asks for."""
    html: str = nobody.post(f"{handler_in(problem, 'xmodule_handler')}problem_get").json()["html"]
    return html


@pytest.mark.parametrize("key", ["block-v1:nonsense", "lb:CL-TEST:lib1:html:t1", "i4x://Org/Course/html/t"])
def test_what_is_no_block_of_a_course_is_no_page(key: str, editor: User, api_client: ClientFactory) -> None:
    assert api_client(editor).get(f"/xblocks/v2/{key}/embed/student_view/").status_code == 404
