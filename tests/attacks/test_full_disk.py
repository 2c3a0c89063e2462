"""
A disk that fills up while something is written: nothing is left half, and everybody hears why.

As it was made: the upload of a file was answered with 500, and a part of the file stayed under its digest. The same
upload was answered with 200 later, with the right size, and downloads and backups gave the part for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from openedx_content.models_api import Media, PublishableEntity

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import back_up, restore
from content_libraries.imports.models import ImportJob, SourceUpload
from content_libraries.imports.tasks import run_import
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.engine import current_engine
from content_libraries.search.models import SearchCheckpoint
from content_libraries.search.tasks import sweep_search
from studio.celery import app
from studio.operations import health
from tests.backups.test_backups_rest import COMPONENT, HTML, PACKAGE, zipped
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory
from tests.imports.conftest import course_archive
from tests.xblocks.client import BlockClient
from tests.xblocks.test_video_rest import SRT, VIDEO, Transcripts

from .conftest import FOLDER
from .disks import PluggedInStorage, fill, media_in, no_file_larger_than, tiny_disk

pytestmark = pytest.mark.django_db

PIC = "static/pic.png"
PICTURE = bytes(range(256)) * 100
ROOM = 10_000
"""What fits, while the picture does not."""

NO_SPACE = {"detail": "There is no space left on this site. Ask its staff to make room, and try again."}


@pytest.fixture
def lib(media: Storage, lib: BlockClient) -> BlockClient:
    """What an author does in a library, whose component ``html:h`` has no files yet."""
    lib.create("html:h")
    return lib


def put(lib: BlockClient, data: bytes = PICTURE) -> Any:
    body = {"content": SimpleUploadedFile("pic.png", data)}
    return lib.http.put(lib.url("html:h", f"assets/{PIC}"), body, format="multipart")


def download(lib: BlockClient) -> Any:
    url = lib.get("html:h", "assets/")["files"][0]["url"]
    return lib.http.get(url)


def bytes_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def stored_path(storage: Any) -> Path:
    """Where the picture is stored."""
    return Path(storage.path(Media.objects.get(size=len(PICTURE), has_file=True).path))


# Requests ----------------------------------------------------------------------------------------------------------


def test_an_upload_leaves_nothing_half_and_says_why(lib: BlockClient, tmp_path: Path) -> None:
    with no_file_larger_than(ROOM):
        answer = put(lib)
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert files_in(tmp_path / "media") == []
    assert lib.get("html:h", "assets/")["files"] == []
    assert put(lib).status_code == 200
    assert bytes_of(download(lib)) == PICTURE


def test_a_disk_that_is_really_full(
    library: ContentLibrary, author: User, api_client: ClientFactory, tmp_path: Path
) -> None:
    with tiny_disk(tmp_path / "disk", "1m") as folder, media_in(FOLDER, location=str(folder / "media")):
        lib = BlockClient(library, api_client(author))
        lib.create("html:h")
        filler = fill(folder)
        answer = put(lib)
        assert (answer.status_code, answer.json()) == (507, NO_SPACE)
        filler.write_bytes(filler.read_bytes()[:-ROOM])  # room for a part of it
        assert put(lib).status_code == 507
        assert files_in(folder / "media") == []
        filler.unlink()
        assert put(lib).status_code == 200
        assert bytes_of(download(lib)) == PICTURE


def test_an_upload_that_is_spooled_to_a_full_disk_says_why(lib: BlockClient, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    with no_file_larger_than(ROOM):
        answer = put(lib)
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)


def test_olx_that_is_too_long_for_the_database_is_a_file_too(lib: BlockClient, tmp_path: Path) -> None:
    olx = f"<html>{'long ' * 20_000}</html>"
    body = {"olx": olx}
    with no_file_larger_than(ROOM):
        answer = lib.http.post(lib.url("html:h", "olx/"), body, format="json")
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert files_in(tmp_path / "media") == []
    lib.set_olx("html:h", olx)
    assert lib.olx("html:h") == olx


def test_a_transcript_is_a_file_too(lib: BlockClient) -> None:
    lib.add("video:v1", VIDEO)
    transcripts = Transcripts(lib)
    with no_file_larger_than(10):
        answer = transcripts.upload("en")
    assert (answer.status_code, answer.json()["detail"]) == (507, NO_SPACE["detail"])
    assert transcripts.listed() == {}
    assert transcripts.upload("en").status_code < 300
    assert transcripts.download("en").content.decode().splitlines() == SRT.splitlines()


def test_a_paste_comes_with_all_of_its_files_or_not_at_all(
    lib: BlockClient, make_library: LibraryFactory, staff: User, api_client: ClientFactory, tmp_path: Path
) -> None:
    put(lib)
    other = BlockClient(make_library("other"), api_client(staff))
    copied = other.http.post("/api/content-staging/v1/clipboard/", {"usage_key": lib.key("html:h")}, format="json")
    assert copied.status_code == 200
    with no_file_larger_than(ROOM):
        answer = other.http.post(other.library_url("paste_clipboard/"), {}, format="json")
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert not PublishableEntity.objects.filter(learning_package=other.library.learning_package).exists()
    assert len(files_in(tmp_path / "media")) == 1


@pytest.mark.parametrize("kind", ["import_sources", "restore"])
def test_an_archive_is_uploaded_whole_or_not_at_all(
    kind: str, library: ContentLibrary, staff: User, api_client: ClientFactory, uploads: Path, tmp_path: Path
) -> None:
    if kind == "restore":
        url, body = "/api/libraries/v2/restore/", {"file": zipped({"x": PICTURE.hex()})}
    else:
        archive = course_archive(tmp_path / "course", "<chapter/>", files={"static/x": PICTURE})
        url = "/api/content_library/v1/import_sources/"
        body = {"file": SimpleUploadedFile("c.tar.gz", archive.read_bytes())}
        body |= {"library": str(library.library_key)}  # type: ignore[dict-item]
    with no_file_larger_than(100):
        answer = api_client(staff).post(url, body, format="multipart")
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert files_in(uploads) == []
    assert not RestoreJob.objects.exists()
    assert not SourceUpload.objects.exists()


def test_a_page_of_the_admin_says_so_in_its_own_way(staff: User, settings: Any) -> None:
    """Forms are read before any view is asked."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    with no_file_larger_than(100):
        page = client.post("/admin/content_libraries/sourceupload/add/", {"archive": BytesIO(PICTURE)})
    assert page.status_code == 507
    assert "There is no space left on this site" in page.content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others fill a disk of their own")
def test_a_database_that_cannot_grow_says_so(lib: BlockClient) -> None:
    with connection.cursor() as cursor:
        (before,) = cursor.execute("PRAGMA max_page_count").fetchone()
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite makes it what the database has
    try:
        answer = lib.http.post(lib.url("html:h", "olx/"), {"olx": f"<html>{'x' * 40_000}</html>"}, format="json")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {before}")
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert "xxx" not in lib.olx("html:h")


# What was stored before --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [PICTURE[:ROOM], PICTURE[::-1], b"", None])
def test_the_next_upload_puts_right_what_an_older_release_left(
    lib: BlockClient, media: Storage, damage: bytes | None
) -> None:
    put(lib)
    path = stored_path(media)
    path.unlink() if damage is None else path.write_bytes(damage)
    assert put(lib).status_code == 200
    assert bytes_of(download(lib)) == PICTURE
    assert [other.name for other in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("damage", [PICTURE[:ROOM], b"", None])
def test_a_damaged_file_is_not_handed_out_as_if_it_were_whole(
    lib: BlockClient, media: Storage, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    put(lib)
    url = lib.get("html:h", "assets/")["files"][0]["url"]
    path = stored_path(media)
    path.unlink() if damage is None else path.write_bytes(damage)
    answer = lib.http.get(url)
    what = "the storage has lost it" if damage is None else f"it has {len(damage):,} of 25,600 bytes"
    reason = f"The file “{PIC}” is damaged: {what}. Upload it again, or ask the staff of the site to repair it."
    assert (answer.status_code, answer.json()) == (500, {"detail": reason})
    assert lib.http.head(url).status_code == 500
    assert what in caplog.text


def test_a_damaged_file_is_not_pasted(
    lib: BlockClient, media: Storage, make_library: LibraryFactory, staff: User, api_client: ClientFactory
) -> None:
    """As one that is lost: the text is pasted without it."""
    put(lib)
    other = BlockClient(make_library("other"), api_client(staff))
    other.http.post("/api/content-staging/v1/clipboard/", {"usage_key": lib.key("html:h")}, format="json")
    stored_path(media).write_bytes(PICTURE[:ROOM])
    pasted = other.http.post(other.library_url("paste_clipboard/"), {}, format="json")
    assert pasted.status_code == 200
    assert other.get(pasted.json()["id"].split(":", 3)[3], "assets/")["files"] == []


def test_olx_that_is_damaged_keeps_nothing_else_out_of_the_index(
    library: ContentLibrary, author: User, api_client: ClientFactory, media: Storage, run_on_commit: CommitRunner
) -> None:
    current_engine().clear()  # other tests have found other items of a library with this key
    lib = BlockClient(library, api_client(author))
    lib.create("html:long")
    lib.create("html:other")
    lib.set_olx("html:long", f"<html>{'long ' * 20_000}</html>")
    path = Path(media.path(Media.objects.get(has_file=True).path))
    whole = path.read_bytes()
    path.write_bytes(whole[:ROOM])
    with run_on_commit():
        lib.set_olx("html:other", "<html>short</html>")
    found = lib.http.get("/api/content_library/v1/search/", {"library": lib.lib_key}).json()["results"]
    assert {item["usage_key"] for item in found} == {lib.key("html:long"), lib.key("html:other")}
    assert lib.http.get(lib.xblock_url("html:long", "olx/")).status_code == 500
    lib.set_olx("html:long", whole.decode())
    assert lib.olx("html:long") == whole.decode()


# Storages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def plugged_in(tmp_path: Path) -> Iterator[PluggedInStorage]:
    with media_in("tests.attacks.disks.PluggedInStorage", location=str(tmp_path / "plugged")) as storage:
        assert isinstance(storage, PluggedInStorage)
        yield storage


@pytest.fixture
def elsewhere(
    plugged_in: PluggedInStorage, library: ContentLibrary, author: User, api_client: ClientFactory
) -> BlockClient:
    """What an author does in a library whose files are in a storage that a host has plugged in."""
    lib = BlockClient(library, api_client(author))
    lib.create("html:h")
    return lib


def test_a_storage_that_is_no_folder_keeps_no_part_either(elsewhere: BlockClient, plugged_in: PluggedInStorage) -> None:
    plugged_in.quota = ROOM
    answer = put(elsewhere)
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert files_in(plugged_in.folder) == []
    plugged_in.quota = None
    put(elsewhere)
    assert bytes_of(download(elsewhere)) == PICTURE


def test_a_storage_that_gives_other_names_has_the_file_under_its_own(
    elsewhere: BlockClient, plugged_in: PluggedInStorage
) -> None:
    put(elsewhere)
    (path,) = files_in(plugged_in.folder)
    path.write_bytes(PICTURE[:ROOM])
    put(elsewhere)
    assert bytes_of(download(elsewhere)) == PICTURE
    assert files_in(plugged_in.folder) == [path]


def test_a_storage_that_is_away_is_no_full_one(elsewhere: BlockClient, plugged_in: PluggedInStorage) -> None:
    plugged_in.folder.rmdir() if plugged_in.folder.exists() else None
    plugged_in.folder.write_text("no folder")
    answer = put(elsewhere)
    reason = "The storage of files of this site does not work at the moment. Try again later."
    assert (answer.status_code, answer.json()) == (503, {"detail": reason})


# Jobs --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def upload(library: ContentLibrary, staff: User, media: Storage, tmp_path: Path) -> Callable[[bytes], SourceUpload]:
    """Uploads a course with a picture of so many zeros: its archive is small."""

    def make(picture: bytes) -> SourceUpload:
        outline = (
            '<chapter url_name="c"><sequential url_name="s"><vertical url_name="v"><html url_name="h">'
            '&lt;img src="/static/pic.png"/&gt;</html></vertical></sequential></chapter>'
        )
        archive = course_archive(tmp_path / "course", outline, files={PIC: picture})
        file = SimpleUploadedFile("course.tar.gz", archive.read_bytes())
        return api.upload_source(library.library_key, user=staff, file=file)

    return make


def test_an_import_fails_with_the_reason_and_is_not_tried_again(
    upload: Callable[[bytes], SourceUpload], library: ContentLibrary, staff: User, tmp_path: Path
) -> None:
    source = upload(bytes(100_000))
    request = api.SourceRequest(source.key, api.ImportOptions(level=api.Level.SECTION))
    job = api.start_imports(library.library_key, user=staff, sources=[request])
    with no_file_larger_than(50_000):
        run_import.run(str(job.uuid))
    job = ImportJob.objects.get()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert NO_SPACE["detail"] in job.error
    assert files_in(tmp_path / "media") == []
    again = api.retry_job(job.uuid, user=staff)
    run_import.run(str(again.uuid))
    assert ImportJob.objects.get(uuid=again.uuid).state == JobState.SUCCEEDED


def test_a_repeated_import_puts_right_a_file_that_was_cut_short(
    upload: Callable[[bytes], SourceUpload], library: ContentLibrary, staff: User, media: Any
) -> None:
    source = upload(PICTURE)
    options = api.ImportOptions(level=api.Level.SECTION, on_repeat=api.OnRepeat.FORK)
    for damage in (None, PICTURE[:ROOM]):
        if damage is not None:
            stored_path(media).write_bytes(damage)
        job = api.start_imports(library.library_key, user=staff, sources=[api.SourceRequest(source.key, options)])
        run_import.run(str(job.uuid))
        assert ImportJob.objects.get(uuid=job.uuid).state == JobState.SUCCEEDED
    assert stored_path(media).read_bytes() == PICTURE


def test_a_command_fails_with_the_reason(tmp_path: Path, media: Storage, uploads: Path) -> None:
    archive = course_archive(tmp_path / "course", "<chapter/>", files={PIC: bytes(100_000)})
    with no_file_larger_than(50_000), pytest.raises(CommandError, match="no space left"):
        call_command("load_course", str(archive))
    assert files_in(tmp_path / "media") == []


def test_a_backup_fails_with_the_reason(lib: BlockClient, uploads: Path, staff: User) -> None:
    put(lib)
    job = api.start_backup(lib.library.library_key, user=staff, origin="localhost")
    with no_file_larger_than(500):
        back_up.run(str(job.uuid))
    job = BackupJob.objects.get()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.error.startswith(NO_SPACE["detail"])
    assert "ask for another backup" in job.error
    assert files_in(uploads) == []


def test_a_restore_leaves_no_files_and_keeps_the_archive(
    media: Storage, staff: User, tmp_path: Path, run_on_commit: CommitRunner
) -> None:
    packed = BytesIO()
    folder = "entities/xblock.v1/html/h1/component_versions/v1"
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("package.toml", PACKAGE.format(key="lib:O:one"))
        archive.writestr(HTML, COMPONENT)
        archive.writestr(f"{folder}/block.xml", "<html/>")
        archive.writestr(f"{folder}/static/a.png", b"small")
        archive.writestr(f"{folder}/static/b.png", bytes(100_000))
    job = api.start_restore(SimpleUploadedFile("a.zip", packed.getvalue(), "application/zip"), user=staff)
    with no_file_larger_than(ROOM), run_on_commit():
        restore.run(str(job.uuid))
    job.refresh_from_db()
    assert (job.state, job.error_log) == (JobState.FAILED, NO_SPACE["detail"])
    assert files_in(tmp_path / "media") == []
    again = api.retry_restore(job.uuid, user=staff)
    with run_on_commit():
        restore.run(str(again.uuid))
    assert RestoreJob.objects.get(uuid=again.uuid).state == JobState.SUCCEEDED
    assert {path.stat().st_size for path in files_in(tmp_path / "media")} == {5, 100_000}


def test_a_backup_refuses_files_that_are_not_what_the_library_says(
    lib: BlockClient, media: Storage, staff: User
) -> None:
    put(lib)
    for damage, problem in (
        (PICTURE[:ROOM], "it has 10,000 of 25,600 bytes"),
        (PICTURE[::-1], "its bytes are other ones than those that were stored"),
    ):
        stored_path(media).write_bytes(damage)
        job = api.start_backup(lib.library.library_key, user=staff, origin="localhost")
        back_up.run(str(job.uuid))
        job.refresh_from_db()
        assert (job.state, job.file.name) == (JobState.FAILED, "")
        assert f"{PIC} of lb:CL-TEST:lib1:html:h: {problem}" in job.error


# What is beside the content ----------------------------------------------------------------------------------------


def test_a_broker_on_a_full_disk_keeps_no_write_from_its_end(
    lib: BlockClient, run_on_commit: CommitRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    for name, value in {
        "task_always_eager": False,
        "broker_write_url": "filesystem://localhost//",
        "broker_transport_options": folders,
    }.items():
        monkeypatch.setitem(app.conf, name, value)
    app._after_fork()  # type: ignore[attr-defined]
    with run_on_commit():
        lib.set_olx("html:h", "<html>first</html>")  # there is a queue then
    sent = len(list(tmp_path.glob("*.msg")))
    assert sent
    with no_file_larger_than(100), run_on_commit():
        lib.set_olx("html:h", "<html>second</html>")
    app._after_fork()  # type: ignore[attr-defined]
    assert "second" in lib.olx("html:h")
    assert len(list(tmp_path.glob("*.msg"))) == sent
    assert list(tmp_path.glob(".*.msg")) == []


def test_an_index_on_a_full_disk_keeps_no_write_from_its_end(
    lib: BlockClient, run_on_commit: CommitRunner, tmp_path: Path, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "index")
    with run_on_commit():
        lib.set_olx("html:h", "<html>first</html>")
    with no_file_larger_than(10), run_on_commit():
        lib.set_olx("html:h", "<html>second</html>")
    assert "second" in lib.olx("html:h")
    assert SearchCheckpoint.objects.get().last_error
    assert sweep_search() == 1
    found = lib.http.get("/api/content_library/v1/search/", {"q": "second", "library": lib.lib_key}).json()
    assert [item["usage_key"] for item in found["results"]] == [lib.key("html:h")]


class TestReadiness:
    @pytest.fixture(autouse=True)
    def _nothing_remembered(self) -> None:
        health.remembered.clear()

    def test_there_is_space(self, client: Client) -> None:
        disks = client.get("/readyz").json()["checks"]["disks"]
        assert (disks["ok"], disks["low"], disks["full"]) == (True, [], [])
        assert disks["free_bytes"] > 0

    def test_little_space_is_told(self, client: Client, settings: Any, staff: User) -> None:
        settings.FREE_SPACE_MB = 10**9
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (200, "degraded")
        assert {"files", "search", "temporary"} <= set(response.json()["checks"]["disks"]["low"])
        client.force_login(staff)
        assert 'studio_up{part="disks"} 0.0' in client.get("/metrics").content.decode()

    def test_a_disk_that_takes_nothing_is_told(self, client: Client) -> None:
        with no_file_larger_than(0):
            response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (200, "degraded")
        assert {"files", "search", "temporary"} <= set(response.json()["checks"]["disks"]["full"])
        assert str(Path.cwd()) not in response.content.decode()

    def test_a_database_that_cannot_be_written_takes_the_site_out_of_service(
        self, client: Client, settings: Any, tmp_path: Path
    ) -> None:
        file = tmp_path / "studio.sqlite3"
        file.touch()
        settings.DATABASES["default"] = {**settings.DATABASES["default"], "NAME": str(file)}
        settings.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
        with no_file_larger_than(0):
            response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (503, "not ready")
        assert "database" in response.json()["checks"]["disks"]["full"]
