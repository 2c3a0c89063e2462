"""The index is made anew while it is used (wire: search-upkeep)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from openedx_content import api as content_api
from openedx_tagging import api as tagging_api

from content_libraries.actors import OPERATOR
from content_libraries.libraries import api as libraries
from content_libraries.search import upkeep
from content_libraries.search.api import RebuildRunningError, SearchEngineError, catch_up, check_index, rebuild, refresh
from content_libraries.search.models import SearchAccess, SearchCheckpoint, SearchRebuild
from content_libraries.search.tasks import sweep_search
from content_libraries.search.upkeep import CaughtUp, packages_behind

from .building import Shelf, documents
from .engines import WatchedEngine
from .test_upkeep import tell_that_tags_changed

type Committing = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def other(make_library: Any) -> Shelf:
    return Shelf(make_library("other"))


@pytest.fixture
def _batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "MAX_BATCH", 2)


@pytest.fixture(autouse=True)
def _content(shelf: Shelf, other: Shelf, engine: WatchedEngine, run_on_commit: Committing) -> None:
    """Two libraries that are in the index."""
    with run_on_commit():
        shelf.write("p1", "p2", "p3", unit1=["p1", "p2"])
        other.write("p1")
    engine.calls.clear()


def pull_the_plug() -> None:
    raise SearchEngineError("The test has pulled the plug.")


def nothing() -> None:
    """Let one call pass."""


def test_everything_is_made_anew_in_another_index(shelf: Shelf, engine: WatchedEngine) -> None:
    before, found = engine.prepare(), documents()
    engine.update([{"id": "stray", "usage_key": "stray", "context_key": "lib:No:more"}])

    done = rebuild()

    assert done == CaughtUp(updated=5)
    assert engine.prepare() != before
    assert documents() == found
    assert packages_behind() == []
    assert not SearchRebuild.objects.exists()
    assert SearchCheckpoint.objects.filter(is_spare=True).count() == 0


def test_everything_is_found_meanwhile(shelf: Shelf, other: Shelf, engine: WatchedEngine) -> None:
    found: list[int] = []
    engine.spare().interruptions = [lambda: found.append(len(documents()))] * 2

    rebuild()

    assert found == [5, 5]


def test_what_authors_do_meanwhile_is_found_before_and_after(
    shelf: Shelf, other: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    taxonomy = tagging_api.create_taxonomy("Keywords", allow_free_text=True)

    def work() -> None:
        with run_on_commit():
            shelf.write("p1", title="Edited")
        with run_on_commit():
            shelf.delete("p3")
            shelf.publish("p2")
        with run_on_commit():
            other.collect("spring", "p1")
        tagging_api.tag_object(other.key("p1"), taxonomy, ["light"])
        tell_that_tags_changed(other.key("p1"))
        with run_on_commit():
            content_api.create_collection(shelf.pk, "empty", title="Empty", created_by=None)
        assert_found()

    def assert_found() -> None:
        assert shelf.found("p1")["display_name"] == "Edited"
        assert shelf.found("p2")["publish_status"] == "published"
        assert shelf.key("p3") not in documents()
        assert other.found("p1")["collections"]["key"] == ["spring"]
        assert other.found("p1")["tags"]["level0"] == ["Keywords > light"]
        assert f"lib-collection:CL-TEST:{shelf.library.slug}:empty" in documents()

    engine.spare().interruptions = [nothing, work]
    rebuild()

    assert_found()
    assert check_index() == []


def test_a_library_that_is_deleted_or_created_meanwhile(
    shelf: Shelf, other: Shelf, make_library: Any, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    def work() -> None:
        with run_on_commit():
            libraries.delete_library(shelf.library.library_key, user=OPERATOR)
        with run_on_commit():
            Shelf(make_library("newcomer")).write("p1")

    engine.spare().interruptions = [nothing, work]
    rebuild()

    assert documents().keys() == {other.key("p1"), "lb:CL-TEST:newcomer:problem:p1"}
    assert {str(row.context_key) for row in SearchAccess.objects.all()} == {
        "lib:CL-TEST:other",
        "lib:CL-TEST:newcomer",
    }
    assert packages_behind() == []


def test_a_second_rebuild_at_the_same_time_is_refused(engine: WatchedEngine) -> None:
    messages: list[str] = []

    def rebuild_too() -> None:
        with pytest.raises(RebuildRunningError) as refusal:
            rebuild()
        messages.append(refusal.value.message)

    engine.spare().interruptions = [rebuild_too]

    assert rebuild() == CaughtUp(updated=5)
    assert "being rebuilt already" in messages[0]
    assert rebuild() == CaughtUp(updated=5)


@pytest.mark.usefixtures("_batches_of_two")
def test_a_rebuild_that_was_interrupted_goes_on_where_it_was(shelf: Shelf, engine: WatchedEngine) -> None:
    spare = engine.spare()
    spare.interruptions = [nothing, pull_the_plug]
    with pytest.raises(SearchEngineError):
        rebuild()
    assert spare.calls == ["update 2"]
    assert len(documents()) == 5
    begun = spare.prepare()

    assert rebuild() == CaughtUp(updated=3)

    assert engine.prepare() == begun
    assert spare.calls == ["update 2", "update 2", "update 1"]
    assert check_index() == []


def test_the_sweep_goes_on_with_a_rebuild_that_was_interrupted(engine: WatchedEngine) -> None:
    engine.spare().interruptions = [pull_the_plug]
    with pytest.raises(SearchEngineError):
        rebuild()
    begun = engine.spare().prepare()

    sweep_search()

    assert engine.prepare() == begun
    assert not SearchRebuild.objects.exists()
    assert check_index() == []


def test_a_rebuild_that_gets_nowhere_is_left_to_people_after_some_attempts(
    engine: WatchedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.spare().interruptions = [pull_the_plug] * 3
    with pytest.raises(SearchEngineError):
        rebuild()
    for _sweep in range(5):
        sweep_search()
    assert engine.spare().interruptions == []
    assert SearchRebuild.objects.get().attempts == 3
    assert "run “reindex_studio --full”" in caplog.text

    rebuild()

    assert not SearchRebuild.objects.exists()
    assert check_index() == []


@pytest.mark.usefixtures("_batches_of_two")
def test_a_rebuild_that_is_interrupted_again_and_again_is_gone_on_with_while_it_gets_further(
    engine: WatchedEngine,
) -> None:
    begun = engine.prepare()
    engine.spare().interruptions = [nothing, pull_the_plug, pull_the_plug, nothing, pull_the_plug, pull_the_plug]
    with pytest.raises(SearchEngineError):
        rebuild()
    for _sweep in range(4):
        sweep_search()
    assert engine.prepare() != begun
    assert check_index() == []


def test_what_happens_between_the_parts_of_a_rebuild_is_not_missed(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    engine.spare().interruptions = [nothing, pull_the_plug]
    with pytest.raises(SearchEngineError):
        rebuild()
    with run_on_commit():
        shelf.collect("spring", "p1")

    rebuild()

    assert shelf.found("p1")["collections"]["key"] == ["spring"]
    assert check_index() == []


def test_others_go_on_when_the_owner_is_dead_and_not_before(engine: WatchedEngine) -> None:
    rebuilding = SearchRebuild.objects.create(
        pk=SearchRebuild.THE_ONLY, owner="somebody", owned_until=timezone.now() + timedelta(minutes=1)
    )
    with pytest.raises(RebuildRunningError):
        rebuild()

    rebuilding.owned_until = timezone.now() - timedelta(seconds=1)
    rebuilding.save()

    assert rebuild() == CaughtUp(updated=5)


def test_who_was_taken_for_dead_stops(shelf: Shelf, engine: WatchedEngine) -> None:
    engine.spare().interruptions = [lambda: SearchRebuild.objects.update(owner="another")]

    with pytest.raises(RebuildRunningError):
        rebuild()

    assert SearchRebuild.objects.get().owner == "another"
    assert len(documents()) == 5


def test_a_process_that_died_right_after_the_exchange_of_the_indexes(engine: WatchedEngine) -> None:
    engine.spare().interruptions = [pull_the_plug]
    with pytest.raises(SearchEngineError):
        rebuild()
    for pk in packages_behind(is_spare=True):
        catch_up(pk, is_spare=True)
    engine.use_spare()

    assert rebuild() == CaughtUp()

    assert packages_behind() == []
    assert not SearchRebuild.objects.exists()
    assert check_index() == []


@pytest.mark.slow
def test_a_rebuild_whose_process_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.search.rebuilding_process", *arguments]
        environment = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path)}
        environment.pop("DATABASE_URL", None)
        environment.pop("PYTEST_XDIST_WORKER", None)
        return subprocess.run(  # noqa: S603 - ourselves
            command, env=environment, capture_output=True, text=True, timeout=240, check=False
        )

    def answer(*arguments: str) -> dict[str, Any]:
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result

    made = run("make", "45")
    assert made.returncode == 0, made.stderr
    assert run("kill", "2").returncode == -signal.SIGKILL
    assert answer("check") == {"findings": [], "found": 45}

    assert answer("rebuild") == {"updated": 25, "findings": [], "found": 45}


def test_rebuilding_one_library_replaces_its_documents_in_place(shelf: Shelf, engine: WatchedEngine) -> None:
    engine.update([{"id": "stray", "usage_key": "stray", "context_key": str(shelf.library.library_key)}])
    found: list[int] = []
    engine.interruptions = [lambda: found.append(len(documents()))]

    assert rebuild(shelf.library.library_key) == CaughtUp(updated=4, deleted=1)

    assert found == [5]
    assert check_index() == []
    assert refresh() == CaughtUp()
