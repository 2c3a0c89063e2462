"""Content that search engines do not take, and that once kept a whole library, or the site, from being indexed."""

from __future__ import annotations

import json
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from content_libraries.search.api import catch_up, check_index, refusals
from content_libraries.search.engine import SearchQuery, current_engine
from tests.imports.conftest import course_archive
from tests.olx.builders import tar_of
from tests.xblocks.building import write_component
from tests.xblocks.client import BlockClient

pytestmark = pytest.mark.django_db

EMOJI = "\U0001f600"
ANSWERS = r'[["R", {"label": "\ud83d\ude00 yes"}], ["B", {"label": "\ud83d no"}]]'
POLL = f"<poll question=\"Mood?\" answers='{ANSWERS}'/>"
HOSTILE = {
    "poll:p1": POLL,
    "poll:p2": '<poll question=\'a\' answers=\'[["R", {"label": "\\u0000\\u0007"}]]\'/>',
    "poll:p3": f"<poll question='a' answers='{'[' * 1_000}'/>",
    "survey:s1": f"<survey questions='{json.dumps([['q', {'label': 'x' * 150_000}]])}'/>",
    "problem:p1": f"<problem><{'x' * 70_000}response/></problem>",
    "problem:p2": "<problem>" + "".join(f"<r{number}response/>" for number in range(100)) + "</problem>",
    "video:v1": "<video>"
    + "".join(f'<transcript language="x{number}">words</transcript>' for number in range(3_000))
    + "</video>",
    "html:h1": f"<html><![CDATA[{'y' * 150_000}]]></html>",
    "html:h2": "<html>" + "<b>" * 190 + "deep" + "</b>" * 190 + "</html>",
    "html:h3": f'<html display_name="{EMOJI}">{EMOJI} &#x85; &#xFFFD;</html>',
}


@pytest.fixture(autouse=True)
def _index_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")


def documents() -> dict[str, Any]:
    return {hit["usage_key"]: hit for hit in current_engine().search(SearchQuery(limit=1_000)).hits}


def test_everything_is_indexed_whatever_it_holds(lib: BlockClient, author: User) -> None:
    for name, olx in HOSTILE.items():
        block_type, code = name.split(":")
        write_component(lib.library, author, block_type, code, olx)  # polls are not installed, but imported
    lib.add("html:good", "<html>An ordinary text</html>")
    lib.publish_all()
    call_command("reindex_studio", "--full", stdout=StringIO())

    found = documents()
    assert found.keys() == {lib.key(name) for name in (*HOSTILE, "html:good")}
    assert found[lib.key("poll:p1")]["content"]["text_content"] == f"Mood? {EMOJI} yes \ufffd no"
    assert refusals() == []
    assert check_index() == []
    names = {name for document in found.values() for name in document["content"] or ()}
    assert names == {"text_content", "capa_content", "problem_types", "transcript_und", "html_content"}
    assert max(len(json.dumps(document)) for document in found.values()) < 500_000
    for name in HOSTILE:
        answers = [lib.http.get(lib.url(name)), lib.http.get(lib.xblock_url(name, "fields/")), lib.embed(name)]
        assert [answer.status_code for answer in answers] == [200, 200, 200], name


def test_halves_of_characters_survive_an_import_and_its_repetition(lib: BlockClient, tmp_path: Path) -> None:
    blocks = POLL.replace("<poll ", '<poll url_name="p1" ') + '<html url_name="h1">Text</html>'
    outline = f'<chapter url_name="c"><sequential url_name="s"><vertical url_name="v">{blocks}</vertical></sequential>'
    archive = course_archive(tmp_path, f"{outline}</chapter>")

    def import_again() -> dict[str, Any]:
        output = StringIO()
        options = ["--level", "component", "--on-repeat", "update", "--json"]
        call_command("import_course", str(archive), lib.lib_key, *options, stdout=output)
        result: dict[str, Any] = json.loads(output.getvalue().splitlines()[-1])
        return result

    import_again()
    assert "\\ud83d no" in lib.olx("poll:p1")
    assert "\\ud83d\\ude00 yes" in lib.olx("poll:p1")
    before = lib.version_num("poll:p1")
    import_again()
    assert lib.version_num("poll:p1") == before
    catch_up(lib.library.learning_package_id or 0)
    assert len(documents()) == 2
    assert check_index() == []


def test_a_policy_with_halves_of_characters_gives_titles_that_are_text(lib: BlockClient, tmp_path: Path) -> None:
    policy = (
        '{"course/1": {"display_name": "Half \\ud83d"}, "html/h1": {"display_name": "Nul \\u0000 \\ud83d\\ude00"},'
        ' "problem/p1": {"display_name": "\\ude00"}}'
    )
    unit = '<vertical url_name="v"><html url_name="h1">Text</html><problem url_name="p1"><p/></problem></vertical>'
    outline = f'<chapter url_name="c"><sequential url_name="s">{unit}</sequential></chapter>'
    course = f'<course url_name="1" org="O" course="C">{outline}</course>'
    members = [("course/course.xml", course.encode()), ("course/policies/1/policy.json", policy.encode())]
    archive = tar_of(tmp_path / "course.tar.gz", members)
    call_command("import_course", str(archive), lib.lib_key, "--level", "component", stdout=StringIO())
    assert lib.get("html:h1")["display_name"] == f"Nul \ufffd {EMOJI}"
    assert lib.get("problem:p1")["display_name"] == "\ufffd"
    call_command("load_course", str(archive), stdout=StringIO())
    call_command("reindex_studio", stdout=StringIO())
    assert check_index() == []


def test_tags_of_a_table_are_text(lib: BlockClient, tmp_path: Path) -> None:
    block = '<html url_name="h1" tags-v1="Half:%00,%ED%A0%BD;%00:b">Text</html>'
    outline = f'<chapter url_name="c"><sequential url_name="s"><vertical url_name="v">{block}</vertical></sequential>'
    table = b"Name,Type,ID,Half\nx,html,h1,a\x00b\n"
    archive = course_archive(tmp_path, f"{outline}</chapter>", files={"tags.csv": table})
    call_command("import_course", str(archive), lib.lib_key, "--level", "component", stdout=StringIO())
    assert "Text" in lib.olx("html:h1")


def test_halves_in_requests_are_refused(lib: BlockClient) -> None:
    half = '{"title": "\\ud83d", "description": ""}'
    assert lib.http.post(lib.library_url("collections/"), half, content_type="application/json").status_code == 400
    nul = {"title": "a\0b", "description": ""}
    assert lib.http.post(lib.library_url("collections/"), nul, format="json").status_code == 400
    lib.add("problem:p1", f"<problem display_name='{escape(EMOJI)}'><p/></problem>")
    metadata = '{"metadata": {"display_name": "\\ud83d"}}'
    refused = lib.http.post(lib.xblock_url("problem:p1", "fields/"), metadata, content_type="application/json")
    assert refused.status_code == 400
