"""Pasting into a library (wire: clipboard-paste, events)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import ComponentVersionMedia, DraftChangeLog, PublishableEntity
from openedx_events.content_authoring import signals
from pytest_django import Settings

from content_libraries.actors import OPERATOR
from content_libraries.block_types.api import TAGS_OF_CONTAINERS
from content_libraries.clipboard.models import StagedContent, StagedFile
from content_libraries.clipboard.pasting import open_clipboard
from content_libraries.clipboard.plans import Extras, basis_now, outdated, plan_paste
from content_libraries.content import api as content
from content_libraries.content.container_settings import settings_of
from content_libraries.errors import PlanOutdatedError
from content_libraries.keys import item_key
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibraryPermission
from content_libraries.plan_basis import refuse_outdated
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory, MemberFactory
from tests.content.client import LibraryClient
from tests.content.conftest import ActingAs

from .test_copying_rest import clipboard, copy

PICTURE = b"\x89PNG not really"
EMPTY_CLIPBOARD = ["The user's clipboard is empty"]


def paste(client: LibraryClient) -> Any:
    return client.http.post(client.library_url("paste_clipboard/"), {}, format="json")


def name_of(item: Any) -> str:
    name: str = item["id"].split(":", 3)[3]
    return name


@pytest.fixture
def other(make_library: LibraryFactory, api_client: ClientFactory, staff: User) -> LibraryClient:
    """What Bob does in another library."""
    return LibraryClient(make_library("lib2"), api_client(staff))


def with_picture(client: LibraryClient, code: str, picture: bytes = PICTURE) -> None:
    """Create an html component with a picture."""
    digest = hashlib.blake2b(picture, digest_size=20).hexdigest()
    file = content.FileMedia("static/pic.png", "image/png", digest, len(picture))
    written = content.ComponentWrite("html", code, "With picture", '<html display_name="With picture"/>', (file,))
    content.write_items(OPERATOR, client.library, components=[written], file_bytes=lambda _d: iter([(digest, picture)]))


def pictures(client: LibraryClient, name: str) -> list[bytes]:
    block_type, code = name.split(":")
    media = ComponentVersionMedia.objects.filter(
        component_version__component__component_type__name=block_type,
        component_version__component__component_code=code,
        component_version__component__learning_package=client.library.learning_package,
        path="static/pic.png",
    )
    return [row.media.read_file().read() for row in media.select_related("media__learning_package")]


def count_items(client: LibraryClient) -> int:
    return PublishableEntity.objects.filter(learning_package=client.library.learning_package).count()


@contextmanager
def events_of_creation() -> Iterator[list[str]]:
    created: list[str] = []

    def block_created(*, library_block: Any, **_kwargs: Any) -> None:
        created.append(str(library_block.usage_key))

    def container_created(*, library_container: Any, **_kwargs: Any) -> None:
        created.append(str(library_container.container_key))

    signals.LIBRARY_BLOCK_CREATED.connect(block_created)
    signals.LIBRARY_CONTAINER_CREATED.connect(container_created)
    yield created
    signals.LIBRARY_BLOCK_CREATED.disconnect(block_created)
    signals.LIBRARY_CONTAINER_CREATED.disconnect(container_created)


def test_a_component_within_its_library_is_a_new_one(lib: LibraryClient, unicode_codes: None) -> None:
    lib.create("problem:p1")
    lib.set_olx("problem:p1", '<problem display_name="Höhe &amp; Breite"><![CDATA[1 < 2]]></problem>')
    copy(lib, "problem:p1")
    pasted = lib.ok(paste(lib))
    assert re.fullmatch(r"lb:CL-TEST:lib1:problem:höhe-breite-[0-9a-f]{6}", pasted["id"])
    assert pasted["display_name"] == "Höhe & Breite"
    assert (pasted["last_draft_created_by"], pasted["has_unpublished_changes"]) == ("Bob", True)
    assert lib.get(name_of(pasted)).items() >= pasted.items()
    stored = '<problem display_name="Höhe &amp; Breite"><![CDATA[1 < 2]]></problem>'
    assert lib.get(name_of(pasted), "olx/") == {"olx": stored}
    assert name_of(lib.ok(paste(lib))) != name_of(pasted)


def test_a_title_without_letters_gives_twelve_digits(lib: LibraryClient) -> None:
    lib.create("html:h1")
    lib.rename("html:h1", "???")
    copy(lib, "html:h1")
    assert re.fullmatch(r"html:[0-9a-f]{12}", name_of(lib.ok(paste(lib))))


def test_files_come_along_into_another_library(lib: LibraryClient, other: LibraryClient) -> None:
    with_picture(lib, "h1")
    copy(lib, "html:h1")
    pasted = other.ok(paste(other))
    assert pasted["id"].startswith("lb:CL-TEST:lib2:html:with-picture-")
    assert pictures(other, name_of(pasted)) == [PICTURE]


def test_files_of_the_components_of_a_container_come_along(lib: LibraryClient, other: LibraryClient) -> None:
    with_picture(lib, "h1")
    lib.create("unit:u1", children=["html:h1"])
    copy(lib, "unit:u1")
    (child,) = other.children(name_of(other.ok(paste(other))))
    assert pictures(other, child) == [PICTURE]


def test_large_files_are_recorded_and_left_out(lib: LibraryClient, other: LibraryClient) -> None:
    with_picture(lib, "h1", bytes(11 * 1024**2))
    copy(lib, "html:h1")
    assert [(file.path, file.digest) for file in StagedFile.objects.all()] == [("static/pic.png", "")]
    assert pictures(other, name_of(other.ok(paste(other)))) == []


def test_what_is_pasted_after_its_library_is_gone_has_no_files(lib: LibraryClient, other: LibraryClient) -> None:
    with_picture(lib, "h1")
    copy(lib, "html:h1")
    libraries.delete_library(lib.library.library_key, user=OPERATOR)
    pasted = other.ok(paste(other))
    assert pasted["display_name"] == "With picture"
    assert pictures(other, name_of(pasted)) == []
    assert clipboard(other)["source_usage_key"] == "lb:CL-TEST:lib1:html:h1"


@pytest.fixture
def section(lib: LibraryClient) -> LibraryClient:
    """A section in which a unit and a component occur twice."""
    lib.create("html:h1")
    lib.create("problem:p1")
    lib.create("unit:u1", "Unit", children=["html:h1", "problem:p1", "html:h1"])
    lib.create("unit:u2", "Unit", children=["html:h1"])
    lib.create("subsection:s1", "Subsection", children=["unit:u1", "unit:u2", "unit:u1"])
    lib.create("section:t1", "Section", children=["subsection:s1"])
    return lib


def test_within_the_library_children_are_linked(section: LibraryClient) -> None:
    copy(section, "section:t1")
    before = count_items(section)
    pasted = section.ok(paste(section))
    assert re.fullmatch(r"lct:CL-TEST:lib1:section:section-[0-9a-f]{6}", pasted["id"])
    assert (pasted["display_name"], pasted["container_type"]) == ("Section", "section")
    assert section.children(name_of(pasted)) == ["subsection:s1"]
    assert count_items(section) == before + 1
    assert section.get(name_of(pasted)).items() >= pasted.items()


def test_into_another_library_everything_is_copied_once(
    section: LibraryClient, other: LibraryClient, run_on_commit: CommitRunner
) -> None:
    copy(section, "section:t1")
    logs = DraftChangeLog.objects.count()
    with events_of_creation() as created, run_on_commit():
        pasted = other.ok(paste(other))
        assert created == []
    assert count_items(other) == 6
    assert len(created) == len(set(created)) == 6
    assert DraftChangeLog.objects.count() == logs + 1
    (subsection,) = other.children(name_of(pasted))
    first, second, third = other.children(subsection)
    assert first == third != second
    html, problem, html_again = other.children(first)
    assert html == html_again
    assert problem.startswith("problem:")
    assert other.children(second) == [html]
    assert other.get(html)["can_stand_alone"] is False
    assert "url_name" not in other.get(html, "olx/")["olx"]
    assert "copied_from" not in other.get(html, "olx/")["olx"]


def test_a_child_that_was_deleted_meanwhile_is_copied(lib: LibraryClient) -> None:
    lib.create("html:h1")
    lib.create("html:h2")
    lib.create("unit:u1", "Unit", children=["html:h1", "html:h2"])
    copy(lib, "unit:u1")
    lib.delete("html:h1")
    first, second = lib.children(name_of(lib.ok(paste(lib))))
    assert first.startswith("html:text-")
    assert second == "html:h2"


def test_a_planned_paste_is_refused_when_a_child_was_deleted_or_a_name_was_taken(
    lib: LibraryClient, staff: User
) -> None:
    for code in ("h1", "h2"):
        lib.create(f"html:{code}")
    lib.create("unit:u1", "Unit", children=["html:h1", "html:h2"])
    copy(lib, "unit:u1")
    clip = open_clipboard(staff)
    package_pk = libraries.package_pk(lib.library)
    plan = plan_paste(
        clip.root,
        Extras(clip.files, clip.settings),
        learning_package_pk=package_pk,
        library_key=lib.library.library_key,
    )
    refuse_outdated(plan.basis, basis_now(plan, package_pk), outdated)
    lib.delete("html:h1")
    lib.create(f"unit:{plan.root_ref}", "The same name")
    with pytest.raises(PlanOutdatedError, match="Paste again"):
        refuse_outdated(plan.basis, basis_now(plan, package_pk), outdated)
    changed = plan.basis.changes_to(basis_now(plan, package_pk))
    assert {(change.before, change.now) for change in changed} == {("live", "deleted"), (None, "live")}


def test_settings_that_came_with_an_import_come_along(lib: LibraryClient, other: LibraryClient) -> None:
    unit = content.ContainerWrite("unit", "u1", "Unit", ())
    kept = content.ContainerSettingsData({"due": "2030-01-01"}, "CC:4.0:BY")
    content.write_items(OPERATOR, lib.library, containers=[unit], container_settings={"u1": kept})
    copy(lib, "unit:u1")
    code = name_of(other.ok(paste(other))).split(":")[1]
    entity = PublishableEntity.objects.get(learning_package=other.library.learning_package, entity_ref=code)
    version_pk = entity.draft.version_id
    assert version_pk is not None
    assert settings_of([version_pk]) == {version_pk: kept}


def test_licenses_of_components_and_containers_come_along(lib: LibraryClient, other: LibraryClient) -> None:
    lib.create("html:h1")
    lib.create("unit:u1", children=["html:h1"])
    expected = {"unit:u1": ("CC:4.0:BY", "ACME"), "html:h1": ("CC0:1.0", "Jo")}
    for name, (code, holder) in expected.items():
        license_change = content.LicenseChange(license=code, license_holder=holder)
        content.set_license(item_key(lib.key(name)), user=OPERATOR, change=license_change)
    copy(lib, "unit:u1")
    unit = name_of(other.ok(paste(other)))
    (component,) = other.children(unit)
    for pasted, original in ((unit, "unit:u1"), (component, "html:h1")):
        shown = other.get(pasted)
        assert (shown["license"], shown["license_holder"]) == expected[original]


def test_children_of_unsupported_types_are_left_out(lib: LibraryClient, other: LibraryClient) -> None:
    blocks = [content.ComponentWrite(tag, "x", tag, f"<{tag}/>") for tag in ("html", "conditional")]
    unit = content.ContainerWrite("unit", "u1", "Unit", tuple(block.entity_ref for block in blocks))
    content.write_items(OPERATOR, lib.library, components=blocks, containers=[unit])
    copy(lib, "unit:u1")
    assert [name.split(":")[0] for name in other.children(name_of(other.ok(paste(other))))] == ["html"]
    lib.ok(copy(lib, "conditional:x"))
    response = paste(other)
    assert response.status_code == 400
    assert "has children" in response.json()["block_type"]


def test_an_empty_clipboard_and_one_that_is_not_ready(lib: LibraryClient) -> None:
    response = paste(lib)
    assert (response.status_code, response.json()) == (400, EMPTY_CLIPBOARD)
    lib.create("html:h1")
    copy(lib, "html:h1")
    StagedContent.objects.update(status="loading")
    assert paste(lib).json() == EMPTY_CLIPBOARD


def test_the_limit_of_the_library(
    section: LibraryClient, other: LibraryClient, settings: Settings, run_on_commit: CommitRunner
) -> None:
    copy(section, "section:t1")
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 1
    with events_of_creation() as created, run_on_commit():
        response = paste(other)
    assert (response.status_code, response.json()) == (400, ["Library cannot have more than 1 Components."])
    assert (count_items(other), created) == (0, [])


def test_a_failure_in_the_middle_leaves_nothing_and_tells_nobody(
    lib: LibraryClient, other: LibraryClient, run_on_commit: CommitRunner
) -> None:
    lib.create("html:h1")
    with_picture(lib, "h2")
    lib.create("unit:u1", "Unit", children=["html:h1", "html:h2"])
    copy(lib, "unit:u1")
    # A title that Learning Core does not take, in the component that comes last.
    staged = StagedContent.objects.get()
    staged.olx = staged.olx.replace('"With picture"', f'"{"x" * 501}"')
    staged.save()
    logs = DraftChangeLog.objects.count()
    with events_of_creation() as created, run_on_commit():
        assert paste(other).status_code == 400
    assert (count_items(other), created, DraftChangeLog.objects.count()) == (0, [], logs)


def test_who_may_paste(lib: LibraryClient, acting_as: ActingAs, make_member: MemberFactory, stranger: User) -> None:
    lib.create("html:h1")
    for role, status in {"library_contributor": 200, "library_user": 403, "author": 200, "read": 403}.items():
        member = acting_as(make_member(lib.library, role))
        lib.ok(copy(member, "html:h1"))
        assert paste(member).status_code == status
    assert paste(acting_as(stranger)).status_code == 403
    assert paste(acting_as(None)).status_code == 401


@pytest.mark.parametrize("name", ["html:h1", "unit:u1"])
def test_who_lost_the_rights_in_the_source_cannot_paste(
    name: str, lib: LibraryClient, other: LibraryClient, make_member: MemberFactory, api_client: ClientFactory
) -> None:
    lib.create("html:h1")
    lib.create("unit:u1", children=["html:h1"])
    member = make_member(lib.library, "read")
    other.library.permission_grants.create(user=member, access_level="author")
    there = LibraryClient(other.library, api_client(member))
    lib.ok(copy(LibraryClient(lib.library, api_client(member)), name))
    there.ok(paste(there))
    before = count_items(other)
    ContentLibraryPermission.objects.filter(user=member, library=lib.library).delete()
    assert paste(there).status_code == 403
    assert count_items(other) == before


def test_unknown_libraries(lib: LibraryClient) -> None:
    for key in ("lib:CL-TEST:unknown", "nonsense"):
        response = lib.http.post(f"/api/libraries/v2/{key}/paste_clipboard/")
        assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def nested(count: int, of: Callable[[str, str], str]) -> str:
    """OLX of a section that was copied, with so many components."""
    components = "".join(
        f'<html url_name="h{n}" display_name="T" copied_from_block="{of("html", f"h{n}")}"/>' for n in range(count)
    )
    olx = components
    for container_type in ("unit", "subsection", "section"):
        tag = TAGS_OF_CONTAINERS[container_type]
        olx = f'<{tag} display_name="T" copied_from_block="{of(container_type, "c")}">{olx}</{tag}>'
    return olx


@pytest.mark.parametrize("count", [3, 300])
def test_pasting_takes_a_constant_number_of_queries(
    lib: LibraryClient, other: LibraryClient, count: int, django_assert_max_num_queries: Any
) -> None:
    lib.create("section:t1")
    copy(lib, "section:t1")
    StagedContent.objects.update(olx=nested(count, lambda kind, code: lib.key(f"{kind}:{code}")))
    with django_assert_max_num_queries(75):
        pasted = other.ok(paste(other))
    (subsection,) = other.children(name_of(pasted))
    (unit,) = other.children(subsection)
    assert len(set(other.children(unit))) == count
