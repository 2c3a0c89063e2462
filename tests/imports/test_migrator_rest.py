"""The migrator's REST API, as authoring frontends call it (import contract, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient
from user_tasks.models import UserTaskStatus

from content_libraries import api
from content_libraries.imports.models import ImportJob, SourceUpload
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory

from .conftest import OUTLINE, Upload, course_archive, legacy_archive, work

pytestmark = pytest.mark.django_db

ROOT = "/api/modulestore_migrator/v1/"
OWN = "/api/content_library/v1/"
COURSE = "course-v1:O+C+1"
TARGET = "lib:O:lib"
BAD_OUTLINE = OUTLINE.replace(
    "</vertical>", '<library_content url_name="bad"><problem url_name="in">x</problem></library_content></vertical>'
)


@pytest.fixture
def http(api_client: ClientFactory, staff: User) -> APIClient:
    return api_client(staff)


def post(http: APIClient, path: str, **body: Any) -> Any:
    return http.post(ROOT + path, body, format="json")


def get(http: APIClient, path: str, **query: Any) -> Any:
    return http.get(ROOT + path, query)


def started(http: APIClient, **body: Any) -> Any:
    response = post(http, "migrations/", **{"source": COURSE, "target": TARGET, "composition_level": "section", **body})
    assert response.status_code == 201, response.data
    return response.data


def done(http: APIClient, **body: Any) -> ImportJob:
    return work(started(http, **body)["uuid"])


# Starting and watching -------------------------------------------------------------------------------------------


def test_the_first_answer_has_everything_a_client_shows(http: APIClient, upload: Upload) -> None:
    upload()
    task = started(http, repeat_handling_strategy="update", preserve_url_slugs=True, create_collection=True)
    assert get(http, f"migrations/{task['uuid']}/").data == task
    (parameters,) = task.pop("parameters")
    assert task.keys() == {
        "state", "state_text", "completed_steps", "total_steps", "attempts", "created", "modified", "artifacts", "uuid"
    }  # fmt: skip
    assert (task["state"], task["total_steps"], task["artifacts"]) == ("Pending", 11, [])
    assert {name: value for name, value in parameters.items() if name != "id"} == {
        "source": COURSE,
        "target": TARGET,
        "composition_level": "section",
        "repeat_handling_strategy": "update",
        "preserve_url_slugs": True,
        "forward_source_to_target": False,
        "is_failed": False,
        "target_collection_slug": None,
        "create_collection": True,
        "target_collection": None,
        "error": "",
    }


def test_the_end_is_seen_with_its_collection(http: APIClient, upload: Upload) -> None:
    upload()
    job = done(http, create_collection=True)
    task = get(http, f"migrations/{job.uuid}/").data
    assert (task["state"], task["state_text"], task["completed_steps"]) == ("Succeeded", "Succeeded", 11)
    assert task["parameters"][0]["target_collection"] == {"key": "course-1", "title": "Course 1"}
    assert [row["uuid"] for row in get(http, "migrations/").data["results"]] == [str(job.uuid)]


def test_with_defaults_only_components_come_with_ids_of_their_titles(http: APIClient, upload: Upload) -> None:
    upload(outline='<html url_name="a1" display_name="Näme (1)">x</html>')
    response = post(http, "migrations/", source=COURSE, target=TARGET)
    work(response.data["uuid"])
    item = api.get_item(api.component_key("lb:O:lib:html:name-1"), user=None)
    assert not item.has_unpublished_changes


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"source": "nonsense"}, {"source": ["Invalid source key: nonsense"]}),
        ({"source": "lib:O:lib"}, {"source": ["Invalid source key: lib:O:lib"]}),
        ({"target": "nonsense"}, {"target": ["Invalid target library key: nonsense"]}),
        ({"composition_level": "course"}, {"composition_level": ['"course" is not a valid choice.']}),
        ({"repeat_handling_strategy": "x"}, {"repeat_handling_strategy": ['"x" is not a valid choice.']}),
        (
            {"source": "course-v1:O+C+none"},
            {"source": ["There is no source course-v1:O+C+none. Upload its archive first."]},
        ),
        (
            {"target_collection_slug": "none"},
            {
                "target_collection_slug": [
                    "There is no collection “none” in the library. Create it first, or choose another."
                ]
            },
        ),
    ],
)  # fmt: skip
def test_a_bad_request_is_refused_by_field(http: APIClient, upload: Upload, body: Any, error: Any) -> None:
    upload()
    response = post(http, "migrations/", **{"source": COURSE, "target": TARGET, **body})
    assert (response.status_code, response.json()) == (400, error)
    assert not ImportJob.objects.exists()


def test_source_and_target_are_required(http: APIClient) -> None:
    response = post(http, "migrations/")
    assert response.json() == {"source": ["This field is required."], "target": ["This field is required."]}


def test_who_may_not_is_told(
    api_client: ClientFactory, upload: Upload, library: ContentLibrary, make_member: MemberFactory, stranger: User
) -> None:
    upload()
    body = {"source": COURSE, "target": TARGET}
    assert post(api_client(), "migrations/", **body).status_code == 401
    refusal = {"detail": "Requester is not an author on the source."}
    for user in (stranger, make_member(library, "library_user"), make_member(library, "library_author")):
        response = post(api_client(user), "migrations/", **body)
        assert (response.status_code, response.json()) == (403, refusal)
        assert post(api_client(user), "migrations/", **{**body, "source": "bad"}).status_code == 400


def test_an_unknown_library_is_not_found(http: APIClient, upload: Upload) -> None:
    upload()
    assert post(http, "migrations/", source=COURSE, target="lib:O:none").status_code == 404


def test_jobs_are_their_owners(http: APIClient, api_client: ClientFactory, upload: Upload, stranger: User) -> None:
    upload()
    uuid = started(http)["uuid"]
    other = api_client(stranger)
    assert get(other, f"migrations/{uuid}/").status_code == 404
    assert get(other, "migrations/").data["results"] == []
    assert post(other, f"migrations/{uuid}/cancel/").status_code == 404
    assert get(http, f"migrations/{uuid4()}/").status_code == 404
    for method in (http.delete, http.put, http.patch):
        assert method(f"{ROOT}migrations/{uuid}/").status_code == 405


def test_the_owner_cancels_and_a_finished_job_stays_as_it_is(http: APIClient, upload: Upload) -> None:
    upload()
    uuid = started(http)["uuid"]
    canceled = post(http, f"migrations/{uuid}/cancel/")
    assert (canceled.status_code, canceled.data["state"], canceled.data["uuid"]) == (200, "Canceled", uuid)
    assert canceled.data["parameters"][0]["is_failed"] is True
    job = done(http)
    assert post(http, f"migrations/{job.uuid}/cancel/").data["state"] == "Succeeded"


def test_staff_cancel_for_others(
    http: APIClient, api_client: ClientFactory, upload: Upload, library: ContentLibrary, make_member: MemberFactory
) -> None:
    author = make_member(library, "library_author")
    upload(user=author)
    uuid = started(api_client(author))["uuid"]
    assert get(http, f"migrations/{uuid}/").status_code == 404
    assert post(http, f"migrations/{uuid}/cancel/").data["state"] == "Canceled"
    assert get(api_client(author), f"migrations/{uuid}/").data["state"] == "Canceled"


def test_the_error_of_a_failed_job_is_read_by_its_owner_only(
    http: APIClient, api_client: ClientFactory, upload: Upload, stranger: User, settings: Any
) -> None:
    upload()
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 2
    job = done(http)
    task = get(http, f"migrations/{job.uuid}/").data
    assert (task["state"], task["parameters"][0]["is_failed"]) == ("Failed", True)
    (url,) = task["artifacts"]
    artifact = http.get(url).data
    assert artifact["name"] == "Error"
    assert "cannot have more than 2 items" in artifact["text"]
    assert api_client(stranger).get(url).status_code == 404


def test_a_task_whose_status_was_purged_is_still_shown(http: APIClient, upload: Upload) -> None:
    upload()
    job = done(http)
    UserTaskStatus.objects.all().delete()
    task = get(http, f"migrations/{job.uuid}/").data
    assert (task["state"], task["artifacts"], len(task["parameters"])) == ("Succeeded", [], 1)
    assert get(http, f"library/{TARGET}/migrations/courses/").json()[0]["state"] == "Succeeded"


# Many sources ----------------------------------------------------------------------------------------------------


def test_many_sources_come_in_one_job(http: APIClient, upload: Upload) -> None:
    upload(run="1"), upload(run="2")
    sources = [COURSE, "course-v1:O+C+2"]
    response = post(http, "bulk_migration/", sources=sources, target=TARGET, create_collections=True)
    assert response.status_code == 201
    assert [row["source"] for row in response.data["parameters"]] == sources
    assert response.data["total_steps"] == 17
    work(response.data["uuid"])
    task = get(http, f"migrations/{response.data['uuid']}/").data
    assert [row["target_collection"]["key"] for row in task["parameters"]] == ["course-1", "course-2"]


def test_each_source_goes_into_its_own_collection(http: APIClient, upload: Upload, library: ContentLibrary) -> None:
    upload(run="1"), upload(run="2")
    codes = [api.create_collection(library.library_key, user=None, title=title).code for title in ("Zebras", "Apes")]
    body = {"sources": [COURSE, "course-v1:O+C+2"], "target": TARGET, "target_collection_slug_list": codes}
    task = post(http, "bulk_migration/", **body).data
    assert [row["target_collection_slug"] for row in task["parameters"]] == ["zebras", "apes"]
    work(task["uuid"])
    task = get(http, f"migrations/{task['uuid']}/").data
    assert [row["target_collection"]["key"] for row in task["parameters"]] == ["zebras", "apes"]
    counts = {row.code: len(row.entity_pks) for row in api.list_collections(library.library_key, user=None)[:10]}
    assert counts == {"zebras": 2, "apes": 2}


BULK_ERRORS: list[tuple[dict[str, Any], str]] = [
    ({"sources": [COURSE, "bad"]}, "sources"),
    ({"sources": []}, "sources"),
    ({"sources": [COURSE, COURSE]}, "sources"),
    ({"sources": [COURSE, "course-v1:O+C+none"]}, "sources"),
    ({"sources": [COURSE], "target_collection_slug_list": []}, "target_collection_slug_list"),
    ({"sources": [COURSE], "target_collection_slug_list": ["none"]}, "target_collection_slug_list"),
    ({"sources": [COURSE], "target_collection_slug_list": [None]}, "target_collection_slug_list"),
]


@pytest.mark.parametrize(("body", "field"), BULK_ERRORS)
def test_a_bad_bulk_request_starts_nothing(http: APIClient, upload: Upload, body: Any, field: str) -> None:
    upload()
    response = post(http, "bulk_migration/", target=TARGET, **body)
    assert response.status_code == 400
    assert response.json().keys() == {field}
    assert not ImportJob.objects.exists()
    assert http.get(f"{ROOT}bulk_migration/").status_code == 405


def test_one_source_without_rights_starts_nothing(
    api_client: ClientFactory, upload: Upload, library: ContentLibrary, make_member: MemberFactory
) -> None:
    author = make_member(library, "library_author")
    upload(run="1", user=author), upload(run="2")
    response = post(api_client(author), "bulk_migration/", sources=[COURSE, "course-v1:O+C+2"], target=TARGET)
    detail = "Requester is not an author on the source: course-v1:O+C+2. No migrations performed."
    assert (response.status_code, response.json()) == (403, {"detail": detail})
    assert not ImportJob.objects.exists()


# Looking ---------------------------------------------------------------------------------------------------------


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
        api.delete_collection(key, user=None)
    assert named() == [None] * 4
    for key in keys:
        api.restore_collection(key, user=None)
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


# Uploads, plans, retries -----------------------------------------------------------------------------------------


def send(http: APIClient, path: Path, **fields: str) -> Any:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return http.post(f"{OWN}import_sources/", {"library": TARGET, "file": file, **fields}, format="multipart")


def test_an_archive_is_uploaded_planned_and_imported(
    http: APIClient, library: ContentLibrary, real_archive: Callable[[str], Path]
) -> None:
    source = send(http, real_archive("openedx-demo-library.tar.gz"))
    assert (source.status_code, source.data["kind"]) == (201, "library")
    body = {"source": source.data["key"], "target": TARGET, "make_collection": True}
    plan = http.post(f"{OWN}import_plans/", body, format="json").data
    assert plan["report"]["actions"] == {"create": 6}
    assert {row["action"] for row in plan["blocks"]} == {"create"}
    assert http.get(f"{OWN}import_plans/{plan['uuid']}/").data == plan
    job = http.post(f"{OWN}imports/", {"plan": plan["uuid"]}, format="json")
    assert job.status_code == 201
    assert work(job.data["uuid"]).state == "succeeded"
    assert library.learning_package is not None
    assert http.get(f"{OWN}import_plans/{plan['uuid']}/").status_code == 404


def test_a_bad_archive_is_named_at_the_upload(http: APIClient, library: ContentLibrary, tmp_path: Path) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(b"nothing")
    response = send(http, path)
    assert response.status_code == 400
    assert "damaged" in response.json()["file"][0]
    assert not SourceUpload.objects.exists()


def test_a_key_that_is_too_long_is_refused_at_the_upload(
    http: APIClient, library: ContentLibrary, tmp_path: Path
) -> None:
    response = send(http, course_archive(tmp_path, run="1" * 250))
    assert (response.status_code, list(response.json())) == (400, ["source_key"])
    assert "is too long a key" in response.json()["source_key"][0]
    assert send(http, course_archive(tmp_path, run="1" * 250), source_key=COURSE).status_code == 201


def test_uploads_are_their_owners_and_need_edit(
    api_client: ClientFactory, upload: Upload, library: ContentLibrary, make_member: MemberFactory, tmp_path: Path
) -> None:
    upload()
    author, reader = make_member(library, "library_author"), make_member(library, "library_user")
    assert api_client(author).get(f"{OWN}import_sources/").data["results"] == []
    assert send(api_client(reader), course_archive(tmp_path)).status_code == 403
    assert send(api_client(author), course_archive(tmp_path)).status_code == 201
    assert api_client(author).get(f"{OWN}import_sources/").data["count"] == 1


def test_what_failed_is_tried_again(http: APIClient, upload: Upload, settings: Any) -> None:
    upload()
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 2
    failed = done(http)
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 20
    again = http.post(f"{OWN}imports/{failed.uuid}/retries/")
    assert again.status_code == 201
    assert work(again.data["uuid"]).state == "succeeded"
    assert http.post(f"{OWN}imports/{again.data['uuid']}/retries/").status_code == 400
