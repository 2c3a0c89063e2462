"""Migrating legacy libraries by command, and what forwarding means (wire: imports-forwarding)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR, Actor
from content_libraries.errors import InvalidInputError, NotAllowedError
from content_libraries.imports.models import ImportJob, ModulestoreBlockSource, ModulestoreMigration, SourceUpload
from content_libraries.keys import course_key
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, CommitRunner, MemberFactory, UserFactory, give_role

from .conftest import OUTLINE, Start, Upload, course_archive, legacy_archive, work

pytestmark = pytest.mark.django_db

PROBLEMS = '<problem url_name="p1">1</problem><problem url_name="p2">2</problem>'

type Migrate = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def migrate(capsys: pytest.CaptureFixture[str]) -> Migrate:
    def run(*arguments: object) -> list[dict[str, Any]]:
        call_command("migrate_legacy_library", *map(str, arguments), "--json")
        rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out.splitlines()[-1])["migrations"]
        return rows

    return run


@pytest.fixture
def elsewhere(make_user: UserFactory) -> tuple[ContentLibrary, User]:
    """A library, and its author, who has no role in others."""
    mine = api.create_library(user=OPERATOR, org="O", slug="mine", title="Mine")
    other = make_user("other")
    give_role(other, "library_author", str(mine.library_key))
    return mine, other


def legacy_block(name: str, library: str = "L1") -> UsageKey:
    return UsageKey.from_string(f"lib-block-v1:O+{library}+type@problem+block@{name}")


def test_one_library_for_each(tmp_path: Path, migrate: Migrate, library: ContentLibrary) -> None:
    api.create_library(user=OPERATOR, org="O", slug="L2", title="Taken")
    sources = [legacy_archive(tmp_path / name, PROBLEMS, library=name) for name in ("L1", "L2")]
    rows = migrate(*sources, "--one-each")
    assert [(row["library"], row["is_new"], row["redirects"]) for row in rows] == [
        ("lib:O:L1", True, True),
        ("lib:O:L2-1", True, True),
    ]
    assert api.get_library(api.library_key("lib:O:L1")).title == "Legacy L1"
    item = api.get_item(api.component_key("lb:O:L1:problem:p1"), user=OPERATOR)
    assert not item.has_unpublished_changes


def test_a_library_that_got_a_copy_by_the_way_is_not_the_one_for_each(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary
) -> None:
    source = legacy_archive(tmp_path, PROBLEMS)
    call_command("import_course", str(source), "lib:O:lib")
    assert [(row["library"], row["is_new"]) for row in migrate(source, "--one-each")] == [("lib:O:L1", True)]
    assert [(row["library"], row["is_new"]) for row in migrate(source, "--one-each")] == [("lib:O:L1", False)]


def test_the_library_of_another_source_is_not_the_one_for_each(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary
) -> None:
    """By its name, ``bio-2`` may be of ``bio-2``, or the third of ``bio``; it is whose content came first."""
    bio, bio_2 = (legacy_archive(tmp_path / name, PROBLEMS, library=name) for name in ("bio", "bio-2"))
    migrate(bio_2, "--one-each")
    call_command("import_course", str(bio), "lib:O:bio-2")
    assert [(row["library"], row["is_new"]) for row in migrate(bio, "--one-each")] == [("lib:O:bio", True)]

    api.create_library(user=OPERATOR, org="O", slug="lab", title="Taken")
    lab, lab_1 = (legacy_archive(tmp_path / name, PROBLEMS, library=name) for name in ("lab", "lab-1"))
    assert [row["library"] for row in migrate(lab, lab_1, "--one-each")] == ["lib:O:lab-1", "lib:O:lab-1-1"]
    assert [row["library"] for row in migrate(lab, lab_1, "--one-each")] == ["lib:O:lab-1", "lib:O:lab-1-1"]


def test_the_command_says_that_references_lead_to_the_library(
    tmp_path: Path, library: ContentLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(legacy_archive(tmp_path, PROBLEMS))
    said = "References to library-v1:O+L1 lead to lib:O:lib from then on, and the legacy library is read-only."
    for arguments, expected in {("--dry-run",): True, (): True, ("--on-repeat", "update"): False}.items():
        call_command("import_course", source, "lib:O:lib", *arguments)
        assert (said in capsys.readouterr().out.splitlines()) == expected


def test_many_into_one_get_a_collection_each(tmp_path: Path, migrate: Migrate, library: ContentLibrary) -> None:
    sources = [legacy_archive(tmp_path / name, PROBLEMS, library=name) for name in ("L1", "L2")]
    migrate(*sources, "--into", "lib:O:lib")
    collections = list(api.list_collections(library.library_key, user=OPERATOR)[:10])
    assert [(row.title, len(row.entity_pks)) for row in collections] == [("Legacy L1", 2), ("Legacy L2", 2)]
    assert collections[0].description.startswith("This collection contains content migrated from a legacy library on: ")


def test_by_organization(tmp_path: Path, migrate: Migrate, library: ContentLibrary) -> None:
    sources = [legacy_archive(tmp_path / name, PROBLEMS, library=name) for name in ("L1", "L2")]
    rows = migrate(*sources, "--by-org")
    assert [(row["library"], row["is_new"]) for row in rows] == [
        ("lib:O:legacy-libraries", True),
        ("lib:O:legacy-libraries", False),
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, migrate: Migrate, library: ContentLibrary) -> None:
    source = legacy_archive(tmp_path, PROBLEMS)
    planned = migrate(source, "--one-each", "--dry-run")
    assert not ModulestoreMigration.objects.exists()
    assert ContentLibrary.objects.count() == 1
    assert migrate(source, "--one-each") == planned


def test_the_first_migration_redirects_and_later_ones_do_not(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary
) -> None:
    source = legacy_archive(tmp_path, PROBLEMS)
    assert migrate(source, "--one-each")[0]["redirects"]
    assert not migrate(source, "--into", "lib:O:lib")[0]["redirects"]
    forwarding = api.get_forwarding(course_key("library-v1:O+L1"))
    assert forwarding is not None
    assert forwarding.target.package_ref == "lib:O:L1"
    leads = api.get_forwarding_for_blocks([legacy_block("p1"), legacy_block("unknown")])
    assert {str(key): row.target.entity_ref for key, row in leads.items() if row.target} == {
        str(legacy_block("p1")): "xblock.v1:problem:p1"
    }


def test_a_forwarded_library_is_frozen(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary, upload: Upload
) -> None:
    migrate(legacy_archive(tmp_path / "1", PROBLEMS), "--one-each")
    changed = legacy_archive(tmp_path / "2", PROBLEMS.replace("1<", "edited<"))
    with pytest.raises(api.SourceFrozenError, match="read-only since"):
        upload(changed)
    with pytest.raises(CommandError, match="lib:O:L1"):
        migrate(changed, "--into", "lib:O:lib")
    with pytest.raises(CommandError, match="read-only since"):
        call_command("import_course", str(changed), "lib:O:lib")
    upload(legacy_archive(tmp_path / "3", PROBLEMS))


def test_what_fails_does_not_keep_the_others_back(
    tmp_path: Path, library: ContentLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = [str(course_archive(tmp_path / "c")), str(legacy_archive(tmp_path / "l", PROBLEMS))]
    with pytest.raises(CommandError, match="1 of 2 were not migrated"):
        call_command("migrate_legacy_library", *sources, "--one-each", "--json")
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["migrations"]
    assert "not a legacy library" in rows[0]["error"]
    assert rows[1]["library"] == "lib:O:L1"


def test_a_legacy_library_with_a_broken_block_is_not_forwarded_until_it_is_corrected(
    tmp_path: Path, migrate: Migrate, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = legacy_archive(tmp_path / "2", PROBLEMS + '<problem url_name="p3"/>')
    with pytest.raises(CommandError, match="1 block of the source cannot be read"):
        migrate(missing, "--one-each")
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["migrations"]
    assert (row["redirects"], row["report"]["actions"]) == (False, {"create": 2, "failed": 1})
    corrected = legacy_archive(tmp_path / "3", PROBLEMS + '<problem url_name="p3">3</problem>')
    (row,) = migrate(corrected, "--one-each")
    assert (row["redirects"], row["report"]["actions"]) == (True, {"create": 1, "skip": 2})


def test_what_fails_is_called_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course, library = course_archive(tmp_path / "c"), legacy_archive(tmp_path / "l", PROBLEMS)
    monkeypatch.chdir(tmp_path)
    sources = [str(path.relative_to(tmp_path)) for path in (course, library)]
    with pytest.raises(CommandError, match="1 of 2 were not migrated"):
        call_command("migrate_legacy_library", *sources, "--one-each")
    assert f"{course} failed: " in capsys.readouterr().out
    with pytest.raises(CommandError, match=f"{tmp_path}/gone.zip failed: .* path of a .tar.gz"):
        call_command("migrate_legacy_library", "gone.zip", "--one-each")


# Forwarding of jobs ----------------------------------------------------------------------------------------------


def test_forwards_follow_the_newest_forwarding_migration_and_never_lead_to_two_libraries(
    upload: Upload, start: Start, staff: User, library: ContentLibrary
) -> None:
    other = api.create_library(user=OPERATOR, org="O", slug="other", title="Other")
    course = upload()

    def forward_to(target: ContentLibrary, strategy: api.OnRepeat = api.OnRepeat.SKIP) -> ModulestoreMigration:
        options = api.ImportOptions(level=api.Level.SECTION, on_repeat=strategy, forward=True)
        job = api.start_imports(target.library_key, user=staff, sources=[api.SourceRequest(course.key, options)])
        return work(job.uuid).migrations.get()

    for migration in (forward_to(library), forward_to(other), forward_to(library), forward_to(library)):
        last = migration
    assert api.get_forwarding(course.key) == last
    leads = ModulestoreBlockSource.objects.values_list("forwarded__overall_migration_id", flat=True)
    assert set(leads) == {last.pk}


def test_what_leads_to_a_library_is_led_elsewhere_only_by_who_may_edit_there(
    tmp_path: Path, upload: Upload, start: Start, elsewhere: tuple[ContentLibrary, User], library: ContentLibrary
) -> None:
    mine, other = elsewhere
    archive = legacy_archive(tmp_path, PROBLEMS)
    work(start(upload(archive)).uuid)
    file = ContentFile(archive.read_bytes(), name=archive.name)
    api.upload_source(mine.library_key, user=other, file=file)
    forward = api.SourceRequest(course_key("library-v1:O+L1"), api.ImportOptions(forward=True))
    with pytest.raises(NotAllowedError):
        api.start_imports(mine.library_key, user=other, sources=[forward])
    only_import = api.SourceRequest(course_key("library-v1:O+L1"))
    work(api.start_imports(mine.library_key, user=other, sources=[only_import]).uuid)
    assert forwarded_to_library() == "lib:O:lib"
    give_role(other, "library_contributor", str(library.library_key))
    work(api.start_imports(mine.library_key, user=other, sources=[forward]).uuid)
    assert forwarded_to_library() == "lib:O:mine"


def forwarded_to_library() -> str | None:
    forwarding = api.get_forwarding(course_key("library-v1:O+L1"))
    return forwarding.target.package_ref if forwarding else None


def test_the_library_of_a_frozen_one_is_not_shown_to_who_may_not_view_it(
    tmp_path: Path,
    upload: Upload,
    start: Start,
    elsewhere: tuple[ContentLibrary, User],
    api_client: ClientFactory,
) -> None:
    mine, other = elsewhere
    work(start(upload(legacy_archive(tmp_path / "1", PROBLEMS))).uuid)
    changed = legacy_archive(tmp_path / "2", PROBLEMS.replace("1<", "edited<"))
    body = {"library": str(mine.library_key), "file": ContentFile(changed.read_bytes(), name=changed.name)}
    answer = api_client(other).post("/api/content_library/v1/import_sources/", body, format="multipart")
    assert (answer.status_code, answer.json()) == (
        400,
        ["library-v1:O+L1 was migrated to another library and is read-only since."],
    )


def test_a_course_is_only_forwarded_on_request(upload: Upload, start: Start) -> None:
    course = upload()
    work(start(course).uuid)
    assert not api.is_forwarded(course.key)


def test_a_failed_migration_forwards_nothing(upload: Upload, start: Start, settings: Any) -> None:
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 1
    course = upload()
    work(start(course, forward=True).uuid)
    assert not api.is_forwarded(course.key)


def test_a_deleted_library_clears_the_forwards(
    upload: Upload, start: Start, staff: User, library: ContentLibrary
) -> None:
    """What could not be imported, and so leads nowhere, does not keep the library back."""
    course = upload(outline=OUTLINE.replace("</vertical>", '<conditional url_name="x" a="1"/></vertical>'))
    work(start(course, forward=True).uuid)
    assert api.is_forwarded(course.key)
    api.delete_library(library.library_key, user=staff)
    connection.check_constraints()
    assert not api.is_forwarded(course.key)
    assert set(ModulestoreBlockSource.objects.values_list("forwarded", flat=True)) == {None}


def test_by_readers_those_whom_the_same_people_can_read_share_a_library(
    tmp_path: Path, upload: Upload, library: ContentLibrary, make_member: MemberFactory, staff: User, migrate: Migrate
) -> None:
    ann, ben = make_member(library, "library_author"), make_member(library, "library_contributor")
    readers = {"L1": [ann], "L2": [ann, ben], "L3": [ben, ann]}
    uploads = [
        upload(legacy_archive(tmp_path / f"{name}-{user}", PROBLEMS, library=name), user=user)
        for name, users in readers.items()
        for user in users
    ]
    newest = {str(uploaded.key): uploaded for uploaded in uploads}
    foretold = migrate(*newest, "--by-readers", "--dry-run")
    jobs = api.start_legacy_migrations(list(newest.values()), user=staff, into=api.Destination.BY_READERS)
    assert [len(job.migrations.all()) for job in jobs] == [1, 2]
    assert [work(job.uuid).state for job in jobs] == ["succeeded", "succeeded"]
    assert [row["library"] for row in foretold] == [job.target_key for job in (jobs[0], jobs[1], jobs[1])]
    for job, may_read in zip(jobs, ([True, False], [True, True]), strict=True):
        target = api.get_library(api.library_key(job.target_key))
        assert [api.may(user, target, api.Permission.VIEW) for user in (ann, ben)] == may_read
    again = migrate(*newest, "--by-readers")
    assert [(row["library"], row["is_new"]) for row in again] == [(row["library"], False) for row in foretold]


def test_jobs_for_new_libraries_start_together_or_not_at_all(
    tmp_path: Path, upload: Upload, library: ContentLibrary, staff: User
) -> None:
    course, legacy = upload(), upload(legacy_archive(tmp_path / "L1", PROBLEMS))
    with pytest.raises(InvalidInputError, match="not a legacy library"):
        api.start_legacy_migrations([legacy, course], user=staff, into=api.Destination.ONE_EACH)
    assert not ImportJob.objects.exists()
    assert not ContentLibrary.objects.exclude(pk=library.pk).exists()
    (job,) = api.start_legacy_migrations([legacy], user=staff, into=api.Destination.ONE_EACH)
    assert work(job.uuid).state == "succeeded"
    assert job.target_key == "lib:O:L1"
    assert api.is_forwarded(course_key("library-v1:O+L1"))
    item = api.get_item(api.component_key("lb:O:L1:problem:p1"), user=OPERATOR)
    assert not item.has_unpublished_changes


def broken(upload: SourceUpload) -> SourceUpload:
    """An upload whose file cannot be read any more."""
    default_storage.delete(str(upload.file.name))
    with default_storage.open(str(upload.file.name), "wb") as file:
        file.write(b"no archive")
    return upload


@pytest.fixture
def legacy_upload(tmp_path: Path, upload: Upload) -> Callable[[str], SourceUpload]:
    return lambda name: upload(legacy_archive(tmp_path / name, PROBLEMS, library=name))


def keys_of_libraries() -> set[str]:
    return {str(library.library_key) for library in ContentLibrary.objects.all()}


def test_a_migration_that_fails_or_is_canceled_leaves_no_empty_library_behind(
    legacy_upload: Callable[[str], SourceUpload], staff: User
) -> None:
    uploads = [broken(legacy_upload("L1")), legacy_upload("L2"), legacy_upload("L3")]
    failing, good, waiting = api.start_legacy_migrations(uploads, user=staff, into=api.Destination.ONE_EACH)
    assert keys_of_libraries() == {"lib:O:lib", "lib:O:L1", "lib:O:L2", "lib:O:L3"}
    assert api.cancel_job(waiting.uuid, user=staff).state == "canceled"
    assert work(good.uuid).state == "succeeded"
    failed = work(failing.uuid)
    assert keys_of_libraries() == {"lib:O:lib", "lib:O:L2"}
    assert failed.state == "failed"
    assert "library-v1:O+L1: " in failed.error


def repaired(upload: SourceUpload, folder: Path) -> None:
    """Give the upload its file back."""
    path = legacy_archive(folder, PROBLEMS, library=upload.key.library)
    default_storage.delete(str(upload.file.name))
    default_storage.save(str(upload.file.name), ContentFile(path.read_bytes()))


@pytest.mark.parametrize("into", [api.Destination.ONE_EACH, api.Destination.BY_ORG])
def test_trying_again_makes_the_library_anew(
    legacy_upload: Callable[[str], SourceUpload], staff: User, tmp_path: Path, into: api.Destination
) -> None:
    uploads = [broken(legacy_upload("L1"))]
    if into == api.Destination.BY_ORG:
        uploads.append(broken(legacy_upload("L2")))
    (job,) = api.start_legacy_migrations(uploads, user=staff, into=into)
    for _attempt in range(2):
        assert work(job.uuid).state == "failed"
        assert keys_of_libraries() == {"lib:O:lib"}
        job = api.retry_job(job.uuid, user=staff)
    for number, uploaded in enumerate(uploads):
        repaired(uploaded, tmp_path / f"again-{number}")
    assert work(job.uuid).state == "succeeded"
    assert keys_of_libraries() == {"lib:O:lib", "lib:O:L1" if into == "one_each" else "lib:O:legacy-libraries"}
    assert all(api.is_forwarded(uploaded.key) for uploaded in uploads)


@pytest.mark.parametrize("is_broken", [False, True])
@pytest.mark.parametrize("into", [api.Destination.ONE_EACH, api.Destination.BY_ORG])
def test_a_second_click_goes_on_with_the_new_library_of_the_first(
    legacy_upload: Callable[[str], SourceUpload],
    staff: User,
    into: api.Destination,
    is_broken: bool,
    run_on_commit: CommitRunner,
) -> None:
    uploaded = broken(legacy_upload("L1")) if is_broken else legacy_upload("L1")
    (first,) = api.start_legacy_migrations([uploaded], user=staff, into=into)
    with run_on_commit():
        (second,) = api.start_legacy_migrations([uploaded], user=staff, into=into)
    assert second.target_key == first.target_key
    assert [work(job.uuid).state for job in (first, second)] == ["canceled", "failed" if is_broken else "succeeded"]
    assert keys_of_libraries() == {"lib:O:lib"} | (set() if is_broken else {first.target_key})
    if is_broken:
        again = api.retry_job(second.uuid, user=staff)
        with run_on_commit():
            once_more = api.retry_job(second.uuid, user=staff)
        assert again.target_key == once_more.target_key == first.target_key
        assert [work(job.uuid).state for job in (again, once_more)] == ["canceled", "failed"]
        assert keys_of_libraries() == {"lib:O:lib"}


def test_a_migration_whose_archive_is_gone_cannot_be_tried_again(
    legacy_upload: Callable[[str], SourceUpload], staff: User
) -> None:
    upload = broken(legacy_upload("L1"))
    (job,) = api.start_legacy_migrations([upload], user=staff, into=api.Destination.ONE_EACH)
    work(job.uuid)
    SourceUpload.objects.update(file="")
    with pytest.raises(InvalidInputError, match="An archive of this migration was deleted"):
        api.retry_job(job.uuid, user=staff)
    assert keys_of_libraries() == {"lib:O:lib"}


def test_a_library_with_one_of_its_sources_stays(legacy_upload: Callable[[str], SourceUpload], staff: User) -> None:
    uploads = [broken(legacy_upload("L1")), legacy_upload("L2")]
    (job,) = api.start_legacy_migrations(uploads, user=staff, into=api.Destination.BY_ORG)
    assert work(job.uuid).state == "partial"
    assert keys_of_libraries() == {"lib:O:lib", "lib:O:legacy-libraries"}


@pytest.mark.parametrize("use", ["item", "collection", "import"])
def test_a_library_that_somebody_uses_meanwhile_stays(
    legacy_upload: Callable[[str], SourceUpload], staff: User, use: str
) -> None:
    (job,) = api.start_legacy_migrations([broken(legacy_upload("L1"))], user=staff, into=api.Destination.ONE_EACH)
    key = api.library_key(job.target_key)
    if use == "item":
        api.create_component(key, user=OPERATOR, block_type="html", component_code="mine")
    elif use == "collection":
        api.create_collection(key, user=OPERATOR, title="Mine")
    else:
        api.start_imports(key, user=staff, sources=[api.SourceRequest(legacy_upload("L2").key)])
    assert work(job.uuid).state == "failed"
    assert "lib:O:L1" in keys_of_libraries()


def test_a_library_that_was_there_before_stays(
    legacy_upload: Callable[[str], SourceUpload], staff: User, library: ContentLibrary
) -> None:
    (job,) = api.start_legacy_migrations([broken(legacy_upload("L1"))], user=staff, into=library.library_key)
    assert work(job.uuid).state == "failed"
    assert keys_of_libraries() == {"lib:O:lib"}


# Which there are -------------------------------------------------------------------------------------------------


def listed(user: Actor) -> list[tuple[str, str, bool, str]]:
    return [
        (str(row.key), row.title, row.is_migrated, row.target.key if row.target else "")
        for row in api.list_legacy_libraries(user=user)
    ]


def test_uploaded_libraries_are_listed_to_who_may_read_them(
    tmp_path: Path, upload: Upload, staff: User, stranger: User
) -> None:
    upload(legacy_archive(tmp_path / "L2", PROBLEMS, library="L2"))
    upload(legacy_archive(tmp_path / "L1", PROBLEMS, library="L1"))
    upload(legacy_archive(tmp_path / "L1-again", PROBLEMS, library="L1"))
    upload()  # a course
    assert listed(staff) == [
        ("library-v1:O+L1", "Legacy L1", False, ""),
        ("library-v1:O+L2", "Legacy L2", False, ""),
    ]
    assert listed(stranger) == []


def test_a_migrated_library_says_where_it_is_now(
    tmp_path: Path,
    migrate: Migrate,
    library: ContentLibrary,
    make_member: MemberFactory,
    staff: User,
    stranger: User,
) -> None:
    migrate(legacy_archive(tmp_path, PROBLEMS), "--into", "lib:O:lib")
    (row,) = api.list_legacy_libraries(user=make_member(library, "library_user"))
    assert row.is_migrated
    assert not row.has_archive
    assert row.target == api.MigrationTarget("lib:O:lib", "Library", "legacy-l1", "Legacy L1")
    assert listed(stranger) == []


def test_the_list_of_a_frontend_has_one_kind_if_that_is_asked_for(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary, upload: Upload, staff: User, api_client: ClientFactory
) -> None:
    """One that was only imported is not migrated."""
    paths = {name: legacy_archive(tmp_path / name, PROBLEMS, library=name) for name in ("L1", "L2")}
    for path in paths.values():
        upload(path)
    migrate(paths["L1"], "--into", "lib:O:lib")
    only_imported = api.ImportOptions(forward=False)
    api.import_archive(library.library_key, user=OPERATOR, source=paths["L2"], options=only_imported)

    def keys(**query: str) -> list[str]:
        found = api_client(staff).get("/api/contentstore/v1/home/libraries", query).json()["libraries"]
        return [row["library_key"][-2:] for row in found]

    assert (keys(), keys(is_migrated="true"), keys(is_migrated="false")) == (["L1", "L2"], ["L1"], ["L2"])


def test_where_it_is_now_is_not_told_to_who_may_not_view_that(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary, upload: Upload, make_member: MemberFactory
) -> None:
    reader = make_member(library, "library_author")
    path = legacy_archive(tmp_path, PROBLEMS)
    upload(path, user=reader)
    migrate(path, "--one-each")
    assert listed(reader) == [("library-v1:O+L1", "Legacy L1", True, "")]


def test_an_archive_that_expired_can_not_be_migrated_and_is_not_listed(
    tmp_path: Path, upload: Upload, staff: User
) -> None:
    expired = upload(legacy_archive(tmp_path, PROBLEMS))
    expired.file = ""
    expired.save()
    assert listed(staff) == []


def test_the_list_costs_three_queries(
    tmp_path: Path, migrate: Migrate, library: ContentLibrary, upload: Upload, django_assert_num_queries: Any
) -> None:
    for name in ("L1", "L2", "L3"):
        path = legacy_archive(tmp_path / name, PROBLEMS, library=name)
        upload(path)
        migrate(path, "--into", "lib:O:lib")
    with django_assert_num_queries(3):
        assert len(listed(OPERATOR)) == 3
