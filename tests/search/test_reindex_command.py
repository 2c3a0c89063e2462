"""The command ``reindex_studio``."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from content_libraries.search.models import SearchRebuild
from tests.courses.building import COURSE_KEY, make_course

from .building import Shelf, documents
from .engines import WatchedEngine


@pytest.fixture
def shelves(shelf: Shelf, make_library: Any) -> tuple[Shelf, Shelf]:
    other = Shelf(make_library("other"))
    shelf.write("p1", "p2")
    other.write("p1")
    return shelf, other


def reindex(*arguments: str) -> dict[str, Any]:
    output = StringIO()
    call_command("reindex_studio", *arguments, "--json", stdout=output)
    result: dict[str, Any] = json.loads(output.getvalue().splitlines()[-1])
    return result


def test_all_libraries_are_brought_up_to_date(shelves: tuple[Shelf, Shelf]) -> None:
    assert reindex() == {"updated": 3, "deleted": 0, "refused": []}
    assert len(documents()) == 3

    shelves[0].delete("p1")
    assert reindex() == {"updated": 0, "deleted": 1, "refused": []}
    assert reindex() == {"updated": 0, "deleted": 0, "refused": []}


def test_one_library_is_brought_up_to_date(shelves: tuple[Shelf, Shelf]) -> None:
    assert reindex("lib:CL-TEST:other") == {"updated": 1, "deleted": 0, "refused": []}
    assert documents().keys() == {shelves[1].key("p1")}


def test_one_course_is_made_anew(shelves: tuple[Shelf, Shelf]) -> None:
    make_course()

    assert reindex(str(COURSE_KEY)) == {"updated": 5, "deleted": 0, "refused": []}
    assert reindex(str(COURSE_KEY)) == {"updated": 0, "deleted": 0, "refused": []}
    assert reindex(str(COURSE_KEY), "--full") == {"updated": 5, "deleted": 0, "refused": []}
    assert {document["context_key"] for document in documents().values()} == {str(COURSE_KEY)}


def test_everything_is_made_anew(shelves: tuple[Shelf, Shelf], engine: WatchedEngine) -> None:
    reindex()
    before = engine.prepare()

    assert reindex("--full") == {"updated": 3, "deleted": 0, "refused": []}
    assert engine.prepare() != before
    assert reindex("lib:CL-TEST:lib1", "--full") == {"updated": 2, "deleted": 0, "refused": []}
    assert len(documents()) == 3


def test_people_read_a_sentence(shelves: tuple[Shelf, Shelf], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reindex_studio")

    assert capsys.readouterr().out == "Made 3 documents, removed 0.\n"


@pytest.mark.parametrize("key", ["lib:CL-TEST:unknown", "course-v1:O+C+R", "nonsense"])
def test_unknown_libraries_are_refused(shelves: tuple[Shelf, Shelf], key: str) -> None:
    with pytest.raises(CommandError):
        reindex(key)


def test_what_is_no_key_is_told_both_forms() -> None:
    with pytest.raises(CommandError, match=r"look like lib:ORG:SLUG or course-v1:ORG\+COURSE\+RUN\.$"):
        reindex("nonsense")


def test_an_engine_that_fails_fails_the_command(shelves: tuple[Shelf, Shelf], engine: WatchedEngine) -> None:
    engine.is_down = True

    with pytest.raises(CommandError, match="down"):
        reindex()


def test_a_rebuild_that_is_running_fails_the_command(shelves: tuple[Shelf, Shelf], engine: WatchedEngine) -> None:
    SearchRebuild.objects.create(
        pk=SearchRebuild.THE_ONLY, owner="somebody", owned_until=timezone.now() + timedelta(minutes=1)
    )

    with pytest.raises(CommandError, match="being rebuilt already"):
        reindex("--full")
