"""Cost of looking at imports, and two people who import at once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.models import ModulestoreMigration
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory

from .conftest import Start, Upload, work

pytestmark = pytest.mark.django_db

ROOT = "/api/modulestore_migrator/v1/"


def many(number: int) -> str:
    good = "".join(f'<html url_name="h{count}">x</html>' for count in range(number))
    return good + "".join(f'<library_content url_name="bad{count}" a="1"/>' for count in range(number))


LISTS = [
    "migration_blocks/?target_key=lib:O:lib",
    "migration_blocks/?target_key=lib:O:lib&is_failed=true",
    "library/lib:O:lib/migrations/courses/",
    "migrations/",
]


@pytest.mark.parametrize("path", LISTS)
def test_lists_cost_the_same_for_few_and_for_many(
    upload: Upload, start: Start, staff: User, api_client: ClientFactory, path: str
) -> None:
    http = api_client(staff)
    costs = []
    for number in (2, 60):
        for run in range(number // 20 + 1):
            work(start(upload(outline=many(number), run=f"{number}-{run}")).uuid)
        with CaptureQueriesContext(connection) as queries:
            answer = http.get(ROOT + path).json()
        assert answer
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 15


def test_two_users_import_the_same_source_and_both_finish(
    upload: Upload, start: Start, library: ContentLibrary, make_member: MemberFactory, staff: User
) -> None:
    author = make_member(library, "library_author")
    upload(user=author)
    mine, others = start(upload()), start(upload(user=author), user=author)
    assert [work(job.uuid).state for job in (mine, others)] == ["succeeded", "succeeded"]
    assert PublishableEntity.objects.count() == 5


def test_one_course_into_two_libraries_is_mapped_twice(upload: Upload, start: Start, staff: User) -> None:
    course = upload()
    work(start(course).uuid)
    other = api.create_library(user=OPERATOR, org="O", slug="other", title="Other")
    for _ in range(2):
        job = api.start_imports(
            other.library_key, user=staff, sources=[api.SourceRequest(course.key, api.ImportOptions())]
        )
        work(job.uuid)
    assert PublishableEntity.objects.filter(learning_package=other.learning_package).count() == 2


def test_a_collection_that_is_deleted_during_the_run_does_not_take_the_content_with_it(
    upload: Upload, library: ContentLibrary, staff: User
) -> None:
    collection = api.create_collection(library.library_key, user=OPERATOR, title="Mine")
    options = api.ImportOptions(collection_code=collection.code)
    plan = api.plan_source(library.library_key, user=staff, source_key=upload().key, options=options)[1]
    api.delete_collection(api.collection_key(f"lib-collection:O:lib:{collection.code}"), user=OPERATOR)
    job = work(api.start_plans([plan], user=staff).uuid)
    assert job.state == "succeeded"
    assert ModulestoreMigration.objects.get(job=job).target_collection is None
