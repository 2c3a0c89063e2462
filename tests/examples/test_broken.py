"""A package whose entry points cannot be used takes nothing from the site, and operators are told."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from content_libraries.block_types.api import BlockType, block_type

from .conftest import Install

IMPOSTOR = BlockType(name="problem")
NO_TYPE = "flashcards"

BROKEN = {
    "content_libraries.block_types": {
        "a_missing_module": "tests.examples.nowhere:TYPE",
        "b_no_type": "tests.examples.test_broken:NO_TYPE",
        "c_name_of_another": "tests.examples.test_broken:IMPOSTOR",
        "d_good": "tests.examples.flashcards:FLASHCARDS",
        "e_the_same_again": "tests.examples.flashcards:FLASHCARDS",
    },
    "content_libraries.import_sources": {"f_a_type": "tests.examples.flashcards:FLASHCARDS"},
}
NAMES = ["a_missing_module", "b_no_type", "c_name_of_another", "e_the_same_again", "f_a_type"]


@pytest.fixture(autouse=True)
def _installed(install: Install) -> None:
    install(BROKEN)


def test_the_others_are_used() -> None:
    assert block_type("flashcards").display_name == "Flashcards"
    assert block_type("problem") is not IMPOSTOR
    assert block_type("nowhere") == BlockType(name="nowhere")


def test_each_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for _time in range(2):
        block_type("flashcards")
    logged = [record.getMessage() for record in caplog.records]
    assert [message.split("”")[0].split("“")[1] for message in logged] == NAMES[:4]


def test_check_names_them() -> None:
    warnings = sorted(str(message.msg) for message in run_checks() if message.id == "content_libraries.W003")
    assert [next(name for name in NAMES if name in warning) for warning in warnings] == NAMES
    assert "No module named 'tests.examples.nowhere'" in warnings[0]
    assert "is a str, not a BlockType" in warnings[1]
    assert "“problem” is taken" in warnings[2]
    assert "is a BlockType, not a SourceFormat" in warnings[4]


@pytest.mark.django_db
def test_check_libraries_names_them_and_fails() -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="5 of the findings are left"):
        call_command("check_libraries", "--json", stdout=out)
    findings = json.loads(out.getvalue().splitlines()[-1])["findings"]
    assert [finding["subject"] for finding in findings if finding["check"] == "extensions"] == NAMES


@pytest.mark.django_db
def test_no_repair_is_offered_for_what_it_cannot_put_right() -> None:
    with pytest.raises(CommandError, match=r"^\d+ of the findings are left, and have to be put right by hand\.$"):
        call_command("check_libraries", stdout=StringIO())
