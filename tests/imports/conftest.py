"""Fixtures of the imports room: archives that are uploaded, and a worker that runs when a test says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports import tasks
from content_libraries.imports.models import ImportJob, SourceUpload
from content_libraries.keys import CourseKey
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory
from tests.content.conftest import record  # noqa: F401 - a fixture of this room, too
from tests.olx.builders import tar_of
from tests.shared_worlds import module_db  # noqa: F401 - a fixture of this room, too

from .sources import in_place

OUTLINE = in_place(
    """<chapter url_name="c1" display_name="Week 1" start="2026-01-01"><sequential url_name="s1" graded="true">
    <vertical url_name="v1" display_name="First"><html url_name="h1"/><problem url_name="p1"/></vertical>
    </sequential></chapter>"""
)

type Upload = Callable[..., SourceUpload]
type Start = Callable[..., ImportJob]


@pytest.fixture(scope="module")
def shared_staff(module_db: None) -> None:  # noqa: F811
    User.objects.create_user("Bob", email="bob@example.com", is_staff=True)


@pytest.fixture(scope="module")
def shared_library(module_db: None) -> None:  # noqa: F811
    api.create_library(user=OPERATOR, org="O", slug="lib", title="Library")


@pytest.fixture
def staff(shared_staff: None, db: None) -> User:
    """Global staff, made once for a module."""
    return User.objects.get(username="Bob")


@pytest.fixture
def library(shared_library: None, staff: User) -> ContentLibrary:
    """``lib:O:lib``, made once for a module."""
    return ContentLibrary.objects.get_by_key(api.library_key("lib:O:lib"))


def course_archive(
    folder: Path, outline: str = OUTLINE, *, run: str = "1", files: dict[str, bytes] | None = None
) -> Path:
    """A ``.tar.gz`` with a course of this outline, ``course-v1:O+C+RUN``."""
    text = f'<course url_name="{run}" org="O" course="C" display_name="Course {run}">{outline}</course>'
    folder.mkdir(parents=True, exist_ok=True)
    members = [
        ("course/course.xml", text.encode()),
        *((f"course/{path}", data) for path, data in (files or {}).items()),
    ]
    return tar_of(folder / "course.tar.gz", members)


def legacy_archive(folder: Path, outline: str, *, library: str = "L1") -> Path:
    """A ``.tar.gz`` with a legacy library, ``library-v1:O+LIBRARY``."""
    text = (
        f'<library url_name="library" org="O" library="{library}" display_name="Legacy {library}">{outline}</library>'
    )
    folder.mkdir(parents=True, exist_ok=True)
    return tar_of(folder / "library.tar.gz", [("library/library.xml", text.encode())])


@pytest.fixture
def upload(tmp_path: Path, library: ContentLibrary, staff: User) -> Upload:
    """Uploads an archive; by default a small course of ``staff``."""

    def make(
        path: Path | None = None,
        *,
        user: User = staff,
        outline: str = OUTLINE,
        run: str = "1",
        key: CourseKey | None = None,
    ) -> SourceUpload:
        path = path or course_archive(tmp_path / f"{run}-{SourceUpload.objects.count()}", outline, run=run)
        file = ContentFile(path.read_bytes(), name=path.name)
        return api.upload_source(library.library_key, user=user, file=file, key=key)

    return make


def work(job_uuid: UUID) -> ImportJob:
    """Deliver a job's message once, as a broker does."""
    tasks.run_import.run(str(job_uuid))
    return ImportJob.objects.get(uuid=job_uuid)


@pytest.fixture
def http(api_client: ClientFactory, staff: User) -> APIClient:
    return api_client(staff)


@pytest.fixture
def start(library: ContentLibrary, staff: User) -> Start:
    """Starts a job; no worker is told, as nothing commits in a test."""

    def make(*uploads: SourceUpload, user: User = staff, publish: bool = False, **options: object) -> ImportJob:
        wanted = {"level": api.Level.SECTION, **options}
        requests = [api.SourceRequest(upload.key, api.ImportOptions(**wanted)) for upload in uploads]  # type: ignore[arg-type]
        return api.start_imports(library.library_key, user=user, sources=requests, publish=publish)

    return make
