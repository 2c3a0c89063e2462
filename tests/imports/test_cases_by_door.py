"""Damaged courses through each door: by path, as an upload over REST, and by way of the course store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from opaque_keys.edx.keys import UsageKey
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports import api as imports
from content_libraries.imports.data import Action
from content_libraries.keys import course_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import CONTAINER_TAGS
from tests.olx.builders import course_members, tar_of
from tests.olx.test_broken_blocks import COURSE, LOST, MENDED

pytestmark = pytest.mark.django_db

OWN = "/api/content_library/v1/"
OPTIONS = imports.ImportOptions(level=imports.Level.SECTION, with_drafts=True)
UNIT = '<vertical display_name="V">\n{}</vertical>'


def damaged(damage: str, path: str = "problem/p.xml") -> dict[str, bytes]:
    change = LOST[damage] if damage in LOST else MENDED[damage][0]
    return {path: change(COURSE[path].encode())}


CASES: dict[str, dict[str, bytes | str]] = {
    **{f"{kind}: problem": {**damaged(kind)} for kind in (*LOST, *MENDED)},
    **{f"{kind}: unit": {**damaged(kind, "vertical/v.xml")} for kind in ("a tag that is never closed", "a bare &")},
    "no name": {"vertical/v.xml": UNIT.format('<html display_name="N">x</html><problem slug="old"><p>y</p></problem>')},
    "twice": {"vertical/v.xml": UNIT.format('<html url_name="h"/><problem url_name="p"/><html url_name="h"/>')},
    "pointer to a draft": {"vertical/v.xml": "", "drafts/vertical/v.xml": COURSE["vertical/v.xml"]},
    "policies": {"policies/R/policy.json": '{"tabs": [], "problem/p": 5}', "policies/R/grading_policy.json": "[1"},
    "names in other forms": {"html/h.html": '<img src="/static/cafe\u0301.png">', "static/caf\u00e9.png": "x"},
    "library of scripts": {
        "problem/p.xml": '<problem display_name="P"><script type="loncapa/python">import a</script></problem>',
        "static/python_lib.zip": "x",
    },
    "emoji": {"problem/p.xml": '<problem display_name="P \U0001f600"><p>\U0001f600</p></problem>'},
}


@dataclass(frozen=True)
class Arrived:
    """What came through a door: components by type and name, names of containers, and what failed."""

    components: dict[tuple[str, str], tuple[str, tuple[tuple[str, str], ...]]]
    containers: set[tuple[str, str]]
    failed: set[tuple[str, str]]


def arrived(plan: imports.ImportPlan) -> Arrived:
    made = [block for block in plan.blocks if block.action == Action.CREATE]
    return Arrived(
        {
            name(block.source_key): (block.olx, tuple(sorted((file.path, file.digest) for file in block.files)))
            for block in made
            if not block.is_container
        },
        {name(block.source_key) for block in made if block.is_container},
        {name(block.source_key) for block in plan.blocks if block.action == Action.FAILED},
    )


def name(key: UsageKey) -> tuple[str, str]:
    return str(key.block_type), str(key.block_id)


def by_path(archive: Path, library: ContentLibrary) -> Arrived:
    return arrived(imports.plan_import(library.library_key, user=OPERATOR, source=archive, options=OPTIONS))


def by_upload(archive: Path, library: ContentLibrary, http: APIClient, staff: User) -> Arrived:
    file = SimpleUploadedFile(archive.name, archive.read_bytes())
    body = {"library": str(library.library_key), "file": file}
    upload = http.post(f"{OWN}import_sources/", body, format="multipart").data
    return arrived(planned_over_rest(upload["key"], library, http, staff))


def by_course_store(archive: Path, library: ContentLibrary, http: APIClient, staff: User) -> Arrived:
    report = api.load_course(archive, user=OPERATOR, course_key=course_key("course-v1:In+The+Store"))
    found = arrived(planned_over_rest(str(report.course_key), library, http, staff))
    assert not found.failed  # what cannot be read is not in the store
    failed = {name(UsageKey.from_string(block.usage_key)) for block in report.failed}
    return Arrived(found.components, found.containers, failed)


def planned_over_rest(key: str, library: ContentLibrary, http: APIClient, staff: User) -> imports.ImportPlan:
    options = {"composition_level": "section", "preserve_url_slugs": True}
    body = {"source": key, "target": str(library.library_key), **options}
    made = http.post(f"{OWN}import_plans/", body, format="json")
    assert made.status_code == 201, made.data
    _stored, plan = imports.find_plan(made.data["uuid"], user=staff)
    assert {row["action"] for row in made.data["blocks"]} == {block.action for block in plan.blocks}
    return plan


@pytest.mark.parametrize("case", CASES)
def test_each_door_brings_the_same(
    library: ContentLibrary, http: APIClient, staff: User, tmp_path: Path, case: str
) -> None:
    files = {**COURSE, **CASES[case]}
    members = [(path, data) for path, data in course_members(files) if data]
    archive = tar_of(tmp_path / "course.tar.gz", members)
    expected = by_path(archive, library)
    assert by_upload(archive, library, http, staff) == expected
    stored = by_course_store(archive, library, http, staff)
    assert (stored.components, stored.failed) == (expected.components, expected.failed)
    if not any(tag in CONTAINER_TAGS for tag, _name in expected.failed):
        assert stored.containers == expected.containers  # a course keeps the place of a unit that cannot be read
    assert bool(expected.failed) == (case.split(":", maxsplit=1)[0] in LOST)
