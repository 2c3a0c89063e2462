"""
``docs/first-steps.rst`` and the README are true: their commands work as written, one after the other, on a site as
``make run`` makes it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from tests.running import prepared_site, running_site
from tests.sites import PROJECT

pytestmark = pytest.mark.slow

PAGE: Final = PROJECT / "docs" / "first-steps.rst"
BLOCK: Final = re.compile(r"^\.\. code-block:: sh\n   :caption: (.+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)
README: Final = PROJECT / "README.rst"
README_BLOCK: Final = re.compile(r"::\n\n((?:    .*\n)+)")
README_CAPTION: Final = "Import a course, by the README"
ACTIVATE: Final = ". .venv/bin/activate\n"
ADDRESS: Final = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the commands of the page print, by the captions of their blocks."""
    environment = prepared_site(tmp_path_factory.mktemp("site"))
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("manage.py", "studio", "content_libraries"):
        (folder / name).symlink_to(PROJECT / name)
    with running_site(environment) as address:
        return _run_in_one_shell(folder, {**environment, "PYTHONPATH": str(PROJECT)}, address)


def _run_in_one_shell(folder: Path, environment: dict[str, str], address: str) -> dict[str, str]:
    """Run all blocks in one shell, with the interpreter of the tests and the address of their site."""
    blocks = {caption: dedent(code) for caption, code in BLOCK.findall(PAGE.read_text())}
    blocks[README_CAPTION] = dedent(
        next(code for code in README_BLOCK.findall(README.read_text()) if "manage.py" in code)
    )
    script = "".join(f"exec > {_slug(caption)}.out\n{code}" for caption, code in blocks.items())
    assert ACTIVATE in script
    assert ADDRESS in script
    script = script.replace(ACTIVATE, "").replace(ADDRESS, address)
    done = subprocess.run(  # noqa: S603
        ["sh", "-ec", script],  # noqa: S607
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = {caption: folder / f"{_slug(caption)}.out" for caption in blocks}
    printed = {caption: file.read_text() for caption, file in outputs.items() if file.exists()}
    assert done.returncode == 0, f"{done.stderr}\n{printed}"
    return printed


def _slug(caption: str) -> str:
    return re.sub(r"\W+", "-", caption)


def answers(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_demo_library_is_there_and_can_be_searched(said: dict[str, str]) -> None:
    libraries, library, blocks, found = answers(said["Look around"])
    assert library["id"] == "lib:DemoX:welcome"
    assert libraries["count"] == 1
    assert (blocks["count"], library["num_blocks"]) == (50, 71)  # containers count in a library, too
    assert int(str(found["count"])) > 10


def test_what_is_created_and_edited_is_published(said: dict[str, str]) -> None:
    created, *_others, text = (json.loads(line) for line in said["Create, edit, publish"].splitlines() if line)
    assert created["id"] == "lib:MyOrg:biology"
    assert (text["display_name"], text["has_unpublished_changes"]) == ("Cells", False)
    assert text["last_published"]


def test_the_text_is_linked_in_the_course_and_synced(said: dict[str, str]) -> None:
    (link,) = answers(said["Reuse"])
    assert (link["upstream_ref"], link["ready_to_sync"]) == ("lb:MyOrg:biology:html:cells", False)
    *_edits, ready, preview, synced = (json.loads(line) for line in said["Sync"].splitlines() if line)
    assert [row["upstream_key"] for row in ready["results"]] == ["lb:MyOrg:biology:html:cells"]
    assert preview["steps"]
    assert synced["ready_to_sync"] is False


def test_the_commands_import_and_publish(said: dict[str, str]) -> None:
    output = said["Import, publish, sync"]
    assert "Nothing was written: this was a dry run." in output
    assert "lib:MyOrg:biology" in output


def test_the_readme_imports_a_course(said: dict[str, str]) -> None:
    assert "40 of 40 components created" in said[README_CAPTION]


def test_the_commands_copy_and_delete_courses(said: dict[str, str]) -> None:
    output = said["Create, export, load, publish, copy and delete a course"]
    assert "course-v1:MyOrg+Biology+2026" in output
    assert "course-v1:MyOrg+Biology+2027" in output
