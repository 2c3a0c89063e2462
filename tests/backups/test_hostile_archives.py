"""Archives that somebody made to do harm, or that are broken: each is refused, and the problem is named."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import LearningPackage, PublishableEntity

from content_libraries.backups.format.errors import BrokenArchiveError
from content_libraries.backups.restoring.staging import restore_staged
from content_libraries.backups.verifying.archives import read_archive, verify_archive
from content_libraries.libraries.models import ContentLibrary

from .archives import Content, backed_up_to, packed, unpacked
from .test_backups_rest import BLOCK, COMPONENT, HTML, PACKAGE

pytestmark = pytest.mark.django_db

UNIT = "entities/u1.toml"
CONTAINER = """[entity]
can_stand_alone = true
key = "u1"
created = 2025-10-05T18:23:45Z

[entity.draft]
version_num = 1

[entity.published]

[entity.container.unit]

[[version]]
title = "Unit"
version_num = 1

[version.container]
children = ["xblock.v1:html:h1"]
"""
COLLECTION = """[collection]
title = "C"
key = "c"
description = ""
created = 2025-10-05T18:23:45Z
entities = ["xblock.v1:html:h1"]
"""
WHOLE: dict[str, str | bytes] = {
    "package.toml": PACKAGE.format(key="lib:O:L"),
    HTML: COMPONENT,
    BLOCK: "<html/>",
    UNIT: CONTAINER,
    "collections/c.toml": COLLECTION,
}


def without(name: str) -> dict[str, str | bytes]:
    return {member: data for member, data in WHOLE.items() if member != name}


def changed(name: str, old: str, new: str) -> dict[str, str | bytes]:
    text = WHOLE[name]
    assert isinstance(text, str)
    assert old in text
    return WHOLE | {name: text.replace(old, new)}


def refusal(path: Path) -> set[tuple[str, str]]:
    """Check that an archive is refused with sentences that name the member. Returns codes and members."""
    packages, entities = LearningPackage.objects.count(), PublishableEntity.objects.count()
    with pytest.raises(BrokenArchiveError) as caught:
        read_archive(path)
    problems = caught.value.problems
    assert problems
    for problem in problems:
        assert problem.member[:60] in problem.message
    assert not verify_archive(path).is_whole
    assert (LearningPackage.objects.count(), PublishableEntity.objects.count()) == (packages, entities)
    return {(str(problem.code), problem.member) for problem in problems}


def test_the_archive_of_these_tests_is_whole(tmp_path: Path, staff: User) -> None:
    path = packed(tmp_path / "a.zip", WHOLE)
    assert read_archive(path).counts()["units"] == 1
    restore_staged(read_archive(path), path, user=staff)


@pytest.mark.parametrize(
    ("members", "code", "member"),
    [
        (without("package.toml"), "no_package", "package.toml"),
        (changed("package.toml", "format_version = 1", "format_version = 2"), "newer_format", "package.toml"),
        (changed("package.toml", "format_version = 1", 'format_version = "1"'), "invalid_field", "package.toml"),
        (
            WHOLE | {"package.toml": PACKAGE.format(key="k") + "\n[content_libraries]\nformat = 2\n"},
            "newer_format",
            "package.toml",
        ),
        (changed("package.toml", "title = ", "owner = "), "foreign_field", "package.toml"),
        (changed(HTML, "can_stand_alone = true", "can_stand_alone = true\nid = 7"), "foreign_field", HTML),
        (changed(HTML, "can_stand_alone = true", "can_stand_alone = true\ncreated_by_id = 1"), "foreign_field", HTML),
        (changed(HTML, "can_stand_alone = true", 'can_stand_alone = true\nroles = ["admin"]'), "foreign_field", HTML),
        (changed(HTML, "[[version]]", "[[version]]\nlearning_package_id = 1"), "foreign_field", HTML),
        (changed(HTML, "can_stand_alone = true", "can_stand_alone = 1"), "invalid_field", HTML),
        (changed(HTML, "xblock.v1:html:h1", "h1"), "invalid_field", HTML),
        (changed(HTML, "xblock.v1:html:h1", "xblock.v1:html:a b"), "invalid_field", HTML),
        (changed(HTML, "xblock.v1:html:h1", "xblock.v1:html:../x"), "invalid_field", HTML),
        (changed(HTML, '"Text"', '"' + "x" * 501 + '"'), "invalid_field", HTML),
        (changed(HTML, '"Text"', '"a\\u0000"'), "invalid_field", HTML),
        (changed(HTML, 'title = "Text"\nversion_num = 1', 'title = "Text"\nversion_num = 0'), "invalid_field", HTML),
        (changed(HTML, '"Text"\nversion_num = 1', f'"Text"\nversion_num = {2**31}'), "invalid_field", HTML),
        (changed(HTML, "[entity.draft]\nversion_num = 1", "[entity.draft]\nversion_num = 2"), "missing_version", HTML),
        (without(BLOCK), "missing_olx", HTML),
        (WHOLE | {BLOCK: b"\xff\xfe<html/>"}, "broken_olx", BLOCK),
        (WHOLE | {BLOCK: "<html"}, "broken_olx", BLOCK),
        (WHOLE | {BLOCK: '<!DOCTYPE html [<!ENTITY a "b">]><html>&a;</html>'}, "broken_olx", BLOCK),
        (without(HTML), "stray_member", BLOCK),
        (WHOLE | {BLOCK: "<html>\0</html>"}, "broken_olx", BLOCK),
        (WHOLE | {f"{BLOCK[:-9]}static/{'/'.join(['x' * 99] * 5)}": "y"}, "invalid_field", None),
        (WHOLE | {"entities/xblock.v1/html/x": "y"}, "stray_member", "entities/xblock.v1/html/x"),
        (WHOLE | {"entities/other.toml": CONTAINER}, "duplicate_key", "entities/other.toml"),
        (WHOLE | {"collections/d.toml": COLLECTION}, "duplicate_key", "collections/d.toml"),
        (changed(UNIT, "xblock.v1:html:h1", "xblock.v1:html:none"), "unknown_child", UNIT),
        (changed(UNIT, "xblock.v1:html:h1", "u1"), "wrong_child", UNIT),
        (changed(UNIT, "entity.container.unit", "entity.container.section"), "wrong_child", UNIT),
        (changed(UNIT, "entity.container.unit", "entity.container.course"), "invalid_field", UNIT),
        (
            changed(UNIT, "[version.container]", "[version.content_libraries]\npins = [[0, 5]]\n[version.container]"),
            "missing_version",
            UNIT,
        ),
        (
            changed(UNIT, "[version.container]", "[version.content_libraries]\npins = [[7, 1]]\n[version.container]"),
            "invalid_field",
            UNIT,
        ),
        (
            changed(
                HTML,
                "[[version]]",
                '[[version]]\ncontent_libraries = {media = [{path = "a", member = "package.toml"}]}',
            ),
            "missing_member",
            HTML,
        ),
        (changed("collections/c.toml", "xblock.v1:html:h1", "none"), "unknown_collection_item", "collections/c.toml"),
        (changed("collections/c.toml", 'key = "c"', 'key = "é"'), "invalid_field", "collections/c.toml"),
        (WHOLE | {"content_libraries/manifest.jsonl": "[]"}, "not_json", "content_libraries/manifest.jsonl"),
        (
            WHOLE | {"content_libraries/versions.jsonl": '{"a": ' * 60 + "1" + "}" * 60},
            "not_json",
            "content_libraries/versions.jsonl",
        ),
        (WHOLE | {"../evil": "x"}, "unsafe_member", "../evil"),
        (WHOLE | {"/evil": "x"}, "unsafe_member", "/evil"),
        (WHOLE | {"C:evil": "x"}, "unsafe_member", "C:evil"),
        (WHOLE | {"ENTITIES/U1.TOML": "x"}, "unsafe_member", "ENTITIES/U1.TOML"),
        (WHOLE | {f"{BLOCK[:-9]}static/a.bin": b"\0" * 60_000_000}, "too_large", None),
        (WHOLE | {UNIT: b"#" + b"x" * 3_000_000}, "too_large", UNIT),
    ],
)
def test_an_archive_that_is_refused(
    members: dict[str, str | bytes], code: str, member: str | None, tmp_path: Path
) -> None:
    found = refusal(packed(tmp_path / "a.zip", members))
    assert code in {each for each, _member in found}
    assert member is None or (code, member) in found


def duplicated(path: Path) -> None:
    packed(path, WHOLE)
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(UNIT, "other")


def linked(path: Path) -> None:
    packed(path, WHOLE)
    with ZipFile(path, "a") as archive:
        info = ZipInfo("entities/link.toml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")


def overlapping(path: Path) -> None:
    """Two entries of the directory lead to the same bytes."""
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for name, data in WHOLE.items():
            archive.writestr(name, data)
        first = archive.infolist()[0].header_offset
        archive.infolist()[-1].header_offset = first
        archive._didModify = True  # type: ignore[attr-defined]


def nested_bomb(path: Path) -> None:
    """A member that unpacks to a thousand times its size."""
    packed(path, WHOLE | {"other.bin": b"\0" * 200_000_000})


def cut(path: Path) -> None:
    packed(path, WHOLE)
    path.write_bytes(path.read_bytes()[:-30])


def wrong_checksum(path: Path) -> None:
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for name, data in WHOLE.items():
            archive.writestr(name, data)
    path.write_bytes(path.read_bytes().replace(b"<html/>", b"<htmx/>"))


def encrypted(path: Path) -> None:
    packed(path, WHOLE)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, 1)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (duplicated, "unsafe_member"),
        (linked, "unsafe_member"),
        (overlapping, "unsafe_member"),
        (nested_bomb, "too_large"),
        (cut, "damaged"),
        (wrong_checksum, "damaged"),
        (encrypted, "unsafe_member"),
    ],
)
def test_a_file_that_is_refused(make: Callable[[Path], None], code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    make(path)
    assert code in {each for each, _member in refusal(path)}


@pytest.fixture
def members(library: ContentLibrary, staff: User, tmp_path: Path) -> dict[str, bytes]:
    """The members of an archive of this app, with a version that only a pinned place needs."""
    content = Content(library)
    ref = content.component("a", "1", {"static/a.png": b"A"})
    content.component("a", "2", {"static/a.png": b"B"})
    content.container("unit", "u1", ref)
    content.pin("u1", ref, 1)
    return unpacked(backed_up_to(library, tmp_path / "whole.zip", staff))


def with_line(members: dict[str, bytes], name: str, **values: Any) -> dict[str, bytes]:
    """Change the first line of a member, and keep the manifest out of it."""
    first, *others = members[name].splitlines()
    lines = [json.dumps(json.loads(first) | values).encode(), *others]
    return {each: data for each, data in members.items() if each != "content_libraries/manifest.jsonl"} | {
        name: b"\n".join(lines)
    }


VERSIONS = "content_libraries/versions.jsonl"
MANIFEST = "content_libraries/manifest.jsonl"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda all_: all_ | {UNIT: all_[UNIT] + b"\n"}, ("wrong_digest", UNIT)),
        (lambda all_: all_ | {"entities/new.toml": all_[UNIT]}, ("unlisted_member", "entities/new.toml")),
        (lambda all_: {name: data for name, data in all_.items() if name != UNIT}, ("missing_member", UNIT)),
        (
            lambda all_: (
                with_line(all_, MANIFEST, version=2)
                | {MANIFEST: all_[MANIFEST].replace(b'"version": 1', b'"version": 2')}
            ),
            ("newer_format", MANIFEST),
        ),
        (lambda all_: with_line(all_, VERSIONS, key="none"), ("missing_member", VERSIONS)),
        (lambda all_: with_line(all_, VERSIONS, version_num=2), ("duplicate_key", VERSIONS)),
        (lambda all_: with_line(all_, VERSIONS, user="admin"), ("foreign_field", VERSIONS)),
        (lambda all_: with_line(all_, VERSIONS, media=[["block.xml", "x", "y"]]), ("invalid_field", VERSIONS)),
        (lambda all_: with_line(all_, VERSIONS, version_num=9), ("missing_version", UNIT)),
        (lambda all_: with_line(all_, VERSIONS, title="\ud800"), ("not_json", VERSIONS)),
        (lambda all_: with_line(all_, VERSIONS, settings={"a": "\0"}), ("not_json", VERSIONS)),
    ],
)
def test_an_archive_of_this_app_that_was_changed(
    change: Callable[[dict[str, bytes]], dict[str, bytes]],
    problem: tuple[str, str],
    members: dict[str, bytes],
    tmp_path: Path,
) -> None:
    assert problem in refusal(packed(tmp_path / "a.zip", change(members)))


@pytest.mark.parametrize("data", [b"\xff<html/>", b"<html/>\xe2\x82", b"<html>\0</html>"])
def test_olx_of_an_older_version_that_is_no_text(data: bytes, members: dict[str, bytes], tmp_path: Path) -> None:
    (name,) = [name for name, old in members.items() if name.startswith("content_libraries/files/") and b"<html" in old]
    changed = {each: old for each, old in members.items() if each != MANIFEST} | {name: data}
    assert ("broken_olx", name) in refusal(packed(tmp_path / "a.zip", changed))


def test_all_problems_are_told(tmp_path: Path) -> None:
    broken = WHOLE | {UNIT: "x", "collections/c.toml": "y", HTML: "z"}
    assert {member for _code, member in refusal(packed(tmp_path / "a.zip", broken))} >= {
        UNIT,
        "collections/c.toml",
        HTML,
    }


def test_nobody_gets_a_role_from_an_archive(
    members: dict[str, bytes], staff: User, tmp_path: Path, library: ContentLibrary
) -> None:
    roles = b'{"kind": "member", "name": "mallory", "level": "library_admin"}\n'
    forged = {name: data for name, data in members.items() if name != MANIFEST} | {
        "content_libraries/roles.jsonl": roles
    }
    path = packed(tmp_path / "a.zip", forged)
    archive = read_archive(path)
    assert archive.roles == 1
    restore_staged(archive, path, user=staff)
    assert not User.objects.filter(username="mallory").exists()
