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


@pytest.mark.parametrize("command", ["create_library", "publish_library", "reindex_studio", "sync_course"])
def test_a_command_loads_neither_pages_nor_blocks(tmp_path: Path, command: str) -> None:
    code = (
        "import sys, django; django.setup();"
        f" import content_libraries.management.commands.{command} as module;"
        " print(module.Command().requires_system_checks);"
        f" print([name for name in {NOT_NEEDED} if name in sys.modules])"
    )

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=site_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == ["()", "[]"]


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
