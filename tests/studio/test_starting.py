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
