"""Archives that are verified, and restored into libraries by a plan (wire: own-archives)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag
from rest_framework.test import APIClient

from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import restore
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory, MemberFactory

from .archives import Content, backed_up_to
from .test_backups_rest import URL as LIBRARIES
from .test_backups_rest import backed_up, download, restored, zipped

pytestmark = pytest.mark.django_db

OWN = "/api/content_library/v1/"


@pytest.fixture
def client(staff: User, api_client: ClientFactory) -> APIClient:
    return api_client(staff)


@pytest.fixture
def content(library: ContentLibrary) -> Content:
    content = Content(library)
    content.container("unit", "u1", content.component("a", "1", {"static/a.png": b"A"}))
    content.publish()
    return content


class Restorer:
    """What a user does with archives, where jobs are done at once."""

    def __init__(self, client: APIClient, run_on_commit: CommitRunner) -> None:
        self.client = client
        self.run_on_commit = run_on_commit

    def post(self, path: str, body: dict[str, Any], *, form: str = "json") -> Any:
        with self.run_on_commit():
            return self.client.post(f"{OWN}{path}", body, format=form)

    def done(self, path: str, body: dict[str, Any], *, form: str = "json") -> dict[str, Any]:
        answer = self.post(path, body, form=form)
        assert answer.status_code == 201, answer.content
        kind = "restores/" if path.startswith("restores/") else path
        found = self.client.get(f"{OWN}{kind}{answer.json()['uuid']}/")
        assert found.status_code == 200, found.content
        result: dict[str, Any] = found.json()
        return result

    def verified(self, path: Path, **more: str) -> dict[str, Any]:
        file = SimpleUploadedFile("mine.zip", path.read_bytes(), "application/zip")
        return self.done("archives/", {"file": file, **more}, form="multipart")

    def planned(self, archive: dict[str, Any], mode: str, library: str = "lib:CL-TEST:lib1", **more: Any) -> Any:
        return self.done("restores/", {"archive": archive["uuid"], "library": library, "mode": mode, **more})

    def applied(self, plan: dict[str, Any], **body: Any) -> dict[str, Any]:
        return self.done(f"restores/{plan['uuid']}/applications/", body)


@pytest.fixture
def restorer(client: APIClient, run_on_commit: CommitRunner) -> Restorer:
    return Restorer(client, run_on_commit)


@pytest.fixture
def path(content: Content, staff: User, tmp_path: Path) -> Path:
    return backed_up_to(content.library, tmp_path / "a.zip", staff)


def test_an_archive_is_verified_planned_and_applied(content: Content, path: Path, restorer: Restorer) -> None:
    archive = restorer.verified(path)
    assert (archive["state"], archive["report"]["whole"], archive["report"]["manifest"]) == ("Succeeded", True, True)
    assert archive["report"]["library"]["key"] == "lib:CL-TEST:lib1"
    content.component("a", "2")
    plan = restorer.planned(archive, "replace-items")
    assert (plan["purpose"], plan["state"], plan["mode"]) == ("plan", "Succeeded", "replace-items")
    assert [(item["key"], item["action"], item["version_num"]) for item in plan["report"]["items"]] == [
        (content.ref("a"), "update", 3)
    ]
    assert content.states()[content.ref("a")] == (2, 1)
    done = restorer.applied(plan)
    assert (done["purpose"], done["state"], done["error"]) == ("apply", "Succeeded", "")
    assert content.states()[content.ref("a")] == (3, 3), "one version for both, as in the archive"
    again = restorer.applied(plan)
    assert again["state"] == "Failed"
    assert "has changed since" in again["error"]


def test_a_new_library(content: Content, path: Path, restorer: Restorer) -> None:
    plan = restorer.planned(restorer.verified(path), "new", "lib:CL-TEST:fresh")
    assert plan["report"]["counts"]["create"] == 2
    assert restorer.applied(plan)["state"] == "Succeeded"
    assert Content(ContentLibrary.objects.get(slug="fresh")).states() == content.states()


def test_a_replacement_of_everything(content: Content, path: Path, restorer: Restorer, client: APIClient) -> None:
    content.component("other")
    plan = restorer.planned(restorer.verified(path), "replace-all")
    refused = restorer.post(f"restores/{plan['uuid']}/applications/", {})
    assert refused.status_code == 400
    assert "lib:CL-TEST:lib1" in refused.json()["confirm"]
    done = restorer.applied(plan, confirm="lib:CL-TEST:lib1")
    assert done["state"] == "Succeeded", done
    assert content.states()[content.ref("other")] == (None, None)
    backup = client.get(f"{OWN}backups/{done['report']['backup']}/").json()
    assert backup["state"] == "Succeeded"
    assert download(client, backup["url"]).startswith(b"PK")


def test_a_part_is_backed_up(content: Content, restorer: Restorer) -> None:
    content.component("other")
    body = {"library": "lib:CL-TEST:lib1", "items": ["lct:CL-TEST:lib1:unit:u1"], "history": True}
    backup = restorer.done("backups/", body)
    assert (backup["state"], backup["library"]) == ("Succeeded", "lib:CL-TEST:lib1")
    missing = restorer.post("backups/", body | {"items": ["lb:CL-TEST:lib1:html:none"]})
    assert (missing.status_code, list(missing.json())) == (400, ["items"])


def test_a_broken_archive_is_described_and_not_kept(
    library: ContentLibrary, restorer: Restorer, tmp_path: Path
) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(zipped({"package.toml": "x"}).read())
    archive = restorer.verified(path)
    assert (archive["state"], archive["report"]["whole"]) == ("Succeeded", False)
    assert [(problem["code"], problem["member"]) for problem in archive["report"]["problems"]] == [
        ("not_toml", "package.toml")
    ]
    assert RestoreJob.objects.get().file.name == ""
    plan = restorer.post("restores/", {"archive": archive["uuid"], "library": "lib:CL-TEST:lib1", "mode": "add"})
    assert (plan.status_code, list(plan.json())) == (400, ["archive"])


def test_who_may_do_what(
    content: Content,
    path: Path,
    restorer: Restorer,
    make_member: MemberFactory,
    api_client: ClientFactory,
    run_on_commit: CommitRunner,
    settings: Any,
) -> None:
    settings.CONTENT_LIBRARIES_ENABLE_CREATOR_GROUP = True
    archive = restorer.verified(path)
    plan = restorer.planned(archive, "add")
    author = Restorer(api_client(make_member(content.library, "library_author")), run_on_commit)
    reader = Restorer(api_client(make_member(content.library, "library_user")), run_on_commit)
    file = SimpleUploadedFile("mine.zip", path.read_bytes(), "application/zip")
    assert author.post("archives/", {"file": file}, form="multipart").status_code == 403
    own = author.verified(path, library="lib:CL-TEST:lib1")
    assert author.planned(own, "add")["state"] == "Succeeded"
    new = author.post("restores/", {"archive": own["uuid"], "library": "lib:CL-TEST:x", "mode": "new"})
    assert new.status_code == 403
    for other in (author, reader):
        assert other.client.get(f"{OWN}archives/{archive['uuid']}/").status_code == 404
        assert other.client.get(f"{OWN}restores/{plan['uuid']}/").status_code == 404
        assert other.post(f"restores/{plan['uuid']}/applications/", {}).status_code == 404
    body = {"archive": archive["uuid"], "library": "lib:CL-TEST:lib1", "mode": "add"}
    assert reader.post("restores/", body).status_code == 403
    assert reader.post("backups/", {"library": "lib:CL-TEST:lib1"}).status_code == 403


def test_a_right_that_was_lost_meanwhile(
    content: Content, path: Path, make_member: MemberFactory, api_client: ClientFactory, run_on_commit: CommitRunner
) -> None:
    member = make_member(content.library, "author")
    author = Restorer(api_client(member), run_on_commit)
    plan = author.planned(author.verified(path, library="lib:CL-TEST:lib1"), "replace-items")
    content.component("a", "2")
    started = author.client.post(f"{OWN}restores/{plan['uuid']}/applications/", {}, format="json").json()
    content.library.permission_grants.filter(user=member).update(access_level="read")
    restore(started["uuid"])
    job = RestoreJob.objects.get(uuid=started["uuid"])
    assert job.state == "failed"
    assert content.states()[content.ref("a")] == (2, 1)


def test_tags_come_with_the_library_that_is_made_of_restored_content(
    content: Content, client: APIClient, run_on_commit: CommitRunner
) -> None:
    taxonomy = tagging_api.create_taxonomy("Topics", export_id="topics")
    tagging.set_organizations(taxonomy, all_orgs=True)
    tagging_api.add_tag_to_taxonomy(taxonomy, "Sun")
    tagging_api.tag_object("lb:CL-TEST:lib1:html:a", taxonomy, ["Sun"])
    tagging_api.tag_object("lct:CL-TEST:lib1:unit:u1", taxonomy, ["Sun"])
    archive = SimpleUploadedFile("x.zip", download(client, backed_up(client, run_on_commit)["url"]), "application/zip")
    result = restored(client, run_on_commit, archive)["result"]
    body = {"org": "CL-TEST", "slug": "new", "title": "T", "description": ""}
    with run_on_commit():
        client.post(LIBRARIES, body | {"learning_package": result["learning_package_id"]}, format="json")
    tagged = ObjectTag.objects.filter(object_id__contains=":new:").values_list("object_id", flat=True)
    assert set(tagged) == {"lb:CL-TEST:new:html:a", "lct:CL-TEST:new:unit:u1"}
    assert RestoreJob.objects.get().tags is None


def test_what_a_request_may_say(content: Content, path: Path, restorer: Restorer, make_library: LibraryFactory) -> None:
    archive = restorer.verified(path)["uuid"]
    good = {"archive": archive, "library": "lib:CL-TEST:lib1", "mode": "add"}
    for body, field in (
        ({}, "archive"),
        (good | {"mode": "all"}, "mode"),
        (good | {"library": "x"}, "library"),
        (good | {"items": ["x"]}, "items"),
        (good | {"confirm": "x"}, "confirm"),
    ):
        answer = restorer.post("restores/", body)
        assert answer.status_code == 400
        assert field in answer.json()
    failed = restorer.planned({"uuid": archive}, "add", items=["lb:CL-TEST:lib1:html:none"])
    assert failed["state"] == "Failed"
    assert "does not hold" in failed["error"]
    assert BackupJob.objects.count() == 0


def test_the_search_index_says_the_same_of_the_restored_library(
    content: Content,
    path: Path,
    restorer: Restorer,
    client: APIClient,
    run_on_commit: CommitRunner,
    staff: User,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")
    with run_on_commit():
        content.component("b", "2")
        content.component("a", "changed")
    archive = restorer.verified(backed_up_to(content.library, path.with_name("b.zip"), staff))
    restorer.applied(restorer.planned(archive, "new", "lib:CL-TEST:fresh"))
    hits = [
        client.get(f"{OWN}search/", {"library": f"lib:CL-TEST:{slug}", "page_size": "100"}).json()["results"]
        for slug in ("lib1", "fresh")
    ]
    said = [
        {(hit["usage_key"].split(":", 3)[3], hit["display_name"], hit["publish_status"]) for hit in found}
        for found in hits
    ]
    assert len(said[0]) == 3
    assert said[0] == said[1]
