"""Metadata, OLX of versions, rendered views and pages for frames (wire: blocks)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import lxml.html
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries.actors import OPERATOR
from content_libraries.block_types.api import BlockType
from content_libraries.keys import component_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxBlock, read_archive
from content_libraries.xblocks.api import BlockVersion, render_version

from .building import leaves, write_component
from .client import BlockClient
from .conftest import ActingAs

HTML = (
    '<html display_name="Text"><![CDATA[<p>See <img src="/static/a b.png"> and <a href="/static/c.pdf">c</a></p>]]>'
    "</html>"
)


def put_file(lib: BlockClient, name: str, path: str, data: bytes = b"png") -> None:
    file = SimpleUploadedFile(path, data)
    lib.ok(lib.http.put(lib.url(name, f"assets/static/{path}"), {"content": file}, format="multipart"))


def test_metadata(lib: BlockClient) -> None:
    lib.add("html:h1", HTML)
    expected = {"block_id": lib.key("html:h1"), "block_type": "html", "display_name": "Text"}
    assert lib.read("html:h1") == expected
    more = lib.ok(lib.http.get(lib.xblock_url("html:h1"), {"include": "index_dictionary,children,nonsense"}))
    assert more["children"] == []
    assert "See" in more["index_dictionary"]["content"]["html_content"]
    assert "nonsense" not in more


def test_olx_of_each_version(lib: BlockClient) -> None:
    lib.add("html:h1", "<html>one</html>")
    lib.publish("html:h1")
    lib.set_olx("html:h1", "<html>two</html>")
    assert [lib.olx(f"html:h1{version}") for version in ("", "@draft", "@published", "@2", "@3")] == [
        "<html>two</html>",
        "<html>two</html>",
        "<html>one</html>",
        "<html>one</html>",
        "<html>two</html>",
    ]
    assert "one" in lib.view("html:h1@published")["content"]
    assert "two" in lib.view("html:h1")["content"]


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("html:none", "The component 'lb:CL-TEST:lib1:html:none' does not exist."),
        ("html:gone", "The component 'lb:CL-TEST:lib1:html:gone' does not exist."),
        ("html:h1@published", "The requested version of component 'lb:CL-TEST:lib1:html:h1' does not exist."),
        ("html:h1@99", "The requested version of component 'lb:CL-TEST:lib1:html:h1' does not exist."),
    ],
)
@pytest.mark.parametrize("suffix", ["", "olx/", "fields/", "view/student_view/"])
def test_what_is_not_there(lib: BlockClient, name: str, detail: str, suffix: str) -> None:
    lib.add("html:h1", HTML)
    lib.create("html:gone")
    lib.delete("html:gone")
    response = lib.http.get(lib.xblock_url(name, suffix))
    assert (response.status_code, response.json()) == (404, {"detail": detail})


def test_keys_and_versions_that_are_none(lib: BlockClient) -> None:
    root = "/api/xblock/v2/xblocks/"
    for path in ("lb:a:b/", "lib:a:b/olx/", f"{lib.key('html:h1')}@newest/olx/", "/handler_url/x/", "lct:a:b:unit:c/"):
        assert lib.http.get(root + path).status_code == 404
    response = lib.http.get(f"{root}lb:no:lib:html:x/")
    assert response.json() == {"detail": "Content Library 'lib:no:lib' does not exist"}


def test_links_to_files_of_the_shown_version_are_rewritten(lib: BlockClient) -> None:
    lib.create("html:h1")
    put_file(lib, "html:h1", "a_b.png")
    lib.set_olx("html:h1", HTML.replace("a b", "a_b"))
    content = lib.view("html:h1")["content"]
    (url,) = re.findall(r'src="([^"]+)"', content)
    assert re.fullmatch(r"http://testserver/library_assets/component_versions/[0-9a-f-]{36}/static/a_b\.png", url)
    assert b"".join(lib.http.get(url)) == b"png"
    assert 'href="/static/c.pdf"' in content
    put_file(lib, "html:h1", "a_b.png", b"other")
    assert f'src="{url}"' not in lib.view("html:h1")["content"]


def test_asset_keys_of_a_course_lead_to_the_files_that_came_with_the_block(lib: BlockClient) -> None:
    lib.create("html:h1")
    put_file(lib, "html:h1", "a.png")
    asset = "asset-v1:O+C+R+type@asset+block@"
    elsewhere = f"https://studio.example.com/{asset}a.png"
    images = "".join(f'<img src="{url}">' for url in (f"/{asset}a.png", f"{asset}a.png", f"/{asset}b.png", elsewhere))
    lib.set_olx("html:h1", f"<html><![CDATA[{images}]]></html>")
    urls = re.findall(r'src="([^"]+)"', lib.view("html:h1")["content"])
    assert [url.startswith("http://testserver/library_assets/") for url in urls] == [True, True, False, False]
    assert urls[2:] == [f"/{asset}b.png", elsewhere]


def test_a_file_whose_name_html_has_to_escape_is_found(lib: BlockClient) -> None:
    lib.create("html:h1")
    put_file(lib, "html:h1", "Q&A.pdf")
    lib.set_olx(
        "html:h1", '<html><![CDATA[<a href="/static/Q&amp;A.pdf">x</a> <a href="/static/Q&A.pdf">y</a>]]></html>'
    )
    content = lib.view("html:h1")["content"]
    assert len(re.findall(r'href="http://testserver/library_assets/[^"]+/static/Q&A\.pdf"', content)) == 2


@pytest.mark.parametrize("with_file", [False, True])
def test_scripts_of_problems_find_their_html(lib: BlockClient, with_file: bool) -> None:
    """It is in an attribute, from which the script takes it."""
    lib.add("problem:p1", '<problem><stringresponse answer="a"><textline/></stringresponse></problem>')
    if with_file:
        put_file(lib, "problem:p1", "a.png")
    wrapper = lxml.html.fromstring(lib.view("problem:p1")["content"])
    assert wrapper.get("data-content", "").count("<input") > 0
    assert wrapper.get("data-url", "").endswith("/xmodule_handler")


def test_author_view_falls_back(lib: BlockClient) -> None:
    lib.add("html:h1", HTML)
    assert lib.view("html:h1", "author_view")["content"] == lib.view("html:h1")["content"]


@pytest.mark.parametrize("view_name", ["get_html", "__init__", "save", "no_view"])
def test_only_views_are_views(lib: BlockClient, view_name: str) -> None:
    lib.add("html:h1", HTML)
    assert lib.http.get(lib.xblock_url("html:h1", f"view/{view_name}/")).status_code == 404


def test_the_video_editor_finds_its_settings(lib: BlockClient) -> None:
    lib.add("video:v1", '<video display_name="V" transcripts=\'{"de": "de.srt"}\'/>')
    content = lib.view("video:v1", "studio_view")["content"]
    assert "transcripts" in content
    assert "de.srt" in content


def test_an_unknown_type_gets_a_notice(lib: BlockClient, library: ContentLibrary, author: User) -> None:
    write_component(library, author, "novelty", "n1", '<novelty x="1"><script>alert(1)</script></novelty>')
    view = lib.view("novelty:n1")
    assert "not installed" in view["content"]
    assert "alert" not in view["content"]
    assert lib.embed("novelty:n1").status_code == 200


def test_python_of_authors_is_not_run(lib: BlockClient, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = f'<script type="loncapa/python">open("{ran}", "w")</script>'
    lib.add("problem:p1", f"<problem>{script}<p>Hi</p></problem>")
    assert "Python" in lib.view("problem:p1")["content"]
    response = lib.http.post(lib.handler("problem:p1", "xmodule_handler") + "problem_check", {"input_x_2_1": "1"})
    assert response.status_code == 400
    assert "Python" in response.json()["detail"]
    assert not ran.exists()


def test_python_that_is_not_recognized_is_not_run_either(
    lib: BlockClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Behind the check of what a problem says stands a refusal where ``capa`` asks whether it may run code."""
    settings.CONTENT_LIBRARIES_BLOCK_PROCESSES = 0  # so that the check can be taken away
    monkeypatch.setattr("content_libraries.xblocks.inside.block_type", lambda name: BlockType(name=name))
    ran = tmp_path / "ran"
    lib.add("problem:p1", f'<problem><script type="loncapa/python">open("{ran}", "w")</script><p>Hi</p></problem>')
    assert lib.http.get(lib.xblock_url("problem:p1", "view/student_view/")).status_code == 200
    more = lib.http.get(lib.xblock_url("problem:p1"), {"include": "index_dictionary,student_view_data"})
    assert more.status_code == 200
    url = lib.handler("problem:p1", "xmodule_handler")
    for action in ("problem_get", "problem_check", "problem_show"):
        assert lib.http.post(url + action, {"input_x_2_1": "1"}).status_code < 500
    assert not ran.exists()


@pytest.mark.parametrize(
    "inside",
    [
        '<customresponse cfn="f"><textline/></customresponse>',
        "<schematicresponse><schematic/><answer>pass</answer></schematicresponse>",
        '<externalresponse url="http://127.0.0.1/"><textline/></externalresponse>',
        "<coderesponse><textbox/></coderesponse>",
        '<stringresponse answer="a"><textline/><hintgroup hintfn="f"/></stringresponse>',
    ],
)
def test_what_would_run_or_call_gets_a_notice(lib: BlockClient, inside: str) -> None:
    lib.add("problem:p1", f"<problem>{inside}</problem>")
    assert "cannot be shown" in lib.view("problem:p1")["content"]


def test_a_broken_problem_is_no_server_error(lib: BlockClient) -> None:
    lib.add("problem:p1", "<problem><optionresponse><optioninput/></optionresponse></problem>")
    assert lib.http.get(lib.xblock_url("problem:p1", "view/student_view/")).status_code == 200


def test_only_authors_are_told_what_is_wrong(lib: BlockClient, acting_as: ActingAs, reader: User) -> None:
    lib.add("poll_question:p1", "<poll_question>No answers</poll_question>")
    assert "answer' tag" in lib.view("poll_question:p1")["content"].replace("&#x27;", "'")
    shown = acting_as(reader).view("poll_question:p1")["content"]
    assert "can read." in shown
    assert "tag" not in shown
    assert lib.save("poll_question:p1", metadata={"display_name": "New"})["display_name"] == "New"


def test_who_may_look(
    lib: BlockClient, acting_as: ActingAs, library: ContentLibrary, reader: User, stranger: User
) -> None:
    lib.add("html:h1", HTML)

    def statuses() -> list[int]:
        people = [acting_as(user) for user in (reader, stranger, None)]
        views = [person.http.get(lib.xblock_url("html:h1", "view/student_view/")) for person in people]
        return [response.status_code for response in (*views, *(person.embed("html:h1") for person in people))]

    assert statuses() == [200, 403, 403] * 2
    library.allow_public_read = True
    library.save()
    assert statuses() == [200, 200, 403] * 2
    library.allow_public_learning = True
    library.save()
    assert statuses() == [200, 200, 200] * 2
    assert acting_as(stranger).http.get(lib.xblock_url("html:h1", "olx/")).status_code == 403
    assert acting_as(reader).http.get(lib.xblock_url("html:h1", "view/studio_view/")).status_code == 403


def test_the_page_is_sandboxed_and_may_be_framed(lib: BlockClient, settings: object) -> None:
    settings.CORS_ORIGIN_WHITELIST = ["https://apps.example.com"]  # type: ignore[attr-defined]
    lib.add("html:h1", HTML)
    response = lib.embed("html:h1", show_title="true")
    policy = response["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://apps.example.com;" in policy
    assert "sandbox" in policy
    assert "allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "X-Frame-Options" not in response
    page = response.content.decode()
    assert ">Text</h2>" in page
    assert "<p>See" in page


@pytest.mark.parametrize(
    ("name", "view_name", "classes"),
    [
        ("problem:p1", "student_view", "xmodule_display xmodule_ProblemBlock"),
        ("word_cloud:w1", "studio_view", "xmodule_edit xmodule_WordCloudBlock"),
        ("no-such-type:n1", "student_view", ""),
    ],
)
def test_styles_of_packages_find_the_element_around_a_block(
    lib: BlockClient, library: ContentLibrary, author: User, name: str, view_name: str, classes: str
) -> None:
    block_type, code = name.split(":")
    write_component(library, author, block_type, code, f"<{block_type}/>")
    page = lib.embed(name, view_name, inner="1").content.decode()
    assert f'xblock-v1-{view_name} {classes}"' in page
    assert ("xblocks/settings.css" in page) is (view_name == "studio_view")


def test_refusals_may_be_framed_too_and_load_nothing(lib: BlockClient) -> None:
    response = lib.http.get(f"/xblocks/v2/{lib.key('html:nowhere')}/embed/student_view/")
    assert response.status_code == 404
    assert response["Content-Security-Policy"] == "frame-ancestors 'self'; default-src 'none'"
    assert "X-Frame-Options" not in response


def test_an_editor_is_sandboxed_in_a_page_of_the_site(lib: BlockClient) -> None:
    lib.add("annotatable:a1", "<annotatable><p>What authors wrote</p></annotatable>")
    outer = lib.embed("annotatable:a1", "studio_view")
    policy = outer["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "sandbox" not in policy.replace("frame-ancestors", "")
    page = outer.content.decode()
    assert "What authors wrote" not in page
    (src,) = re.findall(r'<iframe src="([^"]+)"', page)
    inner = lib.http.get(f"/xblocks/v2/{lib.key('annotatable:a1')}/embed/studio_view/{src}")
    assert "sandbox" in inner["Content-Security-Policy"]
    assert "allow-same-origin" not in inner["Content-Security-Policy"]
    assert "What authors wrote" in inner.content.decode()


def test_the_page_can_load_its_files_without_cookies(lib: BlockClient, acting_as: ActingAs) -> None:
    lib.create("html:h1")
    put_file(lib, "html:h1", "a_b.png")
    lib.set_olx("html:h1", HTML.replace("a b", "a_b"))
    (url,) = re.findall(r'<img src="([^"]+)"', lib.embed("html:h1").content.decode())
    nobody = acting_as(None).http
    assert b"".join(nobody.get(url)) == b"png"
    assert nobody.get(url.partition("?")[0]).status_code == 401
    assert nobody.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 401
    put_file(lib, "html:h1", "d.png")
    newer = lib.get("html:h1", "assets/")["files"][0]["url"]
    assert nobody.get(f"{newer}?{url.partition('?')[2]}").status_code == 401


def test_titles_cannot_break_out_of_the_page(lib: BlockClient) -> None:
    lib.add("html:h1", '<html display_name="&lt;/title&gt;&lt;script&gt;x()">a</html>')
    assert "<script>x()" not in lib.embed("html:h1", show_title="1").content.decode()


def test_a_bad_version_of_a_page(lib: BlockClient) -> None:
    lib.add("html:h1", HTML)
    for version in ("newest", "-1", "²", "99999999999"):
        response = lib.embed("html:h1", version=version)
        assert (response.status_code, response.json()) == (400, ["Invalid version specifier"])
    assert lib.embed("html:h1", version="draft").status_code == 200
    assert lib.embed("html:h1", version="published").status_code == 404


def test_pages_load_files_of_block_packages(lib: BlockClient, acting_as: ActingAs) -> None:
    lib.add("problem:p1", "<problem><p>Hi</p></problem>")
    urls = [resource["data"] for resource in lib.view("problem:p1")["resources"] if resource["kind"] == "url"]
    assert len(urls) == 2
    for url in urls:
        response = acting_as(None).http.get(url)
        assert response.status_code == 200
        assert response["Content-Type"] in {"text/css", "text/javascript"}
        assert len(response.content) > 10_000


@pytest.mark.parametrize(
    "path", ["problem/capa_block.py", "public/../capa_block.py", "problem/public/%2e%2e/capa_block.py", "public/.x"]
)
def test_other_files_of_packages_are_not_served(lib: BlockClient, path: str) -> None:
    assert lib.http.get(f"/xblocks/v2/resources/problem/{path}").status_code == 404


@pytest.mark.parametrize("suffix", ["", "fields/", "olx/", "view/student_view/"])
def test_reading_takes_few_queries(lib: BlockClient, suffix: str) -> None:
    lib.add("problem:p1", "<problem><p>Hi</p></problem>")
    lib.read("problem:p1", suffix)
    with CaptureQueriesContext(connection) as queries:
        lib.read("problem:p1", suffix)
    assert len(queries) <= 12
    assert not [query for query in queries.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]


def test_every_component_of_the_real_courses_can_be_shown(real_archive: Callable[[str], Path]) -> None:
    """Without a database, as nobody: whatever a block is, there is something to show, and no error."""
    notices: Counter[tuple[str, str]] = Counter()
    for name in ("openedx-demo-course.tar.gz", "harvardx-studio-advanced.tar.gz"):
        for number, block in enumerate(leaves(read_archive(real_archive(name)).root)):
            if block.tag == "video":
                continue  # asks the database for transcripts
            key = component_key(f"lb:O:L:{block.tag}:{number}")
            version = BlockVersion(key, 1, None, 1, uuid4(), "T", block.olx, frozenset(), can_edit=False)
            view = render_version(version, user=OPERATOR)
            assert view.content.strip()
            notices[block.tag, view.notice.partition(":")[0]] += 1
    shown = {tag: count for (tag, notice), count in notices.items() if not notice}
    assert shown["html"] == 581
    assert shown["problem"] == 91
    assert not [notice for _tag, notice in notices if notice.startswith("This component cannot be shown")]


@pytest.mark.parametrize(
    "name", ["openedx-demo-course.tar.gz", pytest.param("harvardx-studio-advanced.tar.gz", marks=pytest.mark.slow)]
)
def test_each_type_of_a_real_course(
    lib: BlockClient, library: ContentLibrary, author: User, real_archive: Callable[[str], Path], name: str
) -> None:
    samples: dict[str, list[OlxBlock]] = {}
    for block in leaves(read_archive(real_archive(name)).root):
        samples.setdefault(block.tag, []).append(block)
    for tag, blocks in samples.items():
        for number, block in enumerate(blocks[:3]):
            write_component(library, author, tag, f"b{number}", block.olx)
            component = f"{tag}:b{number}"
            view = lib.view(component)
            assert view["content"].strip()
            assert lib.embed(component).status_code == 200
            before = lib.olx(component)
            fields = lib.read(component, "fields/")
            text = {"data": fields["data"]} if "data" in fields else {}
            lib.save(component, metadata=fields["metadata"], **text)
            assert lib.olx(component) == before
