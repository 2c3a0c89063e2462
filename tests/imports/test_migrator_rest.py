"""The migrator's REST API, as authoring frontends call it (wire: imports-start)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient
from user_tasks.models import UserTaskStatus

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.models import ImportJob, SourceUpload
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory

from .conftest import Upload, course_archive, work
from .migrator import COURSE, ROOT, TARGET, done, get, post, started

pytestmark = pytest.mark.django_db

OWN = "/api/content_library/v1/"


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
    item = api.get_item(api.component_key("lb:O:lib:html:name-1"), user=OPERATOR)
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
    codes = [
        api.create_collection(library.library_key, user=OPERATOR, title=title).code for title in ("Zebras", "Apes")
    ]
    body = {"sources": [COURSE, "course-v1:O+C+2"], "target": TARGET, "target_collection_slug_list": codes}
    task = post(http, "bulk_migration/", **body).data
    assert [row["target_collection_slug"] for row in task["parameters"]] == ["zebras", "apes"]
    work(task["uuid"])
    task = get(http, f"migrations/{task['uuid']}/").data
    assert [row["target_collection"]["key"] for row in task["parameters"]] == ["zebras", "apes"]
    counts = {row.code: len(row.entity_pks) for row in api.list_collections(library.library_key, user=OPERATOR)[:10]}
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


def test_a_plan_for_an_unknown_collection_is_refused_on_its_field(http: APIClient, upload: Upload) -> None:
    body = {"source": str(upload().key), "target": TARGET, "collection": "nope"}
    response = http.post(f"{OWN}import_plans/", body, format="json")
    assert (response.status_code, list(response.json())) == (400, ["collection"])


def test_a_bad_archive_is_named_at_the_upload(http: APIClient, library: ContentLibrary, tmp_path: Path) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(b"nothing")
    response = send(http, path)
    assert response.status_code == 400
    assert response.json()["file"][0].startswith("x.tar.gz is damaged")
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
