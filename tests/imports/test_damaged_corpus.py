"""A corpus of broken archives, made here: each kind of damage in each kind of file (wire: imports)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports import api as imports
from content_libraries.imports.data import Action
from content_libraries.libraries.models import ContentLibrary
from tests.olx.builders import files_in_folder
from tests.olx.test_broken_blocks import COURSE, FILES, LOST, MENDED, block_of

pytestmark = pytest.mark.django_db

OTHER_FILES: Final[Mapping[str, bytes]] = {
    "policies/R/policy.json": b'{"course/R": {"start": "2030"}, "html/h": {"due": "2031"}}',
    "policies/R/grading_policy.json": b'{"GRADER": []}',
    "tags.csv": b"Name,Type,ID,subjects\r\nH,html,h,Maths\r\n",
    "static/page.html": b'<img src="a.png">',
    "static/a.png": b"a",
    "about/overview.html": b"<p>About</p>",
}
"""Files that are no blocks. No damage in them concerns a block."""

DAMAGES: Final = {**LOST, **{kind: damage for kind, (damage, _start) in MENDED.items()}}
CONTAINERS_AND_LEAVES: Final = ("chapter/c.xml", "sequential/s.xml", "vertical/v.xml", "html/h.xml", "problem/p.xml")
NAMES: Final = sorted({block_of(path) for path in FILES})


def damaged_course(folder: Path, damaged: Mapping[str, str]) -> Path:
    """Write the course. Each file in ``damaged`` has this kind of damage."""
    contents = {path: text.encode() for path, text in COURSE.items()} | dict(OTHER_FILES)
    contents = {path: DAMAGES[damaged[path]](data) if path in damaged else data for path, data in contents.items()}
    return files_in_folder(folder, {path: data if data else "" for path, data in contents.items()})


def undamaged(plan: imports.ImportPlan, damaged: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Return the OLX of the components whose files are whole."""
    broken = {block_of(path) for path in damaged}
    return {
        (block.source_key.block_type, block.source_key.block_id): block.olx
        for block in plan.blocks
        if not block.is_container and (block.source_key.block_type, block.source_key.block_id) not in broken
    }


@pytest.fixture
def whole(library: ContentLibrary, tmp_path: Path) -> imports.ImportPlan:
    return planned(library, damaged_course(tmp_path / "whole", {}))


def planned(library: ContentLibrary, source: Path) -> imports.ImportPlan:
    options = imports.ImportOptions(level=imports.Level.SECTION)
    return imports.plan_import(library.library_key, user=OPERATOR, source=source, options=options)


def check(plan: imports.ImportPlan, whole: imports.ImportPlan, damaged: Mapping[str, str]) -> None:
    rows = [(block.source_key.block_type, block.source_key.block_id) for block in plan.blocks]
    own = [row for row in rows if "-contents-" not in row[1]]  # without containers that the import adds
    assert sorted(own) == NAMES
    expected = undamaged(whole, damaged)
    assert undamaged(plan, damaged) == expected
    lost = {block_of(path) for path, kind in damaged.items() if kind in LOST and not is_still_html(path, kind)}
    failed = {
        (block.source_key.block_type, block.source_key.block_id)
        for block in plan.blocks
        if block.action == Action.FAILED
    }
    assert failed == lost
    assert all(block.path and block.reason for block in plan.blocks if block.action == Action.FAILED)


def is_still_html(path: str, kind: str) -> bool:
    """Return whether a damaged body is the body all the same: any text is HTML."""
    return path.endswith(".html") and kind != "gone"


@pytest.mark.parametrize("path", FILES)
def test_every_block_has_one_row_and_undamaged_blocks_arrive_unchanged(
    library: ContentLibrary, whole: imports.ImportPlan, tmp_path: Path, path: str
) -> None:
    for kind in DAMAGES:
        damaged = {path: kind}
        check(planned(library, damaged_course(tmp_path / kind.replace("/", "-"), damaged)), whole, damaged)


@pytest.mark.parametrize("path", OTHER_FILES)
def test_no_other_file_refuses_a_course(
    library: ContentLibrary, whole: imports.ImportPlan, tmp_path: Path, path: str
) -> None:
    for kind in LOST:
        plan = planned(library, damaged_course(tmp_path / kind, {path: kind}))
        assert [block.source_key for block in plan.blocks] == [block.source_key for block in whole.blocks]
        assert [block.action for block in plan.blocks] == [block.action for block in whole.blocks]


@pytest.mark.parametrize("seed", range(20))
def test_every_pair_of_damages_is_survived(
    library: ContentLibrary, whole: imports.ImportPlan, tmp_path: Path, seed: int
) -> None:
    """Several files are damaged at once, each in another way."""
    chooser = random.Random(seed)  # noqa: S311 - a reproducible choice
    damaged = {path: chooser.choice(list(DAMAGES)) for path in chooser.sample(FILES, 3)}
    if {"html/h.xml", "html/h.html"} <= damaged.keys():
        damaged.pop("html/h.html")
    check(planned(library, damaged_course(tmp_path / "damaged", damaged)), whole, damaged)


@pytest.mark.parametrize(("number", "path"), [*enumerate(CONTAINERS_AND_LEAVES)])
def test_a_course_gets_every_undamaged_block_unchanged(tmp_path: Path, number: int, path: str) -> None:
    """Each kind of damage is loaded in one of the kinds of files, as the reader is the same as for imports."""
    whole = api.course_key("course-v1:O+C+whole")
    api.load_course(damaged_course(tmp_path / "whole", {}), user=OPERATOR, course_key=whole)
    for kind in [*DAMAGES][number :: len(CONTAINERS_AND_LEAVES)]:
        source = damaged_course(tmp_path / kind, {path: kind})
        key = api.course_key(f"course-v1:O+C+{len(list(tmp_path.iterdir()))}")
        report = api.load_course(source, user=OPERATOR, course_key=key)
        failed = [str(key.make_usage_key(*block_of(path)))] if kind in LOST else []
        assert [row.usage_key for row in report.failed] == failed
        reachable = api.get_structure(key, user=OPERATOR).reachable
        for name in [name for name in NAMES if name != block_of(path)]:
            assert key.make_usage_key(*name) in reachable
            olx = api.get_block(key.make_usage_key(*name), user=OPERATOR).olx
            assert olx == api.get_block(whole.make_usage_key(*name), user=OPERATOR).olx
