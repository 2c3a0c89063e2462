"""
Every endpoint, for every kind of caller, in three kinds of libraries, against one table.

The table is ``docs/reference/permissions.csv``: written by hand after the libraries-rest contract (sections 0.8, 1
and 12), and shown in the documentation. Whether the endpoints do what they should is tested where they are tested.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import PublishLog
from openedx_tagging import api as tagging_api
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import back_up
from content_libraries.clipboard.models import StagedContent
from content_libraries.content.tagging import api as tagging
from content_libraries.imports.models import ImportJob, SourceUpload, StoredPlan
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from content_libraries.sync.models import LegacyConversion, SyncRun
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.content.client import LibraryClient
from tests.courses.building import make_course
from tests.sync.legacy import add_legacy_block, migrate_legacy_library

from .endpoints import (
    COURSE_ARCHIVE,
    EXAMPLES,
    PROBLEM,
    UNIT,
    USUAL_ARGUMENTS,
    Endpoint,
    Example,
    endpoints,
    endpoints_of_packages,
    request,
)

TABLE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "permissions.csv"
COURSE = api.course_key(USUAL_ARGUMENTS["course_key"])
LIBRARIES = ("own", "foreign", "public")
"""The library asked for is one in which the caller has the role, one in which he has none, a public-read one."""

ALLOWED_IN: Mapping[str, frozenset[str]] = {
    "any": frozenset(LIBRARIES),
    "own": frozenset({"own"}),
    "public": frozenset({"public"}),
    "own, public": frozenset({"own", "public"}),
    "no": frozenset(),
    "log in": frozenset(),
}
HIDDEN: frozenset[Endpoint] = frozenset(
    {
        ("GET", "/api/content_tagging/v1/taxonomies/<pk>/"),
        ("GET", "/api/content_tagging/v1/taxonomies/<pk>/export/"),
    }
)
"""Active users who may not get these are told that there is nothing (404)."""
HIDDEN_FROM_ALL: frozenset[Endpoint] = frozenset(
    {
        *((method, "/api/contentstore/v2/downstreams/<downstream_key>") for method in ("GET", "PUT", "DELETE")),
        *((method, "/api/contentstore/v2/downstreams/<downstream_key>/sync") for method in ("POST", "DELETE")),
        ("POST", "/api/content_library/v1/sync_previews/"),
    }
)
"""Whoever may not get these, inactive users too, is told so: blocks of courses do not show that they exist."""

REFUSALS = {
    (401, "Authentication credentials were not provided."): "log in",
    (403, "You do not have permission to perform this action."): "no",
    (403, f"You don't have permission to access the component '{PROBLEM}'."): "no",
    (403, "Requester is not an author on the source."): "no",
    (404, "Not found."): "hidden",
    (404, f"The block “{USUAL_ARGUMENTS['downstream_key']}” was not found."): "hidden",
}


def read_table() -> tuple[list[str], dict[Endpoint, dict[str, str]]]:
    """The callers, and endpoint -> caller -> cell."""
    with TABLE.open(newline="") as file:
        rows = csv.DictReader(file)
        table = {(row.pop("method"), row.pop("endpoint")): row for row in rows}
        return list(rows.fieldnames or ())[2:], table


CALLERS, CELLS = read_table()


def test_the_table_has_every_endpoint() -> None:
    assert sorted(CELLS) == sorted([*endpoints(), *endpoints_of_packages()])


@pytest.fixture
def arguments(
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
    lib.publish_all()
    lib.rename("problem:p1", "Renamed")
    COURSE_ARCHIVE.seek(0)
    api.upload_source(library.library_key, user=staff, file=COURSE_ARCHIVE)
    plan = api.plan_source(library.library_key, user=staff, source_key=COURSE)[1]
    canceled, waiting = [api.start_plans([plan], user=staff) for _ in range(2)]
    api.cancel_job(canceled.uuid, user=staff)
    make_course(COURSE)
    api.publish_course(COURSE, user=staff)
    api.compile_course(COURSE, user=staff)
    link = {"upstream": PROBLEM, "upstream_version": 1}
    unit = UsageKey.from_string(USUAL_ARGUMENTS["course_unit_key"])
    api.create_block(unit, user=staff, block_type="problem", block_id="linked", settings=link)
    canceled_run, waiting_run = [api.start_run(user=staff, courses=[COURSE]) for _ in range(2)]
    backup = api.start_backup(library.library_key, user=staff, origin="example.com")
    back_up(str(backup.uuid))
    restoring = api.start_restore(SimpleUploadedFile("library.zip", b"PK"), user=staff)
    migrate_legacy_library(tmp_path, '<problem url_name="p">1</problem>')
    converted, _waiting = [add_legacy_block(unit, name) for name in ("converted", "legacy")]
    conversion = api.convert_legacy_blocks(COURSE, user=staff, only=converted)
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
        "plan_uuid": str(plan.uuid),
        "migration_uuid": str(waiting.uuid),
        "canceled_uuid": str(canceled.uuid),
        "run_uuid": str(waiting_run.uuid),
        "conversion_uuid": str(conversion.uuid),
        "canceled_run_uuid": str(canceled_run.uuid),
        "pk": str(taxonomy.pk),
        "publish_log_uuid": str(PublishLog.objects.get(learning_package=library.learning_package_id).uuid),
        "version_uuid": file["url"].split("/component_versions/")[1].split("/")[0],
    }


def make_caller(make_user: UserFactory, caller: str, role_in: ContentLibrary) -> User | None:
    """A user with a role in one library and with a copied problem."""
    if caller == "anonymous":
        return None
    is_active = caller != "inactive"
    user = make_user(f"in-{role_in.slug}", is_staff=caller in {"staff", "inactive"}, is_active=is_active)
    StagedContent.objects.create(user=user, block_type="problem", olx="<problem/>", source_key=PROBLEM)
    if caller == "course creator":
        user.groups.add(Group.objects.get_or_create(name="course_creators")[0])
    elif caller.startswith("level "):
        role_in.permission_grants.create(user=user, access_level=caller.removeprefix("level "))
    elif caller.startswith("library_"):
        give_role(user, caller, str(role_in.library_key))
    return user


@pytest.mark.slow
@pytest.mark.parametrize("caller", CALLERS)
def test_who_may_do_what(
    caller: str,
    arguments: dict[str, str],
    library: ContentLibrary,
    make_library: LibraryFactory,
    make_user: UserFactory,
    api_client: ClientFactory,
) -> None:
    insider, outsider = [make_caller(make_user, caller, place) for place in (library, make_library("elsewhere"))]
    wrong = {}
    for asked_for, user in zip(LIBRARIES, (insider, outsider, outsider), strict=True):
        ContentLibrary.objects.filter(pk=library.pk).update(allow_public_read=asked_for == "public")
        client = api_client(user)
        arguments |= belongings(user)
        for endpoint, cells in CELLS.items():
            answer = in_a_world_of_its_own(client, endpoint, arguments)
            if answer != expected(endpoint, caller, cells[caller], asked_for):
                wrong[endpoint, asked_for] = answer
    assert wrong == {}


def belongings(user: User | None) -> dict[str, str]:
    """Give the uploaded course and its imports to a user, who also has something in the clipboard."""
    for model in (BackupJob, ImportJob, LegacyConversion, RestoreJob, SourceUpload, StoredPlan, SyncRun):
        model._default_manager.update(user=user)
    if user is not None:
        UserTaskStatus.objects.update(user=user)
    staged = StagedContent.objects.filter(user=user).first()
    return {"staged_pk": str(staged.pk if staged else 0)}


def expected(endpoint: Endpoint, caller: str, cell: str, asked_for: str) -> str:
    if asked_for in ALLOWED_IN[cell]:
        return "allowed"
    if cell == "log in":
        return cell
    if endpoint in HIDDEN_FROM_ALL:
        return "hidden"
    return "hidden" if endpoint in HIDDEN and caller != "inactive" else "no"


def in_a_world_of_its_own(client: Any, endpoint: Endpoint, arguments: Mapping[str, str]) -> str:
    """Send one request and take back what it has written."""
    with transaction.atomic():
        response = request(client, endpoint, arguments)
        transaction.set_rollback(True)
    if response.status_code < 300 or response.status_code == EXAMPLES.get(endpoint, Example()).status:
        return "allowed"
    body = response.json() if response["Content-Type"] == "application/json" else None
    detail = body.get("detail", body.get("developer_message")) if isinstance(body, dict) else None
    return REFUSALS.get((response.status_code, str(detail))) or f"{response.status_code} {response.content[:200]!r}"


@pytest.mark.parametrize("caller", ["stranger", "anonymous"])
def test_missing_permission_does_not_tell_whether_an_item_exists(
    caller: str, arguments: dict[str, str], stranger: User, api_client: ClientFactory
) -> None:
    client = api_client(stranger if caller == "stranger" else None)
    nothing = {
        "usage_key": f"{PROBLEM}x",
        "container_key": f"{UNIT}x",
        "collection_code": "x",
        "object_id": f"{PROBLEM}x",
    }
    for endpoint in CELLS:
        if any(f"<{name}>" in endpoint[1] for name in nothing):
            answers = [request(client, endpoint, arguments | different) for different in ({}, nothing)]
            assert len({(answer.status_code, answer.content) for answer in answers}) == 1, endpoint
