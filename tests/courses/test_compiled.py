"""Compiled courses: what a publish leaves for learners, whenever it is compiled."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import PublishLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.compiling import compile_publish_log, uncompiled_publish_logs
from content_libraries.courses.models import BlockDefinition, CompileAttempts, CompiledCourse, CompiledDefinition
from content_libraries.courses.tasks import compile_published, sweep_compiled
from content_libraries.errors import NotAllowedError, NotFoundError
from tests.conftest import ClientFactory, CommitRunner

from .building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT, key, make_course

pytestmark = pytest.mark.django_db

URL = f"/api/content_library/v1/courses/{COURSE_KEY}/structure/"


def publish() -> int:
    """Publish the course, and compile nothing. Returns the pk of the publish log."""
    log_pk = api.publish_course(COURSE_KEY, user=OPERATOR)
    assert log_pk is not None
    return log_pk


def rename(title: str) -> None:
    api.edit_block(UNIT, user=OPERATOR, settings={"display_name": title})


def published_title() -> str:
    return api.PublishedCourse(COURSE_KEY).get_item(UNIT).title


def test_a_publish_is_compiled_after_its_commit(course: None, run_on_commit: CommitRunner) -> None:
    with run_on_commit():
        log_pk = publish()
        assert not CompiledCourse.objects.exists()
    compiled = CompiledCourse.objects.get()
    assert compiled.publish_log_id == log_pk
    assert compiled.structure["blocks"][str(UNIT)] == {
        "type": "vertical",
        "title": "A unit",
        "children": [str(TEXT), str(PROBLEM)],
    }


def test_reading(course: None) -> None:
    api.edit_block(PROBLEM, user=OPERATOR, settings={"graded": True})
    compile_publish_log(publish())
    rename("A draft")
    published = api.PublishedCourse(COURSE_KEY)
    assert published.get_course().settings == {"display_name": "A course"}
    unit = published.get_item(UNIT)
    assert (unit.title, unit.olx, unit.children) == ("A unit", '<vertical display_name="A unit"/>', (TEXT, PROBLEM))
    assert [block.usage_key for block in published.get_children(UNIT)] == [TEXT, PROBLEM]
    assert published.get_children(TEXT) == []
    assert published.get_parent(PROBLEM) == UNIT
    assert published.get_parent(ROOT) is None
    assert published.has_item(UNIT)
    assert not published.has_item(key("html", "none"))
    assert list(published.walk(depth=1)) == [(ROOT, 0), (SECTION, 1)]
    assert [usage_key for usage_key, _depth in published.walk(UNIT)] == [UNIT, TEXT, PROBLEM]
    for read in (published.get_item, published.get_children, published.get_parent):
        with pytest.raises(NotFoundError):
            read(key("html", "none"))


@pytest.mark.parametrize(
    ("qualifiers", "found"),
    [
        ({}, [ROOT, SECTION, SUBSECTION, UNIT, TEXT, PROBLEM]),
        ({"category": "problem"}, [PROBLEM]),
        ({"name": "unit"}, [UNIT]),
        ({"category": "problem", "name": "unit"}, []),
        ({"settings": {"display_name": "P"}}, [PROBLEM]),
        ({"settings": {"display_name": ["P", "A unit"]}}, [UNIT, PROBLEM]),
        ({"category": "vertical", "settings": {"display_name": "P"}}, []),
    ],
)
def test_finding_by_qualifiers(course: None, qualifiers: dict[str, Any], found: list[Any]) -> None:
    compile_publish_log(publish())
    blocks = api.PublishedCourse(COURSE_KEY).get_items(**qualifiers)
    assert [block.usage_key for block in blocks] == found


def test_readers_never_touch_the_version_tables(course: None) -> None:
    compile_publish_log(publish())
    with CaptureQueriesContext(connection) as captured:
        published = api.PublishedCourse(COURSE_KEY)
        published.get_course()
        published.get_children(UNIT)
        published.get_items(category="problem")
        published.get_parent(UNIT)
        list(published.walk())
    assert len(captured) == 4
    assert all("openedx_content" not in query["sql"] for query in captured)


def test_a_late_compile_says_what_its_publish_left_and_replaces_nothing(course: None) -> None:
    first = publish()
    rename("Second")
    api.delete_block(TEXT, user=OPERATOR)
    second = publish()
    assert compile_publish_log(second)
    assert published_title() == "Second"
    assert compile_publish_log(first)
    assert published_title() == "Second"
    old = CompiledCourse.objects.get(publish_log_id=first).structure["blocks"]
    assert old[str(UNIT)] == {"type": "vertical", "title": "A unit", "children": [str(TEXT), str(PROBLEM)]}
    assert str(TEXT) not in CompiledCourse.objects.get(publish_log_id=second).structure["blocks"]


def test_a_publish_of_a_part_is_the_whole_course_as_it_then_is(course: None) -> None:
    compile_publish_log(publish())
    rename("Draft of the unit")
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "New"})
    log_pk = api.publish_block(PROBLEM, user=OPERATOR)
    assert log_pk is not None
    compile_publish_log(log_pk)
    published = api.PublishedCourse(COURSE_KEY)
    assert (published.get_item(PROBLEM).title, published.get_item(UNIT).title) == ("New", "A unit")


def test_a_reader_stays_with_its_state(course: None) -> None:
    compile_publish_log(publish())
    reader = api.PublishedCourse(COURSE_KEY)
    rename("Second")
    compile_publish_log(publish())
    assert reader.get_item(UNIT).title == "A unit"
    assert published_title() == "Second"


def test_twice_is_once(course: None) -> None:
    log_pk = publish()
    assert compile_publish_log(log_pk)
    assert not compile_publish_log(log_pk)
    assert CompiledCourse.objects.count() == 1


def test_only_the_newest_are_kept(course: None, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_COMPILED_COURSES_KEPT = 2
    logs = []
    for number in range(4):
        rename(f"Title {number}")
        logs.append(publish())
        compile_publish_log(logs[-1])
    assert sorted(CompiledCourse.objects.values_list("publish_log_id", flat=True)) == logs[2:]
    assert CompiledDefinition.objects.count() == 12
    assert published_title() == "Title 3"


def test_the_documents_go_with_the_log_and_with_the_course(course: None) -> None:
    first = publish()
    rename("Second")
    second = publish()
    for log_pk in (first, second):
        compile_publish_log(log_pk)
    api.delete_course(COURSE_KEY, user=OPERATOR)
    assert not CompiledCourse.objects.exists()
    assert not CompiledDefinition.objects.exists()


def test_logs_of_libraries_and_logs_that_are_gone(course: None, library: Any) -> None:
    component = api.create_component(library.library_key, user=OPERATOR, block_type="problem", component_code="p")
    assert component is not None
    api.publish_all(library.library_key, user=OPERATOR)
    log = PublishLog.objects.get(learning_package=library.learning_package)
    assert not compile_published(log.pk)
    assert not compile_published(log.pk + 1000)


def test_the_sweep_finds_what_nobody_compiled(course: None, run_on_commit: CommitRunner) -> None:
    publish()
    rename("Second")
    newest = publish()
    assert uncompiled_publish_logs() == [newest]
    assert sweep_compiled() == 1
    assert published_title() == "Second"
    assert sweep_compiled() == 0


def test_a_publish_that_cannot_be_compiled_is_left_to_people_after_some_attempts(
    course: None, caplog: pytest.LogCaptureFixture
) -> None:
    log_pk = publish()
    (definition,) = BlockDefinition.objects.filter(version__entity__course_block__usage_key=UNIT)
    kept = BlockDefinition(version_id=definition.version_id, olx=definition.olx)
    definition.delete()
    assert [sweep_compiled() for _sweep in range(5)] == [1, 1, 1, 0, 0]
    assert f"run “compile_course {COURSE_KEY}”" in caplog.text
    kept.save(force_insert=True)
    assert sweep_compiled() == 0
    call_command("compile_course", str(COURSE_KEY))
    assert CompiledCourse.objects.get().publish_log_id == log_pk
    assert not CompileAttempts.objects.exists()


def test_another_publish_is_compiled_whatever_became_of_the_last_one(course: None) -> None:
    CompileAttempts.objects.create(publish_log_id=publish(), count=3)
    rename("Second")
    publish()
    assert sweep_compiled() == 1
    assert published_title() == "Second"


def test_nothing_is_published(course: None) -> None:
    with pytest.raises(NotFoundError):
        api.PublishedCourse(COURSE_KEY)


def test_queries_of_a_compile_do_not_grow() -> None:
    counts = []
    for size in (1, 60):
        course_key = make_course(api.course_key(f"course-v1:Org+Course+{size}"), problems=size)
        log_pk = api.publish_course(course_key, user=OPERATOR)
        assert log_pk is not None
        with CaptureQueriesContext(connection) as captured:
            compile_publish_log(log_pk)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_structure_over_rest(course: None, staff: User, api_client: ClientFactory) -> None:
    client = api_client(staff)
    assert client.get(URL).status_code == 404
    compile_publish_log(publish())
    answer = client.get(URL)
    uuid = str(PublishLog.objects.get().uuid)
    assert answer.status_code == 200
    assert (answer["ETag"], answer.json()["publish_log"], answer.json()["root"]) == (f'"{uuid}"', uuid, str(ROOT))
    assert answer.json()["blocks"][str(SECTION)]["children"] == [str(SUBSECTION)]
    again = client.get(URL, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert client.get(URL, headers={"If-None-Match": "*"}).status_code == 304
    rename("Second")
    compile_publish_log(publish())
    newer = client.get(URL, headers={"If-None-Match": answer["ETag"]})
    assert newer.status_code == 200
    assert newer.json()["blocks"][str(UNIT)]["title"] == "Second"


def test_who_may_read_it(course: None, stranger: User, staff: User, api_client: ClientFactory) -> None:
    compile_publish_log(publish())
    assert api_client().get(URL).status_code == 401
    assert api_client(stranger).get(URL).status_code == 403
    assert api_client(staff).get(URL.replace("Run", "None")).status_code == 404
    assert api_client(staff).get("/api/content_library/v1/courses/lib:O:L/structure/").status_code == 404


def test_the_command(course: None, stranger: User) -> None:
    with pytest.raises(CommandError):
        call_command("compile_course", str(COURSE_KEY))
    publish()
    first = PublishLog.objects.get()
    rename("Second")
    publish()
    out = StringIO()
    call_command("compile_course", str(COURSE_KEY), "--publish-log", str(first.uuid), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"course": str(COURSE_KEY), "blocks": 6, "publish_log": str(first.uuid)}
    assert published_title() == "A unit"
    call_command("compile_course", str(COURSE_KEY), stdout=out)
    assert published_title() == "Second"
    with pytest.raises(CommandError):
        call_command("compile_course", str(COURSE_KEY), "--publish-log", str(uuid4()))
    with pytest.raises(NotAllowedError):
        api.compile_course(COURSE_KEY, user=stranger)
