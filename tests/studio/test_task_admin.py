"""Task statuses in the Django admin: jobs of every kind in one list."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from content_libraries import api
from content_libraries.sync.models import SyncRun
from tests.conftest import UserFactory
from tests.courses.building import make_course

pytestmark = pytest.mark.django_db

URL = "/admin/user_tasks/usertaskstatus/"


def start(number: int, user: User) -> SyncRun:
    return api.start_run(user=user, courses=[make_course(api.course_key(f"course-v1:Org+C{number}+R"))])


def test_each_leads_to_its_job_in_a_constant_number_of_queries(client: Client, staff: User) -> None:
    client.force_login(staff)
    UserTaskStatus.objects.create(
        user=staff, task_id="1", task_class="other.task", name="Of another app", total_steps=1
    )
    counts = []
    for total in (1, 5):
        for number in range(SyncRun.objects.count(), total):
            run = start(number, staff)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(URL).content.decode()
        counts.append(len(queries))
        assert page.count('/change/">Job<') == total
    assert counts[0] == counts[1]
    assert f"/admin/content_libraries/syncrun/{run.pk}/change/" in page
    kinds = client.get(URL, {"task_class": "content_libraries.sync.run"})
    assert kinds.context["cl"].result_count == 5


def test_they_are_only_looked_at_by_staff(client: Client, staff: User, make_user: UserFactory) -> None:
    status = start(0, staff).task_status
    assert status is not None
    artifact = UserTaskArtifact.objects.create(status=status, name="Error", text="It broke.")
    client.force_login(staff)
    for url in (f"{URL}{status.pk}/", f"/admin/user_tasks/usertaskartifact/{artifact.pk}/"):
        page = client.get(f"{url}change/")
        assert page.status_code == 200
        assert "/admin/auth/" not in page.content.decode()
        assert client.post(f"{url}change/", {"name": "x"}).status_code == 403
        assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    client.force_login(make_user("author"))
    assert client.get(URL).status_code == 302
