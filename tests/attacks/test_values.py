"""Settings of a few bytes that stand for megabytes: YAML with aliases, brackets, numbers, and JSON of a policy."""

from __future__ import annotations

import json
import re
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from opaque_keys.edx.keys import CourseKey

from tests.conftest import ClientFactory
from tests.imports.conftest import course_archive
from tests.sites import PROJECT
from tests.xblocks.client import BlockClient

ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)
BRACKETS = "[" * 1_000 + "]" * 1_000
VALUES = {
    "aliases": ALIASES,
    "aliases in brackets": "[&a [x, x], &b [*a, *a], &c [*b, *b], &d [*c, *c], *d]",
    "brackets": BRACKETS,
    "objects": '{"a":' * 1_000 + "1" + "}" * 1_000,
    "open brackets": "[" * 20_000,
    "many": json.dumps([0] * 40_000),
    "a number": ":".join(["1"] * 20_000),
    "a hexadecimal number": "0x" + "f" * 20_000,
    "infinity": "[.inf, .nan]",
    "bytes": "[!!binary aGVsbG8=]",
    "names that are no texts": "{[1, 2]: x}",
    "half a character": '["\\ud83d"]',
}
COMMON = ("aliases", "brackets", "many", "a number", "infinity", "half a character")
"""One value of each kind. The others are tried where there is time."""

BLOCKS = {
    "html:h1": ("<html {settings}><![CDATA[<p>Body</p>]]></html>", ("tags", "editor")),
    "video:v1": ("<video {settings}/>", ("html5_sources", "transcripts", "start_time")),
    "word_cloud:w1": ("<word_cloud {settings}/>", ("num_inputs", "tags", "all_words")),
    "problem:p1": (
        "<problem {settings}><p>Body</p></problem>",
        ("max_attempts", "weight", "matlab_api_key", "data", "markdown"),
    ),
}
"""Components -> OLX, and settings of all kinds: lists, objects, numbers, times, texts, XML."""

INFINITY = "the number 1e400"
MUCH = 1_000_000
"""No answer about such a block is nearly as long."""


def attribute(value: str) -> str:
    return escape(value).replace("\n", "&#10;")


def olx_of(name: str, value: str) -> str:
    olx, settings = BLOCKS[name]
    return olx.format(settings=" ".join(f'{setting}="{attribute(value)}"' for setting in settings))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(value, marks=[pytest.mark.slow] if kind not in COMMON else [], id=kind)
        for kind, value in VALUES.items()
    ],
)
@pytest.mark.parametrize(
    "names",
    [("html:h1", "problem:p1"), pytest.param(("video:v1", "word_cloud:w1"), marks=pytest.mark.slow)],
    ids=["common", "others"],
)
def test_a_block_with_such_settings_stays_readable(lib: BlockClient, value: str, names: tuple[str, ...]) -> None:
    for name in names:
        lib.add(name, olx_of(name, value))
        answers = [lib.http.get(lib.xblock_url(name, suffix)) for suffix in ("fields/", "view/student_view/")]
        answers += [lib.embed(name), lib.http.get(f"/api/content_library/v1/components/{lib.key(name)}/fields/")]
        assert {answer.status_code for answer in answers} == {200}, name
        assert max(len(answer.content) for answer in answers) < MUCH
        assert lib.olx(name) == olx_of(name, value)


@pytest.mark.django_db
@pytest.mark.parametrize("name", BLOCKS)
def test_authors_are_told_and_readers_are_not(
    lib: BlockClient, reader: User, api_client: ClientFactory, name: str
) -> None:
    lib.add(name, olx_of(name, BRACKETS))
    declared = lib.ok(lib.http.get(f"/api/content_library/v1/components/{lib.key(name)}/fields/"))
    assert "nests more than 50" in declared["notice"]
    assert all(f"{setting}: " in declared["notice"] for setting in BLOCKS[name][1])
    assert "cannot be read" in lib.view(name)["content"]
    readers_view = BlockClient(lib.library, api_client(reader)).view(name)["content"]
    assert "cannot be read" not in readers_view
    assert "cl-notice" not in readers_view


@pytest.mark.django_db
def test_settings_in_elements_count_as_those_in_attributes(lib: BlockClient) -> None:
    namespace = 'xmlns:option="http://code.edx.org/xblock/option"'
    olx = f"<html {namespace}><option:tags>{escape(ALIASES)}</option:tags><p>Body</p></html>"
    lib.add("html:h1", olx)
    assert len(json.dumps(lib.read("html:h1", "fields/"))) < MUCH
    assert "Body" in lib.view("html:h1")["content"]
    lib.add("problem:p1", f"<problem><meta>{BRACKETS}</meta><p>Body</p></problem>")
    assert "Body" in lib.view("problem:p1")["content"]


@pytest.mark.django_db
def test_a_setting_that_is_xml_expands_no_entities(lib: BlockClient) -> None:
    entities = "".join(
        f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdef", "bcdefg", strict=True)
    )
    document = f"<!DOCTYPE x [<!ENTITY a '{'x' * 100}'>{entities}]><x>&g;</x>"
    lib.add("annotatable:a1", f'<annotatable data="{attribute(document)}"><p>Body</p></annotatable>')
    assert len(json.dumps(lib.read("annotatable:a1", "fields/"))) < MUCH
    assert lib.embed("annotatable:a1").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tags", json.loads(BRACKETS[450:1550])),
        ("tags", [0] * 200_000),
        ("tags", ["x" * 2_000_000]),
        ("weight", "nan"),
        ("weight", INFINITY),
        ("weight", "1e400"),
        ("max_attempts", 10**4_000),
    ],
    ids=["brackets", "many", "long", "no number", "infinity", "infinity as text", "a number"],
)
def test_such_a_value_cannot_be_saved(lib: BlockClient, field: str, value: Any) -> None:
    name = "html:h1" if field == "tags" else "problem:p1"
    lib.create(name)
    before = lib.read(name, "fields/")
    body = json.dumps({"metadata": {field: value}}).replace(f'"{INFINITY}"', "1e400")
    refused = lib.http.post(lib.xblock_url(name, "fields/"), body, content_type="application/json")
    assert refused.status_code == 400, refused.content[:200]
    assert len(refused.content) < 2_000
    assert lib.read(name, "fields/") == before


READERS = {
    "content_libraries/backups/format/fields.py": "lines of archives, whose depth and values it checks itself",
    "content_libraries/imports/plan/stored.py": "what the app has written itself",
    "content_libraries/olx/spelled.py": "one string of JSON",
    "content_libraries/search/engines/embedded/schema.py": "what the app has written itself",
    "content_libraries/search/facade/views.py": "the body of a request, whose length Django limits",
    "content_libraries/sync/link/readiness.py": "rows of links, which the app has written itself",
    "content_libraries/values.py": "the reader with limits",
    "content_libraries/xblocks/plain.py": "what has just been written there",
    "content_libraries/xblocks/processes/zygote.py": "the folders of the site, from itself",
    "content_libraries/xblocks/video_config.py": "what a converter has just written, where blocks run",
}
"""Modules that read JSON or YAML themselves, and what of."""

_READING = re.compile(r"\b(?:json\.loads?|yaml\.\w*load\w*|literal_eval)\(")


def test_whatever_authors_write_is_read_within_limits() -> None:
    """A reader of values that looks through nothing before it reads is a mistake, unless it is known to be harmless."""
    modules = [path for folder in ("content_libraries", "studio") for path in (PROJECT / folder).rglob("*.py")]
    found = {str(path.relative_to(PROJECT)) for path in modules if _READING.search(path.read_text())}
    assert found == set(READERS)


@pytest.mark.django_db
def test_they_arrive_by_imports_loads_and_pastes_and_stay_as_small(
    lib: BlockClient, staff: User, api_client: ClientFactory, tmp_path: Path
) -> None:
    blocks = "".join(olx_of(name, ALIASES).replace(" ", f' url_name="{name.partition(":")[2]}" ', 1) for name in BLOCKS)
    unit = f'<vertical url_name="v">{blocks}</vertical>'
    archive = course_archive(tmp_path, f'<chapter url_name="c"><sequential url_name="s">{unit}</sequential></chapter>')
    call_command("load_course", str(archive), stdout=StringIO())
    call_command("import_course", str(archive), lib.lib_key, "--level", "component", stdout=StringIO())
    for name in BLOCKS:
        assert len(json.dumps(lib.read(name, "fields/"))) < MUCH
        assert lib.http.get(lib.xblock_url(name, "view/student_view/")).status_code == 200

    course = CourseKey.from_string("course-v1:O+C+1")
    copied = {"usage_key": str(course.make_usage_key("word_cloud", "w1"))}
    lib = BlockClient(lib.library, api_client(staff))
    lib.ok(lib.http.post("/api/content-staging/v1/clipboard/", copied, format="json"))
    pasted = lib.ok(lib.http.post(f"/api/libraries/v2/{lib.lib_key}/paste_clipboard/", {}, format="json"))
    answer = lib.http.get(f"/api/xblock/v2/xblocks/{pasted['id']}/fields/")
    assert answer.status_code == 200
    assert len(answer.content) < MUCH
