"""
Every endpoint, for every kind of caller, in three kinds of libraries, against one table.

The table is ``docs/reference/permissions.csv``: written by hand after the wire format (wire: permissions,
urls, tagging), and shown in the documentation. Whether the endpoints do what they should is tested where they are
tested.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from user_tasks.models import UserTaskStatus

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.clipboard.models import StagedContent
from content_libraries.history.models import BulkEditJob, Release
from content_libraries.imports.models import ImportJob, SourceUpload, StoredPlan
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import LegacyConversion, SyncRun
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.world import world_with_arguments  # noqa: F401 - the fixture “arguments”

from .endpoints import (
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
        ("GET", "/xblocks/v2/<block_key>/embed/student_view/"),
        ("GET", "/xblocks/v2/<block_key>/files/<path>"),
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
    """Give the uploaded course, its imports, and releases to a user, who also has something in the clipboard."""
    for model in (BackupJob, BulkEditJob, ImportJob, LegacyConversion, RestoreJob, SourceUpload, StoredPlan, SyncRun):
        model._default_manager.update(user=user)
    Release.objects.update(created_by=user)
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


def test_missing_permission_does_not_tell_whether_an_item_exists(
    arguments: dict[str, str], stranger: User, api_client: ClientFactory
) -> None:
    clients = {"stranger": api_client(stranger), "anonymous": api_client(None)}
    nothing = {
        "usage_key": f"{PROBLEM}x",
        "container_key": f"{UNIT}x",
        "collection_code": "x",
        "object_id": f"{PROBLEM}x",
    }
    asked = [endpoint for endpoint in CELLS if any(f"<{name}>" in endpoint[1] for name in nothing)]
    assert asked
    telling = {}
    for endpoint in asked:
        for caller, client in clients.items():
            answers = [request(client, endpoint, arguments | different) for different in ({}, nothing)]
            contents = {(answer.status_code, answer.content) for answer in answers}
            if len(contents) != 1:
                telling[endpoint, caller] = contents
    assert telling == {}
