"""What the migrator's REST API tells of imports: results, lists and previews (wire: imports-start)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory

from .conftest import OUTLINE, Upload, course_archive, legacy_archive
from .migrator import BAD_OUTLINE, COURSE, TARGET, done, get, started

pytestmark = pytest.mark.django_db


def test_where_a_source_was_imported_to(http: APIClient, upload: Upload, staff: User) -> None:
    upload()
    done(http, create_collection=True)
    started(http)
    info = get(http, "migration_info/", source_keys=[COURSE, "bad", "course-v1:O+C+9"])
    row = {
        "source_key": COURSE,
        "target_key": TARGET,
        "target_title": "Library",
        "target_collection_key": "course-1",
        "target_collection_title": "Course 1",
    }
    assert info.json() == {COURSE: [row], "course-v1:O+C+9": []}
    missing = get(http, "migration_info/")
    assert (missing.status_code, missing.json()) == (400, {"detail": "Missing required parameter: source_keys"})


def test_where_a_source_was_imported_to_is_told_to_those_who_may_read_both(
    http: APIClient, api_client: ClientFactory, upload: Upload, stranger: User, library: ContentLibrary,
    make_member: MemberFactory
) -> None:  # fmt: skip
    author = make_member(library, "author")
    upload(user=author)
    done(http)
    assert get(api_client(stranger), "migration_info/", source_keys=COURSE).json() == {}
    assert len(get(api_client(author), "migration_info/", source_keys=COURSE).json()[COURSE]) == 1
    library.permission_grants.all().delete()
    assert get(api_client(author), "migration_info/", source_keys=COURSE).json() == {COURSE: []}


def test_500_sources_cost_as_many_queries_as_one(http: APIClient, upload: Upload) -> None:
    upload()
    done(http)
    counts = []
    for number in (1, 500):
        keys = [f"course-v1:O+C+{run}" for run in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(get(http, "migration_info/", source_keys=keys).json()) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_courses_of_a_library_are_listed_newest_first(http: APIClient, upload: Upload, settings: Any) -> None:
    upload(run="1"), upload(run="2", outline=BAD_OUTLINE), upload(run="3")
    done(http, create_collection=True)
    done(http, source="course-v1:O+C+2")
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 1
    done(http, source="course-v1:O+C+3")
    waiting = started(http)
    rows = get(http, f"library/{TARGET}/migrations/courses/").json()
    assert [(row["source"]["key"][-1], row["state"], row["progress"]) for row in rows] == [
        ("1", "In Progress", 0.0),
        ("3", "Failed", 1.0),
        ("2", "Partial", 1.0),
        ("1", "Succeeded", 1.0),
    ]
    assert rows[0]["task_uuid"] == waiting["uuid"]
    assert rows[3]["source"]["display_name"] == "Course 1"
    assert rows[3]["target_collection"] == {"key": "course-1", "title": "Course 1"}
    bad = get(http, "library/nonsense/migrations/courses/")
    assert (bad.status_code, bad.json()) == (400, {"detail": "Malformed library key: nonsense"})


def test_the_preview_counts_what_a_first_import_brings(http: APIClient, upload: Upload) -> None:
    upload(outline=BAD_OUTLINE)
    assert get(http, "migration_preview/", source_key=COURSE, target_key=TARGET).json() == {
        "state": "partial",
        "unsupported_blocks": 1,
        "unsupported_percentage": pytest.approx(100 / 7),
        "blocks_limit": 100_000,
        "total_blocks": 7,
        "total_components": 4,
        "sections": 1,
        "subsections": 1,
        "units": 1,
    }


def test_preview_and_import_read_the_drafts_of_an_archive(http: APIClient, upload: Upload, tmp_path: Path) -> None:
    place = 'parent_url="block-v1:O+C+1+type@sequential+block@s1" index_in_children_list="1"'
    draft = f'<vertical display_name="Draft" {place}/>'
    upload(course_archive(tmp_path, files={"drafts/vertical/v9.xml": draft.encode()}))
    preview = get(http, "migration_preview/", source_key=COURSE, target_key=TARGET).json()
    report = done(http).migrations.get().report
    assert {kind: preview[kind] for kind in ("sections", "subsections", "units")} == {
        "sections": 1,
        "subsections": 1,
        "units": 2,
    }
    assert report["actions"] == {"create": preview["total_blocks"]}
    skipping = {"source_key": COURSE, "target_key": TARGET, "repeat_handling_strategy": "skip"}
    assert get(http, "migration_preview/", **skipping).json()["total_blocks"] == 0


def test_the_preview_knows_the_limit(http: APIClient, upload: Upload, settings: Any) -> None:
    upload()
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 4
    preview = get(http, "migration_preview/", source_key=COURSE, target_key=TARGET).json()
    assert (preview["state"], preview["total_blocks"]) == ("block_limit_reached", 5)
    done(http, only=["block-v1:O+C+1+type@vertical+block@v1"])
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 3
    preview = get(http, "migration_preview/", source_key=COURSE, target_key=TARGET).json()
    assert (preview["state"], preview["total_blocks"], preview["unsupported_percentage"]) == (
        "block_limit_reached",
        0,
        0,
    )


def test_the_preview_of_an_empty_source_is_empty(http: APIClient, upload: Upload) -> None:
    upload(outline="<wiki/>")
    preview = get(http, "migration_preview/", source_key=COURSE, target_key=TARGET).json()
    assert (preview["state"], preview["total_blocks"], preview["unsupported_percentage"]) == ("success", 0, 0)


@pytest.mark.parametrize(
    ("path", "query", "status", "error"),
    [
        ("migration_preview/", {}, 400, "Target key cannot be blank."),
        ("migration_preview/", {"target_key": TARGET}, 400, "Source key cannot be blank."),
        ("migration_preview/", {"target_key": "x", "source_key": "x"}, 400, "Bad target_key: x"),
        ("migration_preview/", {"target_key": TARGET, "source_key": "x"}, 400, "Bad source: x"),
        ("migration_preview/", {"target_key": TARGET, "source_key": "course-v1:a+b+c"}, 404, None),
        ("migration_preview/", {"target_key": "lib:O:none", "source_key": COURSE}, 404, None),
        ("migration_blocks/", {}, 400, "Target key cannot be blank."),
        ("migration_blocks/", {"target_key": "x"}, 400, "Bad target_key: x"),
        ("migration_blocks/", {"target_key": TARGET, "source_key": "x"}, 400, "Bad source: x"),
        ("migration_blocks/", {"target_key": TARGET, "task_uuid": "x"}, 400, "Bad task_uuid: x"),
        ("migration_blocks/", {"target_key": TARGET, "is_failed": "x"}, 400, "Bad is_failed value: x"),
    ],
)
def test_bad_queries(
    http: APIClient, upload: Upload, path: str, query: dict[str, str], status: int, error: str | None
) -> None:
    upload()
    response = get(http, path, **query)
    assert response.status_code == status
    if error:
        assert response.json() == {"error": error}


def test_a_collection_that_was_deleted_since_is_not_named_until_it_is_restored(
    http: APIClient, upload: Upload, tmp_path: Path
) -> None:
    upload()
    course = done(http, create_collection=True)
    uploaded = upload(legacy_archive(tmp_path, '<problem url_name="p">1</problem>'))
    done(http, source=str(uploaded.key), create_collection=True)

    def named() -> list[str | None]:
        (info,) = get(http, "migration_info/", source_keys=COURSE).json()[COURSE]
        (row,) = get(http, f"library/{TARGET}/migrations/courses/").json()
        (parameters,) = get(http, f"migrations/{course.uuid}/").data["parameters"]
        (card,) = http.get("/api/contentstore/v1/home/libraries").json()["libraries"]
        found = (row["target_collection"], parameters["target_collection"])
        keys = [info["target_collection_key"], *(collection and collection["key"] for collection in found)]
        return [*keys, card["migrated_to_collection_key"]]

    before = ["course-1"] * 3 + ["legacy-l1"]
    assert named() == before
    keys = [api.collection_key(f"lib-collection:O:lib:{code}") for code in ("course-1", "legacy-l1")]
    for key in keys:
        api.delete_collection(key, user=OPERATOR)
    assert named() == [None] * 4
    for key in keys:
        api.restore_collection(key, user=OPERATOR)
    assert named() == before


def test_what_became_of_each_block(http: APIClient, upload: Upload) -> None:
    upload(outline=BAD_OUTLINE)
    job = done(http, preserve_url_slugs=True, create_collection=True)
    rows = get(http, "migration_blocks/", target_key=TARGET, task_uuid=str(job.uuid)).json()
    assert [(row["source_key"].rpartition("@")[2], row["target_key"]) for row in rows] == [
        ("c1", "lct:O:lib:section:c1"),
        ("s1", "lct:O:lib:subsection:s1"),
        ("v1", "lct:O:lib:unit:v1"),
        ("h1", "lb:O:lib:html:h1"),
        ("p1", "lb:O:lib:problem:p1"),
        ("bad", None),
        ("in", "lb:O:lib:problem:in"),
    ]
    assert "has children" in rows[5]["unsupported_reason"]
    assert rows[0]["unsupported_reason"] is None
    for query, count in (
        ({"is_failed": "false"}, 6),
        ({"is_failed": "true"}, 1),
        ({"target_collection_key": "course-1"}, 7),
        ({"target_collection_key": "other"}, 0),
        ({"source_key": COURSE}, 7),
        ({"source_key": "course-v1:O+C+other"}, 0),
    ):
        assert len(get(http, "migration_blocks/", target_key=TARGET, **query).json()) == count, query


@pytest.mark.parametrize(("preserve_url_slugs", "name"), [(True, "q2"), (False, "ask-them_1")])
def test_what_has_children_is_named_by_the_id_that_it_would_have(
    http: APIClient, upload: Upload, tmp_path: Path, preserve_url_slugs: bool, name: str
) -> None:
    outline = """<poll url_name="q1" display_name="Ask them">x</poll>
    <poll url_name="q2" display_name="Ask them"><problem url_name="a"/><problem url_name="b"/></poll>"""
    problems = {f"problem/{problem}.xml": b"<problem>x</problem>" for problem in "ab"}
    upload(course_archive(tmp_path, outline, files=problems))
    done(http, preserve_url_slugs=preserve_url_slugs)
    (row,) = get(http, "migration_blocks/", target_key=TARGET, is_failed="true").json()
    assert row["unsupported_reason"] == (
        f'The "poll" XBlock (ID: "{name}") has children, so it is not supported in content libraries.'
        " It has 2 children blocks."
    )


def test_placeholders_vanish_when_a_later_import_brings_the_block(
    http: APIClient, upload: Upload, tmp_path: Path
) -> None:
    def placeholders() -> list[str]:
        rows = get(http, "migration_blocks/", target_key=TARGET, is_failed="true").json()
        return [row["source_key"].rpartition("@")[2] for row in rows]

    with_child = OUTLINE.replace("</vertical>", '<poll url_name="q"><problem url_name="in"/></poll></vertical>')
    upload(course_archive(tmp_path, with_child, files={"problem/in.xml": b"<problem>x</problem>"}))
    done(http)
    done(http, repeat_handling_strategy="fork")
    assert placeholders() == ["q"]
    upload(outline=OUTLINE.replace("</vertical>", '<poll url_name="q">x</poll></vertical>'))
    done(http)
    assert placeholders() == []
