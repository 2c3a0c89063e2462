"""Imports in the Django admin, over HTTP: for staff, through the same api as everywhere, with the same result."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import load_command_class
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from django.utils.timezone import localtime
from openedx_content.models_api import PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.models import ImportJob, ModulestoreSource, SourceUpload, StoredPlan
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import UserFactory

from .conftest import OUTLINE, Upload, course_archive, legacy_archive, work

pytestmark = pytest.mark.django_db

ADMIN = "/admin/content_libraries"
FORM: dict[str, Any] = {"level": "section", "on_repeat": "skip", "preserve_url_slugs": "on", "make_collection": "on"}
PROBLEMS = (
    '<problem url_name="p1">1</problem><conditional url_name="x"><problem url_name="p2">2</problem></conditional>'
)


@pytest.fixture
def pages(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def to(response: Any) -> str:
    """The address that a response leads to."""
    assert response.status_code == 302, response.content.decode()
    url: str = response.url
    return url


def job_of(response: Any) -> ImportJob:
    """The job whose page a response leads to."""
    (uuid,) = parse_qs(urlsplit(to(response)).query)["job"]
    return ImportJob.objects.get(uuid=uuid)


def test_many_jobs_are_watched_in_a_constant_number_of_queries(
    pages: Client, library: ContentLibrary, staff: User
) -> None:
    """The page asks again each second, also for all jobs of a migration of many libraries."""
    counts = []
    for total in (2, 8):
        for number in range(ImportJob.objects.count(), total):
            source = ModulestoreSource.objects.create(key=f"library-v1:O+L{number}")
            job = ImportJob.objects.create(user=staff, target_key=library.library_key, state="running", publish=False)
            job.migrations.create(source=source, target=library.learning_package, preserve_url_slugs=True)
        uuids = [str(job.uuid) for job in ImportJob.objects.order_by("-pk")]
        with CaptureQueriesContext(connection) as queries:
            shown = pages.get(f"{ADMIN}/importjob/progress/", {"job": uuids}).content.decode()
        keys = [f"library-v1:O+L{number}" for number in reversed(range(total))]
        assert sorted(keys, key=shown.index) == keys
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_course_goes_from_the_list_to_its_result(
    pages: Client, library: ContentLibrary, tmp_path: Path, staff: User, settings: Any
) -> None:
    key = "lb:O:lib:html:h1"
    api.load_course(course_archive(tmp_path / "course", OUTLINE), user=OPERATOR)
    course = {"action": "import_courses", "_selected_action": "course-v1:O+C+1"}
    form_url = to(pages.post(f"{ADMIN}/course/", course))
    assert "Course 1" in pages.get(form_url).content.decode()
    plans_url = to(pages.post(form_url, {**FORM, "library": str(library), "publish": "on"}))
    preview = pages.get(plans_url).content.decode()
    assert "new collection “Course 1”" in preview
    assert "what is written is published" in preview
    assert not ImportJob.objects.exists()
    job = job_of(pages.post(plans_url))
    assert 'data-finished="false"' in pages.get(f"{ADMIN}/importjob/progress/?job={job.uuid}").content.decode()
    work(job.uuid)
    shown = pages.get(f"{ADMIN}/importjob/{job.pk}/change/", follow=True).content.decode()
    assert 'data-finished="true"' in shown
    assert "5 created" in shown
    migration = job.migrations.get()
    blocks = f"{ADMIN}/modulestoreblockmigration/"
    only_new: dict[str, Any] = {"overall_migration__id__exact": migration.pk, "outcome": "created"}
    assert key not in pages.get(blocks, {**only_new, "outcome": "left_out"}).content.decode()
    assert key in pages.get(blocks, only_new).content.decode()
    shown = pages.get(blocks, {**only_new, "q": "html:"}).content.decode()
    assert f'<a href="/xblocks/v2/{key}/embed/student_view/"><code>{key}</code></a>' in shown
    assert f'class="field-library">{library.title}</td>' in shown
    assert f'class="field-when">{date_format(localtime(migration.finished), "SHORT_DATETIME_FORMAT")}' in shown
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = "https://studio.example/authoring"
    shown = pages.get(blocks, {**only_new, "q": "vertical"}).content.decode()
    assert re.search(r'href="https://studio.example/authoring/library/lib:O:lib/units/lct:', shown)
    table = list(csv.DictReader(io.StringIO(pages.get(f"{blocks}csv/", {**only_new, "q": "html"}).content.decode())))
    assert [(row["Title"], row["What happened"], row["Version"]) for row in table] == [("h1", "Created", "1")]


def test_the_library_is_made_for_the_preview_if_it_has_a_title(
    pages: Client, upload: Upload, library: ContentLibrary
) -> None:
    form_url = f"{ADMIN}/importjob/new/?upload={upload().uuid}"
    form = {**FORM, "library": "lib:CL-TEST:fresh"}
    assert "There is no library “lib:CL-TEST:fresh”. Give a title below" in pages.post(form_url, form).content.decode()
    taken = pages.post(form_url, {**form, "library": str(library), "new_title": "Fresh"}).content.decode()
    assert "There is a library of this key." in taken
    preview = pages.post(form_url, {**form, "new_title": "Fresh"}, follow=True).content.decode()
    assert "The library lib:CL-TEST:fresh was made." in preview
    assert api.get_library(api.library_key("lib:CL-TEST:fresh")).title == "Fresh"


def test_no_library_is_made_where_nothing_can_be_planned(
    pages: Client, upload: Upload, library: ContentLibrary
) -> None:
    uploaded = upload()
    uploaded.file.delete(save=False)
    form = {**FORM, "library": "lib:CL-TEST:fresh", "new_title": "Fresh"}
    page = pages.post(f"{ADMIN}/importjob/new/?upload={uploaded.uuid}", form)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert ContentLibrary.objects.get() == library


def test_titles_of_a_source_are_no_markup(pages: Client, upload: Upload, library: ContentLibrary) -> None:
    title = "&lt;script&gt;alert(1)&lt;/script&gt;"
    poll = f'<conditional url_name="x" display_name="{title}"/>'
    outline = OUTLINE.replace('"Week 1"', f'"{title}"').replace("</vertical>", f"{poll}</vertical>")
    form_url = f"{ADMIN}/importjob/new/?upload={upload(outline=outline).uuid}"
    plans_url = to(pages.post(form_url, {**FORM, "library": str(library)}))
    job = work(job_of(pages.post(plans_url)).uuid)
    blocks = f"{ADMIN}/modulestoreblockmigration/"
    for url in (form_url, plans_url, f"{ADMIN}/importjob/watch/?job={job.uuid}", blocks):
        page = pages.get(url).content.decode()
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in pages.get(blocks).content.decode()


def test_what_is_started_is_the_plan_that_was_shown(pages: Client, upload: Upload, library: ContentLibrary) -> None:
    uploaded = upload()
    plans_url = to(pages.post(f"{ADMIN}/importjob/new/?upload={uploaded.uuid}", {**FORM, "library": str(library)}))
    plan = StoredPlan.objects.get()
    table = list(csv.DictReader(io.StringIO(pages.get(f"{ADMIN}/importjob/plans/{plan.uuid}.csv").content.decode())))
    assert [row["What happens"] for row in table] == ["create"] * 5
    api.create_component(library.library_key, user=OPERATOR, block_type="html", component_code="h1")
    job = work(job_of(pages.post(plans_url)).uuid)
    assert "The library got an item “h1”" in job.error
    shown = pages.get(f"{ADMIN}/importjob/watch/?job={job.uuid}").content.decode()
    assert "Try again" in shown
    retried = job_of(pages.post(f"{ADMIN}/importjob/{job.uuid}/retry/"))
    assert work(retried.uuid).state == "succeeded"


def test_courses_with_equal_ids_are_planned_beside_each_other(
    pages: Client, upload: Upload, library: ContentLibrary, settings: Any
) -> None:
    """As reruns of a course have them: what is shown for the second knows what the first takes."""
    query = "&".join(f"upload={upload(run=run).uuid}" for run in ("1", "2"))
    form_url = f"{ADMIN}/importjob/new/?{query}"
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 9
    preview = pages.get(to(pages.post(form_url, {**FORM, "library": str(library)}))).content.decode()
    assert "It has 5, and this would add 5" in preview
    del settings.MAX_BLOCKS_PER_CONTENT_LIBRARY
    plans_url = to(pages.post(form_url, {**FORM, "library": str(library)}))
    preview = pages.get(plans_url).content.decode()
    assert "5 items get another ID" in preview
    assert "5 new items have the title of another item" in preview
    job = work(job_of(pages.post(plans_url)).uuid)
    assert (job.state, job.error) == ("succeeded", "")
    assert PublishableEntity.objects.count() == 10


def test_the_preview_of_a_repeat_says_what_changed_since_the_last_import(
    pages: Client, upload: Upload, library: ContentLibrary, staff: User
) -> None:
    first = upload()
    request = api.SourceRequest(first.key, api.ImportOptions(level=api.Level.SECTION))
    work(api.start_imports(library.library_key, user=staff, sources=[request]).uuid)
    item = api.component_key("lb:O:lib:problem:p1")
    api.set_olx(item, user=staff, olx="<problem>Edited here</problem>")
    second = upload(outline=OUTLINE.replace('display_name="Week 1"', 'display_name="Week one"'))
    form = {**FORM, "library": str(library), "on_repeat": "update"}
    preview = pages.get(to(pages.post(f"{ADMIN}/importjob/new/?upload={second.uuid}", form))).content.decode()
    assert "0 blocks were added in the source, 1 changed, 0 removed" in preview
    assert "1 item was edited in the library" in preview
    assert "Blocks: 2 updated, 3 unchanged." in preview


def test_a_source_that_is_chosen_twice_is_named_before_anything_is_planned(pages: Client, upload: Upload) -> None:
    query = "&".join(f"upload={upload().uuid}" for _number in range(2))
    for name in ("new", "legacy"):
        page = pages.get(f"{ADMIN}/importjob/{name}/?{query}").content.decode()
        assert "“course-v1:O+C+1” is chosen twice. Choose it once." in page
        assert page.count("uploaded archive</li>") == 2
        assert "Nothing is chosen" not in page
        assert "Preview" not in page


def test_the_preview_says_whether_references_are_redirected(
    pages: Client, upload: Upload, library: ContentLibrary, tmp_path: Path
) -> None:
    form_url = f"{ADMIN}/importjob/new/?upload={upload(legacy_archive(tmp_path / 'l', PROBLEMS)).uuid}"
    said = "References to the source lead to the library from then on, and the legacy library is read-only."
    for forward, expected in {"": True, "no": False}.items():
        plans_url = to(pages.post(form_url, {**FORM, "library": str(library), "forward": forward}))
        assert (said in pages.get(plans_url).content.decode()) == expected


def test_a_job_that_waits_is_canceled(pages: Client, upload: Upload, library: ContentLibrary) -> None:
    plans_url = to(pages.post(f"{ADMIN}/importjob/new/?upload={upload().uuid}", {**FORM, "library": str(library)}))
    job = job_of(pages.post(plans_url))
    assert pages.get(f"{ADMIN}/importjob/{job.uuid}/cancel/").status_code == 405
    pages.post(f"{ADMIN}/importjob/{job.uuid}/cancel/")
    job.refresh_from_db()
    assert job.state == "canceled"
    shown = pages.get(f"{ADMIN}/importjob/watch/?job={job.uuid}").content.decode()
    assert "Failed" not in shown


def test_jobs_are_listed_in_a_constant_number_of_queries(
    pages: Client, upload: Upload, library: ContentLibrary, staff: User
) -> None:
    counts = []
    for total in (2, 6):
        for number in range(ImportJob.objects.count(), total):
            source = api.SourceRequest(upload(run=f"r{number}").key)
            api.start_imports(library.library_key, user=staff, sources=[source])
        with CaptureQueriesContext(connection) as queries:
            page = pages.get(f"{ADMIN}/importjob/").content.decode()
        counts.append(len(queries))
        assert page.count("Waiting for a worker</td>") == total
        assert page.count(">none for ") == total
    assert counts[0] == counts[1]


def test_an_import_that_left_blocks_out_is_done_in_part_in_every_list(
    pages: Client, upload: Upload, library: ContentLibrary, staff: User, tmp_path: Path
) -> None:
    for archive in (legacy_archive(tmp_path / "part", PROBLEMS), course_archive(tmp_path / "whole", OUTLINE)):
        source = api.SourceRequest(upload(archive).key)
        work(api.start_imports(library.library_key, user=staff, sources=[source]).uuid)
    for name in ("importjob", "modulestoremigration"):
        page = pages.get(f"{ADMIN}/{name}/").content.decode()
        outcomes = re.findall(r'class="field-outcome">([^<]*)<', page)
        assert outcomes == ["Succeeded", "Done in part"], name


def test_the_form_and_the_command_begin_with_the_same_choices(pages: Client, upload: Upload) -> None:
    form = pages.get(f"{ADMIN}/importjob/new/?upload={upload().uuid}").context["form"]
    command = load_command_class("content_libraries", "import_course").create_parser("manage.py", "import_course")
    assert form["level"].initial == command.get_default("level") == "section"
    assert form["on_repeat"].initial == command.get_default("on_repeat") == "skip"


def test_results_and_sources_are_listed_in_a_constant_number_of_queries(
    pages: Client, upload: Upload, library: ContentLibrary, staff: User
) -> None:
    names = ("modulestoremigration", "modulestoreblockmigration", "modulestoresource", "sourceupload")
    counts: dict[str, list[int]] = {name: [] for name in names}
    rows: dict[str, list[int]] = {name: [] for name in names}
    for total in (2, 5):
        for number in range(SourceUpload.objects.count(), total):
            source = api.SourceRequest(upload(run=f"r{number}").key)
            work(api.start_imports(library.library_key, user=staff, sources=[source]).uuid)
        for name in names:
            with CaptureQueriesContext(connection) as queries:
                rows[name].append(pages.get(f"{ADMIN}/{name}/").context["cl"].result_count)
            counts[name].append(len(queries))
    assert {name: few for name, (few, many) in rows.items() if few >= many} == {}
    assert {name: found for name, found in counts.items() if found[0] != found[1]} == {}


def test_an_archive_is_uploaded_or_refused_with_the_reason(
    pages: Client, library: ContentLibrary, tmp_path: Path
) -> None:
    add = f"{ADMIN}/sourceupload/add/"
    bad = pages.post(add, {"archive": SimpleUploadedFile("course.tar.gz", b"no archive")})
    assert bad.status_code == 200
    assert "errorlist" in bad.content.decode()
    assert not SourceUpload.objects.exists()
    data = course_archive(tmp_path / "course", OUTLINE).read_bytes()
    good = pages.post(add, {"archive": SimpleUploadedFile("course.tar.gz", data), "source_key": "course-v1:X+Y+Z"})
    uploaded = SourceUpload.objects.get()
    assert to(good) == f"{ADMIN}/importjob/new/?upload={uploaded.uuid}"
    assert str(uploaded.key) == "course-v1:X+Y+Z"


@pytest.mark.parametrize(
    ("into", "targets"),
    [("", ["lib:O:lib"]), ("one_each", ["lib:O:L1", "lib:O:L2"]), ("by_org", ["lib:O:legacy-libraries"])],
)
def test_legacy_libraries_in_bulk(
    pages: Client, upload: Upload, library: ContentLibrary, tmp_path: Path, into: str, targets: list[str]
) -> None:
    uploads = [upload(legacy_archive(tmp_path / name, PROBLEMS, library=name)) for name in ("L1", "L2")]
    action = {"action": "migrate_uploads", "_selected_action": [uploaded.pk for uploaded in uploads]}
    url = to(pages.post(f"{ADMIN}/sourceupload/", action))
    form = {"into": into, "library": "" if into else str(library)}
    preview = pages.post(url, {**form, "preview": "Preview"}).content.decode()
    assert all(f"<code>{target}</code>" in preview for target in targets)
    assert preview.count("has children, so it is not supported in content libraries") == 2
    assert preview.count("<td>2 components</td>") == 2
    assert not ImportJob.objects.exists()
    pages.post(url, {**form, "start": "Start"})
    jobs = ImportJob.objects.order_by("pk")
    assert sorted(job.target_key for job in jobs) == targets
    assert {work(job.uuid).state for job in jobs} == {"succeeded"}
    assert all(api.is_forwarded(uploaded.key) for uploaded in uploads)
    left_out = pages.get(f"{ADMIN}/modulestoreblockmigration/csv/?outcome=left_out").content.decode()
    assert left_out.count("has children, so it is not supported in content libraries") == 2


def test_a_migration_that_took_its_new_library_along_is_tried_again(
    pages: Client, upload: Upload, library: ContentLibrary, tmp_path: Path
) -> None:
    uploaded = upload(legacy_archive(tmp_path / "L1", PROBLEMS))
    form = {"into": "one_each", "library": "", "start": "Start"}
    job = job_of(pages.post(f"{ADMIN}/importjob/legacy/?upload={uploaded.uuid}", form))
    pages.post(f"{ADMIN}/importjob/{job.uuid}/cancel/")
    assert ContentLibrary.objects.get() == library
    assert "Try again" in pages.get(f"{ADMIN}/importjob/watch/?job={job.uuid}").content.decode()
    again = work(job_of(pages.post(f"{ADMIN}/importjob/{job.uuid}/retry/")).uuid)
    assert (again.state, again.target_key) == ("succeeded", "lib:O:L1")
    api.delete_library(api.library_key("lib:O:L1"), user=OPERATOR)
    assert "Try again" not in pages.get(f"{ADMIN}/importjob/watch/?job={again.uuid}").content.decode()


def test_the_preview_of_a_migration_counts_in_words(
    pages: Client, upload: Upload, library: ContentLibrary, tmp_path: Path
) -> None:
    uploaded = upload(legacy_archive(tmp_path / "L1", '<problem url_name="p1">1</problem>'))
    url, form = f"{ADMIN}/importjob/legacy/?upload={uploaded.uuid}", {"into": "", "library": str(library)}
    assert "<td>1 component</td>" in pages.post(url, {**form, "preview": "Preview"}).content.decode()
    work(job_of(pages.post(url, {**form, "start": "Start"})).uuid)
    assert "<td>none</td>" in pages.post(url, {**form, "preview": "Preview"}).content.decode()


def test_without_a_destination_nothing_is_shown(pages: Client, upload: Upload, tmp_path: Path) -> None:
    uploaded = upload(legacy_archive(tmp_path / "L1", PROBLEMS))
    answer = pages.post(f"{ADMIN}/importjob/legacy/?upload={uploaded.uuid}", {"into": "", "library": ""})
    assert "Choose the library that all go into" in answer.content.decode()


def test_pages_are_for_staff(pages: Client, client: Client, make_user: UserFactory) -> None:
    urls = (
        *(f"importjob/{page}" for page in ("", "new/", "plans/", "legacy/", "watch/", "progress/")),
        *("sourceupload/", "sourceupload/add/", "course/", "modulestoremigration/", "modulestoresource/"),
        *("modulestoreblockmigration/", "modulestoreblockmigration/csv/"),
    )
    answers = {url: pages.get(f"{ADMIN}/{url}").status_code for url in urls}
    assert {url: status for url, status in answers.items() if status != 200} == {}
    client.force_login(make_user("author"))
    answers = {url: client.get(f"{ADMIN}/{url}").status_code for url in urls}
    assert {url: status for url, status in answers.items() if status not in {302, 403}} == {}


def test_an_unknown_source_plan_or_job_is_not_found(pages: Client) -> None:
    some = "11111111-1111-1111-1111-111111111111"
    for url in (
        f"new/?upload={some}",
        "new/?course=course-v1:A+B+C",
        f"plans/?plan={some}",
        f"watch/?job={some}",
        "watch/?job=x",
    ):
        assert pages.get(f"{ADMIN}/importjob/{url}").status_code == 404, url
