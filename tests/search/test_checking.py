"""The index is compared with the content, and put right (``check_libraries``)."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from content_libraries.actors import OPERATOR
from content_libraries.findings import Finding
from content_libraries.libraries import api as libraries
from content_libraries.search.api import catch_up, check_index, refresh

from .building import Shelf, documents
from .engines import WatchedEngine


@pytest.fixture
def shelves(shelf: Shelf, make_library: Any, engine: WatchedEngine) -> tuple[Shelf, Shelf]:
    other = Shelf(make_library("other"))
    shelf.write("p1", "p2", unit1=["p1"])
    shelf.collect("spring", "p1")
    other.write("p1")
    for item in (shelf, other):
        catch_up(item.pk)
    return shelf, other


def spoil(engine: WatchedEngine, shelf: Shelf) -> None:
    """Lose one document, change another, and add one that should not be there."""
    found = documents()
    engine.delete([found[shelf.key("p1")]["id"]])
    engine.update([found[shelf.key("p2")] | {"display_name": "Another"}])
    engine.update([{"id": "stray", "usage_key": "stray", "context_key": str(shelf.library.library_key)}])


def check(*arguments: str) -> list[dict[str, Any]]:
    output = StringIO()
    try:
        call_command("check_libraries", *arguments, "--json", stdout=output)
    finally:
        findings: list[dict[str, Any]] = json.loads(output.getvalue().splitlines()[-1])["findings"]
    return findings


def test_an_index_that_is_right_has_no_findings(shelves: tuple[Shelf, Shelf]) -> None:
    assert check_index() == []
    assert check_index(shelves[0].library.library_key) == []


def test_what_is_missing_different_or_should_not_be_there_is_found(
    shelves: tuple[Shelf, Shelf], engine: WatchedEngine
) -> None:
    spoil(engine, shelves[0])
    before = documents()

    (finding,) = check_index()

    message = "Documents in the index: 1 missing, 1 different, 1 that should not be there."
    assert finding == Finding("index", "lib:CL-TEST:lib1", message, repairable=True)
    assert check_index(shelves[1].library.library_key) == []
    assert documents() == before


def test_what_is_wrong_is_put_right(shelves: tuple[Shelf, Shelf], engine: WatchedEngine) -> None:
    before = documents()
    spoil(engine, shelves[0])

    (finding,) = check_index(repair=True)

    assert finding.repaired
    assert documents() == before
    assert check_index() == []


def test_a_library_that_lags_behind_is_found_and_caught_up_with(shelves: tuple[Shelf, Shelf]) -> None:
    shelf, other = shelves
    shelf.write("p3")
    libraries.delete_library(other.library.library_key, user=OPERATOR)

    findings = {finding.subject: finding.message for finding in check_index()}

    assert findings == dict.fromkeys(["lib:CL-TEST:lib1", "lib:CL-TEST:other"], "The index lags behind the content.")
    assert all(finding.repaired for finding in check_index(repair=True))
    assert check_index() == []
    assert shelf.key("p3") in documents()


def test_the_command_fails_as_long_as_something_is_wrong(shelves: tuple[Shelf, Shelf], engine: WatchedEngine) -> None:
    assert check() == []
    spoil(engine, shelves[0])

    with pytest.raises(CommandError, match="1 of the findings"):
        check("lib:CL-TEST:lib1")
    assert [finding["repaired"] for finding in check("--repair")] == [True]
    assert check() == []
    assert refresh().updated == 0


def test_a_site_without_search_has_no_index_to_check(shelves: tuple[Shelf, Shelf], settings: Any) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    assert check() == []


def test_people_read_a_line_for_each_finding(
    shelves: tuple[Shelf, Shelf], engine: WatchedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_libraries")
    assert capsys.readouterr().out == "Everything is as it should be.\n"

    spoil(engine, shelves[0])
    call_command("check_libraries", "--repair")
    assert capsys.readouterr().out.startswith("lib:CL-TEST:lib1: Documents in the index: 1 missing")


@pytest.mark.parametrize("key", ["lib:CL-TEST:unknown", "nonsense"])
def test_unknown_libraries_are_refused(shelves: tuple[Shelf, Shelf], key: str) -> None:
    with pytest.raises(CommandError):
        call_command("check_libraries", key)


def test_an_engine_that_fails_fails_the_command(shelves: tuple[Shelf, Shelf], engine: WatchedEngine) -> None:
    engine.is_down = True

    with pytest.raises(CommandError, match="down"):
        call_command("check_libraries")
