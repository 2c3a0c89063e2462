"""The ``report_blocks`` command."""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from content_libraries.libraries.models import ContentLibrary

from .building import write_component
from .client import BlockClient


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("report_blocks", "lib:CL-TEST:lib1", *arguments, stdout=out, no_color=True)
    return out.getvalue()


@pytest.fixture
def _content(lib: BlockClient, library: ContentLibrary, author: User) -> None:
    lib.add("html:h1", "<html>a</html>")
    lib.add("html:h2", "<html></html>")
    lib.add("problem:p1", "<problem><p>Hi</p></problem>")
    write_component(library, author, "novelty", "n1", "<novelty/>")


@pytest.mark.usefixtures("_content")
def test_it_tells_what_can_be_shown() -> None:
    lines = run().splitlines()
    assert "html: 1 rendered, 1 with a notice" in lines
    assert "problem: 1 rendered, 0 with a notice" in lines
    assert "novelty: 0 rendered, 1 with a notice" in lines
    assert any("not installed" in line for line in lines)


@pytest.mark.usefixtures("_content")
def test_machines_read_the_last_line() -> None:
    types = json.loads(run("--json").splitlines()[-1])["types"]
    assert types["problem"] == {"rendered": 1, "notices": {}}
    assert list(types["novelty"]["notices"].values()) == [1]


def test_what_studio_writes_of_every_block_is_no_warning(lib: BlockClient, caplog: pytest.LogCaptureFixture) -> None:
    lib.add("pdf:slides", '<pdf xblock-family="xblock.v1" url="https://example.com/slides.pdf"/>')
    assert run() == "pdf: 1 rendered, 0 with a notice\n"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_library_without_components(library: ContentLibrary) -> None:
    assert run() == "lib:CL-TEST:lib1 has no components.\n"


def test_who_may_not_look(library: ContentLibrary, stranger: User) -> None:
    with pytest.raises(CommandError, match="lacks the permission"):
        run("--user", "stranger")
