"""Lists of the Django admin that no other test fills: they cost as many queries for two rows as for twelve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.clipboard.models import StagedContent
from content_libraries.imports.models import SourceUpload
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
