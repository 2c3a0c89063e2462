"""The files that blocks name without a path (wire: imports-content)."""

from __future__ import annotations

import pytest

from content_libraries.block_types.api import resolve_references, with_renamed_files
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
