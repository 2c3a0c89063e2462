"""
The site answers what the existing authoring frontend asks, with the fields that it reads (``calls``).

What a call changes is undone after it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase
from pytest_django import DjangoDbBlocker

from .calls import CASES
from .calls.call import Case, Names, send
from .calls.demo import NAMES, PREPARATION
from .transcript_source import transcript_source

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Names]:
    """The site as ``make run`` prepares it, and worked on by staff; undone at the end of this file."""
    names = dict(NAMES)
    with (
        transcript_source() as source,
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr("django.conf.settings.DATA_DIR", tmp_path_factory.mktemp("site"))
        patch.setattr("django.conf.settings.TRANSCRIPT_SOURCE", source.template)
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("prepare_studio")
        for call in PREPARATION:
            with TestCase.captureOnCommitCallbacks(execute=True):
                send(call, names)
        # The frontend puts the branch of drafts into the key of the block that it shows.
        names["linked_component_of_draft"] = names["linked_component"].replace("+type@", "+branch@draft-branch+type@")
        yield names
        transaction.set_rollback(True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_call(case: Case, demo: Names) -> None:
    names = dict(demo)
    for call in case.before:
        send(call, names)
    send(case.call, names)
