"""Courses of the course store as sources: read by their key, as their authors see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_content.models_api import ComponentVersionMedia, PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.learning_core_store import LearningCoreStore
from content_libraries.imports.models import ImportJob, ModulestoreSource
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory, give_role

from .conftest import Upload, course_archive, work
from .sources import in_place

pytestmark = pytest.mark.django_db

KEY = api.course_key("course-v1:O+C+1")
OUTLINE = in_place(
    """<chapter url_name="c1" display_name="Week 1" start="2026-01-01"><sequential url_name="s1" graded="true">
    <vertical url_name="v1" display_name="First"><html url_name="h1" display_name="Text"><![CDATA[<img
    src="/static/a.png"> <img src="/static/b/a.png">]]></html><problem url_name="p1"/>
    <split_test url_name="x1" display_name="Halves"><vertical url_name="g1"/><vertical url_name="g2"/></split_test>
    </vertical></sequential></chapter>"""
)
FILES = {"static/a.png": b"one", "static/b/a.png": b"two", "static/unused.txt": b"three"}
SECTION = api.ImportOptions(level=api.Level.SECTION)
H1, V1, P1 = (KEY.make_usage_key(*name) for name in (("html", "h1"), ("vertical", "v1"), ("problem", "p1")))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course_archive(tmp_path_factory.mktemp("course"), OUTLINE, files=FILES)


@pytest.fixture(scope="module")
def shared_course(archive: Path, module_db: None) -> None:
    api.load_course(archive, user=OPERATOR)


@pytest.fixture
def course(shared_course: None, db: None) -> CourseKey:
    """A course that is in the store for all tests of the module."""
    return KEY


@pytest.fixture
def author(library: ContentLibrary, make_member: MemberFactory) -> User:
    """May edit the library, and has no role in the course."""
    return make_member(library, "library_author")


def start(library: ContentLibrary, user: User, **options: Any) -> ImportJob:
    request = api.SourceRequest(KEY, api.ImportOptions(level=api.Level.SECTION, **options))
    return api.start_imports(library.library_key, user=user, sources=[request])


def test_a_course_and_its_archive_arrive_alike(course: CourseKey, archive: Path, library: ContentLibrary) -> None:
    from_store, from_archive = (
        api.plan_import(library.library_key, user=OPERATOR, source=source, options=SECTION)
        for source in (api.named_source(str(KEY), user=OPERATOR), archive)
    )
    assert from_store.blocks == from_archive.blocks
    assert from_store.unused_files == from_archive.unused_files == ("unused.txt",)
    assert from_store.source_title == from_archive.source_title


def test_a_job_imports_a_course_by_its_key_with_its_files(
    course: CourseKey, library: ContentLibrary, staff: User
) -> None:
    job = work(start(library, staff).uuid)
    assert job.state == JobState.SUCCEEDED, job.error
    files = ComponentVersionMedia.objects.filter(
        component_version__publishable_entity_version__entity__learning_package__title="Library",
        path__startswith="static",
    ).order_by("path")
    assert [(file.path, file.media.read_file().read()) for file in files] == [
        ("static/a.png", b"one"),
        ("static/b/a.png", b"two"),
    ]


def test_the_draft_is_read(course: CourseKey, library: ContentLibrary) -> None:
    api.edit_block(V1, user=OPERATOR, settings={"display_name": "Draft title"})
    api.publish_course(KEY, user=OPERATOR)
    api.edit_block(V1, user=OPERATOR, settings={"display_name": "Newer title"})
    plan = api.plan_import(
        library.library_key, user=OPERATOR, source=api.named_source(str(KEY), user=OPERATOR), options=SECTION
    )
    assert "Newer title" in {block.title for block in plan.blocks}


def test_what_changes_after_the_plan_does_not_matter(course: CourseKey, library: ContentLibrary, staff: User) -> None:
    _plan, stored = api.plan_source(library.library_key, user=staff, source_key=KEY, options=SECTION)
    api.edit_block(V1, user=OPERATOR, settings={"display_name": "Changed"})
    api.delete_block(P1, user=OPERATOR)
    job = work(api.start_plans([stored], user=staff).uuid)
    assert job.state == JobState.SUCCEEDED, job.error
    items = PublishableEntity.objects.filter(learning_package__title="Library")
    titles = set(items.values_list("draft__version__title", flat=True))
    assert {"First", "p1"} <= titles
    assert "Changed" not in titles


def test_a_file_that_changes_after_the_plan_is_refused(course: CourseKey, library: ContentLibrary, staff: User) -> None:
    _plan, stored = api.plan_source(library.library_key, user=staff, source_key=KEY, options=SECTION)
    api.write_course_file(KEY, "static/a.png", b"another", user=OPERATOR)
    job = work(api.start_plans([stored], user=staff).uuid)
    assert job.state == JobState.FAILED
    assert "changed after this import was planned" in job.error
    api.delete_course_file(KEY, "static/a.png", user=OPERATOR)
    again = api.start_plans([stored], user=staff)
    assert "was deleted meanwhile" in work(again.uuid).error
    assert not PublishableEntity.objects.filter(learning_package__title="Library").exists()


class EditedWhileRead(LearningCoreStore):
    """Somebody edits the unit after the structure was read, as often as ``edits`` says."""

    edits = 1
    is_editing = False  # an edit reads blocks, too

    def blocks(self, course_key: CourseKey, usage_keys: Collection[UsageKey] | None, *, published: bool = False) -> Any:
        if type(self).edits and not type(self).is_editing:
            type(self).edits -= 1
            type(self).is_editing = True
            edit = api.UpdateBlock(V1, f'<vertical display_name="{self.edits} edits left"/>')
            api.apply_course_plan(KEY, api.CoursePlan((edit,)), user=OPERATOR)
            type(self).is_editing = False
        return super().blocks(course_key, usage_keys, published=published)


@pytest.mark.parametrize(("edits", "outcome"), [(1, JobState.SUCCEEDED), (9, JobState.FAILED)])
def test_a_course_that_changes_while_it_is_read_arrives_whole_or_not_at_all(
    course: CourseKey, library: ContentLibrary, staff: User, settings: Any, edits: int, outcome: str
) -> None:
    settings.CONTENT_LIBRARIES_COURSE_STORE = f"{__name__}.EditedWhileRead"
    EditedWhileRead.edits = edits
    job = work(start(library, staff).uuid)
    assert job.state == outcome
    migration = job.migrations.get()
    if outcome == JobState.SUCCEEDED:
        assert migration.block_migrations.filter(target__draft__version__title="0 edits left").exists()
    else:
        assert "is being edited" in migration.error


def test_who_may_read_the_course_imports_it_and_its_authors_forward_it(
    course: CourseKey, library: ContentLibrary, author: User, api_client: ClientFactory
) -> None:
    http = api_client(author)
    body: Mapping[str, Any] = {"source": str(KEY), "target": str(library.library_key)}
    url = "/api/modulestore_migrator/v1/migrations/"
    refused = {"detail": "Requester is not an author on the source."}
    answer = http.post(url, body, format="json")
    assert (answer.status_code, answer.json()) == (403, refused)
    give_role(author, "course_auditor", str(KEY))
    assert http.post(url, body, format="json").status_code == 201
    answer = http.post(url, {**body, "forward_source_to_target": True}, format="json")
    assert (answer.status_code, answer.json()) == (403, refused)
    give_role(author, "course_staff", str(KEY))
    assert http.post(url, {**body, "forward_source_to_target": True}, format="json").status_code == 201
    work(ImportJob.objects.latest("pk").uuid)
    assert ModulestoreSource.objects.get(key=KEY).forwarded is not None


def test_an_archive_under_the_key_of_a_course_does_not_let_others_forward_it(
    course: CourseKey, archive: Path, library: ContentLibrary, author: User, upload: Upload, api_client: ClientFactory
) -> None:
    http = api_client(author)
    archived = str(upload(archive, user=author).uuid)
    body: Mapping[str, Any] = {"source": str(KEY), "target": str(library.library_key), "forward_source_to_target": True}
    assert http.post("/api/modulestore_migrator/v1/migrations/", body, format="json").status_code == 403
    plans = "/api/content_library/v1/import_plans/"
    assert http.post(plans, {**body, "upload": archived}, format="json").status_code == 403
    assert http.post(plans, {**body, "upload": archived, "forward_source_to_target": False}).status_code == 201


def test_who_loses_the_course_midway_does_not_forward_it(
    course: CourseKey, library: ContentLibrary, author: User
) -> None:
    from openedx_authz import api as authz_api

    give_role(author, "course_staff", str(KEY))
    give_role(author, "course_auditor", str(KEY))
    job = start(library, author, forward=True)
    authz_api.unassign_role_from_user(author.username, "course_staff", str(KEY))
    assert work(job.uuid).state == JobState.FAILED
    assert not api.is_forwarded(KEY)


def test_rights_in_the_course_that_are_lost_midway_stop_the_job(
    course: CourseKey, library: ContentLibrary, author: User
) -> None:
    from openedx_authz import api as authz_api

    give_role(author, "course_staff", str(KEY))
    job = start(library, author)
    authz_api.unassign_role_from_user(author.username, "course_staff", str(KEY))
    job = work(job.uuid)
    assert job.state == JobState.FAILED
    assert "lacks the permission" in job.error


def test_a_course_that_is_deleted_midway_fails_alone(course: CourseKey, library: ContentLibrary, staff: User) -> None:
    job = start(library, staff)
    api.delete_course(KEY, user=OPERATOR)
    job = work(job.uuid)
    assert (job.state, job.error) == (JobState.FAILED, f"{KEY}: {KEY} was deleted meanwhile.")


def test_a_key_means_the_course_and_an_upload_can_be_named(
    course: CourseKey, upload: Upload, library: ContentLibrary, staff: User
) -> None:
    uploaded = upload(outline='<chapter url_name="old" display_name="Of the archive"/>')
    assert uploaded.key == KEY
    by_key, _stored = api.plan_source(library.library_key, user=staff, source_key=KEY, options=SECTION)
    named, _stored = api.plan_source(
        library.library_key, user=staff, source_key=KEY, options=SECTION, upload_uuid=uploaded.uuid
    )
    assert by_key.blocks[0].title == "Week 1"
    assert named.blocks[0].title == "Of the archive"


def test_the_migrator_knows_the_title_and_the_imports_of_a_course(
    course: CourseKey, library: ContentLibrary, author: User, api_client: ClientFactory
) -> None:
    give_role(author, "course_auditor", str(KEY))
    work(start(library, author).uuid)
    http = api_client(author)
    (row,) = http.get(f"/api/modulestore_migrator/v1/library/{library.library_key}/migrations/courses/").json()
    assert row["source"] == {"key": str(KEY), "display_name": "Course 1"}
    info = http.get("/api/modulestore_migrator/v1/migration_info/", {"source_keys": str(KEY)}).json()
    assert [found["target_key"] for found in info[str(KEY)]] == [str(library.library_key)]
    preview = http.get(
        "/api/modulestore_migrator/v1/migration_preview/",
        {"source_key": str(KEY), "target_key": str(library.library_key)},
    ).json()
    assert (preview["state"], preview["total_components"], preview["unsupported_blocks"]) == ("partial", 3, 1)
