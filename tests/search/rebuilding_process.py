"""
Run by a test as processes of their own, on a site of their own in ``STUDIO_DATA_DIR``.

Usage::

    python -m tests.search.rebuilding_process make ITEMS     set the site up, with a library in the index
    python -m tests.search.rebuilding_process kill CALLS     rebuild, and die for good before a call to the index
    python -m tests.search.rebuilding_process rebuild        rebuild, print how many documents were made, and check
    python -m tests.search.rebuilding_process check          print what is wrong with the index, and how many are found
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; the test reads what is printed

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta

from content_libraries.actors import OPERATOR

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.search.rebuilding_settings"

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone

from content_libraries import api
from content_libraries.search import upkeep
from content_libraries.search.api import check_index, rebuild, refresh
from content_libraries.search.engine import current_engine
from content_libraries.search.models import SearchRebuild

from .mortal_engine import MortalEngine

BATCH = 10


def make(items: str) -> None:
    call_command("migrate", verbosity=0, run_syncdb=True)
    library = api.create_library(user=OPERATOR, org="Test", slug="killed", title="Killed")
    components = [
        api.ComponentWrite("html", f"c{number}", f"Text {number}", "<html>light</html>") for number in range(int(items))
    ]
    api.write_items(OPERATOR, library, components=components, containers=[])
    refresh()


def kill(calls: str) -> None:
    MortalEngine.calls_left = int(calls)
    rebuild()


def go_on() -> None:
    # Nobody wants to wait until the killed process counts as dead.
    SearchRebuild.objects.update(owned_until=timezone.now() - timedelta(seconds=1))
    check(updated=rebuild().updated)


def check(**done: int) -> None:
    findings = [finding.message for finding in check_index()]
    print(json.dumps({**done, "findings": findings, "found": current_engine().count()}))


if __name__ == "__main__":
    setattr(upkeep, "MAX_BATCH", BATCH)  # noqa: B010 - it is final for everybody else
    commands: dict[str, Callable[..., None]] = {"make": make, "kill": kill, "rebuild": go_on, "check": check}
    commands[sys.argv[1]](*sys.argv[2:])
