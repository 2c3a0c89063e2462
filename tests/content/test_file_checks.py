"""``check_libraries`` on files: what is damaged is named, and put right where its bytes are still anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from openedx_content.models_api import ComponentVersionMedia, Media

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from tests.attacks.disks import media_in
from tests.conftest import ClientFactory, LibraryFactory
from tests.courses.building import COURSE_KEY, make_course

from .client import LibraryClient
from .test_assets_rest import PIC, put

pytestmark = pytest.mark.django_db

PICTURE = bytes(range(256)) * 40
SHORT = PICTURE[:1000]
OTHER = PICTURE[::-1]


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Any) -> Iterator[Any]:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "index")
    with media_in("django.core.files.storage.FileSystemStorage", location=str(tmp_path / "media")) as storage:
        yield storage


@pytest.fixture
def lib(library: ContentLibrary, staff: User, api_client: ClientFactory) -> LibraryClient:
    """A library with a component that has a picture."""
    return with_picture(library, api_client(staff))


def with_picture(library: ContentLibrary, http: Any) -> LibraryClient:
    lib = LibraryClient(library, http)
    lib.create("html:h")
    lib.ok(put(lib, PIC, PICTURE))
    return lib


def path_of(lib: LibraryClient, storage: Any) -> Path:
    medium = Media.objects.get(learning_package=lib.library.learning_package, has_file=True)
    return Path(storage.path(medium.path))


def check(*arguments: str) -> list[tuple[str, str, bool]]:
    """Subject, message, and whether it was repaired, of each finding about files."""
    output = StringIO()
    try:
        call_command("check_libraries", *arguments, "--json", stdout=output)
    except CommandError:
        assert not all(finding["repaired"] for finding in json.loads(output.getvalue())["findings"])
    findings = json.loads(output.getvalue())["findings"]
    return [(each["subject"], each["message"], each["repaired"]) for each in findings if each["check"] == "files"]


def test_what_is_whole_is_not_named(lib: LibraryClient) -> None:
    assert check("--digests") == []


def test_files_are_checked_where_there_is_no_search_engine(lib: LibraryClient, storage: Any, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    path_of(lib, storage).write_bytes(SHORT)
    assert len(check()) == 1


@pytest.mark.parametrize(
    ("damage", "problem"), [(SHORT, "it has 1,000 of 10,240 bytes"), (None, "the storage has lost it")]
)
def test_sizes_are_always_compared(lib: LibraryClient, storage: Any, damage: bytes | None, problem: str) -> None:
    path = path_of(lib, storage)
    path.unlink() if damage is None else path.write_bytes(damage)
    message = f"The file “{PIC}” (version 2) is damaged: {problem}."
    assert check() == [(lib.key("html:h"), message, False)]
    assert check(lib.lib_key) == check()


def test_digests_are_compared_if_that_is_asked_for(lib: LibraryClient, storage: Any) -> None:
    path_of(lib, storage).write_bytes(OTHER)
    assert check() == []
    ((subject, message, _repaired),) = check("--digests")
    assert (subject, "its bytes are other ones" in message) == (lib.key("html:h"), True)


def test_every_version_and_component_that_has_the_file_is_named(lib: LibraryClient, storage: Any) -> None:
    lib.set_olx("html:h", "<html>next</html>")
    lib.create("problem:p")
    lib.ok(put(lib, "static/copy.png", PICTURE, "problem:p"))
    path_of(lib, storage).write_bytes(SHORT)
    assert [(subject, message.partition(" is damaged")[0]) for subject, message, _repaired in check()] == [
        (lib.key("html:h"), f"The file “{PIC}” (version 2, 3)"),
        (lib.key("problem:p"), "The file “static/copy.png” (version 2)"),
    ]


def test_what_has_its_bytes_nowhere_is_named_and_left_alone(lib: LibraryClient, storage: Any) -> None:
    path = path_of(lib, storage)
    path.write_bytes(SHORT)
    problem = "it has 1,000 of 10,240 bytes"
    message = f"The file “{PIC}” (version 2) is damaged, and its bytes are nowhere else: {problem}. Upload it again."
    assert check("--repair") == [(lib.key("html:h"), message, False)]
    assert path.read_bytes() == SHORT
    with pytest.raises(CommandError, match="1 of the findings could not be repaired"):
        call_command("check_libraries", "--repair", stdout=StringIO())
    with pytest.raises(CommandError, match="--repair: it can put 1 right"):
        call_command("check_libraries", stdout=StringIO())


def test_another_library_has_the_same_file(
    lib: LibraryClient, storage: Any, make_library: LibraryFactory, staff: User, api_client: ClientFactory
) -> None:
    with_picture(make_library("other"), api_client(staff))
    path_of(lib, storage).write_bytes(OTHER)
    assert [repaired for _subject, _message, repaired in check("--digests", "--repair")] == [True]
    assert path_of(lib, storage).read_bytes() == PICTURE
    assert check("--digests") == []


def test_the_storage_has_given_another_name_to_a_later_upload(lib: LibraryClient, storage: Any) -> None:
    """As Learning Core did it before: it asks for the size, and saves a file whose name is taken."""
    path = path_of(lib, storage)
    path.write_bytes(SHORT)
    Media.objects.get(has_file=True).write_file(ContentFile(PICTURE))
    assert len(list(path.parent.iterdir())) == 2
    assert [repaired for _subject, _message, repaired in check("--repair")] == [True]
    assert path.read_bytes() == PICTURE
    assert check("--digests") == []


def test_the_row_has_the_text_of_the_file(lib: LibraryClient, storage: Any) -> None:
    lib.ok(put(lib, "static/a.txt", b"a text"))
    text = Media.objects.get(size=6)
    text.text = "a text"
    text.save()
    Path(storage.path(text.path)).unlink()
    assert [repaired for _subject, _message, repaired in check("--repair")] == [True]
    assert Path(storage.path(text.path)).read_bytes() == b"a text"


def test_files_of_courses_are_checked_too(storage: Any) -> None:
    course = make_course(COURSE_KEY)
    api.write_course_file(course, PIC, PICTURE, user=OPERATOR)
    path = Path(storage.path(Media.objects.get(size=len(PICTURE)).path))
    path.write_bytes(SHORT)
    ((subject, message, _repaired),) = check()
    assert (subject, f"“{PIC}” (version 1)" in message) == (str(COURSE_KEY), True)
    api.write_course_file(course, PIC, PICTURE, user=OPERATOR)
    assert path.read_bytes() == PICTURE
    assert check("--digests") == []


def test_names_with_which_no_backup_can_be_restored_are_named(lib: LibraryClient) -> None:
    lib.ok(put(lib, "static/good.png"))
    lib.ok(put(lib, "static/deep.png"))
    deep = "/".join("d" * 40)
    for old, new in ((PIC, "static/data.toml"), ("static/deep.png", deep)):  # as older releases took them
        ComponentVersionMedia.objects.filter(path=old).update(path=new)
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("check_libraries", "--repair", "--json", stdout=output)
    findings = [each for each in json.loads(output.getvalue())["findings"] if each["check"] == "names"]
    assert [(each["subject"], each["repaired"]) for each in findings] == [(lib.key("html:h"), False)] * 2
    for finding, name in zip(findings, (deep, "static/data.toml"), strict=True):
        assert f"“{name}”" in finding["message"]
        assert "Upload the file under another name" in finding["message"]
