"""Taxonomies and their files, as somebody of the staff may send or import them without looking."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from openedx_tagging.models import Taxonomy
from rest_framework.test import APIClient

from tests.conftest import ClientFactory

pytestmark = pytest.mark.django_db

ROOT = "/api/content_tagging/v1/taxonomies/"


@pytest.fixture
def http(staff: User, api_client: ClientFactory) -> APIClient:
    return api_client(staff)


@pytest.fixture
def taxonomy(http: APIClient) -> Taxonomy:
    made = http.post(ROOT, {"name": "Subjects", "export_id": "subjects"}, format="json").json()
    found: Taxonomy = Taxonomy.objects.get(pk=made["id"])
    found.add_tag("Chemistry", external_id="chemistry")
    return found


def imported(http: APIClient, file: bytes, name: str = "tags.csv") -> Any:
    body = {"taxonomy_name": "New", "taxonomy_export_id": "new", "file": SimpleUploadedFile(name, file)}
    return http.post(f"{ROOT}import/", body, format="multipart")


def rows(count: int) -> bytes:
    return b"id,value\n" + b"".join(b"t%d,T%d\n" % (number, number) for number in range(count))


def members(count: int) -> bytes:
    return b'{"tags": [%s]}' % b", ".join(
        b'{"id": "t%d", "value": "T%d"}' % (number, number) for number in range(count)
    )


@pytest.mark.parametrize(("file", "name"), [(rows, "tags.csv"), (members, "tags.json")], ids=["csv", "json"])
def test_a_file_of_too_many_tags_is_refused_before_it_is_read(
    http: APIClient, taxonomy: Taxonomy, settings: Any, file: Any, name: str
) -> None:
    """Three thousand tags took 104 seconds of a web thread."""
    settings.CONTENT_LIBRARIES_TAXONOMY_IMPORT_MAX_TAGS = 3
    answers = [imported(http, file(4), name)]
    for path in ("tags/import/", "tags/import/plan/"):
        upload = {"file": SimpleUploadedFile(name, file(4))}
        answers.append(http.put(f"{ROOT}{taxonomy.pk}/{path}", upload, format="multipart"))
    for answer in answers:
        assert answer.status_code == 400
        assert "at most 3" in answer.json()["file"][0]
    assert [tag.value for tag in taxonomy.tag_set.all()] == ["Chemistry"]
    assert imported(http, file(3), name).json()["tags_count"] == 3


@pytest.mark.parametrize(
    "file",
    [
        b"[" * 1_000_000,
        b'{"tags": [' + b"[]," * 200_000 + b"[]]}",
        ('{"tags": [' + "[]," * 200_000 + "[]]}").encode("utf-16"),
        b'{"tags": [{"id": "a", "value": "\\ud800"}]}',
        b'{"tags": [{"id": "a", "value": "a\\u0000"}]}',
        b'{"tags": [1, null, []]}',
        b'{"tags": 1}',
        b'["tags"]',
        b"1",
        b'{"tags": [{"id": %s, "value": "a"}]}' % (b"9" * 5_000),
        b'{"tags": [{"id": "a", "value": "A", "parent_id": "b"}, {"id": "b", "value": "B", "parent_id": "a"}]}',
    ],
    ids=["deep", "many", "utf-16", "half", "nul", "no tags", "no list", "list", "number", "digits", "circle"],
)
def test_files_that_are_no_tags_are_refused(http: APIClient, file: bytes) -> None:
    assert imported(http, file, "tags.json").status_code == 400
    assert not Taxonomy.objects.filter(name="New").exists()


@pytest.mark.parametrize(
    "file",
    [
        b"id,value\na\0,A\n",
        b"id,value\na,\xe9\n",
        "id,value\na,A\n".encode("utf-16"),
        b"id,value\na," + b"A" * 200_000 + b"\n",
        b"id,value\na,x\ty\n",
    ],
    ids=["nul", "latin-1", "utf-16", "long", "tab"],
)
def test_tables_that_are_no_tags_are_refused(http: APIClient, file: bytes) -> None:
    assert imported(http, file).status_code == 400
    assert not Taxonomy.objects.filter(name="New").exists()


def test_two_taxonomies_never_share_an_export_id(http: APIClient, taxonomy: Taxonomy) -> None:
    """A change to one that was taken was a 500."""
    other = http.post(ROOT, {"name": "Others", "export_id": "others"}, format="json").json()["id"]
    changed = {"name": "Others", "export_id": "subjects"}
    for send in (http.put, http.patch):
        answer = send(f"{ROOT}{other}/", changed, format="json")
        assert answer.status_code == 400
        assert "export_id" in answer.json()
    assert http.put(f"{ROOT}{other}/", {"name": "Mine", "export_id": "others"}, format="json").status_code == 200


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_the_name_of_a_taxonomy_adds_no_headers(http: APIClient, taxonomy: Taxonomy, file_format: str) -> None:
    """Whoever may read such a taxonomy got a 500 for its file."""
    http.patch(f"{ROOT}{taxonomy.pk}/", {"name": 'a\r\nX-Evil: 1"; filename="b.exe\x01'}, format="json")
    answer = http.get(f"{ROOT}{taxonomy.pk}/export/", {"output_format": file_format, "download": "1"})
    assert answer.status_code == 200
    assert "X-Evil" not in answer
    name = answer["Content-Disposition"]
    assert name == rf'attachment; filename="a  X-Evil: 1\"; filename=\"b.exe .{file_format}"'
    assert "Chemistry" in answer.content.decode()
