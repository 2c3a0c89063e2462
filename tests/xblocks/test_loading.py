"""When the classes of blocks are imported: with problems come libraries for mathematics, which take seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sites import PROJECT, site_environment

COMMAND = """
import sys
import django
django.setup()
from django.contrib.admin import autodiscover
import studio.urls
autodiscover()
print("xblocks_contrib" in sys.modules)
from studio.wsgi import application
print("xblocks_contrib.problem" in sys.modules)
"""


@pytest.mark.slow
def test_commands_and_pages_load_without_blocks_and_a_web_server_has_them_before_the_first_request(
    tmp_path: Path,
) -> None:
    environment = site_environment(tmp_path)
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", COMMAND], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == ["False", "True"]
