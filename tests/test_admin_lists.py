"""
The Django admin where no other test fills it.

Lists cost as many queries for two rows as for twelve, and pages lead only to where their reader may go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.clipboard.models import StagedContent
from content_libraries.content.api import create_collection
from content_libraries.history.models import BulkEditJob, Release
from content_libraries.imports.models import ModulestoreMigration, ModulestoreSource, SourceUpload
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.models import SearchCheckpoint
from content_libraries.sync.models import LegacyConversion
from content_libraries.xblocks.models import StudentState
from tests.conftest import UserFactory

pytestmark = pytest.mark.django_db

type Maker = Callable[[int, User, ContentLibrary], Any]

MAKERS: dict[str, Maker] = {
    "backupjob": lambda number, user, library: BackupJob.objects.create(
        user=user, library_key=str(library.library_key), state="running", heartbeat=now() - timedelta(hours=number)
    ),
    "restorejob": lambda number, user, library: RestoreJob.objects.create(
        user=user, state="succeeded", result={"title": f"Restored {number}"}
    ),
    "legacyconversion": lambda number, user, library: LegacyConversion.objects.create(
        user=user, course_key=f"course-v1:O+C+{number}", state="succeeded"
    ),
    "bulkeditjob": lambda number, user, library: BulkEditJob.objects.create(
        user=user, context_key=str(library.library_key), request={}, state="running"
    ),
    "release": lambda number, user, library: Release.objects.create(
        library_key=str(library.library_key),
        learning_package=library.learning_package,
        title=f"Week {number}",
        created_by=user,
        approved_by=user,
    ),
    "searchcheckpoint": lambda number, user, library: SearchCheckpoint.objects.create(
        learning_package_pk=1000 + number, context_key=f"lib:O:l{number}"
    ),
    "sourceupload": lambda number, user, library: SourceUpload.objects.create(
        user=user, key=f"course-v1:O+C+{number}", kind="course", file_name="c.zip"
    ),
    "stagedcontent": lambda number, user, library: StagedContent.objects.create(
        user=user, block_type="html", olx="<html/>", source_key=f"lb:O:l:html:h{number}"
    ),
    "studentstate": lambda number, user, library: StudentState.objects.create(
        user=user, library=library, usage_key=f"lb:O:l:html:h{number}", version_uuid=uuid4()
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_costs_the_same_for_many_rows(
    admin_client: Client, library: ContentLibrary, make_user: UserFactory, name: str
) -> None:
    counts: list[int] = []
    rows: list[Any] = []
    for total in (2, 12):
        for number in range(len(rows), total):
            rows.append(MAKERS[name](number, make_user(f"user{number}"), library))
        with CaptureQueriesContext(connection) as queries:
            page = admin_client.get(f"/admin/content_libraries/{name}/")
        assert len(page.context["cl"].result_list) == total
        counts.append(len(queries))
    assert counts[0] == counts[1]


def of_an_import(number: int, user: User, library: ContentLibrary) -> Any:
    source = ModulestoreSource.objects.create(key=f"course-v1:O+C+{number}")
    collection = create_collection(library.library_key, user=user, title="Imported")
    return ModulestoreMigration.objects.create(
        source=source,
        target=library.learning_package,
        target_collection_id=collection.pk,
        created_by=user,
        preserve_url_slugs=True,
        finished=now(),
    )


@pytest.mark.parametrize("make", [*MAKERS.values(), of_an_import], ids=[*MAKERS, "modulestoremigration"])
def test_nothing_leads_where_staff_may_not_go(
    client: Client, library: ContentLibrary, staff: User, make: Maker
) -> None:
    """Staff see what this app has; users and Learning Core are for those who may manage them."""
    client.force_login(staff)
    row = make(1, staff, library)
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    page = client.get(url).content.decode()
    found = set(re.findall(r'href="(/admin/[^"?]+/change/)"', page))
    assert [link for link in found if client.get(link).status_code == 403] == []
    assert "<Collection>" not in unescape(page)
    client.force_login(User.objects.create_superuser("root"))
    if hasattr(row, "user") or hasattr(row, "created_by"):
        assert f"/admin/auth/user/{staff.pk}/change/" in client.get(url).content.decode()


admin.autodiscover()
OURS = [model for model in admin.site._registry if model._meta.app_label == "content_libraries"]


def test_columns_and_filters_are_named_in_words(admin_client: Client) -> None:
    """Not by what the code calls them, such as “is spare” and “publish log pk”."""
    by_code = {}
    for model in OURS:
        page = admin_client.get(f"/admin/content_libraries/{model._meta.model_name}/")
        changes = page.context.get("cl")
        if changes is None:  # a page of our own, which has its words itself
            continue
        columns = [str(label_for_field(name, model, changes.model_admin)) for name in changes.list_display[1:]]
        filters = [str(shown.title) for shown in changes.filter_specs]
        words = [label for label in columns + filters if re.search(r"^is |\b(pk|uuid|id)\b|\w key$|_", label)]
        if words:
            by_code[model._meta.model_name] = words
    assert by_code == {}


def test_tables_of_what_learners_hand_in_are_not_shown(admin_client: Client) -> None:
    """They come with the packages of Open Response, and stay empty."""
    shown = {app["app_label"] for app in admin_client.get("/admin/").context["app_list"]}
    assert "content_libraries" in shown
    assert not shown & {"assessment", "staffgrader", "submissions", "workflow"}
    assert admin_client.get("/admin/submissions/submission/").status_code == 404
