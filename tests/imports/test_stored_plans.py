"""Plans that are looked at before they are applied: as they are, or not at all (wire: imports-preview)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import InMemoryStorage, default_storage
from django.utils.timezone import now
from openedx_content.models_api import PublishableEntity
from openedx_events.content_authoring.data import ContentLibraryData
from openedx_events.content_authoring.signals import CONTENT_LIBRARY_DELETED

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import NotFoundError
from content_libraries.imports.models import StoredPlan
from content_libraries.imports.plan.stored import dump_plan, load_plan, load_stored
from content_libraries.imports.tasks import delete_expired_imports
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import CommitRunner
from tests.learning_core.dump import dump

from .conftest import OUTLINE, Start, Upload, work

pytestmark = pytest.mark.django_db

H1 = "lb:O:lib:html:h1"


def planned(library: ContentLibrary, staff: User, key: Any, **options: Any) -> StoredPlan:
    wanted = api.ImportOptions(**{"level": api.Level.SECTION, **options})
    return api.plan_source(library.library_key, user=staff, source_key=key, options=wanted)[1]


def test_a_stored_plan_is_read_back_as_it_was(
    tmp_path: Path, library: ContentLibrary, real_archive: Callable[[str], Path]
) -> None:
    part = api.ImportOptions(level=api.Level.SECTION, make_collection=True, only=("block-v1:nowhere",))
    for options in (part, api.ImportOptions(level=api.Level.SECTION)):
        plan = api.plan_import(
            library.library_key, user=OPERATOR, source=real_archive("openedx-demo-course.tar.gz"), options=options
        )
        assert load_plan(dump_plan(plan)) == plan


def test_a_stored_plan_is_applied_as_it_is(upload: Upload, library: ContentLibrary, staff: User) -> None:
    plan = planned(library, staff, upload().key)
    upload(outline=OUTLINE.replace("First", "Changed later"))
    job = work(api.start_plans([plan], user=staff).uuid)
    assert job.state == JobState.SUCCEEDED
    assert api.get_item(api.container_key("lct:O:lib:unit:v1"), user=OPERATOR).display_name == "First"
    assert not StoredPlan.objects.exists()


def _edit(key: str) -> None:
    api.set_olx(api.component_key(key), user=OPERATOR, olx="<html>mine</html>")


OUTDATED: dict[str, tuple[Callable[[], Any], str]] = {
    "edited": (lambda: _edit(H1), "edited"),
    "deleted": (lambda: api.delete_item(api.component_key(H1), user=OPERATOR), "deleted"),
    "code taken": (
        lambda: api.create_component(
            api.library_key("lib:O:lib"), user=OPERATOR, block_type="html", component_code="h2"
        ),
        "code_taken",
    ),
}


@pytest.mark.parametrize("name", OUTDATED)
def test_a_stored_plan_is_refused_when_the_library_changed_and_nothing_is_lost(
    upload: Upload, start: Start, library: ContentLibrary, staff: User, name: str
) -> None:
    change, code = OUTDATED[name]
    work(start(upload()).uuid)
    changed = OUTLINE.replace(
        '<html url_name="h1" display_name="h1"/>',
        '<html url_name="h1" display_name="h1">new</html><html url_name="h2" display_name="h2"/>',
    )
    assert changed != OUTLINE
    plan = planned(library, staff, upload(outline=changed).key, on_repeat=api.OnRepeat.UPDATE)
    change()
    before = dump(library.learning_package_id or 0)
    job = work(api.start_plans([plan], user=staff).uuid)
    assert job.state == JobState.FAILED
    assert "The library changed since this import was planned." in job.error
    assert dump(library.learning_package_id or 0) == before
    with pytest.raises(api.ImportOutdatedError) as refused:
        api.apply_import(load_stored(StoredPlan.objects.get()), user=OPERATOR, source="/nowhere")
    assert [change.code for change in refused.value.changes] == [code]


def test_a_stored_plan_is_refused_after_another_import_of_the_same_source(
    upload: Upload, start: Start, library: ContentLibrary, staff: User
) -> None:
    course = upload()
    plan = planned(library, staff, course.key, preserve_url_slugs=False)
    work(start(course).uuid)
    job = work(api.start_plans([plan], user=staff).uuid)
    assert "course-v1:O+C+1 was imported meanwhile" in job.error
    assert PublishableEntity.objects.count() == 5


@pytest.mark.parametrize("is_lost", [False, True])
def test_plans_that_name_one_new_collection_fill_it_together(
    upload: Upload, library: ContentLibrary, staff: User, is_lost: bool
) -> None:
    """Also if the first one, which would make it, fails."""
    first, second = upload(run="1"), upload(run="2")
    options = api.ImportOptions(collection_code="algebra", make_collection=True)
    target = library.library_key
    plan, one = api.plan_source(target, user=staff, source_key=first.key, options=options)
    _plan, other = api.plan_source(target, user=staff, source_key=second.key, options=options, after=[plan])
    assert one.report["collection"] == other.report["collection"]
    if is_lost:
        default_storage.delete(str(one.file.name))
    job = work(api.start_plans([one, other], user=staff).uuid)
    assert job.state == (JobState.PARTIAL if is_lost else JobState.SUCCEEDED)
    collections = api.list_collections(target, user=OPERATOR)[:10]
    assert [(row.code, row.title, len(row.entity_pks)) for row in collections] == [
        ("algebra", "Course 1", 2 if is_lost else 4)
    ]


def test_what_was_edited_does_not_matter_to_a_plan_that_skips_it(
    upload: Upload, start: Start, library: ContentLibrary, staff: User
) -> None:
    course = upload()
    work(start(course).uuid)
    plan = planned(library, staff, course.key)
    _edit(H1)
    assert work(api.start_plans([plan], user=staff).uuid).state == JobState.SUCCEEDED


def test_old_uploads_and_plans_are_deleted_with_their_files(
    upload: Upload, library: ContentLibrary, staff: User, run_on_commit: CommitRunner
) -> None:
    course = upload()
    plan = planned(library, staff, course.key)
    names = [course.file.name, plan.file.name]
    assert all(default_storage.exists(str(name)) for name in names)
    type(course).objects.update(created=now() - timedelta(days=8))
    StoredPlan.objects.update(created=now() - timedelta(days=8))
    with run_on_commit():
        delete_expired_imports()
    assert not any(default_storage.exists(str(name)) for name in names)
    with pytest.raises(api.UnknownSourceError, match="Upload its archive"):
        api.find_source(course.key, user=staff)


def test_an_old_upload_is_kept_for_a_plan_that_is_not_old(upload: Upload, library: ContentLibrary, staff: User) -> None:
    course = upload()
    type(course).objects.update(created=now() - timedelta(days=8))
    plan = planned(library, staff, course.key)
    delete_expired_imports()
    assert work(api.start_plans([plan], user=staff).uuid).state == JobState.SUCCEEDED


def test_the_file_of_a_plan_goes_with_its_library(
    upload: Upload, library: ContentLibrary, staff: User, run_on_commit: CommitRunner
) -> None:
    plan = planned(library, staff, upload().key)
    with run_on_commit():
        api.delete_library(library.library_key, user=staff)
    assert not StoredPlan.objects.exists()
    assert not default_storage.exists(str(plan.file.name))


class UndeletingStorage(InMemoryStorage):
    """One that is not in the mood, as a remote one may be."""

    def delete(self, name: str) -> None:
        raise OSError(f"503 Slow Down: {name}")


def test_a_library_is_deleted_also_if_the_storage_does_not_delete_the_file_of_a_plan(
    upload: Upload, library: ContentLibrary, staff: User, run_on_commit: CommitRunner, settings: Any
) -> None:
    storage = f"{__name__}.{UndeletingStorage.__name__}"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": storage}}
    planned(library, staff, upload().key)
    told = []

    def receive(content_library: ContentLibraryData, **_payload: Any) -> None:
        told.append(content_library.library_key)

    CONTENT_LIBRARY_DELETED.connect(receive)
    with run_on_commit():
        api.delete_library(library.library_key, user=staff)
    assert told == [library.library_key]


def test_a_plan_whose_file_is_lost_is_not_found_and_fails_with_the_reason(
    upload: Upload, library: ContentLibrary, staff: User
) -> None:
    plan = planned(library, staff, upload().key)
    job = api.start_plans([plan], user=staff)
    default_storage.delete(str(plan.file.name))
    with pytest.raises(NotFoundError, match="has lost the file of this plan"):
        api.find_plan(plan.uuid, user=staff)
    job = work(job.uuid)
    assert (job.state, "has lost the file of this plan" in job.error) == (JobState.FAILED, True)


def test_an_archive_that_is_lost_fails_its_source_with_the_reason(
    upload: Upload, start: Start, library: ContentLibrary, staff: User
) -> None:
    lost = upload()
    job = start(lost, upload(run="2"))
    default_storage.delete(str(lost.file.name))
    with pytest.raises(NotFoundError, match="has lost the archive"):
        planned(library, staff, lost.key)
    job = work(job.uuid)
    reason = "course-v1:O+C+1: The storage has lost the archive course.tar.gz. Upload it again."
    assert (job.state, job.error) == (JobState.PARTIAL, reason)
