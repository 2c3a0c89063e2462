"""Licenses of sources: of the course, of its containers and of its components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content.api import LicenseChange, set_license
from content_libraries.imports.data import ImportOptions, Level, OnRepeat
from content_libraries.keys import item_key
from content_libraries.libraries.models import ContentLibrary

from .sources import in_place, write_course

pytestmark = pytest.mark.django_db

UNITS = (
    '<vertical url_name="v1"><html url_name="h1"/></vertical><vertical url_name="v2"><html url_name="h2"/></vertical>'
)
SUBSECTION = f'<sequential url_name="s1" license="creative-commons: ver=3.0 BY">{UNITS}</sequential>'
OUTLINE = in_place(f'<chapter url_name="c1">{SUBSECTION}</chapter>')
POLICY = {"policies/1/policy.json": '{"course/1": {"license": "all-rights-reserved"}}'}
KEYS = {
    "c1": "lct:O:lib:section:c1",
    "s1": "lct:O:lib:subsection:s1",
    "v1": "lct:O:lib:unit:v1",
    "h1": "lb:O:lib:html:h1",
}


@pytest.fixture
def library(db: None) -> ContentLibrary:
    return api.create_library(user=OPERATOR, org="O", slug="lib", title="Library")


def run(library: ContentLibrary, source: Path, *, level: str, **options: Any) -> Any:
    chosen = ImportOptions(preserve_url_slugs=True, level=Level(level), **options)
    return api.import_archive(library.library_key, user=OPERATOR, source=source, options=chosen)


def licenses(*names: str) -> dict[str, tuple[str, str, str]]:
    """Map names to the own license, the license that counts, and its source."""
    found = {}
    for name in names:
        licensing = api.get_item(item_key(KEYS[name]), user=OPERATOR).licensing
        assert licensing is not None
        found[name] = licensing.own.license, licensing.effective.license, licensing.source.rsplit(":", 1)[-1]
    return found


def test_the_topmost_items_get_the_license_of_the_course(tmp_path: Path, library: ContentLibrary) -> None:
    run(library, write_course(tmp_path, OUTLINE, files=POLICY), level="section")
    assert licenses("c1", "s1", "v1", "h1") == {
        "c1": ("all-rights-reserved", "all-rights-reserved", "c1"),
        "s1": ("CC:3.0:BY", "CC:3.0:BY", "s1"),
        "v1": ("", "CC:3.0:BY", "s1"),
        "h1": ("", "CC:3.0:BY", "s1"),
    }


@pytest.mark.parametrize(("level", "topmost"), [("unit", "v1"), ("component", "h1")])
def test_containers_that_become_no_items_leave_their_license_to_what_is_in_them(
    tmp_path: Path, library: ContentLibrary, level: str, topmost: str
) -> None:
    run(library, write_course(tmp_path, OUTLINE, files=POLICY), level=level)
    assert licenses(topmost, "h1") == dict.fromkeys((topmost, "h1"), ("CC:3.0:BY", "CC:3.0:BY", topmost)) | {
        "h1": ("CC:3.0:BY" if topmost == "h1" else "", "CC:3.0:BY", topmost)
    }


@pytest.mark.parametrize("level", ["section", "component"])
def test_a_repeated_import_keeps_what_the_source_does_not_say(
    tmp_path: Path, library: ContentLibrary, level: str
) -> None:
    source = write_course(tmp_path, OUTLINE, files=POLICY)
    run(library, source, level=level)
    name = "h1" if level == "component" else "c1"
    set_license(item_key(KEYS[name]), user=OPERATOR, change=LicenseChange(license_holder="ACME"))
    before = api.get_item(item_key(KEYS[name]), user=OPERATOR)
    run(library, source, level=level, on_repeat=OnRepeat.UPDATE)
    after = api.get_item(item_key(KEYS[name]), user=OPERATOR)
    assert after.licensing == before.licensing
    assert after.version_num == before.version_num
