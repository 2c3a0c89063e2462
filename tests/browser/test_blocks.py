"""Components in their previews and editors, in the frame that clients put them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.running import manage
from tests.sites import Environment
from tests.xblocks.test_open_responses import OLX as OPEN_RESPONSE

from .conftest import PageFactory
from .content import LIBRARY, Author

HOST_PAGE: Final = """<!DOCTYPE html><title>Host</title><p>Only for this site</p>
<script>
window.messages = [];
addEventListener("message", (event) => window.messages.push({origin: event.origin, ...event.data}));
</script>
<iframe src="%s" style="width: 700px; height: 600px" sandbox="allow-forms allow-modals allow-popups
allow-popups-to-escape-sandbox allow-presentation allow-same-origin allow-scripts
allow-top-navigation-by-user-activation"></iframe>"""
"""A page of the site's own origin, with the frame of a component as the authoring frontend writes it."""

type Show = Callable[..., FrameLocator]


@pytest.fixture
def author(open_as: PageFactory, site: str) -> Author:
    """What the demo's author does, in a window of their own."""
    return Author(open_as("author"), site)


@pytest.fixture
def show(author: Author) -> Show:
    """``show(key, view_name, query)`` opens a page of the site's origin with the component in a frame."""

    def open_host(key: str, view_name: str = "student_view", query: str = "") -> FrameLocator:
        url = f"{author.site}/xblocks/v2/{key}/embed/{view_name}/?{query}"
        author.page.unroute_all()
        author.page.route(
            f"{author.site}/host-page",
            lambda route: route.fulfill(body=HOST_PAGE % url, content_type="text/html"),
        )
        author.page.goto(f"{author.site}/host-page")
        return author.page.frame_locator("iframe")

    return open_host


class TestProblems:
    """A learner chooses, submits, has the answer shown, and begins again."""

    def asks(self, author: Author, show: Show, response: str) -> FrameLocator:
        olx = f'<problem display_name="Quiz" showanswer="attempted" show_reset_button="true">{response}</problem>'
        return show(author.add("problem", olx))

    def submits(self, frame: FrameLocator, verdict: str) -> None:
        frame.get_by_role("button", name="Submit").click()
        expect(frame.locator(".notification-submit .notification-message")).to_contain_text(verdict)

    def sees_the_answer(self, frame: FrameLocator) -> None:
        frame.get_by_role("button", name="Show answer").click()
        expect(frame.get_by_text("Answers are displayed")).to_be_visible()

    def begins_again(self, author: Author, frame: FrameLocator) -> None:
        with author.page.expect_response(lambda response: response.url.endswith("/problem_reset")):
            frame.get_by_role("button", name="Reset").click()
        expect(frame.get_by_text("Answers are displayed")).to_be_hidden()
        expect(frame.locator(".notification-submit")).to_be_hidden()

    def test_one_of_several_choices(self, author: Author, show: Show) -> None:
        frame = self.asks(
            author,
            show,
            "<multiplechoiceresponse><label>Capital?</label><choicegroup>"
            '<choice correct="false">Lyon</choice><choice correct="true">Paris</choice>'
            "</choicegroup></multiplechoiceresponse>",
        )
        frame.get_by_label("Lyon").check()
        self.submits(frame, "Incorrect")
        self.sees_the_answer(frame)
        self.begins_again(author, frame)
        expect(frame.get_by_label("Lyon")).not_to_be_checked()
        frame.get_by_label("Paris").check()
        self.submits(frame, "Correct")

    def test_several_choices(self, author: Author, show: Show) -> None:
        frame = self.asks(
            author,
            show,
            '<choiceresponse><label>Primes?</label><checkboxgroup><choice correct="true">two</choice>'
            '<choice correct="false">four</choice><choice correct="true">three</choice></checkboxgroup>'
            "</choiceresponse>",
        )
        frame.get_by_label("two").check()
        self.submits(frame, "Incorrect")
        self.sees_the_answer(frame)
        self.begins_again(author, frame)
        frame.get_by_label("two").check()
        frame.get_by_label("three").check()
        self.submits(frame, "Correct")

    def test_a_dropdown(self, author: Author, show: Show) -> None:
        frame = self.asks(
            author,
            show,
            "<optionresponse><label>Sky?</label>"
            "<optioninput options=\"('red','blue')\" correct=\"blue\"/></optionresponse>",
        )
        frame.get_by_role("combobox").select_option("red")
        self.submits(frame, "Incorrect")
        self.sees_the_answer(frame)
        self.begins_again(author, frame)
        frame.get_by_role("combobox").select_option("blue")
        self.submits(frame, "Correct")

    @pytest.mark.parametrize(
        ("response", "wrong", "right"),
        [
            (
                '<numericalresponse answer="3.14"><label>Pi?</label><responseparam type="tolerance" default="1%"/>'
                "<formulaequationinput/></numericalresponse>",
                "4",
                "3.15",
            ),
            ('<stringresponse answer="Ohm" type="ci"><label>Unit?</label><textline/></stringresponse>', "volt", "ohm"),
            (
                '<formularesponse type="cs" samples="x,y@1,1:3,3#5" answer="x*y"><label>Area?</label>'
                '<responseparam type="tolerance" default="0.01"/><formulaequationinput/></formularesponse>',
                "x+y",
                "y*x",
            ),
        ],
        ids=["number", "text", "formula"],
    )
    def test_something_written(self, author: Author, show: Show, response: str, wrong: str, right: str) -> None:
        errors: list[str] = []
        author.page.on("pageerror", lambda error: errors.append(str(error)))
        frame = self.asks(author, show, response)
        frame.get_by_role("textbox").fill(wrong)
        self.submits(frame, "Incorrect")
        self.sees_the_answer(frame)
        self.begins_again(author, frame)
        expect(frame.get_by_role("textbox")).to_have_value("")
        frame.get_by_role("textbox").fill(right)
        self.submits(frame, "Correct")
        assert not errors

    def test_choices_are_laid_out_by_the_styles_of_the_package(self, author: Author, show: Show) -> None:
        choices = '<choicegroup><choice correct="true">Paris</choice></choicegroup>'
        frame = self.asks(author, show, f"<multiplechoiceresponse>{choices}</multiplechoiceresponse>")
        expect(frame.locator(".choicegroup label").first).to_have_css("border-top-style", "solid")

    def test_a_hint(self, author: Author, show: Show) -> None:
        frame = self.asks(
            author,
            show,
            '<stringresponse answer="Ohm"><textline/></stringresponse>'
            "<demandhint><hint>It sounds like a mantra.</hint></demandhint>",
        )
        frame.get_by_role("button", name="Hint").click()
        expect(frame.get_by_text("It sounds like a mantra.")).to_be_visible()

    def test_a_formula_is_previewed_while_it_is_written(self, author: Author, show: Show) -> None:
        frame = self.asks(
            author,
            show,
            '<formularesponse type="cs" samples="x@1:3#5" answer="x"><responseparam type="tolerance" default="1%"/>'
            "<formulaequationinput/></formularesponse>",
        )
        frame.get_by_role("textbox").fill("x/2")
        expect(frame.locator(".equation")).to_contain_text("frac{x}{2}")

    def test_answers_are_there_after_a_reload(self, author: Author, show: Show) -> None:
        frame = self.asks(author, show, '<stringresponse answer="Ohm"><textline/></stringresponse>')
        frame.get_by_role("textbox").fill("Ohm")
        self.submits(frame, "Correct")
        author.page.reload()
        expect(frame.get_by_role("textbox")).to_have_value("Ohm")

    def test_python_of_the_author_gets_a_notice(self, author: Author, show: Show) -> None:
        frame = self.asks(author, show, '<script type="loncapa/python">x = 1</script><p>$x</p>')
        expect(frame.get_by_role("note")).to_contain_text("Python")


SPY: Final = """<html><![CDATA[<p id="found">nothing yet</p><script>
const found = {};
function attempt(name, action) {
  try { found[name] = String(action()); } catch (error) { found[name] = "refused"; }
}
const cookies = Object.getOwnPropertyDescriptor(Document.prototype, "cookie").get;
attempt("cookie", () => cookies.call(document));
attempt("parent", () => parent.document.body.textContent);
attempt("parentCookie", () => cookies.call(parent.document));
attempt("storage", () => Object.getOwnPropertyDescriptor(Window.prototype, "localStorage").get.call(window).length);
attempt("databases", () => indexedDB.open("x"));
attempt("origin", () => self.origin);
const asked = fetch("/api/libraries/v2/", { credentials: "include" });
asked.then((answer) => answer.text()).catch(() => "refused").then((text) => {
  found.api = text;
  document.getElementById("found").textContent = JSON.stringify(found);
});
</script>]]></html>"""


class TestSafety:
    """What authors write runs, and reaches nothing."""

    def found_by(self, place: Page | FrameLocator) -> dict[str, str]:
        found = place.locator("#found")
        expect(found).to_contain_text("api")
        answers: dict[str, str] = json.loads(found.text_content() or "")
        return answers

    def with_a_cookie(self, author: Author) -> None:
        author.page.context.add_cookies([{"name": "readable", "value": "by-scripts", "url": author.site}])
        assert "readable=by-scripts" in author.page.evaluate("document.cookie")

    def test_a_script_in_a_frame_of_the_sites_own_page(self, author: Author, show: Show) -> None:
        self.with_a_cookie(author)
        found = self.found_by(show(author.add("html", SPY)))
        assert found.pop("origin") == "null"
        assert set(found) == {"cookie", "parent", "parentCookie", "storage", "databases", "api"}
        assert set(found.values()) == {"refused"}

    def test_a_script_in_a_page_that_is_opened_by_itself(self, author: Author) -> None:
        self.with_a_cookie(author)
        author.page.goto(f"{author.site}/xblocks/v2/{author.add('html', SPY)}/embed/student_view/")
        found = self.found_by(author.page)
        assert found.pop("origin") == "null"
        del found["parent"], found["parentCookie"]  # the page is its own parent
        assert set(found.values()) == {"", "refused"} - ({""} if found["cookie"] == "refused" else set())
        assert found["api"] == "refused"

    def test_a_script_cannot_take_the_reader_away(self, author: Author, show: Show) -> None:
        script = "<script>try { top.location = 'about:blank'; } catch (error) { document.title = 'kept'; }</script>"
        frame = show(author.add("html", f"<html><![CDATA[<p>Here</p>{script}]]></html>"))
        expect(frame.get_by_text("Here")).to_be_visible()
        assert author.page.url == f"{author.site}/host-page"

    def test_addresses_with_tokens_are_not_told_to_other_sites(self, author: Author, show: Show) -> None:
        told: list[str | None] = []

        def answer(route: Any) -> None:
            told.append(route.request.header_value("referer"))
            route.fulfill(body="", content_type="image/png")

        key = author.add("html", '<html><![CDATA[<p>Here</p><img src="http://elsewhere.example/x.png">]]></html>')
        author.page.context.route("http://elsewhere.example/**", answer)
        expect(show(key).get_by_text("Here")).to_be_visible()
        assert told == [None]


class TestWhatIsShown:
    """Versions, files, types."""

    def test_an_old_version_shows_its_own_picture(self, author: Author, show: Show) -> None:
        key = author.add("html", "<html>new</html>")
        author.put_picture(key, "static/map.png", width=3)
        version_num = author.set_olx(key, '<html><![CDATA[<img alt="Map" src="/static/map.png">]]></html>')
        author.put_picture(key, "static/map.png", width=7)
        for query, width in ((f"version={version_num}", 3), ("version=draft", 7), ("", 7)):
            picture = show(key, query=query).get_by_alt_text("Map")
            expect(picture).to_have_js_property("complete", value=True)
            expect(picture).to_have_js_property("naturalWidth", width)

    def test_the_page_around_is_told_the_height(self, author: Author, show: Show) -> None:
        grow = "document.getElementById('more').style.height = '900px'"
        frame = show(
            author.add("html", f'<html><![CDATA[<button onclick="{grow}">More</button><div id="more"></div>]]></html>')
        )
        frame.get_by_role("button", name="More").click()
        author.page.wait_for_function(
            "messages.some((message) => message.type === 'plugin.resize' && message.payload.height > 900)"
        )
        heights = author.page.evaluate("messages.map((message) => message.payload.height)")
        assert 0 < heights[0] < 900

    def test_a_video_has_a_player_and_its_transcript(self, author: Author, show: Show) -> None:
        errors: list[str] = []
        author.page.on("pageerror", lambda error: errors.append(str(error)))
        source = f"{author.site}/no-such-video.mp4"
        key = author.add("video", f'<video display_name="Talk" show_captions="true"><source src="{source}"/></video>')
        author.put_transcript(key, "en", "1\n00:00:01,000 --> 00:00:02,000\nGood morning\n")
        frame = show(key)
        expect(frame.locator(".video-player")).to_be_visible()
        expect(frame.locator(".video-controls")).to_be_attached()
        expect(frame.locator(".subtitles")).to_contain_text("Good morning")
        assert not errors

    def test_a_type_that_is_not_installed_gets_a_notice(
        self, author: Author, show: Show, environment: Environment, tmp_path: Path
    ) -> None:
        novelty = '<novelty url_name="n1" display_name="New thing" x="1"/>'
        (tmp_path / "course.xml").write_text(
            '<course org="O" course="C" url_name="R"><chapter url_name="c"><sequential url_name="s">'
            f'<vertical url_name="v">{novelty}</vertical></sequential></chapter></course>'
        )
        manage(environment, "import_course", str(tmp_path), LIBRARY)
        frame = show(f"{LIBRARY.replace('lib:', 'lb:')}:novelty:n1")
        expect(frame.get_by_role("note")).to_contain_text("is not installed on this site")

    def test_a_poll_keeps_the_vote(self, author: Author, show: Show) -> None:
        answers = '<answer id="y">Yes</answer><answer id="n">No</answer>'
        frame = show(author.add("poll_question", f"<poll_question>Really?{answers}</poll_question>"))
        frame.get_by_text("Yes", exact=True).click()
        expect(frame.get_by_text("1 (100.0%)")).to_be_visible()
        author.page.reload()
        expect(frame.get_by_text("1 (100.0%)")).to_be_visible()

    def test_a_word_cloud_keeps_the_words(self, author: Author, show: Show) -> None:
        frame = show(author.add("word_cloud", '<word_cloud num_inputs="1"/>'))
        frame.get_by_role("textbox").fill("sunshine")
        frame.get_by_role("button", name="Save").click()
        expect(frame.locator(".word_cloud .result_cloud_section")).to_contain_text("sunshine")
        author.page.reload()
        expect(frame.locator(".word_cloud .result_cloud_section")).to_contain_text("sunshine")

    def test_items_are_dropped(self, author: Author, show: Show) -> None:
        errors: list[str] = []
        author.page.on("pageerror", lambda error: errors.append(str(error)))
        frame = show(author.add("drag-and-drop-v2", '<drag-and-drop-v2 display_name="Pyramid"/>'))
        expect(frame.get_by_role("heading", name="Pyramid")).to_be_visible()
        frame.get_by_role("button", name="Goes to the top").press("Enter")
        frame.locator(".zone[data-uid=top]").press("Enter")
        expect(frame.get_by_text("This one belongs to The Top Zone.").first).to_be_visible()
        assert not errors


class TestOpenResponses:
    """The question and its steps are shown; nothing is asked of other sites."""

    def test_the_prompt_and_the_steps_are_shown(self, author: Author, show: Show) -> None:
        errors: list[str] = []
        author.page.on("pageerror", lambda error: errors.append(str(error)))
        author.page.on("requestfailed", lambda request: errors.append(request.url))
        frame = show(author.add("openassessment", OPEN_RESPONSE))
        expect(frame.get_by_text("Write about bees")).to_be_visible()
        expect(frame.get_by_text("Assess Your Response")).to_be_visible()
        expect(frame.get_by_text("Staff Grade")).to_be_visible()
        assert not errors


class TestEditors:
    """Types without an editor in the frontend bring one of their own."""

    def editor(self, frame: FrameLocator) -> FrameLocator:
        return frame.frame_locator("iframe")

    def is_told(self, author: Author, event_name: str, state: str | None = None) -> None:
        """The page around hears it from the site's own origin, the only one that clients listen to."""
        author.page.wait_for_function(
            """([origin, name, state]) => messages.some((message) => message.origin === origin
                && message.type === "xblock-event" && message.eventName === name
                && (state === null || message.data.state === state))""",
            arg=[author.site, event_name, state],
        )

    def test_settings_are_saved(self, author: Author, show: Show) -> None:
        key = author.add("word_cloud", '<word_cloud display_name="Old" num_inputs="1" unheard="kept"/>')
        editor = self.editor(show(key, "studio_view"))
        editor.get_by_label("Display Name").fill("New")
        editor.get_by_role("link", name="Save").or_(editor.get_by_role("button", name="Save")).click()
        self.is_told(author, "save", "start")
        self.is_told(author, "save", "end")
        assert author.olx(key) == '<word_cloud display_name="New" num_inputs="1" unheard="kept"/>'

    def test_text_is_saved(self, author: Author, show: Show) -> None:
        key = author.add("annotatable", "<annotatable><p>Old</p></annotatable>")
        editor = self.editor(show(key, "studio_view"))
        editor.get_by_role("textbox").fill("<annotatable><p>New</p></annotatable>")
        editor.get_by_text("Save", exact=True).click()
        self.is_told(author, "save", "end")
        assert "<p>New</p>" in author.olx(key)

    def test_zones_of_a_drag_and_drop_are_saved(self, author: Author, show: Show) -> None:
        errors: list[str] = []
        author.page.on("pageerror", lambda error: errors.append(str(error)))
        key = author.add("drag-and-drop-v2", '<drag-and-drop-v2 display_name="Pyramid"/>')
        editor = self.editor(show(key, "studio_view"))
        editor.get_by_label("Title", exact=True).fill("Layers")
        for heading in ("Zones", "Items"):
            editor.get_by_role("link", name="Continue").click()
            expect(editor.get_by_role("heading", name=heading).first).to_be_visible()
        editor.get_by_role("link", name="Save").click()
        self.is_told(author, "save", "end")
        assert 'display_name="Layers"' in author.olx(key)
        assert not errors

    def test_an_open_response_is_saved(self, author: Author, show: Show) -> None:
        errors: list[str] = []
        author.page.on("pageerror", lambda error: errors.append(str(error)))
        key = author.add("openassessment", OPEN_RESPONSE)
        editor = self.editor(show(key, "studio_view"))
        editor.locator("textarea:visible").first.fill("<p>Write about wasps</p>")
        editor.get_by_role("link", name="Settings").click()
        editor.locator("#openassessment_title_editor").fill("Wasps")
        editor.get_by_text("Save", exact=True).click()
        self.is_told(author, "save", "end")
        olx = author.olx(key)
        assert "<title>Wasps</title>" in olx
        assert "&lt;p&gt;Write about wasps&lt;/p&gt;" in olx
        assert 'prompts_type="html"' in olx
        assert not errors

    def test_settings_have_the_look_of_a_form(self, author: Author, show: Show) -> None:
        editor = self.editor(show(author.add("word_cloud", "<word_cloud/>"), "studio_view"))
        expect(editor.get_by_role("listitem").first).to_have_css("list-style-type", "none")
        expect(editor.get_by_label("Display Name")).to_have_css("border-top-style", "solid")
        expect(editor.get_by_role("link", name="Save")).to_have_css("color", "rgb(255, 255, 255)")

    def test_who_cancels_saves_nothing(self, author: Author, show: Show) -> None:
        key = author.add("annotatable", "<annotatable><p>Old</p></annotatable>")
        editor = self.editor(show(key, "studio_view"))
        editor.get_by_role("textbox").fill("<annotatable><p>New</p></annotatable>")
        editor.get_by_text("Cancel", exact=True).click()
        self.is_told(author, "cancel")
        assert "<p>Old</p>" in author.olx(key)

    def test_what_authors_wrote_reaches_nothing_in_an_editor(self, author: Author, show: Show) -> None:
        spy = "<script>parent.parent.postMessage({type: 'xblock-event', eventName: 'other', data: {}}, '*')</script>"
        key = author.add("annotatable", f"<annotatable><p>Old</p>{spy}</annotatable>")
        editor = self.editor(show(key, "studio_view"))
        expect(editor.get_by_role("textbox")).to_contain_text("Old")
        assert editor.locator("body").evaluate("() => self.origin") == "null"

    def test_a_type_without_an_editor_says_so(self, author: Author, show: Show) -> None:
        key = author.add("poll_question", '<poll_question>Old?<answer id="y">Yes</answer></poll_question>')
        expect(self.editor(show(key, "studio_view")).get_by_role("note")).to_contain_text("has no studio_view")
