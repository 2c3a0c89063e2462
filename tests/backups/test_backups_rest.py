"""Backing up and restoring a library (wire: libraries-create, backups)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.timezone import now
from openedx_content.models_api import LearningPackage
from openedx_events.content_authoring.signals import CONTENT_LIBRARY_CREATED
from rest_framework.test import APIClient
from user_tasks.models import UserTaskStatus

from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import back_up, delete_expired_backups, restore
from content_libraries.jobs.api import JobState, sweep_jobs
from content_libraries.libraries.models import ContentLibrary
from tests.catalogs import add_catalog
from tests.conftest import ClientFactory, CommitRunner, UserFactory
from tests.content.client import LibraryClient
from tests.content.recorder import Record

URL = "/api/libraries/v2/"
BACKUPS = f"{URL}lib:CL-TEST:lib1/backup/"
RESTORES = f"{URL}restore/"
PACKAGE = """[meta]
format_version = 1
created_by = "ann"
created_by_email = "ann@example.com"
created_at = 2025-10-05T18:23:45Z
origin_server = "studio.example.com"

[learning_package]
title = "Demo"
key = "{key}"
description = "About it"
created = 2025-10-05T18:23:45Z
updated = 2025-10-05T18:23:45Z
"""
SLUG_TAKEN = {"slug": "A library with that ID already exists."}


def zipped(files: dict[str, str | bytes], name: str = "library.zip") -> SimpleUploadedFile:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return SimpleUploadedFile(name, packed.getvalue(), content_type="application/zip")


def minimal(key: str = "lib:CL-TEST:LIB_C001") -> SimpleUploadedFile:
    return zipped({"package.toml": PACKAGE.format(key=key)})


@pytest.fixture
def client(staff: User, api_client: ClientFactory) -> APIClient:
    return api_client(staff)


@pytest.fixture(scope="module")
def shared_content(shared_lib: LibraryClient) -> None:
    lib = shared_lib
    lib.create("problem:p1")
    olx = '<problem display_name="Säuren"><img src="/static/pic.png"/></problem>'
    lib.set_olx("problem:p1", olx)
    picture = {"content": SimpleUploadedFile("pic.png", b"PNG")}
    lib.ok(lib.http.put(lib.url("problem:p1", "assets/static/pic.png"), picture, format="multipart"))
    lib.create("unit:u1", "Unit one", ["problem:p1"])
    lib.create_collection("c1", "problem:p1")
    lib.publish_all()
    lib.rename("unit:u1", "Unit renamed")


@pytest.fixture
def filled(shared_content: None, library: ContentLibrary, client: APIClient) -> LibraryClient:
    """A library with a published problem that has a picture, changes since, a unit, and a collection."""
    return LibraryClient(library, client)


def backed_up(client: APIClient, run_on_commit: CommitRunner) -> dict[str, Any]:
    with run_on_commit():
        started = client.post(BACKUPS)
    assert started.status_code == 200, started.content
    answer: dict[str, Any] = client.get(BACKUPS, {"task_id": started.json()["task_id"]}).json()
    return answer


def restored(client: APIClient, run_on_commit: CommitRunner, archive: SimpleUploadedFile) -> dict[str, Any]:
    with run_on_commit():
        started = client.post(RESTORES, {"file": archive}, format="multipart")
    assert started.status_code == 200, started.content
    answer: dict[str, Any] = client.get(RESTORES, {"task_id": started.json()["task_id"]}).json()
    return answer


def download(client: APIClient, url: str) -> bytes:
    chunks: Iterable[bytes] = client.get(url).streaming_content  # type: ignore[attr-defined]
    return b"".join(chunks)


def test_a_library_is_backed_up_and_restored_as_another_one(
    filled: LibraryClient, client: APIClient, run_on_commit: CommitRunner
) -> None:
    backup = backed_up(client, run_on_commit)
    assert backup["state"] == "Succeeded"
    assert re.fullmatch(r"http://testserver/.*/lib-cl-test-lib1-\d{4}-\d\d-\d\d-\d{6}\.zip", backup["url"])
    answer = restored(
        client, run_on_commit, SimpleUploadedFile("x.zip", download(client, backup["url"]), "application/zip")
    )
    result = answer["result"]
    assert (answer["state"], answer["error"], answer["error_log"]) == ("Succeeded", None, None)
    assert result["key"].startswith("lp-restore:Bob:CL-TEST:lib1:")
    assert {
        name: result[name] for name in ("title", "org", "slug", "archive_key", "created_on_server", "created_by")
    } == {
        "title": "Library One",
        "org": "CL-TEST",
        "slug": "lib1",
        "archive_key": "lib:CL-TEST:lib1",
        "created_on_server": "testserver",
        "created_by": {"username": "Bob", "email": "bob@example.com"},
    }
    kinds = ("containers", "components", "collections", "sections", "subsections", "units")
    assert [result[kind] for kind in kinds] == [1, 1, 1, 0, 0, 1]

    body = {"org": "CL-TEST", "slug": "again", "title": "New title", "description": "New"}
    with run_on_commit():
        created = client.post(URL, body | {"learning_package": result["learning_package_id"]}, format="json")
    assert created.status_code == 200, created.content
    again = LibraryClient(ContentLibrary.objects.get(slug="again"), client)
    shown = client.get(again.library_url()).json()
    assert (shown["title"], shown["description"], shown["num_blocks"]) == ("New title", "New", 2)
    assert shown["has_unpublished_changes"] is True
    assert again.get("problem:p1")["display_name"] == "Säuren"
    assert client.get(again.url("problem:p1", "olx/")).json() == client.get(filled.url("problem:p1", "olx/")).json()
    assert [file["path"] for file in again.get("problem:p1", "assets/")["files"]] == ["static/pic.png"]
    unit = again.get("unit:u1")
    assert (unit["display_name"], unit["published_display_name"]) == ("Unit renamed", "Unit one")
    assert [child["id"] for child in again.get("unit:u1", "children/")] == [again.key("problem:p1")]
    found = client.get("/api/content_library/v1/search/", {"q": "säuren", "library": again.lib_key}).json()
    assert again.key("problem:p1") in [item["usage_key"] for item in found["results"]]


def test_a_restore_is_told_to_nobody_until_there_is_a_library(
    filled: LibraryClient, client: APIClient, run_on_commit: CommitRunner, record: Record
) -> None:
    url = backed_up(client, run_on_commit)["url"]
    archive = SimpleUploadedFile("x.zip", download(client, url), "application/zip")
    body: dict[str, Any] = {"org": "CL-TEST", "slug": "again", "title": "T", "description": ""}
    created: list[str] = []

    def note(content_library: Any, **_event: Any) -> None:
        created.append(str(content_library.library_key))

    started = client.post(RESTORES, {"file": archive}, format="multipart").json()
    assert record(lambda: restore(started["task_id"])) == Counter()
    body["learning_package"] = client.get(RESTORES, started).json()["result"]["learning_package_id"]
    CONTENT_LIBRARY_CREATED.connect(note)
    events = record(lambda: client.post(URL, body, format="json"))
    CONTENT_LIBRARY_CREATED.disconnect(note)
    assert created == ["lib:CL-TEST:again"]
    assert events == Counter()


def test_restored_content_can_be_taken_once_and_by_its_owner_only(
    client: APIClient, run_on_commit: CommitRunner, make_user: UserFactory, api_client: ClientFactory
) -> None:
    pk = restored(client, run_on_commit, minimal())["result"]["learning_package_id"]
    names = ["Bobby"] if connection.vendor == "mysql" else ["Bobby", "bob"]  # there, nobody is called bob beside Bob
    others = [api_client(make_user(name, is_staff=True)) for name in names]
    body = {"org": "CL-TEST", "slug": "new", "title": "T", "description": "", "learning_package": pk}
    refused = {"learning_package": [f'Invalid pk "{pk}" - object does not exist.']}
    assert [other.post(URL, body, format="json").json() for other in others] == [refused] * len(names)
    assert client.post(URL, body, format="json").status_code == 200
    answer = client.post(URL, body | {"slug": "newer"}, format="json")
    assert (answer.status_code, answer.json()) == (400, refused)
    assert client.post(URL, body | {"learning_package": 10**6}, format="json").status_code == 400


def test_a_slug_that_is_taken_leaves_restored_content_as_it_was(
    library: ContentLibrary, client: APIClient, run_on_commit: CommitRunner
) -> None:
    result = restored(client, run_on_commit, minimal())["result"]
    body = {
        "org": "CL-TEST",
        "slug": library.slug,
        "title": "T",
        "description": "",
        "learning_package": result["learning_package_id"],
    }
    answer = client.post(URL, body, format="json")
    assert (answer.status_code, answer.json()) == (400, SLUG_TAKEN)
    assert LearningPackage.objects.get(pk=result["learning_package_id"]).package_ref == result["key"]


def test_the_key_in_an_archive_may_be_anything(client: APIClient, run_on_commit: CommitRunner) -> None:
    result = restored(client, run_on_commit, minimal("whatever"))["result"]
    assert (result["org"], result["slug"], result["archive_key"]) == ("unknown", "unknown", "whatever")
    assert result["created_at"] == "2025-10-05T18:23:45Z"


def test_a_backup_that_waits(filled: LibraryClient, client: APIClient) -> None:
    started = client.post(BACKUPS).json()
    UUID(started["task_id"])
    assert client.get(BACKUPS, started).json() == {"state": "Pending", "url": None}
    back_up(started["task_id"])
    url = client.get(BACKUPS, started).json()["url"]
    back_up(started["task_id"])
    assert client.get(BACKUPS, started).json() == {"state": "Succeeded", "url": url}


def test_a_restore_that_waits(client: APIClient) -> None:
    started = client.post(RESTORES, {"file": minimal()}, format="multipart").json()
    pending = {"state": "Pending", "result": None, "error": None, "error_log": None}
    assert client.get(RESTORES, started).json() == pending
    packages = LearningPackage.objects.count()
    restore(started["task_id"])
    restore(started["task_id"])
    assert client.get(RESTORES, started).json()["state"] == "Succeeded"
    assert LearningPackage.objects.count() == packages + 1


@pytest.mark.parametrize(
    ("site", "reader", "names"),
    [
        ("de", "en", ["Sicherung von lib:CL-TEST:lib1", "Wiederherstellung"]),
        ("en", "de", ["Backup of lib:CL-TEST:lib1", "Restore of a library"]),
    ],
)
def test_jobs_are_named_in_the_language_of_the_site(
    filled: LibraryClient, client: APIClient, tmp_path: Path, settings: Any, site: str, reader: str, names: list[str]
) -> None:
    texts = {"Backup of %(library)s": "Sicherung von %(library)s", "Restore of a library": "Wiederherstellung"}
    add_catalog(settings, tmp_path, "de", texts)
    settings.LANGUAGE_CODE = site
    client.post(BACKUPS, headers={"accept-language": reader})
    client.post(RESTORES, {"file": minimal()}, format="multipart", headers={"accept-language": reader})
    assert list(UserTaskStatus.objects.order_by("pk").values_list("name", flat=True)) == names


def test_which_backup_is_meant(
    filled: LibraryClient, client: APIClient, make_user: UserFactory, api_client: ClientFactory, make_library: Any
) -> None:
    task = client.post(BACKUPS).json()
    answer = client.get(BACKUPS)
    assert (answer.status_code, answer.json()) == (400, {"task_id": "This field is required."})
    nothing = (404, {"detail": "No backup found for this library."})
    other = api_client(make_user("other", is_staff=True))
    elsewhere = f"{URL}{make_library('elsewhere').library_key}/backup/"
    for asked in (
        client.get(BACKUPS, {"task_id": str(uuid4())}),
        client.get(BACKUPS, {"task_id": "nonsense"}),
        client.get(elsewhere, task),
        other.get(BACKUPS, task),
    ):
        assert (asked.status_code, asked.json()) == nothing


def test_an_archive_is_for_its_user_who_may_still_edit(
    filled: LibraryClient,
    library: ContentLibrary,
    make_member: Any,
    api_client: ClientFactory,
    run_on_commit: CommitRunner,
    client: APIClient,
) -> None:
    member = make_member(library, "author")
    url = backed_up(api_client(member), run_on_commit)["url"]
    assert api_client(member).get(url).status_code == 200
    assert client.get(url).status_code == 404
    assert api_client().get(url).status_code == 401
    library.permission_grants.filter(user=member).update(access_level="read")
    assert api_client(member).get(url).status_code == 403


def test_a_backup_fails_for_a_user_who_lost_the_right(
    filled: LibraryClient, library: ContentLibrary, make_member: Any, api_client: ClientFactory
) -> None:
    member = make_member(library, "author")
    task = api_client(member).post(BACKUPS).json()["task_id"]
    library.permission_grants.filter(user=member).delete()
    back_up(task)
    assert BackupJob.objects.get(uuid=task).state == JobState.FAILED
    assert BackupJob.objects.get(uuid=task).file.name == ""


def test_which_restore_is_meant(client: APIClient, make_user: UserFactory, api_client: ClientFactory) -> None:
    task = client.post(RESTORES, {"file": minimal()}, format="multipart").json()
    for query, errors in (
        ({}, {"task_id": ["This field is required."]}),
        ({"task_id": "nonsense"}, {"task_id": ["Must be a valid UUID."]}),
    ):
        answer = client.get(RESTORES, query)
        assert (answer.status_code, answer.json()) == (400, errors)
    assert client.get(RESTORES, {"task_id": str(uuid4())}).status_code == 404
    assert api_client(make_user("other", is_staff=True)).get(RESTORES, task).status_code == 404


def test_what_can_be_uploaded(client: APIClient, stranger: User, api_client: ClientFactory, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_ENABLE_CREATOR_GROUP = True
    for body, errors in (
        ({}, {"file": ["No file was submitted."]}),
        ({"file": SimpleUploadedFile("a.txt", b"x", "text/plain")}, {"file": ["Only ZIP files are allowed."]}),
    ):
        answer = client.post(RESTORES, body, format="multipart")
        assert (answer.status_code, answer.json()) == (400, errors)
    windows = SimpleUploadedFile("a.zip", minimal().read(), "application/x-zip-compressed")
    assert client.post(RESTORES, {"file": windows}, format="multipart").status_code == 200
    assert api_client(stranger).post(RESTORES, {}, format="multipart").status_code == 403


HTML = "entities/xblock.v1/html/h1.toml"
COMPONENT = """[entity]
can_stand_alone = true
key = "xblock.v1:html:h1"
created = 2025-10-05T18:23:45Z

[entity.draft]
version_num = 1

[entity.published]

[[version]]
title = "Text"
version_num = 1
"""
BLOCK = "entities/xblock.v1/html/h1/component_versions/v1/block.xml"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"other.toml": "x = 1"}, "Missing learning package file."),
        ({"package.toml": "no toml at all"}, "package.toml is not a TOML file: "),
        ({"package.toml": b"\xff\xfe"}, "package.toml is not a TOML file: 'utf-8'"),
        ({"package.toml": PACKAGE.format(key="k").replace("title", "titel")}, "title"),
        ({"package.toml": PACKAGE.format(key="k"), HTML: COMPONENT, BLOCK: b"\xff"}, "utf-8"),
        ({"package.toml": PACKAGE.format(key="k"), HTML: COMPONENT.replace("xblock.v1:html:h1", "h1")}, "entity_key"),
        ({"package.toml": PACKAGE.format(key="k"), HTML: "entity = 1"}, ""),
        ({"package.toml": PACKAGE.format(key="k"), HTML: COMPONENT + "title"}, f"{HTML} is not a TOML file: "),
        ({"package.toml": PACKAGE.format(key="k"), HTML: "x = " + "[" * 5_000}, f"{HTML} is nested too deeply"),
        ({"package.toml": PACKAGE.format(key="k"), "collections/c.toml": "x"}, "collections/c.toml is not a TOML"),
        ({"package.toml": PACKAGE.format(key="k"), "../x": "y"}, "../x"),
        ({"package.toml": PACKAGE.format(key="k"), BLOCK: b"\0" * 60_000_000}, "archive"),
    ],
)
def test_an_archive_that_cannot_be_read(
    files: dict[str, str | bytes], reason: str, client: APIClient, run_on_commit: CommitRunner
) -> None:
    packages = LearningPackage.objects.count()
    answer = restored(client, run_on_commit, zipped(files))
    assert (answer["state"], answer["result"]) == ("Failed", None)
    assert answer["error"] == "Library restore failed. See error log for details."
    assert answer["error_log"].startswith("http://testserver/")
    log = client.get(answer["error_log"])
    assert log["Content-Type"] == "text/plain; charset=utf-8"
    assert log.content
    assert reason.lower() in log.content.decode().lower()
    assert LearningPackage.objects.count() == packages


def test_what_is_no_archive_at_all(client: APIClient, run_on_commit: CommitRunner) -> None:
    answer = restored(client, run_on_commit, SimpleUploadedFile("a.zip", b"PK\x03\x04 no", "application/zip"))
    assert answer["state"] == "Failed"


@pytest.mark.parametrize(
    "archive",
    [
        lambda name: SimpleUploadedFile(name, b"PK\x03\x04 no", "application/zip"),
        lambda name: zipped({"package.toml": PACKAGE.format(key="k"), BLOCK: b"\0" * 60_000_000}, name),
    ],
    ids=["no archive", "too much"],
)
def test_the_log_names_the_archive_as_its_author_does(
    archive: Callable[[str], SimpleUploadedFile], client: APIClient, run_on_commit: CommitRunner
) -> None:
    answer = restored(client, run_on_commit, archive("Our library (2).zip"))
    log = client.get(answer["error_log"]).content.decode()
    assert "Our library (2).zip" in log
    assert RestoreJob.objects.get().uuid.hex not in log.replace("-", "")


def test_the_log_of_a_restore_is_for_its_user(
    client: APIClient, run_on_commit: CommitRunner, make_user: UserFactory, api_client: ClientFactory
) -> None:
    log = restored(client, run_on_commit, zipped({"a": "b"}))["error_log"]
    assert api_client(make_user("other", is_staff=True)).get(log).status_code == 404


@pytest.mark.parametrize("archive", [minimal, lambda: zipped({"a": "b"})])
def test_the_upload_is_deleted_in_the_end(client: APIClient, run_on_commit: CommitRunner, archive: Any) -> None:
    started = client.post(RESTORES, {"file": archive()}, format="multipart").json()
    job = RestoreJob.objects.get(uuid=started["task_id"])
    assert default_storage.exists(str(job.file.name))
    with run_on_commit():
        restore(started["task_id"])
    assert not default_storage.exists(str(job.file.name))
    job.refresh_from_db()
    assert job.file.name == ""


@pytest.mark.parametrize("email", ["", "u@x.y"])
def test_whoever_makes_an_archive_it_can_be_read(
    email: str,
    filled: LibraryClient,
    make_user: UserFactory,
    api_client: ClientFactory,
    run_on_commit: CommitRunner,
) -> None:
    client = api_client(make_user("nomail", is_staff=True, email=email))
    archive = SimpleUploadedFile("x.zip", download(client, backed_up(client, run_on_commit)["url"]), "application/zip")
    assert restored(client, run_on_commit, archive)["result"]["created_by"] == {"username": "nomail", "email": None}


def test_operators_see_both_in_the_admin(
    filled: LibraryClient, client: APIClient, run_on_commit: CommitRunner, staff: User, stranger: User
) -> None:
    backed_up(client, run_on_commit)
    restored(client, run_on_commit, minimal())
    restored(client, run_on_commit, zipped({"a": "b"}))
    browser = Client()
    browser.force_login(staff)
    pages = ("backupjob", "restorejob")
    backups, restores = [browser.get(f"/admin/content_libraries/{page}/").content.decode() for page in pages]
    assert "lib:CL-TEST:lib1" in backups
    assert "Demo" in restores
    failed = RestoreJob.objects.get(state=JobState.FAILED)
    shown = browser.get(f"/admin/content_libraries/restorejob/{failed.pk}/change/").content.decode()
    assert "Missing learning package file" in shown
    assert 'name="_save"' not in shown
    browser.force_login(stranger)
    assert browser.get("/admin/content_libraries/backupjob/").status_code == 302


def test_the_page_of_a_job_is_asked_for_again_until_it_is_done(
    filled: LibraryClient, client: APIClient, run_on_commit: CommitRunner, staff: User
) -> None:
    client.post(BACKUPS)  # no worker has it yet
    job = BackupJob.objects.get()
    browser = Client()
    browser.force_login(staff)
    url = f"/admin/content_libraries/backupjob/{job.pk}/change/"
    waiting = browser.get(url)
    assert "none for" in waiting.content.decode()
    assert int(waiting["Refresh"]) > 0
    job.delete()
    backed_up(client, run_on_commit)
    assert "Refresh" not in browser.get(url.replace(str(job.pk), str(BackupJob.objects.get().pk)))
    assert browser.get("/admin/content_libraries/backupjob/none/change/").status_code == 302


def test_jobs_whose_message_was_lost_are_done_in_the_end(filled: LibraryClient, client: APIClient) -> None:
    backup = client.post(BACKUPS).json()
    restoring = client.post(RESTORES, {"file": minimal()}, format="multipart").json()
    for model in (BackupJob, RestoreJob):
        model._default_manager.update(created=now() - timedelta(hours=1))
    assert sweep_jobs() == 2
    assert client.get(BACKUPS, backup).json()["state"] == "Succeeded"
    assert client.get(RESTORES, restoring).json()["state"] == "Succeeded"


def test_what_nobody_wants_any_more_is_deleted(
    filled: LibraryClient, client: APIClient, run_on_commit: CommitRunner
) -> None:
    url = backed_up(client, run_on_commit)["url"]
    taken, left = [restored(client, run_on_commit, minimal())["result"]["learning_package_id"] for _ in range(2)]
    body = {"org": "CL-TEST", "slug": "new", "title": "T", "description": "", "learning_package": taken}
    assert client.post(URL, body, format="json").status_code == 200
    for model in (BackupJob, RestoreJob):
        model._default_manager.update(created=now() - timedelta(days=8))
    delete_expired_backups()
    assert client.get(url).status_code == 404
    assert set(LearningPackage.objects.filter(pk__in=[taken, left]).values_list("pk", flat=True)) == {taken}


def test_a_legacy_archive_is_sent_to_imports(client: APIClient) -> None:
    archive = SimpleUploadedFile("legacy.tar.gz", b"\x1f\x8b\x08", content_type="application/gzip")
    answer = client.post("/api/libraries/v2/restore/", {"file": archive})
    assert answer.status_code == 400
    assert "/api/content_library/v1/import_sources/" in str(answer.data["file"])
