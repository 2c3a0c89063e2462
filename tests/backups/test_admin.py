"""Backups and plans of restores in the Django admin."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import restore
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import CommitRunner
from tests.imports.conftest import legacy_archive

from .archives import Content, backed_up_to

pytestmark = pytest.mark.django_db

ADMIN = "/admin/content_libraries/"


@pytest.fixture
def browser(staff: User) -> Client:
    browser = Client()
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    browser.force_login(User.objects.get(pk=staff.pk))
    return browser


def test_libraries_are_backed_up(library: ContentLibrary, browser: Client, run_on_commit: CommitRunner) -> None:
    body = {"action": "back_up_libraries", "_selected_action": [library.pk]}
    with run_on_commit():
        answer = browser.post(f"{ADMIN}contentlibrary/", body, follow=True)
    assert "Backing up lib:CL-TEST:lib1" in answer.content.decode()
    assert BackupJob.objects.get().state == JobState.SUCCEEDED


def test_a_plan_is_looked_at_and_applied(
    library: ContentLibrary, staff: User, browser: Client, tmp_path: Path, run_on_commit: CommitRunner
) -> None:
    content = Content(library)
    content.component("a", "1")
    path = backed_up_to(library, tmp_path / "a.zip", staff)
    content.component("a", "2")
    source = RestoreJob.objects.create(
        user=staff,
        purpose="verify",
        state="succeeded",
        result={"whole": True},
        file=ContentFile(path.read_bytes(), "a.zip"),
    )
    options = api.RestoreOptions(api.RestoreMode.REPLACE_ITEMS)
    plan = api.start_restore_plan(library.library_key, source.uuid, options, user=staff)
    restore.run(str(plan.uuid))
    body = {"action": "apply_plans", "_selected_action": [plan.pk]}
    asked = browser.post(f"{ADMIN}restorejob/", body)
    assert "update “T 1”" in asked.content.decode()
    assert content.states()[content.ref("a")] == (2, None)
    with run_on_commit():
        browser.post(f"{ADMIN}restorejob/", body | {"post": "yes"})
    assert content.states()[content.ref("a")] == (3, None)


def test_an_archive_is_uploaded_planned_and_restored(
    library: ContentLibrary, staff: User, browser: Client, tmp_path: Path, run_on_commit: CommitRunner
) -> None:
    content = Content(library)
    content.component("a", "1")
    path = backed_up_to(library, tmp_path / "a.zip", staff)
    content.component("other")
    assert "Restore an archive" in browser.get(f"{ADMIN}restorejob/").content.decode()
    upload = SimpleUploadedFile("a.zip", path.read_bytes(), content_type="application/zip")
    with run_on_commit():
        archive = browser.post(f"{ADMIN}restorejob/new/", {"file": upload})
    page = browser.get(archive["Location"]).content.decode()
    assert "Library One" in page
    choice = {"library": str(library.library_key), "mode": "replace-all", "collision": "skip"}
    with run_on_commit():
        plan = browser.post(archive["Location"], choice)
    page = browser.get(plan["Location"]).content.decode()
    assert "delete “T x”" in page
    refused = browser.post(plan["Location"], {"confirm": "lib:X:Y"}).content.decode()
    assert "confirm it with the key lib:CL-TEST:lib1" in refused
    assert content.states()[content.ref("other")] == (1, None)
    with run_on_commit():
        done = browser.post(plan["Location"], {"confirm": str(library.library_key)})
    assert "The restore is done." in browser.get(done["Location"]).content.decode()
    assert content.states()[content.ref("other")] == (None, None)


def test_a_damaged_archive_is_explained(browser: Client, run_on_commit: CommitRunner) -> None:
    upload = SimpleUploadedFile("a.zip", b"PK nothing", content_type="application/zip")
    with run_on_commit():
        archive = browser.post(f"{ADMIN}restorejob/new/", {"file": upload})
    assert "The archive cannot be restored." in browser.get(archive["Location"]).content.decode()


def test_a_legacy_archive_goes_to_its_migration(browser: Client, tmp_path: Path) -> None:
    data = legacy_archive(tmp_path, '<html url_name="h">x</html>').read_bytes()
    answer = browser.post(f"{ADMIN}restorejob/new/", {"file": SimpleUploadedFile("legacy.tar.gz", data)}, follow=True)
    assert "Migrate legacy libraries" in answer.content.decode()
