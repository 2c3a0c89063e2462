"""The files that blocks name without a path (wire: imports-content)."""

from __future__ import annotations

import unicodedata
from typing import Literal
from urllib.parse import quote

import pytest

from content_libraries.block_types.api import missing_files, resolve_references, with_renamed_files
from content_libraries.olx.api import StaticFile, StaticNames, parse_block

FILES = StaticNames(
    StaticFile(path, 1, "")
    for path in ("My plan (1).pdf", "en.srt", "es.srt", "subs_ID.srt.sjson", "1234-abcd-uk.srt", "thumb.jpg")
)


def found(olx: str) -> set[str]:
    return {file.path for file in resolve_references(parse_block(olx), FILES).values()}


@pytest.mark.parametrize(
    ("video", "paths"),
    [
        ('<video sub="ID"/>', {"subs_ID.srt.sjson"}),
        (
            '<video transcripts="{&quot;en&quot;: &quot;en.srt&quot;, &quot;es&quot;: &quot;es.srt&quot;}"/>',
            {"en.srt", "es.srt"},
        ),
        ('<video><transcript language="es" src="es.srt"/></video>', {"es.srt"}),
        ('<video><transcript language="es" src="/static/es.srt"/></video>', {"es.srt"}),
        ('<video><video_asset image="thumb.jpg"/></video>', {"thumb.jpg"}),
        ('<video thumbnail="/static/thumb.jpg"/>', {"thumb.jpg"}),
        (
            '<video track="/static/en.srt"><handout src="/static/My_plan__1_.pdf"/></video>',
            {"en.srt", "My plan (1).pdf"},
        ),
        (
            '<video edx_video_id="1234-abcd"><video_asset><transcripts>'
            '<transcript language_code="uk" file_format="srt"/></transcripts></video_asset></video>',
            {"1234-abcd-uk.srt"},
        ),
        ('<video transcripts="not json" sub=""><transcript language_code="en"/></video>', set()),
        ('<video transcripts="[1]" html5_sources="[&quot;https://example.com/a.png&quot;]"/>', set()),
    ],
)
def test_videos_name_their_transcripts_and_pictures(video: str, paths: set[str]) -> None:
    assert found(video) == paths


def test_only_videos_do() -> None:
    assert found('<problem sub="ID"><transcript src="es.srt"/></problem>') == set()


def test_files_that_a_video_names_without_a_path_are_renamed() -> None:
    olx = '<video thumbnail="thumb.jpg"><transcript src="es.srt"/><handout src="/static/es.srt"/></video>'
    assert with_renamed_files(olx, {"es.srt": "x/es.srt", "thumb.jpg": "x/thumb.jpg"}) == (
        '<video thumbnail="x/thumb.jpg"><transcript src="x/es.srt"/><handout src="/static/x/es.srt"/></video>'
    )


def test_in_other_blocks_only_paths_are_renamed() -> None:
    olx = '<html><video poster="a.png"/><img src="/static/a.png"/></html>'
    assert with_renamed_files(olx, {"a.png": "x/a.png"}) == (
        '<html><video poster="a.png"/><img src="/static/x/a.png"/></html>'
    )


LIBRARY = StaticNames(
    [StaticFile("python_lib.zip", 1, ""), StaticFile("input.html", 1, ""), StaticFile("js/x.js", 1, "")]
)


@pytest.mark.parametrize(
    ("content", "is_used"),
    [
        ('<script type="loncapa/python">from mygraders import G</script>', True),
        ('<script type="text/python">x = 1</script>', True),
        ("<script>x = 1</script>", True),
        ('<customresponse><answer type="loncapa/python">correct = [True]</answer></customresponse>', True),
        ('<script type="text/javascript">var x</script>', False),
        ('<script type="loncapa/perl">$x</script>', False),
        ("<formularesponse><answer>x</answer></formularesponse>", False),
        ("<p>python_lib</p>", False),
    ],
)
def test_the_python_library_of_a_course_goes_with_problems_that_run_python(content: str, is_used: bool) -> None:
    block = parse_block(f"<problem>{content}</problem>")
    assert set(resolve_references(block, LIBRARY)) == ({"python_lib.zip"} if is_used else set())
    assert missing_files(block, StaticNames([])) == ()


def test_files_that_inputs_and_scripts_of_problems_name_go_with_them() -> None:
    olx = (
        '<problem><jsinput html_file="/static/input.html"/><script type="text/javascript" src="js/x.js?v=2"/></problem>'
    )
    assert set(resolve_references(parse_block(olx), LIBRARY)) == {"input.html", "js/x.js"}
    assert missing_files(parse_block(olx), LIBRARY) == ()
    assert missing_files(parse_block(olx), StaticNames([])) == ("input.html", "js/x.js")


@pytest.mark.parametrize(
    ("olx", "missing"),
    [
        (
            '<html><![CDATA[<img src="/static/a%20b.png"><img src="/static/a%20b.png"> /static/thumb.jpg]]></html>',
            ["a b.png"],
        ),
        ('<html><a href="asset-v1:O+C+R+type@asset+block@gone.pdf">x</a></html>', ["gone.pdf"]),
        ('<video transcripts="{&quot;en&quot;: &quot;en.srt&quot;, &quot;de&quot;: &quot;de.srt&quot;}"/>', ["de.srt"]),
        ('<video thumbnail="https://example.com/x.jpg"/>', []),
        ('<problem><script type="text/javascript" src="//cdn.example.com/x.js"/></problem>', []),
        ("<video/>", []),
    ],
)
def test_missing_files_are_named_as_the_block_spells_them(olx: str, missing: list[str]) -> None:
    assert list(missing_files(parse_block(olx), FILES)) == missing


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("spelled", ["NFC", "NFD"])
def test_names_match_across_unicode_forms(stored: Literal["NFC", "NFD"], spelled: Literal["NFC", "NFD"]) -> None:
    """macOS packs decomposed names, and browsers and editors write composed ones."""
    name = unicodedata.normalize(stored, "résumé é.png")
    files = StaticNames([StaticFile(name, 1, "")])
    for spelling in ("résumé é.png", quote(unicodedata.normalize(spelled, "résumé é.png")), "résumé_é.png"):
        block = parse_block(f'<html><![CDATA[<img src="/static/{unicodedata.normalize(spelled, spelling)}">]]></html>')
        assert [file.path for file in resolve_references(block, files).values()] == [name]
        assert missing_files(block, files) == ()
