"""Commands and workers start with what they need: without pages, blocks and search engines that nobody asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sites import PROJECT, site_environment

NOT_NEEDED = (
    "content_libraries.xblocks.rendering",
    "drf_spectacular.openapi",
    "studio.urls",
    "tantivy",
    "xblocks_contrib",
)


COMMANDS = ("create_library", "publish_library", "reindex_studio", "sync_course")
LOADING = f"""
import importlib, sys, django
django.setup()
for command in {COMMANDS}:
    module = importlib.import_module(f"content_libraries.management.commands.{{command}}")
    loaded = [name for name in {NOT_NEEDED} if name in sys.modules]
    print(command, module.Command().requires_system_checks, loaded)
"""


def test_commands_load_neither_pages_nor_blocks(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOADING],
        cwd=PROJECT,
        env=site_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == [f"{command} () []" for command in COMMANDS]


@pytest.mark.parametrize("option", [["--settings", "other.settings"], ["--settings=other.settings"]])
def test_settings_can_be_named_on_the_command_line(tmp_path: Path, option: list[str]) -> None:
    folder = tmp_path / "elsewhere" / "other"
    folder.mkdir(parents=True)
    (folder / "settings.py").write_text('from studio.settings import *\nTIME_ZONE = "Asia/Tokyo"\n')

    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "diffsettings", *option, "--pythonpath", str(folder.parent)],
        cwd=PROJECT,
        env=site_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "TIME_ZONE = 'Asia/Tokyo'" in done.stdout.splitlines()
