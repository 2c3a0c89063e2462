"""Handlers of blocks: problems that are answered, state, tokens, and what authors save through them."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from content_libraries.libraries.api import delete_library
from content_libraries.libraries.models import ContentLibrary
from content_libraries.xblocks.api import forget_user
from content_libraries.xblocks.models import StudentState

from .client import BlockClient
from .conftest import ActingAs

CHOICE = (
    "<multiplechoiceresponse><label>Capital?</label><choicegroup>"
    '<choice correct="false">Lyon</choice><choice correct="true">Paris</choice></choicegroup></multiplechoiceresponse>'
)
NUMBER = (
    '<numericalresponse answer="3.14"><responseparam type="tolerance" default="1%"/><formulaequationinput/>'
    "</numericalresponse>"
)
TEXT = '<stringresponse answer="Ohm" type="ci"><textline size="20"/></stringresponse>'
DROPDOWN = "<optionresponse><optioninput options=\"('red','blue')\" correct=\"blue\"/></optionresponse>"
SEVERAL = (
    '<choiceresponse><checkboxgroup><choice correct="true">2</choice><choice correct="false">4</choice>'
    '<choice correct="true">3</choice></checkboxgroup></choiceresponse>'
)
FORMULA = (
    '<formularesponse type="cs" samples="x,y@1,1:3,3#5" answer="x*y"><responseparam type="tolerance" default="0.01"/>'
    "<formulaequationinput/></formularesponse>"
)
TYPES = {
    "choice": (CHOICE, "choice_1", "choice_0"),
    "number": (NUMBER, "3.15", "4"),
    "text": (TEXT, "ohm", "volt"),
    "dropdown": (DROPDOWN, "blue", "red"),
    "several": (SEVERAL, ["choice_0", "choice_2"], ["choice_0"]),
    "formula": (FORMULA, "y*x", "x+y"),
}


class Learner:
    """Answers one problem, without cookies, as the script of the page does."""

    def __init__(self, lib: BlockClient, name: str, http: Any) -> None:
        self.url = lib.handler(name, "xmodule_handler")
        self.http = http

    def post(self, action: str, **body: Any) -> Any:
        return self.http.post(self.url + action, body)

    def html(self) -> str:
        html: str = self.post("problem_get").json()["html"]
        return html

    def send(self, answer: str | list[str]) -> Any:
        (input_id,) = set(re.findall(r'name="(input_[\w.:-]+?)(?:\[\])?"', self.html()))
        name = f"{input_id}[]" if isinstance(answer, list) else input_id
        return self.post("problem_check", **{name: answer})

    def submit(self, answer: str | list[str]) -> Any:
        response = self.send(answer)
        assert response.status_code == 200, response.content
        return response.json()


@pytest.fixture
def nobody(acting_as: ActingAs) -> Any:
    return acting_as(None).http


@pytest.mark.parametrize(("olx", "right", "wrong"), TYPES.values(), ids=TYPES.keys())
def test_problems_are_answered(lib: BlockClient, nobody: Any, olx: str, right: Any, wrong: Any) -> None:
    lib.add("problem:p1", f'<problem showanswer="attempted" show_reset_button="true">{olx}</problem>')
    learner = Learner(lib, "problem:p1", nobody)
    assert learner.submit(wrong)["success"] == "incorrect"
    assert learner.post("problem_show").json()["answers"]
    assert 'class="reset ' in learner.html()
    assert learner.post("problem_reset").json()["success"] is True
    answered = learner.submit(right)
    assert answered["success"] == "correct"
    assert answered["current_score"] == 1
    assert answered["attempts_used"] == 2
    assert "correct" in lib.view("problem:p1")["content"]


def test_a_problem_has_its_picture_when_it_was_answered(lib: BlockClient, nobody: Any) -> None:
    lib.add("problem:p1", f'<problem>{CHOICE}<img src="/static/map.png" alt="Map"/></problem>')
    body = {"content": SimpleUploadedFile("map.png", b"PNG")}
    lib.ok(lib.http.put(lib.url("problem:p1", "assets/static/map.png"), body, format="multipart"))
    learner = Learner(lib, "problem:p1", nobody)
    for html in (learner.html(), learner.submit("choice_1")["contents"]):
        (address,) = re.findall(r'src="([^"]+map\.png[^"]*)"', html)
        assert nobody.get(address).getvalue() == b"PNG"


def test_answers_are_the_users_own(lib: BlockClient, acting_as: ActingAs, nobody: Any, reader: User) -> None:
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    Learner(lib, "problem:p1", nobody).submit("choice_1")
    assert Learner(lib, "problem:p1", nobody).submit("choice_0")["attempts_used"] == 2
    assert Learner(acting_as(reader), "problem:p1", nobody).submit("choice_1")["attempts_used"] == 1
    assert StudentState.objects.count() == 2


def test_a_changed_question_begins_anew(lib: BlockClient, nobody: Any) -> None:
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    Learner(lib, "problem:p1", nobody).submit("choice_1")
    lib.set_olx("problem:p1", f"<problem>{TEXT}</problem>")
    answered = Learner(lib, "problem:p1", nobody).submit("ohm")
    assert (answered["success"], answered["attempts_used"]) == ("correct", 1)
    assert StudentState.objects.count() == 1


def test_state_goes_with_the_library(
    lib: BlockClient, nobody: Any, library: ContentLibrary, staff: User, author: User
) -> None:
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    Learner(lib, "problem:p1", nobody).submit("choice_1")
    delete_library(library.library_key, user=staff)
    assert not StudentState.objects.exists()


def test_a_user_can_be_forgotten(lib: BlockClient, nobody: Any, author: User, reader: User) -> None:
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    Learner(lib, "problem:p1", nobody).submit("choice_1")
    assert forget_user(reader.pk) == 0
    assert forget_user(author.pk) == 1
    assert Learner(lib, "problem:p1", nobody).submit("choice_1")["attempts_used"] == 1


def test_answers_change_nothing_that_is_authored(lib: BlockClient, nobody: Any) -> None:
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    versions = lib.version_num("problem:p1")
    Learner(lib, "problem:p1", nobody).submit("choice_1")
    assert lib.version_num("problem:p1") == versions


def test_nobody_answers_in_public(acting_as: ActingAs, lib: BlockClient, library: ContentLibrary, nobody: Any) -> None:
    library.allow_public_learning = True
    library.save()
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    learner = Learner(acting_as(None), "problem:p1", nobody)
    assert learner.submit("choice_1")["success"] == "correct"
    assert not StudentState.objects.exists()


def test_polls_and_word_clouds_keep_state(lib: BlockClient, nobody: Any) -> None:
    lib.add("poll_question:p1", '<poll_question>Yes?<answer id="y">Y</answer><answer id="n">N</answer></poll_question>')
    lib.view("poll_question:p1")
    url = lib.handler("poll_question:p1", "handle_submit_state")
    voted = nobody.post(url, {"answer": "y"}, format="json").json()
    assert voted["poll_answers"] == {"y": 1, "n": 0}
    lib.add("word_cloud:w1", "<word_cloud/>")
    url = lib.handler("word_cloud:w1", "handle_submit_state")
    assert nobody.post(url, {"student_words": ["Sun"]}, format="json").json()["submitted"] is True


def test_a_handler_address_can_be_called_from_a_page_without_origin(lib: BlockClient, nobody: Any) -> None:
    lib.add("problem:p1", f"<problem>{CHOICE}</problem>")
    url = lib.handler("problem:p1", "xmodule_handler")
    assert url.startswith("http://testserver/")
    assert url.endswith("/xmodule_handler/")
    asked = nobody.options(url, headers={"Origin": "null", "Access-Control-Request-Method": "POST"})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (200, "*")
    answered = nobody.post(f"{url}problem_get", headers={"Origin": "null"})
    assert answered["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answered


def test_frontends_of_the_site_may_call_with_the_cookies_and_headers_that_they_always_send(
    lib: BlockClient, nobody: Any, settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["http://localhost:2001"]
    lib.add("video:v1", "<video/>")
    url = lib.handler("video:v1", "studio_transcript")
    for response in (
        nobody.options(f"{url}translation", headers={"Origin": "http://localhost:2001"}),
        nobody.get(f"{url}translation?language_code=fr", headers={"Origin": "http://localhost:2001"}),
    ):
        assert response["Access-Control-Allow-Origin"] == "http://localhost:2001"
        assert response["Access-Control-Allow-Credentials"] == "true"
        assert {"content-type", "use-jwt-cookie", "x-csrftoken"} <= {
            name.strip() for name in response["Access-Control-Allow-Headers"].lower().split(",")
        }
        assert "Origin" in response["Vary"]


def test_the_name_of_the_handler_may_be_replaced(lib: BlockClient, nobody: Any) -> None:
    lib.add("word_cloud:w1", "<word_cloud/>")
    url = lib.handler("word_cloud:w1", "any_name").replace("any_name", "handle_get_state")
    assert nobody.post(url, {}, format="json").json()["status"] == "success"


def test_addresses_hold_for_two_days_and_not_for_ever(
    lib: BlockClient, nobody: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lib.add("word_cloud:w1", "<word_cloud/>")
    url = lib.handler("word_cloud:w1", "handle_get_state")
    made, day = time.time(), 24 * 60 * 60
    for later, status in ((2 * day, 200), (4 * day + 1, 403)):
        monkeypatch.setattr(time, "time", lambda moment=made + later: moment)
        assert nobody.post(url, {}, format="json").status_code == status


def test_addresses_of_others_are_refused(
    lib: BlockClient, acting_as: ActingAs, nobody: Any, reader: User, author: User
) -> None:
    lib.add("word_cloud:w1", "<word_cloud/>")
    lib.add("word_cloud:w2", "<word_cloud/>")
    url = acting_as(reader).handler("word_cloud:w1", "handle_get_state")
    token = re.search(r"handler/\d+-(\w+)/", url)
    assert token is not None
    for forged in (
        url.replace(f"/{reader.pk}-", f"/{author.pk}-"),
        url.replace("w1", "w2"),
        url.replace(token[1], token[1][:-1]),
        url.replace(token[1], "0" * 64),
        url.replace(f"{reader.pk}-{token[1]}", f"anonymous-{token[1]}"),
    ):
        assert forged != url
        assert nobody.post(forged, {}, format="json").status_code == 403


def test_who_lost_the_permission_is_refused(
    lib: BlockClient, acting_as: ActingAs, nobody: Any, library: ContentLibrary, stranger: User
) -> None:
    lib.add("word_cloud:w1", "<word_cloud/>")
    library.allow_public_read = True
    library.save()
    url = acting_as(stranger).handler("word_cloud:w1", "handle_get_state")
    assert nobody.post(url, {}, format="json").status_code == 200
    library.allow_public_read = False
    library.save()
    assert nobody.post(url, {}, format="json").status_code == 403


def test_the_address_of_a_component_that_is_not_there(lib: BlockClient, nobody: Any) -> None:
    url = lib.handler("word_cloud:none", "handle_get_state")
    assert nobody.post(url, {}, format="json").status_code == 404


@pytest.mark.parametrize(("handler", "status"), [("no_such", 404), ("student_view", 404), ("save", 404)])
def test_only_handlers_are_handlers(lib: BlockClient, nobody: Any, handler: str, status: int) -> None:
    lib.add("word_cloud:w1", "<word_cloud/>")
    assert nobody.post(lib.handler("word_cloud:w1", handler), {}, format="json").status_code == status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"student_words": 3}', b"\xff"])
def test_nonsense_is_refused(lib: BlockClient, nobody: Any, body: bytes) -> None:
    lib.add("word_cloud:w1", "<word_cloud/>")
    url = lib.handler("word_cloud:w1", "handle_submit_state")
    response = nobody.generic("POST", url, body, content_type="application/json")
    assert response.status_code == 400


class TestEditing:
    """Handlers that write authored fields, such as those of editors of blocks."""

    OLX = '<annotatable display_name="A" xqa="kept"><p>Old</p></annotatable>'
    BODY = {"display_name": "New", "data": "<annotatable><p>New</p></annotatable>"}  # noqa: RUF012

    def test_an_author_saves_the_draft_as_one_version(self, lib: BlockClient, nobody: Any) -> None:
        lib.add("annotatable:a1", self.OLX)
        versions = lib.version_num("annotatable:a1")
        response = nobody.post(lib.handler("annotatable:a1", "submit_studio_edits"), self.BODY, format="json")
        assert response.status_code == 200
        assert lib.version_num("annotatable:a1") == versions + 1
        olx = lib.olx("annotatable:a1")
        assert "<p>New</p>" in olx
        assert 'display_name="New"' in olx
        assert 'xqa="kept"' in olx

    def test_a_reader_saves_nothing(self, lib: BlockClient, acting_as: ActingAs, nobody: Any, reader: User) -> None:
        lib.add("annotatable:a1", self.OLX)
        url = acting_as(reader).handler("annotatable:a1", "submit_studio_edits")
        assert nobody.post(url, self.BODY, format="json").status_code == 403
        assert lib.olx("annotatable:a1") == self.OLX

    @pytest.mark.parametrize("view", ["student_view", "author_view"])
    def test_a_page_for_learners_saves_nothing(self, lib: BlockClient, nobody: Any, view: str) -> None:
        """Its scripts are the content's, and act with the address of whoever looks."""
        lib.add("annotatable:a1", self.OLX)
        (url,) = re.findall(r'data-handler-url="([^"]+)"', lib.embed("annotatable:a1", view).content.decode())
        url = url.replace("handler_name", "submit_studio_edits")
        assert nobody.post(url, self.BODY, format="json").status_code == 403
        assert lib.olx("annotatable:a1") == self.OLX

    def test_the_page_of_the_editor_saves(self, lib: BlockClient, nobody: Any) -> None:
        lib.add("annotatable:a1", self.OLX)
        page = lib.embed("annotatable:a1", "studio_view", inner="1").content.decode()
        (url,) = re.findall(r'data-handler-url="([^"]+)"', page)
        url = url.replace("handler_name", "submit_studio_edits")
        assert nobody.post(url, self.BODY, format="json").status_code == 200
        assert "<p>New</p>" in lib.olx("annotatable:a1")

    @pytest.mark.parametrize("version", ["published", "2"])
    def test_other_versions_cannot_be_written(self, lib: BlockClient, nobody: Any, version: str) -> None:
        lib.add("annotatable:a1", self.OLX)
        lib.publish("annotatable:a1")
        url = lib.handler(f"annotatable:a1@{version}", "submit_studio_edits")
        assert f"@{version}/" in url
        assert nobody.post(url, self.BODY, format="json").status_code == 403
        assert lib.olx("annotatable:a1") == self.OLX

    def test_what_its_field_cannot_have_is_refused(self, lib: BlockClient, nobody: Any) -> None:
        lib.add("annotatable:a1", self.OLX)
        url = lib.handler("annotatable:a1", "submit_studio_edits")
        assert nobody.post(url, {"data": "<annotatable>"}, format="json").status_code == 400
        assert lib.olx("annotatable:a1") == self.OLX
