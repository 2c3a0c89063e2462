"""A library with one of everything that an endpoint may name, for tests that go through all endpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import PublishLog
from openedx_tagging import api as tagging_api
from user_tasks.models import UserTaskArtifact

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.backups.tasks import back_up, restore
from content_libraries.history import api as history
from content_libraries.history.models import Release
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, UserFactory
from tests.content.client import LibraryClient
from tests.courses.building import make_course
from tests.sync.legacy import add_legacy_block, migrate_legacy_library

from .endpoints import COURSE_ARCHIVE, PROBLEM, USUAL_ARGUMENTS

_COURSE: Final = api.course_key(USUAL_ARGUMENTS["course_key"])


@pytest.fixture(name="arguments")
def world_with_arguments(
    library: ContentLibrary, staff: User, make_user: UserFactory, api_client: ClientFactory, tmp_path: Path
) -> dict[str, str]:
    """Content in ``library``, published once and changed since, and the arguments that only the database knows."""
    make_user("member", is_active=True)
    make_user("other")
    library.permission_grants.create(user=User.objects.get(username="member"), access_level=AccessLevel.READ)
    library.permission_grants.create(group=Group.objects.create(name="Team"), access_level=AccessLevel.READ)
    lib = LibraryClient(library, api_client(staff))
    lib.create("problem:p1")
    body = {"content": SimpleUploadedFile("pic.png", b"PNG")}
    file = lib.ok(lib.http.put(lib.url("problem:p1", "assets/static/pic.png"), body, format="multipart"))
    lib.create("unit:u1", children=["problem:p1"])
    lib.create_collection("c1", "problem:p1")
    api.mark_template(api.container_key(lib.key("unit:u1")), user=staff)
    lib.publish_all()
    lib.rename("problem:p1", "Renamed")
    COURSE_ARCHIVE.seek(0)
    api.upload_source(library.library_key, user=staff, file=COURSE_ARCHIVE)
    plan = api.plan_source(library.library_key, user=staff, source_key=_COURSE)[1]
    canceled, waiting = [api.start_plans([plan], user=staff) for _ in range(2)]
    api.cancel_job(canceled.uuid, user=staff)
    make_course(_COURSE)
    api.write_course_file(_COURSE, USUAL_ARGUMENTS["path"], b"PNG", user=staff)
    text = UsageKey.from_string(USUAL_ARGUMENTS["block_key"])
    api.edit_block(text, user=staff, olx='<html><![CDATA[<img src="/static/pic.png">]]></html>')
    api.publish_course(_COURSE, user=staff)
    api.compile_course(_COURSE, user=staff)
    link = {"upstream": PROBLEM, "upstream_version": 1}
    unit = UsageKey.from_string(USUAL_ARGUMENTS["course_unit_key"])
    api.create_block(unit, user=OPERATOR, block_type="problem", block_id="linked", settings=link)
    canceled_run, waiting_run = [api.start_run(user=staff, courses=[_COURSE]) for _ in range(2)]
    replacing = (history.Selection(library.library_key), history.Replacing("a", "b"))
    for _ in range(2):  # the second one cancels the first one
        history.make_bulk_edit(*replacing, user=staff, background=True)
    waiting_edit, canceled_edit = history.list_bulk_edits(user=staff)
    backup = api.start_backup(library.library_key, user=staff, origin="example.com")
    back_up(str(backup.uuid))
    restoring = api.start_restore(SimpleUploadedFile("library.zip", b"PK"), user=staff)
    backup.refresh_from_db()
    archive = api.start_verification(SimpleUploadedFile("library.zip", backup.file.read()), user=staff)
    restore(str(archive.uuid))
    restore_plan = api.start_restore_plan(
        library.library_key, archive.uuid, api.RestoreOptions(api.RestoreMode.ADD), user=staff
    )
    restore(str(restore_plan.uuid))
    migrate_legacy_library(tmp_path, '<problem url_name="p">1</problem>')
    converted, _waiting = [add_legacy_block(unit, name) for name in ("converted", "legacy")]
    conversion = api.convert_legacy_blocks(_COURSE, user=staff, only=converted)
    draft, approved, published = [
        history.create_release(library.library_key, user=staff, title="Week one", item_keys=[api.item_key(PROBLEM)])
        for _ in range(3)
    ]
    Release.objects.filter(pk=published.pk).update(
        state=history.ReleaseState.PUBLISHED.value,
        publish_log_uuid=PublishLog.objects.get(learning_package=library.learning_package_id).uuid,
    )
    history.request_release(approved.uuid, user=staff, reason="It is done.")
    fingerprint = history.preview_release(approved.uuid, user=staff).fingerprint
    history.approve_release(approved.uuid, user=staff, fingerprint=fingerprint)
    taxonomy = tagging_api.create_taxonomy("Taxonomy", export_id="taxonomy")
    tagging.set_organizations(taxonomy, [library.org], all_orgs=False)
    tagging_api.add_tag_to_taxonomy(taxonomy, "Tag")
    status = waiting.task_status
    assert status is not None
    return {
        "task_uuid": str(status.uuid),
        "artifact_uuid": str(UserTaskArtifact.objects.create(status=status, name="Log").uuid),
        "backup_uuid": str(backup.uuid),
        "file_name": backup.file_name,
        "restore_uuid": str(restoring.uuid),
        "archive_uuid": str(archive.uuid),
        "restore_plan_uuid": str(restore_plan.uuid),
        "plan_uuid": str(plan.uuid),
        "migration_uuid": str(waiting.uuid),
        "canceled_uuid": str(canceled.uuid),
        "run_uuid": str(waiting_run.uuid),
        "conversion_uuid": str(conversion.uuid),
        "canceled_run_uuid": str(canceled_run.uuid),
        "bulk_edit_uuid": str(waiting_edit.uuid),
        "canceled_bulk_edit_uuid": str(canceled_edit.uuid),
        "release_uuid": str(draft.uuid),
        "published_release_uuid": str(published.uuid),
        "approved_release_uuid": str(approved.uuid),
        "fingerprint": fingerprint,
        "pk": str(taxonomy.pk),
        "publish_log_uuid": str(PublishLog.objects.get(learning_package=library.learning_package_id).uuid),
        "version_uuid": file["url"].split("/component_versions/")[1].split("/")[0],
    }
