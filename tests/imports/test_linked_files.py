"""Files that other files name go along with the blocks that need those (wire: imports-content)."""

from __future__ import annotations

from pathlib import Path

import pytest

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports import api as imports
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.static_links import NameCollector
from tests.growth import assert_grows_no_faster_than_its_input

from .sources import write_course

pytestmark = pytest.mark.django_db

PAGE = b"""<html><head><link href="css/style.css"><script src='app.js?v=2'></script></head>
<img src=pictures/a.png><a href="https://example.com/b.png">b</a><a href="index.html">me</a></html>"""
FILES = {
    "index.html": PAGE,
    "css/style.css": b"@import 'more.css'; body { background: url(../pictures/back%20ground.png) }",
    "css/more.css": b"@import 'style.css';",
    "app.js": b'fetch("data.json"); load("/static/sounds/s.mp3"); "../../etc/passwd.txt"',
    "data.json": b"{}",
    "sounds/s.mp3": b"s",
    "pictures/a.png": b"a",
    "pictures/back ground.png": b"g",
    "b.png": b"b",
    "unused.png": b"u",
}
LINKED = {path for path in FILES if path not in {"b.png", "unused.png"}}


def files_of(library: ContentLibrary, folder: Path, block: str, files: dict[str, bytes] | None = None) -> set[str]:
    contents = {f"static/{path}": content for path, content in (files or FILES).items()}
    source = write_course(folder, block, files=contents)
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=source)
    (row,) = plan.blocks
    found = {file.path.removeprefix("static/") for file in row.files}
    assert {path.removeprefix("static/") for path in contents} - found == set(plan.unused_files)
    assert plan.missing_files == {}
    imports.apply_import(plan, user=OPERATOR, source=source)
    return found


@pytest.mark.parametrize(
    "block",
    [
        '<html url_name="h"><![CDATA[<iframe src="/static/index.html"></iframe>]]></html>',
        '<problem url_name="p"><customresponse><jsinput html_file="/static/index.html"/></customresponse></problem>',
    ],
)
def test_what_a_page_names_goes_with_it(library: ContentLibrary, tmp_path: Path, block: str) -> None:
    assert files_of(library, tmp_path, block) == LINKED


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ('<problem url_name="p"><script type="loncapa/python">open("data.json")</script></problem>', {"data.json"}),
        (
            '<problem url_name="p"><customresponse><jsinput initial_state=\'{"picture": "b.png"}\'/></customresponse>'
            "</problem>",
            {"b.png"},
        ),
        (
            '<problem url_name="p"><customresponse cfn="c"><answer>x = "data.json"</answer></customresponse></problem>',
            {"data.json"},
        ),
        ('<problem url_name="p"><p>Open "data.json" and look at \'b.png\'.</p></problem>', set()),
        ('<html url_name="h">"data.json"</html>', set()),
    ],
)
def test_names_in_code_and_parameters_of_problems(
    library: ContentLibrary, tmp_path: Path, block: str, expected: set[str]
) -> None:
    assert files_of(library, tmp_path, block) == expected


def test_a_course_of_this_site_brings_the_same_files(library: ContentLibrary, tmp_path: Path) -> None:
    block = '<html url_name="h"><![CDATA[<iframe src="/static/index.html"></iframe>]]></html>'
    files = {f"static/{path}": content for path, content in FILES.items()}
    api.load_course(write_course(tmp_path, block, files=files), user=OPERATOR)
    source = imports.find_source(api.course_key("course-v1:O+C+1"), user=OPERATOR).open()
    (row,) = imports.plan_import(library.library_key, user=OPERATOR, source=source).blocks
    assert {file.path.removeprefix("static/") for file in row.files} == LINKED


def test_the_files_that_a_block_brings_are_bounded(library: ContentLibrary, tmp_path: Path) -> None:
    chain = {f"{number}.css": f'@import "{number + 1}.css";'.encode() for number in range(1_200)}
    plan = imports.plan_import(
        library.library_key,
        user=OPERATOR,
        source=write_course(
            tmp_path,
            '<html url_name="h"><![CDATA[<link href="/static/0.css">]]></html>',
            files={f"static/{path}": content for path, content in chain.items()},
        ),
    )
    (row,) = plan.blocks
    assert len(row.files) == 1_000


@pytest.mark.parametrize("text", ['"', "(", '"a.', '"a.b"', "=x.y ", '"' + "a" * 50])
def test_names_are_found_in_time_by_the_length_only(tmp_path: Path, text: str) -> None:
    def read(size: int) -> None:
        collector = NameCollector()
        list(collector.through([(text * size).encode()]))
        collector.names()

    assert_grows_no_faster_than_its_input(read, size=5_000)
